// Segment borders in device memory, checked where they are.
#pragma once

#include "isonomy/core/check.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/pieces.cuh"

namespace isonomy::device {

/// Notes the first border that breaks the rule.
struct FindBadBorder {
  VectorView<const index_t, DeviceSpace> offsets;
  index_t size;
  long long* first;

  __device__ void operator()(index_t s) const {
    if (!check::border_fits(offsets, s, size)) Group{}.minimum(first, static_cast<long long>(s));
  }
};

/// What check::offsets asks of borders in host memory, with its ValueError: the host waits for the answer, so that
/// nothing has been begun when it throws. O(offsets.size); 8 bytes of workspace.
inline void require_offsets(Context& ctx, VectorView<const index_t, DeviceSpace> offsets, index_t size,
                            const char* operation) {
  long long first = offsets.size;
  const Room<long long> room(ctx, 1, operation);
  const VectorView<long long, DeviceSpace> found(room.data(), 1);
  Memory::fill(ctx, found, first);
  for_indices(ctx, offsets.size, operation, FindBadBorder{offsets, size, found.data});
  Memory::copy_to_host<long long>(ctx, found, VectorView<long long>(&first, 1));
  ctx.wait(operation);
  if (first == offsets.size) return;
  index_t border[2] = {0, 0};  // the one before, and the bad one
  const index_t known = first == 0 ? 1 : 2;
  Memory::copy_to_host<index_t>(ctx, offsets.subview(first + 1 - known, known),
                                VectorView<index_t>(border + 2 - known, known));
  check::bad_border(operation, first, border[0], border[1], size);
}

}  // namespace isonomy::device
