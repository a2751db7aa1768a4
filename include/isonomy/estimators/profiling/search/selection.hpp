// The pre-filter: candidates with a small test spread and the largest mean differences, decided exactly.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "isonomy/core/report.hpp"
#include "isonomy/estimators/profiling/search/candidates.hpp"
#include "isonomy/estimators/profiling/search/equal_rows.hpp"
#include "isonomy/estimators/profiling/search/feature_requests.hpp"

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

/// The value of some rank, and the one behind it, -infinity where there is none.
struct Ranked {
  double value = 0, next = -std::numeric_limits<double>::infinity();
};

/// The k-th largest of the values at least 0 in `x` (others do not count); k is at most their number, `top` the
/// largest. One histogram pass finds the bin, so that only its values are ordered.
inline Ranked kth_largest(const std::vector<double>& x, std::size_t k, double top) {
  constexpr std::size_t bins = 4096;
  const double per_value = top > 0 ? static_cast<double>(bins - 1) / top : 0.0;
  const auto bin_of = [&](double v) { return v < 0 ? bins : static_cast<std::size_t>(v * per_value); };
  std::vector<std::uint32_t> count(bins + 1, 0);
  for (const double v : x) ++count[bin_of(v)];
  std::size_t bin = bins - 1, above = 0;
  while (above + count[bin] < k) above += count[bin--];
  std::vector<double> inside;
  inside.reserve(count[bin]);
  for (const double v : x)
    if (bin_of(v) == bin) inside.push_back(v);
  const auto place = inside.begin() + static_cast<std::ptrdiff_t>(k - above - 1);
  std::nth_element(inside.begin(), place, inside.end(), std::greater<>());
  Ranked ranked{*place};
  if (place + 1 != inside.end())
    ranked.next = *std::max_element(place + 1, inside.end());
  else if (std::any_of(count.begin(), count.begin() + static_cast<std::ptrdiff_t>(bin), std::identity()))
    for (const double v : x)
      if (bin_of(v) < bin) ranked.next = std::max(ranked.next, v);
  return ranked;
}

/// Candidate number i, splits slowest.
[[nodiscard]] inline Candidate candidate_at(std::size_t i, std::size_t scales) {
  return {static_cast<std::uint32_t>(i / scales), static_cast<std::uint32_t>(i % scales)};
}

/// Settles the spreads that the moments have left undecided, row by row.
template <class First>
void decide_spreads(Candidates& candidates, std::size_t scales, double max_std_test, First& first_pass) {
  std::vector<Candidate> undecided;
  for (std::size_t i = 0; i < candidates.spread.size(); ++i)
    if (candidates.spread[i] == Spread::undecided) undecided.push_back(candidate_at(i, scales));
  first_pass.prepare(undecided);
  for (const Candidate& f : undecided)
    candidates.spread[f.split * scales + f.scale] =
        first_pass(f).std_test <= max_std_test ? Spread::below : Spread::above;
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
inline void stand_by_variance(const Candidates& candidates, std::vector<double>& standing) {
  double widest = 0;
  for (std::size_t i = 0; i < standing.size(); ++i)
    if (standing[i] >= 0) widest = std::max(widest, candidates.variance[i]);
  for (std::size_t i = 0; i < standing.size(); ++i)
    if (standing[i] >= 0) standing[i] = widest - candidates.variance[i];
}

}  // namespace detail

/// The `n_pre_filter` candidates largest in |mean difference| among those with spread at most `max_std_test`; ties by
/// smaller spread, then by id. Moments decide wherever they are far enough from both limits; all others
/// are evaluated row by row. Where all differences are 0, since the groups hold the same rows, spreads are all that is
/// left to decide by, and moments decide those. `id(candidate)` gives what compares as a feature's id.
template <class First, class Id>
[[nodiscard]] Selection select(Candidates candidates, std::size_t scales, std::int64_t n_pre_filter,
                               double max_std_test, First& first_pass, const Id& id) {
  detail::decide_spreads(candidates, scales, max_std_test, first_pass);
  Selection out;
  out.error = out.standing_error = candidates.error;
  std::vector<double>& standing = candidates.difference;
  for (std::size_t i = 0; i < standing.size(); ++i) {
    const bool below = candidates.spread[i] == Spread::below;
    out.within_spread += below ? 1 : 0;
    standing[i] = below ? standing[i] : -1.0;
  }
  const auto wanted = static_cast<std::size_t>(std::min(n_pre_filter, out.within_spread));
  if (wanted == 0) return out;
  out.survivors.reserve(wanted);
  double top = *std::max_element(standing.begin(), standing.end());
  const GroupRows rows = top <= candidates.error ? first_pass.group_rows() : GroupRows::differ;
  const bool none_differs = rows == GroupRows::same_in_order || (rows == GroupRows::same && First::order_free);
  out.same_rows = rows != GroupRows::differ;
  if (none_differs) {
    detail::stand_by_variance(candidates, standing);
    top = *std::max_element(standing.begin(), standing.end());
    out.standing_error = candidates.variance_error;
    out.by_variance = true;
  }
  const detail::Ranked last = detail::kth_largest(standing, wanted, top);
  const double cut = last.value, margin = 2 * out.standing_error, least = std::max(0.0, cut - margin);
  out.margin = cut - last.next;
  std::vector<std::size_t> rim;
  for (std::size_t i = 0; i < standing.size(); ++i) {
    if (standing[i] < least) continue;
    out.survivors.push_back({detail::candidate_at(i, scales), none_differs ? 0.0 : standing[i], standing[i]});
    if (standing[i] <= cut + margin) rim.push_back(i);
  }
  if (out.survivors.size() > wanted) {
    const std::size_t sure = out.survivors.size() - rim.size();
    const std::vector<std::size_t> best = detail::best_of(rim, wanted - sure, scales, first_pass, id);
    // Spreads are decided and counted: from here on they say who of the rim stays.
    for (const std::size_t i : rim) candidates.spread[i] = Spread::above;
    for (const std::size_t i : best) candidates.spread[i] = Spread::below;
    std::size_t kept = 0;
    for (const Survivor& s : out.survivors)
      if (candidates.spread[s.feature.split * scales + s.feature.scale] == Spread::below) out.survivors[kept++] = s;
    out.survivors.erase(out.survivors.begin() + static_cast<std::ptrdiff_t>(kept), out.survivors.end());
  }
  return out;
}

}  // namespace isonomy::profiling
