// qr: a matrix as the product of orthonormal columns and an upper triangle.
#pragma once

#include <algorithm>
#include <cmath>
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
/// Orthonormal columns and an upper triangle whose product is a matrix.
struct qr : Declaration {
  static constexpr const char* name = "qr";
  using elements = Reals;
  /// Of |A - Q*R|_ij, as a multiple of the norm of column j of A, and of |Q^T*Q - I|_ij: 2*gamma(m + 8*(k + 2)). A
  /// column passes k reflectors on its way to R and one of Q passes k back, each orthogonal but for four roundings and
  /// those of its sums of m terms, whose errors do not add up over reflectors (Higham 2002, 19.3: column by column).
  ///
  /// With both, the span of Q's columns is that of A's within the same bound. R's zeros and signs are exact.
  using tier = Tight<2>;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, MatrixInput<B, T> a, MatrixOutput<B, T> out) {
    requires Real<T>;
    B::qr(c, a, out, out);
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::qr(std::forward<A>(arguments)...);
  }

  /// The bound of a residual whose column has that norm, for an m x n matrix.
  template <class T>
  [[nodiscard]] static double bound(index_t m, index_t n, double norm) {
    return tier::bound<T>(static_cast<double>(m + 8 * (std::min(m, n) + 2)), norm);
  }
  /// The first element of the outputs that does not agree with A, or not with the rules of zeros and signs. The outputs
  /// of another backend are not looked at: where columns depend on each other, rounding chooses those of Q.
  template <class Arguments, class Expected>
  static std::optional<Deviation> deviation(const Arguments& before, const Arguments& got, const Expected&) {
    const auto& a = std::get<0>(before);
    return of_result<typename std::remove_cvref_t<decltype(a)>::value_type>(a, std::get<1>(got), std::get<2>(got));
  }
  /// As deviation, for one result: of Q where its columns are not orthonormal, of R with a bound where Q*R is not A,
  /// and with none where a rule is broken.
  template <class T>
  static std::optional<Deviation> of_result(MatrixView<const T> a, MatrixView<const T> q, MatrixView<const T> r) {
    const double of_q = bound<T>(a.rows, a.columns, 1);
    for (index_t j = 0; j < q.columns; ++j)
      for (index_t i = 0; i <= j; ++i) {
        Extended product = i == j ? -1 : 0;
        for (index_t p = 0; p < q.rows; ++p) product += Extended{q(p, i)} * q(p, j);
        if (!(std::abs(product) <= of_q)) return Deviation{1, 0, i, j, static_cast<double>(product), 0, of_q};
      }
    for (index_t j = 0; j < r.columns; ++j) {
      for (index_t i = 0; i < r.rows; ++i)
        if ((i > j && r(i, j) != 0) || (i == j && !(r(i, j) >= 0))) return Deviation{2, 0, i, j, double{r(i, j)}, 0, 0};
      if (const auto off = column_off(a, q, r, j)) return off;
    }
    return std::nullopt;
  }

 private:
  using Extended = long double;
  template <class T>
  static std::optional<Deviation> column_off(MatrixView<const T> a, MatrixView<const T> q, MatrixView<const T> r,
                                             index_t j) {
    Extended square = 0;
    for (index_t i = 0; i < a.rows; ++i) square += Extended{a(i, j)} * a(i, j);
    const double most = bound<T>(a.rows, a.columns, static_cast<double>(std::sqrt(square)));
    for (index_t i = 0; i < a.rows; ++i) {
      Extended residual = -Extended{a(i, j)};
      for (index_t p = 0; p < r.rows && p <= j; ++p) residual += Extended{q(i, p)} * r(p, j);
      if (!(std::abs(residual) <= most)) return Deviation{2, 0, i, j, static_cast<double>(residual), 0, most};
    }
    return std::nullopt;
  }
};
}  // namespace op

/// A = Q*R: orthonormal columns Q and an upper triangle R, both thin.
///
/// A is m x n and k the smaller of m and n: Q is m x k, R k x n with zeros below its diagonal and none of its diagonal
/// negative, which leaves one result where the first k columns of A are independent. Where they are not, elements of
/// the diagonal are 0 or of the size of rounding, and columns of Q complete the others to an orthonormal set. Any
/// strides; extents may be 0. Each column is scaled inside, so that its elements may be as large or small as T allows;
/// elements of R beyond that are infinite.
///
/// Errors: ShapeError where extents disagree, AliasError where Q or R overlaps A or each other, ValueError naming the
/// first element of A, column by column, that is not finite, OutOfMemory for the workspace of some m n + m k doubles,
/// and on Backend<Cpu> m + k + 2 n times the smaller of k and 64, and gemm's for its products, which is half as much
/// again of small matrices. Outputs stay as they were where it throws. 4 m n k - 4/3 k^3 multiplications and additions,
/// or fewer.
///
/// Deterministic: Backend<Cpu> gives one result on every instruction set and thread count, and works in double.
/// Backends agree within op::qr::tier.
template <ContextLike Ctx, Real T>
  requires Runs<op::qr, backend_of<Ctx>, T>
void qr(Ctx& ctx, ConstMatrix<T, Ctx> a, MatrixView<T, typename Ctx::space> q, MatrixView<T, typename Ctx::space> r) {
  constexpr const char* operation = "qr";
  const index_t m = a.rows, n = a.columns, k = std::min(m, n);
  check::usable(a, operation, "A");
  check::usable(q, operation, "Q");
  check::usable(r, operation, "R");
  check::that(q.rows == m && q.columns == k, operation, "Q is ", q.rows, "x", q.columns, " and A is ", m, "x", n,
              "; give ", m, "x", k);
  check::that(r.rows == k && r.columns == n, operation, "R is ", r.rows, "x", r.columns, " and A is ", m, "x", n,
              "; give ", k, "x", n);
  check::distinct(q, operation, "Q");
  check::distinct(r, operation, "R");
  check::apart(operation, {{a, "A"}, {q, "Q"}, {r, "R"}});
  begin_operation(ctx, operation);
  invoke<op::qr, T>(ctx, a, q, r);
}

}  // namespace isonomy
