// tridiagonalise and apply_reflectors: a symmetric matrix as Q*T*transposed(Q), and products with that Q.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/error.hpp"

namespace isonomy {

namespace op {
/// A symmetric matrix made tridiagonal by reflectors.
struct tridiagonalise : Declaration {
  static constexpr const char* name = "tridiagonalise";
  using elements = Reals;
  /// Of |A - Q*T*Q^T|_ij, as a multiple of the Frobenius norm of A, and of |tau_j v_j^T v_j - 2|: 2*gamma(8*(n + 2)).
  /// Each of n reflectors is orthogonal but for four roundings, those of v, of tau and of two products with it, and
  /// stands on both sides (Higham 2002, 19.3).
  using tier = Tight<2>;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, MatrixInput<B, T> a, Output<B, T> d, MatrixOutput<B, T> v) {
    requires Real<T>;
    B::tridiagonalise(c, a, d, d, v, d);
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::tridiagonalise(std::forward<A>(arguments)...);
  }
  template <class B, class T, class Ctx>
    requires requires(const Ctx& c, index_t n) { B::template tridiagonalise_workspace<T>(c, n); }
  static std::size_t workspace(const Ctx& ctx, index_t n) { return B::template tridiagonalise_workspace<T>(ctx, n); }

  template <class T>
  [[nodiscard]] static double bound(index_t n, double norm) {
    return tier::bound<T>(static_cast<double>(8 * (n + 2)), norm);
  }
  /// The first element of Q*T*Q^T that is not that of A, or the first reflector that is none. Another backend's form is
  /// not looked at: where a column is nearly reduced, rounding chooses the sign.
  template <class Arguments, class Expected>
  static std::optional<Deviation> deviation(const Arguments& before, const Arguments& got, const Expected&) {
    const auto& a = std::get<0>(before);
    const auto& [unused, d, e, v, taus] = got;
    return of_result<typename std::remove_cvref_t<decltype(a)>::value_type>(a, d, e, v, taus);
  }
  /// As deviation, for one result.
  template <class T>
  static std::optional<Deviation> of_result(MatrixView<const T> a, VectorView<const T> d, VectorView<const T> e,
                                            MatrixView<const T> v, VectorView<const T> taus) {
    using Extended = long double;
    const index_t n = a.rows;
    std::vector<Extended> q(static_cast<std::size_t>(n * n));
    const MatrixView<Extended> product = column_major(q.data(), n, n);
    for (index_t i = 0; i < n; ++i) {
      product(i, i) = d(i);
      if (i + 1 < n) product(i, i + 1) = product(i + 1, i) = e(i);
      if (v(i, n - 1) != 0) return Deviation{3, 0, i, n - 1, double{v(i, n - 1)}, 0, 0};
    }
    for (index_t j = n - 2; j >= 0; --j) {
      Extended square = 0;
      for (index_t i = 0; i < n; ++i) {
        if (i <= j + 1 && v(i, j) != (i == j + 1 ? T{1} : T{0})) return Deviation{3, 0, i, j, double{v(i, j)}, 0, 0};
        square += Extended{v(i, j)} * v(i, j);
      }
      const double off = static_cast<double>(square * taus(j) - 2), most = bound<T>(n, 1);
      if (taus(j) != 0 && !(std::abs(off) <= most)) return Deviation{4, 0, j, 0, off, 0, most};
      reflect(v.column(j), taus(j), product);
      reflect(v.column(j), taus(j), transposed(product));
    }
    return difference<T>(a, product);
  }

 private:
  template <class T, class Extended>
  static void reflect(VectorView<const T> v, T tau, MatrixView<Extended> c) {
    for (index_t j = 0; j < c.columns; ++j) {
      Extended sum = 0;
      for (index_t i = 0; i < c.rows; ++i) sum += Extended{v(i)} * c(i, j);
      for (index_t i = 0; i < c.rows; ++i) c(i, j) -= tau * sum * v(i);
    }
  }
  template <class T, class Extended>
  static std::optional<Deviation> difference(MatrixView<const T> a, MatrixView<Extended> product) {
    const auto element = [&](index_t i, index_t j) -> Extended { return a(std::max(i, j), std::min(i, j)); };
    Extended square = 0;
    for (index_t j = 0; j < a.columns; ++j)
      for (index_t i = 0; i < a.rows; ++i) square += element(i, j) * element(i, j);
    const double most = bound<T>(a.rows, static_cast<double>(std::sqrt(square)));
    for (index_t j = 0; j < a.columns; ++j)
      for (index_t i = 0; i < a.rows; ++i)
        if (const Extended off = product(i, j) - element(i, j); !(std::abs(off) <= most))
          return Deviation{1, 0, i, j, static_cast<double>(off), 0, most};
    return std::nullopt;
  }
};

/// Products with the Q of tridiagonalise.
struct apply_reflectors : Declaration {
  static constexpr const char* name = "apply_reflectors";
  using elements = Reals;
  /// |C - r|_ij <= 2*gamma(8*(n + 2)) times the norm of column j: n reflectors, each of which takes a column's length
  /// to within the roundings of v, tau, a sum and a difference (Higham 2002, 19.3), for reflectors that are orthogonal.
  using tier = Tight<2>;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, MatrixInput<B, T> v, Input<B, T> taus, MatrixOutput<B, T> out) {
    requires Real<T>;
    B::apply_reflectors(c, v, taus, true, out);
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::apply_reflectors(std::forward<A>(arguments)...);
  }
  template <class T>
  static Reduction reduction(index_t, index_t j, MatrixView<const T>, VectorView<const T>, bool,
                             MatrixView<const T> old) {
    long double square = 0;
    for (index_t i = 0; i < old.rows; ++i) square += static_cast<long double>(old(i, j)) * old(i, j);
    return {static_cast<double>(8 * (old.rows + 2)), static_cast<double>(std::sqrt(square))};
  }
};
}  // namespace op

/// A = Q*T*transposed(Q) for a symmetric matrix A and a tridiagonal T.
///
/// A is n x n, of which the lower triangle alone is read. d holds the n elements of T's diagonal, e the n - 1 beneath
/// it. Q = H_0*H_1*...*H_(n-2), H_j = I - taus(j)*v_j*transposed(v_j): column j of the n x n reflectors is v_j, which
/// is 0 up to row j and 1 in row j + 1; their last column is 0. taus(j) is 0 where column j needs no reflector, else
/// between 1 and 2. Any strides; scaled inside, as eigh.
///
/// Errors: ShapeError, AliasError, ValueError where an element of the lower triangle is not finite, OutOfMemory.
/// Outputs stay as they were where it throws. 4/3 n^3 multiplications and additions.
///
/// Deterministic: Backend<Cpu> gives one result on every instruction set and thread count, and works in double.
/// Backends agree within op::tridiagonalise::tier.
template <ContextLike Ctx, Real T>
  requires Runs<op::tridiagonalise, backend_of<Ctx>, T>
void tridiagonalise(Ctx& ctx, ConstMatrix<T, Ctx> a, VectorView<T, typename Ctx::space> d,
                    VectorView<T, typename Ctx::space> e, MatrixView<T, typename Ctx::space> reflectors,
                    VectorView<T, typename Ctx::space> taus) {
  constexpr const char* operation = "tridiagonalise";
  const index_t n = a.rows, fewer = std::max<index_t>(n - 1, 0);
  check::usable(a, operation, "A");
  check::that(n == a.columns, operation, "A is ", n, "x", a.columns, "; it must be square");
  const auto line = [&](const auto& v, const char* name, index_t size) {
    check::usable(v, operation, name);
    check::that(v.size == size, operation, name, " has ", v.size, " elements and A has ", n, " rows; give ", size);
    check::distinct(v, operation, name);
  };
  check::usable(reflectors, operation, "reflectors");
  check::that(reflectors.rows == n && reflectors.columns == n, operation, "reflectors is ", reflectors.rows, "x",
              reflectors.columns, " and A is ", n, "x", n, "; give an output of the shape of A");
  check::distinct(reflectors, operation, "reflectors");
  line(d, "d", n);
  line(e, "e", fewer);
  line(taus, "taus", fewer);
  check::apart(operation, {{a, "A"}, {d, "d"}, {e, "e"}, {taus, "taus"}, {reflectors, "reflectors"}});
  begin_operation(ctx, operation);
  invoke<op::tridiagonalise, T>(ctx, a, d, e, reflectors, taus);
}

/// C = Q*C, or C = transposed(Q)*C, for the Q of tridiagonalise.
///
/// reflectors is n x n, of which the elements beneath the first subdiagonal alone are read, taus holds n - 1 elements,
/// C is n x m; any strides. NaN and infinities spread as sums of products spread them.
///
/// Errors: ShapeError, AliasError, OutOfMemory; C stays as it was where it throws. 2 n^2 m multiplications and
/// additions.
///
/// Deterministic: as tridiagonalise; backends agree within op::apply_reflectors::tier.
template <ContextLike Ctx, Real T>
  requires Runs<op::apply_reflectors, backend_of<Ctx>, T>
void apply_reflectors(Ctx& ctx, ConstMatrix<T, Ctx> reflectors,
                      VectorView<const std::type_identity_t<T>, typename Ctx::space> taus, bool transpose,
                      MatrixView<T, typename Ctx::space> c) {
  constexpr const char* operation = "apply_reflectors";
  check::usable(reflectors, operation, "reflectors");
  check::usable(taus, operation, "taus");
  check::usable(c, operation, "C");
  check::that(reflectors.rows == c.rows && reflectors.columns == c.rows, operation, "reflectors is ", reflectors.rows,
              "x", reflectors.columns, " and C has ", c.rows, " rows; reflectors must be square of that size");
  check::equal(taus.size, "taus", std::max<index_t>(c.rows - 1, 0), "the list of reflectors", operation);
  check::distinct(c, operation, "C");
  check::no_overlap(c, reflectors, operation, "C", "reflectors");
  check::no_overlap(c, taus, operation, "C", "taus");
  begin_operation(ctx, operation);
  invoke<op::apply_reflectors, T>(ctx, reflectors, taus, transpose, c);
}

/// The most bytes that tridiagonalise() of n x n elements T takes from the context; 0 where the backend does not say,
/// by a member tridiagonalise_workspace<T>(ctx, n).
template <Real T, ContextLike Ctx>
[[nodiscard]] std::size_t tridiagonalise_workspace(const Ctx& ctx, index_t n) {
  return workspace_of<op::tridiagonalise, T>(ctx, n);
}

}  // namespace isonomy
