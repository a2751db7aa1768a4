// Features asked for row by row: their numbers, and what functors that walk rows read of them in a backend's memory.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/estimators/profiling/search/arithmetic.hpp"
#include "isonomy/estimators/profiling/search/packed.hpp"

namespace isonomy::profiling {

/// A candidate: split number and scale number.
struct Candidate {
  std::uint32_t split = 0, scale = 0;
  auto operator<=>(const Candidate&) const = default;
};

/// Features in a backend's memory, and the memory behind them.
template <class Tag>
struct FeatureRequests {
  using Space = typename Backend<Tag>::space;
  Buffer<ResidueSlots, Tag> slots;
  Buffer<FeatureRequest, Tag> requests;
  RowAccess<Space> data;

  /// `rows` are the places of the rows in the order wanted, in the backend's memory. Everything passed must outlive the
  /// use.
  FeatureRequests(Context<Tag>& ctx, const PackedSequences<Tag>& packed, const SplitPlaces<Tag>& places,
                  const PackedScales<Tag>& scales, const RowPlace* rows, std::span<const Candidate> features) {
    std::vector<ResidueSlots> host_slots;
    std::vector<FeatureRequest> host_requests;
    std::vector<std::int64_t> first_slot(places.size(), -1);
    for (const Candidate& f : features) {
      std::int64_t& first = first_slot[f.split];
      if (first < 0) {
        first = static_cast<std::int64_t>(host_slots.size());
        for (std::size_t g = 0; g < packed.groups(); ++g) host_slots.push_back(places.slots(g, f.split));
      }
      host_requests.push_back({first, static_cast<std::int64_t>(f.scale)});
    }
    slots = to_device(ctx, host_slots, "profiling: splits");
    requests = to_device(ctx, host_requests, "profiling: features");
    data = {packed.device_views(), rows,
            slots.data(),          requests.data(),
            scales.views(),        static_cast<index_t>(packed.groups()),
            packed.rows(),         packed.test_rows()};
  }
};

/// Which features are equal by construction: those of one residue set and of scales with the same values. They share
/// the candidate that stands for their class.
struct FeatureClasses {
  std::vector<std::uint32_t> residue_sets, distinct_scales;  ///< per split, per scale

  [[nodiscard]] Candidate operator()(const Candidate& f) const {
    return {residue_sets[f.split], distinct_scales[f.scale]};
  }
};

}  // namespace isonomy::profiling
