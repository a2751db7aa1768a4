// Sequences and splits laid out for a backend: codes by position, test rows first, and the residues of every split.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/order.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/features/split.hpp"
#include "isonomy/estimators/profiling/scales/scale_table.hpp"
#include "isonomy/estimators/profiling/sequences/sequence_set.hpp"
#include "isonomy/ops/residue/problem.hpp"

namespace isonomy::profiling {

/// Rows of padding behind the codes of a position: vector kernels may read past the last row.
inline constexpr index_t row_padding = 64;

/// The codes of a sequence set in a backend's memory. Groups stand in an order that depends on their layouts and gaps
/// alone, so that sums over groups do not depend on the order of the rows.
template <class Tag>
class PackedSequences {
 public:
  /// `is_test` has a byte per row of `set`.
  PackedSequences(Context<Tag>& ctx, const SequenceSet& set, std::span<const std::uint8_t> is_test)
      : rows_(set.size()), codes_per_residue_(set.alphabet().size() + 1) {
    const auto order = sorted_places(set.groups().size(), [&](std::size_t x, std::size_t y) {
      const SequenceGroup &a = set.groups()[x], &b = set.groups()[y];
      const Layout &l = set.layouts()[a.layout], &m = set.layouts()[b.layout];
      return l == m ? a.gaps < b.gaps : l < m;
    });
    std::size_t bytes = 0;
    for (const std::size_t g : order) {
      const SequenceGroup& group = set.groups()[g];
      const auto n = static_cast<index_t>(group.rows.size());
      const index_t stride = (n + 2 * row_padding - 1) / row_padding * row_padding;
      layouts_.push_back(group.layout);
      gaps_.push_back(group.gaps);
      views_.push_back({nullptr, stride, n, 0});
      bytes += static_cast<std::size_t>(stride * set.layouts()[group.layout].positions);
    }
    std::vector<std::uint8_t> codes(bytes, set.alphabet().gap_code());
    places_.resize(static_cast<std::size_t>(rows_));
    std::size_t offset = 0;
    for (std::size_t k = 0; k < order.size(); ++k) {
      offsets_.push_back(offset);
      offset += pack(set, set.groups()[order[k]], k, is_test, codes.data() + offset);
      test_rows_ += views_[k].test_rows;
    }
    codes_ = to_device(ctx, codes, "profiling: residue codes");
    for (std::size_t k = 0; k < views_.size(); ++k) views_[k].codes = codes_.data() + offsets_[k];
    device_views_ = to_device(ctx, views_, "profiling: groups");
    device_places_ = to_device(ctx, places_, "profiling: row places");
  }

  [[nodiscard]] index_t rows() const noexcept { return rows_; }
  [[nodiscard]] index_t test_rows() const noexcept { return test_rows_; }
  [[nodiscard]] index_t reference_rows() const noexcept { return rows_ - test_rows_; }
  [[nodiscard]] std::size_t groups() const noexcept { return views_.size(); }
  [[nodiscard]] const ResidueRows& group(std::size_t g) const { return views_[g]; }
  [[nodiscard]] const std::vector<ResidueRows>& views() const noexcept { return views_; }
  [[nodiscard]] std::size_t layout(std::size_t g) const { return layouts_[g]; }
  [[nodiscard]] const std::string& gaps(std::size_t g) const { return gaps_[g]; }
  [[nodiscard]] index_t codes() const noexcept { return codes_per_residue_; }
  /// Place of every row, in the order of arrival.
  [[nodiscard]] const std::vector<RowPlace>& places() const noexcept { return places_; }
  /// The same views and places in the backend's memory.
  [[nodiscard]] const ResidueRows* device_views() const noexcept { return device_views_.data(); }
  [[nodiscard]] const RowPlace* device_places() const noexcept { return device_places_.data(); }

 private:
  std::size_t pack(const SequenceSet& set, const SequenceGroup& group, std::size_t number,
                   std::span<const std::uint8_t> is_test, std::uint8_t* out) {
    ResidueRows& rows = views_[number];
    const auto positions = static_cast<std::size_t>(set.layouts()[group.layout].positions);
    for (const std::uint32_t row : group.rows) rows.test_rows += is_test[row] != 0 ? 1 : 0;
    index_t test = 0, reference = rows.test_rows;
    for (std::size_t i = 0; i < group.rows.size(); ++i) {
      const std::uint32_t row = group.rows[i];
      const index_t column = is_test[row] != 0 ? test++ : reference++;
      places_[row] = {static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(column)};
      const std::uint8_t* from = group.codes.data() + i * positions;
      for (std::size_t p = 0; p < positions; ++p) out[static_cast<index_t>(p) * rows.stride + column] = from[p];
    }
    return positions * static_cast<std::size_t>(rows.stride);
  }

  index_t rows_ = 0, test_rows_ = 0, codes_per_residue_;
  std::vector<std::size_t> layouts_, offsets_;
  std::vector<std::string> gaps_;
  std::vector<ResidueRows> views_;
  std::vector<RowPlace> places_;
  Buffer<std::uint8_t, Tag> codes_;
  Buffer<ResidueRows, Tag> device_views_;
  Buffer<RowPlace, Tag> device_places_;
};

/// A split of the part at that place among a set's parts.
struct PartSplit {
  std::size_t part = 0;
  Split split;
  bool operator==(const PartSplit&) const = default;
};

/// The residues that every (part, split) takes from every group, under one boundary rule.
template <class Tag>
class SplitPlaces {
 public:
  /// Every split of every part: split number s stands for part s / splits and split s % splits.
  SplitPlaces(Context<Tag>& ctx, const SequenceSet& set, const PackedSequences<Tag>& packed,
              const std::vector<Split>& splits, SegmentRule rule)
      : splits_(set.parts().size() * splits.size()) {
    std::vector<std::uint16_t> positions;
    for (const Layout& layout : set.layouts()) {
      for (const Range& part : layout.parts)
        for (const Split& split : splits) append(part, indices(split, part.length, rule), positions);
      offsets_.push_back(positions.size());
    }
    finish(ctx, packed, std::move(positions));
  }

  /// Split number s is `chosen[s]`. Each must fit its part in every row.
  SplitPlaces(Context<Tag>& ctx, const SequenceSet& set, const PackedSequences<Tag>& packed,
              const std::vector<PartSplit>& chosen, SegmentRule rule)
      : splits_(chosen.size()) {
    std::vector<std::uint16_t> positions;
    for (const Layout& layout : set.layouts()) {
      for (const PartSplit& s : chosen)
        append(layout.parts[s.part], indices(s.split, layout.parts[s.part].length, rule), positions);
      offsets_.push_back(positions.size());
    }
    finish(ctx, packed, std::move(positions));
  }

  /// Number of (part, split) pairs.
  [[nodiscard]] std::size_t size() const noexcept { return splits_; }
  [[nodiscard]] ResidueSlots slots(std::size_t group, std::size_t s) const {
    const std::size_t first = begin(group, s), last = begin(group, s + 1);
    const auto count = static_cast<std::int32_t>(last - first);
    return {positions_.data() + first, count, residues_[group].empty() ? count : residues_[group][s]};
  }
  /// The same positions in host memory.
  [[nodiscard]] std::span<const std::uint16_t> positions(std::size_t group, std::size_t s) const {
    return std::span<const std::uint16_t>(host_positions_)
        .subspan(begin(group, s), begin(group, s + 1) - begin(group, s));
  }
  /// Number of residues of split s in a group's rows, gaps not counted.
  [[nodiscard]] std::int32_t residues(std::size_t group, std::size_t s) const {
    return residues_[group].empty() ? static_cast<std::int32_t>(begin(group, s + 1) - begin(group, s))
                                    : residues_[group][s];
  }

 private:
  void append(const Range& part, const std::vector<index_t>& list, std::vector<std::uint16_t>& positions) {
    offsets_.push_back(positions.size());
    for (const index_t i : list) positions.push_back(static_cast<std::uint16_t>(part.offset + i));
  }
  void finish(Context<Tag>& ctx, const PackedSequences<Tag>& packed, std::vector<std::uint16_t> positions) {
    first_layout_of_group_.reserve(packed.groups());
    residues_.resize(packed.groups());
    for (std::size_t g = 0; g < packed.groups(); ++g) {
      first_layout_of_group_.push_back(packed.layout(g) * (splits_ + 1));
      if (packed.gaps(g).empty()) continue;
      for (std::size_t s = 0; s < splits_; ++s) {
        std::int32_t count = 0;
        for (std::size_t i = begin(g, s); i < begin(g, s + 1); ++i) count += packed.gaps(g)[positions[i]] == 0 ? 1 : 0;
        residues_[g].push_back(count);
      }
    }
    host_positions_ = std::move(positions);
    positions_ = to_device(ctx, host_positions_, "profiling: split positions");
  }
  [[nodiscard]] std::size_t begin(std::size_t group, std::size_t s) const {
    return offsets_[first_layout_of_group_[group] + s];
  }

  std::size_t splits_;
  std::vector<std::size_t> offsets_;  // (splits + 1) per layout
  std::vector<std::size_t> first_layout_of_group_;
  std::vector<std::vector<std::int32_t>> residues_;
  std::vector<std::uint16_t> host_positions_;
  Buffer<std::uint16_t, Tag> positions_;
};

/// Splits that take the same residues from every row share a number: their features are equal by construction.
/// The order of the residues counts too where a split takes `ordered_from` or more.
/// Layouts part the splits one after another, each only those that no layout has told apart; numbers are those of first
/// appearance.
template <class Tag>
[[nodiscard]] std::vector<std::uint32_t> residue_set_numbers(const PackedSequences<Tag>& packed,
                                                             const SplitPlaces<Tag>& places, std::size_t ordered_from) {
  std::vector<std::uint32_t> numbers(places.size(), 0);
  std::size_t last_layout = static_cast<std::size_t>(-1);
  for (std::size_t g = 0; g < packed.groups(); ++g) {
    if (packed.layout(g) == last_layout) continue;
    last_layout = packed.layout(g);
    std::vector<std::uint32_t> members(places.size(), 0);
    for (const std::uint32_t number : numbers) ++members[number];
    std::map<std::pair<std::uint32_t, std::vector<std::uint16_t>>, std::uint32_t> known;
    std::uint32_t next = 0;
    for (std::size_t s = 0; s < places.size(); ++s) {
      if (members[numbers[s]] == 1) {
        numbers[s] = next++;
        continue;
      }
      const auto list = places.positions(g, s);
      std::vector<std::uint16_t> residues(list.begin(), list.end());
      if (residues.size() < ordered_from) std::sort(residues.begin(), residues.end());
      const auto [place, added] = known.try_emplace(std::pair(numbers[s], std::move(residues)), next);
      if (added) ++next;
      numbers[s] = place->second;
    }
  }
  return numbers;
}

/// The scale tables in a backend's memory.
template <class Tag>
class PackedScales {
 public:
  /// A scale that is no decimal of at most six places is quantised for integer arithmetic to multiples of 2^-38 of the
  /// power of two above its largest magnitude (2^-44 for scales below 2^-6): far below the five decimals that feature
  /// values keep. ValueError if |value| exceeds 2^30.
  PackedScales(Context<Tag>& ctx, const ScaleTable& table) : size_(table.size()) {
    const auto d_count = static_cast<std::size_t>(size_);
    std::vector<double> values(d_count * max_residue_codes, 0.0), single(values);
    numerators_.assign(values.size(), 0);
    denominators_.resize(d_count);
    for (index_t d = 0; d < size_; ++d) {
      const auto row = static_cast<std::size_t>(d) * max_residue_codes;
      const auto v = table.values(d);
      const index_t decimal = table.denominator(d);
      const double scale = decimal > 0 ? static_cast<double>(decimal) : quantum(table, d);
      denominators_[static_cast<std::size_t>(d)] = static_cast<std::int64_t>(scale);
      for (std::size_t a = 0; a < v.size(); ++a) {
        values[row + a] = v[a];
        single[row + a] = static_cast<double>(static_cast<float>(v[a]));
        numerators_[row + a] = static_cast<std::int64_t>(std::nearbyint(v[a] * scale));
        largest_ = std::max(largest_, std::abs(v[a]));
      }
    }
    device_numerators_ = to_device(ctx, numerators_, "profiling: scales");
    device_denominators_ = to_device(ctx, denominators_, "profiling: scales");
    values_ = to_device(ctx, values, "profiling: scales");
    single_ = to_device(ctx, single, "profiling: scales");
    host_values_ = std::move(values);
    host_single_ = std::move(single);
  }

  [[nodiscard]] ScaleViews<typename Backend<Tag>::space> views() const {
    return {device_numerators_.data(), device_denominators_.data(), values_.data(), single_.data(), size_};
  }
  [[nodiscard]] index_t size() const noexcept { return size_; }
  /// Largest magnitude of any value.
  [[nodiscard]] double largest() const noexcept { return largest_; }
  [[nodiscard]] const std::vector<std::int64_t>& numerators() const noexcept { return numerators_; }
  [[nodiscard]] const std::vector<std::int64_t>& denominators() const noexcept { return denominators_; }
  [[nodiscard]] const std::vector<double>& values() const noexcept { return host_values_; }
  [[nodiscard]] const std::vector<double>& single() const noexcept { return host_single_; }

  /// Whether sums of the values as binary32 and as decimals of three places are exact in any order for so many terms:
  /// then features of equal residue sets are equal whatever the order of their residues.
  [[nodiscard]] bool sums_without_rounding() const {
    return std::all_of(denominators_.begin(), denominators_.end(), [](std::int64_t k) { return k <= 1000; }) &&
           largest_ <= 1;
  }

  /// Scales with the same values share the number of the first of them.
  [[nodiscard]] std::vector<std::uint32_t> distinct() const {
    std::unordered_map<std::string, index_t> known;
    std::vector<std::uint32_t> numbers;
    for (index_t d = 0; d < size_; ++d) {
      const std::string key(reinterpret_cast<const char*>(host_values_.data() + d * max_residue_codes),
                            max_residue_codes * sizeof(double));
      numbers.push_back(static_cast<std::uint32_t>(known.try_emplace(key, d).first->second));
    }
    return numbers;
  }

 private:
  static double quantum(const ScaleTable& table, index_t d) {
    double largest = 0;
    for (const double v : table.values(d)) largest = std::max(largest, std::abs(v));
    if (largest > 0x1p30)
      throw ValueError(text::joined("ScaleTable: scale ", table.info(d).id, " reaches ", text::decimals(largest),
                                    "; expected magnitudes up to 2^30; rescale it"));
    int exponent = 0;
    std::frexp(largest, &exponent);
    return std::ldexp(1.0, std::clamp(38 - exponent, 0, 44));
  }

  index_t size_;
  double largest_ = 0;
  std::vector<std::int64_t> numerators_, denominators_;
  std::vector<double> host_values_, host_single_;
  Buffer<std::int64_t, Tag> device_numerators_, device_denominators_;
  Buffer<double, Tag> values_, single_;
};

}  // namespace isonomy::profiling
