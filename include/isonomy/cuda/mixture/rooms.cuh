// Where the warps of a launch keep their lane sums: in shared memory, or in rooms of their own where it is too small.
#pragma once

#include <algorithm>
#include <cstddef>

#include "isonomy/core/config.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/cuda/memory.cuh"

namespace isonomy::device {

/// A launch whose warps have `doubles` doubles each.
class WarpRooms {
 public:
  static constexpr index_t shared_doubles = 8 * 1024;  // 64 KB: what every device since sm_75 has for a block

  /// For `tasks` tasks, each on one warp at a time.
  WarpRooms(Context& ctx, index_t doubles, index_t tasks, const char* purpose) : doubles_(doubles) {
    while (warps_ > 1 && doubles * warps_ > shared_doubles) warps_ /= 2;
    blocks_ = ctx.blocks_for(tasks * warp_lanes, threads());
    if (doubles <= shared_doubles) return;
    blocks_ = std::min(blocks_, std::max<index_t>(most_doubles / doubles, 1));
    rooms_ = Memory::allocate(ctx, sizeof(double) * static_cast<std::size_t>(blocks_ * doubles), purpose);
  }

  [[nodiscard]] int threads() const { return static_cast<int>(warps_) * warp_lanes; }
  [[nodiscard]] index_t blocks() const { return blocks_; }
  [[nodiscard]] std::size_t shared_bytes() const {
    return rooms_ ? 0 : sizeof(double) * static_cast<std::size_t>(doubles_ * warps_);
  }

  /// What a kernel knows of it.
  struct View {
    double* rooms;  // null: they are in shared memory
    index_t doubles;

    [[nodiscard]] __device__ double* own(const Group& g) const {
      return rooms != nullptr ? rooms + (g.block() * g.warps() + g.warp()) * doubles
                              : &g.shared<double>() + g.warp() * doubles;
    }
  };
  [[nodiscard]] View view() const { return {static_cast<double*>(rooms_.get()), doubles_}; }

 private:
  static constexpr index_t most_doubles = index_t{1} << 22;  // of all rooms: 32 MB, or one room

  index_t doubles_, warps_ = 4, blocks_ = 0;
  Memory::allocation rooms_;
};

}  // namespace isonomy::device
