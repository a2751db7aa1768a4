// Data that do not fit in memory: read by the host piece by piece, used where the backend computes.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy {

namespace detail {

/// Has the backend rooms in host memory that data leave by themselves, while the host fills the next?
///
/// `B::send_rooms` is made from a context. `room(bytes)` is the one to be filled, once what was in it before has left;
/// `send(ctx, out)` queues the copy of what it holds to a contiguous vector of the backend, and turns to the next.
template <class B, class T>
concept SendsMeanwhile = requires(typename B::context& ctx, typename B::send_rooms& rooms,
                                  VectorView<T, typename B::space> out) {
  { rooms.room(std::size_t{}) } -> std::same_as<void*>;
  rooms.send(ctx, out);
};

}  // namespace detail

/// f(first, piece) for consecutive pieces of `size` elements, at_once of them but in the last, in ascending order.
/// read( first, room) fills room, in host memory, with the elements from `first` on.
///
/// Where data reach the backend by themselves, the next piece is read while one is on its way, before f has it. What f
/// queues on a piece may wait: the next is copied behind it, in the backend's order. An exception of either ends it.
template <class T, ContextLike Ctx, class Read, class F>
void read_pieces(Ctx& ctx, index_t size, index_t at_once, const char* purpose, const Read& read, const F& f) {
  using Space = typename Ctx::space;
  using B = backend_of<Ctx>;
  using Piece = VectorView<const T, Space>;
  const index_t most = std::min(at_once, size);
  const auto count = [&](index_t first) { return std::min(most, size - first); };
  if constexpr (std::same_as<Space, HostSpace> || !detail::SendsMeanwhile<B, T>) {
    std::vector<T> room(static_cast<std::size_t>(most));
    for (index_t first = 0; first < size; first += most) {
      const VectorView<T> part(room.data(), count(first));
      read(first, part);
      if constexpr (std::same_as<Space, HostSpace>)
        f(first, Piece(part));
      else
        f(first, std::as_const(to_device(ctx, VectorView<const T>(part), purpose)).view());
    }
  } else {
    typename B::send_rooms rooms(ctx);
    Buffer<T, typename Ctx::tag> piece(ctx, most, purpose);
    const auto fill = [&](index_t first) {
      if (first >= size) return;
      const std::size_t bytes = sizeof(T) * static_cast<std::size_t>(count(first));
      read(first, VectorView<T>(static_cast<T*>(rooms.room(bytes)), count(first)));
    };
    fill(0);
    for (index_t first = 0; first < size; first += most) {
      const VectorView<T, Space> part = piece.view().subview(0, count(first));
      rooms.send(ctx, part);
      fill(first + most);
      f(first, Piece(part));
    }
  }
}

}  // namespace isonomy
