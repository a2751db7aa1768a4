// Evaluates chosen features row by row, each once per residue set and scale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/estimators/profiling/search/arithmetic.hpp"
#include "isonomy/estimators/profiling/search/equal_rows.hpp"
#include "isonomy/estimators/profiling/search/evaluate_together.hpp"
#include "isonomy/estimators/profiling/search/feature_requests.hpp"
#include "isonomy/estimators/profiling/search/packed.hpp"
#include "isonomy/estimators/profiling/sequences/sequence_set.hpp"
#include "isonomy/ops/residue/statistics.hpp"

namespace isonomy::profiling {

/// Row-by-row statistics of features in the arithmetic's first or second pass. Evaluations are remembered per class of
/// features that are equal by construction.
template <class Arithmetic, bool FirstPass, class Tag>
class Evaluator {
 public:
  using Statistics = std::conditional_t<FirstPass, Separation, FeatureStatistics>;
  /// Whether sums are the same in any order of the rows.
  static constexpr bool order_free = Passes<Arithmetic>::order_free;

  /// Everything passed must outlive it.
  Evaluator(Context<Tag>& ctx, const SequenceSet& set, const PackedSequences<Tag>& packed,
            const SplitPlaces<Tag>& places, const PackedScales<Tag>& scales, const FeatureClasses& classes)
      : data_{ctx, set, packed, places, scales}, classes_(classes) {}

  /// Evaluates whatever of `features` is not yet known, one task per feature; the first pass of very many together.
  void prepare(std::span<const Candidate> features) {
    if (place_of_class_.empty()) place_of_class_.resize(classes_.residue_sets.size() * classes_.distinct_scales.size());
    std::vector<Candidate> unknown;
    for (const Candidate& f : features) {
      std::uint32_t& place = place_of_class_[class_number(f)];
      if (place != 0) continue;
      unknown.push_back(f);
      place = static_cast<std::uint32_t>(known_.size() + unknown.size());
    }
    if (unknown.empty()) return;
    if constexpr (FirstPass) {
      if (unknown.size() >= together_from) {
        std::vector<Statistics> values(unknown.size());
        const std::vector<std::size_t> rest = evaluate_together(Arithmetic{}, data_, unknown, values);
        std::vector<Candidate> alone;
        for (const std::size_t i : rest) alone.push_back(unknown[i]);
        const std::vector<Statistics> others = row_by_row(alone);
        for (std::size_t k = 0; k < rest.size(); ++k) values[rest[k]] = others[k];
        known_.insert(known_.end(), values.begin(), values.end());
        return;
      }
    }
    const std::vector<Statistics> values = row_by_row(unknown);
    known_.insert(known_.end(), values.begin(), values.end());
  }

  [[nodiscard]] Statistics operator()(const Candidate& f) {
    if (place_of_class_.empty() || place_of_class_[class_number(f)] == 0) prepare(std::span(&f, 1));
    return known_[place_of_class_[class_number(f)] - 1];
  }
  /// How the rows of the two groups compare; O(rows * positions).
  [[nodiscard]] GroupRows group_rows() const { return compare_groups(data_.set, data_.packed); }
  /// Features evaluated row by row so far.
  [[nodiscard]] index_t evaluated() const noexcept { return evaluated_; }
  /// Whether two features are equal by construction.
  [[nodiscard]] bool same(const Candidate& f, const Candidate& g) const { return classes_(f) == classes_(g); }

 private:
  [[nodiscard]] std::vector<Statistics> row_by_row(const std::vector<Candidate>& features) {
    if (features.empty()) return {};
    Context<Tag>& ctx = data_.ctx;
    const FeatureRequests<Tag> requests(ctx, data_.packed, data_.places, data_.scales, data_.packed.device_places(),
                                        features);
    evaluated_ += requests.problem.features;
    if constexpr (FirstPass) {
      std::vector<Separation> out;
      out.reserve(features.size());
      for (const FeatureStatistics& s : statistics_by_row<Arithmetic>(ctx, requests, RowValues::averaged))
        out.push_back({s.difference, s.std_test});
      return out;
    } else {
      return statistics_by_row<Arithmetic>(ctx, requests, RowValues::rounded);
    }
  }
  [[nodiscard]] std::size_t class_number(const Candidate& f) const {
    const Candidate representative = classes_(f);
    return representative.split * classes_.distinct_scales.size() + representative.scale;
  }

  FirstPassData<Tag> data_;
  const FeatureClasses& classes_;
  std::vector<std::uint32_t> place_of_class_;  // 1 + place among the known, 0 where nothing is known
  std::vector<Statistics> known_;
  index_t evaluated_ = 0;
};

}  // namespace isonomy::profiling
