// EM without a start, components that are moved or have closed in, and mixtures in ascending order.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/multivariate/em.hpp"
#include "isonomy/estimators/mixture/multivariate/missed_groups.hpp"
#include "isonomy/estimators/mixture/multivariate/start_groups.hpp"
#include "isonomy/estimators/mixture/normal/likelihood.hpp"
#include "isonomy/estimators/mixture/sorted.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/mixture/clouds.hpp"
#include "support/mixture/objectives.hpp"

using namespace isonomy;
using mixture::em;
using mixture::EmOptions;
using mixture::EmptyComponent;
using mixture::NormalMixture;
using mixture::NormalModel;
using mixture::Sharing;
using test::clouds;
using test::covariance_kinds;
using test::message;
using test::normal;
using test::rows_of_two;
using test::three_centres;

TEST_CASE("EM finds separate clouds by itself, whatever their covariances may be", "[mixture]") {
  const std::vector<double> x = clouds(three_centres, 200);
  for (const Covariance kind : covariance_kinds) {
    Context<Cpu> ctx;
    const mixture::EmResult r = em(ctx, 3, kind, rows_of_two(x));
    CHECK(r.converged);
    CHECK(r.degenerate.empty());
    CHECK(r.report.warnings.empty());
    CHECK(r.report.stages.front().stage == "starts");
    CHECK(r.starts.tried == 60);
    CHECK(r.starts.met_same > 20);
    CHECK(r.starts.first == 1);
    CHECK_FALSE(r.starts.late());
    const NormalMixture m = sorted(r.model);
    for (const double w : m.weights) CHECK(w == Approx(1.0 / 3).epsilon(1e-6));
    CHECK(m.means[4] == Approx(12).margin(0.3));
    CHECK(m.means[5] == Approx(0).margin(0.3));
    for (std::size_t e = 0; e < m.covariances.size(); ++e) CHECK(std::abs(m.covariances[e]) < 1.4);
  }
}

TEST_CASE("the start from k-means has every cluster's own moments", "[mixture]") {
  const std::vector<double> x = clouds({{0, 0}, {30, 5}}, 100);
  Context<Cpu> ctx;
  for (const Covariance kind : covariance_kinds) {
    const NormalMixture m = mixture::detail::from_clusters(ctx, {-0.5, 0.25, 31, 4}, kind, rows_of_two(x), 0.0);
    double mean[2][2] = {}, c[2][2][2] = {};
    for (std::size_t i = 0; i < 200; ++i)
      for (std::size_t j = 0; j < 2; ++j) mean[i / 100][j] += x[2 * i + j] / 100;
    for (std::size_t i = 0; i < 200; ++i)
      for (std::size_t a = 0; a < 2; ++a)
        for (std::size_t b = 0; b < 2; ++b)
          c[i / 100][a][b] += (x[2 * i + a] - mean[i / 100][a]) * (x[2 * i + b] - mean[i / 100][b]) / 100;
    for (std::size_t k = 0; k < 2; ++k) {
      CHECK(m.weights[k] == Approx(0.5).epsilon(1e-14));
      for (std::size_t j = 0; j < 2; ++j) CHECK(m.means[2 * k + j] == Approx(mean[k][j]).epsilon(1e-12));
      const double* own = m.covariances.data() + m.covariance_index(k);
      if (kind == Covariance::full) CHECK(own[1] == Approx(c[k][0][1]).epsilon(1e-10));
      if (kind == Covariance::tied) CHECK(own[1] == Approx((c[0][0][1] + c[1][0][1]) / 2).epsilon(1e-10));
      if (kind == Covariance::diagonal) CHECK(own[1] == Approx(c[k][1][1]).epsilon(1e-10));
      if (kind == Covariance::spherical) CHECK(own[0] == Approx((c[k][0][0] + c[k][1][1]) / 2).epsilon(1e-10));
    }
  }
}

TEST_CASE("a pass at any mixture knows the covariance of all data", "[mixture]") {
  const std::vector<double> x = clouds(three_centres, 50);
  double mean[2] = {}, c[2][2] = {};
  for (std::size_t i = 0; i < 150; ++i)
    for (std::size_t j = 0; j < 2; ++j) mean[j] += x[2 * i + j] / 150;
  for (std::size_t i = 0; i < 150; ++i)
    for (std::size_t a = 0; a < 2; ++a)
      for (std::size_t b = 0; b < 2; ++b) c[a][b] += (x[2 * i + a] - mean[a]) * (x[2 * i + b] - mean[b]) / 150;
  Context<Cpu> ctx;
  const auto found = [&](Covariance kind, std::vector<double> covariances) {
    const NormalMixture m{2, kind, {0.25, 0.75}, {1, 2, 20, -3}, std::move(covariances)};
    return mixture::detail::data_covariance(
        m, mixture::detail::density_pass(ctx, m, MixtureOrder::gradient, rows_of_two(x)), 150);
  };
  for (const auto& full :
       {found(Covariance::full, {30, 2, 2, 40, 50, 1, 1, 10}), found(Covariance::tied, {30, 2, 2, 9})}) {
    CHECK(full[0] == Approx(c[0][0]).epsilon(1e-10));
    CHECK(full[1] == Approx(c[0][1]).epsilon(1e-10));
    CHECK(full[2] == full[1]);
    CHECK(full[3] == Approx(c[1][1]).epsilon(1e-10));
  }
  const auto diagonal = found(Covariance::diagonal, {30, 40, 50, 10});
  CHECK(diagonal[0] == Approx(c[0][0]).epsilon(1e-10));
  CHECK(diagonal[1] == Approx(c[1][1]).epsilon(1e-10));
  CHECK(found(Covariance::spherical, {30, 4})[0] == Approx((c[0][0] + c[1][1]) / 2).epsilon(1e-10));
}

TEST_CASE("more starts never end at a lower bound, and seeds and threads decide as they should", "[mixture]") {
  std::vector<double> x;
  for (std::uint64_t i = 0; i < 500; ++i) {
    x.push_back(8 * random_unit(5, i) + normal(1, i) / 4);
    x.push_back(8 * random_unit(6, i) + normal(2, i) / 4);
  }
  const auto run = [&](int n_init, std::uint64_t seed, int threads) {
    cpu::ContextOptions context{};
    context.seed = seed;
    context.threads = threads;
    Context<Cpu> ctx{std::move(context)};
    EmOptions options;
    options.starts = n_init;
    return em(ctx, 4, Covariance::full, rows_of_two(x), options);
  };
  bool better = false;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    const double one = run(1, seed, 1).lower_bounds.back(), five = run(5, seed, 1).lower_bounds.back();
    CHECK(five >= one);
    better = better || five > one;
  }
  CHECK(better);
  CHECK(run(3, 1, 1).model.covariances == run(3, 1, 2).model.covariances);
}

TEST_CASE("a component that loses its points moves to the row explained worst", "[mixture]") {
  const std::vector<double> x = clouds(three_centres, 100);
  EmOptions options;
  options.empty = EmptyComponent::reseed;
  for (const Covariance kind : covariance_kinds) {
    INFO("covariance type " << static_cast<int>(kind));
    const bool matrix = kind == Covariance::full || kind == Covariance::tied;
    NormalMixture start{2, kind, {0.4, 0.4, 0.2}, {0, 0, 12, 0, 1e7, 1e7}, {}};
    for (int k = 0; k < (kind == Covariance::tied ? 1 : 3); ++k) {
      const std::vector<double> one = matrix ? std::vector<double>{1, 0, 0, 1} : std::vector<double>{1, 1};
      start.covariances.insert(start.covariances.end(), one.begin(),
                               one.begin() + (kind == Covariance::spherical ? 1 : static_cast<int>(one.size())));
    }
    Context<Cpu> ctx;
    const mixture::EmResult r = em(ctx, start, rows_of_two(x), options);
    CHECK(r.reseeded == std::vector<int>{2});
    CHECK(r.dropped.empty());
    REQUIRE_FALSE(r.report.warnings.empty());
    CHECK(r.report.warnings.back() == "component 2 lost its points and was moved");
    CHECK(r.model.means[4] == Approx(0).margin(0.5));
    CHECK(r.model.means[5] == Approx(15).margin(0.5));
    // A weight of 0 is a component without points too.
    start.weights = {0.5, 0.5, 0};
    CHECK(em(ctx, start, rows_of_two(x), options).reseeded == std::vector<int>{2});
  }
}

TEST_CASE("data that are not finite are named before a component of weight 0 moves", "[mixture]") {
  std::vector<double> x = clouds(three_centres, 20);
  x[41] = std::nan("");
  EmOptions options;
  options.empty = EmptyComponent::reseed;
  Context<Cpu> ctx;
  const auto said = [&](Covariance kind, std::vector<double> covariances) {
    const NormalMixture start{2, kind, {1, 0}, {0, 0, 1, 1}, std::move(covariances)};
    return message<ValueError>([&] { return em(ctx, start, rows_of_two(x), options); });
  };
  const char* const text = "em: x[20, 1]=nan; expected a number below 1e150 in size; remove or rescale it";
  CHECK(said(Covariance::full, {1, 0, 0, 1, 1, 0, 0, 1}) == text);
  CHECK(said(Covariance::tied, {1, 0, 0, 1}) == text);
  CHECK(said(Covariance::diagonal, {1, 1, 1, 1}) == text);
  CHECK(said(Covariance::spherical, {1, 1}) == text);
}

TEST_CASE("from k-means a cluster of equal rows needs reg_covar, whatever the covariances may be", "[mixture]") {
  std::vector<double> x = clouds({{0, 0}}, 50);
  for (int i = 0; i < 10; ++i) x.insert(x.end(), {100, 100});
  Context<Cpu> ctx;
  EmOptions options;
  options.reg_covar = 0;
  options.starts = 1;
  const auto said = [&](Covariance kind) {
    return message<NotPositiveDefinite>([&] { return em(ctx, 2, kind, rows_of_two(x), options); });
  };
  for (const Covariance kind : {Covariance::full, Covariance::diagonal, Covariance::spherical}) {
    const std::string text = said(kind);
    INFO(text);
    CHECK(text.find("em: the covariance of cluster ") == 0);
    CHECK(text.find(" of the start is not positive definite (pivot 1) with reg_covar=0; raise reg_covar, or use fewer "
                    "components") != std::string::npos);
  }
  try {
    static_cast<void>(mixture::detail::from_clusters(ctx, {0, 0, 100, 100}, Covariance::diagonal, rows_of_two(x), 0.0));
    FAIL("nothing was thrown");
  } catch (const NotPositiveDefinite& e) {
    CHECK(e.batch == 1);
    CHECK(e.pivot == 1);
    CHECK(std::string(e.what()).find("cluster 1 of the start") != std::string::npos);
  }
  CHECK(em(ctx, 2, Covariance::tied, rows_of_two(x), options).converged);
  for (std::size_t i = 0; i < x.size(); i += 2) x[i + 1] = x[i] < 50 ? 3 : 4;  // each cluster on a horizontal line
  CHECK(said(Covariance::tied) ==
        "em: the covariance of all clusters of the start is not positive definite (pivot 2) with reg_covar=0; raise "
        "reg_covar, or use fewer components");
  options.reg_covar = 1e-6;
  for (const Covariance kind : covariance_kinds) CHECK(std::isfinite(em(ctx, 2, kind, rows_of_two(x), options).nll));
}

TEST_CASE("a component moves once", "[mixture]") {
  const std::vector<double> x{3};
  EmOptions options;
  options.empty = EmptyComponent::reseed;
  Context<Cpu> ctx;
  CHECK(message<ValueError>([&] {
          return em(ctx, {1, Covariance::full, {0.5, 0.5}, {3, 1e9}, {1e-40, 1}}, row_major(x.data(), 1, 1), options);
        }) ==
        "em: component 1 has lost all its points again after it was moved; use fewer components, or drop empty ones");
}

TEST_CASE("components that only reg_covar holds open are named", "[mixture]") {
  std::vector<double> x = clouds({{0, 0}, {12, 0}}, 100);
  x.insert(x.end(), {300, 300});  // a cluster of its own
  Context<Cpu> ctx;
  for (const Covariance kind : {Covariance::full, Covariance::diagonal, Covariance::spherical}) {
    EmOptions options;
    options.starts = 1;
    const mixture::EmResult r = em(ctx, 3, kind, rows_of_two(x), options);
    REQUIRE(r.degenerate.size() == 1);
    const auto k = static_cast<std::size_t>(r.degenerate[0]);
    CHECK(r.model.means[2 * k] == Approx(300).epsilon(1e-9));
    REQUIRE(r.report.warnings.size() == 1);
    CHECK(r.report.warnings[0] == "component " + std::to_string(k) +
                                      " is degenerate: it has closed in on less than all dimensions; use fewer "
                                      "components, or raise reg_covar");
    // Of several starts some meet a maximum without such a component.
    const mixture::EmResult searched = em(ctx, 3, kind, rows_of_two(x));
    CHECK(searched.degenerate.empty());
  }
  CHECK(em(ctx, 3, Covariance::tied, rows_of_two(x)).degenerate.empty());
}

TEST_CASE("a component on a line is degenerate where its covariance can tell, and data on a line are not",
          "[mixture]") {
  std::vector<double> x = clouds({{0, 0}, {30, 0}}, 100);
  for (std::size_t i = 0; i < 100; ++i) x[2 * i + 1] = 0.5 * x[2 * i];
  Context<Cpu> ctx;
  EmOptions alone;
  alone.starts = 1;  // of several some meet a maximum without that component
  CHECK(em(ctx, 2, Covariance::full, rows_of_two(x), alone).degenerate.size() == 1);
  CHECK(em(ctx, 2, Covariance::full, rows_of_two(x)).degenerate.empty());
  CHECK(em(ctx, 2, Covariance::diagonal, rows_of_two(x)).degenerate.empty());
  CHECK(em(ctx, 2, Covariance::tied, rows_of_two(x)).degenerate.empty());
  for (std::size_t i = 0; i < 200; ++i) x[2 * i + 1] = 0.5 * x[2 * i];
  for (const Covariance kind : covariance_kinds) CHECK(em(ctx, 2, kind, rows_of_two(x)).degenerate.empty());
  for (std::size_t i = 0; i < 200; ++i) x[2 * i + 1] = 7;
  for (const Covariance kind : covariance_kinds) CHECK(em(ctx, 2, kind, rows_of_two(x)).degenerate.empty());
}

TEST_CASE("narrow components and data smaller than reg_covar are not degenerate", "[mixture]") {
  std::vector<double> x = clouds({{0, 0}, {12, 0}}, 200);
  for (std::size_t i = 0; i < 200; ++i) x[2 * i] *= 1e-3, x[2 * i + 1] *= 1e-3;
  Context<Cpu> ctx;
  for (const Covariance kind : covariance_kinds) CHECK(em(ctx, 2, kind, rows_of_two(x)).degenerate.empty());
  for (double& v : x) v *= 1e-6;
  for (const Covariance kind : covariance_kinds) CHECK(em(ctx, 2, kind, rows_of_two(x)).degenerate.empty());
}

TEST_CASE("several starts find a narrow cloud in a broad one, for any number of threads alike", "[mixture]") {
  std::vector<double> x;
  for (std::uint64_t i = 0; i < 400; ++i) {
    const bool narrow = i % 6 == 0;
    for (std::uint64_t j = 0; j < 2; ++j) x.push_back(narrow ? 1.5 + 0.3 * normal(j, i) : 4 * normal(2 + j, i));
  }
  const auto run = [&](int starts, int threads, std::uint64_t seed) {
    cpu::ContextOptions context{};
    context.threads = threads;
    context.seed = seed;
    Context<Cpu> ctx{std::move(context)};
    EmOptions options;
    options.starts = starts;
    options.tol = 1e-9, options.max_iter = 2000;
    return em(ctx, 2, Covariance::full, rows_of_two(x), options);
  };
  const mixture::EmResult found = run(40, 1, 0), alone = run(1, 1, 0);
  const NormalMixture m = sorted(found.model);
  CHECK(m.weights[1] == Approx(1.0 / 6).epsilon(0.2));
  CHECK(m.covariances[4] == Approx(0.09).epsilon(0.5));
  CHECK(found.nll < alone.nll + 1e-6);
  CHECK(found.starts.tried == 40);
  CHECK(found.starts.met_same > 5);
  CHECK(found.starts.met_same + found.starts.met_none <= 40);
  CHECK(alone.starts.tried == 1);
  const mixture::EmResult other = run(40, 2, 0);
  CHECK(other.model.covariances == found.model.covariances);
  CHECK(other.starts.met_same == found.starts.met_same);
  CHECK(run(40, 1, 7).nll == Approx(found.nll).epsilon(1e-9));
}

TEST_CASE("groups that a mixture in several dimensions misses are among the first it is offered", "[mixture]") {
  std::vector<double> x;
  for (std::uint64_t i = 0; i < 240; ++i)
    for (std::uint64_t j = 0; j < 2; ++j)
      x.push_back(i % 8 == 0 ? 9 + 0.2 * normal(j, i) : i % 8 == 1 ? -1 + 0.05 * normal(j, i) : normal(4 + j, i));
  const mixture::detail::GroupedRows rows(2, x, {});
  // The second component does nothing that the first does not.
  const NormalMixture m{2, Covariance::diagonal, {0.9, 0.1}, {0, 0, 0, 0}, {1, 1, 0.9, 0.9}};
  mixture::detail::MissedGroups missed(rows, m, {5, 1});
  CHECK(missed.least_component() == 1);
  bool far = false, narrow = false;
  for (int i = 0; i < 6 && !missed.empty(); ++i) {
    const mixture::detail::Group group = missed.next();
    far |= group.mean[0] > 5 && group.mean[1] > 5;
    narrow |= std::abs(group.mean[0] + 1) < 0.1 && std::abs(group.mean[1] + 1) < 0.1;
  }
  CHECK(far);
  CHECK(narrow);
  const mixture::detail::GroupedRows equal(2, std::vector<double>(40, 3), {});
  mixture::detail::MissedGroups none(equal, m, {5, 1});
  while (!none.empty()) CHECK(none.next().mean == std::vector<double>{3, 3});
}

TEST_CASE("a sorted mixture is the same density in ascending order", "[mixture]") {
  const std::vector<double> x = clouds(three_centres, 20);
  Context<Cpu> ctx;
  const NormalMixture m{2, Covariance::diagonal, {0.2, 0.3, 0.5}, {5, 1, -2, 7, 5, 0}, {1, 2, 3, 4, 5, 6}};
  const NormalMixture s = sorted(m);
  CHECK(s.weights == std::vector<double>{0.3, 0.5, 0.2});
  CHECK(s.means == std::vector<double>{-2, 7, 5, 0, 5, 1});
  CHECK(s.covariances == std::vector<double>{3, 4, 5, 6, 1, 2});
  CHECK(negative_log_likelihood(ctx, s, rows_of_two(x)) ==
        Approx(negative_log_likelihood(ctx, m, rows_of_two(x))).epsilon(1e-14));
  CHECK(sorted(NormalMixture{1, Covariance::tied, {0.5, 0.5}, {2, 1}, {4}}).covariances == std::vector<double>{4});
  // Equal means: by the covariance.
  CHECK(sorted(NormalMixture{1, Covariance::full, {0.25, 0.75}, {1, 1}, {4, 2}}).weights ==
        std::vector<double>{0.75, 0.25});
}

TEST_CASE("sorted parameters are the same density in ascending order", "[mixture]") {
  const std::vector<double> x = clouds(three_centres, 20);
  Context<Cpu> ctx;
  CHECK(sorted(NormalModel{3}, {0.25, 0.25, 3, 1, 2, 5, 6, 7}) == std::vector<double>{0.25, 0.5, 1, 2, 3, 6, 7, 5});
  CHECK(sorted(mixture::shared_mean_pair(), {0.25, 1, 2, 0.5}) == std::vector<double>{0.75, 1, 0.5, 2});
  CHECK(sorted(NormalModel{2, Sharing::free, Sharing::shared, mixture::Weighting::yields, {}}, {10, 20, 4, 3, 1}) ==
        std::vector<double>{20, 10, 3, 4, 1});
  const std::vector<double> p{0.3, 0.1, 3, 1, 2, 5, 6, 7};
  CHECK(evaluate(ctx, NormalModel{3}, view(x), sorted(NormalModel{3}, p)).nll ==
        Approx(evaluate(ctx, NormalModel{3}, view(x), p).nll).epsilon(1e-14));
}
