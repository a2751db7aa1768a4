// Fits of several data sets at once: likelihoods that share parameters by name, and Gaussian knowledge of parameters.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/minimise/objective.hpp"
#include "isonomy/ops/mixture/blocks.hpp"

namespace isonomy::mixture {

/// An Objective: the sum of others. Parameters of the same name are one parameter, inside the bounds of all.
class Simultaneous {
 public:
  /// Adds an Objective that outlives this one. `names` replaces its own names, so that parameters can be shared between
  /// data sets or kept apart. ShapeError if their number differs; ValueError if bounds leave nothing.
  template <Objective F>
  Simultaneous& add(F& f, std::vector<std::string> names = {}) {
    const std::vector<Bounds> bounds = f.bounds();
    if (names.empty()) names = f.names();
    if (names.size() != bounds.size())
      throw ShapeError(text::joined(
          {"simultaneous: ", names.size(), " names for ", bounds.size(), " parameters; give one for each"}));
    Summand summand{[&f](const std::vector<double>& theta, MixtureOrder order) { return f.at(theta, order); },
                    [&f](Report& report) {
                      if constexpr (requires { f.describe(report); }) f.describe(report);
                    },
                    {}};
    Simultaneous next = *this;
    for (std::size_t i = 0; i < names.size(); ++i) summand.places.push_back(next.place(names[i], bounds[i]));
    for (std::vector<int> weights : simplices_of(f)) {
      for (int& w : weights) w = static_cast<int>(summand.places[static_cast<std::size_t>(w)]);
      next.simplices_.push_back(std::move(weights));
    }
    next.has_hessian_ = has_hessian_ && mixture::has_hessian(f);
    if (control_ == &nobody()) next.control_ = &control_of(f);
    next.summands_.push_back(std::move(summand));
    *this = std::move(next);
    return *this;
  }
  /// Adds (theta - mean)^2 / (2 sigma^2) for the parameter of that name, which a likelihood must have brought:
  /// knowledge from elsewhere. ValueError for an unknown name or a sigma that is not above 0.
  Simultaneous& add_penalty(const std::string& name, double mean, double sigma) {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end())
      throw ValueError(text::joined("simultaneous: no parameter ", name, "; add its likelihood first"));
    if (!(sigma > 0) || !std::isfinite(mean) || !std::isfinite(sigma)) {
      throw ValueError(text::joined("simultaneous: penalty on ", name, " with mean=", mean, ", sigma=", sigma,
                                    "; expected finite numbers, sigma above 0"));
    }
    penalties_.push_back({static_cast<std::size_t>(found - names_.begin()), mean, sigma});
    return *this;
  }

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] const std::vector<Bounds>& bounds() const { return bounds_; }

  [[nodiscard]] const std::vector<std::vector<int>>& simplices() const { return simplices_; }
  /// Whether every summand has one.
  [[nodiscard]] bool has_hessian() const { return has_hessian_; }
  /// That of the first summand with a context.
  [[nodiscard]] const Control& control() const { return *control_; }

  /// Where passes over the data of each summand run, for report_of().
  void describe(Report& report) const {
    for (const Summand& s : summands_) s.describe(report);
  }

  /// One pass over every data set.
  [[nodiscard]] Likelihood at(const std::vector<double>& theta, MixtureOrder order) {
    const std::size_t size = names_.size();
    Likelihood result;
    DoubleDouble nll;
    if (order != MixtureOrder::value) result.gradient.assign(size, 0);
    if (order == MixtureOrder::hessian) result.hessian.assign(size * size, 0);
    for (Summand& s : summands_) {
      std::vector<double> own;
      for (const std::size_t p : s.places) own.push_back(theta[p]);
      const Likelihood part = s.at(own, order);
      add_share(nll, part.nll);
      add_share(nll, part.nll_rest);
      if (part.gradient.empty() && order != MixtureOrder::value) return {part.nll, {}, {}};  // no finite value here
      const std::size_t n = own.size();
      for (std::size_t i = 0; i < n && order != MixtureOrder::value; ++i) {
        result.gradient[s.places[i]] += part.gradient[i];
        for (std::size_t j = 0; j < n && order == MixtureOrder::hessian; ++j)
          result.hessian[size * s.places[i] + s.places[j]] += part.hessian[n * i + j];
      }
    }
    for (const Penalty& p : penalties_) {
      const double pull = (theta[p.place] - p.mean) / p.sigma;
      add_share(nll, rounded_product(0.5 * pull, pull));
      if (order != MixtureOrder::value) result.gradient[p.place] += pull / p.sigma;
      if (order == MixtureOrder::hessian) result.hessian[(size + 1) * p.place] += 1 / (p.sigma * p.sigma);
    }
    result.nll = nll.high, result.nll_rest = nll.low;
    return result;
  }

 private:
  struct Summand {
    std::function<Likelihood(const std::vector<double>&, MixtureOrder)> at;
    std::function<void(Report&)> describe;
    std::vector<std::size_t> places;
  };
  struct Penalty {
    std::size_t place;
    double mean, sigma;
  };

  std::size_t place(const std::string& name, const Bounds& bounds) {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end()) {
      names_.push_back(name);
      bounds_.push_back(bounds);
      return names_.size() - 1;
    }
    Bounds& both = bounds_[static_cast<std::size_t>(found - names_.begin())];
    both = {std::max(both.lower, bounds.lower), std::min(both.upper, bounds.upper)};
    if (!(both.lower <= both.upper))
      throw ValueError(text::joined("simultaneous: the bounds of ", name, " exclude each other"));
    return static_cast<std::size_t>(found - names_.begin());
  }

  std::vector<std::string> names_;
  std::vector<Bounds> bounds_;
  std::vector<Summand> summands_;
  std::vector<Penalty> penalties_;
  std::vector<std::vector<int>> simplices_;
  bool has_hessian_ = true;
  const Control* control_ = &nobody();
};

}  // namespace isonomy::mixture
