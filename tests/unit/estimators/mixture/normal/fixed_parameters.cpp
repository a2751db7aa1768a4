// Parameters that are known beforehand: they stay, have no error and do not count, and the others' errors say so.
#include <cmath>
#include <string>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/many/fit_many.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/normal/fixed_start.hpp"
#include "isonomy/estimators/mixture/normal/weighted_fit.hpp"
#include "isonomy/io/text/number_column.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/mixture/objectives.hpp"
#include "support/mixture/weights.hpp"

using namespace isonomy;
using mixture::MinimizeOptions;
using mixture::NormalModel;
using mixture::Status;
using test::message;

namespace isonomy::test {
namespace {

MinimizeOptions fixing(std::vector<std::string> names) {
  MinimizeOptions options;
  options.fixed = std::move(names);
  return options;
}

const std::vector<double>& waiting_times() {
  static const std::vector<double> x = io::read_number_column(ISONOMY_EXAMPLE_DATA "/mixture/faithful.csv", "waiting");
  return x;
}

}  // namespace
}  // namespace isonomy::test

TEST_CASE("a start with known values is that of the same data in any unit", "[mixture][fixed]") {
  const NormalModel model{3};
  // The last two components are exchanged, since what is known of the second is closer to the third.
  const auto in_units_of = [&](int power) {
    const auto x = [power](double value) { return std::ldexp(value, power); };
    std::vector<double> start = mixture::start_with(model, {0.2, 0.3, x(1), x(9), x(5), x(0.5), x(2), x(0.75)},
                                                    {{"mu2", x(5.5)}, {"s2", x(1)}});
    for (std::size_t i = 2; i < start.size(); ++i) start[i] = std::ldexp(start[i], -power);
    return start;
  };
  const std::vector<double> expected{0.2, 0.5, 1, 5.5, 9, 0.5, 1, 2};
  for (const int power : {0, 1, 530, -530, 1000, -1000}) {
    INFO("2^" << power);
    CHECK(in_units_of(power) == expected);
  }
}

TEST_CASE("fits with fixed parameters agree with iminuit, errors and profiles too", "[mixture][fixed]") {
  struct Row {
    double value, error, lower, upper;
  };
  struct Case {
    std::vector<std::string> fixed;
    std::vector<double> start;
    double nll;
    std::vector<Row> rows;  // error 0: fixed
  };
  // iminuit 2.32, strategy 2, tolerance 1e-6, on scipy's densities.
  const std::vector<Case> cases{
      {{"mu1"},
       {0.36, 52, 80.1, 5.9, 5.9},
       1041.3025289126917,
       {{0.33768045846832145, 0.03220208113307574, -0.031941837918099326, 0.032449360023876606},
        {52, 0, 0, 0},
        {79.56009195135631, 0.5960404505982189, -0.618833381852083, 0.5763793712220003},
        {5.662363728366478, 0.6049561887915682, -0.5800749695954165, 0.6330804173481868},
        {6.425562010256067, 0.5134881036324526, -0.48135173727562475, 0.5463581872244946}}},
      {{"s2", "s1"},
       {0.36, 54.6, 80.1, 6, 6},
       1034.1138678664456,
       {{0.36037253508405886, 0.03016145985865412, -0.02980503342097361, 0.030502692692716212},
        {54.60880359234908, 0.6628218375621436, -0.6641710252724436, 0.66173455190034},
        {80.0740199451688, 0.48681437436395925, -0.4868151080057171, 0.48684389182908155},
        {6, 0, 0, 0},
        {6, 0, 0, 0}}},
      {{"f", "mu1", "mu2"},
       {0.4, 55, 80, 5.9, 5.9},
       1034.9282778241472,
       {{0.4, 0, 0, 0},
        {55, 0, 0, 0},
        {80, 0, 0, 0},
        {6.031870932292644, 0.5136501664885995, -0.4791832107708451, 0.5532105227334768},
        {5.778310823624358, 0.35518315458927896, -0.3380589943035252, 0.3738440702177166}}}};
  Context<Cpu> ctx;
  const NormalModel model{2};
  const auto x = view(test::waiting_times());
  for (const Case& c : cases) {
    const MinimizeOptions options = test::fixing(c.fixed);
    const auto result = mixture::fit(ctx, model, x, c.start, options);
    const double p = 5 - static_cast<double>(c.fixed.size());
    REQUIRE(result.minimum.status == Status::converged);
    CHECK(result.report.warnings.empty());
    CHECK(result.degenerate.empty());
    CHECK(result.minimum.fixed == result.minimum.bound);
    CHECK(result.minimum.nll == Approx(c.nll).epsilon(1e-12));
    CHECK(result.aic == 2 * result.minimum.nll + 2 * p);
    CHECK(result.bic == Approx(2 * result.minimum.nll + p * std::log(272)).epsilon(1e-15));
    mixture::NormalLikelihood likelihood(ctx, model, x, result.minimum.parameters);
    for (std::size_t i = 0; i < 5; ++i) {
      const Row& row = c.rows[i];
      INFO(result.names[i]);
      CHECK(std::abs(result.minimum.parameters[i] - row.value) <= 1e-4 * row.error);
      if (row.error == 0) {
        CHECK(result.hesse.errors[i] == 0);
        for (std::size_t j = 0; j < 5; ++j) CHECK(result.hesse.covariance[5 * i + j] == 0);
        CHECK(message<ValueError>([&] {
                static_cast<void>(mixture::minos(likelihood, result.minimum, static_cast<int>(i)));
              }).find("is fixed or at its bound; it has no profile") != std::string::npos);
        continue;
      }
      CHECK(result.hesse.errors[i] == Approx(row.error).epsilon(2e-3));  // iminuit's by differences
      const auto profile = mixture::minos(likelihood, result.minimum, static_cast<int>(i));
      CHECK(profile.lower == Approx(row.lower).epsilon(2e-3));
      CHECK(profile.upper == Approx(row.upper).epsilon(2e-3));
    }
  }
}

TEST_CASE("a profile is the fit with its parameter fixed", "[mixture][fixed]") {
  Context<Cpu> ctx;
  const NormalModel model{2};
  const auto x = view(test::waiting_times());
  const auto best = mixture::fit(ctx, model, x, {0.36, 54.6, 80.1, 5.9, 5.9});
  mixture::NormalLikelihood likelihood(ctx, model, x, best.minimum.parameters);
  const auto error = mixture::minos(likelihood, best.minimum, 3);
  std::vector<double> start = best.minimum.parameters;
  start[3] += error.upper;
  const auto fixed = mixture::fit(ctx, model, x, start, test::fixing({"s1"}));
  REQUIRE(fixed.minimum.valid());
  CHECK(fixed.minimum.nll - best.minimum.nll == Approx(0.5).epsilon(1e-9));
}

TEST_CASE("with every parameter fixed a fit is an evaluation", "[mixture][fixed]") {
  Context<Cpu> ctx;
  const NormalModel model{2};
  const std::vector<double> at{0.4, 55, 80, 6, 6};
  for (const int hessian_limit : {200, 0}) {
    MinimizeOptions options = test::fixing({"f", "mu1", "mu2", "s1", "s2"});
    options.hessian_limit = hessian_limit;
    const auto result = mixture::fit(ctx, model, view(test::waiting_times()), at, options);
    CHECK(result.minimum.status == Status::converged);
    CHECK(result.minimum.iterations == 0);
    CHECK(result.minimum.parameters == at);
    CHECK(result.minimum.nll == mixture::evaluate(ctx, model, view(test::waiting_times()), at).nll);
    CHECK(result.minimum.nll == Approx(1035.1117930230648).epsilon(1e-13));  // scipy
    CHECK(result.aic == 2 * result.minimum.nll);
    if (hessian_limit > 0) CHECK(result.hesse.errors == std::vector<double>(5, 0));
  }
}

TEST_CASE("fixed parameters stay for gradients alone, yields, weights, samples and many fits", "[mixture][fixed]") {
  Context<Cpu> ctx;
  const NormalModel model{2};
  const std::vector<double> x = test::two_peaks(20000), start{0.5, 0.1, 3.9, 1.2, 0.6};
  const MinimizeOptions options = test::fixing({"mu2"});
  const auto newton = mixture::fit(ctx, model, view(x), start, options);
  REQUIRE(newton.minimum.status == Status::converged);
  CHECK(newton.minimum.parameters[2] == 3.9);

  MinimizeOptions gradients = options;
  gradients.hessian_limit = 0;
  const auto lbfgs = mixture::fit(ctx, model, view(x), start, gradients);
  REQUIRE(lbfgs.minimum.status == Status::converged);
  CHECK(lbfgs.minimum.parameters[2] == 3.9);
  for (const std::size_t i : {0, 1, 3, 4})
    CHECK(std::abs(lbfgs.minimum.parameters[i] - newton.minimum.parameters[i]) < 1e-3 * newton.hesse.errors[i]);

  const std::vector<double> twos(x.size(), 2);
  const auto weighted = mixture::fit(ctx, model, view(x), view(twos), start, options);
  REQUIRE(weighted.minimum.status == Status::converged);
  for (std::size_t i = 0; i < 5; ++i)
    CHECK(weighted.minimum.parameters[i] == Approx(newton.minimum.parameters[i]).epsilon(1e-9));
  CHECK(weighted.hesse.errors[2] == 0);
  CHECK(weighted.hesse.errors[1] > 0);

  const auto many = mixture::fit_many(ctx, model, std::vector<VectorView<const double>>{view(x)}, start, options);
  CHECK(many.fits[0].minimum.parameters == newton.minimum.parameters);

  NormalModel yields{2};
  yields.weighting = mixture::Weighting::yields;
  const std::vector<double> large = test::two_peaks(index_t{1} << 18);
  const auto sampled =
      mixture::fit(ctx, yields, view(large), {150000, 110000, 0, 4, 1, 0.5}, test::fixing({"n1", "s2"}));
  REQUIRE(sampled.minimum.status == Status::converged);
  CHECK(sampled.sample_passes > 0);
  CHECK(sampled.minimum.parameters[0] == 150000);
  CHECK(sampled.minimum.parameters[5] == 0.5);
}

TEST_CASE("a fixed parameter whose gradient is 0, or points inwards, stays as well", "[mixture][fixed]") {
  const auto bowl = [](const std::vector<double>& x, std::vector<double>& g) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += 0.5 * (x[i] - 1) * (x[i] - 1), g[i] = x[i] - 1;
    return sum;
  };
  auto f = test::gradient_objective({{-2, INFINITY}, {}, {-1, 5}, {-9, 9}}, bowl);
  const auto minimum = mixture::minimize(f, {-2, 1, 1, 3}, test::fixing({"x3", "x0", "x1"}));
  CHECK(minimum.status == Status::converged);
  CHECK(minimum.parameters == std::vector<double>{-2, 1, 1, 3});
  CHECK(minimum.fixed == std::vector<int>{0, 1, 3});
  const auto held = mixture::minimize(f, {5, 5, 5, 3}, test::fixing({"x3"}));
  CHECK(held.status == Status::converged);
  CHECK(held.parameters[0] == Approx(1).epsilon(1e-6));
}

TEST_CASE("fixed names that the model has not, or twice, and values it cannot have, are refused", "[mixture][fixed]") {
  Context<Cpu> ctx;
  const auto fit = [&](const std::vector<double>& start, const std::vector<std::string>& fixed) {
    return message<ValueError>([&] {
      static_cast<void>(mixture::fit(ctx, NormalModel{2}, view(test::waiting_times()), start, test::fixing(fixed)));
    });
  };
  const std::vector<double> start{0.4, 55, 80, 6, 6};
  CHECK(fit(start, {"mu3"}) ==
        "minimize: fixed parameter 'mu3'; expected one of f, mu1, mu2, s1, s2; correct the name");
  CHECK(fit(start, {"s1", "s1"}) == "minimize: fixed parameter s1 stands twice; drop one");
  CHECK(fit({0.4, 55, 80, -6, 6}, {"s1"}).find("mixture: s1=-6") == 0);
  CHECK(fit({0.4, 55, 80, 1e-15, 6}, {"s1"}).find("minimize: start s1=1e-15") == 0);
}

TEST_CASE("known values go to the component that they are closest to, and the others share what is left", "[mixture]") {
  using mixture::start_with;
  const NormalModel two{2}, three{3};
  const std::vector<double> start{0.4, 0, 3, 1, 0.7}, wide{0.2, 0.3, -5, 0, 5, 1, 2, 4};
  CHECK(start_with(two, start, {}) == start);
  CHECK(start_with(two, start, {{"mu1", 0.2}}) == std::vector<double>{0.4, 0.2, 3, 1, 0.7});
  CHECK(start_with(two, start, {{"mu1", 2.8}}) == std::vector<double>{0.6, 2.8, 0, 0.7, 1});
  CHECK(start_with(two, start, {{"mu2", 0.1}}) == std::vector<double>{0.6, 3, 0.1, 0.7, 1});
  CHECK(start_with(two, start, {{"s1", 0.6}, {"f", 0.5}}) == std::vector<double>{0.5, 3, 0, 0.6, 1});
  const auto rest = start_with(three, wide, {{"w2", 0.6}, {"s2", 4}});
  test::check_close(rest, {0.4 * 0.2 / 0.5, 0.6, -5, 5, 0, 1, 4, 2}, 1e-15);
  NormalModel yields{2};
  yields.weighting = mixture::Weighting::yields;
  CHECK(start_with(yields, {40, 60, 0, 3, 1, 0.7}, {{"n1", 55}}) == std::vector<double>{55, 40, 3, 0, 0.7, 1});
  CHECK(start_with(mixture::shared_mean_pair(), {0.4, 1, 3, 0.5}, {{"s1", 0.4}, {"mu", 2}}) ==
        std::vector<double>{0.6, 2, 0.4, 3});
  CHECK_THROWS_AS(start_with(two, start, {{"mu", 1}}), ValueError);
  CHECK_THROWS_AS(start_with(two, start, {{"s1", -1}}), ValueError);
  CHECK(message<ValueError>([&] {
          static_cast<void>(start_with(two, start, {{"f", 1}}));
        }).find("leave component 2 no weight") != std::string::npos);
}
