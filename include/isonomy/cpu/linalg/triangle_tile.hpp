// The tile contract of triangular systems: what every instruction set's kernel computes, and its scalar form.
#pragma once

#include <cmath>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/cpu/instruction_set.hpp"
#include "isonomy/cpu/linalg/gemm_avx2.hpp"
#include "isonomy/cpu/linalg/gemm_avx512.hpp"
#include "isonomy/cpu/linalg/gemm_tile.hpp"
#include "isonomy/cpu/linalg/packed_product.hpp"

namespace isonomy::cpu {

/// A gemm tile whose columns become unknowns of as many systems as it has rows.
template <Real T>
struct TriangleKernel {
  GemmKernel<T> product;
  /// x = (x - sums) / pivot for one column of a tile; x and sums are aligned as for gemm.
  void (*divide)(const T* sums, T pivot, T* x);
  /// Column by column x_j = (x_j - s_j) / l_jj, s_j the chain s = fma(l_jk, x_k, s) that goes on from sums over the
  /// columns k < j of the tile. triangle holds l_cj at j*columns + c; what is above its diagonal is not read.
  void (*solve)(const T* triangle, const T* sums, T* x);
};

/// The form that needs no vector unit and defines the others.
template <Real T>
struct ScalarTriangleTile {
  static constexpr index_t rows = ScalarGemm<T>::rows, columns = ScalarGemm<T>::columns;

  static void divide(const T* sums, T pivot, T* x) {
    for (index_t i = 0; i < rows; ++i) x[i] = (x[i] - sums[i]) / pivot;
  }
  static void solve(const T* triangle, const T* sums, T* x) {
    for (index_t i = 0; i < rows; ++i)
      for (index_t j = 0; j < columns; ++j) {
        T s = sums[j * rows + i];
        for (index_t k = 0; k < j; ++k) s = std::fma(triangle[k * columns + j], x[k * rows + i], s);
        x[j * rows + i] = (x[j * rows + i] - s) / triangle[j * columns + j];
      }
  }
};

}  // namespace isonomy::cpu

#if defined(__x86_64__)
#include "isonomy/cpu/lanes/begin_avx2.hpp"
namespace isonomy::cpu::avx2 {
#include "isonomy/cpu/linalg/triangle_tile.inl"
}  // namespace isonomy::cpu::avx2
#include "isonomy/cpu/lanes/end.hpp"

#include "isonomy/cpu/lanes/begin_avx512.hpp"
namespace isonomy::cpu::avx512 {
#include "isonomy/cpu/linalg/triangle_tile.inl"
}  // namespace isonomy::cpu::avx512
#include "isonomy/cpu/lanes/end.hpp"
#endif

namespace isonomy::cpu {

template <Real T>
[[nodiscard]] TriangleKernel<T> triangle_kernel(InstructionSet set) {
  const GemmKernel<T> product = gemm_kernel<T>(set);
  const auto of = [&]<class K>(K) { return TriangleKernel<T>{product, &K::divide, &K::solve}; };
#if defined(__x86_64__)
  return with_kernels<ScalarTriangleTile<T>, avx2::TriangleTile<T, Avx2Gemm<T>>,
                      avx512::TriangleTile<T, Avx512Gemm<T>>>(set, of);
#else
  return of(ScalarTriangleTile<T>{});
#endif
}

}  // namespace isonomy::cpu
