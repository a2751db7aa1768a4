// Whole profiling runs: what they refuse, warn of, report and count, and how they are stopped.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "isonomy/compiled/profiling.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/fit.hpp"
#include "isonomy/estimators/profiling/search/selection.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/profiling/data.hpp"
#include "support/report.hpp"

using namespace isonomy;
using namespace isonomy::profiling;
using namespace isonomy::test;
using Catch::Matchers::Contains;

namespace {

const ScaleTable& few_scales() {
  static const ScaleTable scales = every_scale(60);
  return scales;
}

template <class E>
std::string refusal(const SequenceSet& set, const ProfileOptions& options = {},
                    const ScaleTable& scales = few_scales()) {
  Context<Cpu> ctx;
  return ::test::message<E>([&] { static_cast<void>(fit(ctx, set, scales, options)); });
}

SequenceSet labelled(const std::vector<int>& labels) {
  auto rows = synthetic(static_cast<int>(labels.size()));
  rows.labels = labels;
  return set_of(rows);
}

}  // namespace

TEST_CASE("options outside their domain are refused with name, value and rule", "[profiling]") {
  const auto set = set_of(synthetic(20));
  const auto says = [&](ProfileOptions options, const std::string& text) {
    CHECK_THAT(refusal<ValueError>(set, options), Contains(text));
  };
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  says({.n_filter = 0}, "n_filter=0; expected at least 1");
  says({.n_pre_filter = 0}, "n_pre_filter=0; expected at least 1");
  for (const int pct : {4, 101, -5}) says({.pct_pre_filter = pct}, "pct_pre_filter=" + std::to_string(pct));
  for (const double limit : {0.0, 1.0, -0.1, nan})
    says({.max_std_test = limit}, "expected a number above 0 and below 1");
  for (const double limit : {-0.01, 1.01, nan}) {
    says({.max_overlap = limit}, "max_overlap=");
    says({.max_cor = limit}, "max_cor=");
  }
  says({.label_test = 1, .label_ref = 1}, "label_test and label_ref are both 1");
  says({.split_kws = {{}, {}, {}}}, "no split family");
  says({.display = {.tmd_len = 0}}, "tmd_len");
  says({.display = {.jmd_n_len = -1}}, "jmd_n_len");
}

TEST_CASE("labels must be those of the two groups, and both must occur", "[profiling]") {
  CHECK_THAT(refusal<ValueError>(labelled({1, 0, 2, 0})), Contains("row 3 has the label 2; expected 1 (label_test)"));
  CHECK_THAT(refusal<ValueError>(labelled({1, 1, 1})), Contains("3 of 3 rows are labelled 1"));
  CHECK_THAT(refusal<ValueError>(labelled({0, 0, 0})), Contains("0 of 3 rows are labelled 1"));
  CHECK_THAT(refusal<ValueError>(labelled({})), Contains("0 of 0 rows are labelled 1"));
  CHECK_THAT(refusal<ValueError>(labelled({1, 0, 1}), {.label_test = 0, .label_ref = 5}),
             Contains("row 1 has the label 1; expected 0 (label_test) or 5 (label_ref)"));
}

TEST_CASE("sequences and scales must speak of the same letters", "[profiling]") {
  const Alphabet dna("ACGT");
  SequenceSet set({Part::tmd}, {}, dna);
  set.append(window_from_parts("a", "", "ACGTACGTACGTACGTACGT", ""), 1);
  set.append(window_from_parts("b", "", "AAGTACGTAAGTACGTACGT", ""), 0);
  CHECK_THAT(refusal<ValueError>(set), Contains("sequences are encoded in ACGT and scales in ACDEFGHIKLMNPQRSTVWY"));
}

TEST_CASE("sequences that were packed before are fitted as those that a run packs", "[profiling]") {
  const auto set = set_of(synthetic(40));
  Context<Cpu> ctx;
  const auto packed = pack(ctx, set);
  for (const ScaleTable& scales : {every_scale(60), every_scale(90)}) {
    const auto a = fit(ctx, set, scales, {.n_filter = 30}), b = fit(ctx, set, packed, scales, {.n_filter = 30});
    REQUIRE(a.features.size() == b.features.size());
    for (std::size_t i = 0; i < a.features.size(); ++i) {
      CHECK(a.features[i].feature == b.features[i].feature);
      CHECK(a.features[i].mean_dif == b.features[i].mean_dif);
      CHECK(a.features[i].p_value == b.features[i].p_value);
    }
    CHECK(a.funnel.n_within_spread == b.funnel.n_within_spread);
  }
  const auto refused = [&](const SequenceSet& other, const ProfileOptions& options) {
    return ::test::message<ValueError>([&] { static_cast<void>(fit(ctx, other, packed, few_scales(), options)); });
  };
  CHECK_THAT(refused(set, {.label_test = 0, .label_ref = 1}), Contains("40") && Contains("pack the set again"));
  CHECK_THAT(refused(set_of(synthetic(30)), {}), Contains("the 40 packed sequences are not the 30"));
  CHECK_THAT(::test::message<ValueError>([&] { static_cast<void>(pack(ctx, set, {.label_ref = 7})); }),
             Contains("pack: row 21"));
}

TEST_CASE("a single test sequence is enough", "[profiling]") {
  const auto set = labelled({1, 0, 0, 0, 0});
  Context<Cpu> ctx;
  const auto result = fit(ctx, set, few_scales());
  CHECK(result.rows_test == 1);
  CHECK(result.rows_reference == 4);
  CHECK(result.features.size() > 10);
  for (const auto& f : result.features) CHECK(f.std_test == 0);
}

TEST_CASE("a run whose candidates all spread too far says so and what would help", "[profiling]") {
  const auto set = set_of(synthetic(60));
  CHECK_THAT(refusal<NumericalError>(set, {.max_std_test = 1e-6}), Contains("max_std_test") && Contains("none of"));
}

TEST_CASE("constant features have no AUC and a p-value of 1", "[profiling]") {
  SequenceSet set({Part::tmd});
  for (int i = 0; i < 6; ++i) set.append(window_from_parts("e", "", "AAAAAAAA", ""), i % 2);
  Context<Cpu> ctx;
  const auto result = fit(ctx, set, few_scales(), {.split_kws = {SegmentOptions{1, 2}, {}, {}}});
  REQUIRE(!result.features.empty());
  for (const auto& f : result.features) {
    CHECK(f.abs_auc == 0);
    CHECK(f.mean_dif == 0);
    CHECK(f.p_value == 1);
    CHECK(f.p_val_fdr_bh == 1);
  }
}

TEST_CASE("p-values that are no numbers are warned about", "[profiling]") {
  Context<Cpu> ctx;
  const auto warnings = [&](const SequenceSet& set, Test test) {
    const auto result = fit(ctx, set, few_scales(), {.n_filter = 5, .max_cor = 1, .test = test});
    std::string all;
    for (const auto& warning : result.report.warnings) all += warning + '\n';
    for (const auto& f : result.features) CHECK(std::isnan(f.p_value) == (all.find("NaN") != std::string::npos));
    return all;
  };
  const SequenceSet pair = labelled({1, 0}), three = labelled({1, 0, 0});
  CHECK_THAT(warnings(pair, Test::t_test), Contains("p_val_ttest_indep is NaN for 5 of 5 features: the 1 and 1 rows"));
  CHECK_THAT(warnings(pair, Test::mann_whitney), !Contains("NaN"));
  CHECK_THAT(warnings(three, Test::t_test), !Contains("NaN"));
  SequenceSet same;
  for (int i = 0; i < 6; ++i) same.append(synthetic(1).windows[0], i % 2);
  CHECK_THAT(warnings(same, Test::t_test), Contains("the 3 and 3 rows do not spread in either group"));
  CHECK_THAT(warnings(same, Test::mann_whitney_scipy), !Contains("NaN"));
}

TEST_CASE("scales whose correlation is the limit exclude each other only where the reference rounds up",
          "[profiling]") {
  // Correlations of exactly one half, which one pass over the letters rounds up, and down.
  const auto kept = [](const std::vector<std::string>& classes, auto arithmetic) {
    const Alphabet amino_acids = Alphabet::canonical();
    std::vector<ScaleInfo> infos;
    std::vector<double> values;
    for (const std::string& letters : classes) {
      infos.push_back({letters, "Classes", "Classes", letters, ""});
      for (const char letter : amino_acids.letters()) values.push_back(letters.find(letter) < 20 ? 1 : 0);
    }
    const ScaleTable scales(amino_acids, infos, values);
    Context<Cpu> ctx;
    // Everything overlaps, so that the correlation alone decides.
    const auto result =
        fit<decltype(arithmetic)>(ctx, set_of(synthetic(60)), scales, {.max_std_test = 0.9, .max_overlap = 0});
    return result.features.size();
  };
  CHECK(kept({"DFGIKMNRSY", "FNSY"}, aaanalysis_1_1{}) == 1);
  CHECK(kept({"CLNPQRTVWY", "CPQT"}, aaanalysis_1_1{}) == 2);
  CHECK(kept({"DFGIKMNRSY", "FNSY"}, exact{}) == 2);
  CHECK(kept({"CLNPQRTVWY", "CPQT"}, exact{}) == 2);
}

TEST_CASE("features that read no residue as shown overlap each other and, measured exactly, no others", "[profiling]") {
  const auto kept = [](Redundancy redundancy) {
    ProfileOptions options{.pct_pre_filter = 100, .max_std_test = 0.9, .max_overlap = 1, .redundancy = redundancy};
    options.split_kws = {SegmentOptions{13, 13}, {}, {}};
    options.display.tmd_len = 10;  // so that three of the pieces are shorter than a residue
    Context<Cpu> ctx;
    int empty = 0;
    for (const auto& row : fit(ctx, set_of(synthetic(60), {Part::tmd}), every_scale(1000), options).features)
      empty += row.positions.empty() ? 1 : 0;
    return empty;
  };
  CHECK(kept(Redundancy::legacy) == 0);
  CHECK(kept(Redundancy::exact) == 1);
}

TEST_CASE("a part of gaps only takes its features with it and nothing else", "[profiling]") {
  auto rows = synthetic(40);
  const auto whole = set_of(rows, {Part::tmd}, {.ext_len = 0, .accept_gaps = true});
  for (std::size_t i = 0; i < 10; ++i) rows.windows[5].residues[i] = '-';
  const auto gaps = set_of(rows, {Part::tmd, Part::jmd_n}, {.ext_len = 0, .accept_gaps = true});
  Context<Cpu> ctx;
  ProfileOptions options;  // splits that fit both parts
  options.split_kws = {SegmentOptions{1, 10}, {}, {}};
  options.n_pre_filter = 500;
  const auto a = fit(ctx, whole, few_scales(), options), b = fit(ctx, gaps, few_scales(), options);
  REQUIRE(a.features.size() == b.features.size());
  for (std::size_t i = 0; i < a.features.size(); ++i) CHECK(a.features[i].feature == b.features[i].feature);
  REQUIRE(!b.report.warnings.empty());
  CHECK_THAT(b.report.warnings.front(), Contains("1 of 40 rows have gaps"));
}

TEST_CASE("a part that one row has no residue of gives no feature, and all others stay as they are", "[profiling]") {
  auto rows = synthetic(40);
  const std::string flank(10, 'A');
  rows.windows.back() = window_from_parts("of one residue", flank, "L", flank);  // the first half of that is none
  Context<Cpu> ctx;
  ProfileOptions options{.pct_pre_filter = 100, .max_std_test = 0.9};
  options.split_kws = {SegmentOptions{1, 1}, {}, {}};
  const auto features = [&](const std::vector<Part>& parts, bool accept_gaps) {
    return fit(ctx, set_of(rows, parts, {.ext_len = 0, .accept_gaps = accept_gaps}), few_scales(), options);
  };
  const auto without = features({Part::tmd_jmd, Part::jmd_c}, false);
  REQUIRE(without.features.size() > 3);
  for (const bool accept_gaps : {false, true}) {
    const auto with = features({Part::tmd_jmd, Part::tmd_n, Part::jmd_c}, accept_gaps);
    CHECK(with.funnel.n_candidates > without.funnel.n_candidates);
    REQUIRE(with.features.size() == without.features.size());
    for (std::size_t i = 0; i < with.features.size(); ++i) {
      CHECK(with.features[i].feature == without.features[i].feature);
      CHECK(with.features[i].p_val_fdr_bh == without.features[i].p_val_fdr_bh);
    }
    CHECK_THAT(with.report.warnings.at(0),
               Contains("some row has no residue in TMD_N, of which there are no features"));
  }
}

TEST_CASE("splits beyond the shortest part are clamped with one warning", "[profiling]") {
  SequenceSet set({Part::tmd});
  SplitMix64 random(3);
  for (int i = 0; i < 20; ++i)
    set.append(window_from_parts("e", "", random.text(6 + i % 3, "ACDEFGHIKLMNPQRSTVWY"), ""), i % 2);
  Context<Cpu> ctx;
  ProfileOptions options;
  options.n_filter = 5;
  const auto result = fit(ctx, set, few_scales(), options);
  INFO(result.report.warnings.back());
  CHECK(result.report.warnings.size() == 1);
  CHECK_THAT(result.report.warnings.front(), Contains("6"));
}

TEST_CASE("a filter wider than all candidates is reported", "[profiling]") {
  Context<Cpu> ctx;
  const auto result =
      fit(ctx, set_of(synthetic(30), {Part::tmd}), few_scales(), {.split_kws = {SegmentOptions{1, 1}, {}, {}}});
  CHECK(result.funnel.n_candidates == 10);
  REQUIRE(!result.report.warnings.empty());
  CHECK_THAT(result.report.warnings.front(), Contains("n_filter=100 exceeds the 10 candidates"));
}

TEST_CASE("a report says where every operation ran, how exactly, how long and with how much memory", "[profiling]") {
  Context<Cpu> ctx;
  const auto set = set_of(synthetic(200));
  const auto integers = fit<exact>(ctx, set, few_scales());
  const auto published = fit<aaanalysis_1_1>(ctx, set, few_scales());
  CHECK(integers.report.precision != published.report.precision);
  CHECK(!integers.report.determinism.empty());
  CHECK(integers.report.bytes_peak > 200 * 41);
  CHECK(integers.report.operations.size() >= 3);
  for (const auto& o : integers.report.operations) CHECK_THAT(o.backend, Contains("Cpu"));
  std::vector<std::string> stages;
  for (const auto& s : integers.report.stages) {
    stages.push_back(s.stage);
    CHECK(s.seconds >= 0);
  }
  CHECK(stages.size() >= 7);
  CHECK(integers.funnel.n_final == static_cast<std::int64_t>(integers.features.size()));
  check_filled(integers.report, "profiling::fit");
  ProfileOptions row_by_row;
  row_by_row.test = Test::mann_whitney_scipy;
  CHECK(fit<exact>(ctx, set, few_scales(), row_by_row).report.operations.back().operation == "rank_average");
}

TEST_CASE("a report says by what margin the pre-filter chose", "[profiling]") {
  Context<Cpu> ctx;
  const auto set = set_of(synthetic(60), {Part::tmd});
  ProfileOptions options;
  options.split_kws = {SegmentOptions{1, 1}, {}, {}};
  options.max_cor = 1;
  options.max_overlap = 1;
  options.max_std_test = 0.99;
  const auto all = fit(ctx, set, few_scales(), options);
  REQUIRE(all.report.decisions.size() == 2);
  CHECK(all.report.decisions[0].margin == Decision::no_runner_up);  // ten candidates, all of them kept
  CHECK(std::isnan(all.report.decisions[1].margin));
  std::vector<double> differences;
  for (const auto& row : all.features) differences.push_back(row.abs_mean_dif);
  REQUIRE(differences.size() >= 5);
  std::sort(differences.rbegin(), differences.rend());
  options.n_filter = 3;
  options.n_pre_filter = 4;
  const auto few = fit(ctx, set, few_scales(), options);
  CHECK(few.report.decisions[0].value == "4 of " + std::to_string(few.funnel.n_within_spread));
  CHECK(few.report.decisions[0].margin == Approx(differences[3] - differences[4]).margin(1.01e-3));  // three decimals
}

TEST_CASE("a run reports every stage and ends when asked to, leaving its inputs usable", "[profiling]") {
  const auto set = set_of(synthetic(200));
  std::vector<std::string> stages;
  cpu::ContextOptions watching;
  watching.progress = [&](const Progress& p) {
    if (stages.empty() || stages.back() != p.stage) stages.emplace_back(p.stage);
    CHECK(p.done <= p.total);
  };
  Context<Cpu> watched(watching);
  const auto expected = fit(watched, set, few_scales());
  CHECK(stages.size() >= 2);
  for (const auto& stage : stages) {
    INFO(stage);
    std::stop_source stop;
    cpu::ContextOptions stopping;
    stopping.stop = stop.get_token();
    stopping.progress = [&](const Progress& p) {
      if (stage == p.stage) stop.request_stop();
    };
    Context<Cpu> ctx(stopping);
    CHECK_THROWS_AS(fit(ctx, set, few_scales()), Cancelled);
  }
  Context<Cpu> again;
  CHECK(fit(again, set, few_scales()).features.size() == expected.features.size());
}

TEST_CASE("a run that may not take its memory says so before it starts to decide", "[profiling]") {
  cpu::ContextOptions tight;
  tight.workspace_limit = 10000;
  Context<Cpu> ctx(tight);
  CHECK_THROWS_AS(fit(ctx, set_of(synthetic(200)), few_scales()), OutOfMemory);
}

TEST_CASE("a set refuses rows it cannot hold and stays as it was", "[profiling]") {
  const auto rows = synthetic(3);
  auto set = set_of(rows);
  const auto refused = [&](const Window& window) {
    return ::test::message<ValueError>([&] { set.append(window, 1); });
  };
  const std::string flank = "ACDEFGHIKL";
  CHECK_THAT(refused(window_from_parts("low", flank, "acdefACDEFGHIKLMNPQR", flank)),
             Contains("'low'") && Contains("a") && Contains("accept_gaps"));
  CHECK_THAT(refused(window_from_parts("other", flank, "ACDEFACDEFGHIKLMNPQX", flank)), Contains("X"));
  CHECK_THAT(refused({"short", "ACDEFGHIKL", 4, 5, 2}), Contains("10 residues") && Contains("tmd_len=5"));
  CHECK(set.size() == 3);
  CHECK_THAT(::test::message<ValueError>([] { SequenceSet({Part::tmd, Part::tmd}); }), Contains("listed twice"));
  CHECK_THAT(::test::message<ValueError>([] { SequenceSet(std::vector<Part>{}); }), Contains("no parts"));
  SequenceSet wide({Part::ext_n}, {.ext_len = 11, .accept_gaps = false});
  CHECK_THAT(::test::message<ValueError>([&] { wide.append(rows.windows[0], 1); }), Contains("ext_len=11"));
}

TEST_CASE("scales too large for exact sums are refused by name", "[profiling]") {
  std::vector<double> values(20, 0.0);
  values[3] = 1e30;
  const ScaleTable huge(Alphabet::canonical(), {{"HUGE", "c", "s", "n", "d"}}, values);
  CHECK_THAT(refusal<ValueError>(set_of(synthetic(20)), {}, huge), Contains("scale HUGE"));
}
