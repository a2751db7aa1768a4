// Data on their way to the device, while the host fills the room of the next.
#pragma once

#include <cuda_runtime.h>

#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/pinned.cuh"
#include "isonomy/cuda/status.cuh"

namespace isonomy::device {

using SendPlaces = std::array<PinnedPlace, 2>;

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

/// Two rooms in host memory by turns: the host fills one while what was in the other goes to the device, in the order
/// of the stream.
class SendRooms {
 public:
  explicit SendRooms(Context& ctx) : state_(ctx.state()) {
    const OnDevice here(ctx.device());
    places_ = state_->part<SendPlaceStock>().take();
  }
  ~SendRooms() { state_->part<SendPlaceStock>().give(std::move(places_)); }
  SendRooms(const SendRooms&) = delete;
  SendRooms& operator=(const SendRooms&) = delete;

  /// So many bytes to be filled; waits until what was there two rooms ago has left.
  [[nodiscard]] void* room(std::size_t bytes) {
    const OnDevice here(state_->device());
    PinnedPlace& place = (*places_)[at_];
    place.wait();
    place.reserve(bytes);
    return place.data();
  }
  /// Queues a copy of what the room holds to `out`, which has unit stride, and turns to the other room.
  template <class T>
  void send(Context& ctx, VectorView<T, DeviceSpace> out) {
    const std::size_t bytes = sizeof(T) * static_cast<std::size_t>(out.size);
    ctx.counters().bytes_moved += bytes;
    const OnDevice here(ctx.device());
    PinnedPlace& place = (*places_)[at_];
    require(cudaMemcpyAsync(out.data, place.data(), bytes, cudaMemcpyHostToDevice, ctx.stream()), "cudaMemcpyAsync");
    place.mark(ctx.stream());
    ctx.queued();
    at_ = 1 - at_;
  }

 private:
  std::shared_ptr<State> state_;
  std::unique_ptr<SendPlaces> places_;
  std::size_t at_ = 0;
};

struct Sends {
  using send_rooms = SendRooms;
};

}  // namespace isonomy::device
