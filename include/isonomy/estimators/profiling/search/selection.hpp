// The pre-filter: candidates with a small test spread and the largest mean differences, decided exactly.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/functional.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/estimators/profiling/search/candidates.hpp"
#include "isonomy/estimators/profiling/search/equal_rows.hpp"
#include "isonomy/estimators/profiling/search/feature_requests.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/reduce/transform.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"
#include "isonomy/ops/sort/select_candidates.hpp"

namespace isonomy::profiling {

/// A candidate that passed the pre-filter, with |mean difference| to within the moment error.
struct Survivor {
  Candidate feature;
  double difference = 0;
  double standing = 0;  ///< what moments order survivors by, larger first
};

struct Selection {
  std::vector<Survivor> survivors;  ///< by split, then scale
  std::int64_t within_spread = 0;   ///< candidates whose test spread is small enough
  double error = 0;                 ///< bounds how far a survivor's difference may lie from the first pass
  double standing_error = 0;        ///< the same of its standing
  bool same_rows = false;           ///< the groups are known to hold the same rows: no feature separates them
  bool by_variance = false;         ///< all differences are 0, so standings fall as test variances rise
  /// How far the best candidate left out stands below the worst survivor, as moments have it.
  double margin = Decision::no_runner_up;
};

namespace detail {

/// Candidate number i, splits slowest.
[[nodiscard]] inline Candidate candidate_at(std::size_t i, std::size_t scales) {
  return {static_cast<std::uint32_t>(i / scales), static_cast<std::uint32_t>(i % scales)};
}

/// 0 for what is undecided, and -1.
struct UndecidedFirst {
  ISONOMY_HD double operator()(Spread s) const { return s == Spread::undecided ? 0.0 : -1.0; }
};
struct DecideSpreads {
  const index_t* places;
  const Spread* decided;
  Spread* spread;
  ISONOMY_HD void operator()(index_t i) const { spread[places[i]] = decided[i]; }
};
/// What candidates stand by, -1 where the spread is too large.
struct StandByDifference {
  const Spread* spread;
  double* standing;
  ISONOMY_HD void operator()(index_t i) const {
    if (spread[i] != Spread::below) standing[i] = -1.0;
  }
};
struct VarianceThatCounts {
  ISONOMY_HD double operator()(double standing, double variance) const { return standing >= 0 ? variance : 0.0; }
};
struct StandByVariance {
  double widest;
  ISONOMY_HD double operator()(double standing, double variance) const {
    return standing >= 0 ? widest - variance : standing;
  }
};

/// Chosen candidates in a backend's memory, with room for all, and the places of the last choice in host memory.
template <class Tag>
struct ChosenCandidates {
  Buffer<index_t, Tag> places;
  Buffer<double, Tag> standings;
  CandidateCut cut;
  std::vector<index_t> host_places;
  std::vector<double> host_standings;

  ChosenCandidates(Context<Tag>& ctx, index_t all)
      : places(ctx, all, "profiling: chosen candidates"), standings(ctx, all, "profiling: chosen candidates") {}

  /// All that may be among the `wanted` of highest standing.
  void choose(Context<Tag>& ctx, const Buffer<double, Tag>& standing, index_t wanted, double margin) {
    cut = select_candidates(ctx, standing.view(), wanted, margin, places.view(), standings.view());
    host_places.clear();
    if (cut.chosen == 0) return;
    host_places = to_host<Context<Tag>, index_t>(ctx, std::as_const(places).view().subview(0, cut.chosen));
  }
  /// What they stand by, into host memory.
  void fetch_standings(Context<Tag>& ctx) {
    host_standings = to_host<Context<Tag>, double>(ctx, std::as_const(standings).view().subview(0, cut.chosen));
  }
};

/// Settles the spreads that the moments have left undecided, row by row.
template <class Tag, class First>
void decide_spreads(Context<Tag>& ctx, Candidates<Tag>& candidates, ChosenCandidates<Tag>& chosen, double max_std_test,
                    First& first_pass) {
  {
    Buffer<double, Tag> undecided(ctx, candidates.size(), "profiling: undecided spreads");
    transform(ctx, UndecidedFirst{}, undecided.view(), std::as_const(candidates.spread).view());
    chosen.choose(ctx, undecided, candidates.size(), 0);
  }
  if (chosen.cut.chosen == 0) return;
  const auto scales = static_cast<std::size_t>(candidates.scales);
  std::vector<Candidate> features;
  for (const index_t i : chosen.host_places) features.push_back(candidate_at(static_cast<std::size_t>(i), scales));
  first_pass.prepare(features);
  std::vector<Spread> decided;
  for (const Candidate& f : features)
    decided.push_back(first_pass(f).std_test <= max_std_test ? Spread::below : Spread::above);
  const auto device_decided = to_device(ctx, decided, "profiling: decided spreads");
  for_each(ctx, device_decided.size(),
           DecideSpreads{chosen.places.data(), device_decided.data(), candidates.spread.data()});
}

/// The first `wanted` of the more candidates at these places, in no order: by |mean difference|, smaller spread, then
/// id.
template <class First, class Id>
[[nodiscard]] std::vector<std::size_t> best_of(const std::vector<std::size_t>& places, std::size_t wanted,
                                               std::size_t scales, First& first_pass, const Id& id) {
  std::vector<Candidate> contested;
  for (const std::size_t i : places) contested.push_back(candidate_at(i, scales));
  first_pass.prepare(contested);
  struct Standing {
    double difference, std_test;
    std::size_t place;
  };
  std::vector<Standing> standings;
  standings.reserve(places.size());
  for (std::size_t k = 0; k < places.size(); ++k) {
    const auto s = first_pass(contested[k]);
    standings.push_back({std::abs(s.difference), s.std_test, places[k]});
  }
  std::nth_element(standings.begin(), standings.begin() + static_cast<std::ptrdiff_t>(wanted), standings.end(),
                   [&](const Standing& x, const Standing& y) {
                     if (x.difference != y.difference) return x.difference > y.difference;
                     return x.std_test != y.std_test
                                ? x.std_test < y.std_test
                                : id(candidate_at(x.place, scales)) < id(candidate_at(y.place, scales));
                   });
  std::vector<std::size_t> best;
  for (std::size_t k = 0; k < wanted; ++k) best.push_back(standings[k].place);
  return best;
}

/// Where the groups hold the same rows no candidate differs, and the order is that of the spreads: differences become
/// 0, and standings fall as the variances rise.
template <class Tag>
void stand_by_variance(Context<Tag>& ctx, Candidates<Tag>& candidates) {
  const auto standing = std::as_const(candidates.difference).view();
  const auto variance = std::as_const(candidates.variance).view();
  Buffer<double, Tag> counted(ctx, candidates.size(), "profiling: variances");
  transform(ctx, VarianceThatCounts{}, counted.view(), standing, variance);
  const double widest = transform_reduce(ctx, counted.view(), 0.0, Maximum{}, Identity{});
  transform(ctx, StandByVariance{widest}, candidates.difference.view(), standing, variance);
}

}  // namespace detail

/// The `n_pre_filter` candidates largest in |mean difference| among those with spread at most `max_std_test`; ties by
/// smaller spread, then by id. Moments decide wherever they are far enough from both limits; all others
/// are evaluated row by row. Where all differences are 0, since the groups hold the same rows, spreads are all that is
/// left to decide by, and moments decide those. `id(candidate)` gives what compares as a feature's id.
template <class Tag, class First, class Id>
[[nodiscard]] Selection select(Context<Tag>& ctx, Candidates<Tag> candidates, std::int64_t n_pre_filter,
                               double max_std_test, First& first_pass, const Id& id) {
  detail::ChosenCandidates<Tag> chosen(ctx, candidates.size());
  detail::decide_spreads(ctx, candidates, chosen, max_std_test, first_pass);
  Selection out;
  out.error = out.standing_error = candidates.error;
  for_each(ctx, candidates.size(), detail::StandByDifference{candidates.spread.data(), candidates.difference.data()});
  chosen.choose(ctx, candidates.difference, n_pre_filter, 2 * out.standing_error);
  out.within_spread = chosen.cut.counted;
  if (out.within_spread == 0) return out;
  chosen.fetch_standings(ctx);
  const double top = *std::max_element(chosen.host_standings.begin(), chosen.host_standings.end());
  const GroupRows rows = top <= candidates.error ? first_pass.group_rows() : GroupRows::differ;
  const bool none_differs = rows == GroupRows::same_in_order || (rows == GroupRows::same && First::order_free);
  out.same_rows = rows != GroupRows::differ;
  if (none_differs) {
    detail::stand_by_variance(ctx, candidates);
    out.standing_error = candidates.variance_error;
    out.by_variance = true;
    chosen.choose(ctx, candidates.difference, n_pre_filter, 2 * out.standing_error);
    chosen.fetch_standings(ctx);
  }
  out.margin = chosen.cut.value - chosen.cut.next;
  const double most_contested = chosen.cut.value + 2 * out.standing_error;
  const auto scales = static_cast<std::size_t>(candidates.scales);
  std::vector<std::size_t> rim;
  for (std::size_t k = 0; k < chosen.host_places.size(); ++k) {
    const auto place = static_cast<std::size_t>(chosen.host_places[k]);
    const double standing = chosen.host_standings[k];
    out.survivors.push_back({detail::candidate_at(place, scales), none_differs ? 0.0 : standing, standing});
    if (standing <= most_contested) rim.push_back(place);
  }
  const auto wanted = static_cast<std::size_t>(std::min(n_pre_filter, out.within_spread));
  if (out.survivors.size() > wanted) {
    const std::size_t sure = out.survivors.size() - rim.size();
    std::vector<std::size_t> best = detail::best_of(rim, wanted - sure, scales, first_pass, id);
    std::sort(best.begin(), best.end());
    std::erase_if(out.survivors, [&](const Survivor& s) {
      return s.standing <= most_contested &&
             !std::binary_search(best.begin(), best.end(), s.feature.split * scales + s.feature.scale);
    });
  }
  return out;
}

}  // namespace isonomy::profiling
