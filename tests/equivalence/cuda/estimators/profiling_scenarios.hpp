// What is asked of profiling on every backend: both arithmetics, all tests, gaps, layouts, tensors, resampling,
// pruning.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/estimators/profiling/fit.hpp"
#include "isonomy/estimators/profiling/numeric/fit_numeric.hpp"
#include "isonomy/estimators/profiling/stability/bootstrap.hpp"
#include "isonomy/estimators/profiling/stability/pruning.hpp"
#include "isonomy/estimators/profiling/tables/feature_matrix.hpp"
#include "results.hpp"
#include "support/profiling/data.hpp"
#include "written.hpp"

namespace isonomy::test {
namespace {

std::string written(const profiling::ProfileResult& result) {
  Written out;
  for (const profiling::FeatureRow& r : result.features) {
    out.add(r.feature, r.positions, r.abs_auc, r.abs_mean_dif, r.mean_dif, r.std_test, r.std_ref, r.p_value,
            r.p_val_fdr_bh);
    if (r.selection_frequency) out.add(*r.selection_frequency);
  }
  const profiling::Funnel& f = result.funnel;
  out.add(f.n_candidates, f.n_within_spread, f.n_after_prefilter, f.n_after_redundancy, f.n_final);
  out.add(result.p_value_column, result.rows_test, result.rows_reference, result.evaluated_row_by_row);
  out.add_with_margins_of_products(result.report);
  return out.text();
}

/// Residues of some rows become gaps, so that there are about as many groups of rows as `kinds`.
LabelledWindows with_gaps(LabelledWindows rows, std::uint64_t kinds) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto kind = static_cast<std::size_t>(i % kinds);
    if (kind == 0) continue;
    std::string gapped(profiling::part_residues(rows.windows[i], profiling::Part::tmd));
    const std::size_t n = gapped.size(), round = kind / n;
    for (const std::size_t place : {kind, round + 2 * kind + 1, 3 * round + kind + 5}) gapped[place % n] = '-';
    rows.windows[i] = profiling::window_from_parts(
        rows.windows[i].entry, std::string(profiling::part_residues(rows.windows[i], profiling::Part::jmd_n)), gapped,
        std::string(profiling::part_residues(rows.windows[i], profiling::Part::jmd_c)));
  }
  return rows;
}

/// Rows whose middle parts all have that many residues.
LabelledWindows of_one_length(int n, int length) {
  const std::string letters = "ACDEFGHIKLMNPQRSTVWY";
  SplitMix64 random(7);
  LabelledWindows out;
  for (int i = 0; i < n; ++i) {
    const std::string flank = random.text(10, letters);
    out.windows.push_back(profiling::window_from_parts(
        "L" + std::to_string(i), flank, random.text(length, i % 2 == 0 ? letters + "LLLVVI" : letters + "GGSST"),
        random.text(10, letters)));
    out.labels.push_back(i % 2);
  }
  return out;
}

/// Few rows again and again, in another order in the second group: what moments cannot tell apart.
LabelledWindows of_few_kinds(int n) {
  const LabelledWindows kinds = synthetic(6);
  LabelledWindows out;
  for (int i = 0; i < n; ++i) {
    out.windows.push_back(kinds.windows[static_cast<std::size_t>(i < n / 2 ? i % 3 : 2 - i % 3)]);
    out.labels.push_back(i < n / 2 ? 1 : 0);
  }
  return out;
}

/// Runs scenarios on a context of their own each.
template <class Tag>
class ProfilingScenarios {
 public:
  template <class Arithmetic>
  void fit(std::string_view name, const profiling::SequenceSet& set, const profiling::ScaleTable& scales,
           const profiling::ProfileOptions& options = {.n_filter = 25}) {
    Context<Tag> ctx;
    add<Arithmetic>(name, written(profiling::fit<Arithmetic>(ctx, set, scales, options)));
  }
  template <class Arithmetic>
  void every_test(std::string_view name, const profiling::SequenceSet& set, const profiling::ScaleTable& scales) {
    using profiling::Test;
    for (const Test test : {Test::mann_whitney, Test::t_test, Test::mann_whitney_scipy})
      fit<Arithmetic>(text::joined(name, ", test ", static_cast<int>(test)), set, scales,
                      {.n_filter = 25, .test = test});
  }
  template <class Arithmetic>
  void resampled(const profiling::SequenceSet& set, const profiling::ScaleTable& scales) {
    Context<Tag> ctx;
    ctx.control().seed = 3;
    add<Arithmetic>("resampling", written(profiling::selection_frequencies<Arithmetic>(
                                      ctx, set, scales, {.n_filter = 10}, {.rounds = 3})));
  }
  /// Features of a fit, their values, and which of them are left.
  template <class Arithmetic>
  void pruned(const profiling::SequenceSet& set, const profiling::ScaleTable& scales) {
    Context<Tag> ctx;
    const auto features = profiling::fit<Arithmetic>(ctx, set, scales, {.n_filter = 12}).features;
    std::vector<profiling::Feature> parsed;
    for (const profiling::FeatureRow& f : features) parsed.push_back(profiling::parse_feature(f.feature));
    const auto x = profiling::feature_matrix<Arithmetic>(ctx, set, scales, parsed);
    Written out;
    out.add(to_host<Context<Tag>, double>(
        ctx, VectorView<const double, typename Context<Tag>::space>(x.data(), x.rows() * x.columns())));
    out.add(profiling::filter_correlation<Arithmetic>(ctx, x.view(), 0.3));
    out.add(profiling::prune_by_variance<Arithmetic>(ctx, x.view(), 0.005));
    for (const auto& f : profiling::prune_by_correlation<Arithmetic>(ctx, set, scales, features, 0.3))
      out.add(f.feature);
    for (const auto& f : profiling::prune_by_variance<Arithmetic>(ctx, set, scales, features)) out.add(f.feature);
    add<Arithmetic>("values of features, and pruning", out.text());
  }
  template <class Arithmetic>
  void tensors(index_t rows, profiling::Test test) {
    constexpr index_t residues = 45, dimensions = 5;
    std::vector<std::vector<double>> values;
    std::vector<profiling::NumericProtein> proteins;
    std::vector<int> labels;
    SplitMix64 random(5);
    for (index_t i = 0; i < rows; ++i) {
      labels.push_back(i % 3 == 0 ? 0 : 1);
      std::vector<double>& x = values.emplace_back();
      for (index_t k = 0; k < residues * dimensions; ++k)
        x.push_back(random.below(20) == 0 ? std::numeric_limits<double>::quiet_NaN()
                                          : random.unit() * (labels.back() == 1 && k % 2 == 0 ? 0.8 : 1));
    }
    for (index_t i = 0; i < rows; ++i)
      proteins.push_back(
          {"T" + std::to_string(i),
           row_major(const_cast<const double*>(values[static_cast<std::size_t>(i)].data()), residues, dimensions),
           8 + i % 6, 28 + i % 4});
    Context<Tag> ctx;
    const profiling::NumericWindows<Tag> windows(ctx, proteins);
    const auto parts = windows.parts();
    add<Arithmetic>(text::joined("tensors, test ", static_cast<int>(test)),
                    written(profiling::fit_numeric<Arithmetic>(ctx, parts, labels, every_scale(586 / dimensions + 1),
                                                               {.n_filter = 25, .max_std_test = 0.3, .test = test})));
  }

  Results results;

 private:
  template <class Arithmetic>
  void add(std::string_view name, std::string text) {
    results.emplace_back(text::joined(Arithmetic::name, ": ", name), std::move(text));
  }
};

template <class Arithmetic, class Tag>
void run_profiling(ProfilingScenarios<Tag>& run) {
  using profiling::Part;
  const profiling::ScaleTable scales = every_scale(60);
  constexpr profiling::SequenceOptions gaps{.ext_len = 0, .accept_gaps = true};
  run.template every_test<Arithmetic>("many lengths", set_of(synthetic(60)), scales);
  run.template fit<Arithmetic>("one length", set_of(of_one_length(60, 20)), scales);
  run.template fit<Arithmetic>("a long part", set_of(of_one_length(50, 130), {Part::tmd}), every_scale(200));
  run.template fit<Arithmetic>("gaps", set_of(with_gaps(synthetic(60), 5), profiling::default_parts(), gaps), scales);
  run.template fit<Arithmetic>("every row with gaps of its own",
                               set_of(with_gaps(of_one_length(30, 20), 30), {Part::tmd_jmd}, gaps), scales);
  run.template fit<Arithmetic>(
      "parts at the border",
      set_of(synthetic(40), {Part::tmd_e, Part::ext_n_tmd_n, Part::ext_c}, {.ext_len = 4, .accept_gaps = false}),
      scales, {.n_filter = 25, .display = {.ext_len = 4}});
  run.template fit<Arithmetic>("equal groups", set_of(of_few_kinds(60)), scales);
  run.template fit<Arithmetic>("equal groups in another order", set_of(of_few_kinds(62)), scales,
                               {.n_filter = 40, .max_std_test = 0.05});
  run.template fit<Arithmetic>("exact redundancy", set_of(synthetic(40)), scales,
                               {.n_filter = 200, .check_cat = false, .redundancy = profiling::Redundancy::exact});
  run.template resampled<Arithmetic>(set_of(synthetic(30)), every_scale(150));
  run.template pruned<Arithmetic>(set_of(synthetic(40)), every_scale(100));
  run.template tensors<Arithmetic>(24, profiling::Test::mann_whitney);
  run.template tensors<Arithmetic>(24, profiling::Test::t_test);
}

template <class Arithmetic, class Tag>
void run_profiling_fully(ProfilingScenarios<Tag>& run) {
  constexpr profiling::SequenceOptions gaps{.ext_len = 0, .accept_gaps = true};
  run.template every_test<Arithmetic>("DOM_GSEC", set_of(dom_gsec()), every_scale(20));
  run.template fit<Arithmetic>("SYN1000", set_of(synthetic(1000)), every_scale(40));
  run.template fit<Arithmetic>(
      "SYN400 with gaps", set_of(with_gaps(synthetic(400), 400), profiling::default_parts(), gaps), every_scale(60));
  run.template fit<Arithmetic>("many equal rows", set_of(of_few_kinds(1200)), every_scale(30));
  run.template tensors<Arithmetic>(200, profiling::Test::mann_whitney_scipy);
}

}  // namespace

template <class Tag>
Results profiling_results(Scope scope) {
  ProfilingScenarios<Tag> run;
  run_profiling<exact>(run);
  run_profiling<aaanalysis_1_1>(run);
  if (scope == Scope::full) {
    run_profiling_fully<exact>(run);
    run_profiling_fully<aaanalysis_1_1>(run);
  }
  return std::move(run.results);
}

}  // namespace isonomy::test
