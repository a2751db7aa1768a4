// Evaluates chosen features row by row, each once per residue set and scale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/estimators/profiling/search/arithmetic.hpp"
#include "isonomy/estimators/profiling/search/feature_requests.hpp"
#include "isonomy/estimators/profiling/search/packed.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::profiling {

/// Row-by-row statistics of features in the arithmetic's first or second pass. Evaluations are remembered per class of
/// features that are equal by construction.
template <class Arithmetic, bool FirstPass, class Tag>
class Evaluator {
  using Evaluate = EvaluateFeature<Arithmetic, FirstPass, typename Backend<Tag>::space>;

 public:
  using Statistics = typename Evaluate::Statistics;

  /// Everything passed must outlive it.
  Evaluator(Context<Tag>& ctx, const PackedSequences<Tag>& packed, const SplitPlaces<Tag>& places,
            const PackedScales<Tag>& scales, const FeatureClasses& classes)
      : ctx_(ctx), packed_(packed), places_(places), scales_(scales), classes_(classes) {}

  /// Evaluates whatever of `features` is not yet known, one task per feature.
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
    const auto count = static_cast<index_t>(unknown.size());
    const FeatureRequests<Tag> requests(ctx_, packed_, places_, scales_, packed_.places(), unknown);
    Buffer<Statistics, Tag> out(ctx_, count, "profiling: statistics");
    for_each(ctx_, count, Evaluate{requests.data, out.data()});
    const auto values = to_host(ctx_, out);
    known_.insert(known_.end(), values.begin(), values.end());
  }

  [[nodiscard]] Statistics operator()(const Candidate& f) {
    if (place_of_class_.empty() || place_of_class_[class_number(f)] == 0) prepare(std::span(&f, 1));
    return known_[place_of_class_[class_number(f)] - 1];
  }
  /// Features evaluated so far.
  [[nodiscard]] index_t evaluated() const noexcept { return static_cast<index_t>(known_.size()); }
  /// Whether two features are equal by construction.
  [[nodiscard]] bool same(const Candidate& f, const Candidate& g) const { return classes_(f) == classes_(g); }

 private:
  [[nodiscard]] std::size_t class_number(const Candidate& f) const {
    const Candidate representative = classes_(f);
    return representative.split * classes_.distinct_scales.size() + representative.scale;
  }

  Context<Tag>& ctx_;
  const PackedSequences<Tag>& packed_;
  const SplitPlaces<Tag>& places_;
  const PackedScales<Tag>& scales_;
  const FeatureClasses& classes_;
  std::vector<std::uint32_t> place_of_class_;  // 1 + place among the known, 0 where nothing is known
  std::vector<Statistics> known_;
};

}  // namespace isonomy::profiling
