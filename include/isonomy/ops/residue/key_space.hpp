// Dense order-preserving keys for rows whose splits differ in residue count: every value they can take, ranked
// together.
#pragma once

#include <cstdint>
#include <vector>

#include "isonomy/ops/residue/arithmetic.hpp"

namespace isonomy::residue {

/// Scales with values m/1000, m in [0, 1000]: a feature value is 100 m / c rounded, in units of 10^-5, for the integer
/// sum m of c residues.
class KeySpace {
 public:
  static constexpr std::int64_t thousandths = 1000, per_thousandth = rounding / thousandths;
  static constexpr std::uint32_t undecided = UINT32_MAX;

  /// For these residue counts, ascending and distinct. With `ties_need_order`, sums at a decimal tie have no key.
  KeySpace(const std::vector<index_t>& residue_counts, bool ties_need_order)
      : keys_(static_cast<std::size_t>(residue_counts.back()) + 1), dense_(static_cast<std::size_t>(rounding) + 2, 0) {
    for (const index_t c : residue_counts) {
      std::vector<std::uint32_t>& keys = keys_[static_cast<std::size_t>(c)];
      keys.resize(static_cast<std::size_t>(thousandths * c) + 1);
      for (std::int64_t m = 0; m <= thousandths * c; ++m) {
        const std::int64_t down = per_thousandth * m / c, twice_rest = 2 * (per_thousandth * m % c);
        if (twice_rest == c && ties_need_order) {
          dense_[static_cast<std::size_t>(down)] = dense_[static_cast<std::size_t>(down) + 1] = 1;
          keys[static_cast<std::size_t>(m)] = undecided;
        } else {
          const std::int64_t value = down + (twice_rest > c || (twice_rest == c && down % 2 != 0) ? 1 : 0);
          dense_[static_cast<std::size_t>(value)] = 1;
          keys[static_cast<std::size_t>(m)] = static_cast<std::uint32_t>(value);
        }
      }
    }
    for (std::uint32_t& place : dense_) {
      const std::uint32_t used = place;
      place = bins_;
      bins_ += used;
    }
    for (std::vector<std::uint32_t>& keys : keys_)
      for (std::uint32_t& key : keys)
        if (key != undecided) key = dense_[key];
  }

  [[nodiscard]] std::uint32_t bins() const noexcept { return bins_; }
  /// Key of every sum of c residues.
  [[nodiscard]] const std::uint32_t* keys(std::int32_t c) const { return keys_[static_cast<std::size_t>(c)].data(); }
  /// Key of every rounded value in units of 10^-5.
  [[nodiscard]] const std::uint32_t* of_value() const { return dense_.data(); }

 private:
  std::vector<std::vector<std::uint32_t>> keys_;  // by residue count, empty for counts not asked for
  std::vector<std::uint32_t> dense_;
  std::uint32_t bins_ = 0;
};

}  // namespace isonomy::residue
