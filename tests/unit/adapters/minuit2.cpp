// The adapter to Minuit2: Migrad's minimum, judged by the exact Hessian, and Minuit's own errors beside it.
#include <cmath>
#include <string>
#include <vector>

#include "isonomy/adapters/minuit2.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/mixture/objectives.hpp"

using namespace isonomy;
using adapters::minimize_with_minuit2;
using mixture::Bounds;
using mixture::Status;

TEST_CASE("Minuit finds the minimum of a mixture that Newton finds, with the same errors", "[mixture]") {
  const std::vector<double> x = test::shared_mean_points(20000), start{0.3, 0.5, 3, 1};
  Context<Cpu> ctx;
  mixture::NormalLikelihood<Context<Cpu>, double> f(ctx, mixture::shared_mean_pair(), view(x), start);
  const mixture::Minimum newton = mixture::minimize(f, start);
  const adapters::MinuitMinimum other = minimize_with_minuit2(f, start);
  REQUIRE(other.status == Status::converged);
  CHECK(other.minuit_valid);
  CHECK(other.minuit_edm < 1e-8);
  const mixture::HesseErrors errors = mixture::hesse(newton);
  REQUIRE(mixture::hesse(other).available());
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(std::abs(other.parameters[i] - newton.parameters[i]) < 1e-6 * errors.errors[i]);
    // Minuit's second derivatives are differences, unless its version asks for the exact ones.
    constexpr bool exact = adapters::detail::AsksForHessian<ROOT::Minuit2::FCNGradientBase>;
    CHECK(other.minuit_errors[i] == Approx(errors.errors[i]).epsilon(exact ? 1e-6 : 2e-3));
    CHECK(other.minuit_covariance[5 * i] == Approx(std::pow(other.minuit_errors[i], 2)).epsilon(1e-2));
  }
  const double scale = other.minuit_errors[0] * other.minuit_errors[2];
  CHECK(other.minuit_covariance[2] / scale == Approx(errors.correlation[2]).margin(5e-3));
}

TEST_CASE("Minuit keeps within bounds of every kind, and holds what has no room", "[mixture]") {
  const auto bowl = [](const std::vector<double>& x, std::vector<double>& g) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += 0.5 * (x[i] - 1) * (x[i] - 1), g[i] = x[i] - 1;
    return sum;
  };
  auto f = test::gradient_objective({{-2, INFINITY}, {-INFINITY, 3}, {}, {4, 4}, {-8, 8}}, bowl);
  const adapters::MinuitMinimum minimum = minimize_with_minuit2(f, {5, -7, 3, 4, -2});
  CHECK(minimum.status == Status::at_bound);
  CHECK(minimum.bound == std::vector<int>{3});
  CHECK(minimum.parameters[3] == 4);
  for (const std::size_t i : {0, 1, 2, 4}) {
    CHECK(minimum.parameters[i] == Approx(1).epsilon(1e-6));
    CHECK(minimum.minuit_errors[i] == Approx(1).epsilon(1e-2));
  }
  CHECK(minimum.minuit_errors[3] == 0);
  CHECK(minimum.minuit_covariance[5 * 3 + 3] == 0);
}

TEST_CASE("Minuit leaves fixed parameters where they start", "[mixture]") {
  const std::vector<double> x = test::shared_mean_points(5000), start{0.3, 0.9, 3, 0.6};
  Context<Cpu> ctx;
  mixture::NormalLikelihood<Context<Cpu>, double> f(ctx, mixture::shared_mean_pair(), view(x), start);
  mixture::MinimizeOptions options;
  options.fixed = {"mu", "s2"};
  const mixture::Minimum newton = mixture::minimize(f, start, options);
  const adapters::MinuitMinimum other = minimize_with_minuit2(f, start, options);
  REQUIRE(other.status == Status::converged);
  CHECK(other.fixed == std::vector<int>{1, 3});
  CHECK(other.parameters[1] == 0.9);
  CHECK(other.parameters[3] == 0.6);
  CHECK(other.minuit_errors[3] == 0);
  const mixture::HesseErrors errors = mixture::hesse(newton);
  for (const std::size_t i : {0, 2}) {
    CHECK(std::abs(other.parameters[i] - newton.parameters[i]) < 1e-5 * errors.errors[i]);
    CHECK(other.minuit_errors[i] == Approx(errors.errors[i]).epsilon(2e-3));
  }
}

TEST_CASE("a component without points ends at its bound under Minuit too", "[mixture]") {
  std::vector<double> x = test::shared_mean_points(3000);
  for (double& v : x) v = std::min(std::max(v, -3.0), 5.0);
  x.push_back(5.5);
  Context<Cpu> ctx;
  const std::vector<double> start{0.5, 1, 2, 0.5};
  mixture::NormalLikelihood<Context<Cpu>, double> f(ctx, mixture::shared_mean_pair(), view(x), start);
  struct Capped {
    decltype(f)& likelihood;
    std::vector<std::string> names() const { return likelihood.names(); }
    std::vector<Bounds> bounds() const {
      std::vector<Bounds> result = likelihood.bounds();
      result[0].upper = 0.25;  // half of the points are of the first kind
      return result;
    }
    mixture::Likelihood at(const std::vector<double>& t, MixtureOrder order) { return likelihood.at(t, order); }
  } capped{f};
  const mixture::Minimum newton = mixture::minimize(capped, {0.2, 1, 2, 0.5});
  const adapters::MinuitMinimum other = minimize_with_minuit2(capped, {0.2, 1, 2, 0.5});
  REQUIRE(newton.status == Status::at_bound);
  REQUIRE(other.status == Status::at_bound);
  CHECK(other.bound == std::vector<int>{0});
  CHECK(other.parameters[0] == 0.25);
  const mixture::HesseErrors errors = mixture::hesse(newton);
  for (std::size_t i = 1; i < 4; ++i)
    CHECK(std::abs(other.parameters[i] - newton.parameters[i]) < 1e-2 * errors.errors[i]);
}

TEST_CASE("what Minuit cannot do is named", "[mixture]") {
  auto f = test::gradient_objective({{0, 1}, {}}, [](const std::vector<double>& x, std::vector<double>& g) {
    g[0] = 1, g[1] = -1;
    return x[1] > 1 ? std::nan("") : x[0] - x[1];
  });
  CHECK(test::message<ValueError>([&] {
          return minimize_with_minuit2(f, {2, 0});
        }) == "minimize: start x0=2; expected a number from 0 to 1; start inside the bounds");
  CHECK(test::message<NumericalError>([&] {
          return minimize_with_minuit2(f, {1, 0});
        }).rfind("Minuit2: the function is not finite at a point it tried", 0) == 0);
  auto valley = test::gradient_objective(std::vector<Bounds>(2), test::rosenbrock);
  const adapters::MinuitMinimum early = minimize_with_minuit2(valley, {-1.2, 1}, {.max_iterations = 2});
  CHECK(early.status == Status::max_iterations);
  CHECK_FALSE(early.minuit_valid);
}
