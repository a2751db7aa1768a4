// cholesky and cholesky_batched: the Cholesky factor of a matrix, or an exception; those of a batch, with a status per
// matrix.
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy {

namespace detail {
[[noreturn, gnu::cold, gnu::noinline]] inline void not_positive_definite(const char* operation, index_t pivot,
                                                                         std::optional<double> value = {}) {
  constexpr const char* rule = "; those of a positive definite matrix are positive; is A a covariance of fewer "
                               "observations than variables? Add a multiple of the identity, or shrink it";
  const std::string found = value ? text::decimals(*value, 6) : std::string("not positive");
  throw NotPositiveDefinite(text::joined({operation, ": pivot ", std::to_string(pivot), " is ", found, rule}), 0,
                            pivot);
}
/// Of a factor's diagonal and the pivot at which LAPACK ended, or 0: the first that is not positive, counted from 1, or
/// 0. LAPACK may pass over a pivot that is NaN.
template <class T>
[[nodiscard]] index_t first_failing_pivot(VectorView<const T> diagonal, index_t ended_at) {
  const index_t before = ended_at == 0 ? diagonal.size : ended_at - 1;
  for (index_t j = 0; j < before; ++j)
    if (!(diagonal(j) > 0)) return j + 1;
  return ended_at;
}
}  // namespace detail

namespace op {
/// Cholesky factors of a batch.
struct cholesky_batched : Declaration {
  static constexpr const char* name = "cholesky_batched";
  using elements = Reals;
  /// Of the residual: |A - L*L^T|_ij <= 2*gamma(n + 1)*(|L||L^T|)_ij (Higham 2002, 10.3); info is Exact on matrices
  /// whose factors are exact.
  using tier = Tight<2>;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, BatchView<T, typename B::space> a, Output<B, index_t> info) {
    requires Real<T>;
    B::cholesky_batched(c, a, info);
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::cholesky_batched(std::forward<A>(arguments)...);
  }
  template <class B, class T, class Ctx>
    requires requires(const Ctx& c, index_t n) { B::template cholesky_batched_workspace<T>(c, n, n); }
  static std::size_t workspace(const Ctx& ctx, index_t batches, index_t n) {
    return B::template cholesky_batched_workspace<T>(ctx, batches, n);
  }
  /// The first matrix whose residual is beyond the bound, or whose info is another than the reference's although the
  /// pivot in question is not within it of 0.
  template <class Matrices>
  static std::optional<Deviation> deviation(const Matrices& before, const Matrices& got, const Matrices& expected) {
    const auto& a = std::get<0>(before);
    const auto& [l, info] = got;
    const auto& reference = std::get<1>(expected);
    for (index_t b = 0; b < a.batches; ++b) {
      const index_t ours = info(b), theirs = reference(b);
      if (ours != theirs && !within_rounding(a[b], ours == 0 || (theirs != 0 && theirs < ours) ? theirs : ours))
        return Deviation{1, 0, b, 0, static_cast<double>(ours), static_cast<double>(theirs), 0};
      if (const auto found = residual(a[b], l[b], ours == 0 && theirs == 0); found) {
        Deviation out = *found;
        out.batch = b;
        return out;
      }
    }
    return std::nullopt;
  }

  /// Of one matrix: an entry of L*L^T that is not that of A, unless it has no factor, or a change above the diagonal.
  template <class T>
  static std::optional<Deviation> residual(MatrixView<const T> a, MatrixView<const T> l, bool factored) {
    for (index_t j = 0; j < a.columns; ++j)
      for (index_t i = 0; i < a.rows; ++i) {
        const double before = double{a(i, j)}, after = double{l(i, j)};
        if (i < j && !(after == before || (after != after && before != before)))
          return Deviation{0, 0, i, j, after, before, 0};
        if (i < j || !factored) continue;
        const auto [sum, magnitude] = product(l, i, j, j + 1);
        const double bound = tier::bound<T>(static_cast<double>(a.rows + 1), magnitude);
        if (sum != before && !(std::abs(sum - before) <= bound)) return Deviation{0, 0, i, j, sum, before, bound};
      }
    return std::nullopt;
  }

 private:
  /// Element (i, j) of L*L^T from its first `terms` products, and the sum of their magnitudes.
  template <class T>
  static std::pair<double, double> product(MatrixView<const T> l, index_t i, index_t j, index_t terms) {
    double sum = 0, magnitude = 0;
    for (index_t p = 0; p < terms; ++p) {
      const double term = double{l(i, p)} * double{l(j, p)};
      sum += term;
      magnitude += std::abs(term);
    }
    return {sum, magnitude};
  }
  /// May rounding decide whether this pivot, counted from 1, is positive? Factors the leading part to see.
  template <class T>
  static bool within_rounding(MatrixView<const T> a, index_t pivot) {
    std::vector<double> factor(static_cast<std::size_t>(pivot * pivot));
    const MatrixView<double> l = column_major(factor.data(), pivot, pivot);
    for (index_t j = 0; j < pivot; ++j) {
      const auto [sum, magnitude] = product(MatrixView<const double>(l), j, j, j);
      const double left = double{a(j, j)} - sum;
      if (j == pivot - 1 || !(left > 0))
        return std::abs(left) <= tier::bound<T>(static_cast<double>(pivot + 1), std::abs(double{a(j, j)}) + magnitude);
      l(j, j) = std::sqrt(left);
      for (index_t i = j + 1; i < pivot; ++i)
        l(i, j) = (double{a(i, j)} - product(MatrixView<const double>(l), i, j, j).first) / l(j, j);
    }
    return false;
  }
};

/// The Cholesky factor of one matrix.
struct cholesky : Declaration {
  static constexpr const char* name = "cholesky";
  using elements = Reals;
  /// As cholesky_batched; the failing pivot is certain only where none is within rounding of 0.
  using tier = cholesky_batched::tier;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, MatrixOutput<B, T> a) {
    requires Real<T>;
    B::cholesky(c, a);
  };
  template <class B, class T>
  static constexpr bool derived = Has<cholesky_batched, B, T>;
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::cholesky(std::forward<A>(arguments)...);
  }
  template <class B, class T, class Ctx>
    requires requires(const Ctx& c, index_t n) { B::template cholesky_workspace<T>(c, n); }
  static std::size_t workspace(const Ctx& ctx, index_t n) { return B::template cholesky_workspace<T>(ctx, n); }
  template <class Matrices>
  static std::optional<Deviation> deviation(const Matrices& before, const Matrices& got, const Matrices&) {
    return cholesky_batched::residual(std::get<0>(before), std::get<0>(got), true);
  }
  template <class Ctx, class T>
  static void derive(Ctx& ctx, MatrixView<T, typename Ctx::space> a) {
    Buffer<index_t, typename Ctx::tag> info(ctx, 1, name);
    invoke<cholesky_batched, T>(ctx,
                                BatchView<T, typename Ctx::space>(a.data, 1, a.rows, a.columns, a.rows * a.columns,
                                                                  a.row_stride, a.column_stride),
                                info.view());
    if (const index_t failing = to_host(ctx, info).front(); failing != 0) detail::not_positive_definite(name, failing);
  }
};
}  // namespace op

/// Replaces the lower triangle of each n x n matrix by L with L*transposed(L) equal to it.
///
/// Strictly upper triangles are neither read nor written. info(b) is 0, or the first pivot of matrix b, counted from 1,
/// that is not positive (NaN is not); the lower triangle of such a matrix is then unspecified. Unit row or column
/// stride.
///
/// Errors: ShapeError, AliasError, OutOfMemory for the workspace (on Backend<Cpu> at most n^2/2 + 170 n + 12,100
/// elements for each matrix at work); never for the numbers in a matrix. O(n^3) per matrix.
///
/// Deterministic: Backend<Cpu> gives one result on every instruction set and thread count; backends agree in info where
/// no pivot is within rounding of 0, and within op::cholesky_batched::tier.
template <ContextLike Ctx, Real T>
  requires Runs<op::cholesky_batched, backend_of<Ctx>, T>
void cholesky_batched(Ctx& ctx, BatchView<T, typename Ctx::space> a, VectorView<index_t, typename Ctx::space> info) {
  constexpr const char* operation = "cholesky_batched";
  check::usable(a, operation, "A");
  check::usable(info, operation, "info");
  if (a.rows != a.columns)
    throw ShapeError(text::joined(
        {"cholesky_batched: A holds matrices of ", check::shape(a.rows, a.columns), "; they must be square"}));
  check::that(info.size == a.batches, operation, "A has ", a.batches, " matrices and info has ", info.size,
              " elements; give one per matrix");
  check::that(a.rows <= 1 || a.row_stride == 1 || a.column_stride == 1, operation, "A has strides ", a.row_stride, ", ",
              a.column_stride, "; one of them must be 1, copy it to a Matrix first");
  check::distinct(a, operation, "A");
  check::distinct(info, operation, "info");
  check::no_overlap(info, a, operation, "info", "A");
  begin_operation(ctx, operation);
  invoke<op::cholesky_batched, T>(ctx, a, info);
}

/// Replaces the lower triangle of the n x n matrix A by L with L*transposed(L) equal to it.
///
/// The strict upper triangle is neither read nor written. Unit row or column stride.
///
/// Errors: ShapeError, OutOfMemory for the workspace (that of one matrix of cholesky_batched, on Backend<Cuda> beyond
/// 512 rows what cuSOLVER asks for), A unchanged. NotPositiveDefinite with the first pivot, counted from 1, that is not
/// positive (NaN is not), and its value where the backend tells: the lower triangle is then unspecified, except that
/// Backend<Cpu> leaves A as it was. O(n^3).
///
/// Deterministic: Backend<Cpu> gives the bits of cholesky_batched on every instruction set and thread count; backends
/// agree within op::cholesky::tier. The generic form is cholesky_batched; it waits for the result.
template <ContextLike Ctx, Real T>
  requires Runs<op::cholesky, backend_of<Ctx>, T>
void cholesky(Ctx& ctx, MatrixView<T, typename Ctx::space> a) {
  constexpr const char* operation = "cholesky";
  check::usable(a, operation, "A");
  check::that(a.rows == a.columns, operation, "A is ", check::shape(a), "; it must be square");
  check::that(a.rows <= 1 || a.row_stride == 1 || a.column_stride == 1, operation, "A has strides ", a.row_stride, ", ",
              a.column_stride, "; one of them must be 1, copy it to a Matrix first");
  check::distinct(a, operation, "A");
  begin_operation(ctx, operation);
  invoke<op::cholesky, T>(ctx, a);
}

/// The most bytes that cholesky_batched() of `batches` matrices of n x n elements T takes from the context; 0 where the
/// backend does not say, by a member cholesky_batched_workspace<T>(ctx, batches, n).
template <Real T, ContextLike Ctx>
[[nodiscard]] std::size_t cholesky_batched_workspace(const Ctx& ctx, index_t batches, index_t n) {
  return workspace_of<op::cholesky_batched, T>(ctx, batches, n);
}

/// The most bytes that cholesky() of n x n elements T takes from the context; 0 where the backend does not say, by a
/// member cholesky_workspace<T>(ctx, n).
template <Real T, ContextLike Ctx>
[[nodiscard]] std::size_t cholesky_workspace(const Ctx& ctx, index_t n) {
  return workspace_of<op::cholesky, T>(ctx, n);
}

}  // namespace isonomy
