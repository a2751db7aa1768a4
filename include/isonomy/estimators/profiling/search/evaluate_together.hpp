// First passes of many features at once, where ties leave them all undecided: from kinds of rows, or from joint counts.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/profiling/search/arithmetic.hpp"
#include "isonomy/estimators/profiling/search/equal_rows.hpp"
#include "isonomy/estimators/profiling/search/feature_requests.hpp"
#include "isonomy/estimators/profiling/search/moments.hpp"
#include "isonomy/estimators/profiling/search/packed.hpp"
#include "isonomy/estimators/profiling/sequences/sequence_set.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/residue/statistics.hpp"

namespace isonomy::profiling {

/// What first passes read.
template <class Tag>
struct FirstPassData {
  Context<Tag>& ctx;
  const SequenceSet& set;
  const PackedSequences<Tag>& packed;
  const SplitPlaces<Tag>& places;
  const PackedScales<Tag>& scales;
};

namespace detail {

/// Features of one split that a task evaluates side by side, so that no addition waits for the one before.
inline constexpr index_t evaluation_lanes = 8;

/// Passes<aaanalysis_1_1>::first for scales of one split, `evaluation_lanes` a task: the value of every kind of row
/// once, and sums over runs of rows in the order of the rows.
template <MemorySpace Space>
struct EvaluateKinds {
  const double* of_code;  // codes x lanes a block
  index_t scale_count, first_block;
  const std::uint8_t* codes;
  const SplitKind* kinds;
  const RowRun* runs;
  index_t kind_count, test_runs, run_count;
  double test_rows, reference_rows;
  double* values;  // kinds x lanes a task
  Separation* out;

  ISONOMY_HD void operator()(index_t task) const {
    const index_t first = (first_block + task) * evaluation_lanes;
    double* value = values + task * kind_count * evaluation_lanes;
    find_values(of_code + (first_block + task) * max_residue_codes * evaluation_lanes, value);
    double test[evaluation_lanes] = {}, reference[evaluation_lanes] = {}, squares[evaluation_lanes] = {};
    add(0, test_runs, value, test);
    add(test_runs, run_count, value, reference);
    for (index_t l = 0; l < evaluation_lanes; ++l) {
      test[l] /= test_rows;
      reference[l] /= reference_rows;
    }
    for (index_t k = 0; k < kind_count; ++k)
      for (index_t l = 0; l < evaluation_lanes; ++l) {
        const double d = value[k * evaluation_lanes + l] - test[l];
        value[k * evaluation_lanes + l] = rounded_product(d, d);
      }
    add(0, test_runs, value, squares);
    for (index_t l = 0; l < evaluation_lanes && first + l < scale_count; ++l)
      out[first + l] = {test[l] - reference[l], std::sqrt(squares[l] / test_rows)};
  }

 private:
  ISONOMY_HD void find_values(const double* of, double* value) const {
    for (index_t k = 0; k < kind_count; ++k) {
      const SplitKind kind = kinds[k];
      double sum[evaluation_lanes] = {};
      for (std::int32_t i = 0; i < kind.slots; ++i) {
        const double* residue = of + static_cast<index_t>(codes[kind.first + i]) * evaluation_lanes;
        for (index_t l = 0; l < evaluation_lanes; ++l) sum[l] += residue[l];
      }
      for (index_t l = 0; l < evaluation_lanes; ++l)
        value[k * evaluation_lanes + l] = sum[l] / static_cast<double>(kind.residues);
    }
  }
  ISONOMY_HD void add(index_t begin, index_t end, const double* value, double* sums) const {
    add_lanes(begin, end, value, sums, std::make_index_sequence<static_cast<std::size_t>(evaluation_lanes)>());
  }
  /// Lanes by name, so that compilers keep each sum in a register.
  template <std::size_t... Lane>
  ISONOMY_HD void add_lanes(index_t begin, index_t end, const double* value, double* sums,
                            std::index_sequence<Lane...>) const {
    constexpr std::uint32_t short_run = 8;
    double sum[] = {sums[Lane]...};
    for (index_t i = begin; i < end; ++i) {
      const RowRun run = runs[i];
      const double* x = value + static_cast<index_t>(run.kind) * evaluation_lanes;
      if (run.count > short_run)
        ((sum[Lane] = repeated_sum(sum[Lane], x[Lane], run.count)), ...);
      else
        for (std::uint32_t n = 0; n < run.count; ++n) ((sum[Lane] += x[Lane]), ...);
    }
    ((sums[Lane] = sum[Lane]), ...);
  }
};

/// Passes<exact>::first of one group of rows added to the sums of each feature, from how often residues stand together.
template <MemorySpace Space>
struct AddExactCounts {
  const Candidate* features;
  ScaleViews<Space> scales;
  const std::int32_t* residues;               // of every split in this group
  const double *together, *test, *reference;  // whole numbers: moments with ResidueWeight::one
  index_t letters;
  residue::ExactSums* sums;

  ISONOMY_HD void operator()(index_t i) const {
    const Candidate f = features[i];
    const auto split = static_cast<index_t>(f.split);
    const std::int64_t* m = scales.numerators_of(f.scale);
    int128_t test_sum = 0, reference_sum = 0, squares = 0;
    for (index_t b = 0; b < letters; ++b) {
      test_sum += int128_t{m[b]} * count(test[split * letters + b]);
      reference_sum += int128_t{m[b]} * count(reference[split * letters + b]);
      const double* with_b = together + split * residue_pairs(letters);
      if (with_b[residue_pair(b, b)] == 0) continue;  // the letter stands nowhere
      int128_t products = 0;
      for (index_t a = 0; a <= b; ++a) products += int128_t{m[a]} * count(with_b[residue_pair(a, b)]);
      squares += products * m[b];
    }
    const auto n = static_cast<double>(residues[split]);
    sums[i].add(1, test_sum, squares, n);
    sums[i].add(0, reference_sum, 0, n);
  }

 private:
  ISONOMY_HD static std::int64_t count(double whole) { return static_cast<std::int64_t>(whole); }
};

struct FinishExactCounts {
  const Candidate* features;
  const std::int64_t* denominators;
  const residue::ExactSums* sums;
  double reference_rows, test_rows;
  Separation* out;

  ISONOMY_HD void operator()(index_t i) const {
    const FeatureStatistics s =
        sums[i].statistics(static_cast<double>(denominators[features[i].scale]), reference_rows, test_rows);
    out[i] = {s.difference, s.std_test};
  }
};

/// The places of features by their split, in order.
[[nodiscard]] inline std::vector<std::vector<std::size_t>> by_split(std::span<const Candidate> features,
                                                                    std::size_t splits) {
  std::vector<std::vector<std::size_t>> out(splits);
  for (std::size_t i = 0; i < features.size(); ++i) out[features[i].split].push_back(i);
  return out;
}

/// Values of the codes under the scales of the features at `chosen` places: for each evaluation_lanes of them, codes x
/// lanes; the first of these fills up the last.
[[nodiscard]] inline std::vector<double> values_by_lane(const std::vector<double>& single,
                                                        std::span<const Candidate> features,
                                                        const std::vector<std::size_t>& chosen) {
  constexpr auto lanes = static_cast<std::size_t>(evaluation_lanes);
  std::vector<double> out;
  for (std::size_t first = 0; first < chosen.size(); first += lanes)
    for (std::size_t a = 0; a < max_residue_codes; ++a)
      for (std::size_t l = 0; l < lanes; ++l) {
        const std::size_t place = chosen[first + l < chosen.size() ? first + l : first];
        out.push_back(single[features[place].scale * max_residue_codes + a]);
      }
  return out;
}

/// The features at `chosen` places, all of one split, into `out` at these places.
template <class Tag>
void evaluate_kinds(const FirstPassData<Tag>& data, const SplitKinds& split, std::span<const Candidate> features,
                    const std::vector<std::size_t>& chosen, index_t tasks_at_once, std::vector<Separation>& out) {
  Context<Tag>& ctx = data.ctx;
  const auto count = static_cast<index_t>(chosen.size()), kinds = static_cast<index_t>(split.kinds.size());
  const index_t tasks = (count + evaluation_lanes - 1) / evaluation_lanes;
  const auto of_code =
      to_device(ctx, values_by_lane(data.scales.single(), features, chosen), "profiling: scales of a split");
  const auto device_codes = to_device(ctx, split.codes, "profiling: kinds of rows");
  const auto device_kinds = to_device(ctx, split.kinds, "profiling: kinds of rows");
  const auto device_runs = to_device(ctx, split.runs, "profiling: runs of rows");
  tasks_at_once = std::min(tasks_at_once, tasks);
  Buffer<double, Tag> values(ctx, tasks_at_once * kinds * evaluation_lanes, "profiling: values of kinds of rows");
  Buffer<Separation, Tag> result(ctx, count, "profiling: statistics");
  for (index_t first = 0; first < tasks; first += tasks_at_once)
    for_each(
        ctx, std::min(tasks_at_once, tasks - first),
        EvaluateKinds<typename Backend<Tag>::space>{.of_code = of_code.data(),
                                                    .scale_count = count,
                                                    .first_block = first,
                                                    .codes = device_codes.data(),
                                                    .kinds = device_kinds.data(),
                                                    .runs = device_runs.data(),
                                                    .kind_count = kinds,
                                                    .test_runs = static_cast<index_t>(split.test_runs),
                                                    .run_count = static_cast<index_t>(split.runs.size()),
                                                    .test_rows = static_cast<double>(data.packed.test_rows()),
                                                    .reference_rows = static_cast<double>(data.packed.reference_rows()),
                                                    .values = values.data(),
                                                    .out = result.data()});
  const auto host = to_host(ctx, result);
  for (std::size_t k = 0; k < chosen.size(); ++k) out[chosen[k]] = host[k];
}

}  // namespace detail

/// Features of one split from which on kinds of rows are worth finding.
inline constexpr std::size_t together_from = 16;
/// Values of kinds of rows that are held at a time.
inline constexpr index_t kind_values_at_once = index_t{1} << 22;

/// First passes by kinds of rows, for splits of which many scales are asked. Returns the places of the other features,
/// which are left to be evaluated row by row.
template <class Tag>
[[nodiscard]] std::vector<std::size_t> evaluate_together(aaanalysis_1_1, const FirstPassData<Tag>& data,
                                                         std::span<const Candidate> features,
                                                         std::vector<Separation>& out) {
  const auto splits = detail::by_split(features, data.places.size());
  std::vector<std::size_t> rest;
  std::vector<RowKinds> rows;  // found when first needed
  for (std::size_t s = 0; s < splits.size(); ++s) {
    if (splits[s].size() >= together_from) {
      if (rows.empty()) rows.emplace_back(data.set, data.packed);
      const SplitKinds split(rows.front(), data.places, s);
      const index_t tasks_at_once =
          kind_values_at_once / (static_cast<index_t>(split.kinds.size()) * detail::evaluation_lanes);
      if (tasks_at_once > 0) {
        detail::evaluate_kinds(data, split, features, splits[s], tasks_at_once, out);
        continue;
      }
    }
    rest.insert(rest.end(), splits[s].begin(), splits[s].end());
  }
  return rest;
}

/// First passes from joint counts of residues, where there are enough features for their number of rows; all or none.
template <class Tag>
[[nodiscard]] std::vector<std::size_t> evaluate_together(exact, const FirstPassData<Tag>& data,
                                                         std::span<const Candidate> features,
                                                         std::vector<Separation>& out) {
  Context<Tag>& ctx = data.ctx;
  const auto count = static_cast<index_t>(features.size()), splits = static_cast<index_t>(data.places.size());
  const index_t letters = data.packed.codes() - 1;
  const auto groups = static_cast<double>(data.packed.groups());
  if (groups * static_cast<double>(residue_pairs(letters)) * static_cast<double>(count + 4 * splits) >=
      static_cast<double>(count) * static_cast<double>(data.packed.rows())) {
    std::vector<std::size_t> rest(features.size());
    for (std::size_t i = 0; i < rest.size(); ++i) rest[i] = i;
    return rest;
  }
  const auto device_features =
      to_device(ctx, std::vector<Candidate>(features.begin(), features.end()), "profiling: features");
  auto sums = to_device(ctx, std::vector<residue::ExactSums>(features.size()), "profiling: exact sums");
  GroupMoments<Tag> group_moments(ctx, data.set, data.packed, data.places);
  for (std::size_t g = 0; g < data.packed.groups(); ++g) {
    Moments<Tag> counts(ctx, splits, letters);
    group_moments.add(g, g + 1, ResidueWeight::one, counts, [](index_t) {});
    std::vector<std::int32_t> residues;
    for (std::size_t s = 0; s < data.places.size(); ++s) residues.push_back(data.places.residues(g, s));
    const auto device_residues = to_device(ctx, residues, "profiling: residues of splits");
    for_each(ctx, count,
             detail::AddExactCounts<typename Backend<Tag>::space>{
                 device_features.data(), data.scales.views(), device_residues.data(), counts.gram.data(),
                 counts.test.data(), counts.reference.data(), letters, sums.data()});
  }
  Buffer<Separation, Tag> result(ctx, count, "profiling: statistics");
  for_each(ctx, count,
           detail::FinishExactCounts{device_features.data(), data.scales.views().denominators, sums.data(),
                                     static_cast<double>(data.packed.reference_rows()),
                                     static_cast<double>(data.packed.test_rows()), result.data()});
  out = to_host(ctx, result);
  return {};
}

}  // namespace isonomy::profiling
