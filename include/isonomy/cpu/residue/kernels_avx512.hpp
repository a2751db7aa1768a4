// The inner loops of residue_rank_sums for AVX-512: a scale's table in one register, 32 residues per shuffle.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include "isonomy/cpu/residue/kernels.hpp"

#include "isonomy/cpu/lanes/begin_avx512.hpp"

namespace isonomy::cpu {

/// Zero-masked forms with a full mask are the same instructions as the plain ones, of which g++ 12 warns.
struct Avx512ResidueKernels : ScalarResidueKernels {
  static void keys(const std::uint8_t* const* residues, std::int32_t slots, const std::uint16_t* table, index_t n,
                   std::uint16_t* out) {
    const __m512i values = _mm512_loadu_si512(table);
    for (index_t i = 0; i < n; i += 32) {
      __m512i sum = _mm512_setzero_si512();
      for (std::int32_t k = 0; k < slots; ++k) {
        const __m512i code = _mm512_maskz_cvtepu8_epi16(
            0xffffffff, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(residues[k] + i)));
        sum = _mm512_add_epi16(sum, _mm512_maskz_permutexvar_epi16(0xffffffff, code, values));
      }
      _mm512_storeu_si512(out + i, sum);
    }
  }

  /// NumPy's eight lanes, eight rows at a time; slot counts that are no multiple of 8 or above 128 go row by row.
  static void rounded_values(const std::uint8_t* const* residues, std::int32_t slots, std::int32_t residue_count,
                             const double* table, index_t n, std::uint32_t* out) {
    if (slots % 8 != 0 || slots > 128) {
      ScalarResidueKernels::rounded_values(residues, slots, residue_count, table, n, out);
      return;
    }
    const __m512d t0 = _mm512_loadu_pd(table), t1 = _mm512_loadu_pd(table + 8), t2 = _mm512_loadu_pd(table + 16),
                  t3 = _mm512_loadu_pd(table + 24);
    const __m512d count = _mm512_set1_pd(residue_count), power = _mm512_set1_pd(static_cast<double>(residue::rounding));
    for (index_t i = 0; i < n; i += 8) {
      __m512d lane[8];
      for (std::int32_t k = 0; k < slots; k += 8)
        for (std::int32_t z = 0; z < 8; ++z) {
          const __m512i code =
              _mm512_maskz_cvtepu8_epi64(0xff, _mm_loadl_epi64(reinterpret_cast<const __m128i*>(residues[k + z] + i)));
          const __mmask8 upper = _mm512_movepi64_mask(_mm512_maskz_slli_epi64(0xff, code, 59));  // codes 16 to 31
          const __m512d v =
              _mm512_mask_mov_pd(_mm512_permutex2var_pd(t0, code, t1), upper, _mm512_permutex2var_pd(t2, code, t3));
          lane[z] = k == 0 ? v : _mm512_add_pd(lane[z], v);
        }
      const __m512d sum =
          _mm512_add_pd(_mm512_add_pd(_mm512_add_pd(lane[0], lane[1]), _mm512_add_pd(lane[2], lane[3])),
                        _mm512_add_pd(_mm512_add_pd(lane[4], lane[5]), _mm512_add_pd(lane[6], lane[7])));
      const __m512d value = _mm512_maskz_roundscale_pd(0xff, _mm512_mul_pd(_mm512_div_pd(sum, count), power), 0);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), _mm512_maskz_cvtpd_epu32(0xff, value));
    }
  }

  static std::uint64_t scan(std::uint32_t* bins, index_t n) {
    const __m512i zero = _mm512_setzero_si512(), low = _mm512_set1_epi32(0xffff), last = _mm512_set1_epi32(15);
    const __m512i by1 = _mm512_setr_epi32(0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
    const __m512i by2 = _mm512_setr_epi32(0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
    const __m512i by4 = _mm512_setr_epi32(0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    const __m512i by8 = _mm512_setr_epi32(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7);
    __m512i below = zero, even = zero, odd = zero;
    for (index_t b = 0; b < n; b += 16) {
      const __m512i bin = _mm512_loadu_si512(bins + b);
      if (_mm512_test_epi32_mask(bin, bin) == 0) continue;
      _mm512_storeu_si512(bins + b, zero);
      const __m512i references = _mm512_and_si512(bin, low), tests = _mm512_maskz_srli_epi32(0xffff, bin, 16);
      __m512i sum = references;  // inclusive prefix sum over the 16 bins
      sum = _mm512_add_epi32(sum, _mm512_maskz_permutexvar_epi32(0xfffe, by1, sum));
      sum = _mm512_add_epi32(sum, _mm512_maskz_permutexvar_epi32(0xfffc, by2, sum));
      sum = _mm512_add_epi32(sum, _mm512_maskz_permutexvar_epi32(0xfff0, by4, sum));
      sum = _mm512_add_epi32(sum, _mm512_maskz_permutexvar_epi32(0xff00, by8, sum));
      sum = _mm512_add_epi32(sum, below);
      below = _mm512_maskz_permutexvar_epi32(0xffff, last, sum);
      const __m512i twice = _mm512_sub_epi32(_mm512_add_epi32(sum, sum), references);
      even = _mm512_add_epi64(even, _mm512_maskz_mul_epu32(0xff, tests, twice));
      odd = _mm512_add_epi64(odd, _mm512_maskz_mul_epu32(0xff, _mm512_maskz_srli_epi64(0xff, tests, 32),
                                                         _mm512_maskz_srli_epi64(0xff, twice, 32)));
    }
    alignas(64) std::uint64_t sums[8];
    _mm512_store_si512(sums, _mm512_add_epi64(even, odd));
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  }
  static std::uint64_t scan(std::uint64_t* bins, index_t n) {
    std::uint64_t below = 0, twice_u = 0;
    for (index_t b = 0; b < n; b += 8) {
      const __m512i bin = _mm512_loadu_si512(bins + b);
      __mmask8 used = _mm512_test_epi64_mask(bin, bin);
      if (used == 0) continue;
      for (; used != 0; used = static_cast<__mmask8>(used & (used - 1))) {
        const std::uint64_t x = bins[b + __builtin_ctz(used)], references = x & 0xffffffffu;
        twice_u += (x >> 32) * (2 * below + references);
        below += references;
      }
      _mm512_storeu_si512(bins + b, _mm512_setzero_si512());
    }
    return twice_u;
  }

  static void pair_keys(const std::uint8_t* const* residues, std::int32_t slots,
                        const std::uint16_t (*table)[pair_lanes], index_t n, std::int16_t* out) {
    for (index_t i = 0; i < n; ++i) {
      __m512i sum = _mm512_set1_epi16(-32768);
      for (std::int32_t k = 0; k < slots; ++k) sum = _mm512_add_epi16(sum, _mm512_loadu_si512(table[residues[k][i]]));
      _mm512_storeu_si512(out + i * pair_lanes, sum);
    }
  }

  static void compare_pairs(const std::int16_t* keys, index_t n_test, index_t n, std::uint16_t* out) {
    const __m512i one = _mm512_set1_epi16(1), none = _mm512_set1_epi16(-1);
    __m512i sum0 = _mm512_setzero_si512(), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    index_t i = 0;
    for (; i + 4 <= n_test; i += 4) {
      const std::int16_t* row = keys + i * pair_lanes;
      const __m512i a0 = _mm512_loadu_si512(row), a1 = _mm512_loadu_si512(row + pair_lanes),
                    a2 = _mm512_loadu_si512(row + 2 * pair_lanes), a3 = _mm512_loadu_si512(row + 3 * pair_lanes);
      for (index_t j = n_test; j < n; ++j) {
        const __m512i b = _mm512_loadu_si512(keys + j * pair_lanes);
        sum0 = _mm512_add_epi16(sum0, _mm512_max_epi16(_mm512_min_epi16(_mm512_subs_epi16(a0, b), one), none));
        sum1 = _mm512_add_epi16(sum1, _mm512_max_epi16(_mm512_min_epi16(_mm512_subs_epi16(a1, b), one), none));
        sum2 = _mm512_add_epi16(sum2, _mm512_max_epi16(_mm512_min_epi16(_mm512_subs_epi16(a2, b), one), none));
        sum3 = _mm512_add_epi16(sum3, _mm512_max_epi16(_mm512_min_epi16(_mm512_subs_epi16(a3, b), one), none));
      }
    }
    for (; i < n_test; ++i) {
      const __m512i a = _mm512_loadu_si512(keys + i * pair_lanes);
      for (index_t j = n_test; j < n; ++j) {
        const __m512i b = _mm512_loadu_si512(keys + j * pair_lanes);
        sum0 = _mm512_add_epi16(sum0, _mm512_max_epi16(_mm512_min_epi16(_mm512_subs_epi16(a, b), one), none));
      }
    }
    const __m512i all = _mm512_set1_epi16(static_cast<short>(n_test * (n - n_test)));
    _mm512_storeu_si512(
        out, _mm512_add_epi16(_mm512_add_epi16(sum0, sum1), _mm512_add_epi16(_mm512_add_epi16(sum2, sum3), all)));
  }
};

}  // namespace isonomy::cpu

#include "isonomy/cpu/lanes/end.hpp"
#endif
