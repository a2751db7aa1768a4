// Evaluates chosen features row by row, each once per distinct residue set and scale.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/estimators/profiling/search/arithmetic.hpp"
#include "isonomy/estimators/profiling/search/packed.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::profiling {

/// A candidate: split number and scale number.
struct Candidate {
  std::uint32_t split = 0, scale = 0;
  auto operator<=>(const Candidate&) const = default;
};

/// Row-by-row statistics of features in the arithmetic's first or second pass. Evaluations are remembered per distinct
/// (residue set, scale values), which are equal by construction.
template <class Arithmetic, bool FirstPass, class Tag>
class Evaluator {
 public:
  Evaluator(Context<Tag>& ctx, const PackedSequences<Tag>& packed, const SplitPlaces<Tag>& places,
            const PackedScales<Tag>& scales, std::vector<std::uint32_t> residue_sets,
            std::vector<std::uint32_t> distinct_scales)
      : ctx_(ctx), packed_(packed), places_(places), scales_(scales), residue_sets_(std::move(residue_sets)),
        distinct_scales_(std::move(distinct_scales)) {}

  /// Evaluates whatever of `features` is not yet known, one task per feature.
  void prepare(std::span<const Candidate> features) {
    std::vector<ResidueSlots> slots;
    std::vector<FeatureRequest> requests;
    std::vector<Candidate> keys;
    std::map<std::uint32_t, std::int64_t> first_slot;
    for (const Candidate& f : features) {
      const Candidate key = canonical(f);
      if (!known_.try_emplace(key).second) continue;
      const auto [place, added] = first_slot.try_emplace(key.split, static_cast<std::int64_t>(slots.size()));
      if (added)
        for (std::size_t g = 0; g < packed_.groups(); ++g) slots.push_back(places_.slots(g, f.split));
      requests.push_back({place->second, static_cast<std::int64_t>(f.scale)});
      keys.push_back(key);
    }
    if (requests.empty()) return;
    const auto groups = to_device(ctx_, packed_.views(), "profiling: groups");
    const auto row_places = to_device(ctx_, packed_.places(), "profiling: row places");
    const auto device_slots = to_device(ctx_, slots, "profiling: splits");
    const auto device_requests = to_device(ctx_, requests, "profiling: features");
    const auto count = static_cast<index_t>(requests.size());
    Buffer<FeatureStatistics, Tag> out(ctx_, count, "profiling: statistics");
    using Space = typename Backend<Tag>::space;
    const RowAccess<Space> data{groups.data(),          row_places.data(),  device_slots.data(),
                                device_requests.data(), scales_.views(),    static_cast<index_t>(packed_.groups()),
                                packed_.rows(),         packed_.test_rows()};
    for_each(ctx_, count, EvaluateFeature<Arithmetic, FirstPass, Space>{data, out.data()});
    const auto values = to_host(ctx_, out);
    for (std::size_t i = 0; i < keys.size(); ++i) known_[keys[i]] = values[i];
    evaluated_ += count;
  }

  [[nodiscard]] const FeatureStatistics& operator()(const Candidate& f) {
    const auto found = known_.find(canonical(f));
    if (found != known_.end()) return found->second;
    prepare(std::span(&f, 1));
    return known_.at(canonical(f));
  }
  /// Features evaluated so far.
  [[nodiscard]] index_t evaluated() const noexcept { return evaluated_; }
  /// Whether two features are equal by construction.
  [[nodiscard]] bool same(const Candidate& f, const Candidate& g) const { return canonical(f) == canonical(g); }

 private:
  [[nodiscard]] Candidate canonical(const Candidate& f) const {
    return {residue_sets_[f.split], distinct_scales_[f.scale]};
  }

  Context<Tag>& ctx_;
  const PackedSequences<Tag>& packed_;
  const SplitPlaces<Tag>& places_;
  const PackedScales<Tag>& scales_;
  std::vector<std::uint32_t> residue_sets_, distinct_scales_;
  std::map<Candidate, FeatureStatistics> known_;
  index_t evaluated_ = 0;
};

}  // namespace isonomy::profiling
