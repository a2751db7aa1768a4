// Mixture likelihoods: derivatives against differences, invariances, what is not finite, and bad parameters.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/compiled/mixture_sums.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/normal/likelihood.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/mixture/objectives.hpp"

using namespace isonomy;
using mixture::evaluate;
using mixture::NormalModel;
using mixture::Sharing;
using mixture::Weighting;
using test::message;

namespace {

std::vector<double> points(index_t n, std::uint64_t seed = 1) {
  std::vector<double> x;
  for (index_t i = 0; i < n; ++i) {
    const double z = test::normal(seed, static_cast<std::uint64_t>(i));
    x.push_back(i % 3 == 0 ? 2 + 0.5 * z : z);
  }
  return x;
}

struct Point {
  NormalModel model;
  std::vector<double> parameters;
};
const std::vector<Point> interior{
    {{1}, {0.3, 1.5}},
    {{2, Sharing::shared, Sharing::free}, {0.4, 0.5, 2, 0.7}},
    {{2, Sharing::shared, Sharing::free}, {0.4, 0.5, 0.6, 1.7}},
    {{2, Sharing::shared, Sharing::free}, {0.9999, 0.5, 1.1, 0.001}},
    {{2, Sharing::free, Sharing::free}, {0.4, 0.5, 1.5, 2, 0.7}},
    {{2, Sharing::free, Sharing::shared}, {0.4, 0.5, 1.5, 0.9}},
    {{2, Sharing::shared, Sharing::shared}, {0.4, 0.5, 1.1}},
    {{3, Sharing::free, Sharing::free}, {0.2, 0.5, 0, 1, 2, 0.5, 1, 0.4}},
    {{4, Sharing::shared, Sharing::free}, {0.1, 0.2, 0.3, 0.4, 0.5, 1, 1.5, 2}},
    {{3, Sharing::free, Sharing::shared}, {0.2, 0.5, 0, 1, 2, 0.8}},
    {{2, Sharing::shared, Sharing::free, Weighting::yields}, {2000, 2500, 0.5, 2, 0.7}},
    {{2, Sharing::free, Sharing::free, Weighting::fractions, {-6, 6}}, {0.4, 0.5, 1.5, 4, 0.7}},
    {{3, Sharing::free, Sharing::shared, Weighting::yields, {-6, 6}}, {1000, 500, 2000, 0, 5, 2, 2.5}},
    {{1, Sharing::free, Sharing::free, Weighting::fractions, {-6, INFINITY}}, {-1, 3}},
    // Ranges in a tail that underflows, and ranges narrow against the deviation.
    {{1, Sharing::free, Sharing::free, Weighting::fractions, {-6, 6}}, {60, 1}},
    {{2, Sharing::free, Sharing::free, Weighting::fractions, {-6, 6}}, {0.4, -70, 0.5, 1.5, 2}},
    {{2, Sharing::free, Sharing::free, Weighting::fractions, {-6, INFINITY}}, {0.4, -60, -50, 1, 0.9}},
    {{1, Sharing::free, Sharing::free, Weighting::fractions, {-6, 6}}, {0.3, 60}},
    {{2, Sharing::free, Sharing::free, Weighting::fractions, {-6, 6}}, {0.4, 0.5, 100, 1.5, 900}}};

}  // namespace

TEST_CASE("differences of likelihoods are known better than the last place of the likelihood", "[mixture]") {
  // 256 blocks far from the density: nll is 1e14, its last place 2^-6; what the blocks round is smaller.
  std::vector<double> x = points(256 * 8192);
  long double sum = 0;
  for (double& v : x) v *= 1e4, sum += v;
  Context<Cpu> ctx;
  const auto at = [&](double mean) { return evaluate(ctx, NormalModel{1}, view(x), {mean, 1}); };
  const auto a = at(0);
  CHECK(std::abs(a.nll_rest) <= std::abs(a.nll) * 0x1p-53);
  double plain = 0, with_rest = 0;
  for (int i = 1; i <= 20; ++i) {
    const double mean = i * 0x1p-30;
    const auto b = at(mean);
    const auto expected = static_cast<double>(static_cast<long double>(x.size()) * mean * mean / 2 - mean * sum);
    plain += std::pow(b.nll - a.nll - expected, 2);
    with_rest += std::pow(mixture::nll_rise(a, b) - expected, 2);
  }
  INFO("errors " << std::sqrt(with_rest / 20) << " and, of plain differences, " << std::sqrt(plain / 20));
  CHECK(std::sqrt(with_rest) < 0.5 * std::sqrt(plain));
}

TEST_CASE("a pair agrees with the mixture of any components where its form changes", "[mixture]") {
  const std::vector<double> x = points(5000);
  Context<Cpu> ctx;
  const NormalModel pair = mixture::shared_mean_pair(), any{2, Sharing::free, Sharing::free};
  // The narrow density is 2^difference times the wide one at the mean.
  for (const double difference : {-1000.0, -1.0, 3.0, 14.9, 15.0, 15.1, 40.0, 1000.0}) {
    const double narrow = 0.25, odds = std::ldexp(1.0, static_cast<int>(difference)) *
                                       std::exp2(difference - std::trunc(difference)) * narrow / 2;
    const double f = 1 / (1 + odds);  // of the wide density
    if (f == 1) continue;
    const double nll = evaluate(ctx, pair, view(x), {f, 0.5, 2, narrow}).nll,
                 other = evaluate(ctx, any, view(x), {f, 0.5, 0.5, 2, narrow}).nll;
    INFO(difference);
    CHECK(std::abs(nll - other) <= 1e-14 * std::abs(other));
    for (const MixtureOrder order : {MixtureOrder::gradient, MixtureOrder::hessian}) {
      const auto a = evaluate(ctx, pair, view(x), {f, 0.5, 2, narrow}, order);
      CHECK(a.nll == nll);
    }
  }
}

TEST_CASE("derivatives agree with central differences of the order below", "[mixture]") {
  const std::vector<double> x = points(5000);
  Context<Cpu> ctx;
  for (const Point& point : interior) {
    const auto size = point.parameters.size();
    const auto at = evaluate(ctx, point.model, view(x), point.parameters, MixtureOrder::hessian);
    double scale = 0;
    for (const double h : at.hessian) scale = std::max(scale, std::abs(h));
    for (std::size_t i = 0; i < size; ++i) {
      // Small against the distance to the edge of the domain, and against the width of the densities.
      const double p = point.parameters[i];
      const int place = static_cast<int>(i) - point.model.weight_count();
      const bool weight = place < 0, mean = !weight && place < point.model.mean_count();
      double narrowest = 1e9;
      for (std::size_t k = size - static_cast<std::size_t>(point.model.sigma_count()); k < size; ++k)
        narrowest = std::min(narrowest, point.parameters[k]);
      const double step = 1e-5 * (weight && p < 1 ? std::min(p, 1 - p) : mean ? narrowest : p);
      std::vector<double> up = point.parameters, down = point.parameters;
      up[i] += step, down[i] -= step;
      const auto above = evaluate(ctx, point.model, view(x), up, MixtureOrder::gradient),
                 below = evaluate(ctx, point.model, view(x), down, MixtureOrder::gradient);
      const double width = up[i] - down[i];
      INFO(point.model.components << " components, derivative by " << point.model.names()[i]);
      CHECK(std::abs((above.nll - below.nll) / width - at.gradient[i]) <= 1e-6 * (std::abs(at.gradient[i]) + 5000));
      for (std::size_t j = 0; j < size; ++j)
        CHECK(std::abs((above.gradient[j] - below.gradient[j]) / width - at.hessian[size * i + j]) <= 2e-6 * scale);
    }
  }
}

TEST_CASE("the likelihood has the same bits for every order of derivatives", "[mixture]") {
  const std::vector<double> x = points(20001);
  Context<Cpu> ctx;
  for (const Point& point : interior) {
    const auto value = evaluate(ctx, point.model, view(x), point.parameters);
    const auto gradient = evaluate(ctx, point.model, view(x), point.parameters, MixtureOrder::gradient);
    const auto hessian = evaluate(ctx, point.model, view(x), point.parameters, MixtureOrder::hessian);
    CHECK(value.nll == gradient.nll);
    CHECK(value.nll == hessian.nll);
    CHECK(gradient.gradient == hessian.gradient);
    CHECK(value.gradient.empty());
    CHECK(gradient.hessian.empty());
  }
}

TEST_CASE("components may be exchanged", "[mixture]") {
  const std::vector<double> x = points(9000);
  Context<Cpu> ctx;
  const auto model = mixture::shared_mean_pair();
  const auto a = evaluate(ctx, model, view(x), {0.25, 0.5, 2, 0.7}, MixtureOrder::gradient);
  const auto b = evaluate(ctx, model, view(x), {0.75, 0.5, 0.7, 2}, MixtureOrder::gradient);
  CHECK(a.nll == b.nll);
  CHECK(a.gradient[0] == Approx(-b.gradient[0]).epsilon(1e-13));
  CHECK(a.gradient[2] == Approx(b.gradient[3]).epsilon(1e-13));
}

TEST_CASE("strided data have the bits of packed data", "[mixture]") {
  const std::vector<double> x = points(20000);
  std::vector<double> spread(3 * x.size());
  for (std::size_t i = 0; i < x.size(); ++i) spread[3 * i] = x[i];
  Context<Cpu> ctx;
  const VectorView<double> strided(spread.data(), static_cast<index_t>(x.size()), 3);
  for (const Point& point : interior)
    CHECK(evaluate(ctx, point.model, strided, point.parameters).nll ==
          evaluate(ctx, point.model, view(x), point.parameters).nll);
}

TEST_CASE("no valid point of parameter space underflows", "[mixture]") {
  const std::vector<double> x{-1e3, 0, 1, 1e3, 1e100};
  Context<Cpu> ctx;
  // -log p of the farthest point alone: log(s) + log(2 pi)/2 + d^2/(2 s^2) of the wide component.
  const double wide = 1e200 / 8 + std::log(2.0) + 0.5 * std::log(2 * 3.14159265358979323846) - std::log(0.5);
  for (const auto& parameters : {std::vector<double>{0.5, 0, 2, 1e-3}, std::vector<double>{0.5, 0, 1e-3, 2}})
    CHECK(evaluate(ctx, mixture::shared_mean_pair(), view(x), parameters).nll == Approx(wide).epsilon(1e-14));
  CHECK(std::isfinite(evaluate(ctx, NormalModel{2}, view(x), {0.5, -1, 1, 1e-3, 1e-3}).nll));
}

TEST_CASE("a truncated likelihood is normalised within its range", "[mixture]") {
  // The integral of the density over the range, by the midpoint rule.
  const NormalModel model{2, Sharing::free, Sharing::free, Weighting::fractions, {-1, 2.5}};
  const std::vector<double> parameters{0.3, 0, 3, 1, 0.8};
  Context<Cpu> ctx;
  double integral = 0;
  constexpr int steps = 2000;
  for (int i = 0; i < steps; ++i) {
    const std::vector<double> x{-1 + 3.5 * (i + 0.5) / steps};
    integral += std::exp(-evaluate(ctx, model, view(x), parameters).nll) * 3.5 / steps;
  }
  CHECK(integral == Approx(1).epsilon(1e-6));
  const std::vector<double> beyond{0, 1, 2.6, std::nan("")};
  CHECK(message<ValueError>([&] { return evaluate(ctx, model, view(beyond), parameters); }) ==
        "mixture: 2 of 4 points lie outside the range from -1 to 2.5; leave them out, or widen the range");
  CHECK(message<ValueError>([&] {
          return evaluate(ctx, {1, Sharing::free, Sharing::free, Weighting::fractions, {2, 2}}, view(beyond), {0, 1});
        }) == "mixture: range.upper=2; expected more than range.lower");
}

TEST_CASE("a range where a component underflows or hardly varies has the extended precision's likelihood",
          "[mixture]") {
  using Extended = long double;
  // The density over the range by Gauss and Legendre's rule of five points on 4000 pieces.
  const auto reference = [](Extended mean, Extended sigma, Extended lower, Extended upper, Extended x) {
    constexpr Extended node[3] = {0, 0.538469310105683091036314420700208805L, 0.906179845938663992797626878299392965L};
    constexpr Extended weight[3] = {0.568888888888888888888888888888888889L, 0.478628670499366468041291514835638193L,
                                    0.236926885056189087514264040719917363L};
    const Extended half = (upper - lower) / 8000, at_x = (x - mean) / sigma;
    Extended integral = 0;
    for (int i = 0; i < 4000; ++i)
      for (int k = -2; k <= 2; ++k) {
        const Extended t = (lower + (2 * i + 1) * half + (k < 0 ? -1 : 1) * node[std::abs(k)] * half - mean) / sigma;
        integral += half * weight[std::abs(k)] * std::exp(at_x * at_x / 2 - t * t / 2);
      }
    return std::log(integral);  // -log p(x) of the truncated density
  };
  struct Case {
    double mean, sigma, lower, upper, x;
  };
  Context<Cpu> ctx;
  for (const Case& c : {Case{100, 1, 0, 1, 0.75},
                        {-100, 1, 0, 1, 0.25},
                        {0, 1, 35, 36, 35.25},
                        {0, 1, -36, -30.5, -31},
                        {0, 1, 1e-3, 1e-3 + 0x1p-20, 1e-3 + 0x1p-21},
                        {0, 1, 0.5, 0.75, 0.625},
                        {0.5, 1e6, 0, 1, 0.25},
                        {60, 1, 0, 0x1p-10, 0x1p-11},
                        {3, 1, 0, 1, 0.5},
                        {0, 1, -1, 1, 0.5},
                        {0, 1e-3, -1, 1, 1e-3}}) {
    const NormalModel model{1, Sharing::free, Sharing::free, Weighting::fractions, {c.lower, c.upper}};
    const double nll = evaluate(ctx, model, view(std::vector<double>{c.x}), {c.mean, c.sigma}).nll;
    const double z = (c.x - c.mean) / c.sigma,
                 expected = static_cast<double>(reference(c.mean, c.sigma, c.lower, c.upper, c.x));
    INFO("mean " << c.mean << ", sigma " << c.sigma << ", from " << c.lower << " to " << c.upper << ": "
                 << nll - expected);
    CHECK(std::abs(nll - expected) <= 4e-16 * (2 + std::abs(expected) + std::abs(std::log(c.sigma)) + z * z));
  }
  // A component that no double holds there beside one that is there.
  const NormalModel pair{2, Sharing::free, Sharing::free, Weighting::fractions, {0, 1}};
  const std::vector<double> x{0.25};
  const double alone =
      evaluate(ctx, {1, Sharing::free, Sharing::free, Weighting::fractions, {0, 1}}, view(x), {0.5, 1}).nll;
  CHECK(evaluate(ctx, pair, view(x), {0.5, 0.5, 1e9, 1, 1}).nll == Approx(alone).margin(1e-15));
  CHECK(std::isfinite(evaluate(ctx, pair, view(x), {0.5, 1e9, -1e9, 1, 1}).nll));
  // A component of weight 0 counts for nothing, wherever it is.
  CHECK(evaluate(ctx, pair, view(x), {1, 0.5, -100, 1, 1}).nll == Approx(alone).margin(1e-15));
  CHECK(evaluate(ctx, pair, view(x), {0, -100, 0.5, 1, 1}).nll == Approx(alone).margin(1e-15));
}

TEST_CASE("an extended likelihood has its minimum where the yields are the numbers of points", "[mixture]") {
  const std::vector<double> x = points(4000);
  Context<Cpu> ctx;
  const NormalModel model{1, Sharing::free, Sharing::free, Weighting::yields};
  const auto at = [&](double n) { return evaluate(ctx, model, view(x), {n, 0.6, 1.3}, MixtureOrder::gradient); };
  CHECK(at(4000).gradient[0] == Approx(0).margin(1e-12));
  CHECK(at(4400).gradient[0] == Approx(1 - 4000.0 / 4400).epsilon(1e-12));
  const double shape = evaluate(ctx, NormalModel{1}, view(x), {0.6, 1.3}).nll;
  CHECK(at(4400).nll == Approx(4400 - 4000 * std::log(4400.0) + shape).epsilon(1e-14));
}

TEST_CASE("a point that is not finite shows in the likelihood", "[mixture]") {
  std::vector<double> x = points(100);
  Context<Cpu> ctx;
  for (const Point& point : interior) {
    if (!point.model.range.whole_line()) continue;  // such a point lies outside
    x[57] = std::numeric_limits<double>::quiet_NaN();
    CHECK(std::isnan(evaluate(ctx, point.model, view(x), point.parameters).nll));
    x[57] = -std::numeric_limits<double>::infinity();
    CHECK(evaluate(ctx, point.model, view(x), point.parameters).nll == std::numeric_limits<double>::infinity());
    x[57] = 1e200;  // its square overflows
    CHECK(evaluate(ctx, point.model, view(x), point.parameters).nll == std::numeric_limits<double>::infinity());
  }
}

TEST_CASE("no data have likelihood zero and derivatives zero", "[mixture]") {
  Context<Cpu> ctx;
  const std::vector<double> none;
  const auto got = evaluate(ctx, mixture::shared_mean_pair(), view(none), {0.5, 0, 1, 2}, MixtureOrder::hessian);
  CHECK(got.nll == 0);
  CHECK(got.gradient == std::vector<double>(4));
  CHECK(got.hessian == std::vector<double>(16));
}

TEST_CASE("a parameter outside its domain is named with value and rule", "[mixture]") {
  const std::vector<double> x = points(10);
  Context<Cpu> ctx;
  const auto pair = mixture::shared_mean_pair();
  const auto said = [&](const NormalModel& model, const std::vector<double>& p) {
    return message<ValueError>([&] { return evaluate(ctx, model, view(x), p); });
  };
  CHECK(said(pair, {-0.1, 0, 1, 2}) ==
        "mixture: f=-0.1; expected a weight from 0 to 1; give the share of the component");
  CHECK(said(pair, {std::nan(""), 0, 1, 2}) ==
        "mixture: f=nan; expected a weight from 0 to 1; give the share of the component");
  CHECK(said(pair, {0.5, INFINITY, 1, 2}) == "mixture: mu=inf; expected a finite mean; give one near the data");
  CHECK(said(pair, {0.5, 0, 0, 2}) ==
        "mixture: s1=0; expected a standard deviation above 0, from 2^-1022 to 2^1022; rescale the data");
  CHECK(said(pair, {0.5, 0, 1, -2}).rfind("mixture: s2=-2; expected", 0) == 0);
  CHECK(said(pair, {0.5, 0, 1e-310, 2}).rfind("mixture: s1=1e-310; expected", 0) == 0);
  CHECK(said({3}, {0.6, 0.6, 0, 1, 2, 1, 1, 1}) ==
        "mixture: sum of weights=1.2; expected at most 1; lower some, the last component has the rest");
  const NormalModel yields{2, Sharing::shared, Sharing::free, Weighting::yields};
  CHECK(said(yields, {-1, 5, 0, 1, 2}) ==
        "mixture: n1=-1; expected a finite number of points, at least 0; give the points expected of the component");
  CHECK(said(yields, {0, 0, 0, 1, 2}) == "mixture: sum of yields=0; expected more than 0; give one component points");
  CHECK(said({0}, {}) == "mixture: components=0; expected at least 1");
  CHECK(message<ShapeError>([&] {
          return evaluate(ctx, pair, view(x), {0.5, 0, 1});
        }) == "mixture: 3 parameters for a model of 4; give them in the order of names()");
  CHECK(message<ValueError>([&] {
          return evaluate(ctx, pair, view(x), {0, 0, 1, 2}, MixtureOrder::gradient);
        }) ==
        "mixture: a component has weight 0; its derivatives do not exist in double: leave it out of the model, or "
        "evaluate the value alone");
}

TEST_CASE("parameters have names", "[mixture]") {
  using Names = std::vector<std::string>;
  CHECK(mixture::shared_mean_pair().names() == Names{"f", "mu", "s1", "s2"});
  CHECK(NormalModel{1}.names() == Names{"mu", "s"});
  CHECK((NormalModel{2, Sharing::shared, Sharing::free, Weighting::yields}).names() ==
        Names{"n1", "n2", "mu", "s1", "s2"});
  CHECK(NormalModel{3}.names() == Names{"w1", "w2", "mu1", "mu2", "mu3", "s1", "s2", "s3"});
  CHECK((NormalModel{2, Sharing::free, Sharing::shared}).names() == Names{"f", "mu1", "mu2", "s"});
}

TEST_CASE("a pass over the data can be stopped", "[mixture]") {
  std::stop_source stop;
  stop.request_stop();
  cpu::ContextOptions options{};
  options.stop = stop.get_token();
  Context<Cpu> ctx{std::move(options)};
  const std::vector<double> x = points(100);
  CHECK_THROWS_AS(evaluate(ctx, mixture::shared_mean_pair(), view(x), {0.5, 0, 1, 2}), Cancelled);
}
