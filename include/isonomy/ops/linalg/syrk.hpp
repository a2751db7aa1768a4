// syrk: the product of a matrix with its own transpose.
#pragma once

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/linalg/gemm.hpp"

namespace isonomy {

namespace op {
/// The product of a matrix with its own transpose.
struct syrk : Declaration {
  static constexpr const char* name = "syrk";
  using elements = Reals;
  /// As gemm.
  using tier = gemm::tier;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, T s, MatrixInput<B, T> a, MatrixOutput<B, T> out) {
    requires Real<T>;
    B::syrk(c, s, a, s, out);
  };
  template <class B, class T>
  static constexpr bool derived = Has<gemm, B, T>;
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::syrk(std::forward<A>(arguments)...);
  }
  template <class T>
  static Reduction reduction(index_t i, index_t j, T alpha, MatrixView<const T> a, T beta, MatrixView<const T> old) {
    return gemm::reduction(i, j, alpha, MatrixView<const T>(transposed(a)), a, beta, old);
  }
  template <class Ctx, class T>
  static void derive(Ctx& ctx, T alpha, ConstMatrix<T, Ctx> a, T beta, MatrixView<T, typename Ctx::space> out) {
    invoke<gemm, T>(ctx, alpha, ConstMatrix<T, Ctx>(transposed(a)), a, beta, out);
  }
};
}  // namespace op

/// out = alpha*transposed(A)*A + beta*out, both triangles written.
///
/// A is n x k, out is k x k; any strides. beta == 0 ignores the old out, even NaN. The generic form is gemm; a
/// backend's own does half the work. On Backend<Cpu> both have the same bits. Errors and determinism as gemm.
template <ContextLike Ctx, Real T>
  requires Runs<op::syrk, backend_of<Ctx>, T>
void syrk(Ctx& ctx, std::type_identity_t<T> alpha, ConstMatrix<T, Ctx> a, std::type_identity_t<T> beta,
          MatrixView<T, typename Ctx::space> out) {
  check::usable(a, "syrk", "A");
  check::usable(out, "syrk", "out");
  if (out.rows != a.columns || out.columns != a.columns)
    throw ShapeError(text::joined("syrk: out is ", check::shape(out), " and A is ", check::shape(a),
                                  "; transposed(A)*A is ", check::shape(a.columns, a.columns),
                                  ", give an output of that shape"));
  check::distinct(out, "syrk", "out");
  check::no_overlap(out, a, "syrk", "out", "A");
  begin_operation(ctx, "syrk");
  invoke<op::syrk, T>(ctx, alpha, a, beta, out);
}

}  // namespace isonomy
