// Many fits at once: the bits of single fits on any number of threads, failures in their place, and toys to fit.
#include "isonomy/estimators/mixture/many/fit_many.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "isonomy/backend/compose.hpp"
#include "isonomy/compiled/mixture.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/many/normal_toys.hpp"
#include "isonomy/estimators/mixture/normal/start.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/special/normal_distribution.hpp"
#include "isonomy/reference/reference.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/mixture/weights.hpp"
#include "support/numbers.hpp"
#include "support/partial_backend.hpp"

using namespace isonomy;
using mixture::fit_many;
using mixture::ManyFits;
using mixture::NormalModel;
using mixture::NormalToys;
using test::message;

namespace isonomy::test {
namespace {

const std::vector<double> toy_truth{0.4, 0, 3, 1, 0.7};

Context<Cpu> on_threads(int threads) {
  cpu::ContextOptions options;
  options.threads = threads;
  return Context<Cpu>(std::move(options));
}

void check_same_fit(const mixture::FitResult& a, const mixture::FitResult& b) {
  CHECK(a.names == b.names);
  CHECK(a.minimum.status == b.minimum.status);
  CHECK(a.minimum.parameters == b.minimum.parameters);
  CHECK(a.minimum.nll == b.minimum.nll);
  CHECK(a.minimum.hessian == b.minimum.hessian);
  CHECK(a.minimum.passes == b.minimum.passes);
  CHECK(a.hesse.errors == b.hesse.errors);
  CHECK(a.hesse.covariance == b.hesse.covariance);
  CHECK(a.bic == b.bic);
  CHECK(a.report.warnings == b.report.warnings);
}

/// How far the points' distribution is from that of N(mean, sigma) inside a range, times the root of their number.
double kolmogorov(std::vector<double> x, double mean, double sigma, const mixture::Range& range) {
  std::sort(x.begin(), x.end());
  const double a = (range.lower - mean) / sigma, b = (range.upper - mean) / sigma, n = static_cast<double>(x.size());
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double below = normal_probability(a, (x[i] - mean) / sigma) / normal_probability(a, b);
    worst = std::max(
        {worst, std::abs(below - static_cast<double>(i) / n), std::abs(below - static_cast<double>(i + 1) / n)});
  }
  return worst * std::sqrt(n);
}

}  // namespace
}  // namespace isonomy::test

TEST_CASE("fits of many data sets have the bits of single fits on any number of threads", "[mixture][fit_many]") {
  const NormalModel model{2};
  const NormalToys toys(model, test::toy_truth, 11, 900);
  constexpr index_t count = 13;
  std::vector<double> all, x;
  std::vector<float> narrow, narrow_set;
  for (index_t i = 0; i < count; ++i) {
    toys(i, x);
    all.insert(all.end(), x.begin(), x.end());
    toys(i, narrow_set);
    narrow.insert(narrow.end(), narrow_set.begin(), narrow_set.end());
  }
  const auto columns = column_major(all.data(), index_t{900}, count);
  Context<Cpu> ctx;
  for (const int threads : {1, 2, 3, 8}) {
    INFO(threads << " threads");
    Context<Cpu> many = test::on_threads(threads);
    const ManyFits generated = fit_many(many, model, count, toys, test::toy_truth);
    const ManyFits matrix = fit_many(many, model, columns, test::toy_truth);
    const ManyFits floats = fit_many<float>(many, model, count, toys, test::toy_truth);
    std::vector<VectorView<const double>> views;
    for (index_t i = 0; i < count; ++i) views.push_back(columns.column(i).subview(0, 900 - 50 * i));
    const ManyFits batch = fit_many(many, model, views, test::toy_truth);
    REQUIRE(generated.fits.size() == count);
    for (index_t i = 0; i < count; ++i) {
      const auto k = static_cast<std::size_t>(i);
      CHECK(generated.valid(k));
      test::check_same_fit(generated.fits[k], mixture::fit(ctx, model, columns.column(i), test::toy_truth));
      test::check_same_fit(matrix.fits[k], generated.fits[k]);
      test::check_same_fit(batch.fits[k], mixture::fit(ctx, model, views[k], test::toy_truth));
      test::check_same_fit(floats.fits[k],
                           mixture::fit(ctx, model, view(narrow).subview(900 * i, 900), test::toy_truth));
    }
  }
}

TEST_CASE("rows are data sets through a transposed view, and starts may be made for each", "[mixture][fit_many]") {
  const NormalModel model{2};
  const NormalToys toys(model, test::toy_truth, 3, 400);
  std::vector<double> by_rows(4 * 400), x;
  for (index_t i = 0; i < 4; ++i) {
    toys(i, x);
    std::copy(x.begin(), x.end(), by_rows.begin() + 400 * i);
  }
  const auto rows = row_major(by_rows.data(), index_t{4}, index_t{400});
  const auto own_start = [&](auto& ctx, index_t, auto points) { return mixture::automatic_start(ctx, model, points); };
  Context<Cpu> ctx;
  const ManyFits many = fit_many(ctx, model, transposed(rows), own_start);
  for (index_t i = 0; i < 4; ++i) {
    const auto start = mixture::automatic_start(ctx, model, rows.row(i));
    test::check_same_fit(many.fits[static_cast<std::size_t>(i)], mixture::fit(ctx, model, rows.row(i), start));
  }
}

TEST_CASE("a data set that cannot be fitted keeps its message and leaves the others alone", "[mixture][fit_many]") {
  const NormalModel model{2};
  const NormalToys toys(model, test::toy_truth, 5, 500);
  std::vector<std::vector<double>> sets(6);
  for (std::size_t i = 0; i < sets.size(); ++i) toys(static_cast<index_t>(i), sets[i]);
  sets[1][7] = test::not_a_number;
  sets[2].clear();
  sets[4].assign(10, 2.5);
  std::vector<VectorView<const double>> views;
  for (const auto& set : sets) views.push_back(view(set));
  for (const int threads : {1, 3}) {
    Context<Cpu> ctx = test::on_threads(threads);
    const ManyFits many = fit_many(ctx, model, views, test::toy_truth);
    CHECK(many.errors[1] == "mixture: x[7]=nan; expected a number below 1e150 in size; remove or rescale it");
    CHECK(many.errors[2] == "mixture: the data are empty; expected at least one point");
    CHECK_FALSE(many.errors[4].empty());
    for (const std::size_t i : {0, 3, 5}) {
      CHECK(many.valid(i));
      test::check_same_fit(many.fits[i], mixture::fit(ctx, model, views[i], test::toy_truth));
    }
    REQUIRE(many.report.warnings.size() == 1);
    CHECK(many.report.warnings[0] ==
          "fits without a minimum: 3 of 6; the first, number 1: mixture: x[7]=nan; expected a number below 1e150 in "
          "size; remove or rescale it");
  }
  mixture::MinimizeOptions hurried;
  hurried.max_iterations = 1;
  Context<Cpu> ctx;
  const ManyFits many = fit_many(ctx, model, std::vector<VectorView<const double>>{views[0]},
                                 std::vector{0.45, 0.1, 3.1, 1.1, 0.8}, hurried);
  CHECK(many.errors[0].empty());
  CHECK_FALSE(many.valid(0));
  CHECK(many.report.warnings.at(0) == "fits without a minimum: 1 of 1; the first, number 0: max_iterations");
}

TEST_CASE("no data sets give no fits, and a start outside its domain none either", "[mixture][fit_many]") {
  Context<Cpu> ctx;
  const NormalModel model{2};
  const auto set = [](index_t, std::vector<double>&) { throw std::logic_error("asked for a data set"); };
  CHECK(fit_many(ctx, model, index_t{0}, set, test::toy_truth).fits.empty());
  CHECK(fit_many(ctx, model, std::vector<VectorView<double>>{}, test::toy_truth).errors.empty());
  CHECK(fit_many(ctx, model, MatrixView<double>{}, test::toy_truth).report.warnings.empty());
  CHECK(message<ShapeError>([&] { static_cast<void>(fit_many(ctx, model, index_t{-1}, set, test::toy_truth)); }) ==
        "fit_many: count is -1; it must be at least 0");
  CHECK(message<ValueError>([&] {
          static_cast<void>(fit_many(ctx, model, index_t{5}, set, std::vector{1.5, 0., 3., 1., 0.7}));
        }).find("mixture: f=1.5") == 0);
  CHECK_THROWS_AS(fit_many(ctx, model, index_t{5}, set, std::vector{0.5}), ShapeError);
}

TEST_CASE("many fits report their number, end when asked to, and pass foreign exceptions on", "[mixture][fit_many]") {
  const NormalModel model{2};
  const NormalToys toys(model, test::toy_truth, 5, 300);
  for (const int threads : {1, 3}) {
    cpu::ContextOptions options;
    options.threads = threads;
    std::stop_source source;
    options.stop = source.get_token();
    std::int64_t last = 0, stop_at = 100;
    bool one_stage = true;
    options.progress = [&](const Progress& p) {
      one_stage = one_stage && std::string(p.stage) == "fit_many" && p.total == 40;
      last = std::max(last, p.done);
      if (p.done >= stop_at) source.request_stop();
    };
    Context<Cpu> ctx(std::move(options));
    static_cast<void>(fit_many(ctx, model, index_t{40}, toys, test::toy_truth));
    CHECK(one_stage);
    CHECK(last > 0);
    const auto foreign = [&](index_t i, std::vector<double>& x) {
      if (i == 9) throw std::out_of_range("no such file");
      toys(i, x);
    };
    CHECK_THROWS_AS(fit_many(ctx, model, index_t{40}, foreign, test::toy_truth), std::out_of_range);
    stop_at = 5;
    CHECK_THROWS_AS(fit_many(ctx, model, index_t{40}, toys, test::toy_truth), Cancelled);
    std::atomic<int> begun = 0;
    const auto counted = [&](index_t i, std::vector<double>& x) {
      ++begun;
      toys(i, x);
    };
    CHECK_THROWS_AS(fit_many(ctx, model, index_t{40}, counted, test::toy_truth), Cancelled);
    CHECK(begun <= threads);
  }
}

TEST_CASE("errors of toys cover the truth as often as they say", "[mixture][fit_many]") {
  const NormalModel model{2};
  Context<Cpu> ctx;
  const ManyFits many = fit_many(ctx, model, 400, NormalToys(model, test::toy_truth, 1, 1000), test::toy_truth);
  for (std::size_t p = 0; p < test::toy_truth.size(); ++p) {
    int covered = 0;
    for (const auto& fit : many.fits)
      covered += std::abs(fit.minimum.parameters[p] - test::toy_truth[p]) < fit.hesse.errors[p] ? 1 : 0;
    CHECK(std::abs(covered - 0.6827 * 400) < 4 * std::sqrt(400 * 0.6827 * 0.3173));
  }
}

TEST_CASE("toys depend on their number and seed alone, and points beyond the first do not change these", "[mixture]") {
  const NormalModel model{2};
  std::vector<double> a, b(7), longer;
  NormalToys(model, test::toy_truth, 11, 1001)(5, a);
  NormalToys(model, test::toy_truth, 11, 1001)(5, b);
  CHECK(a.size() == 1001);
  CHECK(a == b);
  NormalToys(model, test::toy_truth, 11, 2000)(5, longer);
  CHECK(std::equal(a.begin(), a.end(), longer.begin()));
  NormalToys(model, test::toy_truth, 11, 1001)(6, b);
  CHECK(a[0] != b[0]);
  NormalToys(model, test::toy_truth, 12, 1001)(5, b);
  CHECK(a[0] != b[0]);
  // Of one component a point is the quantile of its number.
  NormalToys(NormalModel{1}, {2, 3}, 8, 3)(4, a);
  const PhiloxBlock words = philox(8, 2, 4);
  const double unit = (static_cast<double>((std::uint64_t{words.word[1]} << 32 | words.word[0]) >> 12) + 0.5) * 0x1p-52;
  CHECK(a[2] == 2 + 3 * normal_quantile(unit));
}

TEST_CASE("toys of every kind of model are fitted back to their parameters", "[mixture]") {
  Context<Cpu> ctx;
  for (const auto& [model, at] : test::kinds()) {
    const bool yields = model.weighting == mixture::Weighting::yields;
    std::vector<double> truth = at, x;
    for (int i = 0; yields && i < model.weight_count(); ++i) truth[static_cast<std::size_t>(i)] *= 20;
    NormalToys(model, truth, 2, yields ? NormalToys::by_yields : 20000)(0, x);
    const auto fit = mixture::fit(ctx, model, view(x), truth);
    REQUIRE(fit.minimum.valid());
    for (std::size_t i = 0; i < truth.size(); ++i) {
      INFO(fit.names[i] << " = " << fit.minimum.parameters[i] << " +- " << fit.hesse.errors[i] << ", true "
                        << truth[i]);
      CHECK(std::abs(fit.minimum.parameters[i] - truth[i]) < 4.5 * fit.hesse.errors[i]);
    }
  }
}

TEST_CASE("toys of yields have as many points as a Poisson law gives", "[mixture]") {
  NormalModel model{1};
  model.weighting = mixture::Weighting::yields;
  for (const double mean : {0.5, 30.0}) {
    const NormalToys toys(model, {mean, 0, 1}, 4);
    double sum = 0, squares = 0;
    constexpr int count = 4000;
    for (int i = 0; i < count; ++i) {
      const auto n = static_cast<double>(toys.size(i));
      sum += n, squares += (n - mean) * (n - mean);
    }
    CHECK(std::abs(sum / count - mean) < 4 * std::sqrt(mean / count));
    CHECK(std::abs(squares / count / mean - 1) < 4 * std::sqrt((2 + 1 / mean) / count));
  }
}

TEST_CASE("toys within a range follow the density there, however far out or narrow it is", "[mixture]") {
  struct Row {
    double mean, sigma;
    mixture::Range range;
  };
  for (const Row& row : {Row{0, 1, {-0.5, 2}}, Row{0, 1, {1, 3}}, Row{5, 2, {-4, 1}}, Row{0, 1, {33, 33.2}},
                         Row{0, 2, {-68, -66.01}}, Row{1, 100, {0, 3}}, Row{-3000, 100, {0, 3}}, Row{0, 1, {20, 20.01}},
                         Row{0, 1, {-36, test::infinity}}, Row{0, 1, {31, test::infinity}}}) {
    INFO("N(" << row.mean << ", " << row.sigma << ") from " << row.range.lower << " to " << row.range.upper);
    NormalModel model{1};
    model.range = row.range;
    std::vector<double> x;
    NormalToys(model, {row.mean, row.sigma}, 9, 4000)(0, x);
    const auto [least, most] = std::minmax_element(x.begin(), x.end());
    CHECK(*least >= row.range.lower);
    CHECK(*most <= row.range.upper);
    CHECK(test::kolmogorov(x, row.mean, row.sigma, row.range) < 1.9);  // p = 0.0015
    std::vector<float> narrow;
    NormalToys(model, {row.mean, row.sigma}, 9, 4000)(0, narrow);
    for (const float v : narrow) REQUIRE((v >= row.range.lower && v <= row.range.upper));
  }
  // Far beyond what a probability can say: the distance from the end is exponential with the mean 1 / 1000.
  NormalModel model{1};
  model.range = {1000, test::infinity};
  std::vector<double> x;
  NormalToys(model, {0, 1}, 9, 10000)(0, x);
  double mean = 0;
  for (const double v : x) mean += (v - 1000) / 10000;
  CHECK(mean == Approx(1e-3).epsilon(0.04));
}

TEST_CASE("toys without a number of points, or too many, are refused", "[mixture]") {
  CHECK(message<ValueError>([] { NormalToys(NormalModel{2}, test::toy_truth, 1); }) ==
        "toys: points=-1; expected at least 0; give how many points a toy has, which fractions do not say");
  CHECK_THROWS_AS(NormalToys(NormalModel{2}, test::toy_truth, 1, index_t{1} << 50), ValueError);
  CHECK_THROWS_AS(NormalToys(NormalModel{2}, {0.5, 0, 1}, 1, 10), ShapeError);
  CHECK_THROWS_AS(NormalToys(NormalModel{2}, {0.5, 0, 1, -1, 1}, 1, 10), ValueError);
  std::vector<double> x(3);
  NormalToys(NormalModel{2}, test::toy_truth, 1, 0)(0, x);
  CHECK(x.empty());
}

TEST_CASE("workers keep the caller's trace, checks and declines", "[mixture][fit_many]") {
  using Watched = Context<Traced<Checked<Chain<test::Sevens, Cpu>, Reference>>>;
  for (const int threads : {1, 3}) {
    cpu::ContextOptions options;
    options.threads = threads;
    Watched ctx(std::move(options));
    ctx.checks().every = 2;
    ManyFits result;
    const auto product = [](Watched& own, mixture::detail::NoRoom&, index_t) {
      const std::vector<double> a(10, 1), b(2, 1);
      std::vector<double> out(5);
      gemm(own, 1.0, MatrixView<const double>(a.data(), 5, 2, 1, 5), MatrixView<const double>(b.data(), 2, 1, 1, 2),
           0.0, MatrixView<double>(out.data(), 5, 1, 1, 5));
      return mixture::FitResult{};
    };
    mixture::detail::FitQueue<Watched, mixture::detail::NoRoom, decltype(product)>(ctx, 6, product, result).run();
    INFO(threads << " threads");
    CHECK(result.errors == std::vector<std::string>(6));
    const auto products = std::count_if(ctx.trace().events.begin(), ctx.trace().events.end(), [](const TraceEvent& e) {
      return e.operation == "gemm" && e.backend == "Cpu" && e.depth == 1 && e.declined.size() == 1;
    });
    CHECK(products == 6);
    CHECK(ctx.trace().events.back().operation == "for_each");
    CHECK(ctx.checks().calls == 7);  // with for_each, within which the workers ran
    CHECK(ctx.checks().checked >= 3);
    CHECK(ctx.checks().checked <= 6);
    const OperationBackend* const told = ctx.told(&compose::call_kind<op::gemm, double>);
    REQUIRE(told != nullptr);
    CHECK(told->backend == "Cpu");
    REQUIRE(told->declined.size() == 1);
    CHECK(told->declined[0].reason == "5 rows; it takes up to 4");
  }
}
