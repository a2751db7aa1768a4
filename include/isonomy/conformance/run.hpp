// Entry points of the conformance kit: check one operation or all of them on a backend of yours.
#pragma once

#include <tuple>
#include <utility>

#include "isonomy/conformance/cases/cholesky.hpp"
#include "isonomy/conformance/cases/gemm.hpp"
#include "isonomy/conformance/cases/memory.hpp"
#include "isonomy/conformance/cases/mixture.hpp"
#include "isonomy/conformance/cases/multivariate.hpp"
#include "isonomy/conformance/cases/reduce.hpp"
#include "isonomy/conformance/cases/residue.hpp"
#include "isonomy/conformance/cases/sort.hpp"
#include "isonomy/conformance/cases/weighted.hpp"
#include "isonomy/conformance/operation.hpp"
#include "isonomy/ops/all.hpp"

namespace isonomy::conformance {

/// Every operation of op::all on the backend of `ctx`.
///
/// The seed and the determinism class of `ctx` apply; under Determinism::cross_backend reductions must have the bits of
/// the fixed tree. `full` takes a minute or two, `quick` some seconds. To conform is to pass `full`.
///
/// It takes a minute to compile. run_operation, of one operation a file, is the same in pieces.
template <class Tag>
[[nodiscard]] Report run_all(Context<Tag>& ctx, const Plan& plan = {}) {
  Report report{Backend<Tag>::name()};
  [&]<class... Op>(std::tuple<Op...>*) {
    (run_operation<Op, Tag>(ctx, report, plan), ...);
  }(static_cast<op::all*>(nullptr));
  return report;
}

}  // namespace isonomy::conformance
