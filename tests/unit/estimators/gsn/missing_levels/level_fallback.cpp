// Levels of missing data of which nothing is whole: the likelihood of pairs and diagonal loading, against loops over
// their definitions and numbers by hand.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/estimators/gsn/fit.hpp"
#include "isonomy/estimators/gsn/memory_plan.hpp"
#include "isonomy/estimators/gsn/regimes/level_fallback.hpp"
#include "isonomy/estimators/gsn/regimes/presence.hpp"
#include "support/catch.hpp"
#include "support/gsn/level_fallback.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/trials.hpp"
#include "support/message.hpp"

using namespace isonomy;
using gsn::LevelFallback;
using gsn::LevelRule;

namespace {

gsn::GsnResult<Cpu> fallen_back(const test::Trials& d, const gsn::GsnOptions& options,
                                const cpu::ContextOptions& how = {}) {
  Context<Cpu> ctx(how);
  return gsn::fit(ctx, d.view(), options);
}

bool same_numbers(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

}  // namespace

TEST_CASE("the likelihood of pairs has the numbers that it has by hand", "[gsn]") {
  Context<Cpu> ctx;
  test::check_fallback_by_hand(ctx);
}

TEST_CASE("levels by the likelihood of pairs are those of its definition", "[gsn]") {
  Context<Cpu> ctx;
  for (const test::Trials& d :
       {test::nothing_whole(301), test::nothing_whole(302, 5, 33, 6, 1), test::nothing_whole(303, 12, 15, 3)})
    test::check_fallback_by_definition(ctx, d);
}

TEST_CASE("folds and refined levels of pairs are those of one split after another, and at least as likely", "[gsn]") {
  const test::Trials d = test::nothing_whole(304, 6, 24, 4, 6);
  const gsn::GsnResult<Cpu> one = fallen_back(d, test::falling_back(LevelFallback::pairwise_likelihood)),
                            folds = fallen_back(
                                d, test::falling_back(LevelFallback::pairwise_likelihood, LevelRule::k_fold)),
                            fine = fallen_back(
                                d, test::falling_back(LevelFallback::pairwise_likelihood, LevelRule::continuous));
  const std::vector<gsn::Split> splits = gsn::folds(gsn::split(24));
  double sum = 0, rows = 0;
  constexpr std::size_t at = 10;
  for (const gsn::Split& split : splits) {
    double count = 0;
    for (index_t j = 0; j < 6; ++j)
      for (index_t i = 0; i < j; ++i)
        for (const auto& group : test::trials_in_common(d, i, j, split.validation).a)
          count += group.size() < 2 ? 0 : static_cast<double>(group.size());
    sum += count * test::naive_likelihood_of_pairs(d, split, folds.noise.levels[at], true);
    rows += count;
  }
  CHECK(folds.noise.nll[at] == Approx(sum / rows).epsilon(1e-12));
  CHECK(folds.noise.validation == 24);
  CHECK(folds.noise.rule == LevelRule::k_fold);
  CHECK(fine.noise.nll == one.noise.nll);
  CHECK(fine.data.level_nll < one.data.level_nll);
  CHECK(std::abs(fine.shrinklevelD - one.shrinklevelD) <= 0.02);
  CHECK(fine.data.level_nll ==
        Approx(test::naive_likelihood_of_pairs(d, gsn::split(24), fine.shrinklevelD, false)).epsilon(1e-12));
}

TEST_CASE("a fold of pairs in which no unit varies is left out, and named", "[gsn]") {
  test::Trials d = test::nothing_whole(313, 5, 20, 4);
  const std::vector<gsn::Split> splits = gsn::folds(gsn::split(20));
  const std::vector<index_t>& varying = splits[2].validation;  // the conditions of one fold alone
  d.each([&](double& x, index_t i, index_t c, index_t) {
    if (!std::isnan(x) && std::find(varying.begin(), varying.end(), c) == varying.end()) x = static_cast<double>(i);
  });
  const gsn::GsnResult<Cpu> r =
      fallen_back(d, test::falling_back(LevelFallback::pairwise_likelihood, LevelRule::k_fold));
  REQUIRE(r.noise.fallback == LevelFallback::pairwise_likelihood);
  CHECK(r.noise.folds_left_out == std::vector<index_t>{2});
  CHECK(r.noise.validation == 16);
  CHECK(test::has_warning(r.report.warnings,
                          "noise covariance: folds left out of the likelihood, as no two units vary in their training "
                          "part and have rows held out: 2 (from 0); 16 conditions validate the level"));
}

TEST_CASE("the likelihood of the one pair of two whole units is that of both", "[gsn]") {
  const test::Trials d = test::random_trials(2, 20, 4, 305, 1);
  Context<Cpu> ctx;
  const gsn::DataView<double> view = d.view();
  const gsn::detail::Presence presence = gsn::detail::presence(ctx, view);
  gsn::LevelChoice choice;
  choice.levels = gsn::default_levels();
  const gsn::detail::KnownUnits known{{}, {1, 1}, 2.3e-16};
  REQUIRE(gsn::detail::choose_by_pairs(ctx, gsn::detail::NoisePairs<Context<Cpu>, double>(ctx, view, presence),
                                       gsn::split(20), known, {}, choice));
  const gsn::ShrunkenCovariance<Cpu> whole = gsn::shrunken_covariance(ctx, view);
  CHECK(choice.level == whole.choice.level);
  for (std::size_t k = 0; k < choice.nll.size(); ++k)
    CHECK(choice.nll[k] == Approx(whole.choice.nll[k]).epsilon(1e-12));
}

TEST_CASE("diagonal loading makes both covariances positive definite by the nearest level", "[gsn]") {
  for (const test::Trials& d : {test::nothing_whole(306), test::nothing_whole(307, 14, 12, 3)}) {
    const gsn::GsnResult<Cpu> r = fallen_back(d, test::falling_back(LevelFallback::diagonal_loading));
    for (const bool noise : {true, false}) {
      const gsn::LevelChoice& choice = noise ? r.noise : r.data;
      double expected = 0;
      for (const double level : gsn::default_levels())
        if (test::is_definite(test::pairwise_at(d, gsn::detail::every(d.conditions), level, noise)))
          expected = std::max(expected, level);
      CHECK(choice.level == expected);
      CHECK(choice.fallback == (expected == 1 ? LevelFallback::one : LevelFallback::diagonal_loading));
      CHECK(test::is_definite(test::square(noise ? r.cN : r.cD)));
    }
  }
  // Levels that could be chosen, on few conditions that are whole, are lowered too.
  const test::Trials whole = test::random_trials(30, 24, 3, 308, 1, 0.5);
  test::Trials few = whole;
  few.each([](double& x, index_t i, index_t c, index_t) {
    if (c % 2 == 1 && (i + c) % 3 == 0) x = test::not_a_number;
  });
  gsn::GsnOptions loaded = test::falling_back(LevelFallback::diagonal_loading),
                  plain = test::falling_back(LevelFallback::one);
  loaded.shrinklevels = plain.shrinklevels = std::vector<double>{0.97, 0.99, 0.6, 0.3};
  const gsn::GsnResult<Cpu> r = fallen_back(few, loaded), chosen = fallen_back(few, plain);
  CHECK(!chosen.data.fallback);
  CHECK(!test::is_definite(test::square(chosen.cD)));
  CHECK(r.data.fallback == LevelFallback::diagonal_loading);
  CHECK(r.data.nll == chosen.data.nll);
  CHECK(r.data.level_nll == r.data.nll[static_cast<std::size_t>(r.data.index)]);
  CHECK(std::isnan(r.data.margin));
  CHECK(test::is_definite(test::square(r.cD)));
}

TEST_CASE("fallen back levels depend neither on threads, scale, memory nor dead units", "[gsn]") {
  const test::Trials d = test::nothing_whole(309, 20, 15, 4);
  for (const LevelFallback to : {LevelFallback::pairwise_likelihood, LevelFallback::diagonal_loading}) {
    const gsn::GsnOptions options = test::falling_back(to);
    const gsn::GsnResult<Cpu> r = fallen_back(d, options, {.threads = 1});
    REQUIRE(r.noise.fallback == to);
    REQUIRE(r.data.fallback == to);
    for (const int threads : {2, 8}) {
      const gsn::GsnResult<Cpu> other = fallen_back(d, options, {.threads = threads});
      CHECK(other.noise.level == r.noise.level);
      CHECK(test::square(other.cSb) == test::square(r.cSb));
      if (to == LevelFallback::pairwise_likelihood) CHECK(other.noise.nll[3] == r.noise.nll[3]);
    }
    for (const double scale : {1e-9, 1e9}) {
      test::Trials scaled = d;
      scaled.each([&](double& x, auto...) { x *= scale; });
      const gsn::GsnResult<Cpu> other = fallen_back(scaled, options);
      CHECK(other.noise.level == r.noise.level);
      CHECK(other.data.level == r.data.level);
      CHECK(test::largest((1 / (scale * scale)) * test::square(other.cSb) - test::square(r.cSb)) <
            1e-11 * test::largest(test::square(r.cSb)));
    }
    Context<Cpu> ctx;
    const gsn::MemoryPlan plan = gsn::memory_plan(ctx, gsn::gsn_shape(d.view(), true), options);
    const gsn::GsnResult<Cpu> tight = fallen_back(d, options, {.threads = 1, .workspace_limit = plan.context});
    CHECK(tight.noise.level == r.noise.level);
    CHECK(tight.data.level == r.data.level);
    CHECK(tight.report.bytes_peak <= plan.context);
    test::Trials with_dead{21, 15, 4, d.x};
    with_dead.x.resize(21 * 60, 7);
    const gsn::GsnResult<Cpu> dead = fallen_back(with_dead, options);
    CHECK(dead.noise.level == r.noise.level);
    CHECK(dead.data.level == r.data.level);
    CHECK(dead.dead_units == std::vector<index_t>{20});
    CHECK(dead.cN.view()(20, 20) == 0);
    if (to == LevelFallback::pairwise_likelihood) CHECK(dead.noise.dead_units == std::vector<index_t>{20});
    const std::vector<double> before = d.x;
    CHECK(same_numbers(before, d.x));
  }
}

TEST_CASE("a level search takes the memory that its plan says, fallen back too", "[gsn]") {
  const test::Trials d = test::nothing_whole(310, 90, 12, 3);
  for (const LevelFallback to : {LevelFallback::pairwise_likelihood, LevelFallback::diagonal_loading}) {
    gsn::GsnOptions options = test::falling_back(to);
    options.returns = gsn::Returns::none();
    Context<Cpu> ctx({.threads = 1});
    const gsn::MemoryPlan plan = gsn::memory_plan(ctx, gsn::gsn_shape(d.view(), true), options);
    const gsn::GsnResult<Cpu> r = gsn::fit(ctx, d.view(), options);
    CHECK(r.report.bytes_peak <= plan.levels);
    CHECK(static_cast<double>(r.report.bytes_peak) >= 0.4 * static_cast<double>(plan.levels));
  }
}

TEST_CASE("missing data fall back to 1 by default, and where pairs tell nothing", "[gsn]") {
  const test::Trials d = test::nothing_whole(311);
  gsn::GsnOptions plain = test::falling_back(LevelFallback::one);
  const gsn::GsnResult<Cpu> r = fallen_back(d, plain);
  CHECK(r.shrinklevelN == 1);
  CHECK(r.noise.fallback == LevelFallback::one);
  CHECK(r.noise.nll.empty());
  CHECK(r.report.decisions[0].decision == "shrinklevelN: no level could be chosen");
  CHECK(gsn::GsnOptions{}.level_fallback == LevelFallback::one);
  // Each trial has one unit, so that no pair has a trial in common; conditions have all units.
  test::Trials apart = test::random_trials(3, 20, 9, 312);
  apart.each([](double& x, index_t i, index_t, index_t t) { x = t % 3 == i ? x : test::not_a_number; });
  const gsn::GsnResult<Cpu> alone = fallen_back(apart, test::falling_back(LevelFallback::pairwise_likelihood));
  CHECK(alone.shrinklevelN == 1);
  CHECK(alone.noise.fallback == LevelFallback::one);
  CHECK(test::has_warning(alone.report.warnings,
                          "nor pairs of units what tells levels apart, so that no level could be chosen; 1 was taken"));
  CHECK(!alone.data.fallback);
  plain = test::falling_back(LevelFallback::pairwise_likelihood);
  plain.wantshrinkage = false;
  const gsn::GsnResult<Cpu> untried = fallen_back(d, plain);
  CHECK(untried.shrinklevelN == 1);
  CHECK(!untried.noise.fallback);
}

TEST_CASE("no level of pairs has a likelihood where a unit that does not vary is taken literally", "[gsn]") {
  const test::Trials d = test::nothing_whole(314, 5, 10);
  test::Trials still = d, still_in_fold = d;
  const auto stop = [](test::Trials& of, const std::vector<index_t>& conditions) {
    for (const index_t c : conditions)
      for (index_t t = 0; t < of.trials; ++t)
        if (double& x = of(2, c, t); !std::isnan(x)) x = 5;
  };
  stop(still, gsn::detail::every(10));
  stop(still_in_fold, gsn::folds(gsn::split(10))[1].training);
  for (const LevelRule rule : {LevelRule::held_out, LevelRule::k_fold, LevelRule::continuous}) {
    const gsn::GsnOptions drop = test::falling_back(LevelFallback::pairwise_likelihood, rule);
    gsn::GsnOptions literal = drop;
    literal.dead_units = gsn::DeadUnits::literal;
    CHECK(fallen_back(d, literal).noise.nll[0] == fallen_back(d, drop).noise.nll[0]);
    const test::Trials& dead = rule == LevelRule::k_fold ? still_in_fold : still;
    const gsn::GsnResult<Cpu> r = fallen_back(dead, literal), dropped = fallen_back(dead, drop);
    for (const gsn::LevelChoice* choice : {&r.noise, &r.data}) {
      CHECK(choice->fallback == LevelFallback::pairwise_likelihood);
      CHECK(choice->index == 0);
      CHECK(choice->level == 0);
      REQUIRE(choice->nll.size() == 51);
      CHECK(std::all_of(choice->nll.begin(), choice->nll.end(), [](double nll) { return std::isnan(nll); }));
    }
    for (const char* of : {"noise", "data"})
      CHECK(test::has_warning(r.report.warnings,
                              std::string(of) +
                                  " covariance: all covariance matrices were singular; the first level, 0, was taken"));
    CHECK(!std::isnan(dropped.noise.nll[0]));
    CHECK(dropped.noise.dead_units == std::vector<index_t>{2});
  }
}

TEST_CASE("pairs leave out of each covariance the units that do not vary in it, and keep them in the other", "[gsn]") {
  const test::Trials d = test::nothing_whole(317, 6, 20, 4);
  // One trial of each condition: no noise. Means that are all the same: no data.
  const auto silent = [](index_t c, index_t t) {
    return t == c % 4 ? std::cos(3.0 * static_cast<double>(c)) : test::not_a_number;
  };
  const auto constant = [](index_t c, index_t t) { return 2 + (t % 2 == 0 ? 1.0 : -1.0) * static_cast<double>(c % 3); };
  const auto with = [&](const auto&... more) {
    test::Trials all = d;
    [[maybe_unused]] const auto add = [&](const auto& unit) {
      for (index_t c = 0; c < d.conditions; ++c)
        for (index_t t = 0; t < d.trials; ++t) all.x.push_back(unit(c, t));
      ++all.units;
    };
    (add(more), ...);
    return fallen_back(all, test::falling_back(LevelFallback::pairwise_likelihood));
  };
  const gsn::GsnResult<Cpu> both = with(silent, constant), voiced = with(constant), varied = with(silent),
                            plain = with();
  CHECK(both.noise.dead_units == std::vector<index_t>{6});
  CHECK(both.data.dead_units == std::vector<index_t>{7});
  CHECK(same_numbers(both.noise.nll, voiced.noise.nll));
  CHECK(same_numbers(both.data.nll, varied.data.nll));
  CHECK(both.noise.nll[10] != plain.noise.nll[10]);
  CHECK(both.data.nll[10] != plain.data.nll[10]);
}

TEST_CASE("pairs that are together only in held-out conditions tell no levels apart", "[gsn]") {
  test::Trials d = test::random_trials(2, 20, 4, 318, 1);
  const gsn::Split split = gsn::split(20);
  for (const index_t c : split.training)
    for (index_t t = 0; t < 4; ++t) d(t % 2, c, t) = test::not_a_number;
  for (const index_t c : split.validation) d(0, c, 0) = test::not_a_number;
  const gsn::GsnResult<Cpu> r = fallen_back(d, test::falling_back(LevelFallback::pairwise_likelihood));
  CHECK(r.shrinklevelN == 1);
  CHECK(r.noise.fallback == LevelFallback::one);
  CHECK(r.noise.nll.empty());
  CHECK(test::has_warning(r.report.warnings, "noise covariance: none of the conditions that train, or that validate, "
                                             "has two trials without NaN, nor pairs of units what tells levels apart"));
}

TEST_CASE("correlations of pairs that differ by rounding of their numbers alone are singular", "[gsn]") {
  // Units 0 and 1 have the same numbers beside offsets of their own, rounded to float; unit 2 has other trials.
  test::Trials d = test::random_trials(3, 20, 4, 319, 1);
  const std::vector<double> first(d.x.begin(), d.x.begin() + 80);
  d.each([&](double& x, index_t i, index_t c, index_t t) {
    if (i < 2) x = first[static_cast<std::size_t>(4 * c + t)] + (i == 0 ? 1e5 / 3 : 3e4 / 7);
    if ((t < 2) == (i == 2)) x = test::not_a_number;
  });
  const std::vector<float> x(d.x.begin(), d.x.end());
  Context<Cpu> ctx;
  const auto r = gsn::fit(ctx, gsn::trials_fastest(x.data(), d.units, d.conditions, d.trials),
                          test::falling_back(LevelFallback::pairwise_likelihood));
  REQUIRE(r.noise.fallback == LevelFallback::pairwise_likelihood);
  CHECK(r.noise.rank == 2);
  CHECK(std::isnan(r.noise.nll.back()));
  CHECK(!std::isnan(r.noise.nll[49]));
}

TEST_CASE("operations of fallbacks are told", "[gsn]") {
  const test::Trials whole = test::random_trials(6, 20, 3, 315), none = test::nothing_whole(316);
  test::Trials little = whole;  // levels are chosen, and the covariances looked at
  little(0, 19, 0) = test::not_a_number;
  using Names = std::vector<std::string>;
  const auto told = [](const test::Trials& d, LevelFallback to, LevelRule rule = LevelRule::held_out) {
    gsn::GsnOptions options = test::falling_back(to, rule);
    options.returns = gsn::Returns::none();
    Names names;
    for (const OperationBackend& o : fallen_back(d, options).report.operations) names.push_back(o.operation);
    return names;
  };
  CHECK(told(none, LevelFallback::one).empty());
  CHECK(told(none, LevelFallback::pairwise_likelihood) == Names{"syrk", "tridiagonalise"});
  CHECK(told(none, LevelFallback::diagonal_loading) == Names{"syrk", "tridiagonalise"});
  CHECK(told(little, LevelFallback::one, LevelRule::analytic) == Names{"syrk"});
  CHECK(told(little, LevelFallback::diagonal_loading, LevelRule::analytic) == Names{"syrk", "tridiagonalise"});
}

TEST_CASE("pairs need a rule that tries levels", "[gsn]") {
  const test::Trials d = test::nothing_whole(313);
  CHECK(test::message<ValueError>([&] {
          (void)fallen_back(d, test::falling_back(LevelFallback::pairwise_likelihood, LevelRule::analytic));
        }) == "gsn::fit: level_rule=analytic and level_fallback=pairwise_likelihood; expected a rule that tries levels "
              "beside this fallback; take held_out, or diagonal_loading");
  const gsn::GsnResult<Cpu> r =
      fallen_back(d, test::falling_back(LevelFallback::diagonal_loading, LevelRule::analytic));
  CHECK(test::is_definite(test::square(r.cN)));
  CHECK(test::is_definite(test::square(r.cD)));
}
