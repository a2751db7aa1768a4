#include <isonomy/conformance/cases/linalg/cholesky.hpp>
#include <isonomy/conformance/cases/linalg/eigh.hpp>
#include <isonomy/conformance/cases/linalg/gemm.hpp>
#include <isonomy/conformance/cases/linalg/tridiagonalise.hpp>

#include "check.hpp"

void consumer::check_products(Context& ctx, Report& report, const Plan& plan) {
  check<isonomy::op::gemm, isonomy::op::syrk, isonomy::op::cholesky_batched>(ctx, report, plan);
  Plan without_eigenvectors = plan;
  without_eigenvectors.declined = {"eigh", "tridiagonalise", "apply_reflectors"};
  check<isonomy::op::eigh, isonomy::op::tridiagonalise, isonomy::op::apply_reflectors>(ctx, report,
                                                                                       without_eigenvectors);
}
