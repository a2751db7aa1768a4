// solve_triangular and solve_triangular_batched: systems of a triangular matrix, or an exception; those of a batch,
// with a status per matrix.
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy {

/// The half of a square matrix that counts; what is beyond its diagonal is not read.
enum class Triangle { lower, upper };

namespace detail {

[[noreturn, gnu::cold, gnu::noinline]] inline void singular_triangle(const char* operation, index_t pivot) {
  throw SingularMatrix(text::joined({operation, ": element ", std::to_string(pivot),
                                     " of the diagonal of L is 0, counted from 1; it must not be; leave its unknown "
                                     "out, or add to the diagonal"}),
                       pivot);
}

/// 0, or the first element of the diagonal, counted from 1, that is 0.
template <class T, MemorySpace Space>
[[nodiscard]] ISONOMY_HD index_t first_zero(const MatrixView<const T, Space>& l) {
  for (index_t i = 0; i < l.rows; ++i)
    if (l(i, i) == 0) return i + 1;
  return 0;
}

/// info(b) = first_zero of matrix b.
template <class T, MemorySpace Space>
struct FirstZero {
  BatchView<const T, Space> l;
  VectorView<index_t, Space> info;

  ISONOMY_HD void operator()(index_t b) const { info(b) = first_zero(l[b]); }
};

/// One column of unknowns, of the batch whose columns are counted through.
template <class T, MemorySpace Space>
struct Substitute {
  BatchView<const T, Space> l;
  BatchView<T, Space> x;
  VectorView<const index_t, Space> info;
  bool lower;

  ISONOMY_HD void operator()(index_t column) const {
    const index_t b = column / x.columns, j = column % x.columns, n = l.rows;
    if (info(b) != 0) return;
    const MatrixView<const T, Space> a = l[b];
    const MatrixView<T, Space> out = x[b];
    for (index_t step = 0; step < n; ++step) {
      const index_t i = lower ? step : n - 1 - step;
      T sum = 0;
      for (index_t p = 0; p < step; ++p) {
        const index_t k = lower ? p : n - 1 - p;
        sum = std::fma(a(i, k), out(k, j), sum);
      }
      out(i, j) = (out(i, j) - sum) / a(i, i);
    }
  }
};

}  // namespace detail

namespace op {
/// Triangular systems of a batch.
struct solve_triangular_batched : Declaration {
  static constexpr const char* name = "solve_triangular_batched";
  using elements = Reals;
  /// Of the residual: |B - L*X|_ij <= 2*gamma(n + 1)*(|L||X|)_ij, whatever the order of the sums (Higham 2002, 8.1);
  /// info is Exact.
  using tier = Tight<2>;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, BatchView<const T, typename B::space> l,
                                       BatchView<T, typename B::space> x, Output<B, index_t> info, Triangle triangle) {
    requires Real<T>;
    B::solve_triangular_batched(c, l, x, info, triangle);
  };
  template <class B, class T>
  static constexpr bool derived = Real<T>&& Has<for_each, B>;
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::solve_triangular_batched(std::forward<A>(arguments)...);
  }
  template <class B, class T, class Ctx>
    requires requires(const Ctx& c, index_t n) { B::template solve_triangular_batched_workspace<T>(c, n, n, n); }
  static std::size_t workspace(const Ctx& ctx, index_t batches, index_t n, index_t columns) {
    return B::template solve_triangular_batched_workspace<T>(ctx, batches, n, columns);
  }
  template <class Matrices>
  static std::optional<Deviation> deviation(const Matrices& before, const Matrices& got, const Matrices& expected) {
    const auto& [l, b, old_info, triangle] = before;
    const auto& x = std::get<1>(got);
    const auto &info = std::get<2>(got), &wanted = std::get<2>(expected);
    for (index_t slot = 0; slot < l.batches; ++slot) {
      if (info(slot) != wanted(slot))
        return Deviation{2, 0, slot, 0, static_cast<double>(info(slot)), static_cast<double>(wanted(slot)), 0};
      std::optional<Deviation> found = info(slot) != 0
                                           ? changed(b[slot], x[slot])
                                           : residual(l[slot], b[slot], x[slot], std::get<1>(expected)[slot], triangle);
      if (!found) continue;
      found->batch = slot;
      return found;
    }
    return std::nullopt;
  }
  /// An element of L*X that is not that of B; where the reference's unknowns are no numbers, ours are not either.
  template <class T>
  static std::optional<Deviation> residual(MatrixView<const T> l, MatrixView<const T> b, MatrixView<const T> x,
                                           MatrixView<const T> reference, Triangle triangle) {
    const index_t n = l.rows;
    for (index_t j = 0; j < b.columns; ++j)
      for (index_t i = 0; i < n; ++i) {
        double sum = 0, magnitude = 0;
        for (index_t k = triangle == Triangle::lower ? 0 : i; k < (triangle == Triangle::lower ? i + 1 : n); ++k) {
          const double term = double{l(i, k)} * double{x(k, j)};
          sum += term;
          magnitude += std::abs(term);
        }
        const double bound = tier::bound<T>(static_cast<double>(n + 1), magnitude), wanted = double{b(i, j)};
        const bool number = std::isfinite(double{reference(i, j)});
        if (number ? !(std::abs(sum - wanted) <= bound) : std::isfinite(double{x(i, j)}))
          return Deviation{1,    0, i, j, number ? sum : double{x(i, j)}, number ? wanted : double{reference(i, j)},
                           bound};
      }
    return std::nullopt;
  }

  template <class Ctx, class T>
  static void derive(Ctx& ctx, BatchView<const T, typename Ctx::space> l, BatchView<T, typename Ctx::space> x,
                     VectorView<index_t, typename Ctx::space> info, Triangle triangle) {
    using Space = typename Ctx::space;
    invoke<for_each>(ctx, l.batches, detail::FirstZero<T, Space>{l, info});
    invoke<for_each>(ctx, x.batches * x.columns, detail::Substitute<T, Space>{l, x, info, triangle == Triangle::lower});
  }

 private:
  template <class T>
  static std::optional<Deviation> changed(MatrixView<const T> b, MatrixView<const T> x) {
    for (index_t j = 0; j < b.columns; ++j)
      for (index_t i = 0; i < b.rows; ++i)
        if (!(x(i, j) == b(i, j) || (x(i, j) != x(i, j) && b(i, j) != b(i, j))))
          return Deviation{1, 0, i, j, double{x(i, j)}, double{b(i, j)}, 0};
    return std::nullopt;
  }
};

/// Triangular systems of one matrix.
struct solve_triangular : Declaration {
  static constexpr const char* name = "solve_triangular";
  using elements = Reals;
  /// As solve_triangular_batched.
  using tier = solve_triangular_batched::tier;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, MatrixInput<B, T> l, MatrixOutput<B, T> x, Triangle triangle) {
    requires Real<T>;
    B::solve_triangular(c, l, x, triangle);
  };
  template <class B, class T>
  static constexpr bool derived = Runs<solve_triangular_batched, B, T>;
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::solve_triangular(std::forward<A>(arguments)...);
  }
  template <class Matrices>
  static std::optional<Deviation> deviation(const Matrices& before, const Matrices& got, const Matrices& expected) {
    const auto& [l, b, triangle] = before;
    return solve_triangular_batched::residual(l, b, std::get<1>(got), std::get<1>(expected), triangle);
  }
  template <class Ctx, class T>
  static void derive(Ctx& ctx, MatrixView<const T, typename Ctx::space> l, MatrixView<T, typename Ctx::space> x,
                     Triangle triangle) {
    using Space = typename Ctx::space;
    Buffer<index_t, typename Ctx::tag> info(ctx, 1, name);
    invoke<solve_triangular_batched, T>(
        ctx, BatchView<const T, Space>(l.data, 1, l.rows, l.columns, 0, l.row_stride, l.column_stride),
        BatchView<T, Space>(x.data, 1, x.rows, x.columns, 0, x.row_stride, x.column_stride), info.view(), triangle);
    if (const index_t pivot = to_host(ctx, info).front(); pivot != 0) detail::singular_triangle(name, pivot);
  }
};
}  // namespace op

/// X = inverse(L)*B in place of B: L*X = B for a lower triangle, or an upper one.
///
/// L is n x n, B is n x r; any strides. Elements of L beyond its diagonal are not read. Systems of transposed(L) take
/// transposed(L) and the other triangle; X*L = B takes transposed(L), the other triangle and transposed(B).
///
/// Errors: ShapeError where extents disagree, AliasError where B overlaps L, OutOfMemory for the workspace, and
/// SingularMatrix naming the first element of the diagonal, counted from 1, that is 0; B stays as it was. NaN and
/// infinity are no errors: they spread to the unknowns that follow in their column, NaN on the diagonal to all of
/// these. O(n^2 r).
///
/// Deterministic: Backend<Cpu> gives one result on every instruction set and thread count
/// (cpu/linalg/solve_triangular.hpp says which), that of the generic form; other backends agree within
/// op::solve_triangular::tier.
template <ContextLike Ctx, Real T>
  requires Runs<op::solve_triangular, backend_of<Ctx>, T>
void solve_triangular(Ctx& ctx, ConstMatrix<T, Ctx> l, MatrixView<T, typename Ctx::space> b,
                      Triangle triangle = Triangle::lower) {
  constexpr const char* operation = "solve_triangular";
  check::usable(l, operation, "L");
  check::usable(b, operation, "B");
  check::that(l.rows == l.columns, operation, "L is ", check::shape(l), "; it must be square");
  check::that(b.rows == l.rows, operation, "L is ", check::shape(l), " and B is ", check::shape(b),
              "; B must have a row for each of L");
  check::distinct(b, operation, "B");
  check::no_overlap(b, l, operation, "B", "L");
  begin_operation(ctx, operation);
  invoke<op::solve_triangular, T>(ctx, l, b, triangle);
}

/// The same for each matrix of a batch, with a status instead of SingularMatrix.
///
/// L holds n x n, B n x r matrices; any strides, and a batch stride of 0 for an L that all share. info(b) is 0, or the
/// first element of the diagonal of L in slot b, counted from 1, that is 0; B of such a slot stays as it was. Errors
/// but for SingularMatrix, and determinism, as solve_triangular.
template <ContextLike Ctx, Real T>
  requires Runs<op::solve_triangular_batched, backend_of<Ctx>, T>
void solve_triangular_batched(Ctx& ctx, std::type_identity_t<BatchView<const T, typename Ctx::space>> l,
                              BatchView<T, typename Ctx::space> b, VectorView<index_t, typename Ctx::space> info,
                              Triangle triangle = Triangle::lower) {
  constexpr const char* operation = "solve_triangular_batched";
  check::usable(l, operation, "L");
  check::usable(b, operation, "B");
  check::usable(info, operation, "info");
  check::that(l.rows == l.columns, operation, "L holds matrices of ", check::shape(l.rows, l.columns),
              "; they must be square");
  check::that(b.rows == l.rows, operation, "L holds matrices of ", check::shape(l.rows, l.columns), " and B of ",
              check::shape(b.rows, b.columns), "; B must have a row for each of L");
  check::that(l.batches == b.batches && info.size == b.batches, operation, "L has ", l.batches, " matrices, B has ",
              b.batches, " and info has ", info.size, " elements; give one of each per slot");
  check::distinct(b, operation, "B");
  check::distinct(info, operation, "info");
  check::apart(operation, {{l, "L"}, {b, "B"}, {info, "info"}});
  begin_operation(ctx, operation);
  invoke<op::solve_triangular_batched, T>(ctx, l, b, info, triangle);
}

/// The most bytes that solve_triangular_batched() takes from the context, of so many matrices of n x n elements T with
/// `columns` of B each; 0 where the backend does not say, by a member
/// solve_triangular_batched_workspace<T>(ctx, batches, n, columns).
template <Real T, ContextLike Ctx>
[[nodiscard]] std::size_t solve_triangular_batched_workspace(const Ctx& ctx, index_t batches, index_t n,
                                                             index_t columns) {
  return workspace_of<op::solve_triangular_batched, T>(ctx, batches, n, columns);
}

}  // namespace isonomy
