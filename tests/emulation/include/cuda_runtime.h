// Stand-in for the CUDA runtime: kernels and calls run on the emulated device (see tests/emulation/README.md).
#pragma once

#define ISONOMY_EMULATED_DEVICE 1
#define CUDART_VERSION 13000

#include "emulation/atomics.hpp"
#include "emulation/builtins.hpp"
#include "emulation/runtime.hpp"
