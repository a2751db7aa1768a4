// gemm: the dense matrix product of every backend.
#pragma once

#include <cmath>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy {

namespace op {
/// The dense matrix product.
struct gemm : Declaration {
  static constexpr const char* name = "gemm";
  using elements = Reals;
  /// |out - r|_ij <= 2*gamma(k + 2)*(|alpha|(|A||B|)_ij + |beta||old|_ij): any two orders of the k products and the two
  /// steps that apply alpha and beta (Higham 2002, 3.5).
  using tier = Tight<2>;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, T s, MatrixInput<B, T> a, MatrixOutput<B, T> out) {
    requires Real<T>;
    B::gemm(c, s, a, a, s, out);
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::gemm(std::forward<A>(arguments)...);
  }
  template <class B, class T, class Ctx>
    requires requires(const Ctx& c, index_t n) { B::template gemm_workspace<T>(c, n, n, n); }
  static std::size_t workspace(const Ctx& ctx, index_t rows, index_t columns, index_t inner) {
    return B::template gemm_workspace<T>(ctx, rows, columns, inner);
  }
  template <class T>
  static Reduction reduction(index_t i, index_t j, T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta,
                             MatrixView<const T> old) {
    double products = 0;
    for (index_t p = 0; p < a.columns; ++p) products += std::abs(double{a(i, p)} * double{b(p, j)});
    const double kept = beta == 0 ? 0 : std::abs(double{beta} * double{old(i, j)});
    return {static_cast<double>(a.columns + 2), std::abs(double{alpha}) * products + kept};
  }
};
}  // namespace op

namespace detail {
/// What products ask of the shapes of their matrices: ShapeError.
template <class T, MemorySpace Space>
void check_product(const char* operation, MatrixView<const T, Space> a, MatrixView<const T, Space> b,
                   MatrixView<T, Space> out) {
  if (a.columns != b.rows) {
    const char* hint = a.rows == b.rows         ? "; did you mean transposed(A)?"
                       : a.columns == b.columns ? "; did you mean transposed(B)?"
                                                : "";
    throw ShapeError(text::joined(
        {operation, ": A is ", check::shape(a), " and B is ", check::shape(b), "; A.columns must equal B.rows", hint}));
  }
  if (out.rows != a.rows || out.columns != b.columns)
    throw ShapeError(text::joined(operation, ": out is ", check::shape(out), "; A*B is ",
                                  check::shape(a.rows, b.columns), ", give an output of that shape"));
}
}  // namespace detail

/// out = alpha*(A*B) + beta*out: alpha multiplies finished sums.
///
/// A is m x k, B is k x n, out is m x n; any strides, transposition by transposed(view). beta == 0 ignores the old out,
/// even NaN. k == 0 leaves alpha*0 + beta*out.
///
/// Every product counts, as IEEE 754 has it: alpha == 0 reads A and B, and 0 times NaN or infinity is NaN (BLAS may
/// skip both).
///
/// Errors: ShapeError where extents disagree, AliasError where out overlaps A or B, OutOfMemory for the workspace of
/// packed copies. O(mnk).
///
/// Deterministic: Backend<Cpu> gives one result on every instruction set and thread count (cpu/linalg/gemm.hpp says
/// which); other backends agree within op::gemm::tier.
template <ContextLike Ctx, Real T>
  requires Runs<op::gemm, backend_of<Ctx>, T>
void gemm(Ctx& ctx, std::type_identity_t<T> alpha, ConstMatrix<T, Ctx> a, ConstMatrix<T, Ctx> b,
          std::type_identity_t<T> beta, MatrixView<T, typename Ctx::space> out) {
  check::usable(a, "gemm", "A");
  check::usable(b, "gemm", "B");
  check::usable(out, "gemm", "out");
  detail::check_product("gemm", a, b, out);
  check::distinct(out, "gemm", "out");
  check::no_overlap(out, a, "gemm", "out", "A");
  check::no_overlap(out, b, "gemm", "out", "B");
  begin_operation(ctx, "gemm");
  invoke<op::gemm, T>(ctx, alpha, a, b, beta, out);
}

/// The most bytes that gemm() of elements T takes from the context for an output of rows x columns, `inner` being the
/// columns of A; 0 where the backend does not say, by a member gemm_workspace<T>(ctx, rows, columns, inner).
template <Real T, ContextLike Ctx>
[[nodiscard]] std::size_t gemm_workspace(const Ctx& ctx, index_t rows, index_t columns, index_t inner) {
  return workspace_of<op::gemm, T>(ctx, rows, columns, inner);
}

}  // namespace isonomy
