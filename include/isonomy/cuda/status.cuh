// What the CUDA runtime answers: errors become DeviceError, and nothing is printed.
#pragma once

#include <cuda_runtime.h>

#include "isonomy/core/error.hpp"

#if !defined(__CUDACC__) && !defined(ISONOMY_EMULATED_DEVICE)
#error "isonomy/cuda needs nvcc: include it from a .cu file, or compile this file with -x cu"
#endif

namespace isonomy::device {

[[noreturn, gnu::cold]] inline void failed(cudaError_t error, const char* call) {
  throw DeviceError("CUDA", call, static_cast<int>(error), cudaGetErrorName(error), cudaGetErrorString(error));
}

/// Throws what a call of the runtime returned, and takes it from the runtime, so that a later call does not find it.
inline void require(cudaError_t error, const char* call) {
  if (error == cudaSuccess) return;
  static_cast<void>(cudaGetLastError());
  failed(error, call);
}

/// Makes a device the host thread's for as long as it lives.
class OnDevice {
 public:
  explicit OnDevice(int device) {
    require(cudaGetDevice(&before_), "cudaGetDevice");
    if (before_ == device) return;
    require(cudaSetDevice(device), "cudaSetDevice");
    changed_ = true;
  }
  ~OnDevice() {
    if (changed_) static_cast<void>(cudaSetDevice(before_));
  }
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;

 private:
  int before_ = 0;
  bool changed_ = false;
};

}  // namespace isonomy::device
