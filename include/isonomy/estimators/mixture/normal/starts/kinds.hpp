// Where a search for starting values begins: sketches of a mixture, of several kinds, from a sample in ascending order.
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/multivariate/kmeans.hpp"
#include "isonomy/estimators/mixture/starts.hpp"

namespace isonomy::mixture::detail {

/// Points that are taken together: how many, their mean and their mean square deviation.
struct Band {
  double size = 0, mean = 0, square = 0;
};

/// The moments of ascending points [first, last), which are not empty.
inline Band band_of(const std::vector<double>& x, std::size_t first, std::size_t last) {
  const auto size = static_cast<double>(last - first);
  const double about = x[first + (last - first) / 2];
  double sum = 0, squares = 0;
  for (std::size_t i = first; i < last; ++i) {
    const double d = x[i] - about;
    sum += d;
    squares = std::fma(d, d, squares);
  }
  const double step = sum / size;
  return {size, about + step, std::max(std::fma(-step, step, squares / size), 0.0)};
}

/// Slices of equal numbers of points.
inline std::vector<Band> quantile_bands(const std::vector<double>& x, std::size_t components) {
  std::vector<Band> result;
  for (std::size_t k = 0; k < components; ++k)
    result.push_back(band_of(x, k * x.size() / components, (k + 1) * x.size() / components));
  return result;
}

/// A tenth of the points at one end, and slices of equal numbers of the rest.
inline std::vector<Band> tail_bands(const std::vector<double>& x, std::size_t components, bool upper) {
  const std::size_t n = x.size(), tail = std::max<std::size_t>(n / 10, 1);
  if (components < 2 || n - tail + 1 < components) return quantile_bands(x, components);
  const std::size_t first = upper ? 0 : tail, rest = n - tail;
  std::vector<Band> result{upper ? band_of(x, rest, n) : band_of(x, 0, tail)};
  for (std::size_t k = 0; k + 1 < components; ++k)
    result.push_back(band_of(x, first + k * rest / (components - 1), first + (k + 1) * rest / (components - 1)));
  return result;
}

/// The outermost 40th of the points at one end, a broad component of all points, and slices of equal numbers of them:
/// outliers on one side and on both.
inline std::vector<Band> outlier_bands(const std::vector<double>& x, std::size_t components, bool upper) {
  const std::size_t n = x.size(), tail = std::min(std::max<std::size_t>(n / 40, 5), n);
  std::vector<Band> result{upper ? band_of(x, n - tail, n) : band_of(x, 0, tail), band_of(x, 0, n)};
  result.back().size = static_cast<double>(tail);
  for (const Band& slice : quantile_bands(x, components - std::min<std::size_t>(components, 2)))
    result.push_back(slice);
  return result;
}

/// Slices made by cutting the one of the largest sum of squares at its mean, again and again; fewer where points are
/// equal.
inline std::vector<Band> split_bands(const std::vector<double>& x, std::size_t components) {
  struct Slice {
    std::size_t first, last;
    Band band;
  };
  std::vector<Slice> slices{{0, x.size(), band_of(x, 0, x.size())}};
  const auto squares = [](const Slice& s) { return rounded_product(s.band.size, s.band.square); };
  while (slices.size() < components) {
    const auto widest = std::max_element(slices.begin(), slices.end(),
                                         [&](const Slice& a, const Slice& b) { return squares(a) < squares(b); });
    const auto begin = x.begin() + static_cast<std::ptrdiff_t>(widest->first),
               end = x.begin() + static_cast<std::ptrdiff_t>(widest->last);
    const auto cut = static_cast<std::size_t>(std::lower_bound(begin, end, widest->band.mean) - x.begin());
    if (cut == widest->first || cut == widest->last) break;
    const std::size_t last = widest->last;
    *widest = {widest->first, cut, band_of(x, widest->first, cut)};
    slices.push_back({cut, last, band_of(x, cut, last)});
  }
  std::vector<Band> result;
  for (const Slice& s : slices) result.push_back(s.band);
  return result;
}

/// Rings of equal numbers of points around the median: equal centres, different widths.
inline std::vector<Band> ring_bands(const std::vector<double>& x, std::size_t components) {
  const double middle = x[x.size() / 2];
  std::vector<double> distances;
  for (const double v : x) distances.push_back(std::abs(v - middle));
  std::sort(distances.begin(), distances.end());
  std::vector<Band> result = quantile_bands(distances, components);
  for (Band& band : result) band = {band.size, middle, std::fma(band.mean, band.mean, band.square)};
  return result;
}

/// All points, then the shortest stretch of half of them, of a quarter, and so on: narrow components in broad ones,
/// where the points are densest.
inline std::vector<Band> nested_bands(const std::vector<double>& x, std::size_t components) {
  std::vector<Band> result;
  std::size_t first = 0, size = x.size();
  for (std::size_t k = 0; k < components && size > 0; ++k) {
    result.push_back(band_of(x, first, first + size));
    const std::size_t half = std::max<std::size_t>(size / 2, 1);
    std::size_t best = first;
    for (std::size_t i = first; i + half <= first + size; ++i)
      if (x[i + half - 1] - x[i] < x[best + half - 1] - x[best]) best = i;
    first = best, size = half;
  }
  for (Band& band : result) band.size = static_cast<double>(x.size()) / static_cast<double>(components);
  return result;
}

/// A clump: of 32 stretches at random, of one size between five points and all of them, the one that is shortest beside
/// the stretch four times as large around it. One draw in four is the tail of that size at either end instead.
inline Band clump(const std::vector<double>& x, StartDraws& draws) {
  constexpr int places = 32;
  const std::size_t n = x.size();
  std::size_t sizes = 1;  // all points, half of them, a quarter ...
  while ((n >> sizes) >= 5) ++sizes;
  const std::size_t most = n >> draws.below(sizes), size = most - draws.below((most + 1) / 2), margin = size + size / 2;
  if (const std::size_t end = draws.below(8); end < 2) return end == 0 ? band_of(x, 0, size) : band_of(x, n - size, n);
  std::size_t best = 0;
  double least = 2;
  for (int place = 0; place < places; ++place) {
    const std::size_t first = draws.below(n - size + 1), last = first + size - 1;
    const double around = x[std::min(last + margin, n - 1)] - x[first > margin ? first - margin : 0];
    const double part = around > 0 ? (x[last] - x[first]) / around : 1;
    if (part < least) least = part, best = first;
  }
  return band_of(x, best, best + size);
}

/// All points, and for each further component a clump.
inline std::vector<Band> clump_bands(const std::vector<double>& x, std::size_t components, StartDraws draws) {
  std::vector<Band> result{band_of(x, 0, x.size())};
  while (result.size() < components) result.push_back(clump(x, draws));
  double sum = 0;
  for (const Band& band : result) sum += band.size;
  for (Band& band : result) band.size = static_cast<double>(x.size()) * (band.size / sum);
  return result;
}

/// Random responsibilities: every point belongs to the nearest of some that are drawn.
inline std::vector<Band> random_cells(const std::vector<double>& x, std::size_t components, StartDraws draws) {
  std::vector<double> centres;
  for (std::size_t k = 0; k < components; ++k) centres.push_back(x[draws.below(x.size())]);
  std::sort(centres.begin(), centres.end());
  std::vector<Band> result;
  std::size_t first = 0;
  for (std::size_t k = 0; k < components; ++k) {
    const double border = k + 1 < components ? centres[k] + 0.5 * (centres[k + 1] - centres[k]) : x.back();
    const std::size_t last = k + 1 < components
                                 ? static_cast<std::size_t>(std::upper_bound(x.begin(), x.end(), border) - x.begin())
                                 : x.size();
    if (last > first) result.push_back(band_of(x, first, last));
    first = last;
  }
  return result;
}

/// Clusters of k-means that are not empty.
template <ContextLike Ctx>
std::vector<Band> cluster_bands(Ctx& ctx, const std::vector<double>& numbers, int components) {
  const auto device = to_device(ctx, numbers, "start");
  const MatrixView<const double, typename Ctx::space> x(device.data(), device.size(), 1, 1, 1);
  const Clusters found = best_clusters(ctx, components, x, {}, "start");
  const std::vector<DoubleDouble> sums = cluster_sums(ctx, found.centres, 1, x, ClusterMoments::second);
  const auto count = static_cast<std::size_t>(components);
  std::vector<Band> result;
  for (std::size_t k = 0; k < count; ++k) {
    const double size = sums[1 + k].high;
    if (!(size > 0)) continue;
    const double step = sums[1 + count + k].high / size;
    const double square = std::fma(-step, step, sums[1 + 2 * count + k].high / size);
    result.push_back({size, found.centres[k] + step, std::max(square, 0.0)});
  }
  return result;
}

/// Starts of one kind each: k-means, quantiles, splits, rings, nests, tails and outliers of both sides.
inline constexpr int fixed_starts = 9;

/// The bands of start number `start` in ascending points: beyond the fixed ones, clumps and random cells in turn.
template <ContextLike Ctx>
std::vector<Band> start_bands(Ctx& ctx, const std::vector<double>& x, int components, int start) {
  const auto count = static_cast<std::size_t>(components);
  const StartDraws draws = draws_of(ctx.control().seed, start);
  switch (start) {
  case 0: return cluster_bands(ctx, x, components);
  case 1: return quantile_bands(x, count);
  case 2: return split_bands(x, count);
  case 3: return ring_bands(x, count);
  case 4: return nested_bands(x, count);
  case 5: return tail_bands(x, count, true);
  case 6: return tail_bands(x, count, false);
  case 7: return outlier_bands(x, count, true);
  case 8: return outlier_bands(x, count, false);
  default: return start % 2 == 0 ? clump_bands(x, count, draws) : random_cells(x, count, draws);
  }
}

}  // namespace isonomy::mixture::detail
