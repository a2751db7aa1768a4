// Expectation maximisation for mixtures of normal densities in several dimensions, with scikit-learn's semantics.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/stage_timer.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/describe.hpp"
#include "isonomy/estimators/mixture/multivariate/degenerate.hpp"
#include "isonomy/estimators/mixture/multivariate/em_start.hpp"
#include "isonomy/estimators/mixture/multivariate/em_steps.hpp"
#include "isonomy/estimators/mixture/multivariate/kmeans.hpp"
#include "isonomy/estimators/mixture/multivariate/model.hpp"
#include "isonomy/estimators/mixture/multivariate/rows.hpp"
#include "isonomy/estimators/mixture/starts.hpp"
#include "isonomy/ops/mixture/multivariate_mixture_sums.hpp"
#include "isonomy/ops/mixture/weighted_multivariate_mixture_sums.hpp"

namespace isonomy::mixture {

/// What happens to a component that has lost all its points: an error, it is left out, or it moves (once) to the row
/// that the other components explain worst, with the covariance of all data and a weight of 1/K.
enum class EmptyComponent { error, drop, reseed };

/// Names and defaults of sklearn.mixture.GaussianMixture.
struct EmOptions {
  double tol = 1e-3;  ///< least change of the mean log-likelihood that is worth another iteration
  /// Added to variances, in the data's own units, as in scikit-learn; none: 1e-6 of the variance of all data in the
  /// same column (spherical: in all columns together), or of the square of its numbers where they are all equal.
  std::optional<double> reg_covar;
  int max_iter = 100;
  EmptyComponent empty = EmptyComponent::error;
  int starts = 60;  ///< tried on a sample, where em() makes its own; 1: k-means alone
};

struct EmResult {
  NormalMixture model;
  bool converged = false;
  int iterations = 0;
  double nll = std::numeric_limits<double>::quiet_NaN();  ///< of `model`
  std::vector<double> lower_bounds;                       ///< mean log-likelihood before each iteration's update
  double aic = 0, bic = 0;
  StartCounts starts;           ///< how the start was found; none tried where it was given
  std::vector<int> dropped;     ///< components of the start that were empty and left out
  std::vector<int> reseeded;    ///< components of the start that were empty and moved
  std::vector<int> degenerate;  ///< components of `model` that only reg_covar holds open: smallest_relative_variance
  Report report;
};

/// -sum_i log p(x_i) over the rows of x (n x dimensions, any strides): one pass. Errors as validate(), ShapeError.
template <ContextLike Ctx, class T>
[[nodiscard]] double negative_log_likelihood(Ctx& ctx, const NormalMixture& model,
                                             MatrixView<T, typename Ctx::space> x) {
  validate(model);
  detail::require_countable(x, "mixture");
  detail::require_columns(model, x.columns);
  std::vector<int> empty;
  for (int k = 0; k < model.components(); ++k)
    if (model.weights[static_cast<std::size_t>(k)] == 0) empty.push_back(k);
  return detail::negative_log_likelihood_of(ctx, detail::without(model, empty), detail::unweighted<Ctx>(x));
}

namespace detail {

inline void require_options(const EmOptions& options) {
  require_option(options.tol >= 0, "em", "tol", options.tol, "at least 0; give 1e-3, or 0 for max_iter iterations");
  const double reg = options.reg_covar.value_or(0);
  require_option(reg >= 0 && std::isfinite(reg), "em", "reg_covar", reg,
                 "a finite number of at least 0; give 1e-6, or 0 to add nothing to variances");
  require_option(options.max_iter >= 1, "em", "max_iter", options.max_iter, "at least 1; give 100 or so");
  require_option(options.starts >= 1, "em", "starts", options.starts, "at least 1; 60 are the default");
}

/// Components by their numbers in the start, and what to do about those that are empty.
class Population {
 public:
  Population(EmptyComponent policy, int components) : policy_(policy), numbers_(static_cast<std::size_t>(components)) {
    std::iota(numbers_.begin(), numbers_.end(), 0);
  }

  /// Applies the policy to the components without points; false if there are none.
  template <ContextLike Ctx, class T, class F>
  bool settle(Ctx& ctx, EmResult& result, const EmRows<Ctx, T>& x, std::optional<double> reg_covar,
              const F& has_points) {
    std::vector<int> empty;
    for (int k = 0; k < result.model.components(); ++k)
      if (!has_points(static_cast<std::size_t>(k))) empty.push_back(k);
    if (empty.empty()) return false;
    const auto number = [&](int k) { return numbers_[static_cast<std::size_t>(k)]; };
    const bool all = empty.size() == numbers_.size();
    if (policy_ == EmptyComponent::error || all)
      throw ValueError(
          text::joined("em: component ", number(empty.front()),
                       " has lost all its points; start it elsewhere, use fewer components, or drop empty ones"));
    if (policy_ == EmptyComponent::reseed) {
      while (!empty.empty()) {
        const int k = empty.front();
        if (std::find(result.reseeded.begin(), result.reseeded.end(), k) != result.reseeded.end())
          throw ValueError(
              text::joined("em: component ", k,
                           " has lost all its points again after it was moved; use fewer components, or drop empty "
                           "ones"));
        reseed(ctx, result.model, k, empty, x, reg_covar);
        result.reseeded.push_back(k);
        empty.erase(empty.begin());
      }
      return true;
    }
    result.model = without(result.model, empty);
    std::reverse(empty.begin(), empty.end());  // so that the places of those still to go stay
    for (const int k : empty) {
      result.dropped.push_back(number(k));
      numbers_.erase(numbers_.begin() + k);
    }
    return true;
  }

 private:
  EmptyComponent policy_;
  std::vector<int> numbers_;
};

inline void add_warnings(EmResult& result, double points) {
  std::vector<std::string>& warnings = result.report.warnings;
  const auto say = [&](int k, const char* what) { warnings.push_back(text::joined("component ", k, what)); };
  if (!result.converged)
    warnings.push_back(text::joined("not converged after ", result.iterations, " iterations; raise max_iter or tol"));
  if (points < static_cast<double>(result.model.free_parameters()))
    warnings.push_back(text::joined(
        {static_cast<std::int64_t>(points), " points for ", result.model.free_parameters(), " parameters"}));
  for (const int k : result.dropped) say(k, " lost its points and was dropped");
  for (const int k : result.reseeded) say(k, " lost its points and was moved");
  for (const int k : result.degenerate)
    say(k, " is degenerate: it has closed in on less than all dimensions; use fewer components, or raise reg_covar");
}

/// em() from a start.
template <ContextLike Ctx, class T>
EmResult run_em(Ctx& ctx, NormalMixture start, const EmRows<Ctx, T>& data, const EmOptions& options) {
  validate(start);
  require_rows(data.x, "em");
  require_columns(start, data.x.columns);
  require_options(options);
  const double n = data.factor * data.points;
  EmResult result;
  StageTimer timer(ctx, result.report);
  ProgressMeter progress(ctx.control(), "em", options.max_iter);
  result.model = std::move(start);
  Population population(options.empty, result.model.components());
  population.settle(ctx, result, data, options.reg_covar, [&](std::size_t k) { return result.model.weights[k] > 0; });

  const std::vector<int> units = units_of(result.model);
  const double log_units = in_data_units({}, 1, units).high;
  double previous = -std::numeric_limits<double>::infinity(), gain = Decision::not_known;
  std::vector<double> spread, reg;
  while (result.iterations < options.max_iter) {
    const std::vector<DoubleDouble> sums =
        density_pass(ctx, result.model, MixtureOrder::gradient, data.x, data.weights, units);
    require_finite_sums(ctx, sums, data.x);
    const double least = 10 * std::numeric_limits<double>::epsilon() * n;
    if (population.settle(ctx, result, data, options.reg_covar,
                          [&](std::size_t k) { return sums[1 + k].high >= least; }))
      continue;
    const double bound = sums[0].high / n;
    result.lower_bounds.push_back(bound + log_units);
    spread = data_covariance(result.model, sums, n);
    if (reg.empty()) {
      require_representable(ctx, data.x, variances_of(result.model, spread),
                            result.model.covariance == Covariance::spherical);
      reg = regularisation(options.reg_covar, result.model, sums, spread, n);
    }
    maximise(result.model, sums, n, reg);
    ++result.iterations;
    progress.advance();
    gain = std::abs(bound - previous);
    result.converged = gain < options.tol;
    if (result.converged) break;
    previous = bound;
  }
  timer.lap("iterations");
  result.nll = negative_log_likelihood_of(ctx, result.model, data);
  if (!std::isfinite(result.nll)) require_finite_sums(ctx, {{result.nll, 0}}, data.x);
  timer.lap("likelihood");
  const auto parameters = static_cast<double>(result.model.free_parameters());
  result.aic = 2 * result.nll + 2 * parameters;
  result.bic = std::fma(parameters, std::log(data.points), 2 * result.nll);
  std::sort(result.dropped.begin(), result.dropped.end());
  result.degenerate = degenerate_components(result.model, spread, reg);
  add_warnings(result, data.points);
  describe<op::multivariate_mixture_sums, T>(ctx, "mixture::em", result.report);
  if (data.weights.size > 0) result.report.operations = {ran<op::weighted_multivariate_mixture_sums, T>(ctx)};
  result.report.decisions.push_back({"convergence: gain of the lower bound below tol",
                                     result.converged ? "converged" : "not converged",
                                     std::isfinite(gain) ? options.tol - gain : Decision::not_known});
  return result;
}

inline void note_starts(const StartCounts& starts, std::vector<std::string>& warnings) {
  if (starts.late())
    warnings.push_back(text::joined({"the best of ", starts.tried, " starts was number ", starts.first, ", and ",
                                     starts.met_same, " met its maximum; there may be a better one: raise starts"}));
  else if (starts.tried > 1 && starts.met_same == 0)
    warnings.push_back(text::joined("none of ", starts.tried,
                                    " starts met a maximum without a spike; this fit begins at k-means; use fewer "
                                    "components"));
}

/// em() without a start.
template <ContextLike Ctx, class T>
EmResult run_em(Ctx& ctx, int components, Covariance covariance, const EmRows<Ctx, T>& data, const EmOptions& options) {
  require_options(options);
  require_rows(data.x, "em");
  require_components(components, data.x.rows, "em");
  Report starting;
  StageTimer timer(ctx, starting);
  EmStart start = find_em_start(ctx, components, covariance, data, options.reg_covar, options.starts);
  timer.lap("starts");
  EmResult result = run_em(ctx, std::move(start.model), data, options);
  result.starts = start.counts;
  result.report.stages.insert(result.report.stages.begin(), starting.stages.begin(), starting.stages.end());
  result.report.decisions.insert(result.report.decisions.begin(), result.starts.decision());
  note_starts(result.starts, result.report.warnings);
  return result;
}

}  // namespace detail

/// The mixture that expectation maximisation reaches from `start`: as scikit-learn's GaussianMixture.fit from those
/// weights, means and covariances, in one pass over the data per iteration, the likelihood that decides about the end
/// included, and one for the result's own.
///
/// x: n x dimensions, any strides, float or double; arithmetic is double. O(n K d^2) an iteration, a few MB of memory
/// beside the data.
///
/// A column times a power of two has the same fit, bit for bit: weights are the same, means and covariances times that
/// power and its square, as long as a given reg_covar follows (spherical: all columns times one power). Moving the data
/// moves the fit.
///
/// The same bits for any thread count, instruction set and backend. Progress per iteration; Cancelled. Warnings: no
/// convergence, fewer points than parameters, components that were dropped, moved or are degenerate.
///
/// Errors: validate() of the start; ValueError for data that are empty or not finite (with row and column), for a
/// column that spans less than 1e-144 or more than 1e144, whose variance is no double, for a component that has lost
/// its points (or as options.empty says); NotPositiveDefinite if reg_covar is too small for the data; NumericalError
/// for data so large that sums overflow.
///
/// Source: Dempster, Laird and Rubin (1977); scikit-learn's conventions for tol, reg_covar and weights.
template <ContextLike Ctx, class T>
[[nodiscard]] EmResult em(Ctx& ctx, NormalMixture start, MatrixView<T, typename Ctx::space> x,
                          const EmOptions& options = {}) {
  return detail::run_em(ctx, std::move(start), detail::unweighted<Ctx>(x), options);
}

/// The same from the best of several starts: k-means, splits of the widest part, rings around the median and ever
/// narrower nests, outliers and slices. Then come maxima of which the component that is missed least is moved to a
/// group of rows that the others miss, one group after the other, and every third time clumps, random cells and further
/// seeds of k-means. Each climbs to the maximum nearby, by steps of expectation maximisation that are extrapolated, and
/// the best maximum counts. A maximum with a spike is none: a component of a width below 1e-3 of the spread in some
/// direction, or of fewer than 5 rows. The spread is that of all rows, or ten times that within the clusters of
/// k-means.
///
/// All of this over 2^14 rows at most, one drawn from each of as many equal stretches, of which every start uses 2^12
/// and the three best maxima all; then iterations over all rows, as from a start that was given. Draws follow the
/// context's seed. options.starts = 1, fewer than 5 rows a component, and data in which no start meets a maximum
/// without a spike begin at k-means: every cluster gives a component its weight, mean and covariance. result.starts
/// says how the search went.
///
/// kmeans() says what errors there are beside those of the other form. Warnings beside those: the best start appeared
/// late, or there was none.
///
/// Source: McLachlan and Peel, Finite Mixture Models (2000), 2.12; Varadhan and Roland (2008).
template <ContextLike Ctx, class T>
[[nodiscard]] EmResult em(Ctx& ctx, int components, Covariance covariance, MatrixView<T, typename Ctx::space> x,
                          const EmOptions& options = {}) {
  return detail::run_em(ctx, components, covariance, detail::unweighted<Ctx>(x), options);
}

}  // namespace isonomy::mixture
