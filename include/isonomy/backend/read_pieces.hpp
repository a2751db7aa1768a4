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

/// Does the backend take data on their way while it computes, from rooms in host memory to rooms in its own?
///
/// `B::send_rooms` is made from a context, the bytes of a room, whether more than one piece will be sent, and a
/// purpose. `room()` is the one of the host to be filled, once what was in it before has left; `send(bytes)` sends what
/// it holds on its way, behind what has been queued so far, and turns to the next. `arrived()` is where the first piece
/// is that was sent and not yet asked for, for what is queued from then on; all of that comes before the next but one
/// is sent.
template <class B>
concept SendsMeanwhile =
    std::constructible_from<typename B::send_rooms, typename B::context&, std::size_t, bool, const char*> &&
    requires(typename B::send_rooms& rooms) {
  { rooms.room() } -> std::same_as<void*>;
  rooms.send(std::size_t{});
  { rooms.arrived() } -> std::same_as<const void*>;
};

}  // namespace detail

/// f(first, piece) for consecutive pieces of `size` elements, at_once of them but in the last, in ascending order.
/// read( first, room) fills room, in host memory, with the elements from `first` on.
///
/// Where data reach the backend by themselves, a piece is read while the one before is on its way, and sent before f
/// has that one: it travels while what f queues there is computed. Two pieces are then in memory of the host and two in
/// the backend's. What f queues on a piece may wait. An exception of either ends it.
template <class T, ContextLike Ctx, class Read, class F>
void read_pieces(Ctx& ctx, index_t size, index_t at_once, const char* purpose, const Read& read, const F& f) {
  using Space = typename Ctx::space;
  using B = backend_of<Ctx>;
  using Piece = VectorView<const T, Space>;
  const index_t most = std::min(at_once, size);
  const auto count = [&](index_t first) { return std::min(most, size - first); };
  if constexpr (std::same_as<Space, HostSpace> || !detail::SendsMeanwhile<B>) {
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
    if (size <= 0) return;
    const auto bytes = [](index_t n) { return sizeof(T) * static_cast<std::size_t>(n); };
    typename B::send_rooms rooms(ctx, bytes(most), size > most, purpose);
    const auto send = [&](index_t first) {
      if (first >= size) return;
      read(first, VectorView<T>(static_cast<T*>(rooms.room()), count(first)));
      rooms.send(bytes(count(first)));
    };
    send(0);
    for (index_t first = 0; first < size; first += most) {
      send(first + most);
      f(first, Piece(static_cast<const T*>(rooms.arrived()), count(first)));
    }
  }
}

}  // namespace isonomy
