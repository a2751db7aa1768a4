// An Objective as Minuit2 calls it, over whatever base class its version has: nothing of Minuit2 is included here.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>
#include <vector>

#include "isonomy/adapters/foreign_minimum.hpp"
#include "isonomy/estimators/mixture/minimise/minimum.hpp"

namespace isonomy::adapters::detail {

/// Whether this version of Minuit's base class asks functions for their Hessian: all second derivatives by the
/// parameters as the user counts them, by rows. Versions since ROOT 6.30 do.
template <class Base>
concept AsksForHessian = requires(const Base& f, const std::vector<double>& theta) {
  { f.HasHessian() } -> std::convertible_to<bool>;
  { f.Hessian(theta) } -> std::convertible_to<std::vector<double>>;
};

/// The value relative to that at the start, so that small differences keep their digits. What is asked of one point one
/// after the other is one pass.
template <mixture::Objective F, class Base>
class MinuitGradient : public Base {
 public:
  /// `hessian`: whether f is worth its second derivatives.
  MinuitGradient(F& f, double offset, bool hessian) : f_(f), offset_(offset), hessian_(hessian) {}

  double operator()(const std::vector<double>& theta) const override {
    return at(theta, MixtureOrder::gradient).nll - offset_;
  }
  std::vector<double> Gradient(const std::vector<double>& theta) const override {  // NOLINT: Minuit's names
    return at(theta, MixtureOrder::gradient).gradient;
  }
  double Up() const override { return 0.5; }  // NOLINT(readability-identifier-naming)

  [[nodiscard]] int passes() const { return passes_; }

 protected:
  const mixture::Likelihood& at(const std::vector<double>& theta, MixtureOrder order) const {
    if (theta != theta_ || (order == MixtureOrder::hessian && at_.hessian.empty())) {
      at_ = at_trial(f_, theta, order, "Minuit2");
      theta_ = theta;
      ++passes_;
    }
    return at_;
  }
  [[nodiscard]] bool has_hessian() const { return hessian_; }

 private:
  F& f_;
  double offset_;
  bool hessian_;
  mutable std::vector<double> theta_;
  mutable mixture::Likelihood at_;
  mutable int passes_ = 0;
};

/// The same with the exact Hessian, for versions that ask for it.
template <mixture::Objective F, AsksForHessian Base>
class MinuitHessian : public MinuitGradient<F, Base> {
 public:
  using MinuitGradient<F, Base>::MinuitGradient;

  bool HasHessian() const override { return this->has_hessian(); }                // NOLINT: Minuit's names
  std::vector<double> Hessian(const std::vector<double>& theta) const override {  // NOLINT
    return this->has_hessian() ? this->at(theta, MixtureOrder::hessian).hessian : std::vector<double>{};
  }
};

template <class F, class Base>
struct MinuitFunctionOver {
  using type = MinuitGradient<F, Base>;
};
template <class F, AsksForHessian Base>
struct MinuitFunctionOver<F, Base> {
  using type = MinuitHessian<F, Base>;
};
/// The form for the installed version, whose base class is `Base`.
template <class F, class Base>
using MinuitFunction = typename MinuitFunctionOver<F, Base>::type;

}  // namespace isonomy::adapters::detail
