// Cuda: the tag of the backend for NVIDIA GPUs, which any compiler may name.
#pragma once

namespace isonomy {

/// An NVIDIA GPU. `isonomy/cuda/cuda.cuh` has the backend, for nvcc.
struct Cuda {};

}  // namespace isonomy
