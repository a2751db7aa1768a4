// Features asked for row by row: their numbers, what operations read of them in a backend's memory, their statistics.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/estimators/profiling/search/packed.hpp"
#include "isonomy/ops/residue/problem.hpp"
#include "isonomy/ops/residue/row_statistics.hpp"
#include "isonomy/ops/residue/statistics.hpp"

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
  FeatureProblem<Space> problem;

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
    problem = {.groups = packed.device_views(),
               .places = rows,
               .slots = slots.data(),
               .requests = requests.data(),
               .scales = scales.views(),
               .host_groups = packed.views().data(),
               .group_count = static_cast<index_t>(packed.groups()),
               .rows = packed.rows(),
               .test_rows = packed.test_rows(),
               .features = requests.size()};
  }
};

/// The statistics of every feature, evaluated row by row.
template <class Arithmetic, class Tag>
[[nodiscard]] std::vector<FeatureStatistics> statistics_by_row(Context<Tag>& ctx, const FeatureRequests<Tag>& requests,
                                                               RowValues values) {
  using Space = typename Backend<Tag>::space;
  const index_t n = requests.problem.features;
  Buffer<double, Tag> out(ctx, 3 * n, "profiling: statistics");
  row_statistics<Arithmetic>(ctx, requests.problem, values, row_major<Space>(out.data(), n, 3));
  const std::vector<double> numbers = to_host(ctx, out);
  std::vector<FeatureStatistics> statistics;
  statistics.reserve(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < numbers.size(); i += 3)
    statistics.push_back({numbers[i], numbers[i + 1], numbers[i + 2]});
  return statistics;
}

/// Which features are equal by construction: those of one residue set and of scales with the same values. They share
/// the candidate that stands for their class.
struct FeatureClasses {
  std::vector<std::uint32_t> residue_sets, distinct_scales;  ///< per split, per scale

  [[nodiscard]] Candidate operator()(const Candidate& f) const {
    return {residue_sets[f.split], distinct_scales[f.scale]};
  }
};

}  // namespace isonomy::profiling
