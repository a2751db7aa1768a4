// Which features say the same: overlap of positions, correlation of scales, category.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "isonomy/estimators/profiling/features/feature.hpp"
#include "isonomy/estimators/profiling/options.hpp"
#include "isonomy/estimators/profiling/scales/scale_table.hpp"

namespace isonomy::profiling {

/// A set of small integers as bits.
class BitSet {
 public:
  void insert(std::size_t i) {
    if (words_.size() <= i / 64) words_.resize(i / 64 + 1, 0);
    words_[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  [[nodiscard]] int size() const {
    int n = 0;
    for (const std::uint64_t w : words_) n += std::popcount(w);
    return n;
  }
  [[nodiscard]] int common(const BitSet& other) const {
    int n = 0;
    for (std::size_t i = 0; i < std::min(words_.size(), other.words_.size()); ++i)
      n += std::popcount(words_[i] & other.words_[i]);
    return n;
  }

 private:
  std::vector<std::uint64_t> words_;
};

/// What the overlap of a feature is measured on: the characters of its position string (legacy) or its positions,
/// counted from the display's `first` residue.
[[nodiscard]] inline BitSet overlap_set(const std::vector<index_t>& positions, Redundancy redundancy, index_t first) {
  BitSet set;
  if (redundancy == Redundancy::legacy) {
    for (const char c : positions_string(positions)) set.insert(static_cast<unsigned char>(c));
  } else {
    for (const index_t p : positions) set.insert(static_cast<std::size_t>(p - first));
  }
  return set;
}

/// |A and B| / |A or B| >= max_overlap, or A within B.
[[nodiscard]] inline bool overlaps(const BitSet& a, const BitSet& b, double max_overlap) {
  const int common = a.common(b), size = a.size();
  return static_cast<double>(common) / static_cast<double>(size + b.size() - common) >= max_overlap || common == size;
}

/// Signed Pearson correlations of scales, computed when first asked for.
class ScaleCorrelations {
 public:
  explicit ScaleCorrelations(const ScaleTable& scales) : scales_(scales) {}
  [[nodiscard]] double operator()(std::uint32_t d, std::uint32_t e) {
    const auto key = d < e ? std::pair(d, e) : std::pair(e, d);
    const auto [place, added] = known_.try_emplace(key, 0.0);
    if (added) place->second = scales_.correlation(key.first, key.second);
    return place->second;
  }

 private:
  const ScaleTable& scales_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, double> known_;
};

}  // namespace isonomy::profiling
