// The two steps of a sweep, what they leave to compare, and the fixed point of uneven data.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/functional.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/biconvex/flat_correlation.hpp"
#include "isonomy/estimators/gsn/biconvex/problem.hpp"
#include "isonomy/estimators/gsn/dead_units.hpp"
#include "isonomy/estimators/gsn/psd/nearest_psd.hpp"
#include "isonomy/estimators/gsn/psd/symmetric.hpp"
#include "isonomy/estimators/gsn/statistics/scale.hpp"
#include "isonomy/ops/memory.hpp"
#include "isonomy/ops/reduce/transform.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"

namespace isonomy::gsn::detail {

/// data - noise/trials.
struct LessPart {
  double trials;
  ISONOMY_HD double operator()(double data, double noise) const { return data - noise / trials; }
};
/// data - noise*share.
struct LessShare {
  ISONOMY_HD double operator()(double data, double noise, double share) const {
    return data - rounded_product(noise, share);
  }
};
/// data - noise/trials, from what that is for another noise.
struct LessOther {
  double trials;
  ISONOMY_HD double operator()(double start, double of_start, double noise) const {
    return start + (of_start - noise) / trials;
  }
};
/// of_noise*noise + of_data*(data - signal).
struct Weigh {
  double of_noise, of_data;
  ISONOMY_HD double operator()(double noise, double data, double signal) const {
    return rounded_product(of_noise, noise) + rounded_product(of_data, data - signal);
  }
};
/// (1 - k)*data - of_noise*noise.
struct LimitSignal {
  double of_data, of_noise;
  ISONOMY_HD double operator()(double data, double noise) const {
    return rounded_product(of_data, data) - rounded_product(of_noise, noise);
  }
};
struct Times {
  double factor;
  ISONOMY_HD double operator()(double x) const { return factor * x; }
};
struct Less {
  ISONOMY_HD double operator()(double a, double b) const { return a - b; }
};
struct Magnitude {
  ISONOMY_HD double operator()(double x) const { return std::abs(x); }
};
struct ScaledSquare {
  double scale;
  ISONOMY_HD double operator()(double x) const { return rounded_product(x * scale, x * scale); }
};

/// The Frobenius norm, without overflow.
template <ContextLike Ctx>
[[nodiscard]] double frobenius(Ctx& ctx, VectorView<const double, typename Ctx::space> x) {
  const double scale = scale_for(transform_reduce(ctx, x, 0.0, Maximum{}, Magnitude{}));
  return std::sqrt(transform_reduce(ctx, x, 0.0, Plus{}, ScaledSquare{scale})) / scale;
}

/// The Frobenius distance of a from b, which is overwritten, relative to the larger of both; 0 where they are equal.
template <ContextLike Ctx>
[[nodiscard]] double relative_distance(Ctx& ctx, VectorView<const double, typename Ctx::space> a,
                                       VectorView<double, typename Ctx::space> b) {
  using Constant = VectorView<const double, typename Ctx::space>;
  const double norm = std::max(frobenius(ctx, a), frobenius(ctx, Constant(b)));
  transform(ctx, Less{}, b, a, Constant(b));
  const double distance = frobenius(ctx, Constant(b));
  return distance == 0 ? 0 : distance / norm;
}

/// out = data - the share of `noise` in it; `out` may be where the data are.
template <ContextLike Ctx>
void subtract_noise(Ctx& ctx, const BiconvexProblem<Ctx>& p, MatrixView<const double, typename Ctx::space> noise,
                    Matrix<double, typename Ctx::tag>& out) {
  if (p.has_shares())
    transform(ctx, LessShare{}, flat(out), flat(p.data), flat(noise), flat(p.share));
  else
    transform(ctx, LessPart{p.trials}, flat(out), flat(p.data), flat(noise));
}

/// The steps of one problem, on buffers of the caller.
template <ContextLike Ctx>
class Steps {
 public:
  using Space = typename Ctx::space;
  using Square = Matrix<double, typename Ctx::tag>;
  using Constant = MatrixView<const double, Space>;

  /// `start`: the data's covariance less that of the noise in it. Of even data nothing else is asked of the data's; of
  /// others, the start is read in the first step alone.
  Steps(Ctx& ctx, const BiconvexProblem<Ctx>& problem, const BiconvexOptions& options, const Square& start)
      : ctx_(ctx), p_(problem), ridge_(options.ridge), of_signal_(options.signal_pairs), dead_(options.dead_units),
        weights_(biconvex_weights(problem.conditions, problem.effective_trials)), start_(start) {}

  /// The signal's covariance that sweeps begin at.
  [[nodiscard]] Constant start() const { return start_.view(); }

  [[nodiscard]] Square empty(const char* purpose) const { return Square(ctx_, p_.noise.rows, p_.noise.rows, purpose); }

  /// signal = psd(data - the share of `noise` in it).
  Projection<Ctx> signal_step(Constant noise, Square& signal) const {
    if (noise.data == p_.noise.data)
      copy(ctx_, start(), signal.view());
    else if (p_.even())
      transform(ctx_, LessOther{p_.trials}, flat(signal), flat(start_), flat(p_.noise), flat(noise));
    else
      subtract_noise(ctx_, p_, noise, signal);
    Projection<Ctx> done = nearest_psd(ctx_, signal.view(), ridge_, of_signal_, dead_);
    if (of_signal_ != Pairs::all) done.eigenvectors = {};
    return done;
  }

  /// noise = psd(k_N noise + k_D u (data - signal)).
  ///
  /// Of even data k_N + k_D is 1, so that this is noise + k_D u (start - signal): the noise to the last bit where the
  /// start had nothing to lose. `of_first`: how the signal was made, if that was from the start.
  Projection<Ctx> noise_step(const Square& signal, Square& noise, const Projection<Ctx>* of_first = nullptr) const {
    const double of_data = weights_.data * p_.effective_trials;
    const Weigh weigh{p_.even() ? 1 : weights_.noise, of_data};
    transform(ctx_, weigh, flat(noise), flat(p_.noise), p_.even() ? flat(start_) : flat(p_.data), flat(signal));
    if (of_first != nullptr && stays_definite(*of_first)) return {};
    Projection<Ctx> done = nearest_psd(ctx_, noise.view(), ridge_, Pairs::fewer_sign, dead_);
    done.eigenvectors = {};
    return done;
  }

  /// The fixed point of uneven data: signal = psd((1 - k) data - k_N noise/t)/(1 - k) of k = k_D u/t, and its noise.
  /// False where that is none: k is not below 1, or the noise is not semidefinite.
  bool limit(Square& signal, Square& noise, Projection<Ctx>& of_signal) const {
    const double left = 1 - weights_.data * p_.effective_trials / p_.trials;
    if (p_.has_shares() || !(left > 0)) return false;
    transform(ctx_, LimitSignal{left, weights_.noise / p_.trials}, flat(signal), flat(p_.data), flat(p_.noise));
    of_signal = nearest_psd(ctx_, signal.view(), ridge_, of_signal_, dead_);
    if (of_signal_ != Pairs::all) of_signal.eigenvectors = {};
    if (of_signal.projected) {
      transform(ctx_, Times{1 / left}, of_signal.eigenvalues.view(), of_signal.eigenvalues.view());
      of_signal.ridge /= left;
    }
    transform(ctx_, Times{1 / left}, flat(signal), flat(signal));
    if (noise.rows() != signal.rows()) noise = empty("biconvex: noise");
    return !noise_step(signal, noise).projected;
  }

  /// How alike two matrices are: their correlation, 1 where they are equal.
  [[nodiscard]] double alike(Constant before, Constant after) const {
    const double r = flat_correlation(ctx_, before, after);
    return std::isnan(r) && change(before, after) == 0 ? 1 : r;
  }

  /// The Frobenius norm of the difference.
  [[nodiscard]] double change(Constant before, Constant after) const {
    Square difference = empty("biconvex: change");
    transform(ctx_, Less{}, flat(difference), flat(after), flat(before));
    return frobenius(ctx_, flat(std::as_const(difference)));
  }

  [[nodiscard]] double size_of(Constant m) const { return frobenius(ctx_, flat(m)); }

 private:
  /// Is the noise's first step known to be positive definite, without trying?
  ///
  /// data - signal = noise/t - (negative part + ridge), so that the step is (k_N + k_D u/t) noise - k_D u (...), of
  /// which no eigenvalue is below what the least of the noise leaves. Half of that must be left, and be far above what
  /// rounding does to a factorisation.
  [[nodiscard]] bool stays_definite(const Projection<Ctx>& of_signal) const {
    if (dead_ == DeadUnits::literal || p_.has_shares() || !(p_.noise_least > 0)) return false;
    const double u = p_.effective_trials, of_noise = weights_.noise + weights_.data * u / p_.trials;
    double taken = 0;
    if (of_signal.projected) {
      if (of_signal.kept.first != 0 || of_signal.kept.count == 0) return false;  // the least is not known
      taken = weights_.data * u * (of_signal.ridge - to_host<Ctx, double>(ctx_, of_signal.eigenvalues.view()).front());
    }
    Buffer<double, typename Ctx::tag> diagonal(ctx_, p_.noise.rows, "biconvex: variances");
    copy(ctx_, p_.noise.diagonal(), diagonal.view());
    const double largest = transform_reduce(ctx_, std::as_const(diagonal).view(), 0.0, Maximum{}, Magnitude{});
    const double n = static_cast<double>(p_.noise.rows), least = of_noise * p_.noise_least;
    const double rounding = 8 * n * n * std::numeric_limits<double>::epsilon() * of_noise * largest;
    return taken <= least / 2 && rounding <= least / 2;
  }

  Ctx& ctx_;
  const BiconvexProblem<Ctx>& p_;
  Ridge ridge_;
  Pairs of_signal_;
  DeadUnits dead_;
  BiconvexWeights weights_;
  const Square& start_;
};

}  // namespace isonomy::gsn::detail
