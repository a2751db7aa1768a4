// Fits of points with weights: sandwich errors against sums of scores in extended precision, closed forms and the
// scatter of repeated fits.
#include <cmath>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/normal/weighted_fit.hpp"
#include "isonomy/estimators/mixture/normal/weighted_likelihood.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/mixture/weights.hpp"

using namespace isonomy;
using mixture::evaluate;
using mixture::fit;
using mixture::NormalModel;
using mixture::Sharing;
using mixture::Status;
using mixture::Weighting;
using test::check_close;
using test::Kind;
using test::kinds;
using test::message;
using test::norm;
using test::normal;
using test::one_mean;
using test::some_weights;
using test::two_peaks;
using Vector = std::vector<double>;

namespace {

using Extended = long double;

/// log p(x) of two components (for yields, log(N p), which are numbers of points inside the range), from the formula.
Extended log_p(const NormalModel& m, const std::vector<Extended>& t, Extended x) {
  const bool yields = m.weighting == Weighting::yields;
  const auto cumulative = [](Extended z) { return std::erfc(-z / std::sqrt(Extended{2})) / 2; };
  Extended p = 0, inside = 0;
  for (int k = 0; k < 2; ++k) {
    const auto i = static_cast<std::size_t>(k);
    const Extended w = yields ? t[i] : k == 0 ? t[0] : 1 - t[0];
    const Extended mean = t[static_cast<std::size_t>(m.mean_index(k))],
                   s = t[static_cast<std::size_t>(m.sigma_index(k))];
    const Extended z = cumulative((m.range.upper - mean) / s) - cumulative((m.range.lower - mean) / s);
    p += (yields ? w / z : w) * std::exp(-(x - mean) * (x - mean) / (2 * s * s)) /
         (s * std::sqrt(2 * std::acos(Extended{-1})));
    inside += yields ? 0 : w * z;
  }
  return std::log(yields ? p : p / inside);
}

/// The gradient of log_p by central differences of eighth order.
std::vector<Extended> score(const NormalModel& m, const Vector& at, double x) {
  const std::vector<Extended> t(at.begin(), at.end());
  std::vector<Extended> result;
  for (std::size_t i = 0; i < t.size(); ++i) {
    const Extended h = 1e-3L * std::max<Extended>(1, t[i] / 100);
    const auto difference = [&](int steps) {
      auto up = t, down = t;
      up[i] += steps * h, down[i] -= steps * h;
      return (log_p(m, up, x) - log_p(m, down, x)) / h;
    };
    result.push_back(4 * difference(1) / 5 - difference(2) / 5 + 4 * difference(3) / 105 - difference(4) / 280);
  }
  return result;
}

/// Sum over points of w^2 D D^T.
Vector score_products(const NormalModel& m, const Vector& at, const Vector& x, const Vector& w) {
  const std::size_t n = at.size();
  std::vector<Extended> sums(n * n);
  for (std::size_t p = 0; p < x.size(); ++p) {
    const auto d = score(m, at, x[p]);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) sums[n * i + j] += Extended{w[p]} * w[p] * d[i] * d[j];
  }
  return {sums.begin(), sums.end()};
}

/// H^-1 B H^-1 by elimination.
Vector sandwich_of(const Vector& hessian, const Vector& b, std::size_t n) {
  std::vector<Extended> h(hessian.begin(), hessian.end()), inverse(n * n);
  for (std::size_t i = 0; i < n; ++i) inverse[n * i + i] = 1;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t r = 0; r < n; ++r) {
      if (r == i) continue;
      const Extended factor = h[n * r + i] / h[n * i + i];
      for (std::size_t j = 0; j < n; ++j) {
        h[n * r + j] -= factor * h[n * i + j];
        inverse[n * r + j] -= factor * inverse[n * i + j];
      }
    }
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) inverse[n * i + j] /= h[n * i + i];
  Vector result(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      Extended sum = 0;
      for (std::size_t a = 0; a < n; ++a)
        for (std::size_t c = 0; c < n; ++c) sum += inverse[n * i + a] * b[n * a + c] * inverse[n * c + j];
      result[n * i + j] = static_cast<double>(sum);
    }
  return result;
}

}  // namespace

TEST_CASE("weights of 1 give the likelihood and, for a true model, the errors without weights", "[mixture]") {
  Context<Cpu> ctx;
  const Vector x = two_peaks(40000), w(x.size(), 1);
  for (const Kind& k : kinds()) {
    if (!k.model.range.whole_line()) continue;
    const double plain = evaluate(ctx, k.model, view(x), k.at).nll;
    CHECK(evaluate(ctx, k.model, view(x), view(w), k.at).nll == Approx(plain).epsilon(1e-14));
  }
  const Vector start{0.5, -1, 5, 1, 1};
  const auto with = fit(ctx, NormalModel{2}, view(x), view(w), start),
             without = fit(ctx, NormalModel{2}, view(x), start);
  REQUIRE(with.minimum.status == Status::converged);
  const auto plain = hesse(with.minimum);
  for (std::size_t i = 0; i < start.size(); ++i) {
    CHECK(with.minimum.parameters[i] == Approx(without.minimum.parameters[i]).epsilon(1e-9));
    CHECK(plain.errors[i] == Approx(without.hesse.errors[i]).epsilon(1e-7));
    CHECK(with.hesse.errors[i] == Approx(without.hesse.errors[i]).epsilon(0.03));
    CHECK(with.hesse.errors[i] != without.hesse.errors[i]);
  }
  CHECK(with.effective_points == 40000);
  CHECK(without.effective_points == 40000);
}

TEST_CASE("the sandwich is that of scores from the formula", "[mixture]") {
  Context<Cpu> ctx;
  const Vector peaks = two_peaks(400), around_one = one_mean(400), w = some_weights(peaks.size());
  for (const Kind& k : kinds()) {
    if (k.model.components != 2) continue;
    const Vector& x = k.model.means == Sharing::shared ? around_one : peaks;
    INFO("range from " << k.model.range.lower << ", yields " << (k.model.weighting == Weighting::yields));
    mixture::WeightedLikelihood<Context<Cpu>, double> likelihood(ctx, k.model, view(x), view(w), k.at);
    check_close(likelihood.score_products(k.at), score_products(k.model, k.at, x, w), 1e-12);

    const auto result = fit(ctx, k.model, view(x), view(w), k.at);
    REQUIRE(result.minimum.status == Status::converged);
    const auto n = static_cast<std::size_t>(k.model.size());
    const auto b = score_products(k.model, result.minimum.parameters, x, w);
    const Vector expected = sandwich_of(result.minimum.hessian, b, n);
    check_close(result.hesse.covariance, expected, 1e-9);
    for (std::size_t i = 0; i < n; ++i) {
      CHECK(result.hesse.errors[i] == Approx(std::sqrt(expected[(n + 1) * i])).epsilon(1e-9));
      CHECK(result.hesse.correlation[(n + 1) * i] == Approx(1).epsilon(1e-14));
      CHECK(result.hesse.global_correlation[i] >= 0);
      CHECK(result.hesse.global_correlation[i] < 1);
      for (std::size_t j = 0; j < n; ++j)
        CHECK(result.hesse.correlation[n * i + j] ==
              Approx(expected[n * i + j] / std::sqrt(expected[(n + 1) * i] * expected[(n + 1) * j])).margin(1e-8));
    }
  }
}

TEST_CASE("one weighted normal density has closed-form parameters and errors", "[mixture]") {
  Context<Cpu> ctx;
  const Vector x = two_peaks(3000), w = some_weights(x.size());
  double sum = 0, squares = 0, mean = 0, variance = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += w[i], squares += w[i] * w[i], mean += w[i] * x[i];
  mean /= sum;
  for (std::size_t i = 0; i < x.size(); ++i) variance += w[i] * (x[i] - mean) * (x[i] - mean) / sum;
  const double s = std::sqrt(variance);
  double mean_error = 0, width_error = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double d = x[i] - mean;
    mean_error += std::pow(w[i] * d / sum, 2);
    width_error += std::pow(w[i] * (d * d / s - s) / (2 * sum), 2);
  }
  const auto result = fit(ctx, NormalModel{1}, view(x), view(w), {0, 1});
  REQUIRE(result.minimum.status == Status::converged);
  CHECK(result.minimum.parameters[0] == Approx(mean).epsilon(1e-10));
  CHECK(result.minimum.parameters[1] == Approx(s).epsilon(1e-10));
  CHECK(result.hesse.errors[0] == Approx(std::sqrt(mean_error)).epsilon(1e-9));
  CHECK(result.hesse.errors[1] == Approx(std::sqrt(width_error)).epsilon(1e-9));
  CHECK(result.effective_points == Approx(sum * sum / squares).epsilon(1e-13));
  CHECK(std::isnan(result.aic));
  CHECK(std::isnan(result.bic));

  // A yield is the sum of weights, and fluctuates like one.
  NormalModel extended{1};
  extended.weighting = Weighting::yields;
  const auto yield = fit(ctx, extended, view(x), view(w), {1000, 0, 1});
  REQUIRE(yield.minimum.status == Status::converged);
  CHECK(yield.minimum.parameters[0] == Approx(sum).epsilon(1e-10));
  CHECK(yield.hesse.errors[0] == Approx(std::sqrt(squares)).epsilon(1e-9));
  CHECK(yield.hesse.errors[1] == Approx(std::sqrt(mean_error)).epsilon(1e-9));
}

TEST_CASE("a factor of all weights scales the Hessian and leaves parameters and errors", "[mixture]") {
  Context<Cpu> ctx;
  const Vector x = two_peaks(20000), w = some_weights(x.size());
  const Vector start{0.5, -1, 5, 1, 1};
  const auto reference = fit(ctx, NormalModel{2}, view(x), view(w), start);
  REQUIRE(reference.minimum.status == Status::converged);
  for (const double factor : {0x1p-30, 0x1p40, 0x1p200, 3e-90, 7e60}) {
    INFO("factor " << factor);
    Vector scaled;
    for (const double v : w) scaled.push_back(factor * v);
    const auto result = fit(ctx, NormalModel{2}, view(x), view(scaled), start);
    REQUIRE(result.minimum.status == Status::converged);
    // The same steps, gains that are hidden in the last place of the likelihood among them.
    CHECK(result.minimum.passes == reference.minimum.passes);
    const bool power_of_two = std::frexp(factor, std::vector<int>(1).data()) == 0.5;
    for (std::size_t i = 0; i < start.size(); ++i) {
      const double expected = reference.minimum.parameters[i];
      if (power_of_two) CHECK(result.minimum.parameters[i] == expected);
      CHECK(result.minimum.parameters[i] == Approx(expected).epsilon(1e-9));
      CHECK(result.hesse.errors[i] == Approx(reference.hesse.errors[i]).epsilon(1e-7));
      for (std::size_t j = 0; j < start.size(); ++j)
        CHECK(
            result.minimum.hessian[5 * i + j] / factor ==
            Approx(reference.minimum.hessian[5 * i + j]).epsilon(1e-7).margin(1e-7 * norm(reference.minimum.hessian)));
    }
    CHECK(result.minimum.nll / factor == Approx(reference.minimum.nll).epsilon(1e-12));
    CHECK(result.effective_points == Approx(reference.effective_points).epsilon(1e-12));
  }
}

TEST_CASE("heavy weights and large points have the errors of light and small ones", "[mixture]") {
  Context<Cpu> ctx;
  Vector x, small, w(1000, 1e60);
  for (std::uint64_t i = 0; i < 1000; ++i) small.push_back(test::normal(8, i)), x.push_back(0x1p600 * small.back());
  const auto large = fit(ctx, NormalModel{1}, view(x), view(w), {0, 2 * 0x1p600}),
             plain = fit(ctx, NormalModel{1}, view(small), view(w), {0, 2});
  REQUIRE(large.minimum.valid());
  REQUIRE(large.hesse.available());
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(large.minimum.parameters[i] == 0x1p600 * plain.minimum.parameters[i]);
    CHECK(large.hesse.errors[i] == 0x1p600 * plain.hesse.errors[i]);
  }
  CHECK(plain.hesse.errors[0] == Approx(plain.minimum.parameters[1] / std::sqrt(1000.0)).epsilon(1e-6));
}

TEST_CASE("weights of 2 look twice as sure to H alone and not to the sandwich", "[mixture]") {
  Context<Cpu> ctx;
  const Vector x = two_peaks(2000), once(x.size(), 1), twice(x.size(), 2), start{0.5, 0, 4, 1, 1};
  const auto a = fit(ctx, NormalModel{2}, view(x), view(once), start),
             b = fit(ctx, NormalModel{2}, view(x), view(twice), start);
  const auto plain_a = hesse(a.minimum), plain_b = hesse(b.minimum);
  for (std::size_t i = 0; i < start.size(); ++i) {
    CHECK(plain_b.errors[i] == Approx(plain_a.errors[i] / std::sqrt(2.0)).epsilon(1e-9));
    CHECK(b.hesse.errors[i] == Approx(a.hesse.errors[i]).epsilon(1e-12));
  }
}

TEST_CASE("sandwich errors are the scatter of weighted fits", "[mixture]") {
  Context<Cpu> ctx;
  constexpr std::size_t n = 400, samples = 300;
  double mean = 0, square = 0, predicted = 0;
  for (std::size_t t = 0; t < samples; ++t) {
    Vector x, w;
    for (std::uint64_t i = 0; i < n; ++i) {
      x.push_back(normal(1000 + t, i));
      w.push_back(std::exp(random_unit(5000 + t, i) * 3));  // drawn apart from x
    }
    const auto result = fit(ctx, NormalModel{1}, view(x), view(w), {0.1, 1.2});
    REQUIRE(result.hesse.available());
    const double width = result.minimum.parameters[1];
    mean += width / samples, square += width * width / samples, predicted += result.hesse.errors[1] / samples;
  }
  const double scatter = std::sqrt(square - mean * mean);
  CHECK(predicted == Approx(scatter).epsilon(0.12));  // the scatter itself is known to 4 %
}

TEST_CASE("weighted fits have the same bits for any number of threads and instruction set", "[mixture]") {
  const auto run = [](index_t n, int threads, cpu::InstructionSet set) {
    const Vector x = two_peaks(n), w = some_weights(x.size());
    cpu::ContextOptions options{};
    options.threads = threads;
    options.instruction_set = set;
    Context<Cpu> ctx{std::move(options)};
    const auto result = fit(ctx, NormalModel{2}, view(x), view(w), {0.59, 0.05, 4, 1, 0.5});
    REQUIRE(result.minimum.valid());
    return result.hesse.covariance;
  };
  const auto best = cpu::best_instruction_set();
  CHECK(run(100000, 3, best) == run(100000, 1, best));
  const auto reference = run(1000, 1, best);
  for (int set = 0; set < static_cast<int>(best); ++set)
    CHECK(run(1000, 2, static_cast<cpu::InstructionSet>(set)) == reference);
}

TEST_CASE("weighted fits by L-BFGS end where Newton's do", "[mixture]") {
  Context<Cpu> ctx;
  const Vector x = two_peaks(2000), start{0.5, 0, 4, 1, 1};
  Vector w;
  for (const double v : some_weights(x.size())) w.push_back(1e-20 * v);
  mixture::MinimizeOptions options;
  const auto newton = fit(ctx, NormalModel{2}, view(x), view(w), start, options);
  options.method = mixture::Method::lbfgs;
  const auto same = fit(ctx, NormalModel{2}, view(x), view(w), start, options);
  options.hessian_limit = 0;
  const auto without = fit(ctx, NormalModel{2}, view(x), view(w), start, options);
  REQUIRE(same.minimum.status == Status::converged);
  REQUIRE(without.minimum.status == Status::converged);
  check_close(same.minimum.parameters, newton.minimum.parameters, 1e-9);
  check_close(same.hesse.errors, newton.hesse.errors, 1e-7);
  check_close(without.minimum.parameters, newton.minimum.parameters, 1e-4);
  CHECK_FALSE(without.hesse.available());
  REQUIRE(without.report.warnings.size() == 1);
  CHECK(without.report.warnings[0] == "no errors: 5 parameters are more than hessian_limit=0");
}

TEST_CASE("too few points with weight give parameters and no errors", "[mixture]") {
  Context<Cpu> ctx;
  const Vector x = two_peaks(40);
  Vector w(x.size());
  w[3] = 1, w[17] = 2;
  const auto result = fit(ctx, NormalModel{1}, view(x), view(w), {1, 2});
  REQUIRE(result.minimum.status == Status::converged);
  CHECK(result.minimum.parameters[0] == Approx((x[3] + 2 * x[17]) / 3));
  CHECK_FALSE(result.hesse.available());
  REQUIRE(result.report.warnings.size() == 2);
  CHECK(result.report.warnings[0] ==
        "no errors: the sum of squared weights times scores is not positive definite, or not finite; rescale weights "
        "and points, or give more of them");
  CHECK(result.report.warnings[1] == "1.8 effective points for 2 parameters");
  for (const double lower : {-9.0, -1e300})
    for (const double second : {1.0, 0.1, 0.3, 3.0, 7.0}) {
      w[17] = second;
      const NormalModel one{.components = 1, .range = {lower, 30}};
      CHECK_FALSE(fit(ctx, one, view(x), view(w), {1, 2}).hesse.available());
    }
  w[17] = 0;
  CHECK(message<ValueError>([&] {
          return fit(ctx, NormalModel{1}, view(x), view(w), {1, 2});
        }).find("are equal") != std::string::npos);
}

TEST_CASE("weighted fits stop when asked to", "[mixture]") {
  std::stop_source stop;
  cpu::ContextOptions options{};
  options.stop = stop.get_token();
  Context<Cpu> ctx{std::move(options)};
  const Vector x = two_peaks(100), w(100, 1);
  stop.request_stop();
  CHECK_THROWS_AS(fit(ctx, NormalModel{1}, view(x), view(w), {0, 1}), Cancelled);
}
