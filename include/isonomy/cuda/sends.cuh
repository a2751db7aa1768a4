// Data on their way to the device, while it computes on what came before and the host fills the room of the next.
#pragma once

#include <cuda_runtime.h>

#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/event.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/pinned.cuh"
#include "isonomy/cuda/status.cuh"

namespace isonomy::device {

/// What sending takes beside memory of the device: a stream of its own, two places of the host, each with the mark
/// behind the copy from it, and a mark of how far the context's stream was.
struct SendPlaces {
  std::array<PinnedPlace, 2> places;
  Event so_far;
  OwnStream transfers;  // the first to go: it has come to its end before the memory does
};

/// Places that passes take and give back: pinned memory is slow to get.
class SendPlaceStock {
 public:
  explicit SendPlaceStock(cudaStream_t) {}

  [[nodiscard]] std::unique_ptr<SendPlaces> take() {
    spare_.reserve(spare_.size() + ++lent_);  // so that giving back takes no memory
    if (spare_.empty()) return std::make_unique<SendPlaces>();
    std::unique_ptr<SendPlaces> places = std::move(spare_.back());
    spare_.pop_back();
    return places;
  }
  void give(std::unique_ptr<SendPlaces> places) noexcept {
    --lent_;
    spare_.push_back(std::move(places));
  }

 private:
  std::vector<std::unique_ptr<SendPlaces>> spare_;
  std::size_t lent_ = 0;
};

/// Two rooms in host memory and two on the device, by turns: while kernels of the context's stream use what has
/// arrived in one, the next travels on a stream of its own, and the host fills the room of the one after that.
///
/// Who waits for whom: the host, before it fills a room, for the copy from it; a copy, for what the context's stream
/// had been given when it was sent, which is all that uses the room it goes to (and what that memory was before); the
/// context's stream, for the copy, from `arrived` on. So what uses a piece is queued before the next but one is sent.
/// Memory goes back in the order of the context's stream, behind every copy, whatever ended the pass.
class SendRooms {
 public:
  /// Rooms of so many bytes each; one of the device is enough where there is one piece. OutOfMemory names `purpose`.
  SendRooms(Context& ctx, std::size_t bytes, bool several, const char* purpose)
      : ctx_(ctx), bytes_(bytes), purpose_(purpose) {
    rooms_[0] = Memory::allocate(ctx, bytes, purpose);
    if (several) rooms_[1] = Memory::allocate(ctx, bytes, purpose);
    const OnDevice here(ctx.device());
    places_ = ctx.state()->part<SendPlaceStock>().take();
  }
  ~SendRooms() {
    end_before_memory_goes();
    ctx_.state()->part<SendPlaceStock>().give(std::move(places_));
  }
  SendRooms(const SendRooms&) = delete;
  SendRooms& operator=(const SendRooms&) = delete;

  /// The room of the host to be filled; waits until what was there two pieces ago has left.
  [[nodiscard]] void* room() {
    const OnDevice here(ctx_.device());
    PinnedPlace& place = places_->places[next_];
    place.wait();
    place.reserve(bytes_, purpose_);
    return place.data();
  }
  /// Sends so many bytes of it on their way, and turns to the other room.
  void send(std::size_t bytes) {
    ctx_.counters().bytes_moved += bytes;
    const OnDevice here(ctx_.device());
    PinnedPlace& place = places_->places[next_];
    const cudaStream_t transfers = places_->transfers.get();
    places_->so_far.record(ctx_.stream());
    places_->so_far.hold(transfers);
    require(cudaMemcpyAsync(rooms_[next_].get(), place.data(), bytes, cudaMemcpyHostToDevice, transfers),
            "cudaMemcpyAsync");
    place.mark(transfers);
    next_ = 1 - next_;
  }
  /// Where the first piece is that was sent and not yet asked for: for what is queued on the context from now on.
  [[nodiscard]] const void* arrived() {
    const OnDevice here(ctx_.device());
    places_->places[first_].hold(ctx_.stream());
    ctx_.queued();
    return rooms_[std::exchange(first_, 1 - first_)].get();
  }

 private:
  /// Lets the context's stream wait for all that was sent, or, where that cannot be, the host.
  void end_before_memory_goes() noexcept {
    const cudaStream_t transfers = places_->transfers.get();
    try {
      const OnDevice here(ctx_.device());
      places_->so_far.record(transfers);
      places_->so_far.hold(ctx_.stream());
    } catch (const DeviceError&) {
      static_cast<void>(cudaStreamSynchronize(transfers));
      static_cast<void>(cudaGetLastError());
    }
  }

  Context& ctx_;
  std::size_t bytes_;
  const char* purpose_;
  std::array<Memory::allocation, 2> rooms_;
  std::unique_ptr<SendPlaces> places_;
  std::size_t next_ = 0, first_ = 0;  // to be sent, to arrive
};

struct Sends {
  using send_rooms = SendRooms;
};

}  // namespace isonomy::device
