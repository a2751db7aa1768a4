#include <isonomy/conformance/cases/linalg/cholesky.hpp>
#include <isonomy/conformance/cases/linalg/gemm.hpp>
#include <isonomy/conformance/cases/linalg/gemm_batched.hpp>

#include "check.hpp"

void consumer::check_products(Context& ctx, Report& report, const Plan& plan) {
  check<isonomy::op::gemm, isonomy::op::gemm_batched, isonomy::op::syrk, isonomy::op::cholesky_batched>(ctx, report,
                                                                                                        plan);
}
