// What is asked of mixtures on every backend: each parametrisation, profiles, several dimensions, pieces, densities of
// users, weights, many fits.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/estimators/mixture/many/fit_many.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/multivariate/em.hpp"
#include "isonomy/estimators/mixture/multivariate/kmeans.hpp"
#include "isonomy/estimators/mixture/multivariate/likelihood_gradient.hpp"
#include "isonomy/estimators/mixture/multivariate/weighted_em.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/normal/start.hpp"
#include "isonomy/estimators/mixture/normal/weighted_fit.hpp"
#include "isonomy/estimators/mixture/user_density/simultaneous.hpp"
#include "isonomy/estimators/mixture/user_density/user_density.hpp"
#include "isonomy/estimators/mixture/user_density/weighted_density.hpp"
#include "results.hpp"
#include "support/mixture/clouds.hpp"
#include "support/mixture/weights.hpp"
#include "written.hpp"

namespace isonomy::test {
namespace {

void write(Written& out, const mixture::Minimum& m) {
  out.add(mixture::name(m.status), m.parameters, m.nll, m.edm, m.gradient_norm, m.smallest_eigenvalue, m.condition,
          m.iterations, m.passes);
  out.add(m.bound, m.fixed, m.idle, m.gradient, m.hessian);
}
void write(Written& out, const mixture::HesseErrors& e) {
  out.add(e.covariance, e.correlation, e.errors, e.global_correlation);
}
void write(Written& out, const mixture::FitResult& r) {
  out.add(r.names);
  write(out, r.minimum);
  write(out, r.hesse);
  out.add(r.sample_passes, r.degenerate, r.endless, r.aic, r.bic, r.effective_points, r.report);
}
void write(Written& out, const mixture::Crossing& c) {
  out.add(mixture::name(c.status), c.distance, c.parameters, c.passes);
}
void write(Written& out, const mixture::MinosError& e) {
  out.add(mixture::name(e.lower_status), mixture::name(e.upper_status), e.lower, e.upper, e.new_minimum, e.passes);
}
void write(Written& out, const mixture::StartCounts& s) { out.add(s.tried, s.met_same, s.met_none, s.first, s.margin); }
void write(Written& out, const mixture::Starts& s) {
  write(out, static_cast<const mixture::StartCounts&>(s));
  out.add(s.parameters, s.spread, s.report);
}
void write(Written& out, const mixture::EmResult& r) {
  out.add(r.model.weights, r.model.means, r.model.covariances, r.converged, r.iterations, r.nll, r.lower_bounds, r.aic,
          r.bic, r.dropped, r.reseeded, r.degenerate);
  write(out, r.starts);
  out.add(r.report);
}
void write(Written& out, const mixture::KMeansResult& r) {
  out.add(r.centres, r.labels, r.sizes, r.inertia, r.converged, r.iterations, r.relocations, r.report);
}
void write(Written& out, const mixture::ManyFits& r) {
  for (const mixture::FitResult& f : r.fits) write(out, f);
  out.add(r.errors, r.report.warnings);
}
template <class T>
void write(Written& out, const std::vector<T>& all) {
  for (const T& one : all) write(out, one);
}

/// A density whose logarithm takes a root and nothing that mathematical libraries round in their own way.
struct Hyperbolic {
  template <class N>
  ISONOMY_HD N operator()(double x, const N* theta) const {
    using std::sqrt;
    const N z = (x - theta[0]) / theta[1];
    return -sqrt(1.0 + z * z) - theta[1] - 1.0 / theta[1];
  }
};
/// The same with its gradient written out, in the position alone.
struct HyperbolicSlope {
  ISONOMY_HD double operator()(double x, const double* theta, double* gradient) const {
    const double z = x - theta[0], root = std::sqrt(1.0 + z * z);
    gradient[0] = z / root;
    return -root;
  }
};

template <class Tag>
class MixtureScenarios {
  using Ctx = Context<Tag>;
  using Space = typename Ctx::space;
  using Points = Buffer<double, Tag>;

 public:
  void parametrisations(index_t points) {
    const std::vector<double> x = two_peaks(points), w = some_weights(x.size());
    const Points data = to_device(ctx_, x), weights = to_device(ctx_, w);
    const std::vector<float> narrow(x.begin(), x.end());
    const auto narrow_data = to_device(ctx_, narrow);
    int number = 0;
    for (const Kind& kind : kinds()) {
      const std::string name = text::joined("model ", number++, " of ", points, " points");
      add(text::joined("start: ", name), mixture::find_start(ctx_, kind.model, data.view(), {.starts = 8}));
      add(text::joined("fit: ", name), mixture::fit(ctx_, kind.model, data.view(), kind.at));
      add(text::joined("fit in single precision: ", name), mixture::fit(ctx_, kind.model, narrow_data.view(), kind.at));
      add(text::joined("weighted fit: ", name), mixture::fit(ctx_, kind.model, data.view(), weights.view(), kind.at));
      add(text::joined("fit by gradients: ", name),
          mixture::fit(ctx_, kind.model, data.view(), kind.at, {.hessian_limit = 0}));
    }
    add("fixed parameters",
        mixture::fit(ctx_, mixture::NormalModel{2}, data.view(), {0.5, 0.2, 3.8, 1.1, 0.6}, {.fixed = {"mu1", "s2"}}));
    add("every other point",
        mixture::fit(ctx_, mixture::NormalModel{2}, VectorView<const double, Space>(data.data(), data.size() / 2, 2),
                     {0.5, 0.2, 3.8, 1.1, 0.6}));
  }
  void profiles(index_t points, int contour_points) {
    const Points data = to_device(ctx_, two_peaks(points));
    const std::vector<double> start{0.6, 0, 4, 1, 0.5};
    mixture::NormalLikelihood<Ctx, double> f(ctx_, mixture::NormalModel{2}, std::as_const(data).view(), start);
    const mixture::Minimum minimum = mixture::minimize(f, start);
    add("minimum", minimum);
    for (int i = 0; i < 5; ++i) add(text::joined("minos of parameter ", i), mixture::minos(f, minimum, i));
    add("contour", mixture::contour(f, minimum, 0, 2, contour_points));
  }
  void chunks(index_t points) {
    const std::vector<double> x = one_mean(static_cast<std::size_t>(points));
    const mixture::Chunks<double> pieces{points,
                                         [&x](index_t first, VectorView<double> room) {
                                           std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(first), room.size,
                                                       room.data);
                                         },
                                         block_points};
    add("fit of chunks", mixture::fit(ctx_, mixture::shared_mean_pair(), pieces, {0.5, 0.8, 2.5, 1}));
  }
  void many(index_t sets, index_t points) {
    std::vector<double> x;
    for (index_t i = 0; i < sets; ++i) {
      const std::vector<double> one = two_peaks(points, 3 + static_cast<std::uint64_t>(i));
      x.insert(x.end(), one.begin(), one.end());
    }
    const Points data = to_device(ctx_, x);
    add("many fits",
        mixture::fit_many(ctx_, mixture::NormalModel{2}, column_major<Space>(std::as_const(data).data(), points, sets),
                          std::vector<double>{0.5, 0.2, 3.8, 1.1, 0.6}));
    const auto set = [&](index_t i, std::vector<double>& room) {
      room.assign(x.begin() + static_cast<std::ptrdiff_t>(i * points),
                  x.begin() + static_cast<std::ptrdiff_t>((i + 1) * points));
    };
    add("many fits of sets that are made",
        mixture::fit_many(ctx_, mixture::shared_mean_pair(), sets, set, [](Ctx& own, index_t, auto view) {
          return mixture::find_start(own, mixture::shared_mean_pair(), view, {.starts = 3}).parameters;
        }));
  }
  void densities(index_t points) {
    const std::vector<double> x = one_mean(static_cast<std::size_t>(points)), w = some_weights(x.size());
    const Points data = to_device(ctx_, x), weights = to_device(ctx_, w);
    mixture::DensityLikelihood<Ctx, double, 2, Hyperbolic> f(ctx_, {}, std::as_const(data).view(), {"m", "s"},
                                                             {{-10, 10}, {0.1, 10}});
    const mixture::Minimum minimum = mixture::minimize(f, {0.5, 0.7});
    add("a user's density", minimum);
    add("its minos error", mixture::minos(f, minimum, 0));
    mixture::DensityLikelihood<Ctx, double, 1, HyperbolicSlope> slope(ctx_, {}, std::as_const(data).view(), {"m"});
    add("a user's gradient", mixture::minimize(slope, {0.5}));
    mixture::WeightedDensityLikelihood<Ctx, double, 2, Hyperbolic> weighted(
        ctx_, {}, std::as_const(data).view(), std::as_const(weights).view(), {"m", "s"}, {{-10, 10}, {0.1, 10}});
    add("a user's density with weights", mixture::minimize_weighted(weighted, {0.5, 0.7}));
    const Points other = to_device(ctx_, two_peaks(points));
    mixture::NormalLikelihood<Ctx, double> pair(ctx_, mixture::NormalModel{2}, std::as_const(other).view(),
                                                {0.6, 0, 4, 1, 0.5});
    mixture::Simultaneous both;
    both.add(f, {"mu1", "s"}).add(pair).add_penalty("s", 1, 0.2);
    const mixture::Minimum together = mixture::minimize(both, {0.2, 1, 0.6, 4, 1, 0.5});
    add("both at once", together);
  }
  void clusters(index_t rows_a_cloud) {
    const std::vector<double> x = clouds(three_centres, rows_a_cloud);
    const index_t n = static_cast<index_t>(x.size() / 2);
    const Points data = to_device(ctx_, x), weights = to_device(ctx_, some_weights(x.size() / 2));
    const MatrixView<const double, Space> rows = row_major<Space>(std::as_const(data).data(), n, 2);
    add("k-means", mixture::kmeans(ctx_, 3, rows));
    add("k-means from several seeds", mixture::kmeans(ctx_, 4, rows, {.n_init = 3}));
    for (const Covariance covariance : covariance_kinds) {
      const std::string name = text::joined("covariances ", static_cast<int>(covariance));
      const mixture::EmResult found = mixture::em(ctx_, 3, covariance, rows, {.reg_covar = {}, .starts = 8});
      add(text::joined("em: ", name), found);
      add(text::joined("weighted em: ", name),
          mixture::em(ctx_, 2, covariance, rows, std::as_const(weights).view(), {.reg_covar = {}, .starts = 4}));
      add(text::joined("em from a start: ", name),
          mixture::em(ctx_, found.model, rows, {.tol = 0, .reg_covar = {}, .max_iter = 3}));
    }
  }

  Results results;

 private:
  template <class Result>
  void add(std::string_view name, const Result& result) {
    Written out;
    write(out, result);
    results.emplace_back(name, out.text());
  }

  Ctx ctx_;
};

}  // namespace

template <class Tag>
Results mixture_results(Scope scope) {
  MixtureScenarios<Tag> run;
  run.parametrisations(1500);
  run.profiles(400, 3);
  run.chunks(block_points + 700);
  run.many(3, 300);
  run.densities(900);
  run.clusters(150);
  if (scope == Scope::full) {
    run.parametrisations(20000);
    run.profiles(9000, 16);
    run.chunks(5 * block_points + 1);
    run.many(12, 2000);
    run.densities(30000);
    run.clusters(3000);
  }
  return std::move(run.results);
}

}  // namespace isonomy::test
