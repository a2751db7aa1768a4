// Stand-in: what the host calls of the CUDA runtime.
#pragma once

#include "cuda_runtime.h"
