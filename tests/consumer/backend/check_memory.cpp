#include <isonomy/conformance/cases/gather.hpp>
#include <isonomy/conformance/cases/memory.hpp>

#include "check.hpp"

void consumer::check_memory(Context& ctx, Report& report, const Plan& plan) {
  check<isonomy::op::for_each, isonomy::op::copy, isonomy::op::fill, isonomy::op::iota, isonomy::op::gather,
        isonomy::op::scatter>(ctx, report, plan);
}
