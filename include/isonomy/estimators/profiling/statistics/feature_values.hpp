// Values of chosen features in every row, rounded to five decimals.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/estimators/profiling/search/arithmetic.hpp"
#include "isonomy/estimators/profiling/search/evaluator.hpp"
#include "isonomy/estimators/profiling/search/packed.hpp"
#include "isonomy/estimators/profiling/statistics/column_ranks.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::profiling {

namespace detail {

/// One value per index, features slowest: out[f * rows + i] = value of feature f in the i-th row of data.places.
template <class Arithmetic, MemorySpace Space>
struct FeatureValues {
  RowAccess<Space> data;
  double* out;

  ISONOMY_HD void operator()(index_t i) const {
    const FeatureRequest request = data.requests[i / data.rows];
    const RowPlace p = data.places[i % data.rows];
    out[i] = static_cast<double>(Arithmetic::key(data.block(request, p.group), p.column, data.scales, request.scale)) /
             static_cast<double>(residue::rounding);
  }
};

}  // namespace detail

/// Features on the device: what functors that walk rows read, and the memory behind it.
template <class Tag>
struct FeatureRequests {
  using Space = typename Backend<Tag>::space;
  Buffer<ResidueRows, Tag> groups;
  Buffer<RowPlace, Tag> row_places;
  Buffer<ResidueSlots, Tag> slots;
  Buffer<FeatureRequest, Tag> requests;
  RowAccess<Space> data;

  /// `rows` are the places of the rows in the order wanted. Everything passed must outlive the use.
  FeatureRequests(Context<Tag>& ctx, const PackedSequences<Tag>& packed, const SplitPlaces<Tag>& places,
                  const PackedScales<Tag>& scales, const std::vector<RowPlace>& rows,
                  std::span<const Candidate> features) {
    std::vector<ResidueSlots> host_slots;
    std::vector<FeatureRequest> host_requests;
    std::map<std::uint32_t, std::int64_t> first_slot;
    for (const Candidate& f : features) {
      const auto [place, added] = first_slot.try_emplace(f.split, static_cast<std::int64_t>(host_slots.size()));
      if (added)
        for (std::size_t g = 0; g < packed.groups(); ++g) host_slots.push_back(places.slots(g, f.split));
      host_requests.push_back({place->second, static_cast<std::int64_t>(f.scale)});
    }
    groups = to_device(ctx, packed.views(), "profiling: groups");
    row_places = to_device(ctx, rows, "profiling: row places");
    slots = to_device(ctx, host_slots, "profiling: splits");
    requests = to_device(ctx, host_requests, "profiling: features");
    data = {groups.data(),   row_places.data(), slots.data(),
            requests.data(), scales.views(),    static_cast<index_t>(packed.groups()),
            packed.rows(),   packed.test_rows()};
  }
};

/// Ranks of chosen features, some columns at a time: for tests that need to know about ties.
/// Workspace ranked_values_at_once values with their ranks and sorting.
template <class Arithmetic, class Tag>
[[nodiscard]] std::vector<RankSummary>
feature_rank_summaries(Context<Tag>& ctx, const PackedSequences<Tag>& packed, const SplitPlaces<Tag>& places,
                       const PackedScales<Tag>& scales, std::span<const Candidate> features) {
  std::vector<RowPlace> rows = packed.places();
  std::stable_partition(rows.begin(), rows.end(),
                        [&](const RowPlace& p) { return p.column < packed.group(p.group).test_rows; });
  const index_t n = packed.rows(), count = static_cast<index_t>(features.size()), width = columns_at_once(n, count);
  Buffer<double, Tag> values(ctx, width * n, "profiling: feature values");
  std::vector<RankSummary> out;
  ProgressMeter meter(ctx.control(), "profiling: ranks", count);
  for (index_t first = 0; first < count; first += width) {
    const index_t columns = std::min(width, count - first);
    const FeatureRequests<Tag> requests(
        ctx, packed, places, scales, rows,
        features.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(columns)));
    for_each(ctx, columns * n,
             detail::FeatureValues<Arithmetic, typename Backend<Tag>::space>{requests.data, values.data()});
    const auto part = rank_summaries<Arithmetic>(ctx, values, n, packed.test_rows(), columns);
    out.insert(out.end(), part.begin(), part.end());
    meter.advance(columns);
  }
  return out;
}

}  // namespace isonomy::profiling
