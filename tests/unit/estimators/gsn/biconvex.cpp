// biconvex: golden answers, the closed form against sweeps, limits of uneven data, scales, single units, same bits.
#include "isonomy/estimators/gsn/biconvex/biconvex.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/gsn/biconvex/flat_correlation.hpp"
#include "support/catch.hpp"
#include "support/gsn/golden.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/naive.hpp"
#include "support/gsn/trials.hpp"
#include "support/message.hpp"

using namespace isonomy;
using gsn::BiconvexOptions;
using gsn::Iteration;
using gsn::Ridge;
using test::largest;
using test::SquareMatrix;

namespace {

struct Inputs {
  SquareMatrix noise, data;
  index_t conditions = 0;
  double trials = 1, effective_trials = 1;
  SquareMatrix share = SquareMatrix(0);
};

struct Outputs {
  SquareMatrix signal, noise;
  gsn::Biconvex<Context<Cpu>> result;
};

Outputs solve(const Inputs& in, const BiconvexOptions& options = {}, int threads = 1) {
  Context<Cpu> ctx(cpu::ContextOptions{.threads = threads});
  gsn::BiconvexProblem<Context<Cpu>> p{in.noise.view(), in.data.view(), in.conditions, in.trials, in.effective_trials};
  if (in.share.n > 0) p.share = in.share.view();
  gsn::Biconvex<Context<Cpu>> r = gsn::biconvex(ctx, p, options);
  Outputs out{test::square(r.signal), test::square(r.noise), {}};
  r.signal = {};  // these belong to this context, which ends here
  r.noise = {};
  r.signal_projection = {};
  out.result = std::move(r);
  return out;
}

/// cS + cN/t, or with shares.
SquareMatrix data_of(const SquareMatrix& signal, const SquareMatrix& noise, const SquareMatrix& share, double trials) {
  return test::square_of(signal.n, [&](index_t i, index_t j) {
    return signal(i, j) + (share.n > 0 ? noise(i, j) * share(i, j) : noise(i, j) / trials);
  });
}

SquareMatrix whole(const test::GsnMatrix& m, index_t n) {
  SquareMatrix s(n);
  s.x = m.full;
  return s;
}

/// The problem of a golden case of few units, from the reference's covariances and the counts of the data.
Inputs inputs_of(const test::GsnCase& c) {
  const index_t n = c.generator.units;
  Inputs in;
  in.noise = whole(c.expected.noise_covariance, n);
  in.conditions = c.generator.conditions;
  in.trials = in.effective_trials = static_cast<double>(c.generator.trials);
  const test::Trials d = c.data();
  if (c.regime == "uneven") {
    const std::vector<double> count = test::whole_trials(d);
    in.trials = *std::min_element(count.begin(), count.end());
    double sum = 0;
    for (const double k : count) sum += k > 1 ? k : 0;
    in.effective_trials = std::max(1.0, sum / static_cast<double>(d.conditions));
  }
  if (c.regime == "missing") {
    in.share = test::noise_shares(d);
    in.effective_trials = test::mean_trials(d);
  }
  in.data = data_of(whole(c.expected.signal_covariance, n), in.noise, in.share, in.trials);
  return in;
}

Inputs simulated(const gsn::PortableData& g, double noise_level, double data_level) {
  const test::Trials d = test::random_trials(g);
  const auto trials = static_cast<double>(g.trials);
  return {test::noise_covariance(d, noise_level), test::data_covariance(d, data_level), g.conditions, trials, trials};
}

void check_golden(const test::GsnCase& c) {
  const index_t n = c.generator.units;
  const test::GsnAnswer& a = c.expected;
  const bool ridge = std::find(a.ridge.begin(), a.ridge.end(), 2) != a.ridge.end();
  const Outputs out =
      solve(inputs_of(c), {.iteration = Iteration::loop, .ridge = ridge ? Ridge::absolute : Ridge::none});
  CHECK(out.result.iterations == a.iterations);
  CHECK(out.result.converged);
  const double tolerance = 3e-10 + 1e-10 * a.noise_biconvex.fro;
  CHECK(largest(out.signal - whole(a.signal_biconvex, n)) < tolerance);
  CHECK(largest(out.noise - whole(a.noise_biconvex, n)) < tolerance);
}

}  // namespace

TEST_CASE("sweeps give the reference's covariances and count", "[gsn]") {
  int checked = 0;
  for (const char* file : {"even", "uneven", "missing", "spec"})
    for (const test::GsnCase& c : test::gsn_cases(file)) {
      if (c.generator.units > 8) continue;
      INFO(c.id);
      check_golden(c);
      ++checked;
    }
  CHECK(checked > 30);
}

TEST_CASE("the closed form is what sweeps come to, with their count", "[gsn]") {
  // N, C, T, rank, noise; without shrinkage, with some, and with noise of full rank alone.
  const gsn::PortableData settings[] = {{10, 30, 4, 3, 0.8, 71},  {30, 12, 3, 4, 1.0, 72}, {12, 40, 2, 3, 1.0, 73},
                                        {25, 10, 2, 5, 0.7, 74},  {8, 50, 5, 2, 100, 75},  {16, 20, 3, 4, 5.0, 76},
                                        {20, 60, 3, 6, 0.05, 77}, {5, 12, 6, 2, 2.0, 78},  {40, 30, 3, 5, 1.5, 79}};
  int projected = 0, closed = 0, runs = 0;
  for (const gsn::PortableData& g : settings)
    for (const double level : {1.0, 0.6, 0.1}) {
      INFO("units " << g.units << ", conditions " << g.conditions << ", noise " << g.noise_size << ", level " << level);
      const Inputs in = simulated(g, level, 0.9);
      const Outputs form = solve(in, {.ridge = Ridge::none});
      const Outputs loop = solve(in, {.iteration = Iteration::loop, .ridge = Ridge::none});
      CHECK(form.result.iterations == loop.result.iterations);
      CHECK(largest(form.signal - loop.signal) < 1e-10 * largest(in.data));
      CHECK(largest(form.noise - loop.noise) < 1e-10 * largest(in.noise));
      closed += form.result.form == Iteration::closed ? 1 : 0;
      projected += form.result.signal_correlation < 1 ? 1 : 0;
      ++runs;
    }
  CHECK(runs == 27);
  CHECK(closed >= 20);
  CHECK(projected >= 10);
}

TEST_CASE("where the closed form's noise is not semidefinite, sweeps go on", "[gsn]") {
  const Inputs in = simulated({50, 20, 2, 5, 1.0, 81}, 1, 1);
  const Outputs out = solve(in, {.ridge = Ridge::none});
  CHECK(out.result.form == Iteration::loop);
  CHECK(out.result.converged);
  CHECK(out.result.noise_projected);
  CHECK(std::isnan(out.result.distance));
}

TEST_CASE("definite covariances stay as they are, without a sweep more", "[gsn]") {
  const SquareMatrix noise = test::with_eigenvalues(test::numbers_between(0.5, 1, 9, 82), 83);
  const SquareMatrix signal = test::with_eigenvalues(test::numbers_between(1, 2, 9, 84), 85);
  const Outputs out = solve({noise, data_of(signal, noise, SquareMatrix(0), 3), 20, 3, 3});
  CHECK(out.result.iterations == 0);
  CHECK(out.result.form == Iteration::closed);
  CHECK(out.noise == noise);
  CHECK(largest(out.signal - signal) < 1e-15);
}

TEST_CASE("the limit of uneven data is a fixed point, and the distance to it is told", "[gsn]") {
  int known = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const SquareMatrix noise = test::with_eigenvalues(test::numbers_between(0.5, 2, 7, seed), seed + 20);
    const SquareMatrix data = test::with_eigenvalues(test::numbers_between(0.1, 1.5, 7, seed + 40), seed + 60);
    const Inputs in{noise, data, 30, 2, 2.6};
    const Outputs limit = solve(in, {.iteration = Iteration::limit, .ridge = Ridge::none});
    if (limit.result.form != Iteration::limit) continue;
    ++known;
    CHECK(limit.result.distance == 0);
    const gsn::BiconvexWeights w = gsn::biconvex_weights(30, 2.6);
    const SquareMatrix raw = data - 0.5 * limit.noise;
    const SquareMatrix negative = limit.signal - raw;  // of the signal step: what the projection adds
    CHECK(largest(negative * limit.signal) < 1e-12);
    CHECK(largest(w.noise * noise + w.data * 2.6 * (data - limit.signal) - limit.noise) < 1e-12);
    const Outputs loop = solve(in, {.ridge = Ridge::none});
    CHECK(loop.result.form == Iteration::loop);
    const auto fro = [](const SquareMatrix& m) {
      return std::sqrt(std::inner_product(m.x.begin(), m.x.end(), m.x.begin(), 0.0));
    };
    const auto off = [&](const SquareMatrix& a, const SquareMatrix& b) {
      return fro(a - b) / std::max(fro(a), fro(b));
    };
    CHECK(loop.result.distance ==
          Approx(std::max(off(loop.signal, limit.signal), off(loop.noise, limit.noise))).epsilon(1e-9).margin(1e-14));
    CHECK(loop.result.warnings.empty() == (loop.result.distance <= 0.01));
    CHECK(std::isnan(solve(in, {.measure_distance = false}).result.distance));
  }
  CHECK(known >= 3);
}

TEST_CASE("sweeps without end come to the limit of uneven data", "[gsn]") {
  int known = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const SquareMatrix noise = test::with_eigenvalues(test::numbers_between(0.5, 2, 7, seed), seed + 20);
    const SquareMatrix data = test::with_eigenvalues(test::numbers_between(0.1, 1.5, 7, seed + 40), seed + 60);
    const Outputs limit = solve({noise, data, 30, 2, 2.6}, {.iteration = Iteration::limit, .ridge = Ridge::none});
    if (limit.result.form != Iteration::limit) continue;
    ++known;
    Context<Cpu> ctx;
    const gsn::BiconvexWeights w = gsn::biconvex_weights(30, 2.6);
    SquareMatrix s(7), b = noise;
    for (int sweep = 0; sweep < 1000; ++sweep) {
      s = data - 0.5 * b;
      gsn::nearest_psd(ctx, s.view(), Ridge::none);
      b = w.noise * noise + w.data * 2.6 * (data - s);
      gsn::nearest_psd(ctx, b.view(), Ridge::none);
    }
    CHECK(largest(s - limit.signal) < 1e-10);
    CHECK(largest(b - limit.noise) < 1e-10);
  }
  CHECK(known >= 3);
}

TEST_CASE("sweeps that end at a signal are far from a fixed point without any", "[gsn]") {
  const SquareMatrix unit = test::square_of(2, [](index_t i, index_t j) { return i == j ? 1.0 : 0.0; });
  const Inputs in{unit, 1.1 * unit, 9, 1, 2};  // the first step leaves 0.1, and all of them together nothing
  CHECK(largest(solve(in, {.iteration = Iteration::limit, .ridge = Ridge::none}).signal) == 0);
  const Outputs loop = solve(in, {.ridge = Ridge::none});
  CHECK(largest(loop.signal) == Approx(0.1));
  CHECK(loop.result.distance == 1);
  CHECK(loop.result.warnings == std::vector<std::string>{"biconvex: the iteration ended 100 % from the point that it "
                                                         "was going to; ask for Iteration::limit to have that"});
}

TEST_CASE("a ridge that is not small beside a unit's variance is told of", "[gsn]") {
  const SquareMatrix noise = test::with_eigenvalues(test::numbers_between(0.5, 2, 7, 61), 62);
  const SquareMatrix signal = test::with_eigenvalues(test::numbers_between(-1, 1, 7, 63), 64);
  const SquareMatrix data = signal + 0.5 * noise;  // even, of 2 trials: the signal has to be projected
  const auto scaled = [](const SquareMatrix& m, double factor) {
    return test::square_of(
        7, [&](index_t i, index_t j) { return m(i, j) * (i == 3 ? factor : 1) * (j == 3 ? factor : 1); });
  };
  for (const Iteration how : {Iteration::closed, Iteration::loop}) {
    CHECK(solve({noise, data, 30, 2, 2}, {.iteration = how}).result.warnings.empty());
    const Outputs out = solve({scaled(noise, 1e-5), scaled(data, 1e-5), 30, 2, 2}, {.iteration = how});
    REQUIRE(!out.result.warnings.empty());
    CHECK(out.result.warnings.front().starts_with("biconvex: the ridge of the signal, "));
    CHECK(out.result.warnings.front().find("a thousandth of the variance of unit 3, ") != std::string::npos);
    CHECK(solve({scaled(noise, 1e-5), scaled(data, 1e-5), 30, 2, 2}, {.iteration = how, .ridge = Ridge::none})
              .result.warnings.empty());
  }
}

TEST_CASE("weights add up to one", "[gsn]") {
  for (const double u : {1.0, 1.5, 2.0, 7.0}) {
    const gsn::BiconvexWeights w = gsn::biconvex_weights(12, u);
    CHECK(w.noise + w.data == Approx(1).epsilon(1e-15));
    CHECK(w.data == Approx(11 / (12 * u * u * (u - 1) + 11)).epsilon(1e-15));
  }
  CHECK(gsn::biconvex_weights(12, 1).noise == 0);
}

TEST_CASE("covariances scale with the data, whatever its unit", "[gsn]") {
  const Inputs in = simulated({14, 25, 3, 3, 2.0, 86}, 0.5, 0.9);
  const Outputs at_one = solve(in);
  REQUIRE(at_one.result.signal_correlation < 1);
  for (const double s : {1e-18, 1e18}) {
    Inputs scaled = in;
    scaled.noise = s * in.noise;
    scaled.data = s * in.data;
    const Outputs out = solve(scaled);
    CHECK(out.result.iterations == at_one.result.iterations);
    CHECK(largest(1 / s * out.signal - at_one.signal) < 1e-12 * largest(at_one.signal));
    CHECK(largest(1 / s * out.noise - at_one.noise) < 1e-12 * largest(at_one.noise));
  }
}

TEST_CASE("a single unit has no correlation: steps are compared by their size", "[gsn]") {
  const auto one = [](double x) { return test::square_of(1, [&](index_t, index_t) { return x; }); };
  const Outputs positive = solve({one(2), one(3), 20, 4, 4});
  CHECK(positive.signal(0, 0) == 2.5);
  CHECK(positive.noise(0, 0) == 2);
  CHECK(positive.result.iterations == 0);
  for (const double s : {1.0, 1e-9, 1e9}) {
    const Outputs none = solve({one(4 * s), one(0.5 * s), 20, 4, 4}, {.ridge = Ridge::none});
    CHECK(none.signal(0, 0) == 0);
    const gsn::BiconvexWeights w = gsn::biconvex_weights(20, 4);
    CHECK(none.noise(0, 0) == Approx(s * (w.noise * 4 + w.data * 4 * 0.5)).epsilon(1e-12));
    CHECK(none.result.iterations == 1);
  }
  CHECK(solve({one(0), one(0), 20, 4, 4}).result.iterations == 0);
}

TEST_CASE("sweeps stop at their limit, and say so", "[gsn]") {
  const Inputs in = simulated({8, 20, 2, 3, 20.0, 87}, 1, 1);
  const Outputs out = solve(in, {.iteration = Iteration::loop, .max_iterations = 1});
  CHECK(out.result.iterations == 1);
  CHECK_FALSE(out.result.converged);
  CHECK(out.result.warnings == std::vector<std::string>{"biconvex: not converged after 1 sweeps"});
}

TEST_CASE("sweeps have the same bits for any number of threads, and leave inputs alone", "[gsn]") {
  const Inputs in = simulated({60, 20, 3, 3, 2.0, 88}, 0.5, 0.9), before = in;
  const Outputs a = solve(in, {.iteration = Iteration::loop}, 1), b = solve(in, {.iteration = Iteration::loop}, 4);
  CHECK(a.signal == b.signal);
  CHECK(a.noise == b.noise);
  CHECK(a.result.signal_correlation == b.result.signal_correlation);
  CHECK((in.noise == before.noise && in.data == before.data));
}

TEST_CASE("the correlation of all elements counts those off the diagonal twice", "[gsn]") {
  Context<Cpu> ctx;
  const SquareMatrix x = test::with_eigenvalues(test::numbers_between(-1, 1, 33, 89), 90);
  const SquareMatrix y = x + 0.3 * test::with_eigenvalues(test::numbers_between(-1, 1, 33, 91), 92);
  const double expected =
      test::centred_product(x.x, y.x) / std::sqrt(test::centred_product(x.x, x.x) * test::centred_product(y.x, y.x));
  CHECK(gsn::flat_correlation(ctx, x.view(), y.view()) == Approx(expected).epsilon(1e-13));
  for (const double s : {1e-200, 1e200}) {
    const SquareMatrix scaled = s * x;
    CHECK(gsn::flat_correlation(ctx, scaled.view(), y.view()) == Approx(expected).epsilon(1e-12));
  }
  const SquareMatrix offset = test::square_of(33, [&](index_t i, index_t j) { return x(i, j) + 1e6; });
  CHECK(gsn::flat_correlation(ctx, offset.view(), y.view()) == Approx(expected).epsilon(1e-8));
  CHECK(std::isnan(gsn::flat_correlation(ctx, SquareMatrix(3).view(), test::identity(3).view())));
}

TEST_CASE("biconvex names what it cannot use", "[gsn]") {
  const SquareMatrix a = test::identity(2);
  CHECK(test::message<ValueError>([&] {
          (void)solve({a, a, 1, 2, 2});
        }) == "biconvex: conditions=1; expected at least 2, since one has no covariance of signals; give data of more");
  CHECK(test::message<ValueError>([&] {
          (void)solve({a, a, 5, 2, 0.5});
        }).find("effective_trials=0.5") != std::string::npos);
  CHECK(test::message<ShapeError>([&] {
          (void)solve({a, test::identity(3), 5, 2, 2});
        }).find("data") != std::string::npos);
  SquareMatrix bad = a;
  bad(1, 0) = std::numeric_limits<double>::quiet_NaN();
  CHECK(test::message<ValueError>([&] {
          (void)solve({a, bad, 5, 2, 2});
        }).find("data(1, 0) is nan") != std::string::npos);
}
