// The loops of a band's reduction in every instruction set of the host: the scalar form's bits.
#pragma once

#include <cmath>

#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/cpu/instruction_set.hpp"
#include "isonomy/cpu/linalg/eigen/kernels.hpp"

namespace isonomy::cpu::one_lane {
#include "isonomy/cpu/linalg/two_stage/kernels.inl"
}  // namespace isonomy::cpu::one_lane

#if defined(__x86_64__)
#include "isonomy/cpu/lanes/begin_avx2.hpp"
namespace isonomy::cpu::avx2 {
#include "isonomy/cpu/linalg/two_stage/kernels.inl"
}  // namespace isonomy::cpu::avx2
#include "isonomy/cpu/lanes/end.hpp"

#include "isonomy/cpu/lanes/begin_avx512.hpp"
namespace isonomy::cpu::avx512 {
#include "isonomy/cpu/linalg/two_stage/kernels.inl"
}  // namespace isonomy::cpu::avx512
#include "isonomy/cpu/lanes/end.hpp"
#endif

namespace isonomy::cpu {

/// The loops of one instruction set; see kernels.inl.
struct ChaseKernels {
  void (*both_sides)(double* s, index_t apart, index_t m, const double* v, double tau, double* w);
  void (*times)(const double* c, index_t apart, index_t rows, index_t columns, const double* v, double* w);
  void (*from_both)(double* c, index_t apart, index_t rows, index_t columns, const double* w, const double* f,
                    const double* v, double tau);
};

[[nodiscard]] inline ChaseKernels chase_kernels(InstructionSet set) {
  const auto of = []<class K>(K) { return ChaseKernels{&K::both_sides, &K::times, &K::from_both}; };
#if defined(__x86_64__)
  return with_kernels<one_lane::ChaseLoops, avx2::ChaseLoops, avx512::ChaseLoops>(set, of);
#else
  return of(one_lane::ChaseLoops{});
#endif
}

}  // namespace isonomy::cpu
