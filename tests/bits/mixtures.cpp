// Fits of one-dimensional mixtures with errors of every kind, users' densities and simultaneous fits.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "bits/results.hpp"

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/minimise/lbfgs.hpp"
#include "isonomy/estimators/mixture/minimise/likelihood_ratio.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/normal/start.hpp"
#include "isonomy/estimators/mixture/normal/weighted_fit.hpp"
#include "isonomy/estimators/mixture/user_density/simultaneous.hpp"
#include "isonomy/estimators/mixture/user_density/user_density.hpp"
#include "isonomy/estimators/mixture/user_density/weighted_density.hpp"

using namespace isonomy;
using namespace isonomy::mixture;

namespace {

using Ctx = Context<Cpu>;

/// A third around 1 with a width of 1/2, the rest around `far` with a width of 2.
std::vector<double> points(std::uint64_t n, double far, std::uint64_t stream) {
  std::vector<double> x;
  for (std::uint64_t i = 0; i < n; ++i) {
    const double width = i % 3 == 0 ? 0.5 : 2;  // powers of two: products do not round
    x.push_back((i % 3 == 0 ? 1 : far) + width * bits::bell(i, stream));
  }
  return x;
}

std::vector<double> between(std::vector<double> x, double lower, double upper) {
  std::erase_if(x, [&](double v) { return v < lower || v > upper; });
  return x;
}

bits::Line& add_errors(bits::Line& line, const HesseErrors& e) {
  return line.add(e.errors).add(e.covariance).add(e.correlation).add(e.global_correlation);
}

void fit_and_errors(Ctx& ctx, const std::string& name, const NormalModel& model, const std::vector<double>& x) {
  const std::vector<double> start = automatic_start(ctx, model, view(x));
  bits::Line("mixture." + name + ".start").add(start);
  const FitResult result = fit(ctx, model, view(x), start);
  {
    bits::Line line("mixture." + name + ".fit");
    bits::add_minimum(line, result.minimum).add(result.aic).add(result.bic);
  }
  {
    bits::Line line("mixture." + name + ".hesse");
    add_errors(line, result.hesse);
  }
  bits::Line line("mixture." + name + ".minos");
  NormalLikelihood<Ctx, double> f(ctx, model, view(x), start);
  for (int p = 0; p < model.size(); ++p) {
    if (!result.minimum.valid()) break;
    if (std::find(result.minimum.bound.begin(), result.minimum.bound.end(), p) != result.minimum.bound.end()) continue;
    const MinosError e = minos(f, result.minimum, p);
    line.add(e.lower).add(e.upper).add(e.passes);
  }
}

void by_gradients_and_contour(Ctx& ctx, const std::vector<double>& x) {
  const NormalModel model = shared_mean_pair();
  const std::vector<double> start{0.4, 0.8, 0.6, 2.2};
  NormalLikelihood<Ctx, double> f(ctx, model, view(x), start);
  MinimizeOptions options;
  options.method = Method::lbfgs;
  const mixture::Minimum with_end = minimize(f, start, options);
  options.hessian_limit = 0;
  const mixture::Minimum alone = minimize(f, start, options);
  {
    bits::Line line("mixture.lbfgs");
    bits::add_minimum(bits::add_minimum(line, with_end), alone);
  }
  bits::Line line("mixture.contour");
  for (const Crossing& c : contour(f, with_end, 0, 2, 7)) line.add(c.distance).add(c.parameters).add(c.passes);
  line.add(likelihood_ratio(with_end.nll + 3.25, with_end.nll, 2).p_value);
  line.add(likelihood_ratio(with_end.nll + 0.5, with_end.nll, 3).p_value);
}

void weighted(Ctx& ctx, const std::vector<double>& x) {
  std::vector<double> weights;
  for (std::size_t i = 0; i < x.size(); ++i) weights.push_back(0.5 + random_unit(4, i));
  NormalModel model{2};
  model.range = {-12, 14};
  bits::Line line("mixture.weighted");
  for (const Weighting weighting : {Weighting::fractions, Weighting::yields}) {
    model.weighting = weighting;
    std::vector<double> start{0.3, 1, 3, 0.5, 2};
    if (weighting == Weighting::yields) start = {300, 700, 1, 3, 0.5, 2};
    const FitResult result = fit(ctx, model, view(x), view(weights), start);
    add_errors(bits::add_minimum(line, result.minimum), result.hesse).add(result.effective_points);
  }
}

/// An exponential tail and a bell above it, written for any number type; every sum is of one product at most.
struct Peak {
  template <class N>
  N operator()(double x, const N* theta) const {
    using std::exp, std::log, std::erf, std::atan;
    const N z = (x - theta[1]) / theta[2], slope = 1 / theta[3];
    const N peak = exp(-0.5 * (z * z)) / theta[2] / 2.5066282746310002, tail = exp(-(x + 12) / theta[3]) * slope;
    const N share = theta[0] / (1 + exp(-4 * theta[0]));
    return log(share * peak + (1 - share) * tail) + 0 * (erf(z) + atan(z));
  }
};

void own_densities(Ctx& ctx, const std::vector<double>& x, const std::vector<double>& y) {
  const std::vector<double> shifted = between(x, -12, 40), start{0.6, 3.2, 2.1, 6};
  const std::vector<Bounds> box{{0.01, 0.99}, {}, {0.1, 20}, {0.1, 100}};
  DensityLikelihood<Ctx, double, 4, Peak> f(ctx, {}, view(shifted), {"f", "mu", "s", "tau"}, box);
  {
    bits::Line line("density.fit");
    const mixture::Minimum m = minimize(f, start);
    add_errors(bits::add_minimum(line, m), hesse(m));
  }
  std::vector<double> weights;
  for (std::size_t i = 0; i < shifted.size(); ++i) weights.push_back(0.5 + random_unit(9, i));
  WeightedDensityLikelihood<Ctx, double, 4, Peak> w(ctx, {}, view(shifted), view(weights), {"f", "mu", "s", "tau"},
                                                    box);
  {
    bits::Line line("density.weighted");
    const mixture::Minimum m = minimize_weighted(w, start);
    add_errors(bits::add_minimum(line, m), sandwich(m, w.score_products(m.parameters)));
  }
  NormalModel model{2};
  const std::vector<double> at{0.3, 1, 3, 0.5, 2};
  NormalLikelihood<Ctx, double> first(ctx, model, view(x), at), second(ctx, model, view(y), at);
  Simultaneous both;
  both.add(first).add(second, {"g", "mu1", "mu2", "s1", "s3"}).add_penalty("mu1", 1.1, 0.3);
  bits::Line line("simultaneous.fit");
  const mixture::Minimum m = minimize(both, {0.3, 1, 3, 0.5, 2, 0.3, 2});
  add_errors(bits::add_minimum(line, m), hesse(m));
}

}  // namespace

void bits::mixtures() {
  Ctx ctx;
  const std::vector<double> one = points(6000, 1, 1), two = points(6000, 4, 2), other = points(3000, 4.5, 3);
  fit_and_errors(ctx, "shared_mean", shared_mean_pair(), one);
  fit_and_errors(ctx, "free", {2}, two);
  fit_and_errors(ctx, "three", {3}, two);
  fit_and_errors(ctx, "one_sigma", {2, Sharing::free, Sharing::shared}, two);
  fit_and_errors(ctx, "extended", {2, Sharing::free, Sharing::free, Weighting::yields}, two);
  fit_and_errors(ctx, "truncated", {2, Sharing::free, Sharing::free, Weighting::fractions, {-2.5, 5}},
                 between(two, -2.5, 5));
  fit_and_errors(ctx, "narrow", {1, Sharing::free, Sharing::free, Weighting::yields, {1, 1.25}}, between(one, 1, 1.25));
  by_gradients_and_contour(ctx, one);
  weighted(ctx, between(two, -12, 14));
  own_densities(ctx, two, other);
}
