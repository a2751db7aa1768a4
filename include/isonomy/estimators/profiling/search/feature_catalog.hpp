// What a run knows of its features beforehand: ids, positions, overlaps and categories; and how many it keeps.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "isonomy/core/order.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/features/feature.hpp"
#include "isonomy/estimators/profiling/options.hpp"
#include "isonomy/estimators/profiling/scales/scale_table.hpp"
#include "isonomy/estimators/profiling/search/feature_requests.hpp"
#include "isonomy/estimators/profiling/search/redundancy.hpp"

namespace isonomy::profiling {

/// Nothing. ValueError if a pattern reaches beyond a part as shown, naming the least display length that has room for
/// all patterns: those of the TMD for parts that grow with it.
inline void require_room(const std::vector<Part>& parts, const std::vector<Split>& splits,
                         const DisplayCoordinates& display) {
  const Split* longest = nullptr;
  for (const Split& split : splits)
    if (!std::holds_alternative<Segment>(split) &&
        (longest == nullptr || required_length(split) > required_length(*longest)))
      longest = &split;
  if (longest == nullptr) return;
  const index_t needed = required_length(*longest);
  const auto length = [&display](Part part, index_t tmd_len) {
    return part_range(part, display.jmd_n_len, tmd_len, display.jmd_c_len, display.ext_len).length;
  };
  index_t tmd_len = display.tmd_len;
  const Part* short_part = nullptr;
  for (const Part& part : parts) {
    if (length(part, tmd_len) >= needed) continue;
    if (length(part, needed + tmd_len) == length(part, tmd_len)) continue;  // a flank, which shown_positions() refuses
    while (length(part, tmd_len) < needed) ++tmd_len;
    short_part = &part;
  }
  if (short_part != nullptr)
    throw ValueError(text::joined("DisplayCoordinates: ", label(*longest), " needs ", needed, " residues of ",
                                  part_label(*short_part), ", which has ", length(*short_part, display.tmd_len),
                                  " where the TMD is shown with tmd_len=", display.tmd_len,
                                  "; expected room for every pattern; pass tmd_len=", tmd_len));
}

/// All candidates of a run: every split of every part with every scale. Split number s stands for part s / splits and
/// split s % splits. The scales must outlive it.
class FeatureCatalog {
 public:
  /// `rule` decides which residues segments are shown at. ValueError if a pattern does not fit the display.
  FeatureCatalog(std::vector<Part> parts, std::vector<Split> splits, const ScaleTable& scales,
                 const ProfileOptions& options, SegmentRule rule)
      : parts_(std::move(parts)), splits_(std::move(splits)), scales_(scales) {
    require_room(parts_, splits_, options.display);
    for (const Part part : parts_)
      for (const Split& split : splits_) {
        const auto shown = shown_positions(part, split, options.display, rule);
        positions_.push_back(positions_string(shown));
        redundancy_.overlap.push_back(overlap_set(shown, options.redundancy, options.display.start));
      }
    number_ids();
    std::unordered_map<std::string, index_t> numbers;
    for (index_t d = 0; d < scales.size(); ++d) {
      const std::string& category = scales.info(d).category;
      const auto next = static_cast<index_t>(numbers.size());
      const index_t number = category.empty() ? -1 : numbers.try_emplace(category, next).first->second;
      redundancy_.category.push_back(static_cast<std::int32_t>(number));
    }
  }

  [[nodiscard]] const std::vector<Split>& splits() const noexcept { return splits_; }
  [[nodiscard]] const ScaleTable& scales() const noexcept { return scales_; }
  [[nodiscard]] const RedundancyTables& redundancy() const noexcept { return redundancy_; }
  [[nodiscard]] std::string id(const Candidate& f) const {
    return feature_id(parts_[f.split / splits_.size()], splits_[f.split % splits_.size()], info(f).id);
  }
  /// Numbers that compare as the ids of features do.
  [[nodiscard]] Candidate id_order(const Candidate& f) const {
    return {order_of_splits_[f.split], order_of_scales_[f.scale]};
  }
  [[nodiscard]] const ScaleInfo& info(const Candidate& f) const { return scales_.info(static_cast<index_t>(f.scale)); }
  /// Where the feature is shown: "27,28,29". Nothing for a segment of less than one residue there.
  [[nodiscard]] const std::string& shown_at(const Candidate& f) const { return positions_[f.split]; }
  /// (part, split) pairs, and candidates.
  [[nodiscard]] std::size_t n_splits() const noexcept { return positions_.size(); }
  [[nodiscard]] std::int64_t size() const noexcept {
    return static_cast<std::int64_t>(positions_.size()) * scales_.size();
  }

 private:
  /// Ids have two '-': what stands before the scale is never the beginning of another's, so that it decides first.
  void number_ids() {
    std::vector<std::string> before_scale, scales;
    for (const Part part : parts_)
      for (const Split& split : splits_) before_scale.push_back(feature_id(part, split, ""));
    for (index_t d = 0; d < scales_.size(); ++d) scales.push_back(scales_.info(d).id);
    order_of_splits_ = ranks_of(before_scale);
    order_of_scales_ = ranks_of(scales);
  }
  [[nodiscard]] static std::vector<std::uint32_t> ranks_of(const std::vector<std::string>& texts) {
    const auto sorted = sorted_places(texts.size(), [&](std::size_t i, std::size_t j) { return texts[i] < texts[j]; });
    std::vector<std::uint32_t> ranks(texts.size());
    for (std::size_t k = 0; k < sorted.size(); ++k) ranks[sorted[k]] = static_cast<std::uint32_t>(k);
    return ranks;
  }

  std::vector<Part> parts_;
  std::vector<Split> splits_;
  const ScaleTable& scales_;
  std::vector<std::string> positions_;
  std::vector<std::uint32_t> order_of_splits_, order_of_scales_;
  RedundancyTables redundancy_;
};

/// How many candidates pass the pre-filter: n_pre_filter, else pct_pre_filter of all, at least n_filter.
[[nodiscard]] inline std::int64_t pre_filter_size(const ProfileOptions& o, std::int64_t candidates,
                                                  std::int64_t n_filter) {
  if (o.n_pre_filter) return *o.n_pre_filter;
  const double share = o.pct_pre_filter / 100.0;
  return std::max(static_cast<std::int64_t>(static_cast<double>(candidates) * share), n_filter);
}

/// How many features a run keeps: n_filter, or all candidates where there are fewer, which `report` is told.
[[nodiscard]] inline std::int64_t filter_size(const ProfileOptions& o, std::int64_t candidates, Report& report) {
  if (o.n_filter > candidates)
    report.warnings.push_back(
        text::joined("n_filter=", o.n_filter, " exceeds the ", candidates, " candidates; all were considered"));
  return std::min(o.n_filter, candidates);
}

}  // namespace isonomy::profiling
