// The gemm tile for AVX-512: three vectors by 8 columns of accumulators in registers.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include "isonomy/cpu/linalg/gemm_tile.hpp"

#include "isonomy/cpu/lanes/begin_avx512.hpp"

namespace isonomy::cpu {

/// Overloads that let one tile serve float and double.
struct Avx512Lanes {
  [[gnu::always_inline]] static __m512d load(const double* p) { return _mm512_load_pd(p); }
  [[gnu::always_inline]] static __m512 load(const float* p) { return _mm512_load_ps(p); }
  [[gnu::always_inline]] static void store_any(double* p, __m512d v) { _mm512_storeu_pd(p, v); }
  [[gnu::always_inline]] static void store_any(float* p, __m512 v) { _mm512_storeu_ps(p, v); }
  /// Of any alignment.
  [[gnu::always_inline]] static __m512d load_any(const double* p) { return _mm512_loadu_pd(p); }
  [[gnu::always_inline]] static __m512 load_any(const float* p) { return _mm512_loadu_ps(p); }
  [[gnu::always_inline]] static __m512d all(double x) { return _mm512_set1_pd(x); }
  [[gnu::always_inline]] static __m512 all(float x) { return _mm512_set1_ps(x); }
  [[gnu::always_inline]] static __m512d fma(__m512d a, __m512d b, __m512d c) { return _mm512_fmadd_pd(a, b, c); }
  [[gnu::always_inline]] static __m512 fma(__m512 a, __m512 b, __m512 c) { return _mm512_fmadd_ps(a, b, c); }
};

template <Real T>
struct Avx512Gemm {
  using Lanes = Avx512Lanes;
  using Vector = decltype(Lanes::load(static_cast<const T*>(nullptr)));
  static constexpr index_t lanes = sizeof(Vector) / sizeof(T);
  static constexpr index_t rows = 3 * lanes, columns = 8, steps = 384;

  /// One column of the tile.
  struct Column {
    Vector x, y, z;
  };
  [[gnu::always_inline]] static void load(Column& c, const T* acc, bool fresh) {
    c.x = fresh ? Lanes::all(T{0}) : Lanes::load_any(acc);
    c.y = fresh ? Lanes::all(T{0}) : Lanes::load_any(acc + lanes);
    c.z = fresh ? Lanes::all(T{0}) : Lanes::load_any(acc + 2 * lanes);
  }
  [[gnu::always_inline]] static void store(const Column& c, T* acc) {
    Lanes::store_any(acc, c.x);
    Lanes::store_any(acc + lanes, c.y);
    Lanes::store_any(acc + 2 * lanes, c.z);
  }
  [[gnu::always_inline]] static void step(Column& c, const Column& a, T b) {
    const Vector v = Lanes::all(b);
    c.x = Lanes::fma(a.x, v, c.x);
    c.y = Lanes::fma(a.y, v, c.y);
    c.z = Lanes::fma(a.z, v, c.z);
  }

  /// The accumulators have names because an array of them would leave the registers unless every compiler unrolled.
  static void carry(index_t k, const T* a, const T* b, const T* from, index_t from_apart, T* to, index_t to_apart) {
    const bool fresh = from == nullptr;
    if (fresh) from = to;  // not read; offsets of a null pointer are undefined
    Column c0, c1, c2, c3, c4, c5, c6, c7;
    load(c0, from, fresh);
    load(c1, from + from_apart, fresh);
    load(c2, from + 2 * from_apart, fresh);
    load(c3, from + 3 * from_apart, fresh);
    load(c4, from + 4 * from_apart, fresh);
    load(c5, from + 5 * from_apart, fresh);
    load(c6, from + 6 * from_apart, fresh);
    load(c7, from + 7 * from_apart, fresh);
    for (index_t p = 0; p < k; ++p, a += rows, b += columns) {
      const Column v{Lanes::load(a), Lanes::load(a + lanes), Lanes::load(a + 2 * lanes)};
      step(c0, v, b[0]);
      step(c1, v, b[1]);
      step(c2, v, b[2]);
      step(c3, v, b[3]);
      step(c4, v, b[4]);
      step(c5, v, b[5]);
      step(c6, v, b[6]);
      step(c7, v, b[7]);
    }
    store(c0, to);
    store(c1, to + to_apart);
    store(c2, to + 2 * to_apart);
    store(c3, to + 3 * to_apart);
    store(c4, to + 4 * to_apart);
    store(c5, to + 5 * to_apart);
    store(c6, to + 6 * to_apart);
    store(c7, to + 7 * to_apart);
    _mm256_zeroupper();  // compilers leave it out below -O2, which slows SSE code afterwards
  }

  static void accumulate(index_t k, const T* a, const T* b, T* acc, bool fresh) {
    carry(k, a, b, fresh ? nullptr : acc, rows, acc, rows);
  }

  static void finish(const T* acc, index_t m, index_t n, T alpha, T beta, T* out, index_t row_stride,
                     index_t column_stride) {
    finish_tile<rows>(acc, m, n, alpha, beta, out, row_stride, column_stride);
  }
};

}  // namespace isonomy::cpu

#include "isonomy/cpu/lanes/end.hpp"
#endif
