// From rank sums to the final order: ranking by AUC and mean difference, and the greedy redundancy filter.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "isonomy/estimators/profiling/search/evaluator.hpp"
#include "isonomy/estimators/profiling/search/feature_overlap.hpp"
#include "isonomy/estimators/profiling/search/selection.hpp"
#include "isonomy/estimators/profiling/statistics/auc_and_p_values.hpp"

namespace isonomy::profiling {

/// What the greedy filter compares of a survivor.
struct Ranked {
  double abs_auc = 0;       ///< three decimals
  double abs_mean_dif = 0;  ///< six decimals
};

/// |mean difference| of every survivor to six decimals, evaluated row by row where the moments are too close to a
/// rounding boundary.
template <class First>
[[nodiscard]] std::vector<double> rounded_differences(const std::vector<Survivor>& survivors, double error,
                                                      First& first_pass) {
  const auto near_boundary = [&](double d) {
    const double y = d * 1e6;
    return std::abs(y - std::floor(y) - 0.5) <= 2e6 * error + 1e-9 * std::max(1.0, y);
  };
  std::vector<Candidate> close;
  for (const Survivor& s : survivors)
    if (near_boundary(s.difference)) close.push_back(s.feature);
  first_pass.prepare(close);
  std::vector<double> out;
  out.reserve(survivors.size());
  for (const Survivor& s : survivors)
    out.push_back(rounded(near_boundary(s.difference) ? std::abs(first_pass(s.feature).difference) : s.difference, 6));
  return out;
}

/// The parts of the redundancy test that depend on a feature's split and scale alone.
struct RedundancyTables {
  std::vector<BitSet> overlap;         ///< per split
  std::vector<std::int32_t> category;  ///< per scale, -1 where the category is missing
};

/// Indices of the survivors that are kept, best first: by abs_auc, then abs_mean_dif, then pre-filter order; a survivor
/// is dropped if a kept one overlaps it, correlates with it and (check_cat) shares its category.
/// Pre-filter order among equals is resolved row by row, and only between survivors that no kept one excludes.
template <class First, class Id>
[[nodiscard]] std::vector<std::size_t>
reduce_redundancy(const std::vector<Survivor>& survivors, const std::vector<Ranked>& ranked, const ProfileOptions& o,
                  std::int64_t n_filter, const RedundancyTables& tables, ScaleCorrelations& correlation, double error,
                  First& first_pass, const Id& id) {
  // The AUC has three decimals: survivors go to a bucket for each, which is put in order when its turn comes.
  std::vector<std::vector<std::size_t>> buckets(501);
  for (std::size_t i = 0; i < survivors.size(); ++i)
    buckets[static_cast<std::size_t>(std::lrint(1000 * ranked[i].abs_auc))].push_back(i);

  std::vector<std::size_t> kept;
  const auto excluded = [&](std::size_t i, std::size_t from) {
    const Candidate f = survivors[i].feature;
    for (std::size_t k = from; k < kept.size(); ++k) {
      const Candidate g = survivors[kept[k]].feature;
      const std::int32_t category = tables.category[f.scale];
      if (o.check_cat && (category < 0 || category != tables.category[g.scale])) continue;
      if (overlaps(tables.overlap[f.split], tables.overlap[g.split], o.max_overlap) &&
          correlation(f.scale, g.scale) > o.max_cor)
        return true;
    }
    return false;
  };
  const auto earlier = [&](std::size_t i, std::size_t j) {
    const Candidate f = survivors[i].feature, g = survivors[j].feature;
    if (!first_pass.same(f, g)) {
      if (std::abs(survivors[i].difference - survivors[j].difference) > 2 * error)
        return survivors[i].difference > survivors[j].difference;
      const FeatureStatistics a = first_pass(f), b = first_pass(g);
      if (std::abs(a.difference) != std::abs(b.difference)) return std::abs(a.difference) > std::abs(b.difference);
      if (a.std_test != b.std_test) return a.std_test < b.std_test;
    }
    return id(f) < id(g);
  };

  const auto wanted = static_cast<std::size_t>(n_filter);
  std::vector<std::size_t> equals;
  for (std::size_t auc = buckets.size(); auc-- > 0 && kept.size() < wanted;) {
    std::vector<std::size_t>& bucket = buckets[auc];
    const auto before_by_difference = [&](std::size_t i, std::size_t j) {
      return ranked[i].abs_mean_dif > ranked[j].abs_mean_dif;
    };
    std::sort(bucket.begin(), bucket.end(), before_by_difference);
    for (std::size_t begin = 0; begin < bucket.size() && kept.size() < wanted;) {
      std::size_t end = begin;
      equals.clear();
      for (; end < bucket.size() && !before_by_difference(bucket[begin], bucket[end]); ++end)
        if (!excluded(bucket[end], 0)) equals.push_back(bucket[end]);
      std::sort(equals.begin(), equals.end(), earlier);
      const std::size_t before = kept.size();
      for (const std::size_t i : equals) {
        if (kept.size() == wanted) break;
        if (!excluded(i, before)) kept.push_back(i);
      }
      begin = end;
    }
  }
  return kept;
}

}  // namespace isonomy::profiling
