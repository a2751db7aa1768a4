// eigh_batched: eigenvalues and eigenvectors of each matrix of a batch, with a status for each.
#pragma once

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
#include "isonomy/ops/linalg/eigen/eigh.hpp"
#include "isonomy/ops/memory.hpp"

namespace isonomy {

namespace detail {

/// What eigh_batched says of a matrix that `solve` solves: 0, -1 where it holds what is not finite, 1 where an
/// iteration does not end.
template <class Solve>
[[nodiscard]] index_t eigen_status(const Solve& solve) {
  try {
    solve();
    return 0;
  } catch (const ValueError&) {
    return -1;
  } catch (const NoConvergence&) {
    return 1;
  }
}

}  // namespace detail

namespace op {
/// Eigenvalues and eigenvectors of a batch.
struct eigh_batched : Declaration {
  static constexpr const char* name = "eigh_batched";
  using elements = Reals;
  /// As eigh, in each matrix that was solved.
  using tier = eigh::tier;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, BatchView<const T, typename B::space> a, MatrixOutput<B, T> w,
                                       BatchView<T, typename B::space> v, Output<B, index_t> info) {
    requires Real<T>;
    B::eigh_batched(c, a, w, v, info);
  };
  template <class B, class T>
  static constexpr bool derived = Has<eigh, B, T>&& Runs<fill, B, T>&& Runs<fill, B, index_t>;
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::eigh_batched(std::forward<A>(arguments)...);
  }
  template <class Ctx, class T>
  static void derive(Ctx& ctx, BatchView<const T, typename Ctx::space> a, MatrixView<T, typename Ctx::space> w,
                     BatchView<T, typename Ctx::space> v, VectorView<index_t, typename Ctx::space> info) {
    constexpr T nothing = std::numeric_limits<T>::quiet_NaN();
    for (index_t s = 0; s < a.batches; ++s) {
      const index_t status = isonomy::detail::eigen_status([&] { invoke<eigh, T>(ctx, a[s], w.row(s), v[s]); });
      if (status != 0) {
        isonomy::fill(ctx, w.row(s), nothing);
        for (index_t j = 0; j < a.columns; ++j) isonomy::fill(ctx, v[s].column(j), nothing);
      }
      isonomy::fill(ctx, info.subview(s, 1), status);
    }
  }

  /// The first matrix that is not solved as eigh would, or of which something else is said.
  template <class Arguments>
  static std::optional<Deviation> deviation(const Arguments& before, const Arguments& got, const Arguments& expected) {
    const auto& a = std::get<0>(before);
    const auto& [unused, w, v, info] = got;
    const auto& reference = std::get<3>(expected);
    using T = typename std::remove_cvref_t<decltype(a)>::value_type;
    for (index_t s = 0; s < a.batches; ++s) {
      if (info(s) != reference(s))
        return Deviation{3, s, s, 0, static_cast<double>(info(s)), static_cast<double>(reference(s)), 0};
      const std::optional<Deviation> found =
          info(s) == 0 ? eigh::of_result<T>(a[s], w.row(s), v[s]) : not_cleared<T>(w.row(s), v[s]);
      if (!found) continue;
      Deviation out = *found;
      out.batch = s;
      return out;
    }
    return std::nullopt;
  }
  /// The first element that is a number.
  template <class T>
  static std::optional<Deviation> not_cleared(VectorView<const T> w, MatrixView<const T> v) {
    constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
    for (index_t j = 0; j < w.size; ++j) {
      if (w(j) == w(j)) return Deviation{1, 0, j, 0, double{w(j)}, nothing, 0};
      for (index_t i = 0; i < v.rows; ++i)
        if (v(i, j) == v(i, j)) return Deviation{2, 0, i, j, double{v(i, j)}, nothing, 0};
    }
    return std::nullopt;
  }
};
}  // namespace op

/// Eigenvalues and eigenvectors of each symmetric matrix of a batch: A[s]*V[s] = V[s]*diag(w(s, .)), as eigh.
///
/// A is b x n x n, of which the lower triangles alone are read, w is b x n, row s holding the eigenvalues of A[s] in
/// ascending order, V is b x n x n; any strides, a batch stride of 0 in A for one matrix in all slots. info(s) is 0
/// where A[s] was solved; -1 where its lower triangle holds an element that is not finite, 1 where an iteration did not
/// end: its eigenvalues and vectors are NaN then.
///
/// Errors: ShapeError, AliasError, OutOfMemory for the workspace, on Backend<Cpu> that of eigh for each matrix at work,
/// and where the limit does not leave that much, for one; never for the numbers in a matrix. Where memory ends in the
/// middle, or who asks to stop, finds the outputs of some matrices written. O(b n^3). The generic form calls eigh for
/// each.
///
/// Deterministic: on Backend<Cpu> each matrix has the bits of eigh, on every instruction set and thread count; backends
/// agree within op::eigh_batched::tier.
template <ContextLike Ctx, Real T>
  requires Runs<op::eigh_batched, backend_of<Ctx>, T>
void eigh_batched(Ctx& ctx, BatchView<const std::type_identity_t<T>, typename Ctx::space> a,
                  MatrixView<T, typename Ctx::space> w, BatchView<T, typename Ctx::space> v,
                  VectorView<index_t, typename Ctx::space> info) {
  constexpr const char* operation = "eigh_batched";
  check::usable(a, operation, "A");
  check::usable(w, operation, "w");
  check::usable(v, operation, "V");
  check::usable(info, operation, "info");
  check::that(a.rows == a.columns, operation, "A holds matrices of ", a.rows, "x", a.columns, "; they must be square");
  check::that(w.rows == a.batches && w.columns == a.rows, operation, "A has ", a.batches, " matrices of ", a.rows,
              " rows and w is ", w.rows, "x", w.columns, "; give a row per matrix and a column per eigenvalue");
  check::that(v.batches == a.batches && v.rows == a.rows && v.columns == a.rows, operation, "V has ", v.batches,
              " matrices of ", v.rows, "x", v.columns, " and A ", a.batches, " of ", a.rows, "x", a.columns,
              "; give an output of the shape of A");
  check::that(info.size == a.batches, operation, "A has ", a.batches, " matrices and info has ", info.size,
              " elements; give one per matrix");
  check::distinct(w, operation, "w");
  check::distinct(v, operation, "V");
  check::distinct(info, operation, "info");
  check::apart(operation, {{a, "A"}, {w, "w"}, {v, "V"}, {info, "info"}});
  begin_operation(ctx, operation);
  invoke<op::eigh_batched, T>(ctx, a, w, v, info);
}

}  // namespace isonomy
