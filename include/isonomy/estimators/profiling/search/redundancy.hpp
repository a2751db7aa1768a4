// The redundancy rule (overlap of positions, correlation of scales, category) and the greedy filter that applies it.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/order.hpp"
#include "isonomy/estimators/profiling/features/feature.hpp"
#include "isonomy/estimators/profiling/options.hpp"
#include "isonomy/estimators/profiling/scales/scale_correlation.hpp"
#include "isonomy/estimators/profiling/scales/scale_table.hpp"
#include "isonomy/estimators/profiling/search/arithmetic.hpp"
#include "isonomy/estimators/profiling/search/feature_requests.hpp"
#include "isonomy/estimators/profiling/search/selection.hpp"

namespace isonomy::profiling {

/// A set of small integers as bits.
class BitSet {
 public:
  void insert(std::size_t i) {
    if (words_.size() <= i / 64) words_.resize(i / 64 + 1, 0);
    words_[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  [[nodiscard]] int size() const {
    int n = 0;
    for (const std::uint64_t w : words_) n += std::popcount(w);
    return n;
  }
  [[nodiscard]] int common(const BitSet& other) const {
    int n = 0;
    for (std::size_t i = 0; i < std::min(words_.size(), other.words_.size()); ++i)
      n += std::popcount(words_[i] & other.words_[i]);
    return n;
  }

 private:
  std::vector<std::uint64_t> words_;
};

/// What the overlap of a feature is measured on: the characters of its position string (legacy) or its positions,
/// counted from the display's `first` residue. Where none of these is read, the exact set holds 0 for that alone, so
/// that such features overlap each other and no others, as in AAanalysis, which cuts an empty string into one text.
[[nodiscard]] inline BitSet overlap_set(const std::vector<index_t>& positions, Redundancy redundancy, index_t first) {
  BitSet set;
  if (redundancy == Redundancy::legacy) {
    for (const char c : positions_string(positions)) set.insert(static_cast<unsigned char>(c));
  } else {
    if (positions.empty()) set.insert(0);
    for (const index_t p : positions) set.insert(static_cast<std::size_t>(p - first) + 1);
  }
  return set;
}

/// |A and B| / |A or B| >= max_overlap, or A within B.
[[nodiscard]] inline bool overlaps(const BitSet& a, const BitSet& b, double max_overlap) {
  const int common = a.common(b), size = a.size();
  return static_cast<double>(common) / static_cast<double>(size + b.size() - common) >= max_overlap || common == size;
}

/// Which scales correlate by more than a limit, decided when first asked for.
class ScaleCorrelations {
 public:
  ScaleCorrelations(const ScaleTable& scales, double limit, CorrelationRule rule)
      : scales_(scales), limit_(limit), rule_(rule) {}
  [[nodiscard]] bool operator()(std::uint32_t d, std::uint32_t e) {
    const auto key = d < e ? std::pair(d, e) : std::pair(e, d);
    const auto [place, added] = known_.try_emplace(key, false);
    if (added) place->second = correlates_above(scales_, key.first, key.second, limit_, rule_);
    return place->second;
  }

 private:
  const ScaleTable& scales_;
  double limit_;
  CorrelationRule rule_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, bool> known_;
};

/// What the rule looks at that depends on a feature's split and scale alone.
struct RedundancyTables {
  std::vector<BitSet> overlap;         ///< per split
  std::vector<std::int32_t> category;  ///< per scale, -1 where the category is missing
};

/// Whether a feature says no more than a better one: their positions overlap, their scales correlate, and (check_cat)
/// they share a category. Everything passed must outlive it.
class RedundancyRule {
 public:
  RedundancyRule(const RedundancyTables& tables, const ScaleTable& scales, const ProfileOptions& options,
                 CorrelationRule rule)
      : tables_(tables), correlated_(scales, options.max_cor, rule), options_(options) {}

  [[nodiscard]] bool operator()(const Candidate& f, const Candidate& better) {
    const std::int32_t category = tables_.category[f.scale];
    if (options_.check_cat && (category < 0 || category != tables_.category[better.scale])) return false;
    return overlaps(tables_.overlap[f.split], tables_.overlap[better.split], options_.max_overlap) &&
           correlated_(f.scale, better.scale);
  }

 private:
  const RedundancyTables& tables_;
  ScaleCorrelations correlated_;
  const ProfileOptions& options_;
};

/// What survivors are ranked by.
struct RankingKey {
  double abs_auc = 0;       ///< three decimals
  double abs_mean_dif = 0;  ///< six decimals
};

/// |mean difference| of every survivor to six decimals, evaluated row by row where the moments are too close to a
/// rounding boundary.
template <class First>
[[nodiscard]] std::vector<double> rounded_differences(const Selection& selection, First& first_pass) {
  const auto near_boundary = [&](double d) {
    const double y = d * 1e6;
    return std::abs(y - std::floor(y) - 0.5) <= 2e6 * selection.error + 1e-9 * std::max(1.0, y);
  };
  std::vector<Candidate> close;
  for (const Survivor& s : selection.survivors)
    if (near_boundary(s.difference)) close.push_back(s.feature);
  first_pass.prepare(close);
  std::vector<double> out;
  out.reserve(selection.survivors.size());
  for (const Survivor& s : selection.survivors)
    out.push_back(rounded(near_boundary(s.difference) ? std::abs(first_pass(s.feature).difference) : s.difference, 6));
  return out;
}

/// Evaluates at once those of the survivors at `places` that the moments cannot put in order.
template <class First>
void prepare_close(const Selection& selection, std::vector<std::size_t> places, First& first_pass) {
  if (places.size() < 2) return;
  const std::vector<Survivor>& survivors = selection.survivors;
  sort_places(places, [&](std::size_t i, std::size_t j) { return survivors[i].standing > survivors[j].standing; });
  std::vector<Candidate> close;
  for (std::size_t k = 1; k < places.size(); ++k) {
    const Survivor &s = survivors[places[k - 1]], &t = survivors[places[k]];
    if (s.standing - t.standing > 2 * selection.standing_error || first_pass.same(s.feature, t.feature)) continue;
    close.push_back(s.feature);
    close.push_back(t.feature);
  }
  first_pass.prepare(close);
}

/// Indices of at most `n_filter` survivors that no better kept one makes redundant, best first.
///
/// Better is a larger abs_auc, then abs_mean_dif (`keys`, one a survivor), then pre-filter order, which is resolved row
/// by row, and only between survivors that no kept one excludes. `id(candidate)` gives what compares as a
/// feature's id.
template <class First, class Id>
[[nodiscard]] std::vector<std::size_t> reduce_redundancy(const Selection& selection,
                                                         const std::vector<RankingKey>& keys, std::int64_t n_filter,
                                                         RedundancyRule& redundant, First& first_pass, const Id& id) {
  const std::vector<Survivor>& survivors = selection.survivors;
  // The AUC has three decimals: survivors go to a bucket for each, which is put in order when its turn comes.
  std::vector<std::vector<std::size_t>> buckets(501);
  for (std::size_t i = 0; i < survivors.size(); ++i)
    buckets[static_cast<std::size_t>(std::lrint(1000 * keys[i].abs_auc))].push_back(i);

  std::vector<std::size_t> kept;
  const auto excluded = [&](std::size_t i, std::size_t from) {
    return std::any_of(kept.begin() + static_cast<std::ptrdiff_t>(from), kept.end(),
                       [&](std::size_t k) { return redundant(survivors[i].feature, survivors[k].feature); });
  };
  const auto earlier = [&](std::size_t i, std::size_t j) {
    const Candidate f = survivors[i].feature, g = survivors[j].feature;
    if (!first_pass.same(f, g)) {
      if (std::abs(survivors[i].standing - survivors[j].standing) > 2 * selection.standing_error)
        return survivors[i].standing > survivors[j].standing;
      const auto a = first_pass(f), b = first_pass(g);
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
      return keys[i].abs_mean_dif > keys[j].abs_mean_dif;
    };
    sort_places(bucket, before_by_difference);
    for (std::size_t begin = 0; begin < bucket.size() && kept.size() < wanted;) {
      std::size_t end = begin;
      equals.clear();
      for (; end < bucket.size() && !before_by_difference(bucket[begin], bucket[end]); ++end)
        if (!excluded(bucket[end], 0)) equals.push_back(bucket[end]);
      prepare_close(selection, equals, first_pass);
      sort_places(equals, earlier);
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
