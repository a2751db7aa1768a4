// Broken forms of products, factors and triangular systems on Backend<Cuda>: the kit rejects each.
#include <cstdint>

#include "isonomy/backend/compose/override.hpp"
#include "isonomy/conformance/cases/linalg/cholesky.hpp"
#include "isonomy/conformance/cases/linalg/gemm.hpp"
#include "isonomy/conformance/cases/linalg/solve_triangular.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "support/catch.hpp"

namespace isonomy::test {

/// The operations of Backend<Cuda>, with a mistake each.
struct BrokenAlgebra {};
enum class AlgebraBreak {
  none,
  alpha_ignored,
  left_to_blas,  ///< the cases in which BLAS skips what alpha = 0 multiplies
  one_triangle,
  info_from_0,
  above_cleared,
  pivot_unsaid,
  always_lower,
  zero_unsaid
};
inline AlgebraBreak algebra_break = AlgebraBreak::none;

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
    if (test::algebra_break == Break::left_to_blas && alpha == 0)
      return device::scale_product<T>(ctx, {alpha, {}, beta, out}, "gemm");
    Honest::gemm<T>(ctx, test::algebra_break == Break::alpha_ignored ? T{1} : alpha, a, b, beta, out);
  }
  template <Real T>
  static void syrk(context& ctx, T alpha, MatrixView<const T, space> a, T beta, MatrixView<T, space> out) {
    if (test::algebra_break != Break::one_triangle || !device::columnwise(out) || alpha == 0 || beta != 0 ||
        a.rows == 0 || out.rows == 0)
      return Honest::syrk<T>(ctx, alpha, a, beta, out);
    const device::Packed<T> x(ctx, a, "syrk");
    device::SymmetricProduct<T>{alpha, x.view, out}.queue_in_pieces(ctx, out.columns, "syrk");
  }
  template <Real T>
  static void cholesky_batched(context& ctx, BatchView<T, space> a, VectorView<index_t, space> info) {
    Honest::cholesky_batched<T>(ctx, a, info);
    if (test::algebra_break == Break::info_from_0) Honest::for_each(ctx, info.size, test::LessOne{info});
    if (test::algebra_break == Break::above_cleared) Honest::for_each(ctx, a.batches, test::ClearAbove<T>{a});
  }
  template <Real T>
  static void cholesky(context& ctx, MatrixView<T, space> a) {
    try {
      op::cholesky::derive(ctx, a);
    } catch (const NotPositiveDefinite&) {
      if (test::algebra_break != Break::pivot_unsaid) throw;
    }
  }
  template <Real T>
  static void solve_triangular(context& ctx, MatrixView<const T, space> l, MatrixView<T, space> b, Triangle triangle) {
    try {
      Honest::solve_triangular<T>(ctx, l, b, test::algebra_break == Break::always_lower ? Triangle::lower : triangle);
    } catch (const SingularMatrix&) {
      if (test::algebra_break != Break::zero_unsaid) throw;
    }
  }
};

namespace isonomy::test {
namespace {

using WithBrokenAlgebra =
    Override<Cuda, BrokenAlgebra, op::gemm, op::syrk, op::cholesky_batched, op::cholesky, op::solve_triangular>;

/// Rows of floats that fail with this break.
template <class Op>
[[nodiscard]] std::int64_t failures(AlgebraBreak what) {
  algebra_break = what;
  Context<WithBrokenAlgebra> ctx;
  conformance::Plan plan;
  plan.level = conformance::Level::quick;
  plan.first_failure = what != AlgebraBreak::none;
  conformance::OperationResult result{Op::name};
  conformance::Rows<WithBrokenAlgebra> rows(ctx, plan, result);
  conformance::Cases<Op>::template run<WithBrokenAlgebra, float>(rows);
  algebra_break = AlgebraBreak::none;
  return result.failed;
}

TEST_CASE("broken products and factors on Cuda are rejected", "[cuda]") {
  CHECK(failures<op::gemm>(AlgebraBreak::none) == 0);
  CHECK(failures<op::gemm>(AlgebraBreak::alpha_ignored) > 0);
  CHECK(failures<op::gemm>(AlgebraBreak::left_to_blas) > 0);
  CHECK(failures<op::syrk>(AlgebraBreak::none) == 0);
  CHECK(failures<op::syrk>(AlgebraBreak::one_triangle) > 0);
  CHECK(failures<op::cholesky_batched>(AlgebraBreak::none) == 0);
  CHECK(failures<op::cholesky_batched>(AlgebraBreak::info_from_0) > 0);
  CHECK(failures<op::cholesky_batched>(AlgebraBreak::above_cleared) > 0);
  CHECK(failures<op::cholesky>(AlgebraBreak::none) == 0);
  CHECK(failures<op::cholesky>(AlgebraBreak::pivot_unsaid) > 0);
  CHECK(failures<op::solve_triangular>(AlgebraBreak::none) == 0);
  CHECK(failures<op::solve_triangular>(AlgebraBreak::always_lower) > 0);
  CHECK(failures<op::solve_triangular>(AlgebraBreak::zero_unsaid) > 0);
}

}  // namespace
}  // namespace isonomy::test
