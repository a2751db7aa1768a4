// Trials in groups of equal size, of which units may lack some: centred numbers, masks and counts.
#pragma once

#include <cstdint>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/covariance/trial_lists.hpp"
#include "isonomy/estimators/gsn/data_view.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::gsn::detail {

constexpr index_t mask_bits = 64;

/// The number of bits that are 1, by arithmetic that every processor has.
[[nodiscard]] ISONOMY_HD inline index_t bits_set(std::uint64_t word) {
  word -= (word >> 1) & 0x5555555555555555u;
  word = (word & 0x3333333333333333u) + ((word >> 2) & 0x3333333333333333u);
  word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fu;
  return static_cast<index_t>((word * 0x0101010101010101u) >> 56);
}

/// Sums of two units over groups.
struct PairSums {
  double covariances = 0, repeated = 0;  ///< over groups of which both have two trials in common, and their number
  double shares = 0, common = 0;         ///< over groups of which both have any, and their number

  ISONOMY_HD double covariance() const { return repeated > 0 ? covariances / repeated : 0; }
  ISONOMY_HD double share() const { return common > 0 ? shares / common : 0; }
};

/// Numbers of units, in groups of equal size one behind the other. Each is less the mean of what its unit has in its
/// group; where the unit has none it is 0, and so is its bit in the masks.
template <MemorySpace Space>
struct GroupsView {
  MatrixView<const double, Space> x;               ///< groups * size x units
  MatrixView<const std::uint64_t, Space> masks;    ///< groups * words x units
  MatrixView<const double, Space> counts;          ///< groups x units, of what is there
  MatrixView<const std::uint64_t, Space> partial;  ///< a bit for each group of which the unit lacks a trial, x units
  VectorView<const double, Space> trials;          ///< of each group, those that any unit has
  VectorView<const double, Space> reciprocals;     ///< of 0 to size; that of 0 is 0
  index_t size = 0, words = 0;

  /// `sums` over all groups of which both units have all trials, or would have, and what is in the others instead: in
  /// their order.
  [[nodiscard]] ISONOMY_HD PairSums with_partial(PairSums sums, index_t i, index_t j) const {
    const Columns a = columns(i), b = columns(j);
    for (index_t w = 0; w < partial.rows; ++w)
      for (std::uint64_t left = partial(w, i) | partial(w, j); left != 0; left &= left - 1) {
        const index_t group = w * mask_bits + bits_set((left & (~left + 1)) - 1);
        sums.common -= 1;
        sums.repeated -= trials(group) >= 2 ? 1 : 0;
        add(sums, a, b, group);
      }
    return sums;
  }
  /// `sums` and what is in all of these groups.
  [[nodiscard]] ISONOMY_HD PairSums with_all(PairSums sums, index_t i, index_t j) const {
    const Columns a = columns(i), b = columns(j);
    for (index_t group = 0; group < counts.rows; ++group) add(sums, a, b, group);
    return sums;
  }

 private:
  /// What is known of one unit; columns of matrices lie without gaps.
  struct Columns {
    const double *x, *counts;
    const std::uint64_t* masks;
  };
  ISONOMY_HD Columns columns(index_t unit) const {
    return {x.column(unit).data, counts.column(unit).data, masks.column(unit).data};
  }

  /// The share of a group is the covariance of the means of the units' trials, of noise with covariance 1: the trials
  /// in common over the product of the numbers of both.
  ISONOMY_HD void add(PairSums& sums, const Columns& a, const Columns& b, index_t group) const {
    const double numbers = a.counts[group] * b.counts[group];
    if (numbers == 0) return;
    sums.common += 1;
    index_t common = 0;
    for (index_t w = group * words; w < (group + 1) * words; ++w) common += bits_set(a.masks[w] & b.masks[w]);
    sums.shares += static_cast<double>(common) / numbers;
    if (common < 2) return;
    sums.repeated += 1;
    sums.covariances += rounded_product(centred_products(a, b, group, common), reciprocals(common - 1));
  }
  /// The sum of products of what both units have in a group, each less its mean over these.
  ISONOMY_HD double centred_products(const Columns& a, const Columns& b, index_t group, index_t common) const {
    Rounded sum, of_a, of_b;
    const double *x_a = a.x + group * size, *x_b = b.x + group * size;
    for (index_t w = 0, first = 0; w < words; ++w, first += mask_bits) {
      std::uint64_t both = a.masks[group * words + w] & b.masks[group * words + w];
      const index_t end = first + mask_bits < size ? first + mask_bits : size;
      for (index_t t = first; t < end; ++t, both >>= 1) {  // without branches: what is absent is 0
        const double there = static_cast<double>(static_cast<int>(both & 1u));
        sum += Rounded(x_a[t]) * x_b[t];
        of_a += Rounded(x_a[t]) * there;
        of_b += Rounded(x_b[t]) * there;
      }
    }
    return sum - of_a * of_b * reciprocals(common);
  }
};

/// One unit in one condition of a list.
template <class T, MemorySpace Space>
struct FillGroup {
  DataView<T, Space> data;
  VectorView<const index_t, Space> conditions;
  index_t words;
  MatrixView<double, Space> x;
  MatrixView<std::uint64_t, Space> masks;
  MatrixView<double, Space> counts;

  ISONOMY_HD void operator()(index_t at) const {
    const index_t unit = at / conditions.size, b = at % conditions.size, condition = conditions(b);
    for (index_t w = 0; w < words; ++w) masks(b * words + w, unit) = 0;
    double origin = 0, sum = 0, count = 0;
    for (index_t t = 0; t < data.trials; ++t) {
      const double number = static_cast<double>(data(unit, condition, t));
      if (number != number) continue;
      if (count == 0) origin = number;
      sum += number - origin;
      count += 1;
      masks(b * words + t / mask_bits, unit) |= std::uint64_t{1} << (t % mask_bits);
    }
    const double mean = count > 0 ? sum / count : 0;
    for (index_t t = 0; t < data.trials; ++t) {
      const double number = static_cast<double>(data(unit, condition, t));
      x(b * data.trials + t, unit) = number == number ? (number - origin) - mean : 0;
    }
    counts(b, unit) = count;
  }
};

/// A word of bits of one unit.
template <MemorySpace Space>
struct FillPartial {
  MatrixView<const double, Space> counts;
  VectorView<const double, Space> trials;
  MatrixView<std::uint64_t, Space> partial;

  ISONOMY_HD void operator()(index_t at) const {
    const index_t unit = at / partial.rows, w = at % partial.rows;
    std::uint64_t bits = 0;
    for (index_t g = w * mask_bits; g < (w + 1) * mask_bits && g < trials.size; ++g)
      if (counts(g, unit) < trials(g)) bits |= std::uint64_t{1} << (g % mask_bits);
    partial(w, unit) = bits;
  }
};

/// The trials of some conditions, each condition a group. Takes 8 bytes a trial of a unit, and 16 a condition.
template <ContextLike Ctx>
class Groups {
 public:
  using Tag = typename Ctx::tag;
  using Space = typename Ctx::space;

  /// `lists`: the trials of each condition that any unit has.
  template <class T>
  Groups(Ctx& ctx, const DataView<T, Space>& data, const std::vector<index_t>& conditions, const TrialLists& lists)
      : size_(data.trials), words_((data.trials + mask_bits - 1) / mask_bits) {
    constexpr const char* purpose = "gsn: trials less their means";
    const auto count = static_cast<index_t>(conditions.size());
    x_ = Matrix<double, Tag>(ctx, count * size_, data.units, purpose);
    masks_ = Matrix<std::uint64_t, Tag>(ctx, count * words_, data.units, purpose);
    counts_ = Matrix<double, Tag>(ctx, count, data.units, purpose);
    partial_ = Matrix<std::uint64_t, Tag>(ctx, (count + mask_bits - 1) / mask_bits, data.units, purpose);
    std::vector<double> trials, reciprocals{0};
    for (const index_t c : conditions) trials.push_back(static_cast<double>(lists.count(c)));
    for (index_t k = 1; k <= size_; ++k) reciprocals.push_back(1 / static_cast<double>(k));
    trials_ = to_device(ctx, trials, purpose);
    reciprocals_ = to_device(ctx, reciprocals, purpose);
    const auto list = to_device(ctx, conditions, purpose);
    isonomy::for_each(ctx, data.units * count,
                      FillGroup<T, Space>{data, list.view(), words_, x_.view(), masks_.view(), counts_.view()});
    isonomy::for_each(ctx, data.units * partial_.rows(),
                      FillPartial<Space>{counts_.view(), trials_.view(), partial_.view()});
  }

  [[nodiscard]] GroupsView<Space> view() const {
    return {x_.view(),      masks_.view(),       counts_.view(), partial_.view(),
            trials_.view(), reciprocals_.view(), size_,          words_};
  }

 private:
  index_t size_ = 0, words_ = 0;
  Matrix<double, Tag> x_, counts_;
  Matrix<std::uint64_t, Tag> masks_, partial_;
  Buffer<double, Tag> trials_, reciprocals_;
};

}  // namespace isonomy::gsn::detail
