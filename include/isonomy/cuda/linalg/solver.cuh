// cuSOLVER as part of a context: its handle, its errors, the word it leaves on the device.
#pragma once

#include <cusolverDn.h>

#include <limits>
#include <memory>
#include <type_traits>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/status.cuh"

namespace isonomy::device {

inline void require(cusolverStatus_t status, const char* call) {
  if (status != CUSOLVER_STATUS_SUCCESS)
    throw DeviceError("cuSOLVER", call, static_cast<int>(status), "a cusolverStatus_t of that number",
                      "the library could not run it");
}

/// A handle of cuSOLVER for one stream, whose results repeat.
class Solver {
 public:
  explicit Solver(cudaStream_t stream) {
    cusolverDnHandle_t handle = nullptr;
    require(cusolverDnCreate(&handle), "cusolverDnCreate");
    handle_.reset(handle);
    require(cusolverDnSetStream(handle, stream), "cusolverDnSetStream");
    require(cusolverDnSetDeterministicMode(handle, CUSOLVER_DETERMINISTIC_RESULTS), "cusolverDnSetDeterministicMode");
    require(cusolverDnSetMathMode(handle, CUSOLVER_DEFAULT_MATH), "cusolverDnSetMathMode");
    cusolverDnParams_t parameters = nullptr;
    require(cusolverDnCreateParams(&parameters), "cusolverDnCreateParams");
    parameters_.reset(parameters);
  }
  [[nodiscard]] cusolverDnHandle_t handle() const noexcept { return handle_.get(); }
  [[nodiscard]] cusolverDnParams_t parameters() const noexcept { return parameters_.get(); }

 private:
  struct Destroy {
    void operator()(cusolverDnHandle_t handle) const noexcept { static_cast<void>(cusolverDnDestroy(handle)); }
    void operator()(cusolverDnParams_t parameters) const noexcept {
      static_cast<void>(cusolverDnDestroyParams(parameters));
    }
  };
  std::unique_ptr<std::remove_pointer_t<cusolverDnHandle_t>, Destroy> handle_;
  std::unique_ptr<std::remove_pointer_t<cusolverDnParams_t>, Destroy> parameters_;
};

/// Where a call of cuSOLVER leaves its info, a number of its own meaning.
class SolverInfo {
 public:
  SolverInfo(Context& ctx, const char* operation) : room_(ctx, 1, operation) {}
  [[nodiscard]] int* data() const { return room_.data(); }
  /// Waits for the device.
  [[nodiscard]] int value(Context& ctx) const {
    int info = 0;
    Memory::copy_to_host<int>(ctx, VectorView<const int, DeviceSpace>(room_.data(), 1), VectorView<int>(&info, 1));
    return info;
  }
  /// For calls whose positive info tells of the numbers, and a negative one of arguments. Waits for the device.
  [[nodiscard]] int of_numbers(Context& ctx, const char* call) const {
    const int info = value(ctx);
    if (info < 0) throw DeviceError("cuSOLVER", call, info, "an info", "an argument that it does not take");
    return info;
  }
  /// For calls that fail for wrong arguments alone, which would be ours. Waits for the device.
  void require_zero(Context& ctx, const char* call) const {
    if (const int info = value(ctx); info != 0)
      throw DeviceError("cuSOLVER", call, info, "an info", "an argument that it does not take");
  }

 private:
  Room<int> room_;
};

/// An extent for those calls that count in int.
[[nodiscard]] inline int short_extent(index_t n, const char* operation) {
  if (n > std::numeric_limits<int>::max())
    throw Unsupported(text::joined(operation, ": ", n, " rows; cuSOLVER takes at most 2^31 - 1"));
  return static_cast<int>(n);
}

}  // namespace isonomy::device
