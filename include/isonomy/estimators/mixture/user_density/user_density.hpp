// Likelihoods of densities that the user writes: one function of the point and the parameters, derivatives by jets or
// the user's own.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/jet.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/describe.hpp"
#include "isonomy/estimators/mixture/minimise/objective.hpp"
#include "isonomy/estimators/mixture/normal/likelihood.hpp"
#include "isonomy/estimators/mixture/normal/objective.hpp"
#include "isonomy/ops/mixture/kernels/block_sums.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"
#include "isonomy/ops/mixture/mixture_sums.hpp"

namespace isonomy::mixture {

/// log p(x; theta) for any number type: `template <class N> ISONOMY_HD N operator()(double x, const N* theta) const`.
/// Functions of numbers are called unqualified (`using std::log; log(t)`), so that jets find theirs.
template <class F, int P>
concept LogDensity = P <= 16 && requires(const F& f, double x, const double* theta, const Jet<P>* first,
                                         const Jet<P, true>* second) {
  { f(x, theta) } -> std::convertible_to<double>;
  { f(x, first) } -> std::convertible_to<Jet<P>>;
  { f(x, second) } -> std::convertible_to<Jet<P, true>>;
};

/// log p(x; theta) that writes its gradient in theta itself, all P elements of it:
/// `ISONOMY_HD double operator()(double x, const double* theta, double* gradient) const`. For any number of parameters,
/// and for what jets cannot pass through; there is no Hessian then. What is a LogDensity too is taken as that.
template <class F, int P>
concept LogDensityWithGradient = requires(const F& f, double x, const double* theta, double* gradient) {
  { f(x, theta, gradient) } -> std::convertible_to<double>;
};

/// A density at one point of parameter space, as mixture_sums adds it: sums of log p, its gradient and, by jets, its
/// Hessian (lower triangle by rows).
template <class F, int P>
struct DensityTerm {
  F f;
  double theta[P];

  [[nodiscard]] ISONOMY_HD int outputs(MixtureOrder order) const {
    const bool second = order == MixtureOrder::hessian && LogDensity<F, P>;
    return order == MixtureOrder::value ? 1 : second ? 1 + P + P * (P + 1) / 2 : 1 + P;
  }
  [[nodiscard]] ISONOMY_HD int lane_sums(MixtureOrder order) const { return outputs(order); }
  [[nodiscard]] ISONOMY_HD int lane_scratch() const { return 0; }
};

/// One lane of a DensityTerm. User functions run on one number at a time.
template <class F, int P, MixtureOrder order>
class DensityLane {
  using Number = std::conditional_t<order == MixtureOrder::value, double, Jet<P, order == MixtureOrder::hessian>>;

 public:
  ISONOMY_HD explicit DensityLane(const DensityTerm<F, P>& term) : term_(term) {
    for (int i = 0; i < P; ++i) {
      if constexpr (order == MixtureOrder::value)
        theta_[i] = term.theta[i];
      else
        theta_[i] = Number::variable(term.theta[i], i);
    }
  }
  ISONOMY_HD void begin(double* sums) {
    resume(sums);
    for (int o = 0; o < term_.outputs(order); ++o) sums[o * block_lanes] = 0;
  }
  ISONOMY_HD void resume(double* sums) { sums_ = sums; }
  ISONOMY_HD void add(double x) {
    const Number log_p = term_.f(x, theta_);
    if constexpr (order == MixtureOrder::value) {
      sums_[0] += opaque(log_p);
    } else {
      sums_[0] += log_p.value;
      for (int i = 0; i < P; ++i) sums_[(1 + i) * block_lanes] += log_p.gradient[i];
      if constexpr (order == MixtureOrder::hessian)
        for (int k = 0; k < Number::pairs; ++k) sums_[(1 + P + k) * block_lanes] += log_p.hessian[k];
    }
  }
  ISONOMY_HD void flush() {}
  ISONOMY_HD void end(double*) const {}

 private:
  const DensityTerm<F, P>& term_;
  Number theta_[P];
  double* sums_ = nullptr;
};

/// The same for a density with a gradient of its own.
template <class F, int P, MixtureOrder order>
class DensityGradientLane {
 public:
  ISONOMY_HD explicit DensityGradientLane(const DensityTerm<F, P>& term) : term_(term) {}
  ISONOMY_HD void begin(double* sums) {
    resume(sums);
    for (int o = 0; o < term_.outputs(order); ++o) sums[o * block_lanes] = 0;
  }
  ISONOMY_HD void resume(double* sums) { sums_ = sums; }
  ISONOMY_HD void add(double x) {
    sums_[0] += opaque(term_.f(x, term_.theta, gradient_));
    if constexpr (order != MixtureOrder::value)
      for (int i = 0; i < P; ++i) sums_[(1 + i) * block_lanes] += opaque(gradient_[i]);
  }
  ISONOMY_HD void flush() {}
  ISONOMY_HD void end(double*) const {}

 private:
  const DensityTerm<F, P>& term_;
  double gradient_[P];
  double* sums_ = nullptr;
};

template <class L, MixtureOrder order, class F, int P>
ISONOMY_HD auto lanes_of(const DensityTerm<F, P>& term) {
  static_assert(L::width == 1, "a user's density has no form for registers");
  if constexpr (LogDensity<F, P>)
    return DensityLane<F, P, order>(term);
  else
    return DensityGradientLane<F, P, order>(term);
}
template <class F, int P, class Rows, class Write>
ISONOMY_HD void block_share(const DensityTerm<F, P>& term, MixtureOrder order, index_t, const Rows& rows,
                            const Write& write) {
  for (int o = 0; o < term.outputs(order); ++o) write(o, rows.total(o));
}

/// An Objective: -sum_i log p(x_i; theta) of a user's density over data that outlive it, with exact gradient and, for
/// a LogDensity, exact Hessian. The same fixed order of additions as every mixture; the bits of log p itself are those
/// of the user's function. O(n P), for the Hessian O(n P^2). The user's function must be finite where the bounds allow
/// theta and the data lie.
template <ContextLike Ctx, class T, int P, class F>
class DensityLikelihood {
  static_assert(
      LogDensity<F, P> || LogDensityWithGradient<F, P>,
      "a density of P <= 16 parameters is written for any number type, template <class N> N operator()(double "
      "x, const N* theta) const, and calls log, exp and the like unqualified; with more parameters it gives "
      "its gradient itself, double operator()(double x, const double* theta, double* gradient) const");

 public:
  using View = VectorView<const T, typename Ctx::space>;

  /// ShapeError unless there is one pair of bounds per parameter; ValueError for no data.
  DensityLikelihood(Ctx& ctx, F f, View data, std::array<std::string, P> names, std::vector<Bounds> bounds = {})
      : ctx_(ctx), f_(std::move(f)), data_(data), names_(names.begin(), names.end()), bounds_(std::move(bounds)) {
    if (bounds_.empty()) bounds_.resize(P);
    if (bounds_.size() != P)
      throw ShapeError(
          text::joined("density: ", bounds_.size(), " bounds for ", P, " parameters; give one pair for each"));
    if (data.size == 0) throw ValueError("density: the data are empty; expected at least one point");
  }

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] const std::vector<Bounds>& bounds() const { return bounds_; }

  [[nodiscard]] static constexpr bool has_hessian() { return LogDensity<F, P>; }
  [[nodiscard]] const Control& control() const { return ctx_.control(); }

  /// Where passes over the data run, for report_of().
  void describe(Report& report) const { mixture::describe<op::mixture_sums, T, DensityTerm<F, P>>(ctx_, "", report); }

  /// ValueError for the first point that is not finite, or whose square is not.
  void require_finite_data() const { require_finite(ctx_, data_); }

  /// ValueError for the Hessian of a density that gives its gradient itself.
  [[nodiscard]] Likelihood at(const std::vector<double>& parameters, MixtureOrder order) {
    if (parameters.size() != P)
      throw ShapeError(
          text::joined("density: ", parameters.size(), " parameters for a density of ", P, "; give one for each"));
    if (order == MixtureOrder::hessian && !has_hessian())
      throw ValueError("density: a density that gives its gradient itself has no Hessian; ask for the gradient");
    DensityTerm<F, P> term{f_, {}};
    for (std::size_t i = 0; i < P; ++i) term.theta[i] = parameters[i];
    std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs(order)));
    mixture_sums(ctx_, term, order, data_, view(sums));
    Likelihood result{-sums[0].high, {}, {}, -sums[0].low};
    if (order == MixtureOrder::value) return result;
    for (std::size_t i = 0; i < P; ++i) result.gradient.push_back(-sums[1 + i].high);
    if (order == MixtureOrder::gradient) return result;
    result.hessian.resize(P * P);
    for (std::size_t i = 0, k = 1 + P; i < P; ++i)
      for (std::size_t j = 0; j <= i; ++j, ++k) result.hessian[P * i + j] = result.hessian[P * j + i] = -sums[k].high;
    return result;
  }

 private:
  Ctx& ctx_;
  F f_;
  View data_;
  std::vector<std::string> names_;
  std::vector<Bounds> bounds_;
};

}  // namespace isonomy::mixture
