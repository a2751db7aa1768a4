// Likelihoods of points with weights: against repeated points, bit by bit where nothing may change, and bad input.
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/normal/weighted_fit.hpp"
#include "isonomy/estimators/mixture/normal/weighted_likelihood.hpp"
#include "isonomy/estimators/mixture/user_density/weighted_density.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/mixture/weights.hpp"
#include "support/numbers.hpp"

using namespace isonomy;
using mixture::evaluate;
using mixture::fit;
using mixture::NormalModel;
using mixture::Status;
using test::check_close;
using test::infinity;
using test::Kind;
using test::kinds;
using test::message;
using test::not_a_number;
using test::one_mean;
using test::some_weights;
using test::two_peaks;
using Vector = std::vector<double>;

namespace {

/// The shared-mean pair as a user writes it.
struct PairDensity {
  template <class N>
  N operator()(double x, const N* t) const {
    using std::exp, std::log;
    const N d = x - t[1], d2 = d * d;
    return log(t[0] / t[2] * exp(-0.5 * d2 / (t[2] * t[2])) + (1 - t[0]) / t[3] * exp(-0.5 * d2 / (t[3] * t[3]))) -
           0.5 * std::log(2 * 3.14159265358979323846);
  }
};

}  // namespace

TEST_CASE("a whole weight counts a point as often as it says", "[mixture]") {
  Context<Cpu> ctx;
  const Vector x = two_peaks(1200);
  Vector w, repeated;
  for (std::size_t i = 0; i < x.size(); ++i) {
    w.push_back(static_cast<double>((7 * i) % 4));  // 0 among them
    repeated.insert(repeated.end(), (7 * i) % 4, x[i]);
  }
  for (const Kind& k : kinds()) {
    INFO("components " << k.model.components << ", parameters " << k.model.size());
    const auto a = evaluate(ctx, k.model, view(x), view(w), k.at, MixtureOrder::hessian);
    const auto b = evaluate(ctx, k.model, view(repeated), k.at, MixtureOrder::hessian);
    CHECK(a.nll == Approx(b.nll).epsilon(1e-14));
    check_close(a.gradient, b.gradient, 1e-12);
    check_close(a.hessian, b.hessian, 1e-12);
    CHECK(evaluate(ctx, k.model, view(x), view(w), k.at).nll == a.nll);
    CHECK(evaluate(ctx, k.model, view(x), view(w), k.at, MixtureOrder::gradient).gradient == a.gradient);
  }
}

TEST_CASE("points of weight 0 leave every bit as it is", "[mixture]") {
  Context<Cpu> ctx;
  Vector x = two_peaks(500), w = some_weights(500);
  const NormalModel model{2};
  const Vector at{0.5, 0.2, 3.8, 1.1, 0.6};
  const auto before = evaluate(ctx, model, view(x), view(w), at, MixtureOrder::hessian);
  for (const double far : {0.0, -1e6, 40.0, 1e30}) x.push_back(far), w.push_back(0);
  const auto after = evaluate(ctx, model, view(x), view(w), at, MixtureOrder::hessian);
  CHECK(after.nll == before.nll);
  CHECK(after.gradient == before.gradient);
  CHECK(after.hessian == before.hessian);
  x.push_back(not_a_number), w.push_back(0);  // what is not a number is not ignored
  CHECK(std::isnan(evaluate(ctx, model, view(x), view(w), at).nll));
}

TEST_CASE("a user's density takes weights as the library's do", "[mixture]") {
  Context<Cpu> ctx;
  const Vector x = one_mean(700), w = some_weights(x.size()), at{0.3, 0.9, 3, 0.8};
  using Likelihood = mixture::WeightedDensityLikelihood<Context<Cpu>, double, 4, PairDensity>;
  Likelihood user(ctx, {}, view(x), view(w), {"f", "mu", "s1", "s2"}, {{0.01, 0.99}, {}, {0.1, 10}, {0.1, 10}});
  const auto model = mixture::shared_mean_pair();
  mixture::WeightedLikelihood<Context<Cpu>, double> own(ctx, model, view(x), view(w), at);
  const auto a = user.at(at, MixtureOrder::hessian), b = own.at(at, MixtureOrder::hessian);
  CHECK(a.nll == Approx(b.nll).epsilon(1e-13));
  check_close(a.gradient, b.gradient, 1e-11);
  check_close(a.hessian, b.hessian, 1e-11);
  CHECK(user.at(at, MixtureOrder::value).nll == Approx(a.nll).epsilon(1e-14));
  check_close(user.at(at, MixtureOrder::gradient).gradient, a.gradient, 1e-14);
  check_close(user.score_products(at), own.score_products(at), 1e-11);
  CHECK(user.sum_of_weights() == own.sum_of_weights());
  CHECK(user.effective_points() == own.effective_points());
  const auto minimum = minimize_weighted(user, at);
  REQUIRE(minimum.status == Status::converged);
  const auto errors = sandwich(minimum, user.score_products(minimum.parameters));
  check_close(errors.errors, fit(ctx, model, view(x), view(w), at).hesse.errors, 1e-7);

  const Vector few(3, 1), negative(x.size(), -1);
  CHECK_THROWS_AS(Likelihood(ctx, {}, view(x), view(few), {"f", "mu", "s1", "s2"}), ShapeError);
  CHECK_THROWS_AS(Likelihood(ctx, {}, view(x), view(negative), {"f", "mu", "s1", "s2"}), ValueError);
  CHECK_THROWS_AS(user.at({1, 2}, MixtureOrder::value), ShapeError);
  CHECK_THROWS_AS(user.score_products({1, 2}), ShapeError);
}

TEST_CASE("weights and points may be strided and in float", "[mixture]") {
  Context<Cpu> ctx;
  const Vector x = two_peaks(20000), w = some_weights(x.size());
  std::vector<float> narrow_x(x.begin(), x.end()), narrow_w(w.begin(), w.end());
  const Vector wide_x(narrow_x.begin(), narrow_x.end()), wide_w(narrow_w.begin(), narrow_w.end());
  const NormalModel model{2};
  const Vector at{0.5, 0.2, 3.8, 1.1, 0.6};
  const auto reference = evaluate(ctx, model, view(wide_x), view(wide_w), at, MixtureOrder::hessian);
  const auto narrow = evaluate(ctx, model, view(narrow_x), view(narrow_w), at, MixtureOrder::hessian);
  CHECK(narrow.nll == reference.nll);
  CHECK(narrow.hessian == reference.hessian);
  Vector table;
  for (std::size_t i = 0; i < x.size(); ++i) table.insert(table.end(), {wide_x[i], -1, wide_w[i]});
  const auto n = static_cast<index_t>(x.size());
  const VectorView<const double> points(table.data(), n, 3), weights(table.data() + 2, n, 3);
  const auto strided = evaluate(ctx, model, points, weights, at, MixtureOrder::hessian);
  CHECK(strided.nll == reference.nll);
  CHECK(strided.hessian == reference.hessian);
}

TEST_CASE("a pass over points with weights reports its blocks", "[mixture]") {
  std::vector<std::int64_t> done;
  cpu::ContextOptions options{};
  options.progress = [&](const Progress& p) {
    CHECK(std::string(p.stage) == "weighted_mixture_sums");
    CHECK(p.total == 3);
    done.push_back(p.done);
  };
  Context<Cpu> ctx{std::move(options)};
  const Vector x = two_peaks(2 * block_points + 1), w = some_weights(x.size());
  static_cast<void>(evaluate(ctx, NormalModel{1}, view(x), view(w), {0, 1}));
  REQUIRE(!done.empty());
  CHECK(done.back() == 3);
}

TEST_CASE("weights that cannot be are refused with the one that is wrong", "[mixture]") {
  Context<Cpu> ctx;
  const Vector x = two_peaks(50), start{0, 1};
  const auto refused = [&](std::size_t i, double value) {
    Vector w(x.size(), 1);
    w[i] = value;
    const std::string text = message<ValueError>([&] { return fit(ctx, NormalModel{1}, view(x), view(w), start); });
    CHECK(message<ValueError>([&] { return evaluate(ctx, NormalModel{1}, view(x), view(w), start); }) == text);
    return text;
  };
  CHECK(refused(7, -0.5) == "mixture: weights[7]=-0.5; expected a number from 0 to 1e+100; leave the point out, or "
                            "rescale all weights");
  CHECK(refused(0, not_a_number).find("weights[0]=nan") != std::string::npos);
  CHECK(refused(49, infinity).find("weights[49]=inf") != std::string::npos);
  CHECK(refused(3, 1e101).find("weights[3]=1e+101") != std::string::npos);
  const auto all = [&](double value) {
    const Vector w(x.size(), value);
    return message<ValueError>([&] { return fit(ctx, NormalModel{1}, view(x), view(w), start); });
  };
  CHECK(all(0) == "mixture: the largest weight is 0; expected at least 1e-100; some point must count");
  CHECK(all(1e-110).find("multiply all weights by one factor") != std::string::npos);
  CHECK(all(-0.0).find("some point must count") != std::string::npos);

  const Vector w(x.size(), 1), few(x.size() - 1, 1);
  CHECK(message<ShapeError>([&] { return fit(ctx, NormalModel{1}, view(x), view(few), start); }) ==
        "mixture: 49 weights for 50 points; give one for each");
  CHECK_THROWS_AS(evaluate(ctx, NormalModel{1}, view(x), view(few), start), ShapeError);
  const Vector none;
  CHECK(message<ValueError>([&] { return fit(ctx, NormalModel{1}, view(none), view(none), start); }).find("empty") !=
        std::string::npos);
  CHECK(evaluate(ctx, NormalModel{1}, view(none), view(none), start).nll == 0);
  CHECK_THROWS_AS(fit(ctx, NormalModel{1}, view(x), view(w), {0, -1}), ValueError);
  CHECK_THROWS_AS(fit(ctx, NormalModel{1}, view(x), view(w), {0}), ShapeError);
  Vector broken = x;
  broken[11] = not_a_number;
  CHECK(message<ValueError>([&] { return fit(ctx, NormalModel{1}, view(broken), view(w), start); }).find("x[11]=nan") !=
        std::string::npos);
  NormalModel truncated{1};
  truncated.range = {-1, 1};
  CHECK(message<ValueError>([&] { return fit(ctx, truncated, view(x), view(w), start); }).find("outside the range") !=
        std::string::npos);
  CHECK(message<ValueError>([&] {
          return fit(ctx, mixture::shared_mean_pair(), view(x), view(w), {1, 0, 1, 2});
        }).find("a component has weight 0") != std::string::npos);
}
