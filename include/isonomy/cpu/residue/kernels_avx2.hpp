// The inner loops of residue_rank_sums for AVX2: tables looked up by byte shuffles, 32 residues at a time.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include "isonomy/cpu/residue/kernels.hpp"

#include "isonomy/cpu/lanes/begin_avx2.hpp"

namespace isonomy::cpu {

struct Avx2ResidueKernels : ScalarResidueKernels {
  static void keys(const std::uint8_t* const* residues, std::int32_t slots, const std::uint16_t* table, index_t n,
                   std::uint16_t* out) {
    alignas(16) std::uint8_t low[32], high[32];
    for (int a = 0; a < 32; ++a) {
      low[a] = static_cast<std::uint8_t>(table[a] & 0xff);
      high[a] = static_cast<std::uint8_t>(table[a] >> 8);
    }
    const auto* low_bytes = reinterpret_cast<const __m128i*>(low);
    const auto* high_bytes = reinterpret_cast<const __m128i*>(high);
    const __m256i low0 = _mm256_broadcastsi128_si256(_mm_load_si128(low_bytes));
    const __m256i low1 = _mm256_broadcastsi128_si256(_mm_load_si128(low_bytes + 1));
    const __m256i high0 = _mm256_broadcastsi128_si256(_mm_load_si128(high_bytes));
    const __m256i high1 = _mm256_broadcastsi128_si256(_mm_load_si128(high_bytes + 1));
    for (index_t i = 0; i < n; i += 32) {
      __m256i first = _mm256_setzero_si256(), second = first;  // rows 0-7 and 16-23, rows 8-15 and 24-31
      for (std::int32_t k = 0; k < slots; ++k) {
        const __m256i code = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(residues[k] + i));
        const __m256i upper = _mm256_slli_epi16(code, 3);  // bit 4 of a code becomes the sign of its byte
        const __m256i l = _mm256_blendv_epi8(_mm256_shuffle_epi8(low0, code), _mm256_shuffle_epi8(low1, code), upper);
        const __m256i h = _mm256_blendv_epi8(_mm256_shuffle_epi8(high0, code), _mm256_shuffle_epi8(high1, code), upper);
        first = _mm256_add_epi16(first, _mm256_unpacklo_epi8(l, h));
        second = _mm256_add_epi16(second, _mm256_unpackhi_epi8(l, h));
      }
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), _mm256_permute2x128_si256(first, second, 0x20));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i + 16), _mm256_permute2x128_si256(first, second, 0x31));
    }
  }

  /// NumPy's eight lanes, four rows at a time; slot counts that are no multiple of 8 or above 128 go row by row.
  static void rounded_values(const std::uint8_t* const* residues, std::int32_t slots, std::int32_t residue_count,
                             const double* table, index_t n, std::uint32_t* out) {
    if (slots % 8 != 0 || slots > 128) {
      ScalarResidueKernels::rounded_values(residues, slots, residue_count, table, n, out);
      return;
    }
    const __m256d count = _mm256_set1_pd(residue_count), power = _mm256_set1_pd(static_cast<double>(residue::rounding));
    // g++ 12 warns of the unmasked gather.
    const __m256d zero = _mm256_setzero_pd(), all = _mm256_castsi256_pd(_mm256_set1_epi64x(-1));
    for (index_t i = 0; i < n; i += 4) {
      __m256d lane[8];
      for (std::int32_t k = 0; k < slots; k += 8)
        for (std::int32_t z = 0; z < 8; ++z) {
          std::int32_t four;
          __builtin_memcpy(&four, residues[k + z] + i, 4);
          const __m256d v = _mm256_mask_i32gather_pd(zero, table, _mm_cvtepu8_epi32(_mm_cvtsi32_si128(four)), all, 8);
          lane[z] = k == 0 ? v : _mm256_add_pd(lane[z], v);
        }
      const __m256d sum =
          _mm256_add_pd(_mm256_add_pd(_mm256_add_pd(lane[0], lane[1]), _mm256_add_pd(lane[2], lane[3])),
                        _mm256_add_pd(_mm256_add_pd(lane[4], lane[5]), _mm256_add_pd(lane[6], lane[7])));
      const __m256d value = _mm256_round_pd(_mm256_mul_pd(_mm256_div_pd(sum, count), power),
                                            _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), _mm256_cvtpd_epi32(value));
    }
  }

  static void pair_keys(const std::uint8_t* const* residues, std::int32_t slots,
                        const std::uint16_t (*table)[pair_lanes], index_t n, std::int16_t* out) {
    for (index_t i = 0; i < n; ++i) {
      __m256i first = _mm256_set1_epi16(-32768), second = first;
      for (std::int32_t k = 0; k < slots; ++k) {
        const auto* add = reinterpret_cast<const __m256i*>(table[residues[k][i]]);
        first = _mm256_add_epi16(first, _mm256_loadu_si256(add));
        second = _mm256_add_epi16(second, _mm256_loadu_si256(add + 1));
      }
      auto* to = reinterpret_cast<__m256i*>(out + i * pair_lanes);
      _mm256_storeu_si256(to, first);
      _mm256_storeu_si256(to + 1, second);
    }
  }

  static void compare_pairs(const std::int16_t* keys, index_t n_test, index_t n, std::uint16_t* out) {
    const __m256i one = _mm256_set1_epi16(1), none = _mm256_set1_epi16(-1);
    const __m256i all = _mm256_set1_epi16(static_cast<short>(n_test * (n - n_test)));
    for (index_t half = 0; half < pair_lanes; half += 16) {
      const std::int16_t* lanes = keys + half;
      __m256i sum0 = all, sum1 = _mm256_setzero_si256();
      index_t i = 0;
      for (; i + 2 <= n_test; i += 2) {
        const __m256i a0 = load(lanes, i), a1 = load(lanes, i + 1);
        for (index_t j = n_test; j < n; ++j) {
          const __m256i b = load(lanes, j);
          sum0 = _mm256_add_epi16(sum0, _mm256_max_epi16(_mm256_min_epi16(_mm256_subs_epi16(a0, b), one), none));
          sum1 = _mm256_add_epi16(sum1, _mm256_max_epi16(_mm256_min_epi16(_mm256_subs_epi16(a1, b), one), none));
        }
      }
      for (; i < n_test; ++i) {
        const __m256i a = load(lanes, i);
        for (index_t j = n_test; j < n; ++j)
          sum0 = _mm256_add_epi16(sum0,
                                  _mm256_max_epi16(_mm256_min_epi16(_mm256_subs_epi16(a, load(lanes, j)), one), none));
      }
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + half), _mm256_add_epi16(sum0, sum1));
    }
  }

 private:
  [[gnu::always_inline]] static inline __m256i load(const std::int16_t* lanes, index_t row) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(lanes + row * pair_lanes));
  }
};

}  // namespace isonomy::cpu

#include "isonomy/cpu/lanes/end.hpp"
#endif
