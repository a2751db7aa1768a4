// Values of chosen features in every row, rounded to five decimals.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/estimators/profiling/search/feature_requests.hpp"
#include "isonomy/estimators/profiling/search/packed.hpp"
#include "isonomy/estimators/profiling/statistics/column_ranks.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/residue/arithmetic.hpp"

namespace isonomy::profiling {

/// One value per index, features slowest: out[f * rows + i] = value of feature f in the i-th row of data.places.
template <class Arithmetic, MemorySpace Space>
struct FeatureValues {
  FeatureProblem<Space> data;
  double* out;

  ISONOMY_HD void operator()(index_t i) const {
    const FeatureRequest request = data.requests[i / data.rows];
    const RowPlace p = data.places[i % data.rows];
    out[i] = static_cast<double>(Arithmetic::key(data.block(request, p.group), p.column, data.scales, request.scale)) /
             static_cast<double>(residue::rounding);
  }
};

/// Ranks of chosen features, some columns at a time: for tests that need to know about ties.
/// Workspace ranked_values_at_once values with their ranks and sorting.
template <class Arithmetic, class Tag>
[[nodiscard]] std::vector<RankSummary>
feature_rank_summaries(Context<Tag>& ctx, const PackedSequences<Tag>& packed, const SplitPlaces<Tag>& places,
                       const PackedScales<Tag>& scales, std::span<const Candidate> features) {
  std::vector<RowPlace> rows;
  rows.reserve(packed.places().size());
  for (const bool test : {true, false})
    for (const RowPlace& p : packed.places())
      if (test == (p.column < packed.group(p.group).test_rows)) rows.push_back(p);
  const auto device_rows = to_device(ctx, rows, "profiling: row places");
  const index_t n = packed.rows(), count = static_cast<index_t>(features.size()), width = columns_at_once(n, count);
  Buffer<double, Tag> values(ctx, width * n, "profiling: feature values");
  std::vector<RankSummary> out;
  ProgressMeter meter(ctx.control(), "profiling: ranks", count);
  for (index_t first = 0; first < count; first += width) {
    const index_t columns = std::min(width, count - first);
    const FeatureRequests<Tag> requests(
        ctx, packed, places, scales, device_rows.data(),
        features.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(columns)));
    for_each(ctx, columns * n,
             FeatureValues<Arithmetic, typename Backend<Tag>::space>{requests.problem, values.data()});
    const auto part = rank_summaries<Arithmetic>(ctx, values, n, packed.test_rows(), columns);
    for (const RankSummary& ranks : part) out.push_back(ranks);
    meter.advance(columns);
  }
  return out;
}

}  // namespace isonomy::profiling
