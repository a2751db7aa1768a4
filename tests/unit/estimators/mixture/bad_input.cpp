// Bad input to mixtures, rule by rule: what is refused before any work, with which words, and what only warns.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/multivariate/em.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/normal/likelihood.hpp"
#include "isonomy/estimators/mixture/sorted.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/numbers.hpp"

using namespace isonomy;
using mixture::em;
using mixture::EmOptions;
using mixture::NormalMixture;
using mixture::NormalModel;
using mixture::Sharing;
using mixture::Weighting;
using test::infinity;
using test::message;
using test::not_a_number;

namespace {

std::vector<double> ramp(index_t n) {
  std::vector<double> x;
  for (index_t i = 0; i < n; ++i) x.push_back(static_cast<double>(i % 17) + 0.125 * static_cast<double>(i % 5));
  return x;
}

bool begins(const std::string& text, const std::string& with) { return text.rfind(with, 0) == 0; }

std::string fitted(const NormalModel& model, const std::vector<double>& x, const std::vector<double>& start) {
  Context<Cpu> ctx;
  return message<Error>([&] { return fit(ctx, model, view(x), start); });
}

NormalMixture good(Covariance covariance = Covariance::full) {
  switch (covariance) {
  case Covariance::full: return {2, covariance, {0.5, 0.5}, {1, 2, 8, 9}, {4, 1, 1, 4, 4, 0, 0, 4}};
  case Covariance::tied: return {2, covariance, {0.5, 0.5}, {1, 2, 8, 9}, {4, 1, 1, 4}};
  case Covariance::diagonal: return {2, covariance, {0.5, 0.5}, {1, 2, 8, 9}, {4, 4, 4, 4}};
  default: return {2, covariance, {0.5, 0.5}, {1, 2, 8, 9}, {4, 4}};
  }
}

/// What em() and the likelihood say about a mixture: the same.
template <class Change>
std::string refused(const Change& change, Covariance covariance = Covariance::full) {
  NormalMixture m = good(covariance);
  change(m);
  const std::vector<double> x = ramp(60);
  Context<Cpu> ctx;
  const auto rows = row_major(x.data(), 30, 2);
  std::string text = message<Error>([&] { return em(ctx, m, rows); });
  CHECK(message<Error>([&] { return negative_log_likelihood(ctx, m, rows); }) == text);
  CHECK(message<Error>([&] { return sorted(m); }) == text);
  return text;
}

}  // namespace

TEST_CASE("fits refuse parameters outside their domain by name, value and rule", "[mixture]") {
  const std::vector<double> x = ramp(100);
  const NormalModel pair = mixture::shared_mean_pair(), three{3};
  CHECK(fitted(pair, x, {0.5, 0, 1}) == "mixture: 3 parameters for a model of 4; give them in the order of names()");
  CHECK(fitted(pair, x, {not_a_number, 0, 1, 2}) ==
        "mixture: f=nan; expected a weight from 0 to 1; give the share of the component");
  CHECK(fitted(pair, x, {1.25, 0, 1, 2}) ==
        "mixture: f=1.25; expected a weight from 0 to 1; give the share of the component");
  CHECK(fitted(pair, x, {-0.25, 0, 1, 2}) ==
        "mixture: f=-0.25; expected a weight from 0 to 1; give the share of the component");
  CHECK(fitted(pair, x, {0.5, -infinity, 1, 2}) == "mixture: mu=-inf; expected a finite mean; give one near the data");
  CHECK(begins(fitted(pair, x, {0.5, 0, 0, 2}), "mixture: s1=0; expected a standard deviation above 0"));
  CHECK(begins(fitted(pair, x, {0.5, 0, 1, -2}), "mixture: s2=-2; expected a standard deviation above 0"));
  CHECK(begins(fitted(pair, x, {0.5, 0, 1, 5e-324}), "mixture: s2=4.94066e-324; expected a standard deviation"));
  CHECK(begins(fitted(pair, x, {0.5, 0, 1, not_a_number}), "mixture: s2=nan; expected a standard deviation above 0"));
  CHECK(begins(fitted(pair, x, {0.5, 0, infinity, 1}), "mixture: s1=inf; expected a standard deviation above 0"));
  CHECK(fitted(three, x, {0.5, 0.75, 0, 1, 2, 1, 1, 1}) ==
        "mixture: sum of weights=1.25; expected at most 1; lower some, the last component has the rest");
  CHECK(fitted({2, Sharing::shared, Sharing::free, Weighting::yields, {}}, x, {infinity, 5, 0, 1, 2}) ==
        "mixture: n1=inf; expected a finite number of points, at least 0; give the points expected of the component");
  NormalModel reversed{1};
  reversed.range = {2, 1};
  CHECK(fitted(reversed, x, {0, 1}) == "mixture: range.upper=1; expected more than range.lower");
}

TEST_CASE("weights of exactly 0 and 1 are evaluated, but not fitted", "[mixture]") {
  const std::vector<double> x = ramp(100);
  const NormalModel pair = mixture::shared_mean_pair();
  Context<Cpu> ctx;
  for (const double f : {0.0, 1.0}) {
    CHECK(std::isfinite(evaluate(ctx, pair, view(x), {f, 8, 1, 5}).nll));
    CHECK(begins(fitted(pair, x, {f, 8, 1, 5}), "mixture: a component has weight 0; its derivatives do not exist"));
  }
  CHECK(evaluate(ctx, pair, view(x), {1, 8, 4, 5}).nll ==
        Approx(evaluate(ctx, NormalModel{1}, view(x), {8, 4}).nll).epsilon(1e-14));
}

TEST_CASE("fits name the first point that is not finite, in large, strided and float data too", "[mixture]") {
  constexpr index_t n = (index_t{1} << 20) + 100;
  std::vector<double> x = ramp(n);
  x[(std::size_t{1} << 20) + 7] = not_a_number;
  x[(std::size_t{1} << 20) + 9] = infinity;
  CHECK(fitted({1}, x, {8, 5}) ==
        "mixture: x[1048583]=nan; expected a number below 1e150 in size; remove or rescale it, and 1 more");
  std::vector<float> y(41, 1);
  y[4] = 2;
  y[38] = -std::numeric_limits<float>::infinity();
  Context<Cpu> ctx;
  CHECK(message<ValueError>([&] {
          return fit(ctx, NormalModel{1}, VectorView<const float>(y.data(), 20, 2), {1, 1});
        }) == "mixture: x[19]=-inf; expected a number below 1e150 in size; remove or rescale it");
}

TEST_CASE("points outside the range are counted, NaN among them", "[mixture]") {
  std::vector<double> x = ramp(100);
  NormalModel model{1};
  model.range = {-1, 20};
  x[3] = 21, x[5] = -2, x[7] = not_a_number;
  const char* const text =
      "mixture: 3 of 100 points lie outside the range from -1 to 20; leave them out, or widen the range";
  CHECK(fitted(model, x, {8, 5}) == text);
  Context<Cpu> ctx;
  CHECK(message<ValueError>([&] { return evaluate(ctx, model, view(x), {8, 5}); }) == text);
}

TEST_CASE("fewer points than parameters warn", "[mixture]") {
  const std::vector<double> x{0, 1, 3, 10};
  Context<Cpu> ctx;
  const auto result = fit(ctx, NormalModel{2}, view(x), {0.5, 1, 8, 2, 3});
  REQUIRE_FALSE(result.report.warnings.empty());
  CHECK(result.report.warnings[0] == "4 points for 5 parameters");
  const auto em_result = em(ctx, {2, Covariance::full, {1}, {1, 1}, {1, 0, 0, 1}}, row_major(x.data(), 2, 2));
  REQUIRE_FALSE(em_result.report.warnings.empty());
  CHECK(em_result.report.warnings[0] == "2 points for 5 parameters");
}

TEST_CASE("mixtures with bad weights, means or shapes are refused", "[mixture]") {
  CHECK(refused([](auto& m) { m.weights[0] = not_a_number; }) ==
        "mixture: weights[0]=nan; expected a finite number of at least 0; give its share of the points");
  CHECK(refused([](auto& m) {
          m.weights = {-0.5, 1.5};
        }) == "mixture: weights[0]=-0.5; expected a finite number of at least 0; give its share of the points");
  CHECK(refused([](auto& m) { m.weights[1] = 0.25; }) ==
        "mixture: sum of weights=0.75; expected 1 within 2e-12; divide the weights by their sum");
  CHECK(begins(refused([](auto& m) { m.weights[1] += 1e-11; }),
               "mixture: sum of weights=1.00000000001; expected 1 within 2e-12"));
  CHECK(refused([](auto& m) { m.means[2] = not_a_number; }) ==
        "mixture: means[2]=nan; expected a finite number; give a place among the points");
  CHECK(refused([](auto& m) { m.means.push_back(0); }) ==
        "mixture: means has 5 elements; expected 4; give every component a row of as many as there are dimensions");
  CHECK(refused([](auto& m) { m.weights = {}; }) ==
        "mixture: 0 components in 2 dimensions; both must be at least 1; give every component a weight and a mean");
  CHECK(refused([](auto& m) { m.dimensions = 0; }) ==
        "mixture: 2 components in 0 dimensions; both must be at least 1; give every component a weight and a mean");
}

TEST_CASE("covariances that are no covariances are refused, with component and pivot", "[mixture]") {
  CHECK(refused([](auto& m) { m.covariances[1] += 1e-9; }) ==
        "mixture: covariance 0, element (1, 0)=1; expected the same as its mirror image, 1.0000000010000001, within "
        "4e-12; give a symmetric matrix");
  CHECK(begins(refused([](auto& m) { m.covariances[5] = not_a_number; }), "mixture: covariance 1, element (1, 0)="));
  CHECK(begins(refused([](auto& m) { m.covariances[0] = -4; }),
               "mixture: covariance 0 is not positive definite (pivot 1)"));
  CHECK(begins(refused([](auto& m) { m.covariances[7] = infinity; }), "mixture: covariance 1"));
  CHECK(begins(refused([](auto& m) { m.covariances[3] = 0.25; }, Covariance::tied),
               "mixture: covariance 0 is not positive definite (pivot 2)"));
  CHECK(refused([](auto& m) { m.covariances[2] = -1; }, Covariance::diagonal) ==
        "mixture: covariances[2]=-1; expected a finite variance above 0; give the square of a standard deviation");
  CHECK(refused([](auto& m) { m.covariances[1] = infinity; }, Covariance::spherical) ==
        "mixture: covariances[1]=inf; expected a finite variance above 0; give the square of a standard deviation");
  try {
    NormalMixture m = good();
    m.covariances[5] = m.covariances[6] = 4;
    validate(m);
    FAIL("nothing was thrown");
  } catch (const NotPositiveDefinite& e) {
    CHECK(e.batch == 1);
    CHECK(e.pivot == 2);
  }
}

TEST_CASE("EM refuses data of the wrong shape and numbers that are not finite, by row and column", "[mixture]") {
  std::vector<double> x = ramp(60);
  Context<Cpu> ctx;
  const auto said = [&](MatrixView<const double> rows) {
    return message<Error>([&] { return em(ctx, good(), rows); });
  };
  const auto automatic = [&](int k, MatrixView<const double> rows) {
    return message<Error>([&] { return em(ctx, k, Covariance::full, rows); });
  };
  const char* const too_large =
      "x is 3074457345618258603x3: more elements than can be numbered; use less data per call";
  const MatrixView<const double> huge(x.data(), index_t{3074457345618258603}, 3, 0, 0);
  CHECK(said(huge) == std::string("em: ") + too_large);
  CHECK(automatic(2, huge) == std::string("em: ") + too_large);
  CHECK(message<Error>([&] { return negative_log_likelihood(ctx, good(), huge); }) ==
        std::string("mixture: ") + too_large);
  CHECK(begins(said(row_major(x.data(), 20, 3)), "mixture: x has 3 columns and the mixture 2 dimensions; give "));
  CHECK(message<ShapeError>([&] { return negative_log_likelihood(ctx, good(), row_major(x.data(), 20, 3)); }) ==
        said(row_major(x.data(), 20, 3)));
  CHECK(said(row_major(x.data(), 0, 2)) == "em: the data are empty; expected at least one row");
  CHECK(automatic(2, row_major(x.data(), 0, 2)) == "em: the data are empty; expected at least one row");
  CHECK(automatic(31, row_major(x.data(), 30, 2)) ==
        "em: components=31 for 30 rows; expected from 1 to the number of rows");
  CHECK(begins(automatic(0, row_major(x.data(), 30, 2)), "em: components=0 for 30 rows"));
  for (const double bad : {not_a_number, infinity, -infinity, 1e308}) {
    x[41] = bad;
    for (const std::string& text : {said(row_major(x.data(), 30, 2)), automatic(2, row_major(x.data(), 30, 2))}) {
      CHECK(begins(text, "em: x[20, 1]="));
      CHECK(text.find("expected a number below 1e150 in size; remove or rescale it") != std::string::npos);
    }
    CHECK(begins(said(column_major(x.data(), 30, 2)), "em: x[11, 1]="));
    CHECK_FALSE(std::isfinite(negative_log_likelihood(ctx, good(), row_major(x.data(), 30, 2))));
  }
}

TEST_CASE("EM refuses options outside their domain", "[mixture]") {
  const std::vector<double> x = ramp(60);
  Context<Cpu> ctx;
  const auto said = [&](auto change) {
    EmOptions options;
    change(options);
    std::string text = message<ValueError>([&] { return em(ctx, good(), row_major(x.data(), 30, 2), options); });
    CHECK(message<ValueError>([&] { return em(ctx, 2, Covariance::full, row_major(x.data(), 30, 2), options); }) ==
          text);
    return text;
  };
  CHECK(said([](auto& o) { o.tol = -1; }) ==
        "em: tol=-1; expected at least 0; give 1e-3, or 0 for max_iter iterations");
  CHECK(begins(said([](auto& o) { o.tol = -1e-9; }), "em: tol=-1e-09; expected"));
  CHECK(said([](auto& o) { o.reg_covar = -1e-7; }) ==
        "em: reg_covar=-1e-07; expected a finite number of at least 0; give 1e-6, or 0 to add nothing to variances");
  CHECK(begins(said([](auto& o) { o.tol = not_a_number; }), "em: tol=nan"));
  CHECK(said([](auto& o) { o.reg_covar = -1; }).find("reg_covar=-1") != std::string::npos);
  CHECK(said([](auto& o) { o.reg_covar = infinity; }).find("reg_covar=inf") != std::string::npos);
  CHECK(said([](auto& o) { o.max_iter = 0; }) == "em: max_iter=0; expected at least 1; give 100 or so");
  CHECK(said([](auto& o) { o.starts = 0; }) == "em: starts=0; expected at least 1; 60 are the default");
}

TEST_CASE("sorted parameters are refused where the parameters are", "[mixture]") {
  CHECK(message<ValueError>([] { return sorted(NormalModel{1}, {0, -1}); }).find("mixture: s=-1") == 0);
  CHECK(message<ShapeError>([] { return sorted(NormalModel{1}, {0}); }).find("mixture: 1 parameters") == 0);
}
