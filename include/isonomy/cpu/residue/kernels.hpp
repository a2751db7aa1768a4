// The inner loops of residue_rank_sums in their scalar form, which defines what every vector form must give.
#pragma once

#include <cmath>
#include <cstdint>

#include "isonomy/core/config.hpp"
#include "isonomy/ops/residue/arithmetic.hpp"

namespace isonomy::cpu {

/// Features compared side by side by compare_pairs, and the padding that vector kernels may read or write beyond n.
inline constexpr index_t pair_lanes = 32;
inline constexpr index_t kernel_padding = 64;
inline constexpr index_t most_pairs = 8000;         // sums of signs and their offset fit 16 bits
inline constexpr std::int32_t most_key_slots = 64;  // 64 * 1000 fits 16 bits

/// The value in one slot of row i.
struct ValueOfSlot {
  const std::uint8_t* const* residues;
  const double* table;
  index_t i;
  ISONOMY_HD double operator()(std::int32_t k) const { return table[residues[k][i]]; }
};

/// The kernels of one instruction set, so that what calls them is compiled once for all. What each computes stands at
/// its scalar form; arrays that they read are padded by kernel_padding elements.
struct ResidueKernels {
  void (*keys)(const std::uint8_t* const* residues, std::int32_t slots, const std::uint16_t* table, index_t n,
               std::uint16_t* out);
  void (*rounded_values)(const std::uint8_t* const* residues, std::int32_t slots, std::int32_t residue_count,
                         const double* table, index_t n, std::uint32_t* out);
  std::uint64_t (*scan_narrow)(std::uint32_t* bins, index_t n);
  std::uint64_t (*scan_wide)(std::uint64_t* bins, index_t n);
  void (*pair_keys)(const std::uint8_t* const* residues, std::int32_t slots, const std::uint16_t (*table)[pair_lanes],
                    index_t n, std::int16_t* out);
  void (*compare_pairs)(const std::int16_t* keys, index_t n_test, index_t n, std::uint16_t* out);

  template <class Set>
  [[nodiscard]] static ResidueKernels of() {
    return {Set::keys, Set::rounded_values, Set::scan, Set::scan, Set::pair_keys, Set::compare_pairs};
  }
  [[nodiscard]] std::uint64_t scan(std::uint32_t* bins, index_t n) const { return scan_narrow(bins, n); }
  [[nodiscard]] std::uint64_t scan(std::uint64_t* bins, index_t n) const { return scan_wide(bins, n); }
};

struct ScalarResidueKernels {
  /// keys[i] = sum over slots of table[residues[k][i]] for i < n; table has 32 entries, sums fit 16 bits.
  static void keys(const std::uint8_t* const* residues, std::int32_t slots, const std::uint16_t* table, index_t n,
                   std::uint16_t* out) {
    for (index_t i = 0; i < n; ++i) {
      std::uint32_t sum = 0;
      for (std::int32_t k = 0; k < slots; ++k) sum += table[residues[k][i]];
      out[i] = static_cast<std::uint16_t>(sum);
    }
  }

  /// out[i] = rint(fl(fl(PW(values)/residues) * 10^5)): the reference's rounded value of row i (slots <= 128).
  static void rounded_values(const std::uint8_t* const* residues, std::int32_t slots, std::int32_t residue_count,
                             const double* table, index_t n, std::uint32_t* out) {
    for (index_t i = 0; i < n; ++i) {
      const double mean =
          residue::pairwise_sum(ValueOfSlot{residues, table, i}, 0, slots) / static_cast<double>(residue_count);
      out[i] =
          static_cast<std::uint32_t>(round_half_even(rounded_product(mean, static_cast<double>(residue::rounding))));
    }
  }

  /// Sum over bins of tests * (2 * references in lower bins + references in the bin); clears the bins.
  /// A bin holds the tests in its upper and the references in its lower half.
  template <class Bin>
  static std::uint64_t scan(Bin* bins, index_t n) {
    constexpr int half = sizeof(Bin) * 4;
    constexpr Bin low = (Bin{1} << half) - 1;
    std::uint64_t below = 0, twice_u = 0;
    for (index_t b = 0; b < n; ++b) {
      const Bin bin = bins[b];
      if (bin == 0) continue;
      const std::uint64_t references = bin & low;
      twice_u += static_cast<std::uint64_t>(bin >> half) * (2 * below + references);
      below += references;
      bins[b] = 0;
    }
    return twice_u;
  }

  /// keys[row * pair_lanes + f] = -2^15 + sum over slots of table[code of the row][f], for n rows.
  static void pair_keys(const std::uint8_t* const* residues, std::int32_t slots,
                        const std::uint16_t (*table)[pair_lanes], index_t n, std::int16_t* out) {
    for (index_t i = 0; i < n; ++i)
      for (index_t f = 0; f < pair_lanes; ++f) {
        std::int32_t sum = -32768;
        for (std::int32_t k = 0; k < slots; ++k) sum += table[residues[k][i]][f];
        out[i * pair_lanes + f] = static_cast<std::int16_t>(sum);
      }
  }

  /// out[f] = number of (test, reference) pairs with the larger test key, twice, plus those with equal keys.
  /// keys[row * pair_lanes + f], the n_test test rows first; n_test * (n - n_test) at most most_pairs.
  static void compare_pairs(const std::int16_t* keys, index_t n_test, index_t n, std::uint16_t* out) {
    std::int32_t sum[pair_lanes] = {};
    for (index_t i = 0; i < n_test; ++i)
      for (index_t j = n_test; j < n; ++j)
        for (index_t f = 0; f < pair_lanes; ++f) {
          const int a = keys[i * pair_lanes + f], b = keys[j * pair_lanes + f];
          sum[f] += (a > b) - (a < b);
        }
    for (index_t f = 0; f < pair_lanes; ++f)
      out[f] = static_cast<std::uint16_t>(sum[f] + static_cast<std::int32_t>(n_test * (n - n_test)));
  }
};

}  // namespace isonomy::cpu
