// L-BFGS: known minima, bounds, points without a value, what it says where it cannot go on, and agreement with Newton.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/user_density/simultaneous.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/mixture/data.hpp"
#include "support/mixture/objectives.hpp"
#include "support/numbers.hpp"

using namespace isonomy;
using mixture::Bounds;
using mixture::Method;
using mixture::minimize;
using mixture::MinimizeOptions;
using mixture::Status;
using test::gradient_objective;
using test::infinity;
using test::message;

namespace {

MinimizeOptions with(Method method) {
  MinimizeOptions options;
  options.method = method;
  return options;
}

/// sum_i h_i (x_i - i)^2 / 2 with h over so many decades, seen in a mirror that mixes all coordinates.
struct Quadratic {
  std::size_t size;
  double decades;

  double operator()(const std::vector<double>& x, std::vector<double>& gradient) const {
    const auto n = static_cast<double>(size);
    double value = 0, sum = 0, slope = 0;
    for (std::size_t i = 0; i < size; ++i) sum += x[i] - static_cast<double>(i);
    for (std::size_t i = 0; i < size; ++i) {
      const double h = std::pow(10, decades * (static_cast<double>(i) / (n - 1) - 0.5));
      const double v = x[i] - static_cast<double>(i) - 2 * sum / n;
      value += 0.5 * h * v * v;
      slope += gradient[i] = h * v;
    }
    for (double& g : gradient) g -= 2 * slope / n;
    return value;
  }
};

/// Fits of the same data by both methods end at the same place, to a fraction of the errors.
void check_same(const mixture::FitResult& newton, const mixture::Minimum& other, double sigmas) {
  REQUIRE(newton.minimum.status == Status::converged);
  REQUIRE(other.status == Status::converged);
  CHECK(other.nll == Approx(newton.minimum.nll).epsilon(1e-14));
  for (std::size_t i = 0; i < other.parameters.size(); ++i)
    CHECK(std::abs(other.parameters[i] - newton.minimum.parameters[i]) <= sigmas * newton.hesse.errors[i]);
}

}  // namespace

TEST_CASE("L-BFGS follows a curved valley to its end", "[mixture]") {
  for (const std::size_t n : {2, 20}) {
    auto f = gradient_objective(std::vector<Bounds>(n), test::rosenbrock);
    const mixture::Minimum minimum = minimize(f, std::vector<double>(n, -1.2), {.max_iterations = 1000});
    REQUIRE(minimum.status == Status::converged);
    CHECK(minimum.edm < 1e-15);
    CHECK(minimum.nll < 1e-14);
    for (const double x : minimum.parameters) CHECK(x == Approx(1).epsilon(1e-8));
    CHECK(minimum.passes >= minimum.iterations);
    CHECK(minimum.hessian.empty());
  }
}

TEST_CASE("scales that differ by many decades do not stop L-BFGS", "[mixture]") {
  for (const std::size_t n : {6, 300}) {
    for (const double decades : {0.0, 3.0}) {
      auto f = gradient_objective(std::vector<Bounds>(n), Quadratic{n, decades});
      const mixture::Minimum minimum = minimize(f, std::vector<double>(n, -3), {.max_iterations = 1000});
      INFO(n << " parameters, " << decades << " decades, " << minimum.iterations << " iterations");
      REQUIRE(minimum.status == Status::converged);
      for (std::size_t i = 0; i < n; ++i) CHECK(std::abs(minimum.parameters[i] - static_cast<double>(i)) < 1e-5);
    }
  }
  // Parameters of very different size, each on its own axis: the diagonal learns the scales.
  auto f = gradient_objective(std::vector<Bounds>(5), [](const std::vector<double>& x, std::vector<double>& g) {
    double sum = 0;
    for (std::size_t i = 0; i < 5; ++i) {
      const double unit = std::pow(10, 4 * static_cast<double>(i) - 8), z = x[i] / unit - 1;
      sum += std::cosh(z);
      g[i] = std::sinh(z) / unit;
    }
    return sum;
  });
  const mixture::Minimum minimum = minimize(f, {3e-8, 3e-4, 3, 3e4, 3e8});
  REQUIRE(minimum.status == Status::converged);
  for (std::size_t i = 0; i < 5; ++i)
    CHECK(minimum.parameters[i] == Approx(std::pow(10, 4 * static_cast<double>(i) - 8)).epsilon(1e-7));
}

TEST_CASE("L-BFGS ends on bounds of every kind and names them", "[mixture]") {
  auto above = gradient_objective({{-2, 0.5}, {-2, 2}}, test::rosenbrock);
  for (const auto& start : {std::vector<double>{-1.2, 1}, std::vector<double>{0.5, 1}, std::vector<double>{-2, 2}}) {
    const mixture::Minimum minimum = minimize(above, start);
    CHECK(minimum.status == Status::at_bound);
    CHECK(minimum.bound == std::vector<int>{0});
    CHECK(minimum.parameters[0] == 0.5);
    CHECK(minimum.parameters[1] == Approx(0.25).epsilon(1e-9));
    CHECK(minimum.gradient_norm < 1e-5);
  }
  const auto bowl = [](const std::vector<double>& x, std::vector<double>& g) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += 0.5 * x[i] * x[i], g[i] = x[i];
    return sum;
  };
  auto sides =
      gradient_objective({{2, infinity}, {-infinity, -3}, {-infinity, infinity}, {4, 4}, {-1, infinity}}, bowl);
  const mixture::Minimum minimum = minimize(sides, {5, -7, 1, 4, 8});
  CHECK(minimum.status == Status::at_bound);
  CHECK(minimum.bound == std::vector<int>{0, 1, 3});
  CHECK(minimum.parameters[0] == 2);
  CHECK(minimum.parameters[1] == -3);
  CHECK(std::abs(minimum.parameters[2]) < 1e-7);
  CHECK(minimum.parameters[3] == 4);
  CHECK(std::abs(minimum.parameters[4]) < 1e-7);
  CHECK(minimum.nll == Approx(0.5 * (4 + 9 + 16)));
}

TEST_CASE("L-BFGS leaves a bound that the start lies on", "[mixture]") {
  auto f = gradient_objective({{0, infinity}, {0, 10}, {-infinity, 8}}, test::rosenbrock);
  const mixture::Minimum minimum = minimize(f, {0, 10, 8}, {.max_iterations = 1000});
  REQUIRE(minimum.status == Status::converged);
  for (const double x : minimum.parameters) CHECK(x == Approx(1).epsilon(1e-7));
}

TEST_CASE("points without a value shorten the step and never reach the result", "[mixture]") {
  int missed = 0;
  // Nothing is known left of 1, and the first step goes there.
  auto f = gradient_objective({{}, {}}, [&](const std::vector<double>& x, std::vector<double>& g) {
    if (x[0] <= 1) return ++missed, std::nan("");
    g[0] = 1 - 1 / (x[0] - 1), g[1] = 100 * x[1];
    return x[0] - 1 - std::log(x[0] - 1) + 50 * x[1] * x[1];
  });
  const mixture::Minimum minimum = minimize(f, {1.3, 2});
  REQUIRE(minimum.status == Status::converged);
  CHECK(minimum.parameters[0] == Approx(2).epsilon(1e-8));
  auto wall = gradient_objective({{}}, [&](const std::vector<double>& x, std::vector<double>& g) {
    g[0] = 1;  // falls for ever, but only as far as the wall
    return x[0] < -1 ? ++missed, std::numeric_limits<double>::infinity() : x[0];
  });
  const mixture::Minimum stuck = minimize(wall, {0});
  CHECK_FALSE(stuck.valid());
  CHECK(std::isfinite(stuck.nll));
  CHECK(stuck.parameters[0] >= -1);
  CHECK(stuck.parameters[0] < -0.9);
  CHECK(missed > 1);
}

TEST_CASE("a minimum that is not one is named for what it is", "[mixture]") {
  // A gradient that contradicts the function.
  auto liar = gradient_objective({{}, {}}, [](const std::vector<double>& x, std::vector<double>& g) {
    g[0] = -2 * x[0], g[1] = -2 * x[1];
    return x[0] * x[0] + x[1] * x[1];
  });
  const mixture::Minimum none = minimize(liar, {1, 1});
  CHECK(none.status == Status::no_progress);
  CHECK(std::string(name(none.status)) == "no_progress");
  CHECK_FALSE(mixture::hesse(none).available());

  auto f = gradient_objective({{}, {}}, test::rosenbrock);
  const mixture::Minimum early = minimize(f, {-1.2, 1}, {.max_iterations = 5});
  CHECK(early.status == Status::max_iterations);
  CHECK(early.iterations == 5);
  CHECK(early.nll < 24.2);  // the value at the start
  CHECK(minimize(f, {-1.2, 1}, {.max_iterations = 0}).status == Status::max_iterations);
}

TEST_CASE("the exact Hessian tells a saddle point from a minimum", "[mixture]") {
  // x^2 - y^2 + y^4 / 2: a saddle at 0, minima at y = -1 and 1.
  struct Saddle {
    std::vector<std::string> names() const { return {"x", "y"}; }
    std::vector<Bounds> bounds() const { return std::vector<Bounds>(2); }
    mixture::Likelihood at(const std::vector<double>& t, MixtureOrder) {
      const double x = t[0], y = t[1];
      return {x * x - y * y + 0.5 * std::pow(y, 4), {2 * x, -2 * y + 2 * y * y * y}, {2, 0, 0, -2 + 6 * y * y}};
    }
  } f;
  for (const Method method : {Method::newton, Method::lbfgs}) {
    const mixture::Minimum on = minimize(f, {0, 0}, with(method));
    CHECK(on.status == Status::hessian_not_positive_definite);
    CHECK(on.smallest_eigenvalue < 0);
    CHECK_FALSE(mixture::hesse(on).available());
    const mixture::Minimum beside = minimize(f, {0.5, 1e-6}, with(method));
    REQUIRE(beside.status == Status::converged);
    CHECK(std::abs(beside.parameters[1]) == Approx(1).epsilon(1e-7));
    CHECK(mixture::hesse(beside).errors[1] == Approx(0.5));
  }
}

TEST_CASE("a function without a Hessian gives a minimum without errors and without profiles", "[mixture]") {
  auto f = gradient_objective({{}, {}}, test::rosenbrock);
  const mixture::Minimum minimum = minimize(f, {-1.2, 1});
  REQUIRE(minimum.valid());
  CHECK_FALSE(mixture::hesse(minimum).available());
  CHECK(message<ValueError>([&] { return mixture::minos(f, minimum, 0); }) ==
        "profile_crossing: the minimum has no Hessian; give a function that has one, or raise hessian_limit");
  CHECK(message<ValueError>([&] { return mixture::contour(f, minimum, 0, 1); }) ==
        "contour: the minimum has no errors; they need a valid fit of a function with a Hessian");
  CHECK(message<ValueError>([&] {
          return minimize(f, {-1.2, 1}, with(Method::newton));
        }) == "minimize: Newton's method needs the Hessian, which this function lacks; use Method::lbfgs");
}

TEST_CASE("a start that is no start is refused with its name and number", "[mixture]") {
  auto f = gradient_objective({{0, 1}, {}}, [](const std::vector<double>& x, std::vector<double>& g) {
    g[1] = x[1];
    return x[1] > 1e9 ? std::nan("") : x[0] + x[1];
  });
  CHECK(message<ValueError>([&] {
          return minimize(f, {2, 0});
        }) == "minimize: start x0=2; expected a number from 0 to 1; start inside the bounds");
  CHECK(message<ValueError>([&] {
          return minimize(f, {0.5, std::nan("")});
        }) == "minimize: start x1=nan; expected a number from -inf to inf; start inside the bounds");
  CHECK(message<ShapeError>([&] { return minimize(f, {0.5}); }) ==
        "minimize: start has 1 elements for 2 parameters; give one for each");
  CHECK(message<NumericalError>([&] {
          return minimize(f, {0.5, 1e10});
        }) ==
        "minimize: the function is not finite at the start (x0=0.5, x1=1e+10); choose another start, look for NaN, "
        "infinities and numbers beyond 1e150 in the data, or rescale them: a spread beyond 1e-50 to 1e50 is too small "
        "or too large for derivatives");
  CHECK(message<NumericalError>([&] {
          return minimize(f, {0.5, infinity});
        }).find("not finite at the start (x0=0.5, x1=inf)") != std::string::npos);
}

TEST_CASE("L-BFGS and Newton agree on the minimum of a mixture", "[mixture]") {
  const std::vector<double> x = test::shared_mean_points(20000), start{0.3, 0.5, 3, 1};
  Context<Cpu> ctx;
  const auto newton = fit(ctx, mixture::shared_mean_pair(), view(x), start);
  const auto lbfgs = fit(ctx, mixture::shared_mean_pair(), view(x), start, with(Method::lbfgs));
  check_same(newton, lbfgs.minimum, 1e-6);
  REQUIRE(lbfgs.hesse.available());
  for (std::size_t i = 0; i < 4; ++i) CHECK(lbfgs.hesse.errors[i] == Approx(newton.hesse.errors[i]).epsilon(1e-7));
  mixture::NormalLikelihood<Context<Cpu>, double> likelihood(ctx, mixture::shared_mean_pair(), view(x), start);
  test::WithoutHessian<decltype(likelihood)> gradients{likelihood};
  const mixture::Minimum alone = minimize(gradients, start);
  check_same(newton, alone, 1e-6);
  CHECK(alone.iterations < 30);
}

TEST_CASE("L-BFGS and Newton find the same height where the portable data leave the weight open", "[mixture]") {
  // Uniform data: two components of one width, whatever their weights.
  const std::vector<double> x = test::portable_points(50000);
  Context<Cpu> ctx;
  const std::vector<double> start{0.3, 0.5, 3, 1};
  const auto newton = fit(ctx, mixture::shared_mean_pair(), view(x), start);
  mixture::NormalLikelihood<Context<Cpu>, double> likelihood(ctx, mixture::shared_mean_pair(), view(x), start);
  test::WithoutHessian<decltype(likelihood)> gradients{likelihood};
  const mixture::Minimum alone = minimize(gradients, start);
  REQUIRE(newton.minimum.valid());
  REQUIRE(alone.valid());
  CHECK(alone.nll == Approx(newton.minimum.nll).epsilon(1e-12));
}

TEST_CASE("weights of many components stay a partition", "[mixture]") {
  constexpr int components = 5;
  std::vector<double> x;
  for (std::uint64_t i = 0; i < 4000; ++i) x.push_back(7 * std::floor(5 * random_unit(1, i, 7)) + test::normal(1, i));
  std::vector<double> start{0.3, 0.3, 0.3, 0.09};  // little is left for the last
  for (int k = 0; k < components; ++k) start.push_back(7 * k + 0.5);
  for (int k = 0; k < components; ++k) start.push_back(2);
  Context<Cpu> ctx;
  const auto newton = fit(ctx, mixture::NormalModel{components}, view(x), start);
  mixture::NormalLikelihood<Context<Cpu>, double> likelihood(ctx, mixture::NormalModel{components}, view(x), start);
  struct Partition {
    mixture::NormalLikelihood<Context<Cpu>, double>& f;
    int outside = 0;

    std::vector<std::string> names() const { return f.names(); }
    std::vector<Bounds> bounds() const { return f.bounds(); }
    std::vector<std::vector<int>> simplices() const { return f.simplices(); }
    static bool has_hessian() { return false; }
    mixture::Likelihood at(const std::vector<double>& t, MixtureOrder order) {
      const mixture::Likelihood result = f.at(t, order);
      outside += t[0] + t[1] + t[2] + t[3] < 1 ? 0 : 1;
      return result;
    }
  } partition{likelihood};
  check_same(newton, minimize(partition, start), 1e-6);
  CHECK(partition.outside == 0);
  // Without the hint, each weight for itself: the sum is left by the function alone, and the minimum is the same.
  auto blind = gradient_objective(likelihood.bounds(), [&](const std::vector<double>& t, std::vector<double>& g) {
    const mixture::Likelihood result = likelihood.at(t, MixtureOrder::gradient);
    if (!result.gradient.empty()) g = result.gradient;
    return result.nll;
  });
  check_same(newton, minimize(blind, start), 1e-6);
}

TEST_CASE("a mixture of a hundred components is fitted from gradients, and says that it has no errors", "[mixture]") {
  constexpr int components = 100;
  std::vector<double> x, start(components - 1, 1.0 / components);
  for (std::uint64_t i = 0; i < 3000; ++i) x.push_back(10 * static_cast<double>(i % components) + test::normal(2, i));
  for (int k = 0; k < components; ++k) start.push_back(10 * k + 0.5);
  for (int k = 0; k < components; ++k) start.push_back(1.5);
  Context<Cpu> ctx;
  const auto result = fit(ctx, mixture::NormalModel{components}, view(x), start);
  REQUIRE(result.minimum.status == Status::converged);
  CHECK(result.minimum.passes < 100);
  // Peaks ten widths apart hardly know of each other: each is the fit of its own thirty points.
  for (int k = 0; k < components; k += 7) {
    double mean = 0, square = 0;
    for (std::size_t i = static_cast<std::size_t>(k); i < x.size(); i += components) mean += x[i] / 30;
    for (std::size_t i = static_cast<std::size_t>(k); i < x.size(); i += components)
      square += (x[i] - mean) * (x[i] - mean) / 30;
    const auto at = [&](int i) { return result.minimum.parameters[static_cast<std::size_t>(i)]; };
    CHECK(at(components - 1 + k) == Approx(mean).margin(1e-2));
    CHECK(at(2 * components - 1 + k) == Approx(std::sqrt(square)).epsilon(1e-2));
  }
  CHECK_FALSE(result.hesse.available());
  REQUIRE(result.report.warnings.size() == 1);
  CHECK(result.report.warnings[0] == "no errors: 299 parameters are more than hessian_limit=200");
}

TEST_CASE("L-BFGS has the same bits for any number of threads", "[mixture]") {
  const std::vector<double> x = test::shared_mean_points(120000);
  const auto run = [&](int threads) {
    cpu::ContextOptions options{};
    options.threads = threads;
    Context<Cpu> ctx{std::move(options)};
    return fit(ctx, mixture::shared_mean_pair(), view(x), {0.3, 0.5, 3, 1}, with(Method::lbfgs)).minimum;
  };
  const mixture::Minimum one = run(1);
  REQUIRE(one.valid());
  for (const int threads : {2, 3}) {
    const mixture::Minimum many = run(threads);
    CHECK(many.parameters == one.parameters);
    CHECK(many.nll == one.nll);
    CHECK(many.gradient == one.gradient);
    CHECK(many.hessian == one.hessian);
    CHECK(many.passes == one.passes);
  }
}

TEST_CASE("fits report their iterations and stop when asked", "[mixture]") {
  const std::vector<double> x = test::shared_mean_points(3000);
  for (const Method method : {Method::newton, Method::lbfgs}) {
    std::vector<std::int64_t> done;
    std::stop_source stop;
    cpu::ContextOptions options{};
    options.progress = [&](const Progress& p) {
      if (std::string(p.stage) != "minimize") return;
      done.push_back(p.done);
      CHECK(p.total == 200);
      if (p.done == 3) stop.request_stop();
    };
    options.stop = stop.get_token();
    Context<Cpu> ctx{std::move(options)};
    CHECK_THROWS_AS(fit(ctx, mixture::shared_mean_pair(), view(x), {0.3, 0.5, 3, 1}, with(method)), Cancelled);
    CHECK(done == std::vector<std::int64_t>{0, 1, 2, 3});
  }
}

TEST_CASE("a sum of likelihoods takes the method that all of them allow", "[mixture]") {
  const std::vector<double> x = test::shared_mean_points(2000), y = test::shared_mean_points(3000, 6);
  const std::vector<double> start{0.4, 0.8, 2.5, 0.8};
  Context<Cpu> ctx;
  mixture::NormalLikelihood<Context<Cpu>, double> first(ctx, mixture::shared_mean_pair(), view(x), start),
      second(ctx, mixture::shared_mean_pair(), view(y), start);
  test::WithoutHessian<decltype(second)> gradients{second};
  mixture::Simultaneous exact, partly;
  exact.add(first).add(second).add_penalty("mu", 1, 0.01);
  partly.add(first).add(gradients).add_penalty("mu", 1, 0.01);
  CHECK(exact.has_hessian());
  CHECK_FALSE(partly.has_hessian());
  CHECK(&partly.control() == &ctx.control());
  const mixture::Minimum a = minimize(exact, start), b = minimize(partly, start);
  REQUIRE(a.status == Status::converged);
  REQUIRE(b.status == Status::converged);
  CHECK(b.hessian.empty());
  const mixture::HesseErrors errors = mixture::hesse(a);
  for (std::size_t i = 0; i < 4; ++i) CHECK(std::abs(a.parameters[i] - b.parameters[i]) < 1e-6 * errors.errors[i]);
}
