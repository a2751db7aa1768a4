// Entry points of the conformance kit: check one operation or all of them on a backend of yours.
#pragma once

#include <string>
#include <tuple>

#include "isonomy/conformance/cases/gather.hpp"
#include "isonomy/conformance/cases/inclusive_scan.hpp"
#include "isonomy/conformance/cases/linalg/cholesky.hpp"
#include "isonomy/conformance/cases/linalg/eigh.hpp"
#include "isonomy/conformance/cases/linalg/eigh_batched.hpp"
#include "isonomy/conformance/cases/linalg/eigh_subset.hpp"
#include "isonomy/conformance/cases/linalg/gemm.hpp"
#include "isonomy/conformance/cases/linalg/gemm_batched.hpp"
#include "isonomy/conformance/cases/linalg/log_diagonal_sum.hpp"
#include "isonomy/conformance/cases/linalg/qr.hpp"
#include "isonomy/conformance/cases/linalg/solve_triangular.hpp"
#include "isonomy/conformance/cases/linalg/svd.hpp"
#include "isonomy/conformance/cases/linalg/tridiagonalise.hpp"
#include "isonomy/conformance/cases/memory.hpp"
#include "isonomy/conformance/cases/mixture/mixture.hpp"
#include "isonomy/conformance/cases/mixture/multivariate.hpp"
#include "isonomy/conformance/cases/mixture/nearest.hpp"
#include "isonomy/conformance/cases/mixture/weighted.hpp"
#include "isonomy/conformance/cases/reduce.hpp"
#include "isonomy/conformance/cases/reduce_rows.hpp"
#include "isonomy/conformance/cases/residue.hpp"
#include "isonomy/conformance/cases/row_statistics.hpp"
#include "isonomy/conformance/cases/select_candidates.hpp"
#include "isonomy/conformance/cases/sort.hpp"
#include "isonomy/conformance/operation.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/all.hpp"

namespace isonomy::conformance {

namespace detail {
/// Is a plan's entry the name of an operation, or begins with it and " of "?
template <class... Op>
[[nodiscard]] bool names_operation(const std::string& entry, std::tuple<Op...>*) {
  return ((entry == Op::name || entry.starts_with(text::joined(Op::name, " of "))) || ...);
}
}  // namespace detail

/// Every operation of op::all on the backend of `ctx`.
///
/// The seed and the determinism class of `ctx` apply; under Determinism::cross_backend reductions must have the bits of
/// the fixed tree. `full` takes minutes, `quick` some seconds. To conform is to pass `full`.
///
/// It takes a minute to compile. run_operation, of one operation a file, is the same in pieces.
template <class Tag>
[[nodiscard]] Report run_all(Context<Tag>& ctx, const Plan& plan = {}) {
  Report report{Backend<Tag>::name()};
  for (const std::string& entry : plan.declined)
    if (!detail::names_operation(entry, static_cast<op::all*>(nullptr)))
      throw ValueError(
          text::joined({"conformance: the plan lists '", entry,
                        "' as declined, which is no operation; write its name, or \"select_k of int32\""}));
  [&]<class... Op>(std::tuple<Op...>*) {
    (run_operation<Op, Tag>(ctx, report, plan), ...);
  }(static_cast<op::all*>(nullptr));
  return report;
}

}  // namespace isonomy::conformance
