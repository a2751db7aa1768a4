// The pieces of the kit, each compiled in a file of its own; they append to one report.
#pragma once

#include <isonomy/conformance/operation.hpp>

#include "backend.hpp"

namespace consumer {

using isonomy::conformance::Plan;
using isonomy::conformance::Report;

void check_memory(Context& ctx, Report& report, const Plan& plan);
void check_reductions(Context& ctx, Report& report, const Plan& plan);
void check_order(Context& ctx, Report& report, const Plan& plan);
void check_products(Context& ctx, Report& report, const Plan& plan);
void check_residues(Context& ctx, Report& report, const Plan& plan);
void check_mixtures(Context& ctx, Report& report, const Plan& plan);
void check_multivariate_mixtures(Context& ctx, Report& report, const Plan& plan);

template <class... Op>
void check(Context& ctx, Report& report, const Plan& plan) {
  (isonomy::conformance::run_operation<Op, Loops>(ctx, report, plan), ...);
}

}  // namespace consumer
