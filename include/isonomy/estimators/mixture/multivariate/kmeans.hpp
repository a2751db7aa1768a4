// k-means in any number of dimensions: k-means++ seeds, Lloyd's iterations, and a rule for clusters that lose their
// rows.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/stage_timer.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/describe.hpp"
#include "isonomy/estimators/mixture/multivariate/cluster_sums.hpp"
#include "isonomy/estimators/mixture/multivariate/rows.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::mixture {

/// Names and defaults of sklearn.cluster.KMeans.
struct KMeansOptions {
  int max_iter = 300;
  double tol = 1e-4;  ///< largest squared move of all centres that ends the iterations, relative to the mean variance
                      ///< of the columns
  int n_init = 1;     ///< seeds tried; the result of least inertia is kept
};

struct KMeansResult {
  int dimensions = 1;
  std::vector<double> centres;                                ///< components x dimensions, by rows
  std::vector<int> labels;                                    ///< of every row: its nearest centre, the first of equals
  std::vector<index_t> sizes;                                 ///< rows of each cluster
  double inertia = std::numeric_limits<double>::quiet_NaN();  ///< sum of squared distances to the nearest centre
  bool converged = false;
  int iterations = 0;   ///< over all rows
  int relocations = 0;  ///< centres without rows that were moved in them
  Report report;
};

namespace detail {

/// Rows that seeds are drawn from, at most.
inline constexpr index_t seed_rows = index_t{1} << 16;

/// ValueError that names the option, its value and the rule unless `condition`.
template <class Value>
void require_option(bool condition, const char* operation, const char* name, Value value, const char* rule) {
  if (condition) return;
  throw ValueError(text::joined(operation, ": ", name, "=", value, "; expected ", rule));
}

/// ValueError for fewer rows than components, and for none of these.
inline void require_components(int components, index_t rows, const char* operation) {
  if (components < 1 || components > rows)
    throw ValueError(text::joined(
        {operation, ": components=", components, " for ", rows, " rows; expected from 1 to the number of rows"}));
}

inline double squared_distance(const double* a, const double* b, std::size_t d) {
  double s = 0;
  for (std::size_t j = 0; j < d; ++j) s += rounded_product(a[j] - b[j], a[j] - b[j]);
  return s;
}

/// `components` of the rows, each drawn with a probability proportional to its squared distance from those before it:
/// of 2 + log K draws the one that leaves the least sum. weights: of the rows, by which distances are multiplied, or
/// none. Source: Arthur and Vassilvitskii (2007), greedy as in
/// scikit-learn.
inline std::vector<double> spread_rows(const std::vector<double>& rows, const std::vector<double>& weights,
                                       std::size_t d, int components, std::uint64_t seed, std::uint64_t stream) {
  const std::size_t n = rows.size() / d;
  const int trials = 2 + static_cast<int>(std::log(components));
  std::uint64_t counter = 0;
  std::vector<double> result, closest(n, std::numeric_limits<double>::infinity());  // times the weight
  double sum = 0;
  const auto weighted = [&](std::size_t i, double x) { return weights.empty() ? x : rounded_product(weights[i], x); };
  const auto with = [&](std::size_t row) {
    std::vector<double> next(n);
    for (std::size_t i = 0; i < n; ++i)
      next[i] = std::min(closest[i], weighted(i, squared_distance(&rows[i * d], &rows[row * d], d)));
    return next;
  };
  const auto total = [](const std::vector<double>& v) { return sum_fixed(v.data(), static_cast<index_t>(v.size())); };
  const auto in_proportion_to = [&](const std::vector<double>& shares, double of_all) {
    double left = rounded_product(random_unit(seed, counter++, stream), of_all);
    std::size_t i = 0;
    while (i + 1 < n && left >= shares[i]) left -= shares[i++];
    return i;
  };
  const auto draw = [&] {
    if (sum > 0 && !result.empty()) return in_proportion_to(closest, sum);
    return weights.empty() ? static_cast<std::size_t>(random_below(n, seed, counter++, stream))
                           : in_proportion_to(weights, total(weights));
  };
  for (int k = 0; k < components; ++k) {
    std::size_t best = draw();
    std::vector<double> least = with(best);
    for (int trial = 1; trial < trials && k > 0; ++trial) {
      const std::size_t row = draw();
      std::vector<double> other = with(row);
      if (total(other) < total(least)) best = row, least = std::move(other);
    }
    closest = std::move(least);
    sum = total(closest);
    result.insert(result.end(), rows.begin() + static_cast<std::ptrdiff_t>(best * d),
                  rows.begin() + static_cast<std::ptrdiff_t>((best + 1) * d));
  }
  return result;
}

/// How far a row is from its nearest centre, squared.
struct DistanceToNearest {
  NearestCentres centres;

  template <class X>
  ISONOMY_HD double operator()(const X& x, index_t i) const {
    return centres.nearest(x, i).distance;
  }
};

}  // namespace detail

/// Centres and what the last pass found around them.
struct Clusters {
  std::vector<double> centres;
  std::vector<DoubleDouble> sums;
  bool converged = false;
  int iterations = 0, relocations = 0;
  double margin = Decision::no_runner_up;  ///< by how much the inertia of the next best run exceeds its own

  [[nodiscard]] double inertia() const { return sums[0].high; }
  [[nodiscard]] double size(std::size_t k) const { return sums[1 + k].high; }
};

namespace detail {

/// Moves centre k to the row farthest from its nearest centre, the first of equals; false if every row has a centre of
/// its own place.
template <ContextLike Ctx, class T>
bool relocate(Ctx& ctx, std::vector<double>& centres, std::size_t k, MatrixView<const T, typename Ctx::space> x) {
  const auto device = to_device(ctx, centres, "centres");
  const int d = static_cast<int>(x.columns);
  const NearestCentres term{device.data(), static_cast<int>(centres.size()) / d, d};
  const Farthest farthest = farthest_row(ctx, DistanceToNearest{term}, x);
  if (!(farthest.score > 0)) return false;
  const std::vector<double> place = row_of(ctx, x, farthest.row);
  std::copy(place.begin(), place.end(), centres.begin() + static_cast<std::ptrdiff_t>(k) * d);
  return true;
}

/// Lloyd's iterations from `centres`; `least_move` is the squared move that ends them. `sums` are those around the
/// centres returned.
template <ContextLike Ctx, class T>
Clusters lloyd(Ctx& ctx, std::vector<double> centres, MatrixView<const T, typename Ctx::space> x, int max_iter,
               double least_move, ProgressMeter& progress, VectorView<const T, typename Ctx::space> weights = {}) {
  const auto d = static_cast<std::size_t>(x.columns), n = centres.size() / d;
  Clusters result;
  result.centres = std::move(centres);
  double previous = std::numeric_limits<double>::infinity();
  while (true) {
    result.sums = cluster_sums(ctx, result.centres, static_cast<int>(d), x, ClusterMoments::first,
                               Covariance::spherical, weights);
    if (result.iterations == max_iter || result.converged) return result;
    ++result.iterations;
    progress.advance();
    std::size_t empty = 0;
    while (empty < n && result.size(empty) > 0) ++empty;
    if (empty < n && relocate(ctx, result.centres, empty, x)) {
      ++result.relocations;
      previous = std::numeric_limits<double>::infinity();
      continue;
    }
    double move = 0;
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t j = 0; j < d && result.size(k) > 0; ++j) {
        const double step = result.sums[1 + n + k * d + j].high / result.size(k);
        result.centres[k * d + j] += step;
        move += rounded_product(step, step);
      }
    result.converged = move <= least_move || !(result.inertia() < previous);
    previous = result.inertia();
  }
}

/// The mean variance of the columns, by two passes: the second is about the mean. ValueError for the first element that
/// is not finite.
template <ContextLike Ctx, class T>
double mean_variance(Ctx& ctx, MatrixView<const T, typename Ctx::space> x, const char* operation,
                     VectorView<const T, typename Ctx::space> weights = {}) {
  const auto d = static_cast<std::size_t>(x.columns);
  const auto sums_about = [&](const std::vector<double>& centre) {
    std::vector<DoubleDouble> sums =
        cluster_sums(ctx, centre, static_cast<int>(d), x, ClusterMoments::first, Covariance::spherical, weights);
    if (std::isfinite(sums[0].high)) return sums;
    require_finite_rows(ctx, x, operation);
    throw ValueError(text::joined(operation, ": squared distances overflow; rescale the data"));
  };
  std::vector<double> mean = row_of(ctx, x, 0);
  const std::vector<DoubleDouble> about_first = sums_about(mean);
  const double n = about_first[1].high;  // rows, or the sum of their weights
  for (std::size_t j = 0; j < d; ++j) mean[j] += about_first[2 + j].high / n;
  return sums_about(mean)[0].high / n / static_cast<double>(d);
}

/// Labels of the rows of one block.
template <class T, MemorySpace Space>
struct LabelRow {
  NearestCentres centres;
  MatrixView<const T, Space> x;
  VectorView<int, Space> labels;

  ISONOMY_HD void operator()(index_t i) const { labels(i) = centres.nearest(x, i).centre; }
};

}  // namespace detail

/// The best of `n_init` runs; run r draws its seeds from stream `first_stream` + r of the context's seed. weights:
/// above 0, one for each row, or none, so that every row counts once.
template <ContextLike Ctx, class T>
Clusters best_clusters(Ctx& ctx, int components, MatrixView<const T, typename Ctx::space> x,
                       const KMeansOptions& options, const char* operation, std::uint64_t first_stream = 0,
                       VectorView<const T, typename Ctx::space> weights = {}) {
  detail::require_rows(x, operation);
  detail::require_components(components, x.rows, operation);
  detail::require_option(options.tol >= 0, operation, "tol", options.tol,
                         "at least 0; give 1e-4, or 0 to go on until the inertia no longer falls");
  detail::require_option(options.max_iter >= 1, operation, "max_iter", options.max_iter, "at least 1; give 300 or so");
  detail::require_option(options.n_init >= 1, operation, "n_init", options.n_init, "at least 1; give the seeds to try");
  const double least_move = options.tol * detail::mean_variance(ctx, x, operation, weights);
  const index_t most = std::max<index_t>(detail::seed_rows, components);
  const std::vector<double> sample = sample_rows(ctx, x, most);
  const MatrixView<const T, typename Ctx::space> as_rows(weights.data, weights.size, 1, weights.stride, 1);
  const std::vector<double> sample_weights = weights.size > 0 ? sample_rows(ctx, as_rows, most) : std::vector<double>{};
  const std::int64_t passes = sample.size() < static_cast<std::size_t>(x.rows * x.columns) ? 2 : 1;
  ProgressMeter progress(ctx.control(), "kmeans", passes * options.n_init * options.max_iter);
  Clusters best;
  std::vector<double> inertia;
  const auto seeded = [&](int run) {
    return detail::spread_rows(sample, sample_weights, static_cast<std::size_t>(x.columns), components,
                               ctx.control().seed, first_stream + static_cast<std::uint64_t>(run));
  };
  const auto few = to_device(ctx, sample, "kmeans"), few_weights = to_device(ctx, sample_weights, "kmeans");
  const auto sampled = row_major<typename Ctx::space>(few.data(), few.size() / x.columns, x.columns);
  for (int run = 0; run < options.n_init; ++run) {
    std::vector<double> centres = seeded(run);
    if (sampled.rows < x.rows)
      centres =
          detail::lloyd(ctx, std::move(centres), sampled, options.max_iter, least_move, progress, few_weights.view())
              .centres;
    Clusters found = detail::lloyd(ctx, std::move(centres), x, options.max_iter, least_move, progress, weights);
    inertia.push_back(found.inertia());
    if (run == 0 || found.inertia() < best.inertia()) best = std::move(found);
  }
  if (options.n_init > 1) {
    std::nth_element(inertia.begin(), inertia.begin() + 1, inertia.end());
    best.margin = inertia[1] - best.inertia();
  }
  return best;
}

/// Centres of `components` clusters of the rows of x (n x dimensions, any strides, float or double): Lloyd's iterations
/// from k-means++ seeds. They end once the centres hardly move (options.tol) or the inertia no longer falls. Seeds are
/// drawn with the context's seed; from more than 2^16 rows on, from a sample of so many, one of each of as many equal
/// stretches, and the iterations over all rows begin where those over the sample end.
///
/// A centre that loses its rows moves to the row farthest from its centre, the first of equals; where there are fewer
/// different rows than centres, clusters stay empty, and a warning says so.
///
/// O(n K d) a pass, one pass an iteration; n labels and a few MB of memory beside the data, never n x K numbers. Runs
/// on every backend; the same bits for any thread count, instruction set and backend. Progress per iteration;
/// Cancelled.
///
/// Errors: ShapeError, ValueError for data that are empty, not finite (with row and column) or fewer than the clusters.
///
/// Source: Lloyd (1982); Arthur and Vassilvitskii (2007); scikit-learn's conventions for tol, max_iter and n_init.
template <ContextLike Ctx, class T>
[[nodiscard]] KMeansResult kmeans(Ctx& ctx, int components, MatrixView<T, typename Ctx::space> x,
                                  const KMeansOptions& options = {}) {
  using Point = std::remove_const_t<T>;
  const MatrixView<const Point, typename Ctx::space> rows(x);
  KMeansResult result;
  StageTimer timer(ctx, result.report);
  Clusters found = best_clusters(ctx, components, rows, options, "kmeans");
  timer.lap("iterations");
  result.dimensions = static_cast<int>(x.columns);
  result.inertia = found.inertia();
  result.converged = found.converged;
  result.iterations = found.iterations;
  result.relocations = found.relocations;
  for (int k = 0; k < components; ++k)
    result.sizes.push_back(static_cast<index_t>(found.size(static_cast<std::size_t>(k))));
  const auto device = to_device(ctx, found.centres, "centres");
  Buffer<int, typename Ctx::tag> labels(ctx, x.rows, "labels");
  for_each(ctx, x.rows,
           detail::LabelRow<Point, typename Ctx::space>{
               {device.data(), components, result.dimensions}, rows, labels.view()});
  result.labels = to_host(ctx, labels);
  result.centres = std::move(found.centres);
  timer.lap("labels");
  if (!result.converged)
    result.report.warnings.push_back(
        text::joined("not converged after ", result.iterations, " iterations; raise max_iter or tol"));
  for (std::size_t k = 0; k < result.sizes.size(); ++k)
    if (result.sizes[k] == 0)
      result.report.warnings.push_back(
          text::joined("cluster ", k, " has no rows; use fewer clusters than there are different rows"));
  describe<op::nearest_sums, Point>(ctx, "mixture::kmeans", result.report);
  result.report.decisions.push_back(
      {"seeds: inertia of the clusters", text::joined("the best of ", options.n_init), found.margin});
  return result;
}

}  // namespace isonomy::mixture
