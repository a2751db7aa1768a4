// eigh_subset: some of the eigenvalues of a symmetric matrix, by their value, and their eigenvectors.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/linalg/eigen/eigh.hpp"
#include "isonomy/ops/linalg/eigen/spectrum.hpp"
#include "isonomy/ops/linalg/eigen/subset_deviation.hpp"
#include "isonomy/ops/memory.hpp"

namespace isonomy {

namespace detail {

/// ValueError where outputs have no room for the eigenvalues that were found, before any is written.
inline void require_room(EigenRange found, index_t rows, index_t values, index_t vectors) {
  if (found.count <= values && found.count <= vectors) return;
  throw ValueError(text::joined("eigh_subset: ", found.count, " eigenvalues were chosen, w has ", values,
                                " elements and V ", vectors, " columns; give room for ", found.count, "; that for ",
                                rows, " always does"));
}

}  // namespace detail

namespace op {
/// Some of the eigenvalues of a symmetric matrix, and their vectors.
struct eigh_subset : Declaration {
  static constexpr const char* name = "eigh_subset";
  using elements = Reals;
  /// As eigh, in each vector that is written. How many are is within that bound too: an eigenvalue closer to an end of
  /// the range than eigenvalues are known may be on either side of it.
  using tier = eigh::tier;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, MatrixInput<B, T> a, const Spectrum& s, Output<B, T> w,
                                       MatrixOutput<B, T> v) {
    requires Real<T>;
    EigenRange(B::eigh_subset(c, a, s, w, v));
  };
  template <class B, class T>
  static constexpr bool derived = Has<eigh, B, T>&& Runs<copy, B, T>;
  template <class B, class... A>
  static EigenRange call(A&&... arguments) {
    return B::eigh_subset(std::forward<A>(arguments)...);
  }
  /// All eigenvalues and vectors, of which those chosen are copied.
  template <class Ctx, class T>
  static EigenRange derive(Ctx& ctx, MatrixView<const T, typename Ctx::space> a, const Spectrum& spectrum,
                           VectorView<T, typename Ctx::space> w, MatrixView<T, typename Ctx::space> v) {
    using Space = typename Ctx::space;
    Buffer<T, typename Ctx::tag> values(ctx, a.rows, name);
    Matrix<T, typename Ctx::tag> vectors(ctx, a.rows, a.rows, name);
    invoke<eigh, T>(ctx, a, values.view(), vectors.view());
    const std::vector<T> all = to_host(ctx, values);
    const EigenRange found = spectrum.of(isonomy::view(all), a.rows);
    isonomy::detail::require_room(found, a.rows, w.size, v.columns);
    const VectorView<const T, Space> chosen = values.view().subview(found.first, found.count);
    const MatrixView<const T, Space> columns = vectors.view().column_block(found.first, found.count);
    try {
      isonomy::copy(ctx, columns, v.column_block(0, found.count));
      isonomy::copy(ctx, chosen, w.subview(0, found.count));
    } catch (const Cancelled&) {
      throw Cancelled(name);
    }
    return found;
  }

  /// The first of the outputs that does not agree with A, with the spectrum or with the rules of order and sign, or a
  /// number of eigenvalues that rounding cannot explain. Another backend's outputs are not looked at.
  template <class Arguments>
  static std::optional<Deviation> deviation(const Arguments& before, const Arguments& got, const EigenRange& found) {
    const auto& [a, spectrum, old_w, old_v] = before;
    const auto& [unused, same, w, v] = got;
    for (index_t j = found.count; j < v.columns; ++j)
      for (index_t i = 0; i < v.rows; ++i)
        if (const double now = double{v(i, j)}, was = double{old_v(i, j)}; now != was && (now == now || was == was))
          return Deviation{2, 0, i, j, now, was, 0};
    for (index_t j = found.count; j < w.size; ++j)
      if (const double now = double{w(j)}, was = double{old_w(j)}; now != was && (now == now || was == was))
        return Deviation{1, 0, j, 0, now, was, 0};
    using T = typename std::remove_cvref_t<decltype(a)>::value_type;
    return subset::deviation<T>(a, spectrum, found, w, v);
  }
};
}  // namespace op

/// Some of the eigenvalues of a symmetric matrix and their vectors: A*V = V*diag(w) for those in the spectrum.
///
/// A is n x n, of which the lower triangle alone is read. w and V (n rows) have room for at least as many eigenvalues
/// as the spectrum holds: the first `count` elements and columns are written, ascending, normalised and signed as those
/// of eigh, the rest is left alone. Room for n always does; for Spectrum::smaller_sign_class() n / 2 does. Any strides.
/// Returned is which of all eigenvalues they are.
///
/// An eigenvalue belongs to the spectrum if the number that is stored for it does, so what is written lies in it
/// exactly. On other backends, one that is closer to an end than op::eigh_subset::tier, in particular a 0 of a matrix
/// without full rank, may lie on its other side.
///
/// Errors: as eigh; ValueError too for a range whose ends are NaN or descend, and, naming how many there are, where w
/// or V has no room. Outputs stay as they were where it throws, unless the generic form is stopped while it writes
/// them. Workspace on Backend<Cpu> is that of eigh; the generic form takes all of eigh, n^2 + n elements more, and
/// waits for the eigenvalues.
///
/// Deterministic: Backend<Cpu> gives the bits of eigh for these eigenvalues and vectors, on every instruction set and
/// thread count, and so the same choice. It takes all eigenvalues and forms the vectors wanted alone: for few, about
/// 4/3 n^3 multiplications and additions for the tridiagonal form and 1/3 n^3 for its pieces; each vector takes 2 n^2
/// to become one of A, and from 2048 rows on 5 n^2.
template <ContextLike Ctx, Real T>
  requires(Runs<op::eigh_subset, backend_of<Ctx>, T>)
EigenRange eigh_subset(Ctx& ctx, ConstMatrix<T, Ctx> a, const Spectrum& spectrum, VectorView<T, typename Ctx::space> w,
                       MatrixView<T, typename Ctx::space> v) {
  constexpr const char* operation = "eigh_subset";
  check::usable(a, operation, "A");
  check::usable(w, operation, "w");
  check::usable(v, operation, "V");
  check::that(a.rows == a.columns, operation, "A is ", a.rows, "x", a.columns, "; it must be square");
  check::that(v.rows == a.rows, operation, "V has ", v.rows, " rows and A has ", a.rows,
              "; give an output of as many rows");
  if (!spectrum.fewer_of_sign && !(spectrum.from <= spectrum.below))
    throw ValueError(text::joined(operation, ": the spectrum is from ", text::decimals(spectrum.from), " to below ",
                                  text::decimals(spectrum.below), "; its ends must be numbers that do not descend"));
  check::distinct(w, operation, "w");
  check::distinct(v, operation, "V");
  check::apart(operation, {{a, "A"}, {w, "w"}, {v, "V"}});
  begin_operation(ctx, operation);
  if (a.rows == 0) return {};
  return invoke<op::eigh_subset, T>(ctx, a, spectrum, w, v);
}

}  // namespace isonomy
