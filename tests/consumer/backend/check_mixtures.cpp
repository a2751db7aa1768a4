#include <isonomy/conformance/cases/mixture/mixture.hpp>
#include <isonomy/conformance/cases/mixture/weighted.hpp>

#include "check.hpp"

void consumer::check_mixtures(Context& ctx, Report& report, const Plan& plan) {
  check<isonomy::op::mixture_sums, isonomy::op::weighted_mixture_sums>(ctx, report, plan);
}
