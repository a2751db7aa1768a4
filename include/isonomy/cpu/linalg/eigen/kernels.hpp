// The loops of symmetric eigenproblems in every instruction set of the host: the scalar form's bits.
#pragma once

#include <cmath>

#include "isonomy/core/config.hpp"
#include "isonomy/core/lanes/scalar.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/cpu/instruction_set.hpp"
#include "isonomy/cpu/lanes/avx2.hpp"
#include "isonomy/cpu/lanes/avx512.hpp"

namespace isonomy::cpu::one_lane {
using lanes::Lanes;
using lanes::Twice;
#include "isonomy/cpu/linalg/eigen/kernels.inl"
}  // namespace isonomy::cpu::one_lane

#if defined(__x86_64__)
#include "isonomy/cpu/lanes/begin_avx2.hpp"
namespace isonomy::cpu::avx2 {
#include "isonomy/cpu/linalg/eigen/kernels.inl"
}  // namespace isonomy::cpu::avx2
#include "isonomy/cpu/lanes/end.hpp"

#include "isonomy/cpu/lanes/begin_avx512.hpp"
namespace isonomy::cpu::avx512 {
#include "isonomy/cpu/linalg/eigen/kernels.inl"
}  // namespace isonomy::cpu::avx512
#include "isonomy/cpu/lanes/end.hpp"
#endif

namespace isonomy::cpu {

/// The loops of one instruction set; see kernels.inl.
struct EigenKernels {
  void (*symmetric_strip)(const double* a, index_t apart, index_t n, index_t columns, const double* v, double* y);
  void (*add_columns)(const double* p, index_t apart, index_t n, index_t columns, const double* factor, double* y);
  void (*column_products)(const double* p, index_t apart, index_t n, index_t columns, const double* v, double* out);
  void (*rotate)(index_t n, double* x, double* y, double c, double s);
  void (*secular_sums)(index_t n, const double* pole, const double* z2, double origin, double offset, double* value);
  void (*differences)(index_t n, const double* pole, double origin, double offset, double* out);
  void (*multiply_ratios)(index_t n, const double* difference, const double* pole, double from, double* w);
  double (*quotients)(index_t n, const double* z, double* x);
};

[[nodiscard]] inline EigenKernels eigen_kernels(InstructionSet set) {
  const auto of = []<class K>(K) {
    return EigenKernels{&K::symmetric_strip, &K::add_columns, &K::column_products, &K::rotate,
                        &K::secular_sums,    &K::differences, &K::multiply_ratios, &K::quotients};
  };
#if defined(__x86_64__)
  return with_kernels<one_lane::EigenLoops, avx2::EigenLoops, avx512::EigenLoops>(set, of);
#else
  return of(one_lane::EigenLoops{});
#endif
}

}  // namespace isonomy::cpu
