// The lane functions on AVX-512 registers: the scalar form's bits, whatever flags the including program is compiled
// with.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include "isonomy/core/lanes/scalar.hpp"

#include "isonomy/cpu/lanes/begin_avx512.hpp"

namespace isonomy::cpu::avx512 {

struct Lanes {
  using Vector = __m512d;
  static constexpr int width = 8;

  [[gnu::always_inline]] static Vector all(double x) { return _mm512_set1_pd(x); }
  [[gnu::always_inline]] static Vector load(const double* p) { return _mm512_loadu_pd(p); }
  [[gnu::always_inline]] static Vector load(const float* p) { return _mm512_cvtps_pd(_mm256_loadu_ps(p)); }
  template <class T>
  [[gnu::always_inline]] static void prefetch(const T* p) {
    _mm_prefetch(reinterpret_cast<const char*>(p), _MM_HINT_T0);
  }
  [[gnu::always_inline]] static void store(double* p, Vector v) { _mm512_storeu_pd(p, v); }
  [[gnu::always_inline]] static Vector add(Vector a, Vector b) { return _mm512_add_pd(a, b); }
  [[gnu::always_inline]] static Vector subtract(Vector a, Vector b) { return _mm512_sub_pd(a, b); }
  [[gnu::always_inline]] static Vector multiply(Vector a, Vector b) { return _mm512_mul_pd(a, b); }
  [[gnu::always_inline]] static Vector divide(Vector a, Vector b) { return _mm512_div_pd(a, b); }
  [[gnu::always_inline]] static Vector fma(Vector a, Vector b, Vector c) { return _mm512_fmadd_pd(a, b, c); }
  [[gnu::always_inline]] static Vector maximum(Vector a, Vector b) { return _mm512_max_pd(a, b); }
  [[gnu::always_inline]] static Vector negative(Vector x) { return _mm512_or_pd(x, all(-0.0)); }
  [[gnu::always_inline]] static Vector where_negative(Vector x, Vector a, Vector b) {
    return _mm512_mask_blend_pd(_mm512_movepi64_mask(_mm512_castpd_si512(x)), b, a);
  }
  [[gnu::always_inline]] static Vector power_of_sixteenth(Vector shifted) {
    const __m512i k = _mm512_castpd_si512(shifted);
    const __m512i power = _mm512_permutex2var_epi64(_mm512_loadu_si512(lanes::sixteenth_powers.bits), k,
                                                    _mm512_loadu_si512(lanes::sixteenth_powers.bits + 8));
    return _mm512_castsi512_pd(_mm512_add_epi64(power, _mm512_slli_epi64(k, 48)));
  }
  [[gnu::always_inline]] static Vector exponent(Vector x) {
    // The biased exponent in the low bits of 2^52 makes a double of it.
    const __m512i biased = _mm512_srli_epi64(_mm512_castpd_si512(x), 52);
    const __m512d shift = all(0x1p52);
    return _mm512_sub_pd(_mm512_castsi512_pd(_mm512_or_si512(biased, _mm512_castpd_si512(shift))), all(0x1p52 + 1023));
  }
  [[gnu::always_inline]] static Vector significand(Vector x) {
    const __m512d mask = _mm512_castsi512_pd(_mm512_set1_epi64(0x000fffffffffffff));
    return _mm512_or_pd(_mm512_and_pd(x, mask), all(1));
  }
};

#include "isonomy/core/lanes/elementary_functions.inl"

}  // namespace isonomy::cpu::avx512

#include "isonomy/cpu/lanes/end.hpp"
#endif
