// How much memory a fit of signal and noise takes, known before it runs.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <optional>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/estimators/gsn/data_view.hpp"
#include "isonomy/estimators/gsn/levels/batched_cholesky.hpp"
#include "isonomy/estimators/gsn/levels/choice.hpp"
#include "isonomy/estimators/gsn/levels/low_rank.hpp"
#include "isonomy/estimators/gsn/levels/options.hpp"
#include "isonomy/estimators/gsn/levels/problem.hpp"
#include "isonomy/estimators/gsn/levels/tridiagonal_form.hpp"
#include "isonomy/estimators/gsn/options.hpp"
#include "isonomy/estimators/gsn/regimes/groups.hpp"
#include "isonomy/estimators/gsn/split.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"
#include "isonomy/ops/linalg/eigen/eigh.hpp"
#include "isonomy/ops/linalg/eigen/tridiagonalise.hpp"
#include "isonomy/ops/linalg/gemm.hpp"

namespace isonomy::gsn {

/// The size of data; whether some of them are NaN.
struct GsnShape {
  index_t units = 0, conditions = 0, trials = 0;
  bool with_nan = false;
};

/// The shape of these data.
template <class T, MemorySpace Space>
[[nodiscard]] GsnShape gsn_shape(const DataView<T, Space>& data, bool with_nan = false) {
  return {data.units, data.conditions, data.trials, with_nan};
}

/// Bytes of the context's buffers beyond the data, at most: in each stage, and the largest of these, which
/// Report::bytes_peak does not exceed. `results` are those that stay, in the matrices that fit() returns. Of a
/// ConditionStream, `adding` is what it takes while conditions are added, and its stages have what it keeps beside.
struct MemoryPlan {
  std::size_t levels = 0, covariances = 0, biconvex = 0, eigenvectors = 0, adding = 0;
  std::size_t context = 0, results = 0;
};

namespace detail {

/// Rows of the noise that are there instead of the data: those that train and those held out, of folds the most of each
/// at once, and all of them.
struct KeptRows {
  index_t training = 0, held_out = 0, all = 0;
};

/// What the stages of fit() hold at once. Sizes are in elements of 8 bytes, which all are, but for workspaces.
template <ContextLike Ctx>
class FitMemory {
 public:
  FitMemory(const Ctx& ctx, const GsnShape& shape, const GsnOptions& options, std::optional<KeptRows> kept = {})
      : ctx_(ctx), shape_(shape), kept_(kept), asked_(options.returns), how_(options.levels()),
        levels_(level_grid(options.shrinklevels, options.wantshrinkage, options.allow_extrapolation)),
        missing_(shape.with_nan && options.uneven == Uneven::missing),
        loops_(shape.with_nan || options.iteration == Iteration::loop) {}

  template <LevelSearch Search>
  [[nodiscard]] MemoryPlan plan() const {
    MemoryPlan plan;
    if (levels_.size() > 1)
      plan.levels = always() + std::max({choice<Search>(noise_rows(), kept_), choice<Search>(means()), fallback()});
    plan.covariances = always() + covariances();
    if (asked_.biconvex()) plan.biconvex = always() + biconvex();
    if (pairs_of_signal() || pairs_of_difference()) plan.eigenvectors = always() + eigenvectors();
    const auto squares = static_cast<index_t>(asked_.cN + asked_.cS + asked_.cNb + asked_.cSb + asked_.cD +
                                              asked_.eigvecs_signal + asked_.eigvecs_difference);
    plan.results = bytes(squares * square());
    plan.context = std::max({plan.levels, plan.covariances, plan.biconvex, plan.eigenvectors});
    return plan;
  }

 private:
  [[nodiscard]] static std::size_t bytes(index_t elements) {
    return sizeof(double) * static_cast<std::size_t>(elements);
  }
  [[nodiscard]] static std::size_t told_or(std::size_t told, index_t elements) {
    return told > 0 ? told : bytes(elements);
  }
  [[nodiscard]] index_t square() const { return shape_.units * shape_.units; }
  [[nodiscard]] index_t noise_rows() const {
    return kept_ ? kept_->all : shape_.conditions * std::max<index_t>(shape_.trials - 1, 0);
  }
  [[nodiscard]] index_t means() const { return shape_.conditions; }
  [[nodiscard]] bool pairs_of_signal() const { return asked_.eigvals_signal || asked_.eigvecs_signal; }
  [[nodiscard]] bool pairs_of_difference() const { return asked_.eigvals_difference || asked_.eigvecs_difference; }

  /// The means of conditions, lists of trials, and numbers of units.
  [[nodiscard]] std::size_t always() const {
    const index_t lists = 3 * shape_.conditions * (shape_.trials + 2), lines = 12 * shape_.units;
    return bytes(means() * shape_.units + lists + lines + static_cast<index_t>(levels_.size()));
  }
  /// eigh() and eigh_subset(): 4 n^2 doubles where the backend does not say.
  [[nodiscard]] std::size_t eigh_of(index_t n) const { return told_or(eigh_workspace<double>(ctx_, n), 4 * n * n); }
  /// A copy of n x n numbers, and its factor.
  [[nodiscard]] std::size_t cholesky_of(index_t n) const {
    return bytes(n * n) + told_or(cholesky_workspace<double>(ctx_, n), factor_elements(n));
  }
  /// A tridiagonal form, or eigenvectors in its place, of n x n numbers that are there, and the rows beside them, which
  /// blocks of reflectors are applied to.
  [[nodiscard]] std::size_t form_of(index_t n, index_t rows) const {
    constexpr index_t block = 64;
    const std::size_t beside = bytes(2 * (n + block) * (rows + block) + 2 * block * (n + rows));
    if constexpr (tridiagonalises<Ctx>)
      return bytes(n * n + 3 * n) + std::max(told_or(tridiagonalise_workspace<double>(ctx_, n), 2 * n * n), beside);
    else
      return bytes(2 * n * n) + std::max(eigh_of(n), beside);
  }
  [[nodiscard]] std::size_t product_of(index_t n, index_t rows) const {
    return gemm_workspace<double>(ctx_, n, n, rows);
  }

  /// One search: training and held-out rows, which are `rows` together, or these, and what the form takes.
  template <LevelSearch Search>
  [[nodiscard]] std::size_t choice(index_t rows, const std::optional<KeptRows>& kept = {}) const {
    const index_t units = shape_.units;
    const std::size_t of_rows = bytes(rows * units);
    if (how_.level_rule == LevelRule::analytic)
      return of_rows + bytes(square_of_smaller(rows)) + product_of(units, rows);
    const index_t trained = kept ? kept->training : training(rows),
                  held_out = kept ? kept->held_out : rows / how_.leave_out + shape_.trials;
    if constexpr (std::same_as<Search, batched_cholesky>)
      return of_rows + bytes(2 * square()) +
             std::max({form_of(units, held_out), factors(held_out, levels_.size()), product_of(units, trained)});
    const bool few = trained < units, worth = 10 * trained < 6 * units;
    const bool low = few && (std::same_as<Search, low_rank> ||
                             (std::same_as<Search, automatic> && worth && !automatic::loses_digits(levels_)));
    const index_t size = low ? trained : units, products = low ? held_out * size : 0;
    const bool factored = how_.singular_rule == SingularRule::cholesky;
    const std::size_t of_one =
        factored ? bytes(low ? square() : 0) + std::max(factors(held_out, 1), product_of(units, trained)) : 0;
    return of_rows + bytes(size * size + products) +
           std::max({form_of(size, held_out), of_one, product_of(size, units)});
  }
  /// Of so many rows, which are as many of each condition, the most that train.
  [[nodiscard]] index_t training(index_t rows) const {
    const index_t items = std::max<index_t>(shape_.conditions, 1);
    return rows - rows / items * std::max<index_t>(items / how_.leave_out, 1);
  }
  [[nodiscard]] index_t square_of_smaller(index_t rows) const {
    return 2 * rows <= shape_.units ? rows * rows : square();
  }
  /// The factors of so many levels, or of as many as go into half of the limit.
  [[nodiscard]] std::size_t factors(index_t rows, std::size_t levels) const {
    const index_t units = shape_.units,
                  count = levels_within(ctx_, ctx_.control().workspace_limit, units, rows, levels);
    return bytes(count * units * (units + rows + 2)) + factors_workspace(ctx_, units, rows, count);
  }

  /// Missing data of which too little is whole: rows and the covariance of pairs, what they are in units of spread, the
  /// form of that, and held-out rows with three sums of each pair.
  [[nodiscard]] std::size_t fallback() const {
    if (!missing_ || how_.fallback == LevelFallback::one) return 0;
    const index_t units = shape_.units, held_out = (shape_.conditions / how_.leave_out + 1) * shape_.trials;
    const std::size_t of_noise = bytes(noise_rows() * units + groups(shape_.conditions, shape_.trials) + square()),
                      of_data = bytes(2 * means() * units + groups(1, shape_.conditions) + sums_of_pairs() + square());
    const bool pairs = how_.fallback == LevelFallback::pairwise_likelihood;
    const index_t sums = pairs ? 3 * square() + (held_out + static_cast<index_t>(levels_.size())) * units : 0;
    return std::max({of_noise + product_of(units, noise_rows()), of_data + product_of(units, means()),
                     bytes(2 * square()), bytes(square()) + form_of(units, 0), bytes(square() + sums)});
  }

  /// Rows of all conditions and a covariance; the other one's rows beside the first covariance; both covariances, and
  /// the signal's where nothing else makes that.
  [[nodiscard]] std::size_t covariances() const {
    const index_t of_noise = asked_.noise() ? (missing_ ? 2 : 1) * square() : 0, of_data = asked_.data() ? square() : 0;
    const index_t rows = noise_rows() * shape_.units;
    const std::size_t first = bytes(rows + groups(shape_.conditions, shape_.trials) + of_noise),
                      second = bytes(means() * shape_.units + groups(1, shape_.conditions) +
                                     (asked_.data() ? sums_of_pairs() : 0) + of_noise + of_data),
                      last = bytes(of_noise + of_data + (asked_.cS ? square() : 0));
    const std::size_t product = asked_.matrices() ? product_of(shape_.units, std::max(noise_rows(), means())) : 0;
    return std::max({first, second, last}) + product;
  }
  /// Missing data of more conditions than a mask has bits: presence, products of numbers and of these with presence.
  [[nodiscard]] index_t sums_of_pairs() const {
    const bool single = missing_ && shape_.conditions > mask_bits;
    return single ? shape_.conditions * shape_.units + 2 * square() : 0;
  }
  /// Missing data: numbers of units in groups of trials, masks, counts and weights; on the host masks once more, in
  /// their order, which takes a quarter, and in words for many groups.
  [[nodiscard]] index_t groups(index_t count, index_t size) const {
    const index_t words = (size + mask_bits - 1) / mask_bits;
    return missing_ ? shape_.units * (count * (size + words + 4) + (size + 1) * (count / mask_bits + 1)) : 0;
  }

  /// Covariances that go in, that of the start, both that come out, those of the sweep before or of the fixed point,
  /// with its own eigenvectors of the signal; those of the noise, of which a projection holds a scaled copy when the
  /// workspace of eigh() is gone; all eigenvectors twice where some units do not vary.
  [[nodiscard]] std::size_t biconvex() const {
    const index_t in = missing_ ? 3 : 2, sweeps = loops_ ? 2 : 0;
    const index_t of_signal = pairs_of_signal() ? 2 : 1, vectors = of_signal * (loops_ ? 2 : 1) + 1;  // halves of n^2
    const index_t living = pairs_of_signal() ? 1 : 0;
    return bytes((in + 3 + sweeps + living) * square() + vectors * square() / 2) +
           std::max(eigh_of(shape_.units), cholesky_of(shape_.units));
  }
  /// Covariances that went in and came out and their difference, pairs of the signal, those of another difference,
  /// twice where some units do not vary.
  [[nodiscard]] std::size_t eigenvectors() const {
    const index_t kept = (missing_ ? 6 : 5) + (pairs_of_signal() ? 1 : 0);
    return bytes((kept + 3) * square()) + std::max(eigh_of(shape_.units), bytes(square()));
  }

  const Ctx& ctx_;
  GsnShape shape_;
  std::optional<KeptRows> kept_;
  Returns asked_;
  LevelOptions how_;
  std::vector<double> levels_;
  bool missing_, loops_;
};

}  // namespace detail

/// The peak memory of fit() on a context, before it runs: memory_plan(ctx, gsn_shape(data)).
///
/// With what the backend says that its operations take. An upper bound, of which most fits of 100 units or more
/// use 0.4 at least. Less, down to a tenth, is used of few units, for which whole blocks of reflectors are counted;
/// where few conditions of missing data are ragged, as all of them might be; and where covariances are positive
/// definite as they are, so that none is projected: that is not known before. Even data whose noise has to be
/// projected, which takes a level of 1, sweep on with 2 units^2 doubles more; units that do not vary cost another copy
/// of the rows. What eigh() is said to take is a bound itself: on Backend<Cpu> within 10 KB of what it took of random
/// matrices up to n = 1000, but 161 MB for 158.5 at n = 2048, and 220 for 196 at n = 2300.
///
/// Where `context` is beyond the context's workspace_limit, the fit would throw OutOfMemory; fewer `returns` take less.
/// ShapeError for a negative extent, ValueError for levels that fit() refuses. On the host, beside: some numbers for
/// each trial of each condition.
template <LevelSearch Search = automatic, ContextLike Ctx>
[[nodiscard]] MemoryPlan memory_plan(const Ctx& ctx, const GsnShape& shape, const GsnOptions& options = {}) {
  check::that(shape.units >= 0 && shape.conditions >= 0 && shape.trials >= 0, "gsn::memory_plan", "the data have ",
              shape.units, " units, ", shape.conditions, " conditions and ", shape.trials,
              " trials; all must be at least 0; give the size of the data");
  return detail::FitMemory<Ctx>(ctx, shape, options).template plan<Search>();
}

}  // namespace isonomy::gsn
