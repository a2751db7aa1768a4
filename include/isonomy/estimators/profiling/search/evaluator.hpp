// Evaluates chosen features row by row, each once per residue set and scale.
#pragma once

#include <map>
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
 public:
  /// Everything passed must outlive it.
  Evaluator(Context<Tag>& ctx, const PackedSequences<Tag>& packed, const SplitPlaces<Tag>& places,
            const PackedScales<Tag>& scales, const FeatureClasses& classes)
      : ctx_(ctx), packed_(packed), places_(places), scales_(scales), classes_(classes) {}

  /// Evaluates whatever of `features` is not yet known, one task per feature.
  void prepare(std::span<const Candidate> features) {
    std::vector<Candidate> unknown;
    for (const Candidate& f : features)
      if (known_.try_emplace(classes_(f)).second) unknown.push_back(f);
    if (unknown.empty()) return;
    const auto count = static_cast<index_t>(unknown.size());
    const FeatureRequests<Tag> requests(ctx_, packed_, places_, scales_, packed_.places(), unknown);
    Buffer<FeatureStatistics, Tag> out(ctx_, count, "profiling: statistics");
    for_each(ctx_, count,
             EvaluateFeature<Arithmetic, FirstPass, typename Backend<Tag>::space>{requests.data, out.data()});
    const auto values = to_host(ctx_, out);
    for (std::size_t i = 0; i < unknown.size(); ++i) known_[classes_(unknown[i])] = values[i];
    evaluated_ += count;
  }

  [[nodiscard]] const FeatureStatistics& operator()(const Candidate& f) {
    const auto found = known_.find(classes_(f));
    if (found != known_.end()) return found->second;
    prepare(std::span(&f, 1));
    return known_.at(classes_(f));
  }
  /// Features evaluated so far.
  [[nodiscard]] index_t evaluated() const noexcept { return evaluated_; }
  /// Whether two features are equal by construction.
  [[nodiscard]] bool same(const Candidate& f, const Candidate& g) const { return classes_(f) == classes_(g); }

 private:
  Context<Tag>& ctx_;
  const PackedSequences<Tag>& packed_;
  const SplitPlaces<Tag>& places_;
  const PackedScales<Tag>& scales_;
  const FeatureClasses& classes_;
  std::map<Candidate, FeatureStatistics> known_;
  index_t evaluated_ = 0;
};

}  // namespace isonomy::profiling
