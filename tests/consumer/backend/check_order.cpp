#include <isonomy/conformance/cases/select_candidates.hpp>
#include <isonomy/conformance/cases/sort.hpp>

#include "check.hpp"

void consumer::check_order(Context& ctx, Report& report, const Plan& plan) {
  check<isonomy::op::stable_sort_by_key, isonomy::op::rank_average, isonomy::op::select_k,
        isonomy::op::select_candidates>(ctx, report, plan);
}
