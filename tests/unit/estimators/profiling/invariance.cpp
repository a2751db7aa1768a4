// What a profiling run must not depend on: threads, instruction sets, backends, chunks, and, in exact arithmetic,
// order.
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

#include "isonomy/backend/compose.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/fit.hpp"
#include "support/catch.hpp"
#include "support/compiled/profiling.hpp"
#include "support/profiling/data.hpp"
#include "support/profiling/residue_layer.hpp"

using namespace isonomy;
using namespace isonomy::profiling;
using namespace isonomy::test;

namespace {

/// Numbers are equal in each bit.
void check_same(const ProfileResult& a, const ProfileResult& b) {
  CHECK(a.funnel.n_within_spread == b.funnel.n_within_spread);
  CHECK(a.funnel.n_after_prefilter == b.funnel.n_after_prefilter);
  CHECK(a.evaluated_row_by_row == b.evaluated_row_by_row);
  REQUIRE(a.features.size() == b.features.size());
  for (std::size_t i = 0; i < a.features.size(); ++i) {
    const FeatureRow &x = a.features[i], &y = b.features[i];
    INFO("row " << i << ": " << x.feature << ", " << y.feature);
    const bool same = x.feature == y.feature && x.positions == y.positions && x.abs_auc == y.abs_auc &&
                      x.abs_mean_dif == y.abs_mean_dif && x.mean_dif == y.mean_dif && x.std_test == y.std_test &&
                      x.std_ref == y.std_ref && x.p_value == y.p_value && x.p_val_fdr_bh == y.p_val_fdr_bh;
    CHECK(same);
    if (!same) return;
  }
}

/// Real and synthetic rows, two of them with gaps.
LabelledWindows mixed_rows() {
  LabelledWindows rows = synthetic(1500);
  const LabelledWindows real = dom_gsec();
  rows.windows.insert(rows.windows.end(), real.windows.begin(), real.windows.end());
  rows.labels.insert(rows.labels.end(), real.labels.begin(), real.labels.end());
  for (const std::size_t i : {std::size_t{3}, std::size_t{1400}}) rows.windows[i].residues[7] = '-';
  return rows;
}

constexpr SequenceOptions with_gaps{.ext_len = 0, .accept_gaps = true};

/// All rows in another order, the same for every call.
std::vector<std::size_t> shuffled(std::size_t n) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  SplitMix64 random(11);
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[static_cast<std::size_t>(random.below(i))]);
  return order;
}

template <class Arithmetic>
void check_execution() {
  const auto set = set_of(mixed_rows(), default_parts(), with_gaps);
  const auto scales = every_scale(12);
  Context<Cpu> one({.threads = 1});
  const auto expected = fit<Arithmetic>(one, set, scales);
  CHECK(expected.features.size() > 10);
  for (const int threads : {2, 3, 8}) {
    INFO(threads << " threads");
    Context<Cpu> ctx({.threads = threads});
    check_same(fit<Arithmetic>(ctx, set, scales), expected);
    check_same(fit<Arithmetic>(ctx, set, scales), expected);
  }
  for (const auto instructions : instruction_sets()) {
    INFO(cpu::name(instructions));
    Context<Cpu> ctx({.threads = 2, .instruction_set = instructions});
    check_same(fit<Arithmetic>(ctx, set, scales), expected);
  }
  Context<Without<Cpu, op::joint_residue_counts, op::residue_rank_sums>> generic(cpu::ContextOptions{.threads = 2});
  check_same(fit<Arithmetic>(generic, set, scales), expected);
}

}  // namespace

TEST_CASE("exact runs depend neither on threads, instruction sets, backends nor repeats", "[profiling][invariance]") {
  check_execution<exact>();
}

TEST_CASE("runs in the reference's arithmetic depend neither on threads, instruction sets, backends nor repeats",
          "[profiling][invariance]") {
  check_execution<aaanalysis_1_1>();
}

TEST_CASE("exact runs do not depend on the order of rows", "[profiling][invariance]") {
  const auto rows = mixed_rows();
  const auto scales = every_scale(12);
  Context<Cpu> ctx;
  for (const auto test : {Test::mann_whitney, Test::t_test, Test::mann_whitney_scipy}) {
    ProfileOptions options;
    options.test = test;
    const auto expected = fit<exact>(ctx, set_of(rows, default_parts(), with_gaps), scales, options);
    check_same(fit<exact>(ctx, set_of(pick(rows, shuffled(rows.size())), default_parts(), with_gaps), scales, options),
               expected);
  }
}

TEST_CASE("runs in the reference's arithmetic choose the same features in any order of rows",
          "[profiling][invariance]") {
  const auto rows = dom_gsec();
  Context<Cpu> ctx;
  const auto ids = [&](const LabelledWindows& in) {
    std::vector<std::string> out;
    for (const auto& f : fit<aaanalysis_1_1>(ctx, set_of(in), every_scale(6)).features) out.push_back(f.feature);
    return out;
  };
  CHECK(ids(rows) == ids(pick(rows, shuffled(rows.size()))));
}

TEST_CASE("sets made chunk by chunk give the same run", "[profiling][invariance]") {
  const auto rows = mixed_rows();
  const auto scales = every_scale(12);
  Context<Cpu> ctx;
  const auto whole = set_of(rows, default_parts(), with_gaps);
  SequenceSet chunked(default_parts(), with_gaps);
  for (std::size_t first = 0; first < rows.size(); first += 331)
    for (std::size_t i = first; i < std::min(first + 331, rows.size()); ++i) {
      chunked.append(rows.windows[i], rows.labels[i]);
      if (i == first)  // a refused row in between leaves the set as it was
        CHECK_THROWS_AS(SequenceSet(chunked).append_parts("short", {}, 1), ShapeError);
    }
  check_same(fit<exact>(ctx, chunked, scales), fit<exact>(ctx, whole, scales));
  std::vector<index_t> all(rows.size());
  std::iota(all.begin(), all.end(), index_t{0});
  check_same(fit<aaanalysis_1_1>(ctx, whole.subset(all), scales), fit<aaanalysis_1_1>(ctx, whole, scales));
}

TEST_CASE("swapping the groups turns differences round and keeps the AUCs", "[profiling][invariance]") {
  const auto rows = dom_gsec();
  const auto scales = every_scale(6);
  Context<Cpu> ctx;
  ProfileOptions options;
  options.max_std_test = 0.999;  // the spread is that of the test group
  options.pct_pre_filter = 100;
  options.n_filter = 2000;
  options.max_overlap = options.max_cor = 1;
  options.split_kws = {SegmentOptions{1, 4}, {}, {}};
  const auto forth = fit<exact>(ctx, set_of(rows), scales, options);
  std::swap(options.label_test, options.label_ref);
  const auto back = fit<exact>(ctx, set_of(rows), scales, options);
  const auto by_id = [](std::vector<FeatureRow> f) {
    std::sort(f.begin(), f.end(), [](const FeatureRow& a, const FeatureRow& b) { return a.feature < b.feature; });
    return f;
  };
  const auto a = by_id(forth.features), b = by_id(back.features);
  REQUIRE(a.size() == b.size());
  CHECK(a.size() == 2000);
  std::size_t common = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i].feature != b[j].feature) {
      ++(a[i].feature < b[j].feature ? i : j);
      continue;
    }
    CHECK(a[i].mean_dif == -b[j].mean_dif);
    CHECK(a[i].abs_auc == b[j].abs_auc);
    CHECK(a[i].std_test == b[j].std_ref);
    CHECK(a[i].p_value == b[j].p_value);
    ++i, ++j, ++common;
  }
  CHECK(common > 1900);
}
