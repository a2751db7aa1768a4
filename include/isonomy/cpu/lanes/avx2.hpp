// The lane functions on AVX2 registers: the scalar form's bits, whatever flags the including program is compiled with.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include "isonomy/core/lanes/scalar.hpp"

#include "isonomy/cpu/lanes/begin_avx2.hpp"

namespace isonomy::cpu::avx2 {

struct Lanes {
  using Vector = __m256d;
  static constexpr int width = 4;

  [[gnu::always_inline]] static Vector all(double x) { return _mm256_set1_pd(x); }
  [[gnu::always_inline]] static Vector load(const double* p) { return _mm256_loadu_pd(p); }
  [[gnu::always_inline]] static Vector load(const float* p) { return _mm256_cvtps_pd(_mm_loadu_ps(p)); }
  template <class T>
  [[gnu::always_inline]] static void prefetch(const T* p) {
    _mm_prefetch(reinterpret_cast<const char*>(p), _MM_HINT_T0);
  }
  [[gnu::always_inline]] static void store(double* p, Vector v) { _mm256_storeu_pd(p, v); }
  [[gnu::always_inline]] static Vector add(Vector a, Vector b) { return _mm256_add_pd(a, b); }
  [[gnu::always_inline]] static Vector subtract(Vector a, Vector b) { return _mm256_sub_pd(a, b); }
  [[gnu::always_inline]] static Vector multiply(Vector a, Vector b) { return _mm256_mul_pd(a, b); }
  [[gnu::always_inline]] static Vector divide(Vector a, Vector b) { return _mm256_div_pd(a, b); }
  [[gnu::always_inline]] static Vector fma(Vector a, Vector b, Vector c) { return _mm256_fmadd_pd(a, b, c); }
  [[gnu::always_inline]] static Vector maximum(Vector a, Vector b) { return _mm256_max_pd(a, b); }
  [[gnu::always_inline]] static Vector negative(Vector x) { return _mm256_or_pd(x, all(-0.0)); }
  [[gnu::always_inline]] static Vector where_negative(Vector x, Vector a, Vector b) {
    return _mm256_blendv_pd(b, a, x);
  }
  [[gnu::always_inline]] static Vector power_of_sixteenth(Vector shifted) {
    const __m256i k = _mm256_castpd_si256(shifted);
    const __m256i power = _mm256_i64gather_epi64(reinterpret_cast<const long long*>(lanes::sixteenth_powers.bits),
                                                 _mm256_and_si256(k, _mm256_set1_epi64x(15)), 8);
    return _mm256_castsi256_pd(_mm256_add_epi64(power, _mm256_slli_epi64(k, 48)));
  }
  [[gnu::always_inline]] static Vector exponent(Vector x) {
    // The biased exponent in the low bits of 2^52 makes a double of it.
    const __m256i biased = _mm256_srli_epi64(_mm256_castpd_si256(x), 52);
    const __m256d shift = all(0x1p52);
    return _mm256_sub_pd(_mm256_castsi256_pd(_mm256_or_si256(biased, _mm256_castpd_si256(shift))), all(0x1p52 + 1023));
  }
  [[gnu::always_inline]] static Vector significand(Vector x) {
    const __m256d mask = _mm256_castsi256_pd(_mm256_set1_epi64x(0x000fffffffffffff));
    return _mm256_or_pd(_mm256_and_pd(x, mask), all(1));
  }
};

#include "isonomy/core/lanes/elementary_functions.inl"

}  // namespace isonomy::cpu::avx2

#include "isonomy/cpu/lanes/end.hpp"
#endif
