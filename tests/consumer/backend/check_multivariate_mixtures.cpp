#include <isonomy/conformance/cases/mixture/multivariate.hpp>
#include <isonomy/conformance/cases/mixture/nearest.hpp>

#include "check.hpp"

void consumer::check_multivariate_mixtures(Context& ctx, Report& report, const Plan& plan) {
  check<isonomy::op::multivariate_mixture_sums, isonomy::op::weighted_multivariate_mixture_sums,
        isonomy::op::nearest_sums>(ctx, report, plan);
}
