#include <isonomy/conformance/cases/linalg/cholesky.hpp>
#include <isonomy/conformance/cases/linalg/eigh.hpp>
#include <isonomy/conformance/cases/linalg/eigh_batched.hpp>
#include <isonomy/conformance/cases/linalg/eigh_subset.hpp>
#include <isonomy/conformance/cases/linalg/gemm.hpp>
#include <isonomy/conformance/cases/linalg/gemm_batched.hpp>
#include <isonomy/conformance/cases/linalg/log_diagonal_sum.hpp>
#include <isonomy/conformance/cases/linalg/qr.hpp>
#include <isonomy/conformance/cases/linalg/solve_triangular.hpp>
#include <isonomy/conformance/cases/linalg/svd.hpp>
#include <isonomy/conformance/cases/linalg/tridiagonalise.hpp>

#include "check.hpp"

void consumer::check_products(Context& ctx, Report& report, const Plan& plan) {
  check<isonomy::op::gemm, isonomy::op::gemm_batched, isonomy::op::syrk, isonomy::op::cholesky_batched,
        isonomy::op::cholesky, isonomy::op::solve_triangular, isonomy::op::solve_triangular_batched,
        isonomy::op::log_diagonal_sum_batched>(ctx, report, plan);
  Plan without_eigenvectors = plan;
  without_eigenvectors.declined = {"eigh", "eigh_subset", "eigh_batched", "tridiagonalise", "apply_reflectors",
                                   "qr",   "svd"};
  check<isonomy::op::eigh, isonomy::op::eigh_subset, isonomy::op::eigh_batched, isonomy::op::tridiagonalise,
        isonomy::op::apply_reflectors, isonomy::op::qr, isonomy::op::svd>(ctx, report, without_eigenvectors);
}
