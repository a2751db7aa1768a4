// Scales of data in several dimensions: powers of two, places far away, variances that are no numbers, what is added.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/multivariate/em.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/mixture/clouds.hpp"

using namespace isonomy;
using mixture::em;
using mixture::EmOptions;
using mixture::NormalMixture;
using test::clouds;
using test::covariance_kinds;
using test::message;
using test::rows_of_two;
using test::three_centres;

TEST_CASE("columns times powers of two have the same fit, bit for bit", "[mixture]") {
  const std::vector<double> x = clouds(three_centres, 60);
  Context<Cpu> ctx;
  EmOptions options;
  options.starts = 12;
  for (const Covariance kind : covariance_kinds) {
    INFO("covariance type " << static_cast<int>(kind));
    const mixture::EmResult expected = em(ctx, 3, kind, rows_of_two(x), options),
                            again = em(ctx, expected.model, rows_of_two(x), options);
    for (const auto& [first, second] : {std::pair{470, -470}, {-477, 3}, {0, 476}}) {
      const int e[2] = {first, kind == Covariance::spherical ? first : second};
      std::vector<double> scaled;
      for (std::size_t i = 0; i < x.size(); ++i) scaled.push_back(std::ldexp(x[i], e[i % 2]));
      const auto check_same = [&](const mixture::EmResult& r, const mixture::EmResult& of) {
        CHECK(r.iterations == of.iterations);
        CHECK(r.starts.met_same == of.starts.met_same);
        CHECK(r.model.weights == of.model.weights);
        for (std::size_t i = 0; i < 6; ++i) CHECK(r.model.means[i] == std::ldexp(of.model.means[i], e[i % 2]));
        for (std::size_t i = 0; i < r.model.covariances.size(); ++i) {
          const std::size_t row = kind == Covariance::spherical  ? 0
                                  : kind == Covariance::diagonal ? i % 2
                                                                 : i / 2 % 2,
                            column = kind == Covariance::spherical ? 0 : i % 2;
          CHECK(r.model.covariances[i] == std::ldexp(of.model.covariances[i], e[row] + e[column]));
        }
        CHECK(r.nll == Approx(of.nll + 180 * (e[0] + e[1]) * std::log(2.0)).epsilon(1e-13));
        CHECK(r.report.warnings == of.report.warnings);
      };
      const mixture::EmResult r = em(ctx, 3, kind, rows_of_two(scaled), options);
      check_same(r, expected);
      check_same(em(ctx, r.model, rows_of_two(scaled), options), again);
    }
  }
}

TEST_CASE("rows that are moved have the same fit, moved", "[mixture]") {
  std::vector<double> x = clouds(three_centres, 60), far;
  for (double& v : x) v = std::ldexp(std::round(std::ldexp(v, 30)), -30);  // so that sums with whole numbers are exact
  for (std::size_t i = 0; i < x.size(); ++i) far.push_back(x[i] + (i % 2 == 0 ? 1000 : -300));
  Context<Cpu> ctx;
  for (const Covariance kind : covariance_kinds) {
    INFO("covariance type " << static_cast<int>(kind));
    const mixture::EmResult here = em(ctx, 3, kind, rows_of_two(x)), there = em(ctx, 3, kind, rows_of_two(far));
    CHECK(there.iterations == here.iterations);
    CHECK(there.starts.met_same == here.starts.met_same);
    for (std::size_t i = 0; i < 6; ++i)
      CHECK(std::abs(there.model.means[i] - (i % 2 == 0 ? 1000 : -300) - here.model.means[i]) <= 1e-12 * 6);
    for (std::size_t i = 0; i < here.model.covariances.size(); ++i)
      CHECK(std::abs(there.model.covariances[i] - here.model.covariances[i]) <= 1e-12 * 36);
    CHECK(there.nll == Approx(here.nll).epsilon(1e-12));
  }
}

TEST_CASE("a column whose variance is no number is refused and named", "[mixture]") {
  const std::vector<double> x = clouds(three_centres, 20);
  Context<Cpu> ctx;
  const auto said = [&](double factor, bool given) {
    std::vector<double> scaled = x;
    for (std::size_t i = 1; i < x.size(); i += 2) scaled[i] *= factor;
    const NormalMixture start{2, Covariance::diagonal, {1}, {0, 0}, {10, std::max(1e-280, std::min(1e290, factor))}};
    return message<Error>([&] {
      static_cast<void>(given ? em(ctx, start, rows_of_two(scaled))
                              : em(ctx, 2, Covariance::full, rows_of_two(scaled)));
    });
  };
  for (const double factor : {1e-300, 1e-200, 1e-146, 1e146, 1e148})
    for (const bool given : {false, true}) {
      const std::string text = said(factor, given);
      INFO(factor << " " << text);
      CHECK(text.find("em: column 1 of x spans ") == 0);
      CHECK(text.find("; expected from 1e-144 to 1e144, so that its variance is a number; multiply the column by a "
                      "power of two") != std::string::npos);
    }
  CHECK(said(1e160, false).find("em: x[0, 1]=") == 0);
  CHECK(said(1e160, true).find("em: x[0, 1]=") == 0);
}

TEST_CASE("what is added to variances is a part of the column's own, or the number asked for", "[mixture]") {
  std::vector<double> x = clouds({{0, 0}}, 300);
  for (std::size_t i = 0; i < 300; ++i) x[2 * i + 1] = 1e-5 * x[2 * i];
  Context<Cpu> ctx;
  EmOptions options;
  const auto fitted = [&] { return em(ctx, 1, Covariance::diagonal, rows_of_two(x), options).model.covariances; };
  const std::vector<double> by_default = fitted();
  options.reg_covar = 0;
  const std::vector<double> none = fitted();
  options.reg_covar = 0.25;
  const std::vector<double> asked = fitted();
  for (std::size_t j = 0; j < 2; ++j) {
    CHECK(by_default[j] == Approx(none[j] * (1 + 1e-6)).epsilon(1e-9));
    CHECK(asked[j] == Approx(none[j] + 0.25).epsilon(1e-12));
  }
}
