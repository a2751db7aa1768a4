// The only place that asks which compiler reads the code: host/device marking and the index type.
#pragma once

#include <cstdint>

#if defined(__CUDACC__)
#define ISONOMY_HD __host__ __device__
#else
#define ISONOMY_HD
#endif

namespace isonomy {

/// Extents, strides and positions, signed so that differences are safe.
using index_t = std::int64_t;

}  // namespace isonomy
