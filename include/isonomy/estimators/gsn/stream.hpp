// ConditionStream: fit() of even data that come condition by condition and are never held whole.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/describe.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/covariance/condition_means.hpp"
#include "isonomy/estimators/gsn/covariance/folded_rows.hpp"
#include "isonomy/estimators/gsn/covariance/helmert.hpp"
#include "isonomy/estimators/gsn/covariance/trial_lists.hpp"
#include "isonomy/estimators/gsn/data_view.hpp"
#include "isonomy/estimators/gsn/fit.hpp"
#include "isonomy/estimators/gsn/levels/choice.hpp"
#include "isonomy/estimators/gsn/levels/low_rank.hpp"
#include "isonomy/estimators/gsn/levels/options.hpp"
#include "isonomy/estimators/gsn/memory_plan.hpp"
#include "isonomy/estimators/gsn/options.hpp"
#include "isonomy/estimators/gsn/regimes/steps.hpp"
#include "isonomy/estimators/gsn/regimes/streamed_noise.hpp"
#include "isonomy/estimators/gsn/regimes/whole_trials.hpp"
#include "isonomy/estimators/gsn/result.hpp"
#include "isonomy/estimators/gsn/shrunken_covariance.hpp"
#include "isonomy/estimators/gsn/split.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/qr.hpp"

namespace isonomy::gsn {

/// The size of the data that a stream will get.
struct StreamShape {
  index_t units = 0, conditions = 0, trials = 0;
};

/// What fit() gives for even data, which come one condition after another and need not be held.
///
/// The shape and the options are told first, from which it is known which conditions are held out. add() takes the
/// conditions in their order, fit() is called when all are there. The context must outlive the stream.
///
/// Of N units, C conditions and T trials there are kept the C N means of conditions, and for the noise as many
/// contrasts of trials as training, or held-out, conditions have, C (T - 1) of both together. Where either are more
/// than N + max(N, T - 1), R of a qr takes the place of that many rows whenever they are there, so that of each kind no
/// more are kept: likelihoods and covariances depend on their products with themselves alone. By LevelRule::k_fold
/// every fold is such a kind. Where neither levels nor matrices are asked for, N sums of squares are all that is kept
/// of the noise.
///
/// While nothing takes the place of rows, results have the bits of fit(). Otherwise means, the level of the data and cD
/// have them, and the rest agrees within rounding: the noise's level but for ties within it, one between levels to
/// 1e-5, likelihoods and, at the same level, matrices to 1e-12 of their largest elements. Where a level between levels
/// differs, matrices do as it does. Where only sums of squares are kept, ncsnr is within rounding of fit()'s.
///
/// LevelRule::analytic is refused: it goes by how much the products of every two units vary between conditions, of
/// which rows that others took the place of tell nothing, and its formula has units divided by spreads that are known
/// at the end alone. Choose another rule, or fit() of data that are held whole.
///
/// Cost: N T per condition; where rows are replaced some 7 N^2 multiplications and additions for each of them, and some
/// 7 N^2 doubles for a while beside those that are kept; then that of fit() without its reading of data, with a copy of
/// what is kept.
///
/// Deterministic: on Backend<Cpu> the same bits for any thread count.
template <ContextLike Ctx>
class ConditionStream {
 public:
  using Tag = typename Ctx::tag;
  using Space = typename Ctx::space;

  /// ShapeError for a shape that no data have; ValueError for options, and numbers of conditions and trials, that fit()
  /// refuses, and for rules that streams have not; OutOfMemory.
  ConditionStream(Ctx& ctx, const StreamShape& shape, const GsnOptions& options = {})
      : ctx_(ctx), shape_(usable(shape)), options_(options),
        levels_(level_grid(options.shrinklevels, options.wantshrinkage, options.allow_extrapolation, operation)),
        noise_((require(), ctx), shape.units, shape.conditions, shape.trials, keeps_rows(options, levels_),
               rule_of(options, levels_)),
        means_(ctx, shape.conditions, shape.units, "gsn: condition means"),
        staged_(ctx, 2 * shape.units * shape.trials, "gsn: a condition"),
        slots_(to_device(ctx, std::vector<index_t>{0, 1}, operation)),
        trials_(to_device(ctx, detail::every(shape.trials), operation)),
        offsets_(to_device(ctx, std::vector<index_t>{0, shape.trials}, operation)),
        scales_(to_device(ctx, std::vector<double>{1}, operation)),
        factors_(to_device(ctx, detail::helmert_factors(shape.trials), operation)),
        largest_(static_cast<std::size_t>(shape.units), 0.0) {}

  /// The peak memory of a stream and its fit(), before it begins: as gsn::memory_plan() has that of fit(), an upper
  /// bound. ShapeError and ValueError as the stream itself.
  template <LevelSearch Search = automatic>
  [[nodiscard]] static MemoryPlan memory_plan(const Ctx& ctx, const StreamShape& shape,
                                              const GsnOptions& options = {}) {
    const StreamShape& s = usable(shape);
    const std::vector<double> levels =
        level_grid(options.shrinklevels, options.wantshrinkage, options.allow_extrapolation, operation);
    require(s, options, levels);
    detail::KeptRows rows{1, 0, 1};
    std::size_t folding = 0;
    index_t kept = s.conditions * s.units + 2 * s.units * s.trials + 2 * s.trials + 6;
    if (keeps_rows(options, levels)) {
      rows = kept_rows(s, rule_of(options, levels));
      if (rows.all < s.conditions * (s.trials - 1))
        folding = bytes(detail::FoldedRows<Ctx>::to_fold(s.units, s.trials - 1));
      kept += rows.all * s.units;
    } else {
      folding = bytes(s.trials * s.units);
      kept += s.units;
    }
    MemoryPlan plan =
        detail::FitMemory<Ctx>(ctx, {s.units, s.conditions, s.trials}, options, rows).template plan<Search>();
    for (std::size_t* stage : {&plan.levels, &plan.covariances, &plan.biconvex, &plan.eigenvectors})
      if (*stage > 0) *stage += bytes(kept);
    plan.adding = bytes(kept) + folding;
    plan.context = std::max({plan.levels, plan.covariances, plan.biconvex, plan.eigenvectors, plan.adding});
    return plan;
  }

  /// Conditions that are there.
  [[nodiscard]] index_t added() const { return added_; }

  /// Takes in the next condition. responses: units x trials on the host, any strides, float, double or whole numbers of
  /// any type, which become doubles.
  ///
  /// ShapeError for another shape, and for a condition more than there should be; ValueError for what is not finite, or
  /// no double (the first place is named), and for units whose magnitude is above 1e150; OutOfMemory, Cancelled. All
  /// stays as it was then, and the condition may be given again.
  template <class T>
    requires Real<std::remove_const_t<T>> || Whole<std::remove_const_t<T>>
  void add(MatrixView<T> responses) {
    using Number = std::remove_const_t<T>;
    constexpr const char* here = "gsn::ConditionStream::add";
    check::usable(responses, here, "responses");
    check::that(added_ < shape_.conditions, here, "all ", shape_.conditions,
                " conditions were added; expected no more; call fit(), or begin a stream of more conditions");
    check::that(responses.rows == shape_.units && responses.columns == shape_.trials, here, "condition ", added_,
                " is ", check::shape(responses), "; expected units x trials, ",
                check::shape(shape_.units, shape_.trials), "; give all of them, transposed() if they lie so");
    std::vector<double> packed, largest = largest_;
    for (index_t i = 0; i < responses.rows; ++i) {
      double& most = largest[static_cast<std::size_t>(i)];
      for (index_t t = 0; t < responses.columns; ++t) {
        if constexpr (Whole<Number>)
          if (!holds_exactly<double>(responses(i, t)))
            detail::not_held(
                here, responses(i, t),
                text::joined({"the number at (", i, ", ", added_, ", ", t, "), unit, condition and trial,"}));
        const auto x = static_cast<double>(responses(i, t));
        if (!std::isfinite(x))
          detail::not_finite(here, {i, added_, t}, "numbers; data with NaN are for fit(), which needs them whole");
        most = std::max(most, std::abs(x));
        packed.push_back(x);
      }
      if (most > detail::most_magnitude) detail::not_squarable(here, i, most);
    }
    take(packed);
    largest_.swap(largest);
    noise_.coarsen(std::max<double>(std::numeric_limits<Number>::epsilon(), std::numeric_limits<double>::epsilon()));
    ++added_;
  }

  /// The result of fit() for the conditions that were added, which stay: another call gives it again.
  ///
  /// ShapeError where conditions are missing, ValueError for units whose largest magnitude is not 0 and below 1e-150;
  /// otherwise errors, warnings and progress are those of fit().
  template <LevelSearch Search = automatic>
  [[nodiscard]] GsnResult<Tag> fit() const {
    constexpr const char* here = "gsn::ConditionStream::fit";
    check::that(added_ == shape_.conditions, here, added_, " of ", shape_.conditions,
                " conditions were added; expected all; add the other ", shape_.conditions - added_);
    for (std::size_t i = 0; i < largest_.size(); ++i)
      if (largest_[i] != 0 && largest_[i] < detail::least_magnitude)
        detail::not_squarable(here, static_cast<index_t>(i), largest_[i]);
    using Source = detail::WholeTrials<Ctx, const detail::StreamedNoise<Ctx>&>;
    const std::vector<index_t> all = detail::every(shape_.conditions);
    GsnResult<Tag> result = detail::Fit<Ctx, Source>(ctx_, options_).template run<Search>(levels_, [&] {
      Matrix<double, Tag> means(ctx_, shape_.conditions, shape_.units, "gsn: condition means");
      detail::place_rows(ctx_, means_.view(), all, 1, means.view());
      std::vector<double> of_units = detail::with_origin(ctx_, staged(), detail::mean_over(ctx_, means_.view(), all));
      std::vector<double> sizes = detail::unit_sizes(ctx_, staged(), means_.view(), detail::Origin::first_value);
      return Source(ctx_, noise_, std::move(means), std::move(of_units), std::move(sizes), shape_.trials,
                    options_.levels());
    });
    if (noise_.has_folded()) detail::add_operation(result.report, ran<op::qr, double>(ctx_));
    return result;
  }

 private:
  static constexpr const char* operation = "gsn::ConditionStream";

  [[nodiscard]] static const StreamShape& usable(const StreamShape& s) {
    constexpr index_t most = std::numeric_limits<index_t>::max();
    check::that(s.units >= 1 && s.conditions >= 0 && s.trials >= 0, operation, "the data have ", s.units, " units, ",
                s.conditions, " conditions and ", s.trials, " trials; give one unit at least");
    check::that(s.trials == 0 || s.conditions <= most / 2 / s.trials / s.units, operation, "the data are ", s.units,
                "x", s.conditions, "x", s.trials,
                ": more elements than can be numbered; give fewer conditions or units");
    return s;
  }
  static void require(const StreamShape& shape, const GsnOptions& options, const std::vector<double>& levels) {
    detail::require_fit(operation, options, shape.conditions, shape.trials, levels.size());
    if (levels.size() > 1 && options.level_rule == LevelRule::analytic)
      throw ValueError(text::joined(operation,
                                    ": level_rule is analytic, which goes by how much products of units vary between "
                                    "conditions, of which a stream does not keep enough; expected held_out, k_fold or "
                                    "continuous; choose one of them, or fit() of data that are held whole"));
  }
  void require() const { require(shape_, options_, levels_); }
  [[nodiscard]] static bool keeps_rows(const GsnOptions& options, const std::vector<double>& levels) {
    return levels.size() > 1 || options.returns.noise();
  }
  [[nodiscard]] static LevelRule rule_of(const GsnOptions& options, const std::vector<double>& levels) {
    return levels.size() > 1 ? options.level_rule : LevelRule::held_out;
  }
  [[nodiscard]] static std::size_t bytes(index_t elements) {
    return sizeof(double) * static_cast<std::size_t>(elements);
  }
  /// What is kept of each part at most; of these one at a time is held out.
  [[nodiscard]] static detail::KeptRows kept_rows(const StreamShape& s, LevelRule rule) {
    detail::KeptRows rows;
    const std::vector<std::vector<index_t>> parts = detail::parts_of(s.conditions, rule);
    for (std::size_t p = 0; p < parts.size(); ++p) {
      const index_t contrasts = s.trials - 1, total = static_cast<index_t>(parts[p].size()) * contrasts,
                    kept = detail::FoldedRows<Ctx>::most_kept(s.units, total, contrasts);
      rows.all += kept;
      if (rule == LevelRule::k_fold || p == 0) rows.held_out = std::max(rows.held_out, kept);
    }
    rows.training = rule == LevelRule::k_fold ? rows.all : rows.all - rows.held_out;
    return rows;
  }

  /// The first condition, from whose first trial means are counted, and the latest.
  [[nodiscard]] DataView<double, Space> staged() const {
    return {staged_.data(), shape_.units, 2, shape_.trials, shape_.trials, shape_.units * shape_.trials, 1};
  }
  /// Takes in a condition, trials fastest. An error leaves what counts as it was.
  void take(const std::vector<double>& packed) {
    const index_t slot = added_ == 0 ? 0 : 1, size = shape_.units * shape_.trials;
    backend_of<Ctx>::copy_from_host(ctx_, isonomy::view(packed), staged_.view().subview(slot * size, size));
    const VectorView<const index_t, Space> which = slots_.view().subview(slot, 1);
    isonomy::for_each(ctx_, shape_.units,
                      detail::MeanOverTrials<double, Space>{staged(), which, trials_.view(), offsets_.view(),
                                                            detail::Origin::first_value,
                                                            means_.view().row_block(added_, 1)});
    noise_.add(added_, [&](MatrixView<double, Space> out) {
      isonomy::for_each(ctx_, shape_.units,
                        detail::HelmertContrasts<double, Space>{staged(), which, trials_.view(), offsets_.view(),
                                                                scales_.view(), factors_.view(), out});
    });
  }

  Ctx& ctx_;
  StreamShape shape_;
  GsnOptions options_;
  std::vector<double> levels_;
  detail::StreamedNoise<Ctx> noise_;
  Matrix<double, Tag> means_;
  Buffer<double, Tag> staged_;
  Buffer<index_t, Tag> slots_, trials_, offsets_;
  Buffer<double, Tag> scales_, factors_;
  std::vector<double> largest_;  ///< magnitude of each unit
  index_t added_ = 0;
};

}  // namespace isonomy::gsn
