// Where a search for starting values in several dimensions begins: groups of rows of several kinds, from a sample.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/order.hpp"
#include "isonomy/core/small_matrix.hpp"
#include "isonomy/estimators/mixture/multivariate/kmeans.hpp"
#include "isonomy/estimators/mixture/starts.hpp"

namespace isonomy::mixture::detail {

/// Numbers of rows.
using Members = std::vector<std::size_t>;

/// Rows that are taken together: how many (by weight), their mean and their covariance.
struct Group {
  double size = 0;
  std::vector<double> mean;
  SquareMatrix covariance;
};

/// Rows in host memory, how often each counts (none: once), and the same rows in coordinates in which their covariance
/// is the identity.
class GroupedRows {
 public:
  GroupedRows(std::size_t dimensions, std::vector<double> rows, std::vector<double> weights)
      : d_(dimensions), x_(std::move(rows)), weights_(std::move(weights)) {
    for (std::size_t i = 0; i < size(); ++i) all_.push_back(i);
    whole_ = group_of(all_);
    // What keeps columns that are constant or follow from others from being divided by 0.
    constexpr double added = 1e-8;
    SquareMatrix covariance = whole_.covariance;
    for (std::size_t j = 0; j < d_; ++j)
      covariance(j, j) = covariance(j, j) > 0 ? rounded_product(covariance(j, j), 1 + added) : 1;
    const Cholesky factor(covariance);
    const SquareMatrix inverse = factor.positive_definite() ? factor.inverse_lower() : SquareMatrix::identity(d_);
    for (std::size_t i = 0; i < size(); ++i) {
      std::vector<double> step(row(i), row(i) + d_);
      for (std::size_t j = 0; j < d_; ++j) step[j] -= whole_.mean[j];
      for (std::size_t r = 0; r < d_; ++r) white_.push_back(dot(inverse.row(r), step));
    }
  }

  [[nodiscard]] std::size_t size() const { return x_.size() / d_; }
  [[nodiscard]] std::size_t dimensions() const { return d_; }
  [[nodiscard]] const double* row(std::size_t i) const { return x_.data() + i * d_; }
  [[nodiscard]] const std::vector<double>& rows() const { return x_; }
  [[nodiscard]] const std::vector<double>& white_rows() const { return white_; }
  [[nodiscard]] const std::vector<double>& weights() const { return weights_; }
  [[nodiscard]] double weight(std::size_t i) const { return weights_.empty() ? 1 : weights_[i]; }
  [[nodiscard]] const Members& all() const { return all_; }
  [[nodiscard]] const Group& whole() const { return whole_; }

  /// Moments of these rows, which are not empty; their covariance is about `centre`, where one is given.
  [[nodiscard]] Group group_of(const Members& members, const std::vector<double>& centre = {}) const {
    Group result{0, std::vector<double>(d_), SquareMatrix(d_)};
    const double* const about = row(members[members.size() / 2]);
    for (const std::size_t i : members) {
      result.size += weight(i);
      for (std::size_t j = 0; j < d_; ++j) result.mean[j] = std::fma(weight(i), row(i)[j] - about[j], result.mean[j]);
    }
    for (std::size_t j = 0; j < d_; ++j) result.mean[j] = about[j] + result.mean[j] / result.size;
    if (!centre.empty()) result.mean = centre;
    for (const std::size_t i : members)
      for (std::size_t a = 0; a < d_; ++a) {
        const double step = rounded_product(weight(i), row(i)[a] - result.mean[a]);
        for (std::size_t b = 0; b <= a; ++b)
          result.covariance(a, b) = std::fma(step, row(i)[b] - result.mean[b], result.covariance(a, b));
      }
    for (std::size_t a = 0; a < d_; ++a)
      for (std::size_t b = 0; b <= a; ++b)
        result.covariance(a, b) = result.covariance(b, a) = result.covariance(a, b) / result.size;
    return result;
  }
  /// Squared distances of all rows from `place`, in the coordinates in which the covariance is the identity.
  [[nodiscard]] std::vector<double> distances(const double* place) const {
    std::vector<double> result;
    for (std::size_t i = 0; i < size(); ++i) result.push_back(squared_distance(&white_[i * d_], place, d_));
    return result;
  }
  /// The median of each of those coordinates.
  [[nodiscard]] std::vector<double> white_median() const { return medians(white_); }
  /// The median of each column.
  [[nodiscard]] std::vector<double> median() const { return medians(x_); }

 private:
  [[nodiscard]] std::vector<double> medians(const std::vector<double>& rows) const {
    std::vector<double> result;
    for (std::size_t j = 0; j < d_; ++j) {
      std::vector<double> column;
      for (std::size_t i = 0; i < size(); ++i) column.push_back(rows[i * d_ + j]);
      const auto middle = column.begin() + static_cast<std::ptrdiff_t>(column.size() / 2);
      std::nth_element(column.begin(), middle, column.end());
      result.push_back(*middle);
    }
    return result;
  }

  std::size_t d_;
  std::vector<double> x_, white_, weights_;
  Members all_;
  Group whole_;
};

/// Members in ascending order of `key`, which has a number for each row.
inline Members ordered(const std::vector<double>& key, Members members) {
  std::stable_sort(members.begin(), members.end(), [&](std::size_t a, std::size_t b) { return key[a] < key[b]; });
  return members;
}

/// Members cut into runs of equal numbers.
inline std::vector<Members> cut(const Members& members, std::size_t parts) {
  std::vector<Members> result;
  for (std::size_t k = 0; k < parts; ++k) {
    const auto at = [&](std::size_t p) {
      return members.begin() + static_cast<std::ptrdiff_t>(p * members.size() / parts);
    };
    if (at(k) < at(k + 1)) result.emplace_back(at(k), at(k + 1));
  }
  return result;
}

/// Where each row lies along the group's principal direction number `number`, from the widest on.
inline std::vector<double> along(const GroupedRows& rows, const Group& group, std::size_t number) {
  const Eigensystem axes = eigensystem(group.covariance);
  const std::size_t d = rows.dimensions();
  std::vector<double> direction, result;
  for (std::size_t j = 0; j < d; ++j) direction.push_back(axes.vectors(j, d - 1 - number));
  for (std::size_t i = 0; i < rows.size(); ++i) result.push_back(dot({rows.row(i), d}, direction));
  return result;
}

inline std::vector<Group> groups_of(const GroupedRows& rows, const std::vector<Members>& parts) {
  std::vector<Group> result;
  for (const Members& part : parts) result.push_back(rows.group_of(part));
  return result;
}

/// Slices of equal numbers of rows along a principal direction.
inline std::vector<Group> slices(const GroupedRows& rows, std::size_t components, std::size_t direction) {
  return groups_of(rows, cut(ordered(along(rows, rows.whole(), direction), rows.all()), components));
}

/// Rows cut at their mean across their widest direction, those of the largest sum of squares first.
inline std::vector<Group> splits(const GroupedRows& rows, std::size_t components) {
  std::vector<Members> parts{rows.all()};
  std::vector<Group> groups{rows.whole()};
  const auto squares = [](const Group& g) { return rounded_product(g.size, eigenvalues(g.covariance).back()); };
  while (parts.size() < components) {
    const auto widest = static_cast<std::size_t>(
        std::max_element(groups.begin(), groups.end(),
                         [&](const Group& a, const Group& b) { return squares(a) < squares(b); }) -
        groups.begin());
    const std::vector<double> place = along(rows, groups[widest], 0);
    double sum = 0;
    for (const std::size_t i : parts[widest]) sum = std::fma(rows.weight(i), place[i], sum);
    Members low, high;
    for (const std::size_t i : parts[widest]) (place[i] < sum / groups[widest].size ? low : high).push_back(i);
    if (low.empty() || high.empty()) break;
    groups[widest] = rows.group_of(low);
    groups.push_back(rows.group_of(high));
    parts[widest] = std::move(low);
    parts.push_back(std::move(high));
  }
  return groups;
}

/// Rings of equal numbers of rows around the median: equal centres, different widths.
inline std::vector<Group> rings(const GroupedRows& rows, std::size_t components) {
  const std::vector<double> distance = rows.distances(rows.white_median().data()), centre = rows.median();
  std::vector<Group> result;
  for (const Members& ring : cut(ordered(distance, rows.all()), components))
    result.push_back(rows.group_of(ring, centre));
  return result;
}

/// The rows farthest from the median, one in `part` and five at least, as one group, and slices of the others; `broad`:
/// all rows instead of the first of these.
inline std::vector<Group> outliers(const GroupedRows& rows, std::size_t components, std::size_t part, bool broad) {
  const Members sorted = ordered(rows.distances(rows.white_median().data()), rows.all());
  const std::size_t n = sorted.size(), most = std::min(std::max<std::size_t>(n / part, 5), n - 1);
  const auto border = sorted.begin() + static_cast<std::ptrdiff_t>(n - most);
  std::vector<Group> result{rows.group_of({border, sorted.end()})};
  if (broad && components > 1) result.push_back(rows.whole());
  const Members inner(sorted.begin(), border);
  const std::vector<double> place = along(rows, rows.group_of(inner), 0);
  for (const Members& slice : cut(ordered(place, inner), components - std::min(result.size(), components)))
    result.push_back(rows.group_of(slice));
  return result;
}

/// The `count` rows nearest to one of some that are drawn: the one around which they are densest beside four times as
/// many.
inline Members densest(const GroupedRows& rows, std::size_t count, StartDraws& draws) {
  constexpr int places = 8;
  const std::size_t n = rows.size(), d = rows.dimensions(), wide = std::min(4 * count, n);
  double least = std::numeric_limits<double>::infinity(), radius = 0;
  std::vector<double> nearest;
  for (int place = 0; place < places; ++place) {
    const std::vector<double> distance = rows.distances(&rows.white_rows()[draws.below(n) * d]);
    std::vector<double> sorted = distance;
    const auto at = [&](std::size_t rank) {
      const auto it = sorted.begin() + static_cast<std::ptrdiff_t>(rank - 1);
      std::nth_element(sorted.begin(), it, sorted.end());
      return *it;
    };
    const double around = at(wide), within = at(count);
    const double part = around > 0 ? within / around : 1;
    if (!(part < least)) continue;
    least = part, radius = within;
    nearest = distance;
  }
  Members result;
  for (std::size_t i = 0; i < n; ++i)
    if (nearest[i] <= radius) result.push_back(i);
  return result;
}

/// A clump: the densest of some places, of a size between a few rows and all of them. One draw in four is the end of
/// all rows in some direction instead.
inline Group clump(const GroupedRows& rows, StartDraws& draws) {
  const std::size_t n = rows.size(), d = rows.dimensions();
  std::size_t sizes = 1;  // all rows, half of them, a quarter ...
  while ((n >> sizes) >= d + 4) ++sizes;
  const std::size_t most = n >> draws.below(sizes), size = most - draws.below((most + 1) / 2);
  if (draws.below(4) > 0) return rows.group_of(densest(rows, size, draws));
  const double* const direction = &rows.white_rows()[draws.below(n) * d];
  std::vector<double> place;
  for (std::size_t i = 0; i < n; ++i) place.push_back(-dot({&rows.white_rows()[i * d], d}, {direction, d}));
  Members sorted = ordered(place, rows.all());
  sorted.resize(size);
  return rows.group_of(sorted);
}

/// All rows, then the densest half of them, the densest quarter, and so on: narrow components in broad ones.
inline std::vector<Group> nests(const GroupedRows& rows, std::size_t components, StartDraws draws) {
  std::vector<Group> result{rows.whole()};
  std::size_t size = rows.size();
  while (result.size() < components) {
    size = std::max(size / 2, std::min(rows.size(), rows.dimensions() + 2));
    result.push_back(rows.group_of(densest(rows, size, draws)));
  }
  for (Group& group : result) group.size = 1;
  return result;
}

/// All rows, and for each further component a clump.
inline std::vector<Group> clumps(const GroupedRows& rows, std::size_t components, StartDraws draws) {
  std::vector<Group> result{rows.whole()};
  while (result.size() < components) result.push_back(clump(rows, draws));
  return result;
}

/// Every row belongs to the nearest of the centres, by the rows given. Groups without rows are left out.
inline std::vector<Group> cells(const GroupedRows& rows, const std::vector<double>& by,
                                const std::vector<double>& centres) {
  const std::size_t d = rows.dimensions();
  std::vector<Members> parts(centres.size() / d);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::size_t nearest = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < parts.size(); ++k)
      if (const double distance = squared_distance(&by[i * d], &centres[k * d], d); distance < least)
        least = distance, nearest = k;
    parts[nearest].push_back(i);
  }
  std::erase_if(parts, [](const Members& part) { return part.empty(); });
  return groups_of(rows, parts);
}

/// Random responsibilities: every row belongs to the nearest of some that are drawn.
inline std::vector<Group> random_cells(const GroupedRows& rows, std::size_t components, StartDraws draws) {
  const std::size_t d = rows.dimensions();
  std::vector<double> centres;
  for (std::size_t k = 0; k < components; ++k) {
    const double* const drawn = &rows.white_rows()[draws.below(rows.size()) * d];
    centres.insert(centres.end(), drawn, drawn + d);
  }
  return cells(rows, rows.white_rows(), centres);
}

}  // namespace isonomy::mixture::detail
