// Densities that users write, several data sets at once, and knowledge of parameters from elsewhere.
#include <array>
#include <cmath>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/user_density/simultaneous.hpp"
#include "isonomy/estimators/mixture/user_density/user_density.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

using namespace isonomy;
using mixture::Status;
using test::message;

namespace {

/// theta = rate of exp(-rate x), x > 0.
struct Exponential {
  template <class N>
  ISONOMY_HD N operator()(double x, const N* theta) const {
    using std::log;
    return log(theta[0]) - theta[0] * x;
  }
};
/// theta = mean, sigma.
struct Normal {
  template <class N>
  ISONOMY_HD N operator()(double x, const N* theta) const {
    using std::log;
    const N z = (x - theta[0]) / theta[1];
    return -0.5 * z * z - log(theta[1]) - 0.91893853320467274178;
  }
};
/// f N(mu, s1) + (1 - f) N(mu, s2), as a user would write it.
struct Pair {
  template <class N>
  ISONOMY_HD N operator()(double x, const N* t) const {
    using std::exp;
    using std::log;
    const N d = x - t[1], a = d / t[2], b = d / t[3];
    return log(t[0] / t[2] * exp(-0.5 * a * a) + (1 - t[0]) / t[3] * exp(-0.5 * b * b)) - 0.91893853320467274178;
  }
};

/// The same with its gradient written out.
struct PairWithGradient {
  ISONOMY_HD double operator()(double x, const double* t, double* gradient) const {
    const double d = x - t[1], a = d / t[2], b = d / t[3];
    const double first = std::exp(-0.5 * a * a) / t[2], second = std::exp(-0.5 * b * b) / t[3];
    const double p = t[0] * first + (1 - t[0]) * second;
    const double r = t[0] * first / p, s = (1 - t[0]) * second / p;  // responsibilities
    gradient[0] = (first - second) / p;
    gradient[1] = r * a / t[2] + s * b / t[3];
    gradient[2] = r * (a * a - 1) / t[2];
    gradient[3] = s * (b * b - 1) / t[3];
    return std::log(p) - 0.91893853320467274178;
  }
};
/// A point's integer part is the number k of its peak, the rest its place there, from -10 to 10: N(theta_k, exp
/// theta_K+k). More parameters than jets carry.
template <int K>
struct Slices {
  ISONOMY_HD double operator()(double x, const double* t, double* gradient) const {
    for (int i = 0; i < 2 * K; ++i) gradient[i] = 0;
    const int k = static_cast<int>(x);
    const double z = (20 * (x - k) - 10 - t[k]) * std::exp(-t[K + k]);
    gradient[k] = z * std::exp(-t[K + k]);
    gradient[K + k] = z * z - 1;
    return -0.5 * z * z - t[K + k];
  }
};

template <class F, int P>
using LikelihoodOf = mixture::DensityLikelihood<Context<Cpu>, double, P, F>;

std::vector<double> exponential(index_t n, double rate, std::uint64_t seed) {
  std::vector<double> x;
  for (index_t i = 0; i < n; ++i) x.push_back(-std::log1p(-random_unit(seed, static_cast<std::uint64_t>(i))) / rate);
  return x;
}

double mean_of(const std::vector<double>& x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return sum / static_cast<double>(x.size());
}

}  // namespace

TEST_CASE("a user's density is fitted with exact derivatives", "[mixture]") {
  const std::vector<double> x = exponential(20000, 2.5, 1);
  Context<Cpu> ctx;
  LikelihoodOf<Exponential, 1> likelihood(ctx, Exponential{}, view(x), {"rate"}, {{1e-3, 1e3}});
  const mixture::Minimum minimum = mixture::minimize(likelihood, {1});
  REQUIRE(minimum.status == Status::converged);
  CHECK(minimum.parameters[0] == Approx(1 / mean_of(x)).epsilon(1e-9));
  CHECK(mixture::hesse(minimum).errors[0] == Approx(minimum.parameters[0] / std::sqrt(20000.0)).epsilon(1e-6));
  const mixture::MinosError error = mixture::minos(likelihood, minimum, 0);
  CHECK(error.upper_status == mixture::CrossingStatus::found);
  CHECK(error.upper > -error.lower);  // the likelihood of a rate is skewed to the right
}

TEST_CASE("a density written out agrees with the built-in mixture", "[mixture]") {
  std::vector<double> x;
  for (std::uint64_t i = 0; i < 9000; ++i) x.push_back(8 * random_unit(3, i) - 4);
  Context<Cpu> ctx;
  LikelihoodOf<Pair, 4> written(ctx, Pair{}, view(x), {"f", "mu", "s1", "s2"});
  const std::vector<double> p{0.4, 0.3, 2, 0.8};
  const auto a = written.at(p, MixtureOrder::hessian);
  const auto b = mixture::evaluate(ctx, mixture::shared_mean_pair(), view(x), p, MixtureOrder::hessian);
  CHECK(a.nll == Approx(b.nll).epsilon(1e-13));
  double scale = 0;
  for (const double h : b.hessian) scale = std::max(scale, std::abs(h));
  for (std::size_t i = 0; i < 4; ++i) CHECK(std::abs(a.gradient[i] - b.gradient[i]) <= 1e-10 * scale);
  for (std::size_t i = 0; i < 16; ++i) CHECK(std::abs(a.hessian[i] - b.hessian[i]) <= 1e-10 * scale);
  CHECK(written.at(p, MixtureOrder::gradient).gradient == a.gradient);
}

TEST_CASE("a user's density has the same bits for any number of threads", "[mixture]") {
  const std::vector<double> x = exponential(200000, 1, 2);
  const auto run = [&](int threads) {
    cpu::ContextOptions options{};
    options.threads = threads;
    Context<Cpu> ctx{std::move(options)};
    LikelihoodOf<Normal, 2> likelihood(ctx, Normal{}, view(x), {"mu", "s"});
    return likelihood.at({0.9, 1.1}, MixtureOrder::hessian);
  };
  const auto one = run(1);
  for (const int threads : {2, 3, 8}) {
    const auto many = run(threads);
    CHECK(many.nll == one.nll);
    CHECK(many.gradient == one.gradient);
    CHECK(many.hessian == one.hessian);
  }
}

TEST_CASE("a gradient of the user's own leads to the minimum that jets lead to", "[mixture]") {
  std::vector<double> x;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const double u = 1 - random_unit(8, i, 1), v = random_unit(8, i, 2);
    x.push_back(1 + (i % 2 == 0 ? 2 : 0.5) * std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v));
  }
  Context<Cpu> ctx;
  const std::array<std::string, 4> names{"f", "mu", "s1", "s2"};
  const std::vector<mixture::Bounds> bounds{{0.01, 0.99}, {}, {0.01, 100}, {0.01, 100}};
  LikelihoodOf<Pair, 4> jets(ctx, Pair{}, view(x), names, bounds);
  LikelihoodOf<PairWithGradient, 4> own(ctx, PairWithGradient{}, view(x), names, bounds);
  CHECK(jets.has_hessian());
  CHECK_FALSE(own.has_hessian());
  CHECK_FALSE(mixture::LogDensity<PairWithGradient, 4>);

  const std::vector<double> start{0.3, 0.5, 3, 1};
  const auto a = jets.at(start, MixtureOrder::gradient), b = own.at(start, MixtureOrder::gradient);
  CHECK(b.nll == Approx(a.nll).epsilon(1e-14));
  CHECK(own.at(start, MixtureOrder::value).nll == b.nll);
  for (std::size_t i = 0; i < 4; ++i) CHECK(b.gradient[i] == Approx(a.gradient[i]).epsilon(1e-11));
  CHECK(message<ValueError>([&] { return own.at(start, MixtureOrder::hessian); }) ==
        "density: a density that gives its gradient itself has no Hessian; ask for the gradient");

  // Both sharper than any default: L-BFGS then differs from Newton by what rounding leaves of the gradients.
  mixture::MinimizeOptions sharp;
  sharp.step = 1e-12, sharp.edm = 1e-18;
  const mixture::Minimum newton = mixture::minimize(jets, start, sharp);
  sharp.step = 1e-10;
  const mixture::Minimum lbfgs = mixture::minimize(own, start, sharp);
  REQUIRE(newton.status == Status::converged);
  REQUIRE(lbfgs.status == Status::converged);
  const mixture::HesseErrors errors = mixture::hesse(newton);
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(std::abs(lbfgs.parameters[i] - newton.parameters[i]) < 1e-8 * errors.errors[i]);
  CHECK(lbfgs.hessian.empty());
  CHECK_FALSE(mixture::hesse(lbfgs).available());
}

TEST_CASE("a gradient of the user's own has no limit of sixteen parameters", "[mixture]") {
  constexpr int slices = 24;
  std::vector<double> x;
  for (std::uint64_t i = 0; i < 4800; ++i) {
    const auto k = static_cast<double>(i % slices);
    x.push_back(k + 0.3 + 0.4 * random_unit(9, i));
  }
  std::array<std::string, 2 * slices> names;
  for (std::size_t i = 0; i < names.size(); ++i)
    names[i] = (i < slices ? "mean" : "log s") + std::to_string(i % slices);
  const auto run = [&](int threads) {
    cpu::ContextOptions options{};
    options.threads = threads;
    Context<Cpu> ctx{std::move(options)};
    LikelihoodOf<Slices<slices>, 2 * slices> f(ctx, {}, view(x), names);
    return mixture::minimize(f, std::vector<double>(2 * slices));
  };
  const mixture::Minimum minimum = run(1);
  REQUIRE(minimum.status == Status::converged);
  for (int k = 0; k < slices; k += 5) {
    double mean = 0, square = 0;
    for (const double v : x)
      if (static_cast<int>(v) == k) mean += (20 * (v - k) - 10) / 200;
    for (const double v : x)
      if (static_cast<int>(v) == k) square += std::pow(20 * (v - k) - 10 - mean, 2) / 200;
    CHECK(minimum.parameters[static_cast<std::size_t>(k)] == Approx(mean).margin(1e-6));
    CHECK(minimum.parameters[static_cast<std::size_t>(slices + k)] == Approx(0.5 * std::log(square)).margin(1e-6));
  }
  CHECK(run(3).parameters == minimum.parameters);
}

TEST_CASE("a point that is not finite is named before a user's density is fitted", "[mixture]") {
  Context<Cpu> ctx;
  std::vector<double> x = exponential(3000, 2, 4);
  x[1234] = std::nan("");
  LikelihoodOf<Exponential, 1> likelihood(ctx, Exponential{}, view(x), {"rate"}, {{1e-3, 1e3}});
  CHECK(message<ValueError>([&] { return mixture::minimize(likelihood, {1}); }) ==
        "mixture: x[1234]=nan; expected a number below 1e150 in size; remove or rescale it");
}

TEST_CASE("data sets share parameters by name", "[mixture]") {
  Context<Cpu> ctx;
  const std::vector<double> x = exponential(3000, 2, 4), y = exponential(5000, 2, 5);
  std::vector<double> both = x;
  both.insert(both.end(), y.begin(), y.end());
  LikelihoodOf<Exponential, 1> first(ctx, Exponential{}, view(x), {"rate"}, {{1e-3, 1e3}}),
      second(ctx, Exponential{}, view(y), {"rate"}, {{1e-2, 1e2}});
  mixture::Simultaneous shared;
  shared.add(first).add(second);
  CHECK(shared.names() == std::vector<std::string>{"rate"});
  CHECK(shared.bounds()[0].lower == 1e-2);
  CHECK(mixture::minimize(shared, {1}).parameters[0] == Approx(1 / mean_of(both)).epsilon(1e-9));
  mixture::Simultaneous apart;
  apart.add(first, {"rate of x"}).add(second, {"rate of y"});
  const auto minimum = mixture::minimize(apart, {1, 1});
  CHECK(minimum.parameters[0] == Approx(1 / mean_of(x)).epsilon(1e-9));
  CHECK(minimum.parameters[1] == Approx(1 / mean_of(y)).epsilon(1e-9));
  CHECK(mixture::hesse(minimum).correlation[1] == 0);
}

TEST_CASE("a Gaussian penalty pulls with its weight", "[mixture]") {
  Context<Cpu> ctx;
  std::vector<double> x;
  for (std::uint64_t i = 0; i < 400; ++i) x.push_back(random_unit(6, i));
  // The mean of a normal density of known width s: the weighted average of data and penalty.
  const double s = 0.5, known = 0.9, sigma = 0.02, weight = 400 / (s * s), prior = 1 / (sigma * sigma);
  LikelihoodOf<Normal, 2> likelihood(ctx, Normal{}, view(x), {"mu", "s"}, {{}, {s, s}});
  mixture::Simultaneous sum;
  sum.add(likelihood).add_penalty("mu", known, sigma);
  const auto minimum = mixture::minimize(sum, {0.5, s});
  CHECK(minimum.status == Status::at_bound);  // s is held
  CHECK(minimum.parameters[0] == Approx((weight * mean_of(x) + prior * known) / (weight + prior)).epsilon(1e-9));
  CHECK(mixture::hesse(minimum).errors[0] == Approx(1 / std::sqrt(weight + prior)).epsilon(1e-9));
}

TEST_CASE("sums of likelihoods name what does not fit", "[mixture]") {
  Context<Cpu> ctx;
  const std::vector<double> x = exponential(10, 1, 1), none;
  LikelihoodOf<Exponential, 1> low(ctx, Exponential{}, view(x), {"rate"}, {{0.1, 0.2}}),
      high(ctx, Exponential{}, view(x), {"rate"}, {{0.3, 0.4}});
  mixture::Simultaneous sum;
  sum.add(low);
  CHECK(message<ValueError>([&] { sum.add(high); }) == "simultaneous: the bounds of rate exclude each other");
  CHECK(sum.bounds()[0].upper == 0.2);  // as before
  CHECK(message<ShapeError>([&] {
          sum.add(high, {"a", "b"});
        }) == "simultaneous: 2 names for 1 parameters; give one for each");
  CHECK(message<ValueError>([&] { sum.add_penalty("mu", 0, 1); }) ==
        "simultaneous: no parameter mu; add its likelihood first");
  CHECK(message<ValueError>([&] { sum.add_penalty("rate", 0, 0); }) ==
        "simultaneous: penalty on rate with mean=0, sigma=0; expected finite numbers, sigma above 0");
  CHECK(message<ValueError>([&] { return mixture::minimize(sum, {5}); }) ==
        "minimize: start rate=5; expected a number from 0.1 to 0.2; start inside the bounds");
  CHECK_THROWS_AS((LikelihoodOf<Exponential, 1>(ctx, Exponential{}, view(none), {"rate"})), ValueError);
  CHECK_THROWS_AS((LikelihoodOf<Exponential, 1>(ctx, Exponential{}, view(x), {"rate"}, {{}, {}})), ShapeError);
}
