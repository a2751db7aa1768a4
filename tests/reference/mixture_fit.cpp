// The fit of the notebook's data against numbers of iminuit and of Newton's method in extended precision.
#include <cmath>
#include <string>
#include <vector>

#include "isonomy/backend/cpu.hpp"
#include "isonomy/estimators/mixture/fit.hpp"
#include "isonomy/estimators/mixture/minos.hpp"
#include "support/catch.hpp"
#include "support/compiled/mixture_fits.hpp"
#include "support/mixture_data.hpp"

using namespace isonomy;

namespace {

void near(double value, double expected, double tolerance) {
  INFO(value << " instead of " << expected);
  CHECK(std::abs(value - expected) <= tolerance);
}

/// A likelihood with one parameter held.
struct Held {
  mixture::NormalLikelihood<Context<Cpu>, double>& likelihood;
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
  for (const auto& start : {std::vector<double>{0.5, 1, 2, 0.5}, std::vector<double>{0.3, 0.5, 3, 1}}) {
    const auto fit = mixture::fit(ctx, mixture::shared_mean_pair(), view(x), start);
    REQUIRE(fit.minimum.status == mixture::Status::converged);
    CHECK(fit.minimum.edm < 1e-10);
    CHECK(fit.minimum.iterations <= 12);
    near(fit.minimum.nll, 1672639.37102515, 1e-8);
    REQUIRE(fit.hesse.available());
    for (std::size_t i = 0; i < 4; ++i) {
      near(fit.minimum.parameters[i], best[i], 1e-6 * errors[i]);
      near(fit.hesse.errors[i], errors[i], 1e-8 * 0.01);
    }
    near(fit.hesse.correlation[2], -0.555377249, 1e-7);
    near(fit.hesse.correlation[3], -0.597598788, 1e-7);
    near(fit.hesse.correlation[4 * 2 + 3], 0.391164363, 1e-7);
    for (const std::size_t i : {0, 2, 3}) CHECK(std::abs(fit.hesse.correlation[4 + i]) < 0.002);
    CHECK(fit.report.warnings.empty());
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
      Held held{likelihood, static_cast<std::size_t>(i), from[static_cast<std::size_t>(i)]};
      near(mixture::minimize(held, from).nll, minimum.nll + 0.5, 1e-8);
    }
  }
  // Every point of a contour is on it: the profile there has the rise.
  for (const mixture::Crossing& c : mixture::contour(likelihood, minimum, 0, 2, 8)) {
    REQUIRE(c.status == mixture::CrossingStatus::found);
    near(likelihood.at(c.parameters, MixtureOrder::value).nll, minimum.nll + 0.5, 1e-7);
  }
}
