// The same with Backend<Cuda>, for nvcc.
#include "isonomy/cuda/cuda.cuh"
// Behind it: what stands in this file goes by the backends that are there.
#include "backends.cpp"
