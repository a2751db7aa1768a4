#include <isonomy/conformance/cases/reduce.hpp>

#include "check.hpp"

void consumer::check_reductions(Context& ctx, Report& report, const Plan& plan) {
  check<isonomy::op::transform, isonomy::op::transform_reduce, isonomy::op::segmented_reduce>(ctx, report, plan);
}
