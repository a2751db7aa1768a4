// What the reports of mixtures have in common.
#pragma once

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/describe.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/estimators/mixture/minimise/minimum.hpp"
#include "isonomy/estimators/mixture/minimise/objective.hpp"

namespace isonomy::mixture {

/// Where the operation ran for these types, how exactly, and with how much memory.
template <class Op, class... T, ContextLike Ctx>
void describe(Ctx& ctx, const char* estimator, Report& report) {
  report.estimator = estimator;
  report.operations.push_back(ran<Op, T...>(ctx));
  report.precision = "double";
  report.math_mode = fixed_math;
  report.determinism = "same bits for any thread count, instruction set and backend";
  describe_context(ctx, report);
}

/// What a minimisation decided: that this is a minimum, or why not.
[[nodiscard]] inline Decision status_decision(const Minimum& minimum, const MinimizeOptions& options) {
  return {"status: edm below its limit", name(minimum.status),
          minimum.valid() ? options.edm - minimum.edm : Decision::not_known};
}

/// The report of `minimum`, which minimize(f, start, options) found.
///
/// It says where the passes over the data ran, as far as f tells: the likelihoods of this library do, by a member
/// `describe(report)`, which a function of your own may have too.
template <Objective F>
[[nodiscard]] Report report_of(const F& f, const Minimum& minimum, const MinimizeOptions& options = {}) {
  Report report;
  if constexpr (requires { f.describe(report); }) f.describe(report);
  report.estimator = "mixture::minimize";
  report.decisions.push_back(status_decision(minimum, options));
  return report;
}

}  // namespace isonomy::mixture
