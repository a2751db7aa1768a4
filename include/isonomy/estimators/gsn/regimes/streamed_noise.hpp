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

/// Contrasts of trials, those of conditions that train and those of others apart; sums of squares alone where neither
/// levels nor matrices are asked for. A source of rows as NoiseRows is, of the split of all conditions alone.
template <ContextLike Ctx>
class StreamedNoise {
 public:
  using Space = typename Ctx::space;
  using Rows = Matrix<double, typename Ctx::tag>;

  StreamedNoise(Ctx& ctx, index_t units, index_t conditions, index_t trials, bool rows)
      : ctx_(ctx), units_(units), contrasts_(trials - 1), has_rows_(rows), parts_(gsn::split(conditions)),
        places_(static_cast<std::size_t>(conditions)) {
    const auto count = [&](const std::vector<index_t>& part) { return static_cast<index_t>(part.size()) * contrasts_; };
    for (const std::vector<index_t>* part : {&parts_.training, &parts_.validation})
      for (std::size_t b = 0; b < part->size(); ++b)
        places_[static_cast<std::size_t>((*part)[b])] = {part == &parts_.training, static_cast<index_t>(b)};
    if (rows) {
      training_ = FoldedRows<Ctx>(ctx, units, count(parts_.training), contrasts_);
      held_out_ = FoldedRows<Ctx>(ctx, units, count(parts_.validation), contrasts_);
    } else {
      squares_ = to_device(ctx, std::vector<double>(static_cast<std::size_t>(units), 0.0), purpose);
    }
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
    FoldedRows<Ctx>& part = place.trains ? training_ : held_out_;
    contrasts(part.room(ctx_, place.at));
    part.keep();
  }

  /// The coarsest of the types that data had.
  [[nodiscard]] double epsilon() const { return epsilon_; }
  void coarsen(double epsilon) { epsilon_ = std::max(epsilon_, epsilon); }
  [[nodiscard]] bool folds() const { return training_.folds() || held_out_.folds(); }

  /// Rows whose product with themselves is the mean of the covariances of these conditions, which are all.
  [[nodiscard]] Rows of(const std::vector<index_t>& all) const {
    const double scale = averaged(all.size());
    if (!has_rows_) {
      Rows out(ctx_, 1, units_, purpose);
      isonomy::for_each(ctx_, units_,
                        RootsOfSquares<Space>{squares_.view(), rounded_product(scale, scale), out.view()});
      return out;
    }
    const index_t of_training = training_.view().rows;
    Rows out(ctx_, of_training + held_out_.view().rows, units_, purpose);
    place_rows(ctx_, training_.view(), places(training_, parts_.training, 0), scale, out.view());
    place_rows(ctx_, held_out_.view(), places(held_out_, parts_.validation, of_training), scale, out.view());
    return out;
  }
  /// Degrees of freedom of that, whatever rows are left of it.
  [[nodiscard]] index_t rank_bound(const std::vector<index_t>& all) const {
    return static_cast<index_t>(all.size()) * contrasts_;
  }
  /// `split`: that of all conditions.
  [[nodiscard]] LevelRows<Ctx> split(const Split& split, std::vector<double> sizes) const {
    const auto trained = static_cast<index_t>(split.training.size()) * contrasts_;
    return {scaled(training_, averaged(split.training.size())),
            scaled(held_out_, 1),
            static_cast<double>(static_cast<index_t>(split.validation.size()) * (contrasts_ + 1)),
            trained,
            std::move(sizes),
            epsilon_};
  }

 private:
  static constexpr const char* purpose = "gsn: contrasts of trials";
  /// Which part a condition belongs to, and where in it.
  struct Place {
    bool trains = false;
    index_t at = 0;
  };

  /// As TrialLists::averaged() has it, to the bit.
  [[nodiscard]] double averaged(std::size_t conditions) const {
    return 1 / std::sqrt(static_cast<double>(conditions) * static_cast<double>(contrasts_));
  }
  /// Where rows of a part go among those of all: by their conditions where none are folded, else one after another.
  [[nodiscard]] std::vector<index_t> places(const FoldedRows<Ctx>& part, const std::vector<index_t>& conditions,
                                            index_t first) const {
    std::vector<index_t> to;
    for (index_t i = 0; i < part.view().rows; ++i)
      to.push_back(folds() ? first + i
                           : conditions[static_cast<std::size_t>(i / contrasts_)] * contrasts_ + i % contrasts_);
    return to;
  }
  [[nodiscard]] Rows scaled(const FoldedRows<Ctx>& part, double scale) const {
    Rows out(ctx_, part.view().rows, units_, purpose);
    place_rows(ctx_, part.view(), every(part.view().rows), scale, out.view());
    return out;
  }

  Ctx& ctx_;
  index_t units_, contrasts_;  ///< contrasts of each condition
  bool has_rows_;
  double epsilon_ = 0;
  Split parts_;
  std::vector<Place> places_;
  FoldedRows<Ctx> training_, held_out_;
  Buffer<double, typename Ctx::tag> squares_;
};

}  // namespace isonomy::gsn::detail
