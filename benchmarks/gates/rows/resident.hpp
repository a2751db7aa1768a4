// What the device's legs of several gates share.
#pragma once

#include <utility>
#include <vector>

#include "../host/host.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "isonomy/ops/memory.hpp"

namespace isonomy::gates {

[[nodiscard]] inline Context<Cuda> device_context() {
  device::ContextOptions options;
  options.determinism = Determinism::cross_backend;
  return Context<Cuda>(options);
}

/// A copy within the device that reads and writes so many bytes in all: what else moves them cannot be faster.
class CopyOfBytes {
 public:
  CopyOfBytes(Context<Cuda>& ctx, double bytes)
      : ctx_(ctx), from_(ctx, elements(bytes), "copy"), to_(ctx, elements(bytes), "copy") {
    fill(ctx, from_.view(), 0.0);
  }
  void run() {
    copy<Context<Cuda>, double>(ctx_, std::as_const(from_).view(), to_.view());
    synchronize(ctx_);
  }
  [[nodiscard]] double bytes() const { return 2.0 * sizeof(double) * static_cast<double>(from_.size()); }

 private:
  static index_t elements(double bytes) { return static_cast<index_t>(bytes / 2 / sizeof(double)) + 1; }
  Context<Cuda>& ctx_;
  Buffer<double, Cuda> from_, to_;
};

/// The same numbers but for one, where a gate is broken on purpose.
[[nodiscard]] inline std::vector<double> with_fault(const std::vector<double>& x, bool broken) {
  std::vector<double> out = x;
  if (broken) out[out.size() / 2] -= 3;
  return out;
}

}  // namespace isonomy::gates
