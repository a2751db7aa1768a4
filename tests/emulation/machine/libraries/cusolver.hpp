// What the stand-ins for cuSOLVER share: handles, and calls in stream order.
#pragma once

#include <utility>

#include "../../include/cusolverDn.h"
#include "vendor.hpp"

struct cusolverDnContext {
  cudaStream_t stream = nullptr;
  cusolverDeterministicMode_t mode = CUSOLVER_DETERMINISTIC_RESULTS;
  cusolverMathMode_t math = CUSOLVER_DEFAULT_MATH;
};
struct cusolverDnParams {};

namespace emulation {

template <class F>
cusolverStatus_t queue(cusolverDnHandle_t handle, F work) {
  return queue_vendor_call(handle->stream, std::move(work)) ? CUSOLVER_STATUS_SUCCESS
                                                            : CUSOLVER_STATUS_EXECUTION_FAILED;
}

}  // namespace emulation
