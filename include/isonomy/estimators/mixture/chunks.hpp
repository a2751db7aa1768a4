// Points that do not fit in memory, read piece by piece in every pass.
#pragma once

#include <functional>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/read_pieces.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"

namespace isonomy::mixture {

/// `size` points, of which read(first, room) copies number first .. first + room.size - 1 into room, in host memory:
/// the same numbers each time. Its exceptions end the pass. Results have the bits of the same points in memory. A piece
/// is read while the one before is on its way to a device, and travels while that one is computed on.
template <Real T>
struct Chunks {
  index_t size = 0;
  std::function<void(index_t first, VectorView<T> room)> read;
  /// Points in memory at a time, twice as many on a device and beside it; a multiple of block_points.
  index_t at_once = 128 * block_points;
};

namespace detail {

/// f(0, x): data in memory are one piece.
template <ContextLike Ctx, class T, class F>
void for_each_piece(Ctx&, VectorView<const T, typename Ctx::space> x, const F& f) {
  f(index_t{0}, x);
}
/// f(first, piece) in ascending order, the pieces where a pass reads them.
template <ContextLike Ctx, class T, class F>
void for_each_piece(Ctx& ctx, const Chunks<T>& x, const F& f) {
  if (x.at_once < block_points || x.at_once % block_points != 0)
    throw ValueError(text::joined("mixture: at_once=", x.at_once, "; expected a multiple of ", block_points,
                                  ", so that blocks do not depend on it"));
  if (x.size < 0 || !x.read)
    throw ValueError(text::joined("mixture: chunks of size=", x.size, x.read ? "" : " without read",
                                  "; give the number of points and a function that reads them"));
  read_pieces<T>(ctx, x.size, x.at_once, "mixture chunk", x.read, f);
}

}  // namespace detail
}  // namespace isonomy::mixture
