// Which splits a run enumerates: options, their checks, their shortening to short parts, and the enumeration.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/order.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/features/split.hpp"

namespace isonomy::profiling {

/// All segments of n_split_min to n_split_max pieces.
struct SegmentOptions {
  int n_split_min = 1, n_split_max = 15;
  bool operator==(const SegmentOptions&) const = default;
};

/// All patterns of n_min to n_max positions whose differences are among `steps`, reaching at most `len_max` residues.
struct PatternOptions {
  std::vector<int> steps{3, 4};
  int n_min = 2, n_max = 4, len_max = 15;
  bool operator==(const PatternOptions&) const = default;
};

/// All periodic patterns of two alternating steps, each start from 1 to the first step.
struct PeriodicPatternOptions {
  std::vector<int> steps{3, 4};
  bool operator==(const PeriodicPatternOptions&) const = default;
};

/// The families of splits of a run; an empty optional leaves a family out.
struct SplitOptions {
  std::optional<SegmentOptions> segment = SegmentOptions{};
  std::optional<PatternOptions> pattern = PatternOptions{};
  std::optional<PeriodicPatternOptions> periodic_pattern = PeriodicPatternOptions{};
  bool operator==(const SplitOptions&) const = default;
};

/// Options that fit the data, and what had to change. `warnings` is empty where nothing did.
struct ClampedSplits {
  SplitOptions options;
  std::vector<std::string> warnings;
};

/// More splits than this are refused: they come from mistaken options and would exhaust memory.
inline constexpr std::size_t max_enumerated_splits = 1'000'000;

namespace detail {

inline void require_ascending(const char* name, const std::vector<int>& steps) {
  if (std::is_sorted(steps.begin(), steps.end()) && (steps.empty() || steps.front() >= 1)) return;
  throw ValueError(text::joined("SplitOptions: ", name, ".steps = {", text::listed(steps),
                                "}; expected whole numbers of at least 1 in ascending order; sort them"));
}

inline void require_at_least_one(const char* name, int value) {
  if (value < 1) throw ValueError(text::joined("SplitOptions: ", name, "=", value, "; expected at least 1; raise it"));
}

/// Whether no pattern satisfies the options: even the smallest steps reach beyond len_max.
inline bool is_empty(const PatternOptions& p) { return index_t{p.n_min} * p.steps.front() > p.len_max; }

}  // namespace detail

/// Nothing. ValueError if no family is set, n_split_min > n_split_max, n_min > n_max, a count or step is below 1,
/// `steps` are absent or descend, steps[0] >= len_max, periodic steps are not two, or the only family is a Pattern that
/// cannot fit.
inline void validate(const SplitOptions& options) {
  if (!options.segment && !options.pattern && !options.periodic_pattern)
    throw ValueError("SplitOptions: no split family is set; expected segment, pattern or periodic_pattern; set one");
  if (const auto& s = options.segment) {
    detail::require_at_least_one("segment.n_split_min", s->n_split_min);
    detail::require_at_least_one("segment.n_split_max", s->n_split_max);
    if (s->n_split_min > s->n_split_max)
      throw ValueError(text::joined("SplitOptions: segment.n_split_min=", s->n_split_min, " exceeds n_split_max=",
                                    s->n_split_max, "; expected n_split_min <= n_split_max; exchange them"));
  }
  if (const auto& p = options.pattern) {
    detail::require_at_least_one("pattern.n_min", p->n_min);
    detail::require_at_least_one("pattern.n_max", p->n_max);
    detail::require_at_least_one("pattern.len_max", p->len_max);
    if (p->n_min > p->n_max)
      throw ValueError(text::joined("SplitOptions: pattern.n_min=", p->n_min, " exceeds n_max=", p->n_max,
                                    "; expected n_min <= n_max; exchange them"));
    if (p->steps.empty())
      throw ValueError(
          "SplitOptions: pattern.steps is empty; expected at least one step; use {3, 4} or leave pattern out");
    detail::require_ascending("pattern", p->steps);
    if (p->steps.front() >= p->len_max)
      throw ValueError(text::joined("SplitOptions: pattern.len_max=", p->len_max, " does not exceed the smallest step ",
                                    p->steps.front(), "; expected steps[0] < len_max; raise len_max"));
  }
  if (const auto& p = options.periodic_pattern) {
    if (p->steps.size() != 2)
      throw ValueError(text::joined("SplitOptions: periodic_pattern.steps has ", p->steps.size(),
                                    " entries; expected exactly 2 steps; use {3, 4} or leave periodic_pattern out"));
    detail::require_ascending("periodic_pattern", p->steps);
  }
  if (!options.segment && !options.periodic_pattern && detail::is_empty(*options.pattern))
    throw ValueError(text::joined(
        {"SplitOptions: the only split family is a pattern with n_min*steps[0]=",
         index_t{options.pattern->n_min} * options.pattern->steps.front(), " > len_max=", options.pattern->len_max,
         ", which yields no split; expected n_min*steps[0] <= len_max; raise len_max or add a family"}));
}

/// The options restricted to what fits the shortest part of any sequence: n_split_max is lowered to it, Pattern and
/// PeriodicPattern are dropped where they cannot fit, Segment is inserted if nothing is left. One warning names all
/// changes; a second one says if Pattern yields no split. ValueError as validate(), or if `shortest_part` is negative.
inline ClampedSplits clamp(SplitOptions options, index_t shortest_part) {
  validate(options);
  if (shortest_part < 0)
    throw ValueError(text::joined("clamp: shortest_part=", shortest_part, "; expected at least 0; pass a length"));
  std::vector<std::string> changes, warnings;
  const auto longest = static_cast<int>(std::min<index_t>(std::max<index_t>(1, shortest_part), 1'000'000'000));
  if (options.segment && options.segment->n_split_max > longest) {
    changes.push_back(text::joined("segment.n_split_max lowered from ", options.segment->n_split_max, " to ", longest));
    options.segment->n_split_max = longest;
    options.segment->n_split_min = std::min(options.segment->n_split_min, longest);
  }
  if (options.pattern && options.pattern->len_max > shortest_part) {
    changes.push_back(text::joined("pattern dropped (len_max=", options.pattern->len_max, ")"));
    options.pattern.reset();
  }
  if (options.periodic_pattern && shortest_part < options.periodic_pattern->steps.front()) {
    changes.push_back(
        text::joined("periodic_pattern dropped (first step ", options.periodic_pattern->steps.front(), ")"));
    options.periodic_pattern.reset();
  }
  if (options.pattern && detail::is_empty(*options.pattern))
    warnings.push_back(text::joined("SplitOptions: pattern contributes no split, since n_min*steps[0]=",
                                    index_t{options.pattern->n_min} * options.pattern->steps.front(),
                                    " > len_max=", options.pattern->len_max, "; raise len_max or lower n_min"));
  const bool any_pattern = options.pattern && !detail::is_empty(*options.pattern);
  if (!options.segment && !any_pattern && !options.periodic_pattern) {
    options.segment = SegmentOptions{1, longest};
    changes.push_back(text::joined("segment added with n_split_max=", longest, " so that one family remains"));
  }
  if (!changes.empty())
    warnings.insert(warnings.begin(), text::joined("SplitOptions: the shortest part has ", shortest_part,
                                                   " residues: ", text::listed(changes)));
  return {std::move(options), std::move(warnings)};
}

namespace detail {

inline void require_countable(std::size_t count) {
  if (count > max_enumerated_splits)
    throw ValueError(text::joined("SplitOptions: the options name more than ", max_enumerated_splits,
                                  " splits; expected a few hundred; lower n_split_max, n_max or len_max"));
}

/// Ascending steps without repetitions: equal steps yield one split, not several of the same label.
inline std::vector<int> distinct(const std::vector<int>& steps) {
  std::vector<int> out;
  for (const int step : steps)
    if (out.empty() || step != out.back()) out.push_back(step);
  return out;
}

/// Extends a tuple of offsets from the first position (`offsets`, starting with 0) by steps until it has `count`
/// entries, then places it at every first position that fits.
inline void place_patterns(const PatternOptions& p, std::size_t count, std::vector<int>& offsets,
                           std::vector<std::vector<int>>& out) {
  const int reach = offsets.back();
  if (offsets.size() < count) {
    for (const int step : p.steps) {
      // The tuple of steps behind a pattern also holds one in front of its first position.
      if (index_t{p.steps.front()} + reach + step > p.len_max) break;
      offsets.push_back(reach + step);
      place_patterns(p, count, offsets, out);
      offsets.pop_back();
    }
    return;
  }
  for (int first = 1; first <= p.len_max - reach; ++first) {
    std::vector<int> positions(offsets);
    for (int& position : positions) position += first;
    out.push_back(std::move(positions));
    require_countable(out.size());
  }
}

}  // namespace detail

/// The splits of `options`: Segment by n then i; Pattern by terminus, then lexicographically by positions (a prefix
/// first); PeriodicPattern by terminus, step pair (row-major) and start. Defaults: 120 + 182 + 28 = 330.
/// Equal steps yield one split, not several of the same label. ValueError as validate(), or beyond
/// max_enumerated_splits. Time and space are linear in the result, with a logarithm for patterns.
inline std::vector<Split> enumerate(const SplitOptions& options) {
  validate(options);
  std::vector<Split> out;
  if (const auto& s = options.segment)
    for (int n = s->n_split_min; n <= s->n_split_max; ++n)
      for (int i = 1; i <= n; ++i) {
        out.emplace_back(Segment{i, n});
        detail::require_countable(out.size());
      }
  if (const auto& p = options.pattern) {
    PatternOptions distinct = *p;
    distinct.steps = detail::distinct(p->steps);
    std::vector<std::vector<int>> positions;
    for (index_t k = p->n_min; k <= p->n_max && k * p->steps.front() <= p->len_max; ++k) {
      std::vector<int> offsets{0};
      detail::place_patterns(distinct, static_cast<std::size_t>(k), offsets, positions);
    }
    const auto order =
        sorted_places(positions.size(), [&](std::size_t i, std::size_t j) { return positions[i] < positions[j]; });
    for (const Terminus t : {Terminus::n, Terminus::c})
      for (const std::size_t i : order) out.emplace_back(Pattern{t, positions[i]});
  }
  if (const auto& p = options.periodic_pattern) {
    const std::vector<int> steps = detail::distinct(p->steps);
    for (const Terminus t : {Terminus::n, Terminus::c})
      for (const int step1 : steps)
        for (const int step2 : steps)
          for (int start = 1; start <= step1; ++start) {
            out.emplace_back(PeriodicPattern{t, step1, step2, start});
            detail::require_countable(out.size());
          }
  }
  detail::require_countable(out.size());
  return out;
}

/// The splits of `options` without the periodic patterns that start beyond the shortest part, whose index lists would
/// be empty there (a part of 3 residues and the steps 3 and 4). Otherwise as enumerate(options).
inline std::vector<Split> enumerate(const SplitOptions& options, index_t shortest_part) {
  std::vector<Split> out = enumerate(options);
  std::vector<Split> fitting;
  for (Split& split : out) {
    const auto* p = std::get_if<PeriodicPattern>(&split);
    if (p == nullptr || p->start <= shortest_part) fitting.push_back(std::move(split));
  }
  return fitting;
}

}  // namespace isonomy::profiling
