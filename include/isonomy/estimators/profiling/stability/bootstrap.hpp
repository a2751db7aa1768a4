// How often features are selected when rows are drawn again: the stability of a profile.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "isonomy/backend/stage_timer.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/fit.hpp"

namespace isonomy::profiling {

/// Which group's rows are drawn anew in a round; the others are taken as they are.
enum class Resample { reference, both, test };

/// AAanalysis: bootstrap_kws.
struct BootstrapOptions {
  int rounds = 20;  ///< at least 1
  Resample resample = Resample::reference;
  double frac = 0.8;  ///< rows drawn as a share of their group, above 0 and at most 1
};

namespace detail {

/// max(1, rint(frac * rows)) of `rows` with replacement, as Philox gives them for this seed, round and group.
inline void draw_rows(const std::vector<index_t>& rows, double frac, std::uint64_t seed, std::uint64_t stream,
                      std::vector<index_t>& out) {
  const auto n =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(std::rint(frac * static_cast<double>(rows.size()))));
  for (std::int64_t i = 0; i < n; ++i)
    out.push_back(rows[random_below(rows.size(), seed, static_cast<std::uint64_t>(i), stream)]);
}

/// Silences a context's progress while it lives.
template <class Ctx>
class QuietProgress {
 public:
  explicit QuietProgress(Ctx& ctx) : ctx_(ctx), progress_(std::exchange(ctx.control().progress, nullptr)) {}
  QuietProgress(const QuietProgress&) = delete;
  QuietProgress& operator=(const QuietProgress&) = delete;
  ~QuietProgress() { ctx_.control().progress = std::move(progress_); }

 private:
  Ctx& ctx_;
  std::function<void(const Progress&)> progress_;
};

}  // namespace detail

/// The features of fit() with selection_frequency: in which share of repetitions they are selected again.
///
/// Each of `rounds` repetitions runs the whole selection on rows drawn with replacement; the share is rounded to three
/// decimals. A round that leaves no candidate selects nothing. Splits are those of the full data in every round.
///
///     const auto result = selection_frequencies(cpu, proteins, aaontology(), {.n_filter = 20}, {.rounds = 100});
///
/// Errors: ValueError for options outside their domain, and those of fit(). Progress counts rounds.
///
/// Cost: time `rounds` + 1 times that of fit(); memory that of fit() and a second sequence set.
///
/// Determinism: rows are drawn by Philox from the context's seed, the same for any threads and backend, and not those
/// of the reference.
template <class Arithmetic = exact, ContextLike Ctx>
[[nodiscard]] ProfileResult selection_frequencies(Ctx& ctx, const SequenceSet& set, const ScaleTable& scales,
                                                  const ProfileOptions& options = {},
                                                  const BootstrapOptions& bootstrap = {}) {
  if (bootstrap.rounds < 1)
    throw ValueError(text::joined("selection_frequencies: rounds=", bootstrap.rounds, "; expected at least 1"));
  if (!(bootstrap.frac > 0 && bootstrap.frac <= 1))
    throw ValueError(text::joined(
        {"selection_frequencies: frac=", std::to_string(bootstrap.frac), "; expected a share above 0 and at most 1"}));
  ProfileResult result = fit<Arithmetic>(ctx, set, scales, options);
  StageTimer timer(ctx, result.report);
  std::vector<index_t> groups[2];  // reference, test
  for (index_t i = 0; i < set.size(); ++i)
    groups[set.labels()[static_cast<std::size_t>(i)] == options.label_test ? 1 : 0].push_back(i);
  ProfileOptions of_round = options;
  of_round.split_kws = clamp(options.split_kws, set.shortest_part()).options;
  std::unordered_map<std::string, std::int64_t> selected;
  for (const FeatureRow& f : result.features) selected.emplace(f.feature, 0);

  const Control control = ctx.control();
  ProgressMeter meter(control, "profiling: bootstrap rounds", bootstrap.rounds);
  int without = 0;
  {
    const detail::QuietProgress<Ctx> quiet(ctx);
    for (int round = 0; round < bootstrap.rounds; ++round) {
      std::vector<index_t> rows;
      for (const int g : {1, 0}) {
        const bool drawn = bootstrap.resample == Resample::both || (bootstrap.resample == Resample::test) == (g == 1);
        if (drawn)
          detail::draw_rows(groups[g], bootstrap.frac, control.seed,
                            2 * static_cast<std::uint64_t>(round) + static_cast<std::uint64_t>(g), rows);
        else
          rows.insert(rows.end(), groups[g].begin(), groups[g].end());
      }
      try {
        const ProfileResult drawn = fit<Arithmetic>(ctx, set.subset(rows), scales, of_round);
        for (const FeatureRow& f : drawn.features) {
          const auto at = selected.find(f.feature);
          if (at != selected.end()) ++at->second;
        }
      } catch (const NumericalError&) {
        ++without;
      }
      meter.advance();
    }
  }
  for (FeatureRow& f : result.features)
    f.selection_frequency =
        rounded(static_cast<double>(selected.at(f.feature)) / static_cast<double>(bootstrap.rounds), 3);
  if (without > 0)
    result.report.warnings.push_back(
        text::joined(without, " of ", bootstrap.rounds, " bootstrap rounds left no candidate and selected nothing"));
  result.report.estimator = "profiling::selection_frequencies";
  result.report.bytes_moved = ctx.counters().bytes_moved;
  result.report.bytes_peak = ctx.counters().bytes_peak;
  timer.lap("bootstrap");
  return result;
}

}  // namespace isonomy::profiling
