// Profiles far from a parabola: beyond points of inflection, on plateaus, at the box, over barriers.
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/normal/objective.hpp"
#include "support/catch.hpp"

using namespace isonomy;
using namespace isonomy::mixture;
using Catch::Matchers::WithinRel;

namespace {

/// The root of a rising function in [0, far].
double root(const std::function<double(double)>& f, double far) {
  double low = 0, high = far;
  for (int i = 0; i < 200; ++i) (f(0.5 * (low + high)) < 0 ? low : high) = 0.5 * (low + high);
  return 0.5 * (low + high);
}

/// value(x) + y^2 / 2 with derivatives of `value` as given.
struct Valley {
  std::function<Likelihood(double)> value;  ///< nll, one first, one second derivative
  Bounds x{};
  bool alone = false;

  [[nodiscard]] std::vector<std::string> names() const {
    return alone ? std::vector<std::string>{"x"} : std::vector<std::string>{"x", "y"};
  }
  [[nodiscard]] std::vector<Bounds> bounds() const {
    return alone ? std::vector<Bounds>{x} : std::vector<Bounds>{x, {}};
  }
  [[nodiscard]] Likelihood at(const std::vector<double>& theta, MixtureOrder order) const {
    Likelihood all = value(theta[0]);
    if (!alone) {
      const double y = theta[1] - 0.1 * theta[0];  // the valley is not parallel to an axis
      all.nll += 0.5 * y * y;
      all.gradient = {all.gradient[0] - 0.1 * y, y};
      all.hessian = {all.hessian[0] + 0.01, -0.1, -0.1, 1};
    }
    if (order == MixtureOrder::value) all.gradient.clear();
    if (order != MixtureOrder::hessian) all.hessian.clear();
    return all;
  }
};

/// (x + y)^2 / 2 + x^2 / 200 with y no less than -1, where it says that it would go on falling.
struct ShortValley {
  bool says = false;

  [[nodiscard]] std::vector<std::string> names() const { return {"x", "y"}; }
  [[nodiscard]] std::vector<Bounds> bounds() const { return {{}, {-1, 1e9}}; }
  [[nodiscard]] bool cut_short(const std::vector<double>& theta, const std::vector<double>& gradient) const {
    return says && theta[1] <= -1 && gradient[1] > 0;
  }
  [[nodiscard]] Likelihood at(const std::vector<double>& theta, MixtureOrder order) const {
    const double x = theta[0], sum = x + theta[1];
    Likelihood all{0.5 * sum * sum + 0.005 * x * x, {sum + 0.01 * x, sum}, {1.01, 1, 1, 1}};
    if (order == MixtureOrder::value) all.gradient.clear();
    if (order != MixtureOrder::hessian) all.hessian.clear();
    return all;
  }
};

/// (y - 10 x)^2 / 2 + x^2 / 200, whose Hessian is wrong beside x = 0: no minimisation there gets anywhere.
struct Endless {
  [[nodiscard]] std::vector<std::string> names() const { return {"x", "y"}; }
  [[nodiscard]] std::vector<Bounds> bounds() const { return {{}, {}}; }
  [[nodiscard]] Likelihood at(const std::vector<double>& theta, MixtureOrder order) const {
    const double x = theta[0], off = theta[1] - 10 * x;
    Likelihood all{0.5 * off * off + 0.005 * x * x, {0.01 * x - 10 * off, off}, {100.01, -10, -10, 1}};
    if (x != 0) all.hessian = {0, -10, -10, 1e4};
    if (order == MixtureOrder::value) all.gradient.clear();
    if (order != MixtureOrder::hessian) all.hessian.clear();
    return all;
  }
};

/// A dip of depth h: h (1 - exp(-x^2 / 2)).
Valley dip(double h, Bounds x = {}, bool alone = false) {
  return {[h](double t) {
            const double e = h * std::exp(-0.5 * t * t);
            return Likelihood{h - e, {t * e}, {(1 - t * t) * e}};
          },
          x, alone};
}

}  // namespace

TEST_CASE("profiles of two points cross beyond the point of inflection where the formula says", "[mixture]") {
  Context<Cpu> ctx;
  const std::vector<double> x{1, 2};
  const NormalModel model{1};
  const FitResult result = fit(ctx, model, view(x), {1.2, 0.8});
  REQUIRE(result.minimum.valid());
  NormalLikelihood<Context<Cpu>, double> likelihood(ctx, model, VectorView<const double>(view(x)), {1.2, 0.8});
  // n log(s/s0) + n/2 (s0^2/s^2 - 1) = 1/2 and n/2 log(1 + d^2/s0^2) = 1/2 with n = 2, s0 = 1/2.
  const MinosError mu = minos(likelihood, result.minimum, 0), s = minos(likelihood, result.minimum, 1);
  CHECK(mu.upper_status == CrossingStatus::found);
  CHECK_THAT(mu.upper, WithinRel(0.5 * std::sqrt(std::exp(0.5) - 1), 1e-8));
  CHECK_THAT(mu.lower, WithinRel(-0.5 * std::sqrt(std::exp(0.5) - 1), 1e-8));
  CHECK(s.upper_status == CrossingStatus::found);
  CHECK_THAT(s.upper, WithinRel(root(
                                    [](double d) {
                                      const double ratio = 1 + 2 * d;
                                      return 2 * std::log(ratio) + 1 / (ratio * ratio) - 1.5;
                                    },
                                    5),
                                1e-8));
}

TEST_CASE("a profile that rises too late is followed past its inflection", "[mixture]") {
  for (const bool alone : {false, true}) {
    Valley valley = dip(0.6, {}, alone);
    const mixture::Minimum minimum = minimize(valley, alone ? std::vector<double>{0.1} : std::vector<double>{0.1, 0.1});
    REQUIRE(minimum.valid());
    const MinosError error = minos(valley, minimum, 0);
    CHECK(error.upper_status == CrossingStatus::found);
    CHECK_THAT(error.upper, WithinRel(std::sqrt(2 * std::log(6)), 1e-7));  // 0.6 (1 - exp(-x^2/2)) = 1/2
    CHECK_THAT(error.lower, WithinRel(-std::sqrt(2 * std::log(6)), 1e-7));
  }
}

TEST_CASE("a plateau below the rise has no crossing, and none before the box ends", "[mixture]") {
  for (const bool alone : {false, true}) {
    const std::vector<double> start = alone ? std::vector<double>{0.1} : std::vector<double>{0.1, 0.1};
    Valley open = dip(0.3, {}, alone);
    const MinosError none = minos(open, minimize(open, start), 0);
    CHECK(none.upper_status == CrossingStatus::not_found);
    CHECK(std::isnan(none.upper));
    Valley boxed = dip(0.3, {-4, 7}, alone);
    const MinosError held = minos(boxed, minimize(boxed, start), 0);
    CHECK(held.upper_status == CrossingStatus::at_bound);
    CHECK(held.lower_status == CrossingStatus::at_bound);
    CHECK(std::isnan(held.lower));
  }
}

TEST_CASE("a lower minimum behind a low barrier is reported with its parameters", "[mixture]") {
  // A dip of 0.3 at 0 and one of 0.6 at 6.
  Valley two{[](double t) {
               const double u = t - 6, a = 0.3 * std::exp(-0.5 * t * t), b = 0.6 * std::exp(-0.5 * u * u);
               return Likelihood{0.9 - a - b, {t * a + u * b}, {(1 - t * t) * a + (1 - u * u) * b}};
             },
             {-20, 20}};
  const mixture::Minimum minimum = minimize(two, {0.1, 0});
  REQUIRE(minimum.valid());
  REQUIRE(std::abs(minimum.parameters[0]) < 0.1);
  const Crossing crossing = profile_crossing(two, minimum, {{0}, {1}});
  CHECK(crossing.status == CrossingStatus::new_minimum);
  REQUIRE(crossing.parameters.size() == 2);
  CHECK(two.at(crossing.parameters, MixtureOrder::value).nll < minimum.nll);
}

TEST_CASE("a rise that a bound for arithmetic alone has made is no crossing", "[mixture]") {
  for (const bool says : {false, true}) {
    ShortValley f{says};
    const auto minimum = minimize(f, {0.3, 0.2});
    REQUIRE(minimum.status == Status::converged);
    const MinosError error = minos(f, minimum, 0);
    CHECK(error.upper_status == (says ? CrossingStatus::others_at_bound : CrossingStatus::found));
    CHECK(std::isnan(error.upper) == says);
    CHECK(error.lower_status == CrossingStatus::found);
    CHECK_THAT(error.lower, WithinRel(-10, 1e-8));
  }
}

TEST_CASE("the least weight cuts a likelihood short in a range alone, and where it matters there", "[mixture]") {
  const std::vector<double> least{smallest_weight, 0, 1, 1, 2}, most{1 - smallest_weight, 0, 1, 1, 2};
  NormalModel model{2};
  CHECK_FALSE(mixture::detail::cut_short(model, least, {1e9, 0, 0, 0, 0}));
  model.range = {0, 1};
  CHECK(mixture::detail::cut_short(model, least, {1e9, 0, 0, 0, 0}));
  CHECK(mixture::detail::cut_short(model, most, {-1e9, 0, 0, 0, 0}));
  CHECK_FALSE(mixture::detail::cut_short(model, least, {1e3, 0, 0, 0, 0}));
  CHECK_FALSE(mixture::detail::cut_short(model, {0.5, 0, 1, 1, 2}, {1e9, 0, 0, 0, 0}));
  model.weighting = Weighting::yields;
  CHECK_FALSE(mixture::detail::cut_short(model, {1e-12, 1e-12, 0, 1, 1, 2}, {1e15, 1e15, 0, 0, 0, 0}));
}

TEST_CASE("a profile whose points have no end in sight is given up after a limited number of passes", "[mixture]") {
  Endless f;
  const auto minimum = minimize(f, {0, 1});
  REQUIRE(minimum.status == Status::converged);
  REQUIRE(minimum.parameters[0] == 0);
  const Crossing crossing = profile_crossing(f, minimum, {{0}, {1}});
  CHECK(crossing.status == CrossingStatus::not_found);
  CHECK(crossing.passes > 1000);  // it tries
  CHECK(crossing.passes < 1500);
}
