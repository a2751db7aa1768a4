// The noise of even data that come condition by condition: what a fit needs of it, without the data.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/covariance/folded_rows.hpp"
#include "isonomy/estimators/gsn/covariance/helmert.hpp"
#include "isonomy/estimators/gsn/covariance/trial_lists.hpp"
#include "isonomy/estimators/gsn/data_view.hpp"
#include "isonomy/estimators/gsn/levels/choice.hpp"
#include "isonomy/estimators/gsn/levels/options.hpp"
#include "isonomy/estimators/gsn/split.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::gsn::detail {

/// after(unit) = before(unit) and the squares of the unit's rows.
template <MemorySpace Space>
struct AddSquares {
  MatrixView<const double, Space> rows;
  VectorView<const double, Space> before;
  VectorView<double, Space> after;

  ISONOMY_HD void operator()(index_t unit) const {
    double sum = before(unit);
    for (index_t i = 0; i < rows.rows; ++i) sum += rounded_product(rows(i, unit), rows(i, unit));
    after(unit) = sum;
  }
};

/// out(0, unit) = the root of scale*squares(unit): one row that has the variances of all.
template <MemorySpace Space>
struct RootsOfSquares {
  VectorView<const double, Space> squares;
  double scale;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t unit) const { out(0, unit) = std::sqrt(rounded_product(scale, squares(unit))); }
};

/// Conditions whose rows are kept apart: those held out and the others, or those of each fold.
[[nodiscard]] inline std::vector<std::vector<index_t>> parts_of(index_t conditions, LevelRule rule) {
  const Split first = gsn::split(conditions);
  if (rule != LevelRule::k_fold) return {first.validation, first.training};
  std::vector<std::vector<index_t>> parts;
  for (const Split& fold : folds(first)) parts.push_back(fold.validation);
  return parts;
}

/// Contrasts of trials, those of conditions that train and validate apart; sums of squares alone where neither levels
/// nor matrices are asked for. A source of rows as NoiseRows is, of all conditions and of the splits into parts_of().
template <ContextLike Ctx>
class StreamedNoise {
 public:
  using Space = typename Ctx::space;
  using Rows = Matrix<double, typename Ctx::tag>;

  /// `rule`: by which a level is chosen; held_out where none is.
  StreamedNoise(Ctx& ctx, index_t units, index_t conditions, index_t trials, bool rows, LevelRule rule)
      : ctx_(ctx), units_(units), contrasts_(trials - 1), has_rows_(rows), parts_(parts_of(conditions, rule)),
        places_(static_cast<std::size_t>(conditions)) {
    for (std::size_t p = 0; p < parts_.size(); ++p)
      for (std::size_t b = 0; b < parts_[p].size(); ++b)
        places_[static_cast<std::size_t>(parts_[p][b])] = {p, static_cast<index_t>(b)};
    if (rows)
      for (const std::vector<index_t>& part : parts_)
        rows_.emplace_back(ctx, units, static_cast<index_t>(part.size()) * contrasts_, contrasts_);
    else
      squares_ = to_device(ctx, std::vector<double>(static_cast<std::size_t>(units), 0.0), purpose);
  }

  /// Takes in a condition. `contrasts`: a function that writes its contrasts to a view. An error leaves all as it was.
  template <class Contrasts>
  void add(index_t condition, const Contrasts& contrasts) {
    if (!has_rows_) {
      Rows rows(ctx_, contrasts_, units_, purpose);
      contrasts(rows.view());
      Buffer<double, typename Ctx::tag> after(ctx_, units_, purpose);
      isonomy::for_each(ctx_, units_, AddSquares<Space>{std::as_const(rows).view(), squares_.view(), after.view()});
      std::swap(squares_, after);
      return;
    }
    const Place& place = places_[static_cast<std::size_t>(condition)];
    FoldedRows<Ctx>& part = rows_[place.part];
    contrasts(part.room(ctx_, place.at));
    part.keep();
  }

  /// The coarsest of the types that data had.
  [[nodiscard]] double epsilon() const { return epsilon_; }
  void coarsen(double epsilon) { epsilon_ = std::max(epsilon_, epsilon); }
  [[nodiscard]] bool has_folded() const {
    return std::any_of(rows_.begin(), rows_.end(), [](const FoldedRows<Ctx>& part) { return part.folds(); });
  }

  /// Rows whose product with themselves is the mean of the covariances of these conditions, which are all.
  [[nodiscard]] Rows of(const std::vector<index_t>& all) const {
    const double scale = averaged(all.size());
    if (!has_rows_) {
      Rows out(ctx_, 1, units_, purpose);
      isonomy::for_each(ctx_, units_,
                        RootsOfSquares<Space>{squares_.view(), rounded_product(scale, scale), out.view()});
      return out;
    }
    index_t count = 0, first = 0;
    for (const FoldedRows<Ctx>& part : rows_) count += part.view().rows;
    Rows out(ctx_, count, units_, purpose);
    for (std::size_t p = 0; p < rows_.size(); ++p) {
      place_rows(ctx_, rows_[p].view(), places(p, first), scale, out.view());
      first += rows_[p].view().rows;
    }
    return out;
  }
  /// Degrees of freedom of that, whatever rows are left of it.
  [[nodiscard]] index_t rank_bound(const std::vector<index_t>& all) const {
    return static_cast<index_t>(all.size()) * contrasts_;
  }
  /// `split`: one part validates, the others train.
  [[nodiscard]] LevelRows<Ctx> split(const Split& split, std::vector<double> sizes) const {
    const auto trained = static_cast<index_t>(split.training.size()) * contrasts_;
    const std::size_t held_out = places_[static_cast<std::size_t>(split.validation.front())].part;
    return {scaled([&](std::size_t part) { return part != held_out; }, averaged(split.training.size())),
            scaled([&](std::size_t part) { return part == held_out; }, 1),
            static_cast<double>(static_cast<index_t>(split.validation.size()) * (contrasts_ + 1)),
            trained,
            std::move(sizes),
            epsilon_};
  }

 private:
  static constexpr const char* purpose = "gsn: contrasts of trials";
  /// Which part a condition belongs to, and where in it.
  struct Place {
    std::size_t part = 0;
    index_t at = 0;
  };

  /// As TrialLists::averaged() has it, to the bit.
  [[nodiscard]] double averaged(std::size_t conditions) const {
    return 1 / std::sqrt(static_cast<double>(conditions) * static_cast<double>(contrasts_));
  }
  /// Where rows of a part go among those of all: by their conditions where none are folded, else one after another.
  [[nodiscard]] std::vector<index_t> places(std::size_t part, index_t first) const {
    std::vector<index_t> to;
    for (index_t i = 0; i < rows_[part].view().rows; ++i)
      to.push_back(has_folded() ? first + i
                                : parts_[part][static_cast<std::size_t>(i / contrasts_)] * contrasts_ + i % contrasts_);
    return to;
  }
  /// The rows of those parts that `is_wanted`, one part after another.
  template <class IsWanted>
  [[nodiscard]] Rows scaled(const IsWanted& is_wanted, double scale) const {
    index_t count = 0, first = 0;
    for (std::size_t p = 0; p < rows_.size(); ++p) count += is_wanted(p) ? rows_[p].view().rows : 0;
    Rows out(ctx_, count, units_, purpose);
    for (std::size_t p = 0; p < rows_.size(); ++p) {
      if (!is_wanted(p)) continue;
      const index_t rows = rows_[p].view().rows;
      place_rows(ctx_, rows_[p].view(), every(rows), scale, out.view().row_block(first, rows));
      first += rows;
    }
    return out;
  }

  Ctx& ctx_;
  index_t units_, contrasts_;  ///< contrasts of each condition
  bool has_rows_;
  double epsilon_ = 0;
  std::vector<std::vector<index_t>> parts_;
  std::vector<Place> places_;
  std::vector<FoldedRows<Ctx>> rows_;  ///< of each part
  Buffer<double, typename Ctx::tag> squares_;
};

}  // namespace isonomy::gsn::detail
