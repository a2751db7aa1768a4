#include <isonomy/conformance/cases/inclusive_scan.hpp>
#include <isonomy/conformance/cases/reduce.hpp>
#include <isonomy/conformance/cases/reduce_rows.hpp>

#include "check.hpp"

void consumer::check_reductions(Context& ctx, Report& report, const Plan& plan) {
  check<isonomy::op::transform, isonomy::op::transform_reduce, isonomy::op::segmented_reduce, isonomy::op::reduce_rows,
        isonomy::op::inclusive_scan>(ctx, report, plan);
}
