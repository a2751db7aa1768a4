// Trials in groups of equal size, of which units may lack some: centred numbers, masks and counts.
#pragma once

#include <cstdint>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
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

/// Numbers of units, in groups of equal size one behind the other. Each is less the mean of what its unit has in its
/// group; where the unit has none it is 0, and so is its bit in the masks.
template <MemorySpace Space>
struct GroupsView {
  MatrixView<const double, Space> x;             ///< groups * size x units
  MatrixView<const std::uint64_t, Space> masks;  ///< groups * words x units
  MatrixView<const double, Space> counts;        ///< groups x units, of what is there
  index_t groups = 0, size = 0, words = 0;

  /// Have both units the same in a group?
  ISONOMY_HD bool same(index_t i, index_t j, index_t group) const {
    for (index_t w = group * words; w < (group + 1) * words; ++w)
      if (masks(w, i) != masks(w, j)) return false;
    return true;
  }
  /// What both units have in a group.
  ISONOMY_HD double common(index_t i, index_t j, index_t group) const {
    index_t count = 0;
    for (index_t w = group * words; w < (group + 1) * words; ++w) count += bits_set(masks(w, i) & masks(w, j));
    return static_cast<double>(count);
  }
  /// The sum of products of units that have the same in a group: their means are 0 there.
  ISONOMY_HD double products(index_t i, index_t j, index_t group) const {
    Rounded sum;
    for (index_t t = group * size; t < (group + 1) * size; ++t) sum += Rounded(x(t, i)) * x(t, j);
    return sum;
  }
  /// The sum of products of what both units have in a group, each less its mean over these.
  ISONOMY_HD double centred_products(index_t i, index_t j, index_t group, double common) const {
    Rounded sum, of_i, of_j;
    for (index_t t = 0; t < size; ++t) {
      const index_t w = group * words + t / mask_bits, at = group * size + t;
      if (((masks(w, i) & masks(w, j)) >> (t % mask_bits) & 1u) == 0) continue;
      sum += Rounded(x(at, i)) * x(at, j);
      of_i += x(at, i);
      of_j += x(at, j);
    }
    return sum - of_i * of_j / common;
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

/// The trials of some conditions, each condition a group. Takes 8 bytes a trial of a unit, and 16 a condition.
template <ContextLike Ctx>
class Groups {
 public:
  using Tag = typename Ctx::tag;
  using Space = typename Ctx::space;

  Groups() = default;
  template <class T>
  Groups(Ctx& ctx, const DataView<T, Space>& data, const std::vector<index_t>& conditions)
      : groups_(static_cast<index_t>(conditions.size())), size_(data.trials),
        words_((data.trials + mask_bits - 1) / mask_bits) {
    constexpr const char* purpose = "gsn: trials less their means";
    x_ = Matrix<double, Tag>(ctx, groups_ * size_, data.units, purpose);
    masks_ = Matrix<std::uint64_t, Tag>(ctx, groups_ * words_, data.units, purpose);
    counts_ = Matrix<double, Tag>(ctx, groups_, data.units, purpose);
    const auto list = to_device(ctx, conditions, purpose);
    isonomy::for_each(ctx, data.units * groups_,
                      FillGroup<T, Space>{data, list.view(), words_, x_.view(), masks_.view(), counts_.view()});
  }

  [[nodiscard]] GroupsView<Space> view() const {
    return {x_.view(), masks_.view(), counts_.view(), groups_, size_, words_};
  }

 private:
  index_t groups_ = 0, size_ = 0, words_ = 0;
  Matrix<double, Tag> x_, counts_;
  Matrix<std::uint64_t, Tag> masks_;
};

}  // namespace isonomy::gsn::detail
