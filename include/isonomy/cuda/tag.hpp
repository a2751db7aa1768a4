// Cuda: the tag of the backend for NVIDIA GPUs, which any compiler may name.
#pragma once

namespace isonomy {

/// An NVIDIA GPU. `isonomy/cuda/cuda.cuh` has the backend, for nvcc; to dispatch() the tag is enough, and tells where
/// the backend is not compiled in.
struct Cuda {
  static constexpr const char* backend_name() { return "Cuda"; }
  static constexpr const char* absent_reason() {
    return "is not in this build: it needs nvcc of CUDA 13 and component cuda (the library's own programs: cmake "
           "-DISONOMY_CUDA=ON)";
  }
};

}  // namespace isonomy
