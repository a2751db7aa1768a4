// A search for the start of expectation maximisation: several kinds over a sample, climbed and compared.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/small_matrix.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/multivariate/accelerated_em.hpp"
#include "isonomy/estimators/mixture/multivariate/degenerate.hpp"
#include "isonomy/estimators/mixture/multivariate/em_steps.hpp"
#include "isonomy/estimators/mixture/multivariate/kmeans.hpp"
#include "isonomy/estimators/mixture/multivariate/missed_groups.hpp"
#include "isonomy/estimators/mixture/multivariate/model.hpp"
#include "isonomy/estimators/mixture/multivariate/start_groups.hpp"
#include "isonomy/estimators/mixture/starts.hpp"

namespace isonomy::mixture::detail {

/// A covariance as a component's is restricted.
inline std::vector<double> restricted(Covariance kind, const SquareMatrix& a) {
  if (kind == Covariance::full || kind == Covariance::tied) return a.elements();
  std::vector<double> result;
  for (std::size_t j = 0; j < a.size(); ++j) result.push_back(a(j, j));
  if (kind == Covariance::diagonal) return result;
  double sum = 0;
  for (const double v : result) sum += v;
  return {sum / static_cast<double>(a.size())};
}

/// A sample in units of its columns, how often its rows count (none: once), and what is added to their variances.
struct EmSample {
  std::size_t dimensions = 0;
  std::vector<double> rows, weights, reg;

  [[nodiscard]] std::size_t size() const { return rows.size() / dimensions; }
  /// `count` rows of it, evenly.
  [[nodiscard]] EmSample thinned(std::size_t count) const {
    const std::size_t n = std::min(size(), count);
    EmSample result{dimensions, {}, {}, reg};
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t at = (2 * i + 1) * size() / (2 * n);
      result.rows.insert(result.rows.end(), rows.begin() + static_cast<std::ptrdiff_t>(at * dimensions),
                         rows.begin() + static_cast<std::ptrdiff_t>((at + 1) * dimensions));
      if (!weights.empty()) result.weights.push_back(weights[at]);
    }
    return result;
  }
};

/// A sample where passes over it run.
template <ContextLike Ctx>
class DeviceSample {
 public:
  DeviceSample(Ctx& ctx, const EmSample& sample)
      : rows_(to_device(ctx, sample.rows, "start")), weights_(to_device(ctx, sample.weights, "start")) {
    const auto d = static_cast<index_t>(sample.dimensions), n = static_cast<index_t>(sample.size());
    data_ = {row_major<typename Ctx::space>(std::as_const(rows_).data(), n, d), std::as_const(weights_).view(),
             static_cast<double>(n)};
    if (sample.weights.empty()) return;
    data_.points = sum_fixed(sample.weights.data(), n);
  }

  [[nodiscard]] const EmRows<Ctx, double>& data() const { return data_; }

 private:
  Buffer<double, typename Ctx::tag> rows_, weights_;
  EmRows<Ctx, double> data_;
};

/// A search over a sample, for mixtures of so many components.
template <ContextLike Ctx>
class EmSearch {
 public:
  using Maximum = MetMaximum<NormalMixture>;

  EmSearch(Ctx& ctx, int components, Covariance kind, const EmSample& sample)
      : ctx_(ctx), components_(static_cast<std::size_t>(components)), kind_(kind), reg_(sample.reg),
        groups_(sample.dimensions, sample.thinned(thinned_points).rows, sample.thinned(thinned_points).weights),
        few_(ctx, sample.thinned(thinned_points)), all_(ctx, sample),
        spread_(restricted(kind, groups_.whole().covariance)) {
    SquareMatrix within(sample.dimensions);
    std::vector<Group> clusters = clusters_of(groups_.rows(), 0);
    for (const Group& g : clusters)
      for (std::size_t i = 0; i < within.size(); ++i)
        for (std::size_t j = 0; j < within.size(); ++j)
          within(i, j) = std::fma(100 * g.size / groups_.whole().size, g.covariance(i, j), within(i, j));
    spread_within_ = restricted(kind, within);
  }

  /// The best of so many starts; its likelihood is infinite where none met a maximum without spikes.
  FoundStart<NormalMixture> best_of(int starts) {
    constexpr int cycles = 60, last_cycles = 100;
    FoundStart<NormalMixture> result;
    result.tried = starts;
    ProgressMeter progress(ctx_.control(), "starts", starts);
    std::vector<Maximum> ends;
    for (int start = 0; start < starts; ++start) {
      const bool moves = !ends.empty() && start >= fixed_starts && start % 3 != 0;
      Maximum end = climbed(moves ? moved(detail::best_of(ends), start) : sketch_of(start), few_, cycles);
      end.first = start;
      progress.advance();
      if (std::isfinite(end.nll))
        ends.push_back(std::move(end));
      else
        ++result.met_none;
    }
    const std::vector<Maximum> maxima = grouped(std::move(ends));
    if (maxima.empty()) return result;
    result.best = maxima.front();
    std::vector<double> nll;
    for (const Maximum& m : maxima) nll.push_back(m.nll);
    result.margin = margin_of(nll);
    if (all_.data().x.rows == few_.data().x.rows) return result;
    double least = std::numeric_limits<double>::infinity();
    nll.clear();
    for (std::size_t i = 0; i < std::min(maxima.size(), compared_maxima); ++i) {
      const Maximum end = climbed(maxima[i].model, all_, last_cycles);
      nll.push_back(end.nll);
      if (!(end.nll < least)) continue;
      least = end.nll;
      result.best = {end.model, end.nll, maxima[i].first, maxima[i].met};
    }
    if (std::isfinite(least)) result.margin = margin_of(nll);
    return result;
  }

 private:
  /// Starts of one kind each; further ones are draws.
  static constexpr int fixed_starts = 9;
  /// How much of the covariance of all rows one more row adds to each group.
  static constexpr double prior = 0x1p-10;

  /// Clusters of k-means in rows of either coordinates.
  std::vector<Group> clusters_of(const std::vector<double>& rows, std::uint64_t stream) {
    const auto device = to_device(ctx_, rows, "start"), weights = to_device(ctx_, groups_.weights(), "start");
    const auto x = row_major<typename Ctx::space>(device.data(), static_cast<index_t>(groups_.size()),
                                                  static_cast<index_t>(groups_.dimensions()));
    const Clusters found = best_clusters(ctx_, static_cast<int>(components_), x, {}, "em", stream, weights.view());
    return cells(groups_, rows, found.centres);
  }

  std::vector<Group> groups_of_start(int start) {
    const StartDraws draws = draws_of(ctx_.control().seed, start);
    switch (start) {
    case 0: return clusters_of(groups_.rows(), 0);
    case 1: return splits(groups_, components_);
    case 2: return rings(groups_, components_);
    case 3: return nests(groups_, components_, draws);
    case 4: return outliers(groups_, components_, 10, false);
    case 5: return outliers(groups_, components_, 40, true);
    case 6: return slices(groups_, components_, 0);
    case 7: return slices(groups_, components_, groups_.dimensions() > 1 ? 1 : 0);
    case 8: return clusters_of(groups_.white_rows(), 0);
    default: break;
    }
    if (start % 2 == 1) return clusters_of(groups_.rows(), static_cast<std::uint64_t>(start));
    return start % 12 == 0 ? clumps(groups_, components_, draws) : random_cells(groups_, components_, draws);
  }

  /// A group's covariance with one more row in it, so that it is never flat.
  [[nodiscard]] std::vector<double> covariance_of(const Group& group) const {
    SquareMatrix a = group.covariance;
    for (std::size_t i = 0; i < a.size(); ++i)
      for (std::size_t j = 0; j < a.size(); ++j)
        a(i, j) =
            std::fma(group.size, a(i, j), rounded_product(prior, groups_.whole().covariance(i, j))) / (group.size + 1);
    for (std::size_t j = 0; j < a.size(); ++j) a(j, j) += reg_[j];
    return restricted(kind_, a);
  }

  NormalMixture sketch_of(int start) {
    std::vector<Group> groups = groups_of_start(start);
    StartDraws draws = draws_of(ctx_.control().seed, -1 - start);
    while (groups.size() < components_) {  // fewer different rows than components
      groups.push_back(groups_.whole());
      const double* const place = groups_.row(draws.below(groups_.size()));
      groups.back().mean.assign(place, place + groups_.dimensions());
    }
    NormalMixture result{static_cast<int>(groups_.dimensions()), kind_, {}, {}, {}};
    double sum = 0;
    for (const Group& group : groups) sum += group.size + 1;
    for (const Group& group : groups) {
      const double weight = (group.size + 1) / sum;
      const std::vector<double> own = covariance_of(group);
      result.weights.push_back(weight);
      result.means.insert(result.means.end(), group.mean.begin(), group.mean.end());
      if (kind_ != Covariance::tied)
        result.covariances.insert(result.covariances.end(), own.begin(), own.end());
      else if (result.covariances.empty())
        result.covariances = scaled(weight, own);
      else
        add_multiple(weight, own, result.covariances);
    }
    return result;
  }

  /// A maximum with one of its components moved: the one missed least to a group that the others miss, or when those
  /// have all been tried, any to a clump at random.
  NormalMixture moved(const Maximum& from, int start) {
    NormalMixture m = from.model;
    StartDraws draws = draws_of(ctx_.control().seed, start);
    if (from.nll < missed_by_) {
      missed_by_ = from.nll;
      missed_ = MissedGroups(groups_, m, draws);
    }
    const bool any = missed_.empty();
    const std::size_t k = any ? draws.below(components_) : missed_.least_component(), d = groups_.dimensions();
    const Group group = any ? clump(groups_, draws) : missed_.next();
    const std::vector<double> own = covariance_of(group);
    std::copy(group.mean.begin(), group.mean.end(), m.means.begin() + static_cast<std::ptrdiff_t>(k * d));
    if (kind_ != Covariance::tied)
      std::copy(own.begin(), own.end(), m.covariances.begin() + static_cast<std::ptrdiff_t>(m.covariance_index(k)));
    const double weight = group.size / (groups_.whole().size + group.size);
    m.weights[k] = weight * (1 - m.weights[k]) / (1 - weight);
    double sum = 0;
    for (const double w : m.weights) sum += w;
    for (double& w : m.weights) w /= sum;
    return m;
  }

  /// Whether a component is a spike by this part of the limits: beside all rows and, as groups may lie far apart,
  /// beside ten times the deviation within clusters.
  [[nodiscard]] bool has_spike(const NormalMixture& m, double part) const {
    const double limit = rounded_product(part * spike_width, part * spike_width);
    const auto rows = static_cast<double>(groups_.size());
    for (std::size_t k = 0; k < m.weights.size(); ++k) {
      if (m.weights[k] * rows < part * spike_points) return true;
      if (least_relative_variance(m, k, spread_, reg_) < limit &&
          least_relative_variance(m, k, spread_within_, reg_) < limit)
        return true;
    }
    return false;
  }

  /// The maximum near a mixture; its likelihood is infinite where there is none, or one with spikes.
  Maximum climbed(NormalMixture m, const DeviceSample<Ctx>& sample, int cycles) {
    if (!is_usable(m)) return {};
    // What has become a spike by half the limits stays one.
    const double nll =
        climb(ctx_, m, sample.data(), reg_, cycles, [this](const NormalMixture& now) { return has_spike(now, 0.5); });
    if (!std::isfinite(nll) || has_spike(m, 1)) return {};
    return {std::move(m), nll};
  }

  Ctx& ctx_;
  std::size_t components_;
  Covariance kind_;
  std::vector<double> reg_;
  GroupedRows groups_;
  DeviceSample<Ctx> few_, all_;
  std::vector<double> spread_, spread_within_;
  MissedGroups missed_;  // by the best maximum so far
  double missed_by_ = std::numeric_limits<double>::infinity();
};

}  // namespace isonomy::mixture::detail
