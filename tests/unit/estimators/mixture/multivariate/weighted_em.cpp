// Weighted expectation maximisation: whole weights are repeated rows, zeros absent ones, factors nothing.
#include "isonomy/estimators/mixture/multivariate/weighted_em.hpp"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/sorted.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/mixture/objectives.hpp"
#include "support/mixture/weights.hpp"
#include "support/numbers.hpp"

using namespace isonomy;
using mixture::em;
using mixture::EmOptions;
using mixture::EmResult;
using mixture::NormalMixture;
using test::message;

namespace isonomy::test {
namespace {

/// Rows of three clouds in two dimensions, weights 0 to 4, and the rows that stand there so often.
struct RepeatedRows {
  std::vector<double> x, weights, repeated;
  index_t count = 0;

  explicit RepeatedRows(index_t n) {
    for (index_t i = 0; i < n; ++i) {
      const auto e = static_cast<std::uint64_t>(i);
      const double centre = i % 3 == 0 ? 6 : i % 3 == 1 ? 0 : -5, u = normal(3, e), v = normal(4, e);
      const auto w = static_cast<double>(random_below(5, 9, e));
      x.insert(x.end(), {centre + u, 0.5 * centre + 0.4 * u + 0.8 * v});
      weights.push_back(w);
      for (int k = 0; k < static_cast<int>(w); ++k, ++count) repeated.insert(repeated.end(), {x[2 * e], x[2 * e + 1]});
    }
  }
  [[nodiscard]] MatrixView<const double> rows() const {
    return row_major(x.data(), static_cast<index_t>(weights.size()), index_t{2});
  }
  [[nodiscard]] MatrixView<const double> often() const { return row_major(repeated.data(), count, index_t{2}); }
};

NormalMixture three_of(Covariance covariance) {
  const std::vector<double> one = covariance == Covariance::spherical  ? std::vector<double>{2}
                                  : covariance == Covariance::diagonal ? std::vector<double>{2, 1}
                                                                       : std::vector<double>{2, 0.3, 0.3, 1};
  NormalMixture result{2, covariance, {0.3, 0.4, 0.3}, {4, 3, 1, 0, -4, -3}, {}};
  for (int k = 0; k < (covariance == Covariance::tied ? 1 : 3); ++k)
    result.covariances.insert(result.covariances.end(), one.begin(), one.end());
  return result;
}

void check_close_results(const EmResult& a, const EmResult& b, double tolerance) {
  CHECK(a.iterations == b.iterations);
  CHECK(a.converged == b.converged);
  CHECK(a.nll == Approx(b.nll).epsilon(1e-13));
  CHECK(a.bic == Approx(b.bic).epsilon(1e-13));
  check_close(a.model.weights, b.model.weights, tolerance);
  check_close(a.model.means, b.model.means, tolerance);
  check_close(a.model.covariances, b.model.covariances, tolerance);
  check_close(a.lower_bounds, b.lower_bounds, 1e-13);
}

void check_same_result(const EmResult& a, const EmResult& b) {
  CHECK(a.nll == b.nll);
  CHECK(a.model.weights == b.model.weights);
  CHECK(a.model.means == b.model.means);
  CHECK(a.model.covariances == b.model.covariances);
  CHECK(a.lower_bounds == b.lower_bounds);
}

}  // namespace
}  // namespace isonomy::test

TEST_CASE("whole weights are rows that stand there so often", "[mixture][weighted_em][slow]") {
  const test::RepeatedRows data(1500);
  Context<Cpu> ctx;
  for (const Covariance kind : {Covariance::full, Covariance::tied, Covariance::diagonal, Covariance::spherical}) {
    INFO("covariance " << static_cast<int>(kind));
    const NormalMixture start = test::three_of(kind);
    test::check_close_results(em(ctx, start, data.rows(), view(data.weights)), em(ctx, start, data.often()), 1e-12);
    // From k-means: clusters this far apart are found from any seeds.
    const EmResult ours = em(ctx, 3, kind, data.rows(), view(data.weights)), theirs = em(ctx, 3, kind, data.often());
    CHECK(ours.nll == Approx(theirs.nll).epsilon(1e-6));
    test::check_close(mixture::sorted(ours.model).means, mixture::sorted(theirs.model).means, 1e-3);
  }
}

TEST_CASE("rows that all count once are rows without weights", "[mixture][weighted_em]") {
  const test::RepeatedRows data(900);
  const std::vector<double> ones(900, 1);
  std::vector<float> narrow(data.x.begin(), data.x.end()), narrow_ones(900, 1);
  Context<Cpu> ctx;
  const NormalMixture start = test::three_of(Covariance::full);
  test::check_close_results(em(ctx, start, data.rows(), view(ones)), em(ctx, start, data.rows()), 1e-12);
  const auto floats = row_major(narrow.data(), index_t{900}, index_t{2});
  test::check_close_results(em(ctx, start, floats, view(narrow_ones)), em(ctx, start, floats), 1e-12);
  test::check_close_results(em(ctx, 3, Covariance::full, data.rows(), view(ones)),
                            em(ctx, 3, Covariance::full, data.rows()), 1e-6);
}

TEST_CASE("weights have the same bits on any number of threads, in any layout, times any power of two",
          "[mixture][weighted_em][slow]") {
  const test::RepeatedRows data(9000);  // more than one block
  std::vector<double> w, scaled, tiny, spaced, columns(2 * 9000);
  for (std::size_t i = 0; i < 9000; ++i) {
    w.push_back(0.1 + random_unit(5, i));
    scaled.push_back(0x1p40 * w[i]);
    tiny.push_back(0x1p-300 * w[i]);
    spaced.insert(spaced.end(), {w[i], -1});
    columns[i] = data.x[2 * i], columns[9000 + i] = data.x[2 * i + 1];
  }
  const NormalMixture start = test::three_of(Covariance::full);
  Context<Cpu> ctx;
  const EmResult expected = em(ctx, start, data.rows(), view(w)),
                 from_clusters = em(ctx, 3, Covariance::tied, data.rows(), view(w));
  for (const auto& [name, options] : Context<Cpu>::variants(ctx.control())) {
    INFO(name);
    Context<Cpu> other(options);
    test::check_same_result(em(other, start, data.rows(), view(w)), expected);
    test::check_same_result(em(other, 3, Covariance::tied, data.rows(), view(w)), from_clusters);
  }
  test::check_same_result(em(ctx, start, column_major(columns.data(), index_t{9000}, index_t{2}), view(w)), expected);
  test::check_same_result(em(ctx, start, data.rows(), VectorView<const double>(spaced.data(), 9000, 2)), expected);
  for (const auto* other : {&scaled, &tiny}) {
    const EmResult result = em(ctx, start, data.rows(), view(*other));
    CHECK(result.model.means == expected.model.means);
    CHECK(result.model.covariances == expected.model.covariances);
    CHECK(result.lower_bounds == expected.lower_bounds);
    CHECK(result.nll == (*other)[0] / w[0] * expected.nll);
  }
}

TEST_CASE("rows of weight 0 are as good as absent, whatever they hold", "[mixture][weighted_em]") {
  test::RepeatedRows data(600);
  std::vector<double> kept, own;
  for (std::size_t i = 0; i < 600; ++i) {
    if (i % 5 == 2) {
      data.weights[i] = 0;
      data.x[2 * i] = test::not_a_number;
    } else {
      data.weights[i] = 0.5 + random_unit(5, i);
      kept.insert(kept.end(), {data.x[2 * i], data.x[2 * i + 1]});
      own.push_back(data.weights[i]);
    }
  }
  const auto rows = row_major(kept.data(), static_cast<index_t>(own.size()), index_t{2});
  Context<Cpu> ctx;
  const NormalMixture start = test::three_of(Covariance::diagonal);
  test::check_same_result(em(ctx, start, data.rows(), view(data.weights)), em(ctx, start, rows, view(own)));
  test::check_same_result(em(ctx, 3, Covariance::full, data.rows(), view(data.weights)),
                          em(ctx, 3, Covariance::full, rows, view(own)));
  // A start that explains none of the rows is moved to one that counts.
  EmOptions reseeding;
  reseeding.empty = mixture::EmptyComponent::reseed;
  NormalMixture lost = start;
  lost.means[0] = 1e6;
  test::check_same_result(em(ctx, lost, data.rows(), view(data.weights), reseeding),
                          em(ctx, lost, rows, view(own), reseeding));
}

TEST_CASE("weights that are none are refused with their number", "[mixture][weighted_em]") {
  const test::RepeatedRows data(100);
  Context<Cpu> ctx;
  const auto refused = [&](std::size_t at, double value) {
    std::vector<double> w(100, 1);
    w[at] = value;
    return message<ValueError>([&] { static_cast<void>(em(ctx, 2, Covariance::full, data.rows(), view(w))); });
  };
  const std::string rule = "; expected a number from 0 to 1e+100; leave the point out, or rescale all weights";
  CHECK(refused(7, -0.5) == "mixture: weights[7]=-0.5" + rule);
  CHECK(refused(99, test::not_a_number) == "mixture: weights[99]=nan" + rule);
  CHECK(refused(0, test::infinity) == "mixture: weights[0]=inf" + rule);
  const std::vector<double> none(100, 0), few(99, 1), one_row = [] {
    std::vector<double> w(100, 0);
    return w[4] = 1, w;
  }();
  const auto with = [&](const std::vector<double>& w) {
    static_cast<void>(em(ctx, 2, Covariance::full, data.rows(), view(w)));
  };
  CHECK(message<ValueError>([&] { with(none); }).find("the largest weight is 0") != std::string::npos);
  CHECK(message<ShapeError>([&] { with(few); }) == "mixture: 99 weights for 100 points; give one for each");
  CHECK(message<ValueError>([&] { with(one_row); }).find("components=2 for 1 rows") != std::string::npos);
}
