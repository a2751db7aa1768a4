// What the runtime's functions share: the last error of a host thread, and the state that a fault leaves.
#pragma once

#include "../../include/emulation/types.hpp"
#include "../internal.hpp"

namespace emulation {

/// Keeps an error for cudaGetLastError and returns it.
cudaError_t answer(cudaError_t error);
/// cudaSuccess, or what every call says after a fault.
cudaError_t status();
/// Why no call can work: no device, no driver; else cudaSuccess.
cudaError_t missing_device();
int current_device();

}  // namespace emulation
