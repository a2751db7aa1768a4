// The fit of the notebook's data against numbers of iminuit and of Newton's method in extended precision.
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/multivariate/em.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "support/catch.hpp"
#include "support/mixture/data.hpp"

using namespace isonomy;

namespace {

void near(double value, double expected, double tolerance) {
  INFO(value << " instead of " << expected);
  CHECK(std::abs(value - expected) <= tolerance);
}

/// A likelihood with one parameter held.
template <class F>
struct Held {
  F& likelihood;
  std::size_t parameter;
  double value;

  std::vector<std::string> names() const { return likelihood.names(); }
  std::vector<mixture::Bounds> bounds() const {
    std::vector<mixture::Bounds> result = likelihood.bounds();
    result[parameter] = {value, value};
    return result;
  }
  mixture::Likelihood at(const std::vector<double>& theta, MixtureOrder order) { return likelihood.at(theta, order); }
};

}  // namespace

TEST_CASE("the notebook's fit has the reference's parameters, errors and correlations", "[.notebook]") {
  const std::vector<double> x = test::notebook_points();
  Context<Cpu> ctx;
  const std::vector<double> best{0.499561822557394, 0.999807456961540, 2.00248922295787, 0.499805829601918};
  const std::vector<double> errors{0.00107705545, 0.00088578419, 0.00257861925, 0.00104315878};
  const std::vector<double> iminuit{0.49956077, 0.99980758, 2.00249139, 0.49980676};  // stops at an EDM of 6e-7
  for (const auto& start : {std::vector<double>{0.5, 1, 2, 0.5}, std::vector<double>{0.3, 0.5, 3, 1}}) {
    const auto fit = mixture::fit(ctx, mixture::shared_mean_pair(), view(x), start);
    REQUIRE(fit.minimum.status == mixture::Status::converged);
    CHECK(fit.minimum.edm < 1e-10);
    CHECK(fit.minimum.iterations <= 12);
    near(fit.minimum.nll, 1672639.37102515, 1e-8);
    REQUIRE(fit.hesse.available());
    for (std::size_t i = 0; i < 4; ++i) {
      near(fit.minimum.parameters[i], best[i], 1e-6 * errors[i]);
      near(fit.minimum.parameters[i], iminuit[i], 2e-3 * errors[i]);
      near(fit.hesse.errors[i], errors[i], 1e-8 * 0.01);
    }
    near(fit.hesse.correlation[2], -0.555377249, 1e-9);
    near(fit.hesse.correlation[3], -0.597598788, 1e-9);
    near(fit.hesse.correlation[4 * 2 + 3], 0.391164363, 1e-9);
    for (const std::size_t i : {0, 2, 3}) CHECK(std::abs(fit.hesse.correlation[4 + i]) < 0.002);
    CHECK(fit.report.warnings.empty());
  }
}

TEST_CASE("one density has the mean and variance of the notebook's data", "[.notebook]") {
  const std::vector<double> x = test::notebook_points();
  Context<Cpu> ctx;
  mixture::EmOptions options;
  options.reg_covar = 0;
  const auto closed = em(ctx, {1, Covariance::full, {1}, {0}, {1}}, row_major(x.data(), 1000000, 1), options);
  near(closed.model.means[0], 0.999668664699887, 1e-14);
  near(closed.model.covariances[0], 2.12823684234516, 1e-14);
  near(closed.nll, 1796585.46489505, 1e-14 * 1796585);
  // Newton's steps end where the one that is left is below 1e-8 of the parameter.
  const auto fit = mixture::fit(ctx, mixture::NormalModel{1}, view(x), {0, 1});
  REQUIRE(fit.minimum.status == mixture::Status::converged);
  near(fit.minimum.parameters[0], 0.999668664699887, 1e-8);
  near(fit.minimum.parameters[1], std::sqrt(2.12823684234516), 1e-8 * 1.5);
  near(fit.minimum.nll, 1796585.46489505, 1e-14 * 1796585);
}

TEST_CASE("passes that maximise by component go down as the reference's do", "[.notebook]") {
  const std::vector<double> x = test::notebook_points();
  Context<Cpu> ctx;
  const auto model = mixture::shared_mean_pair();
  std::vector<double> p{0.3, 0.5, 3, 1};
  const auto pass = [&] {  // the shared mean first, then the deviations around it
    const auto sums = mixture::normal_sums(ctx, components_of(model, p), MixtureOrder::gradient, view(x));
    double force = 0, stiffness = 0;
    for (std::size_t k = 0; k < 2; ++k) {
      force += sums.components[k].s / (p[2 + k] * p[2 + k]);
      stiffness += sums.components[k].g / (p[2 + k] * p[2 + k]);
    }
    const double shift = force / stiffness;
    p[0] = sums.components[0].g / 1e6;
    p[1] += shift;
    for (std::size_t k = 0; k < 2; ++k) {
      const mixture::ComponentSums& c = sums.components[k];
      p[2 + k] = std::sqrt((c.q - 2 * shift * c.s + shift * shift * c.g) / c.g);
    }
  };
  int passes = 0;
  for (const auto& [count, nll] : std::vector<std::pair<int, double>>{
           {1, 1715652.37027539}, {10, 1677468.75344018}, {50, 1672639.45182511}, {200, 1672639.37102515}}) {
    for (; passes < count; ++passes) pass();
    INFO("after " << count << " passes");
    near(evaluate(ctx, model, view(x), p).nll, nll, 1e-14 * nll);
  }
}

TEST_CASE("the notebook's profiles cross where the reference's do", "[.notebook]") {
  const std::vector<double> x = test::notebook_points();
  Context<Cpu> ctx;
  const auto model = mixture::shared_mean_pair();
  const std::vector<double> start{0.5, 1, 2, 0.5};
  mixture::NormalLikelihood<Context<Cpu>, double> likelihood(ctx, model, view(x), start);
  const mixture::Minimum minimum = mixture::minimize(likelihood, start);
  const double upper[]{0.00107722338, 0.00088578345, 0.00258194315, 0.00104401519},
      lower[]{-0.00107688689, -0.00088578589, -0.00257530410, -0.00104230564};
  for (int i = 0; i < 4; ++i) {
    INFO("parameter " << i);
    const mixture::MinosError error = mixture::minos(likelihood, minimum, i);
    REQUIRE(error.upper_status == mixture::CrossingStatus::found);
    REQUIRE(error.lower_status == mixture::CrossingStatus::found);
    near(error.upper, upper[i], 1e-6 * upper[i]);
    near(error.lower, lower[i], 1e-6 * upper[i]);
    CHECK(error.passes <= 4);
    // The definition: with the parameter held there, the best of the others is 1/2 above the minimum.
    for (const double distance : {error.upper, error.lower}) {
      std::vector<double> from = minimum.parameters;
      from[static_cast<std::size_t>(i)] += distance;
      Held<mixture::NormalLikelihood<Context<Cpu>, double>> held{likelihood, static_cast<std::size_t>(i),
                                                                 from[static_cast<std::size_t>(i)]};
      near(mixture::minimize(held, from).nll, minimum.nll + 0.5, 1e-8);
    }
  }
  // Every point of a contour is on it: with both parameters held there, the best of the others has the rise.
  for (const mixture::Crossing& c : mixture::contour(likelihood, minimum, 0, 2, 8)) {
    REQUIRE(c.status == mixture::CrossingStatus::found);
    near(likelihood.at(c.parameters, MixtureOrder::value).nll, minimum.nll + 0.5, 1e-7);
    Held<mixture::NormalLikelihood<Context<Cpu>, double>> one{likelihood, 0, c.parameters[0]};
    Held<decltype(one)> both{one, 2, c.parameters[2]};
    near(mixture::minimize(both, c.parameters).nll, minimum.nll + 0.5, 1e-7);
  }
}
