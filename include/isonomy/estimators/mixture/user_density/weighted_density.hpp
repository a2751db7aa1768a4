// Likelihoods of densities that the user writes, over points with weights.
#pragma once

#include <array>
#include <cmath>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/jet.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/describe.hpp"
#include "isonomy/estimators/mixture/minimise/objective.hpp"
#include "isonomy/estimators/mixture/normal/weighted_likelihood.hpp"
#include "isonomy/estimators/mixture/user_density/user_density.hpp"
#include "isonomy/ops/mixture/kernels/weighted.hpp"
#include "isonomy/ops/mixture/weighted_mixture_sums.hpp"

namespace isonomy::mixture {

/// What the variance of a density's scores is made of: sums of log p and of the products of its gradient with itself
/// (lower triangle by rows), the same for every order.
template <class F, int P>
struct DensityScores {
  DensityTerm<F, P> density;

  [[nodiscard]] ISONOMY_HD int outputs(MixtureOrder) const { return 1 + P * (P + 1) / 2; }
  [[nodiscard]] ISONOMY_HD int lane_sums(MixtureOrder order) const { return outputs(order); }
  [[nodiscard]] ISONOMY_HD int lane_scratch() const { return 0; }
};

/// What the lanes of weighted densities share: the user's function at a point, and sums in memory.
template <class F, int P, bool derivatives, bool second>
class WeightedDensityLane {
  using Number = std::conditional_t<derivatives, Jet<P, second>, double>;

 public:
  ISONOMY_HD WeightedDensityLane(const DensityTerm<F, P>& density, int outputs, bool squared)
      : density_(density), outputs_(outputs), squared_(squared) {
    for (int i = 0; i < P; ++i) {
      if constexpr (derivatives)
        theta_[i] = Number::variable(density.theta[i], i);
      else
        theta_[i] = density.theta[i];
    }
  }
  ISONOMY_HD void begin(double* sums) {
    resume(sums);
    for (int o = 0; o < outputs_; ++o) sums[o * block_lanes] = 0;
  }
  ISONOMY_HD void resume(double* sums) { sums_ = sums; }
  ISONOMY_HD void flush() {}
  ISONOMY_HD void end(double*) const {}

 protected:
  [[nodiscard]] ISONOMY_HD double factor(double weight) const {
    return squared_ ? rounded_product(weight, weight) : weight;
  }
  [[nodiscard]] ISONOMY_HD Number log_density(double x) const { return density_.f(x, theta_); }
  ISONOMY_HD void accumulate(int output, double w, double value) const {
    sums_[output * block_lanes] = std::fma(w, value, sums_[output * block_lanes]);
  }

 private:
  const DensityTerm<F, P>& density_;
  int outputs_;
  bool squared_;
  Number theta_[P];
  double* sums_ = nullptr;
};

/// One lane of a weighted DensityTerm.
template <class F, int P, MixtureOrder order>
struct WeightedDerivativesLane
    : WeightedDensityLane<F, P, order != MixtureOrder::value, order == MixtureOrder::hessian> {
  using WeightedDensityLane<F, P, order != MixtureOrder::value, order == MixtureOrder::hessian>::WeightedDensityLane;

  ISONOMY_HD void add(double x, double weight) {
    const double w = this->factor(weight);
    const auto log_p = this->log_density(x);
    this->accumulate(1, w, 1);
    if constexpr (order == MixtureOrder::value) {
      this->accumulate(0, w, log_p);
    } else {
      this->accumulate(0, w, log_p.value);
      for (int i = 0; i < P; ++i) this->accumulate(2 + i, w, log_p.gradient[i]);
      if constexpr (order == MixtureOrder::hessian)
        for (int k = 0; k < log_p.pairs; ++k) this->accumulate(2 + P + k, w, log_p.hessian[k]);
    }
  }
};

/// One lane of weighted DensityScores.
template <class F, int P>
struct WeightedScoresLane : WeightedDensityLane<F, P, true, false> {
  using WeightedDensityLane<F, P, true, false>::WeightedDensityLane;

  ISONOMY_HD void add(double x, double weight) {
    const double w = this->factor(weight);
    const auto log_p = this->log_density(x);
    this->accumulate(0, w, log_p.value);
    this->accumulate(1, w, 1);
    for (int i = 0, o = 2; i < P; ++i)
      for (int j = 0; j <= i; ++j, ++o) this->accumulate(o, rounded_product(w, log_p.gradient[i]), log_p.gradient[j]);
  }
};

template <class L, MixtureOrder order, class F, int P>
ISONOMY_HD WeightedDerivativesLane<F, P, order> lanes_of(const Weighted<DensityTerm<F, P>>& term) {
  static_assert(L::width == 1, "a user's density has no form for registers");
  return {term.term, term.outputs(order), term.squared};
}
template <class L, MixtureOrder order, class F, int P>
ISONOMY_HD WeightedScoresLane<F, P> lanes_of(const Weighted<DensityScores<F, P>>& term) {
  static_assert(L::width == 1, "a user's density has no form for registers");
  return {term.term.density, term.outputs(order), term.squared};
}

/// An Objective: -sum_i w_i log p(x_i; theta) of a LogDensity over data and weights that outlive it, with exact
/// gradient and Hessian; as DensityLikelihood. minimize_weighted finds its minimum, sandwich with score_products its
/// errors.
template <ContextLike Ctx, class T, int P, class F>
class WeightedDensityLikelihood {
  static_assert(LogDensity<F, P>,
                "a weighted density of P <= 16 parameters is written for any number type, template <class N> N "
                "operator()(double x, const N* theta) const, and calls log, exp and the like unqualified");

 public:
  using View = VectorView<const T, typename Ctx::space>;

  /// ShapeError unless there is one pair of bounds per parameter and one weight per point; ValueError for no data and
  /// for weights as evaluate.
  WeightedDensityLikelihood(Ctx& ctx, F f, View data, View weights, std::array<std::string, P> names,
                            std::vector<Bounds> bounds = {})
      : ctx_(ctx), f_(f), data_(data), weights_(weights),
        plain_(ctx, std::move(f), data, std::move(names), std::move(bounds)),
        summary_(require_weights(ctx, weights, data.size)) {}

  [[nodiscard]] const std::vector<std::string>& names() const { return plain_.names(); }
  [[nodiscard]] const std::vector<Bounds>& bounds() const { return plain_.bounds(); }
  [[nodiscard]] const Control& control() const { return ctx_.control(); }
  /// Where passes over the data run, for report_of().
  void describe(Report& report) const {
    mixture::describe<op::weighted_mixture_sums, T, DensityTerm<F, P>>(ctx_, "", report);
  }
  void require_finite_data() const { plain_.require_finite_data(); }
  [[nodiscard]] double sum_of_weights() const { return summary_.sum; }
  [[nodiscard]] double sum_of_squares() const { return summary_.squares; }
  /// (sum w)^2 / sum w^2.
  [[nodiscard]] double effective_points() const { return summary_.sum / summary_.squares * summary_.sum; }

  [[nodiscard]] Likelihood at(const std::vector<double>& parameters, MixtureOrder order) {
    const std::vector<DoubleDouble> sums = pass(Weighted<DensityTerm<F, P>>{term(parameters)}, order);
    Likelihood result{-sums[0].high, {}, {}, -sums[0].low};
    if (order == MixtureOrder::value) return result;
    for (std::size_t i = 0; i < P; ++i) result.gradient.push_back(-sums[2 + i].high);
    if (order == MixtureOrder::hessian) result.hessian = symmetric(sums, 2 + P, -1);
    return result;
  }

  /// Sum over points of w^2 D D^T by rows, D the gradient of log p(x; theta). One pass.
  [[nodiscard]] std::vector<double> score_products(const std::vector<double>& parameters) {
    return symmetric(pass(Weighted<DensityScores<F, P>>{{term(parameters)}, true}, MixtureOrder::gradient), 2, 1);
  }

 private:
  [[nodiscard]] DensityTerm<F, P> term(const std::vector<double>& parameters) const {
    if (parameters.size() != P)
      throw ShapeError(
          text::joined("density: ", parameters.size(), " parameters for a density of ", P, "; give one for each"));
    DensityTerm<F, P> result{f_, {}};
    for (std::size_t i = 0; i < P; ++i) result.theta[i] = parameters[i];
    return result;
  }
  template <class Term>
  [[nodiscard]] std::vector<DoubleDouble> pass(const Term& term, MixtureOrder order) {
    std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs(order)));
    weighted_mixture_sums(ctx_, term, order, data_, weights_, view(sums));
    return sums;
  }
  /// The matrix whose lower triangle begins at sums[first], times sign.
  static std::vector<double> symmetric(const std::vector<DoubleDouble>& sums, std::size_t first, double sign) {
    std::vector<double> result(P * P);
    for (std::size_t i = 0, k = first; i < P; ++i)
      for (std::size_t j = 0; j <= i; ++j, ++k) result[P * i + j] = result[P * j + i] = sign * sums[k].high;
    return result;
  }

  Ctx& ctx_;
  F f_;
  View data_, weights_;
  DensityLikelihood<Ctx, T, P, F> plain_;
  WeightSummary summary_;
};

}  // namespace isonomy::mixture
