// The kernels of mixtures in every instruction set of the host: the scalar form's bits.
#pragma once

#include "isonomy/cpu/lanes/avx2.hpp"
#include "isonomy/cpu/lanes/avx512.hpp"
#include "isonomy/ops/mixture/kernels/scalar.hpp"

#if defined(__x86_64__)
#include "isonomy/cpu/lanes/begin_avx2.hpp"
namespace isonomy::cpu::avx2 {
#include "isonomy/ops/mixture/kernels/bodies.inl"
}  // namespace isonomy::cpu::avx2
#include "isonomy/cpu/lanes/end.hpp"

#include "isonomy/cpu/lanes/begin_avx512.hpp"
namespace isonomy::cpu::avx512 {
#include "isonomy/ops/mixture/kernels/bodies.inl"
}  // namespace isonomy::cpu::avx512
#include "isonomy/cpu/lanes/end.hpp"
#endif
