// The adapter to LBFGSpp: the same minima as our own minimisers, judged by the exact Hessian.
#include <cmath>
#include <string>
#include <vector>

#include "isonomy/adapters/lbfgspp.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/mixture/objectives.hpp"

using namespace isonomy;
using adapters::minimize_with_lbfgspp;
using mixture::Bounds;
using mixture::Status;

TEST_CASE("LBFGSpp finds the minimum of a mixture that Newton finds", "[mixture]") {
  const std::vector<double> x = test::shared_mean_points(20000), start{0.3, 0.5, 3, 1};
  Context<Cpu> ctx;
  mixture::NormalLikelihood<Context<Cpu>, double> f(ctx, mixture::shared_mean_pair(), view(x), start);
  const mixture::Minimum newton = mixture::minimize(f, start), other = minimize_with_lbfgspp(f, start);
  REQUIRE(other.status == Status::converged);
  const mixture::HesseErrors a = mixture::hesse(newton), b = mixture::hesse(other);
  REQUIRE(b.available());
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(std::abs(other.parameters[i] - newton.parameters[i]) < 1e-6 * a.errors[i]);
    CHECK(b.errors[i] == Approx(a.errors[i]).epsilon(1e-7));
  }
  CHECK(mixture::minos(f, other, 0).upper == Approx(mixture::minos(f, newton, 0).upper).epsilon(1e-6));
  test::WithoutHessian<decltype(f)> gradients{f};
  const mixture::Minimum alone = minimize_with_lbfgspp(gradients, start);
  CHECK(alone.nll == Approx(newton.nll).epsilon(1e-12));
  CHECK(alone.hessian.empty());
}

TEST_CASE("LBFGSpp keeps within bounds, which the result names", "[mixture]") {
  auto f = test::gradient_objective({{-2, 0.5}, {-2, 2}}, test::rosenbrock);
  const mixture::Minimum minimum = minimize_with_lbfgspp(f, {-1.2, 1});
  CHECK(minimum.status == Status::at_bound);
  CHECK(minimum.bound == std::vector<int>{0});
  CHECK(minimum.parameters[0] == 0.5);
  CHECK(minimum.parameters[1] == Approx(0.25).epsilon(1e-6));
}

TEST_CASE("what LBFGSpp cannot do is named", "[mixture]") {
  auto f = test::gradient_objective({{0, 1}, {}}, [](const std::vector<double>& x, std::vector<double>& g) {
    g[0] = 1, g[1] = -1;
    return x[1] > 1 ? std::nan("") : x[0] - x[1];
  });
  CHECK(test::message<ValueError>([&] {
          return minimize_with_lbfgspp(f, {2, 0});
        }) == "minimize: start x0=2; expected a number from 0 to 1; start inside the bounds");
  CHECK(test::message<NumericalError>([&] {
          return minimize_with_lbfgspp(f, {1, 5});
        }).find("not finite at the start (x0=1, x1=5)") != std::string::npos);
  CHECK(
      test::message<NumericalError>([&] {
        return minimize_with_lbfgspp(f, {1, 0});
      }) ==
      "LBFGSpp: the function is not finite at a point it tried, and it has no way back from there; narrow the bounds, "
      "start closer, or use mixture::minimize, which steps back");
  auto valley = test::gradient_objective(std::vector<Bounds>(2), test::rosenbrock);
  const mixture::Minimum early = minimize_with_lbfgspp(valley, {-1.2, 1}, {.max_iterations = 3});
  CHECK(early.status == Status::max_iterations);
  CHECK(early.iterations == 3);
}
