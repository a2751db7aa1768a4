// Broken forms of products, factors, triangular systems, eigenproblems, tridiagonal forms, qr and svd on Backend<Cuda>:
// the kit rejects each.
#include "isonomy/backend/compose/override.hpp"
#include "isonomy/conformance/cases/linalg/cholesky.hpp"
#include "isonomy/conformance/cases/linalg/eigh.hpp"
#include "isonomy/conformance/cases/linalg/eigh_batched.hpp"
#include "isonomy/conformance/cases/linalg/eigh_subset.hpp"
#include "isonomy/conformance/cases/linalg/gemm.hpp"
#include "isonomy/conformance/cases/linalg/gemm_batched.hpp"
#include "isonomy/conformance/cases/linalg/log_diagonal_sum.hpp"
#include "isonomy/conformance/cases/linalg/qr.hpp"
#include "isonomy/conformance/cases/linalg/solve_triangular.hpp"
#include "isonomy/conformance/cases/linalg/svd.hpp"
#include "isonomy/conformance/cases/linalg/tridiagonalise.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "rejected.hpp"
#include "support/catch.hpp"

namespace isonomy::test {

/// The operations of Backend<Cuda>, with a mistake each.
struct BrokenAlgebra {};
enum class AlgebraBreak {
  none,
  alpha_ignored,
  left_to_blas,  ///< the cases in which BLAS skips what alpha = 0 multiplies
  one_triangle,
  first_matrix_for_all,
  info_from_0,
  above_cleared,
  pivot_unsaid,
  always_lower,
  zero_unsaid,
  sums_cleared,
  signs_left_to_solver,
  ones_left_out,
  never_transposed,
  last_left_out,  ///< as if the range were open at both ends
  ends_exchanged,
  info_cleared,
  reflectors_left_below,
  rows_taken_for_columns  ///< of the vectors on the right
};

struct LessOne {
  VectorView<index_t, DeviceSpace> info;
  ISONOMY_HD void operator()(index_t b) const {
    if (info(b) > 0) --info(b);
  }
};
template <class T>
struct ClearAbove {
  BatchView<T, DeviceSpace> a;
  ISONOMY_HD void operator()(index_t b) const {
    for (index_t j = 1; j < a.columns; ++j) a[b](0, j) = 0;
  }
};
/// The vector whose first element is negative, whatever the others are.
template <class T>
struct FirstNegative {
  MatrixView<T, DeviceSpace> v;
  ISONOMY_HD void operator()(index_t j) const {
    const bool turn = v(0, j) > 0;
    for (index_t i = 0; turn && i < v.rows; ++i) v(i, j) = -v(i, j);
  }
};
/// What geqrf leaves: a diagonal whose last element is negative, and something below it.
template <class T>
struct FactorsOfSolver {
  MatrixView<T, DeviceSpace> q, r;
  bool below;
  ISONOMY_HD void operator()(index_t j) const {
    const index_t last = r.rows - 1;
    if (below) {
      for (index_t i = j + 1; i <= last; ++i) r(i, j) = T(0.5);
    } else {
      if (j >= last) r(last, j) = -r(last, j);
      for (index_t i = 0; j == last && i < q.rows; ++i) q(i, j) = -q(i, j);
    }
  }
};

/// A square matrix transposed, of which a thread exchanges the elements of a row and a column.
template <class T>
struct ExchangeRows {
  MatrixView<T, DeviceSpace> v;
  ISONOMY_HD void operator()(index_t j) const {
    for (index_t i = 0; i < j; ++i) {
      const T was = v(i, j);
      v(i, j) = v(j, i), v(j, i) = was;
    }
  }
};

/// The 1 with which a reflector begins, as LAPACK leaves it unsaid.
template <class T>
struct ClearLeading {
  MatrixView<T, DeviceSpace> v;
  ISONOMY_HD void operator()(index_t j) const {
    if (j + 1 < v.rows) v(j + 1, j) = 0;
  }
};

}  // namespace isonomy::test

template <>
struct isonomy::Backend<isonomy::test::BrokenAlgebra> {
  using tag = test::BrokenAlgebra;
  using space = DeviceSpace;
  using context = device::Context;
  using Honest = Backend<Cuda>;
  using Break = test::AlgebraBreak;

  static constexpr const char* name() { return "BrokenAlgebra"; }
  static bool available() noexcept { return true; }

  template <Real T>
  static void gemm(context& ctx, T alpha, MatrixView<const T, space> a, MatrixView<const T, space> b, T beta,
                   MatrixView<T, space> out) {
    if (test::mistake<test::AlgebraBreak> == Break::left_to_blas && alpha == 0)
      return device::scale_product<T>(ctx, {alpha, {}, beta, out}, "gemm");
    Honest::gemm<T>(ctx, test::mistake<test::AlgebraBreak> == Break::alpha_ignored ? T{1} : alpha, a, b, beta, out);
  }
  template <Real T>
  static void gemm_batched(context& ctx, T alpha, BatchView<const T, space> a, BatchView<const T, space> b, T beta,
                           BatchView<T, space> out) {
    if (test::mistake<test::AlgebraBreak> == Break::first_matrix_for_all) b.batch_stride = 0;
    Honest::gemm_batched<T>(ctx, test::mistake<test::AlgebraBreak> == Break::alpha_ignored ? T{1} : alpha, a, b, beta,
                            out);
  }
  template <Real T>
  static void syrk(context& ctx, T alpha, MatrixView<const T, space> a, T beta, MatrixView<T, space> out) {
    if (test::mistake<test::AlgebraBreak> != Break::one_triangle || !device::columnwise(out) || alpha == 0 ||
        beta != 0 || a.rows == 0 || out.rows == 0)
      return Honest::syrk<T>(ctx, alpha, a, beta, out);
    const device::Packed<T> x(ctx, a, "syrk");
    device::SymmetricProduct<T>{alpha, x.view, out}.queue_in_pieces(ctx, out.columns, "syrk");
  }
  template <Real T>
  static void cholesky_batched(context& ctx, BatchView<T, space> a, VectorView<index_t, space> info) {
    Honest::cholesky_batched<T>(ctx, a, info);
    if (test::mistake<test::AlgebraBreak> == Break::info_from_0) Honest::for_each(ctx, info.size, test::LessOne{info});
    if (test::mistake<test::AlgebraBreak> == Break::above_cleared)
      Honest::for_each(ctx, a.batches, test::ClearAbove<T>{a});
  }
  template <Real T>
  static void eigh(context& ctx, MatrixView<const T, space> a, VectorView<T, space> w, MatrixView<T, space> v) {
    Honest::eigh<T>(ctx, a, w, v);
    if (test::mistake<test::AlgebraBreak> == Break::signs_left_to_solver)
      Honest::for_each(ctx, a.columns, test::FirstNegative<T>{v});
  }
  template <Real T>
  static void tridiagonalise(context& ctx, MatrixView<const T, space> a, VectorView<T, space> d, VectorView<T, space> e,
                             MatrixView<T, space> v, VectorView<T, space> taus) {
    Honest::tridiagonalise<T>(ctx, a, d, e, v, taus);
    if (test::mistake<test::AlgebraBreak> == Break::ones_left_out)
      Honest::for_each(ctx, v.columns, test::ClearLeading<T>{v});
  }
  template <Real T>
  static void apply_reflectors(context& ctx, MatrixView<const T, space> v, VectorView<const T, space> taus,
                               bool transpose, MatrixView<T, space> c) {
    Honest::apply_reflectors<T>(ctx, v, taus, transpose && test::mistake<test::AlgebraBreak> != Break::never_transposed,
                                c);
  }
  template <Real T>
  static void eigh_batched(context& ctx, BatchView<const T, space> a, MatrixView<T, space> w, BatchView<T, space> v,
                           VectorView<index_t, space> info) {
    if (test::mistake<test::AlgebraBreak> == Break::first_matrix_for_all) a.batch_stride = 0;
    Honest::eigh_batched<T>(ctx, a, w, v, info);
    if (test::mistake<test::AlgebraBreak> == Break::info_cleared) Honest::fill(ctx, info, index_t{0});
  }
  template <Real T>
  static EigenRange eigh_subset(context& ctx, MatrixView<const T, space> a, const Spectrum& spectrum,
                                VectorView<T, space> w, MatrixView<T, space> v) {
    Spectrum asked = spectrum;
    if (test::mistake<test::AlgebraBreak> == Break::ends_exchanged && spectrum.below == 0)
      asked = Spectrum::at_least(0);
    EigenRange found = op::eigh_subset::derive(ctx, a, asked, w, v);
    if (test::mistake<test::AlgebraBreak> == Break::last_left_out && found.count > 1) --found.count;
    return found;
  }
  template <Real T>
  static void qr(context& ctx, MatrixView<const T, space> a, MatrixView<T, space> q, MatrixView<T, space> r) {
    Honest::qr<T>(ctx, a, q, r);
    const auto broken = test::mistake<test::AlgebraBreak>;
    if (broken == Break::signs_left_to_solver || broken == Break::reflectors_left_below)
      Honest::for_each(ctx, r.rows == 0 ? 0 : r.columns,
                       test::FactorsOfSolver<T>{q, r, broken == Break::reflectors_left_below});
  }
  template <Real T>
  static void svd(context& ctx, MatrixView<const T, space> a, MatrixView<T, space> u, VectorView<T, space> s,
                  MatrixView<T, space> v) {
    Honest::svd<T>(ctx, a, u, s, v);
    if (test::mistake<test::AlgebraBreak> == Break::signs_left_to_solver)
      Honest::for_each(ctx, s.size, test::FirstNegative<T>{u});
    if (test::mistake<test::AlgebraBreak> == Break::rows_taken_for_columns && v.rows == v.columns)
      Honest::for_each(ctx, s.size, test::ExchangeRows<T>{v});
  }
  template <Real T>
  static void cholesky(context& ctx, MatrixView<T, space> a) {
    try {
      Honest::cholesky<T>(ctx, a);
    } catch (const NotPositiveDefinite&) {
      if (test::mistake<test::AlgebraBreak> != Break::pivot_unsaid) throw;
    }
  }
  template <Real T>
  static void solve_triangular(context& ctx, MatrixView<const T, space> l, MatrixView<T, space> b, Triangle triangle) {
    try {
      Honest::solve_triangular<T>(
          ctx, l, b, test::mistake<test::AlgebraBreak> == Break::always_lower ? Triangle::lower : triangle);
    } catch (const SingularMatrix&) {
      if (test::mistake<test::AlgebraBreak> != Break::zero_unsaid) throw;
    }
  }
  template <Real T>
  static void solve_triangular_batched(context& ctx, BatchView<const T, space> l, BatchView<T, space> b,
                                       VectorView<index_t, space> info, Triangle triangle) {
    if (test::mistake<test::AlgebraBreak> == Break::always_lower) triangle = Triangle::lower;
    Honest::solve_triangular_batched<T>(ctx, l, b, info, triangle);
    if (test::mistake<test::AlgebraBreak> == Break::info_from_0) Honest::for_each(ctx, info.size, test::LessOne{info});
  }
  template <Real T>
  static void log_diagonal_sum_batched(context& ctx, BatchView<const T, space> l, VectorView<const index_t, space> info,
                                       VectorView<T, space> out) {
    op::log_diagonal_sum_batched::derive(ctx, l, info, out);
    if (test::mistake<test::AlgebraBreak> == Break::sums_cleared) Honest::fill(ctx, out, T{0});
  }
};

namespace isonomy::test {
namespace {

using WithBrokenAlgebra =
    Override<Cuda, BrokenAlgebra, op::gemm, op::gemm_batched, op::syrk, op::cholesky_batched, op::cholesky,
             op::solve_triangular, op::solve_triangular_batched, op::log_diagonal_sum_batched, op::eigh,
             op::eigh_subset, op::eigh_batched, op::tridiagonalise, op::apply_reflectors, op::qr, op::svd>;

TEST_CASE("broken products and factors on Cuda are rejected", "[cuda]") {
  using enum AlgebraBreak;
  rejects<op::gemm, WithBrokenAlgebra>({alpha_ignored, left_to_blas});
  rejects<op::gemm_batched, WithBrokenAlgebra>({alpha_ignored, first_matrix_for_all});
  rejects<op::syrk, WithBrokenAlgebra>({one_triangle});
  rejects<op::cholesky_batched, WithBrokenAlgebra>({info_from_0, above_cleared});
  rejects<op::cholesky, WithBrokenAlgebra>({pivot_unsaid});
  rejects<op::solve_triangular, WithBrokenAlgebra>({always_lower, zero_unsaid});
  rejects<op::solve_triangular_batched, WithBrokenAlgebra>({always_lower, info_from_0});
  rejects<op::log_diagonal_sum_batched, WithBrokenAlgebra>({sums_cleared});
  rejects<op::eigh, WithBrokenAlgebra>({signs_left_to_solver});
  rejects<op::tridiagonalise, WithBrokenAlgebra>({ones_left_out});
  rejects<op::apply_reflectors, WithBrokenAlgebra>({never_transposed});
  rejects<op::eigh_subset, WithBrokenAlgebra>({last_left_out, ends_exchanged});
  rejects<op::eigh_batched, WithBrokenAlgebra>({first_matrix_for_all, info_cleared});
  rejects<op::qr, WithBrokenAlgebra>({signs_left_to_solver, reflectors_left_below});
  rejects<op::svd, WithBrokenAlgebra>({signs_left_to_solver, rows_taken_for_columns});
}

}  // namespace
}  // namespace isonomy::test
