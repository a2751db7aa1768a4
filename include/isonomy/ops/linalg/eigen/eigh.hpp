// eigh: eigenvalues and eigenvectors of a symmetric matrix.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy {

namespace op {
/// Eigenvalues and eigenvectors of a symmetric matrix.
struct eigh : Declaration {
  static constexpr const char* name = "eigh";
  using elements = Reals;
  /// Of |A*V - V*diag(w)|_ij, as a multiple of the Frobenius norm of A, and of |V^T*V - I|_ij: 2*gamma(3*(n + 2)). A
  /// column passes n reflectors on its way to a tridiagonal matrix, n rotations or sums of n terms in that one's
  /// solution, and n reflectors back, each orthogonal but for rounding (Higham 2002, 19.3; Parlett 1998, 6.5, 7.9).
  ///
  /// With both, every eigenvalue is right within the same bound (Weyl), and vectors of a cluster span its space, which
  /// is all that can be said of them.
  using tier = Tight<2>;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, MatrixInput<B, T> a, Output<B, T> w, MatrixOutput<B, T> v) {
    requires Real<T>;
    B::eigh(c, a, w, v);
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::eigh(std::forward<A>(arguments)...);
  }
  template <class B, class T, class Ctx>
    requires requires(const Ctx& c, index_t n) { B::template eigh_workspace<T>(c, n); }
  static std::size_t workspace(const Ctx& ctx, index_t n) { return B::template eigh_workspace<T>(ctx, n); }

  /// The bound of a residual for a matrix of n rows of that norm.
  template <class T>
  [[nodiscard]] static double bound(index_t n, double norm) {
    return tier::bound<T>(static_cast<double>(3 * (n + 2)), norm);
  }
  /// The first of the outputs that does not agree with A, or not with the rules of order and sign. The outputs of
  /// another backend are not looked at: vectors of a cluster may differ by a rotation.
  template <class Arguments, class Expected>
  static std::optional<Deviation> deviation(const Arguments& before, const Arguments& got, const Expected&) {
    const auto& a = std::get<0>(before);
    const auto& [unused, w, v] = got;
    return of_result<std::remove_const_t<std::remove_reference_t<decltype(a(0, 0))>>>(a, w, v);
  }
  /// As deviation, for one result.
  template <class T>
  static std::optional<Deviation> of_result(MatrixView<const T> a, VectorView<const T> w, MatrixView<const T> v);

 private:
  using Extended = long double;
  /// Element (i, j) of the symmetric matrix whose lower triangle is that of a.
  template <class T>
  [[nodiscard]] static Extended element(MatrixView<const T> a, index_t i, index_t j) {
    return a(std::max(i, j), std::min(i, j));
  }
};

template <class T>
std::optional<Deviation> eigh::of_result(MatrixView<const T> a, VectorView<const T> w, MatrixView<const T> v) {
  const index_t n = a.rows;
  Extended square = 0;
  for (index_t j = 0; j < n; ++j)
    for (index_t i = 0; i < n; ++i) square += element(a, i, j) * element(a, i, j);
  const double of_a = bound<T>(n, static_cast<double>(std::sqrt(square))), of_v = bound<T>(n, 1);
  for (index_t j = 0; j < n; ++j) {
    if (!(j == 0 || w(j - 1) <= w(j))) return Deviation{1, 0, j, 0, double{w(j)}, double{w(j - 1)}, 0};
    T largest = 0;
    for (index_t i = 0; i < n; ++i) {
      Extended residual = -Extended{v(i, j)} * w(j), product = i == j ? -1 : 0;
      for (index_t k = 0; k < n; ++k) {
        residual += element(a, i, k) * v(k, j);
        product += Extended{v(k, i)} * v(k, j);
      }
      if (!(std::abs(residual) <= of_a)) return Deviation{2, 0, i, j, static_cast<double>(residual), 0, of_a};
      if (!(std::abs(product) <= of_v)) return Deviation{2, 0, i, j, static_cast<double>(product), 0, of_v};
      if (std::abs(v(i, j)) > std::abs(largest)) largest = v(i, j);
    }
    if (largest < 0) return Deviation{2, 0, 0, j, double{largest}, -double{largest}, 0};
  }
  return std::nullopt;
}
}  // namespace op

/// Eigenvalues and eigenvectors of a symmetric matrix: A*V = V*diag(w).
///
/// A is n x n, of which the lower triangle alone is read. w holds the eigenvalues in ascending order, column j of V the
/// vector of w(j), of norm 1; its element of largest magnitude, the first of several, is positive. Vectors of equal
/// eigenvalues are some basis of their space. Any strides. The matrix is scaled inside, so that its elements may be as
/// large or small as T allows; eigenvalues beyond that are infinite.
///
/// Errors: ShapeError where extents disagree, AliasError where w or V overlaps A or each other, ValueError naming the
/// first element of the lower triangle, column by column, that is not finite, NoConvergence where an iteration does
/// not end, OutOfMemory for the workspace of some 4 n^2 doubles. O(n^3). Outputs stay as they were where it throws.
///
/// Deterministic: Backend<Cpu> gives one result on every instruction set and thread count, and solves float in double.
/// From 2048 rows on it makes A tridiagonal by way of a band, which takes up to 90 n elements more and, for each
/// thread, half a megabyte. Backends agree within op::eigh::tier.
template <ContextLike Ctx, Real T>
  requires Runs<op::eigh, backend_of<Ctx>, T>
void eigh(Ctx& ctx, ConstMatrix<T, Ctx> a, VectorView<T, typename Ctx::space> w, MatrixView<T, typename Ctx::space> v) {
  constexpr const char* operation = "eigh";
  check::usable(a, operation, "A");
  check::usable(w, operation, "w");
  check::usable(v, operation, "V");
  check::that(a.rows == a.columns, operation, "A is ", a.rows, "x", a.columns, "; it must be square");
  check::that(w.size == a.rows, operation, "A has ", a.rows, " rows and w has ", w.size,
              " elements; give one per eigenvalue");
  check::that(v.rows == a.rows && v.columns == a.rows, operation, "V is ", v.rows, "x", v.columns, " and A is ", a.rows,
              "x", a.columns, "; give an output of the shape of A");
  check::distinct(w, operation, "w");
  check::distinct(v, operation, "V");
  check::apart(operation, {{a, "A"}, {w, "w"}, {v, "V"}});
  begin_operation(ctx, operation);
  invoke<op::eigh, T>(ctx, a, w, v);
}

/// The most bytes that eigh() and eigh_subset() of n x n elements T take from the context; 0 where the backend does not
/// say, by a member eigh_workspace<T>(ctx, n).
template <Real T, ContextLike Ctx>
[[nodiscard]] std::size_t eigh_workspace(const Ctx& ctx, index_t n) {
  return workspace_of<op::eigh, T>(ctx, n);
}

}  // namespace isonomy
