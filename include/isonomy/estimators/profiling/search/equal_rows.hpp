// Rows that are equal, in runs: what a split takes from each kind of row, and sums over many rows of few kinds.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/estimators/profiling/search/packed.hpp"
#include "isonomy/estimators/profiling/sequences/sequence_set.hpp"

namespace isonomy::profiling {

/// So many rows of a kind, one behind the other.
struct RowRun {
  std::uint32_t kind = 0, count = 0;
  bool operator==(const RowRun&) const = default;
};

/// Rows as runs, those of the test group first, each group in order of arrival.
struct RowRuns {
  std::vector<RowRun> runs;
  std::size_t test_runs = 0;

  /// Appends rows behind the last run, which grows if it is of their kind and belongs to their group.
  void append(RowRun rows, bool test) {
    const std::size_t first_of_group = test ? 0 : test_runs;
    if (runs.size() > first_of_group && runs.back().kind == rows.kind)
      runs.back().count += rows.count;
    else
      runs.push_back(rows);
    if (test) test_runs = runs.size();
  }
  /// Makes every row a run of its own: many short runs take longer than rows, since no processor foresees their ends.
  void spread_out() {
    RowRuns rows;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      rows.runs.insert(rows.runs.end(), runs[i].count, {runs[i].kind, 1});
      if (i + 1 == test_runs) rows.test_runs = rows.runs.size();
    }
    *this = std::move(rows);
  }
};

/// The distinct rows of a set.
struct RowKinds : RowRuns {
  struct Kind {
    std::size_t group = 0;  ///< of the packed sequences
    const std::uint8_t* codes = nullptr;
  };
  std::vector<Kind> kinds;

  /// `set` must outlive it. O(rows * positions).
  template <class Tag>
  RowKinds(const SequenceSet& set, const PackedSequences<Tag>& packed) {
    std::vector<std::uint32_t> kind_of(packed.places().size());
    for (const SequenceGroup& group : set.groups()) {
      const auto positions = static_cast<std::size_t>(set.layouts()[group.layout].positions);
      std::unordered_map<std::string_view, std::uint32_t> known;
      for (std::size_t i = 0; i < group.rows.size(); ++i) {
        const std::uint8_t* codes = group.codes.data() + i * positions;
        const std::string_view row(reinterpret_cast<const char*>(codes), positions);
        const auto [at, added] = known.try_emplace(row, static_cast<std::uint32_t>(kinds.size()));
        if (added) kinds.push_back({packed.places()[group.rows[i]].group, codes});
        kind_of[group.rows[i]] = at->second;
      }
    }
    for (const bool test : {true, false})
      for (std::size_t row = 0; row < kind_of.size(); ++row) {
        const RowPlace place = packed.places()[row];
        if (test == (place.column < packed.group(place.group).test_rows)) append({kind_of[row], 1}, test);
      }
  }
};

/// How the rows of the two groups compare.
enum class GroupRows : std::uint8_t { differ, same, same_in_order };

/// Whether both groups hold the same rows, each as often, and in one order. O(rows * positions).
template <class Tag>
[[nodiscard]] GroupRows compare_groups(const SequenceSet& set, const PackedSequences<Tag>& packed) {
  if (packed.test_rows() != packed.reference_rows()) return GroupRows::differ;
  const RowKinds rows(set, packed);
  const auto reference = rows.runs.begin() + static_cast<std::ptrdiff_t>(rows.test_runs);
  if (std::equal(rows.runs.begin(), reference, reference, rows.runs.end())) return GroupRows::same_in_order;
  std::vector<std::int64_t> surplus(rows.kinds.size(), 0);  // rows of a kind that only the test group has
  for (auto run = rows.runs.begin(); run != rows.runs.end(); ++run)
    surplus[run->kind] += run < reference ? std::int64_t{run->count} : -std::int64_t{run->count};
  const bool same = std::all_of(surplus.begin(), surplus.end(), [](std::int64_t n) { return n == 0; });
  return same ? GroupRows::same : GroupRows::differ;
}

/// What a split takes from rows of a kind: `slots` codes from `first` on, of which `residues` are no gaps.
struct SplitKind {
  std::int64_t first = 0;
  std::int32_t slots = 0, residues = 0;
};

/// The distinct strings of residues that one split takes.
struct SplitKinds : RowRuns {
  std::vector<std::uint8_t> codes;
  std::vector<SplitKind> kinds;

  /// O(kinds of rows * residues of the split + runs).
  template <class Tag>
  SplitKinds(const RowKinds& rows, const SplitPlaces<Tag>& places, std::size_t split) {
    std::unordered_map<std::string, std::uint32_t> known;
    std::vector<std::uint32_t> kind_of;
    std::string taken;
    for (const RowKinds::Kind& row : rows.kinds) {
      taken.clear();
      for (const std::uint16_t position : places.positions(row.group, split))
        taken += static_cast<char>(row.codes[position]);
      const auto [at, added] = known.try_emplace(taken, static_cast<std::uint32_t>(kinds.size()));
      kind_of.push_back(at->second);
      if (!added) continue;
      kinds.push_back({static_cast<std::int64_t>(codes.size()), static_cast<std::int32_t>(taken.size()),
                       places.residues(row.group, split)});
      codes.insert(codes.end(), taken.begin(), taken.end());
    }
    std::uint32_t count = 0;
    for (std::size_t i = 0; i < rows.runs.size(); ++i) {
      append({kind_of[rows.runs[i].kind], rows.runs[i].count}, i < rows.test_runs);
      count += rows.runs[i].count;
    }
    if (runs.size() > count / 4) spread_out();
  }
};

/// sum after `count` additions of x, each of them rounded, in O(log(count)) steps where the two have one sign.
///
/// Between two powers of two rounding moves the sum by the same step every time, once a first addition there has left
/// it even where x lies halfway. All steps up to the next power are taken at once, without rounding.
[[nodiscard]] ISONOMY_HD inline double repeated_sum(double sum, double x, std::int64_t count) {
  constexpr std::int64_t few = 8;
  while (count > few) {
    const double first = sum + x, second = first + x, third = second + x, step = third - second;
    count -= 3;
    sum = third;
    if (step == 0) return sum;
    int power = 0, power_of_first = 0;
    std::frexp(sum, &power);
    std::frexp(first, &power_of_first);
    if (power != power_of_first || (first > 0) != (x > 0)) continue;
    const double room = (std::ldexp(x > 0 ? 1.0 : -1.0, power) - sum) / step - 2;
    const std::int64_t steps = room < static_cast<double>(count) ? static_cast<std::int64_t>(room) : count;
    if (steps <= 0) continue;
    sum += static_cast<double>(steps) * step;
    count -= steps;
  }
  for (; count > 0; --count) sum += x;
  return sum;
}

}  // namespace isonomy::profiling
