// Selection frequencies under resampling, and the memory a run takes against what was planned.
#include <algorithm>
#include <string>
#include <vector>

#include "isonomy/compiled/profiling.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/memory_plan.hpp"
#include "isonomy/estimators/profiling/stability/bootstrap.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/profiling/data.hpp"
#include "support/report.hpp"

using namespace isonomy;
using namespace isonomy::profiling;
using Catch::Matchers::Contains;

namespace {

ProfileResult bootstrapped(const SequenceSet& set, const ScaleTable& scales, const BootstrapOptions& bootstrap,
                           int threads = 1, std::uint64_t seed = 1, const ProfileOptions& options = {}) {
  Context<Cpu> ctx({.threads = threads, .seed = seed});
  return selection_frequencies<exact>(ctx, set, scales, options, bootstrap);
}

std::vector<double> frequencies(const ProfileResult& result) {
  std::vector<double> out;
  for (const FeatureRow& f : result.features) out.push_back(f.selection_frequency.value());
  return out;
}

}  // namespace

TEST_CASE("the bootstrap annotates the full run and does not change it", "[profiling]") {
  const auto set = isonomy::test::set_of(isonomy::test::synthetic(60));
  const auto scales = isonomy::test::every_scale(30);
  Context<Cpu> ctx;
  const auto plain = fit<exact>(ctx, set, scales);
  const auto result = bootstrapped(set, scales, {.rounds = 8});
  REQUIRE(result.features.size() == plain.features.size());
  isonomy::test::check_filled(result.report, "profiling::selection_frequencies");
  bool some = false, rare = false;
  for (std::size_t i = 0; i < plain.features.size(); ++i) {
    const FeatureRow &a = plain.features[i], &b = result.features[i];
    CHECK(a.feature == b.feature);
    CHECK(a.p_value == b.p_value);
    CHECK(!a.selection_frequency);
    const double f = b.selection_frequency.value();
    CHECK(f == rounded(std::rint(f * 8) / 8, 3));
    some = some || f > 0;
    rare = rare || f < 1;
  }
  CHECK(some);
  CHECK(rare);
}

TEST_CASE("the bootstrap depends on the seed and the groups drawn, not on threads", "[profiling]") {
  const auto set = isonomy::test::set_of(isonomy::test::synthetic(50));
  const auto scales = isonomy::test::every_scale(30);
  const auto reference = frequencies(bootstrapped(set, scales, {.rounds = 6}, 1, 7));
  CHECK(reference == frequencies(bootstrapped(set, scales, {.rounds = 6}, 4, 7)));
  CHECK(reference != frequencies(bootstrapped(set, scales, {.rounds = 6}, 1, 8)));
  const auto both = frequencies(bootstrapped(set, scales, {.rounds = 6, .resample = Resample::both}, 1, 7));
  const auto test = frequencies(bootstrapped(set, scales, {.rounds = 6, .resample = Resample::test}, 1, 7));
  CHECK(both != reference);
  CHECK(test != reference);
  CHECK(test != both);
}

TEST_CASE("rows are drawn with replacement, as many as the share says and at least one", "[profiling]") {
  const std::vector<index_t> rows{3, 5, 8, 13, 21};
  for (const auto& [frac, count] : {std::pair{0.8, 4}, {0.5, 2}, {0.1, 1}, {1.0, 5}}) {  // rint(2.5) is 2
    std::vector<index_t> drawn;
    profiling::detail::draw_rows(rows, frac, 1, 2, drawn);
    CHECK(drawn.size() == static_cast<std::size_t>(count));
    for (const index_t r : drawn) CHECK(std::count(rows.begin(), rows.end(), r) == 1);
  }
  std::vector<index_t> a, b, c;
  profiling::detail::draw_rows(std::vector<index_t>(1000, 4), 1, 1, 2, a);
  CHECK(a == std::vector<index_t>(1000, 4));
  std::vector<index_t> many;
  for (index_t i = 0; i < 1000; ++i) many.push_back(i);
  profiling::detail::draw_rows(many, 1, 1, 2, b);
  profiling::detail::draw_rows(many, 1, 1, 3, c);
  CHECK(b != c);
  std::sort(b.begin(), b.end());
  const auto distinct = std::unique(b.begin(), b.end()) - b.begin();
  CHECK(distinct > 580);  // 1 - 1/e of them
  CHECK(distinct < 690);
}

TEST_CASE("rounds without candidates select nothing and are reported", "[profiling]") {
  // One test row of two differs in everything: where both are drawn no spread is small enough.
  SequenceSet set({Part::tmd});
  const std::vector<std::pair<std::string_view, int>> rows{
      {"AAAA", 1}, {"WWWW", 1}, {"CCCC", 0}, {"CCCC", 0}, {"CCCC", 0}};
  for (const auto& [residues, label] : rows) set.append_parts("X", std::span(&residues, 1), label);
  ScaleTable scales(Alphabet("ACW"), {{"S", "C", "c", "n", "d"}}, {0.0, 0.35, 0.39});
  SequenceSet encoded({Part::tmd}, {}, Alphabet("ACW"));
  for (const auto& [residues, label] : rows) encoded.append_parts("X", std::span(&residues, 1), label);
  ProfileOptions o;
  o.split_kws = {SegmentOptions{1, 1}, {}, {}};
  o.max_std_test = 0.196;  // the spread of both is 0.195
  const auto all = bootstrapped(encoded, scales, {.rounds = 10, .resample = Resample::test}, 1, 1, o);
  REQUIRE(all.features.size() == 1);
  CHECK(all.features[0].selection_frequency == 1.0);
  o.max_std_test = 0.19;
  Context<Cpu> ctx;
  CHECK_THROWS_AS(selection_frequencies(ctx, encoded, scales, o), NumericalError);
  // With three test rows, two alike, the full run is within the limit and some draws are not.
  const std::string_view alike = "AAAA";
  encoded.append_parts("X", std::span(&alike, 1), 1);
  const auto some = bootstrapped(encoded, scales, {.rounds = 40, .resample = Resample::test, .frac = 0.7}, 1, 1, o);
  REQUIRE(some.features.size() == 1);
  CHECK(some.features[0].selection_frequency.value() > 0.2);
  CHECK(some.features[0].selection_frequency.value() < 0.9);
  CHECK_THAT(some.report.warnings.back(), Contains("of 40 bootstrap rounds left no candidate"));
}

TEST_CASE("bootstrap options outside their domain are refused", "[profiling]") {
  const auto set = isonomy::test::set_of(isonomy::test::synthetic(10));
  const auto scales = isonomy::test::every_scale(100);
  for (const BootstrapOptions& bad :
       {BootstrapOptions{.rounds = 0}, BootstrapOptions{.frac = 0}, BootstrapOptions{.frac = 1.1},
        BootstrapOptions{.frac = std::numeric_limits<double>::quiet_NaN()}})
    CHECK_THROWS_AS(bootstrapped(set, scales, bad), ValueError);
}

TEST_CASE("the bootstrap counts its rounds and can be cancelled", "[profiling]") {
  const auto set = isonomy::test::set_of(isonomy::test::synthetic(30));
  const auto scales = isonomy::test::every_scale(60);
  std::int64_t rounds = 0, inner_after = 0;
  Context<Cpu> ctx({.threads = 2, .progress = [&](const Progress& p) {
                      if (std::string(p.stage) == "profiling: bootstrap rounds")
                        rounds = p.done;
                      else if (rounds > 0)
                        ++inner_after;
                    }});
  static_cast<void>(selection_frequencies(ctx, set, scales, {}, {.rounds = 5}));
  CHECK(rounds == 5);
  CHECK(inner_after == 0);
  CHECK(ctx.control().progress != nullptr);
  std::stop_source stop;
  Context<Cpu> cancelled({.progress =
                              [&](const Progress& p) {
                                if (std::string(p.stage) == "profiling: bootstrap rounds" && p.done == 2)
                                  stop.request_stop();
                              },
                          .stop = stop.get_token()});
  CHECK_THROWS_AS(selection_frequencies(cancelled, set, scales, {}, {.rounds = 5}), Cancelled);
  CHECK(cancelled.control().progress != nullptr);
  CHECK(cancelled.counters().bytes_allocated == 0);
}

TEST_CASE("a run takes at most a tenth more memory than planned, and the plan is not idle", "[profiling][slow]") {
  struct Case {
    isonomy::test::LabelledWindows rows;
    bool gaps = false;
    index_t every = 1;
    ProfileOptions options{};
  };
  ProfileOptions scipy, t_test, small;
  scipy.test = Test::mann_whitney_scipy;
  t_test.test = Test::t_test;
  small.split_kws = {SegmentOptions{1, 2}, {}, {}};
  std::vector<Case> cases;
  cases.push_back({isonomy::test::dom_gsec()});
  cases.push_back({isonomy::test::synthetic(1000)});
  cases.push_back({isonomy::test::synthetic(20000), false, 10});
  cases.push_back({isonomy::test::golden_windows("gaps_input.tsv"), true, 10});
  cases.push_back({isonomy::test::dom_gsec(), false, 10, scipy});
  cases.push_back({isonomy::test::dom_gsec(), false, 10, t_test});
  cases.push_back({isonomy::test::synthetic(1000), false, 100, small});
  for (const Case& c : cases) {
    const auto set = isonomy::test::set_of(c.rows, default_parts(), {.ext_len = 0, .accept_gaps = c.gaps});
    const auto scales = isonomy::test::every_scale(c.every);
    for (const int threads : {1, 4}) {
      Context<Cpu> ctx({.threads = threads});
      const auto plan = memory_plan(ctx, profile_shape(set, scales), c.options);
      static_cast<void>(fit<exact>(ctx, set, scales, c.options));
      static_cast<void>(fit<aaanalysis_1_1>(ctx, set, scales, c.options));
      INFO(c.rows.size() << " rows, " << scales.size() << " scales: " << ctx.counters().bytes_peak << " of "
                         << plan.context);
      CHECK(static_cast<double>(ctx.counters().bytes_peak) <= 1.1 * static_cast<double>(plan.context));
      CHECK(static_cast<double>(ctx.counters().bytes_peak) >= 0.3 * static_cast<double>(plan.context));
      CHECK(plan.host > 0);
    }
  }
}

TEST_CASE("a memory plan grows with rows alone once they are many", "[profiling]") {
  Context<Cpu> ctx;
  ProfileShape shape;
  shape.rows = 1'000'000;
  const auto million = memory_plan(ctx, shape);
  shape.rows = 2'000'000;
  const auto two = memory_plan(ctx, shape);
  const auto per_row = static_cast<double>(two.context - million.context) / 1e6;
  CHECK(per_row >= static_cast<double>(shape.positions));
  CHECK(per_row <= static_cast<double>(shape.positions) + 10);
  ProfileOptions bad;
  bad.n_filter = 0;
  CHECK_THROWS_AS(memory_plan(ctx, shape, bad), ValueError);
}
