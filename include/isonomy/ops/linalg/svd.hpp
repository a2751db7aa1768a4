// svd: a matrix as the product of orthonormal columns, singular values and orthonormal rows.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/error.hpp"

namespace isonomy {

namespace op {
/// Singular values of a matrix and their vectors on both sides.
struct svd : Declaration {
  static constexpr const char* name = "svd";
  using elements = Reals;
  /// Of |A - U*diag(s)*V^T|_ij, as a multiple of the Frobenius norm of A, and of |U^T*U - I|_ij and |V^T*V - I|_ij:
  /// 2*gamma(m + n + 24*(k + 2)). A column passes k reflectors on its way to a square matrix or to a bidiagonal one,
  /// and one of U or V passes as many back, each orthogonal but for four roundings and those of its sums of m or n
  /// terms, which do not add up over reflectors; that matrix takes some eight sweeps of k steps, in each of which
  /// rotations of two columns leave two roundings in either (Higham 2002, 19.3, 19.6; Demmel and Veselic 1992).
  ///
  /// With both, every singular value is right within the same bound (Weyl), and vectors of a cluster span its space,
  /// which is all that can be said of them.
  using tier = Tight<2>;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, MatrixInput<B, T> a, MatrixOutput<B, T> out, Output<B, T> s) {
    requires Real<T>;
    B::svd(c, a, out, s, out);
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::svd(std::forward<A>(arguments)...);
  }

  /// The bound of a residual for an m x n matrix of that norm, which double may not hold.
  template <class T>
  [[nodiscard]] static long double bound(index_t m, index_t n, long double norm) {
    const auto length = static_cast<double>(m + n + 24 * (std::min(m, n) + 2));
    if (norm > std::numeric_limits<double>::max()) return tier::bound<T>(length, 1) * norm;
    return tier::bound<T>(length, static_cast<double>(norm));
  }
  /// The Frobenius norm.
  template <class T>
  [[nodiscard]] static long double norm(MatrixView<const T> a) {
    Extended square = 0;
    for (index_t j = 0; j < a.columns; ++j)
      for (index_t i = 0; i < a.rows; ++i) square += Extended{a(i, j)} * a(i, j);
    return std::sqrt(square);
  }
  /// The first element of the outputs that does not agree with A, or not with the rules of order and signs; or of the
  /// singular values one that differs from another backend's by more than both may be off. That one's vectors are not
  /// looked at: those of a cluster may differ by a rotation.
  template <class Arguments, class Expected>
  static std::optional<Deviation> deviation(const Arguments& before, const Arguments& got, const Expected& expected) {
    const auto& a = std::get<0>(before);
    using T = typename std::remove_cvref_t<decltype(a)>::value_type;
    const auto& s = std::get<2>(got);
    const auto& other = std::get<2>(expected);
    const Extended most = 2 * bound<T>(a.rows, a.columns, norm<T>(a));
    for (index_t j = 0; j < s.size; ++j)
      if (s(j) != other(j) && !(std::abs(Extended{s(j)} - Extended{other(j)}) <= most))
        return Deviation{2, 0, j, 0, double{s(j)}, double{other(j)}, static_cast<double>(most)};
    return of_result<T>(a, std::get<1>(got), s, std::get<3>(got));
  }
  /// As deviation, for one result: of U or V where columns are not orthonormal or have the wrong sign, of s where it
  /// does not descend, of A where it is not their product.
  template <class T>
  static std::optional<Deviation> of_result(MatrixView<const T> a, MatrixView<const T> u, VectorView<const T> s,
                                            MatrixView<const T> v) {
    for (index_t j = 0; j < s.size; ++j)
      if (!(s(j) >= 0) || (j > 0 && !(s(j - 1) >= s(j))))
        return Deviation{2, 0, j, 0, double{s(j)}, j > 0 ? double{s(j - 1)} : 0, 0};
    const auto of_columns = static_cast<double>(bound<T>(a.rows, a.columns, 1));
    if (const auto off = askew(u, 1, of_columns)) return off;
    if (const auto off = askew(v, 3, of_columns)) return off;
    for (index_t j = 0; j < u.columns; ++j) {
      T largest = 0;
      for (index_t i = 0; i < u.rows; ++i)
        if (std::abs(u(i, j)) > std::abs(largest)) largest = u(i, j);
      if (!(largest > 0)) return Deviation{1, 0, 0, j, double{largest}, -double{largest}, 0};
    }
    return residual_off(a, u, s, v);
  }

 private:
  using Extended = long double;
  template <class T>
  static std::optional<Deviation> askew(MatrixView<const T> q, int view, double most) {
    for (index_t j = 0; j < q.columns; ++j)
      for (index_t i = 0; i <= j; ++i) {
        Extended sum = i == j ? -1 : 0;
        for (index_t p = 0; p < q.rows; ++p) sum += Extended{q(p, i)} * q(p, j);
        if (!(std::abs(sum) <= most)) return Deviation{view, 0, i, j, static_cast<double>(sum), 0, most};
      }
    return std::nullopt;
  }
  template <class T>
  static std::optional<Deviation> residual_off(MatrixView<const T> a, MatrixView<const T> u, VectorView<const T> s,
                                               MatrixView<const T> v) {
    if (s.size > 0 && std::isinf(s(0))) return std::nullopt;  // beyond T: nothing is said of the product
    const Extended most = bound<T>(a.rows, a.columns, norm(a));
    for (index_t j = 0; j < a.columns; ++j)
      for (index_t i = 0; i < a.rows; ++i) {
        Extended residual = -Extended{a(i, j)};
        for (index_t p = 0; p < s.size; ++p) residual += Extended{u(i, p)} * s(p) * v(j, p);
        if (!(std::abs(residual) <= most))
          return Deviation{0, 0, i, j, static_cast<double>(residual), 0, static_cast<double>(most)};
      }
    return std::nullopt;
  }
};
}  // namespace op

/// A = U*diag(s)*V^T: singular values s and orthonormal columns U and V, all thin.
///
/// A is m x n and k the smaller of m and n: U is m x k, s has k elements, descending and none of them negative, V is
/// n x k. Of each column of U the element of largest magnitude, the first of several, is positive; the sign of V's
/// column follows. Vectors of equal singular values are some basis of their space, and those of a value of 0 complete
/// the others to an orthonormal set. Any strides; extents may be 0. The matrix is scaled inside, so that its elements
/// may be as large or small as T allows; singular values beyond that are infinite.
///
/// Errors: ShapeError where extents disagree, AliasError where an output overlaps A or another, ValueError naming the
/// first element of A, column by column, that is not finite, NoConvergence where an iteration does not end, OutOfMemory
/// for the workspace of some 5 m n + 9 k^2 doubles (of a square matrix 4 m n + 9 k^2) and gemm's for its products,
/// which is as much again of small matrices. O(m n k). Outputs stay as they were where it throws.
///
/// Deterministic: Backend<Cpu> gives one result on every instruction set and thread count, and works in double.
/// Backends agree within op::svd::tier.
template <ContextLike Ctx, Real T>
  requires Runs<op::svd, backend_of<Ctx>, T>
void svd(Ctx& ctx, ConstMatrix<T, Ctx> a, MatrixView<T, typename Ctx::space> u, VectorView<T, typename Ctx::space> s,
         MatrixView<T, typename Ctx::space> v) {
  constexpr const char* operation = "svd";
  const index_t m = a.rows, n = a.columns, k = std::min(m, n);
  check::usable(a, operation, "A");
  check::usable(u, operation, "U");
  check::usable(s, operation, "s");
  check::usable(v, operation, "V");
  check::that(u.rows == m && u.columns == k, operation, "U is ", u.rows, "x", u.columns, " and A is ", m, "x", n,
              "; give ", m, "x", k);
  check::that(s.size == k, operation, "s has ", s.size, " elements and A is ", m, "x", n, "; give ", k);
  check::that(v.rows == n && v.columns == k, operation, "V is ", v.rows, "x", v.columns, " and A is ", m, "x", n,
              "; give ", n, "x", k);
  check::distinct(u, operation, "U");
  check::distinct(s, operation, "s");
  check::distinct(v, operation, "V");
  check::apart(operation, {{a, "A"}, {u, "U"}, {s, "s"}, {v, "V"}});
  begin_operation(ctx, operation);
  invoke<op::svd, T>(ctx, a, u, s, v);
}

}  // namespace isonomy
