// Fits of mixtures: statuses, bounds, degenerate components, bad data, and never an error that is not finite.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/mixture/weights.hpp"
#include "support/numbers.hpp"

using namespace isonomy;
using mixture::fit;
using mixture::NormalLikelihood;
using mixture::NormalModel;
using mixture::Sharing;
using mixture::Status;
using test::all_finite;
using test::message;
using test::normal;
using test::two_peaks;

namespace {

/// What no result may ever claim: validity without finite numbers.
void check_honest(const mixture::FitResult& result) {
  INFO("status " << name(result.minimum.status));
  CHECK(all_finite(result.minimum.parameters));
  CHECK(std::isfinite(result.minimum.nll));
  if (result.hesse.available()) {
    CHECK(result.minimum.valid());
    CHECK(all_finite(result.hesse.errors));
    CHECK(all_finite(result.hesse.covariance));
    for (std::size_t i = 0; i < result.hesse.errors.size(); ++i) {
      bool held = false;
      for (const int b : result.minimum.bound) held = held || static_cast<std::size_t>(b) == i;
      CHECK((result.hesse.errors[i] > 0) == !held);
    }
  }
  if (result.minimum.status == Status::converged) {
    CHECK(result.hesse.available());
    CHECK(result.minimum.bound.empty());
  }
}

}  // namespace

TEST_CASE("a single normal density has the closed-form fit", "[mixture]") {
  const std::vector<double> x = two_peaks(2000);
  double mean = 0, square = 0;
  for (const double v : x) mean += v / 2000;
  for (const double v : x) square += (v - mean) * (v - mean) / 2000;
  Context<Cpu> ctx;
  const auto result = fit(ctx, NormalModel{1}, view(x), {0, 1});
  REQUIRE(result.minimum.status == Status::converged);
  CHECK(result.minimum.parameters[0] == Approx(mean).epsilon(1e-10));
  CHECK(result.minimum.parameters[1] == Approx(std::sqrt(square)).epsilon(1e-10));
  CHECK(result.hesse.errors[0] == Approx(std::sqrt(square / 2000)).epsilon(1e-9));
  CHECK(result.hesse.errors[1] == Approx(std::sqrt(square / 4000)).epsilon(1e-9));
  CHECK(result.aic == 2 * result.minimum.nll + 4);
  CHECK(result.bic == 2 * result.minimum.nll + 2 * std::log(2000.0));
}

TEST_CASE("peaks are found from rough starting values", "[mixture]") {
  const std::vector<double> x = two_peaks(20000);
  Context<Cpu> ctx;
  for (const auto& start : {std::vector<double>{0.5, -1, 5, 1, 1}, std::vector<double>{0.2, 1, 3, 2, 2},
                            std::vector<double>{0.9, 0, 4, 3, 0.2}}) {
    const auto result = fit(ctx, NormalModel{2}, view(x), start);
    REQUIRE(result.minimum.status == Status::converged);
    CHECK(result.minimum.edm < 1e-6);
    const std::vector<double> truth{0.6, 0, 4, 1, 0.5};
    for (std::size_t i = 0; i < 5; ++i)
      CHECK(std::abs(result.minimum.parameters[i] - truth[i]) < 5 * result.hesse.errors[i]);
  }
}

TEST_CASE("errors shrink with the square root of the number of points", "[mixture]") {
  Context<Cpu> ctx;
  const auto small = fit(ctx, NormalModel{2}, view(two_peaks(4000)), {0.5, 0, 4, 1, 1});
  const auto large = fit(ctx, NormalModel{2}, view(two_peaks(64000)), {0.5, 0, 4, 1, 1});
  for (std::size_t i = 0; i < 5; ++i) CHECK(small.hesse.errors[i] / large.hesse.errors[i] == Approx(4).epsilon(0.1));
}

TEST_CASE("fits have the same bits for any number of threads and instruction set", "[mixture]") {
  const std::vector<double> x = two_peaks(150000);
  const auto run = [&](int threads, cpu::InstructionSet set) {
    cpu::ContextOptions options{};
    options.threads = threads;
    options.instruction_set = set;
    Context<Cpu> ctx{std::move(options)};
    return fit(ctx, NormalModel{2}, view(x), {0.5, -1, 5, 1, 1});
  };
  const auto reference = run(1, cpu::best_instruction_set());
  for (const int threads : {2, 3}) {
    const auto other = run(threads, cpu::best_instruction_set());
    CHECK(other.minimum.parameters == reference.minimum.parameters);
    CHECK(other.hesse.covariance == reference.hesse.covariance);
  }
  for (int set = 0; set < static_cast<int>(cpu::best_instruction_set()); ++set)
    CHECK(run(1, static_cast<cpu::InstructionSet>(set)).minimum.parameters == reference.minimum.parameters);
}

TEST_CASE("a component without points ends at its bound, and says so", "[mixture]") {
  std::vector<double> x;
  for (std::uint64_t i = 0; i < 3000; ++i) x.push_back(normal(3, i));
  Context<Cpu> ctx;
  const auto result = fit(ctx, {2, Sharing::shared, Sharing::free}, view(x), {0.5, 0, 1, 40});
  check_honest(result);
  CHECK(result.minimum.status == Status::at_bound);
  CHECK(result.minimum.parameters[0] == Approx(1).epsilon(1e-9));  // all points are the narrow one's
  const auto& warnings = result.report.warnings;
  CHECK(std::find(warnings.begin(), warnings.end(), "f is at its bound and has no error") != warnings.end());
  CHECK(std::find(warnings.begin(), warnings.end(), "s2 has no error: its component has no weight") != warnings.end());
  CHECK(result.minimum.idle == std::vector<int>{3});
  CHECK(result.minimum.bound == std::vector<int>{0, 3});
  CHECK(result.hesse.errors[2] > 0);
  NormalLikelihood likelihood(ctx, {2, Sharing::shared, Sharing::free}, view(x), result.minimum.parameters);
  CHECK(mixture::minos(likelihood, result.minimum, 2).upper_status == mixture::CrossingStatus::found);
  CHECK_THROWS_AS(mixture::minos(likelihood, result.minimum, 3), ValueError);

  const auto yields =
      fit(ctx, {2, Sharing::shared, Sharing::free, mixture::Weighting::yields}, view(x), {1500, 1500, 0, 1, 40});
  check_honest(yields);
  CHECK(yields.minimum.idle == std::vector<int>{4});
}

TEST_CASE("a component that others share a mean or a width with has an error without weight too", "[mixture]") {
  const NormalModel model{2, Sharing::shared, Sharing::free};
  const std::vector<double> end{1 - mixture::smallest_weight, 0, 1, 2};
  CHECK(mixture::detail::idle_parameters(model, end, {1, 2, 3}) == std::vector<int>{3});
  CHECK(mixture::detail::idle_parameters(model, end, {0, 1, 2, 3}).empty());  // f may still move
  CHECK(mixture::detail::idle_parameters({2, Sharing::free, Sharing::shared}, {1e-12, 0, 1, 2}, {1, 2, 3}) ==
        std::vector<int>{1});
  CHECK(mixture::detail::idle_parameters({3}, {0.4, 1e-12, 0, 1, 2, 3, 4, 5}, {0, 2, 3, 4, 5, 6, 7}) ==
        std::vector<int>{3, 6});
}

TEST_CASE("a component that another one is equal to, or with next to no weight, is one without weight", "[mixture]") {
  std::vector<double> x;
  for (int i = 0; i < 400; ++i)
    x.push_back((i % 2 == 0 ? 8 : 1.5) * ((i + 0.5) / 200 - 1));  // lighter tails than normal
  Context<Cpu> ctx;
  const NormalModel three{3, Sharing::shared, Sharing::free};
  const auto two = fit(ctx, {2, Sharing::shared, Sharing::free}, view(x), {0.5, 0, 5, 1});
  REQUIRE(two.minimum.status == Status::converged);
  const double f = two.minimum.parameters[0], mu = two.minimum.parameters[1];
  const double wide = two.minimum.parameters[2], narrow = two.minimum.parameters[3];
  for (const double shift : {0.0, 1024.0, -0x1p18, 0x1p24})
    for (const double share : {0.5, 0.01, 3e-12}) {
      INFO("shift " << shift << ", share " << share);
      std::vector<double> shifted;
      for (const double v : x) shifted.push_back(std::round(v * 0x1p20) * 0x1p-20 + shift);
      const auto result = fit(ctx, three, view(shifted), {f, share * (1 - f), mu + shift, wide, narrow, narrow});
      check_honest(result);
      CHECK(result.minimum.status == Status::at_bound);
      CHECK(result.minimum.idle == std::vector<int>{4});
      CHECK(result.minimum.bound == std::vector<int>{1, 4});
      REQUIRE(result.hesse.available());
      CHECK(result.hesse.errors[5] == Approx(two.hesse.errors[3]).epsilon(1e-3));
    }
  // Yields too; what somebody fixed stays what it is.
  NormalModel yields = three;
  yields.weighting = mixture::Weighting::yields;
  const auto numbers = fit(ctx, yields, view(x), {400 * f, 200 * (1 - f), 200 * (1 - f), mu, wide, narrow, narrow});
  CHECK(numbers.minimum.idle == std::vector<int>{5});
  mixture::MinimizeOptions fixed;
  fixed.fixed = {"w2"};
  CHECK(fit(ctx, three, view(x), {f, 0.2, mu, wide, narrow, narrow}, fixed).minimum.idle.empty());
}

TEST_CASE("a fit of a sample that missed an outlier begins within the bounds of all the data", "[mixture]") {
  std::vector<double> x;
  for (std::uint64_t i = 0; i < (1 << 18); ++i) x.push_back(normal(4, i));
  x[100001] = 1e9;
  Context<Cpu> ctx;
  for (const std::vector<double>& start : {std::vector<double>{0, 3}, {0, 1e6}}) {
    const auto result = fit(ctx, NormalModel{1}, view(x), start);
    check_honest(result);
    CHECK(result.minimum.valid());
    CHECK(result.minimum.parameters[1] == Approx(1e9 / 512).epsilon(1e-4));  // sqrt(1e18 / 2^18)
  }
}

TEST_CASE("a start far from the data is not taken for data without spread", "[mixture]") {
  Context<Cpu> ctx;
  for (const double centre : {1e9, 1.7e9, 1e12}) {
    std::vector<double> x;
    for (std::uint64_t i = 0; i < 1000; ++i) x.push_back(centre + normal(6, i));
    mixture::NormalLikelihood<Context<Cpu>, double> likelihood(ctx, NormalModel{1}, view(x), {0, 1e9});
    INFO("centre " << centre);
    CHECK(likelihood.data_sigma() == Approx(1).epsilon(0.1));
    const auto result = fit(ctx, NormalModel{1}, view(x), {0, 1e9});
    CHECK(result.minimum.status == Status::converged);
    CHECK(result.minimum.parameters[0] == Approx(centre).epsilon(1e-9));
    CHECK(result.minimum.parameters[1] == Approx(likelihood.data_sigma()).epsilon(1e-6));
  }
}

TEST_CASE("a likelihood makes its first pass for the derivatives that are asked for", "[mixture]") {
  const std::vector<double> x = two_peaks(500), start{0.5, -1, 5, 1, 1};
  Context<Cpu> ctx;
  mixture::NormalLikelihood<Context<Cpu>, double> likelihood(ctx, NormalModel{2}, view(x), start,
                                                             MixtureOrder::gradient);
  const auto before = ctx.counters().kernels;
  const mixture::Likelihood gradient = likelihood.at(start, MixtureOrder::gradient);
  CHECK(ctx.counters().kernels == before);  // the first pass
  CHECK(gradient.hessian.empty());
  const mixture::Likelihood hessian = likelihood.at(start, MixtureOrder::hessian);
  CHECK(ctx.counters().kernels > before);
  CHECK(hessian.hessian.size() == 25);
  CHECK(hessian.gradient == gradient.gradient);
  CHECK(hessian.nll == gradient.nll);
}

TEST_CASE("a fit without memory or data says so", "[mixture]") {
  cpu::ContextOptions options{};
  options.workspace_limit = 1000;
  Context<Cpu> small{std::move(options)}, ctx;
  const std::vector<double> x = two_peaks(500), start{0.5, -1, 5, 1, 1};
  CHECK_THROWS_AS(fit(small, NormalModel{2}, view(x), start), OutOfMemory);
  CHECK_THROWS_AS(fit(ctx, NormalModel{2}, VectorView<const double>(nullptr, 1 << 19), start), ShapeError);
}

TEST_CASE("a component that closes in on one point is reported, not followed for ever", "[mixture]") {
  std::vector<double> x = two_peaks(200);
  x.push_back(50);
  Context<Cpu> ctx;
  const auto result = fit(ctx, NormalModel{2}, view(x), {0.99, 1, 50, 2, 0.01});
  check_honest(result);
  CHECK(result.minimum.status == Status::degenerate);
  CHECK_FALSE(result.minimum.valid());
  CHECK(result.degenerate == std::vector<int>{1});
  CHECK_FALSE(result.hesse.available());
  REQUIRE(result.report.warnings.size() == 1);
  CHECK(result.report.warnings[0] == "s2 is at its bound and has no error");
}

TEST_CASE("a fit that runs out of iterations has no errors", "[mixture]") {
  const std::vector<double> x = two_peaks(1000);
  Context<Cpu> ctx;
  mixture::MinimizeOptions options;
  options.max_iterations = 1;
  const auto result = fit(ctx, NormalModel{2}, view(x), {0.2, 1, 3, 2, 2}, options);
  CHECK_FALSE(result.minimum.valid());
  CHECK_FALSE(result.hesse.available());
}

TEST_CASE("bad data are named with index and remedy", "[mixture]") {
  Context<Cpu> ctx;
  const auto said = [&](const std::vector<double>& x) {
    return message<ValueError>([&] { return fit(ctx, NormalModel{1}, view(x), {0, 1}); });
  };
  CHECK(said({}) == "mixture: the data are empty; expected at least one point");
  CHECK(said({1, 2, std::nan(""), 4}) ==
        "mixture: x[2]=nan; expected a number below 1e150 in size; remove or rescale it");
  CHECK(said({1, INFINITY, 3}) == "mixture: x[1]=inf; expected a number below 1e150 in size; remove or rescale it");
  CHECK(said({1, 1e308, 3}) == "mixture: x[1]=1e+308; expected a number below 1e150 in size; remove or rescale it");
  CHECK(said({3, 3, 3, 3}) ==
        "mixture: all data are equal, or as good as; expected a spread beyond rounding; see where the data come from");
  CHECK(said({7}) ==
        "mixture: all data are equal, or as good as; expected a spread beyond rounding; see where the data come from");
  const std::vector<double> x = two_peaks(100);
  CHECK(message<ValueError>([&] {
          return fit(ctx, mixture::shared_mean_pair(), view(x), {1, 0, 1, 2});
        }).find("weight 0") != std::string::npos);
  CHECK(message<ValueError>([&] {
          return fit(ctx, NormalModel{1}, view(x), {0, 1e-15});
        }).rfind("minimize: start s=1e-15; expected a number from", 0) == 0);
}

TEST_CASE("random data and starts never give a valid fit with errors that are not finite", "[mixture]") {
  Context<Cpu> ctx;
  int converged = 0, thrown = 0;
  for (std::uint64_t round = 0; round < 400; ++round) {
    const auto draw = [&](std::uint64_t i) { return random_unit(77, round, i); };
    const auto n = static_cast<index_t>(1 + std::floor(60 * draw(0) * draw(0)));
    const int kind = static_cast<int>(8 * draw(1));
    std::vector<double> x;
    for (index_t i = 0; i < n; ++i) {
      const double v = normal(round, static_cast<std::uint64_t>(i));
      switch (kind) {
      case 0: x.push_back(std::round(2 * v)); break;
      case 1: x.push_back(1e8 + v); break;
      case 2: x.push_back(1e-300 * v); break;
      case 3: x.push_back(v * std::pow(10, 100 * draw(2))); break;
      case 4: x.push_back(i == n / 2 ? std::numeric_limits<double>::quiet_NaN() : v); break;
      case 5: x.push_back(i == n / 2 ? 1e308 : v); break;
      case 6: x.push_back(i % 2 == 0 ? std::numeric_limits<double>::denorm_min() : v); break;
      default: x.push_back(v);
      }
    }
    const NormalModel model{1 + static_cast<int>(3 * draw(3)), draw(4) < 0.5 ? Sharing::free : Sharing::shared,
                            draw(5) < 0.5 ? Sharing::free : Sharing::shared};
    std::vector<double> start;
    for (int k = 0; k + 1 < model.components; ++k) start.push_back(1.0 / model.components);
    for (int k = 0; k < model.mean_count(); ++k) start.push_back(4 * draw(10 + static_cast<std::uint64_t>(k)) - 2);
    for (int k = 0; k < model.sigma_count(); ++k)
      start.push_back(std::pow(10, 4 * draw(20 + static_cast<std::uint64_t>(k)) - 2));
    try {
      mixture::MinimizeOptions options;
      if (round % 3 == 0) options.method = mixture::Method::lbfgs;
      const auto result = fit(ctx, model, view(x), start, options);
      check_honest(result);
      converged += result.minimum.valid() ? 1 : 0;
      CHECK(kind != 4);
    } catch (const Error&) {
      ++thrown;
    }
  }
  CHECK(converged > 20);
  CHECK(thrown > 20);
}

TEST_CASE("profiles stop at the box and refuse what has no profile", "[mixture]") {
  Context<Cpu> ctx;
  const std::vector<double> x = two_peaks(60);
  const std::vector<double> start{0.6, 0, 4, 1, 0.5};
  mixture::NormalLikelihood<Context<Cpu>, double> likelihood(ctx, NormalModel{2}, view(x), start);
  const mixture::Minimum minimum = mixture::minimize(likelihood, start);
  REQUIRE(minimum.valid());
  const mixture::MinosError error = mixture::minos(likelihood, minimum, 1);
  CHECK(error.upper_status == mixture::CrossingStatus::found);
  CHECK(error.upper > 0);
  CHECK(error.lower < 0);
  // A rise that no weight in the box reaches.
  const auto far = mixture::profile_crossing(likelihood, minimum, {{0}, {1}}, 1e9);
  CHECK(far.status == mixture::CrossingStatus::at_bound);
  CHECK_THROWS_AS(mixture::minos(likelihood, minimum, 5), ValueError);
  CHECK_THROWS_AS(mixture::profile_crossing(likelihood, minimum, {{0}, {1}}, 0), ValueError);
  CHECK_THROWS_AS(mixture::profile_crossing(likelihood, minimum, {{0, 1}, {1}}), ShapeError);
  CHECK_THROWS_AS(mixture::profile_crossing(likelihood, minimum, {{5}, {1}}), ValueError);
  CHECK_THROWS_AS(mixture::profile_crossing(likelihood, minimum, {{-1}, {1}}), ValueError);
  CHECK_THROWS_AS(mixture::contour(likelihood, minimum, 1, 1), ValueError);
  mixture::Minimum broken = minimum;
  broken.status = Status::max_iterations;
  CHECK_THROWS_AS(mixture::minos(likelihood, broken, 0), ValueError);
  CHECK_FALSE(mixture::hesse(broken).available());
}
