// Roots of the secular equation: eigenvalues of a diagonal matrix plus one of rank one.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "isonomy/core/numeric.hpp"
#include "isonomy/cpu/linalg/eigen/kernels.hpp"

namespace isonomy::cpu {

/// A root as a pole and the distance from it, which is known to more digits than the root.
struct SecularRoot {
  double origin, offset;
  bool converged;
};

/// f(x) = 1/rho + sum_i z_i^2 / (d_i - x) = 0 for ascending d, z_i != 0 and rho > 0: one root between each two poles
/// and one behind the last.
///
/// Each step takes the root of a sum of two poles that has the value and the slope of f, its two neighbouring poles
/// being those of f. Source: Li, Solving secular equations stably and efficiently (LAPACK working note 89, 1993).
class SecularEquation {
 public:
  /// z2 holds the squares of z.
  SecularEquation(const EigenKernels& kernels, index_t count, const double* poles, const double* z2, double rho)
      : kernels_(kernels), k_(count), d_(poles), z2_(z2), inverse_rho_(1 / rho) {
    Rounded norm = 0;
    for (index_t i = 0; i < k_; ++i) norm += z2_[i];
    last_gap_ = norm * rho * (1 + 4 * eps * static_cast<double>(k_));
  }

  [[nodiscard]] SecularRoot root(index_t j) const {
    if (k_ == 1) return {d_[0], z2_[0] / inverse_rho_, true};
    const bool last = j == k_ - 1;
    const index_t i = last ? k_ - 2 : j;  // the poles of the interpolation are i and i + 1
    const double gap = last ? last_gap_ : d_[j + 1] - d_[j];
    const Value middle = value(i, d_[j], gap / 2);
    const bool right = !last && middle.f < 0;  // the root is in the right half: measured from the pole there
    Search s{right ? d_[j + 1] : d_[j], right ? -gap / 2 : last && middle.f < 0 ? gap / 2 : 0, 0};
    s.high = right ? 0 : last && middle.f < 0 ? gap : gap / 2;
    return search(i, last, s, last ? (s.low + s.high) / 2 : start(i, gap, right, middle.f));
  }

 private:
  static constexpr double eps = std::numeric_limits<double>::epsilon() / 2;
  struct Value {
    Rounded below, above, slope_below, slope_above;  ///< sums over poles up to i, and from i + 1 on
    Rounded f, slope;
  };
  struct Search {
    double origin, low, high;  ///< the root is origin + x with low < x < high
  };

  [[nodiscard]] Value value(index_t i, double origin, double x) const {
    double below[2], above[2];
    kernels_.secular_sums(i + 1, d_, z2_, origin, x, below);
    kernels_.secular_sums(k_ - i - 1, d_ + i + 1, z2_ + i + 1, origin, x, above);
    return {below[0], above[0], below[1], above[1], inverse_rho_ + below[0] + above[0], below[1] + above[1]};
  }

  /// The root of the two poles next to it and a constant, the value of all else in the middle between them.
  [[nodiscard]] double start(index_t i, double gap, bool right, double middle) const {
    const Rounded z0 = z2_[i], z1 = z2_[i + 1], half = gap / 2, c = middle + z0 / half - z1 / half;
    if (right) {
      const Rounded a = c * gap - z0 - z1, b = z1 * gap, root = std::sqrt(std::abs(a * a + 4 * b * c));
      return a < 0 ? 2 * b / (a - root) : -(a + root) / (2 * c);
    }
    const Rounded a = c * gap + z0 + z1, b = z0 * gap, root = std::sqrt(std::abs(a * a - 4 * b * c));
    return a > 0 ? 2 * b / (a + root) : (a - root) / (2 * c);
  }

  [[nodiscard]] SecularRoot search(index_t i, bool last, Search s, double x) const {
    double width = s.high - s.low, previous = 0;
    bool fixed = true;
    for (int step = 0; step < 120; ++step) {
      if (!(x > s.low && x < s.high)) x = middle_of(s);
      const Value v = value(i, s.origin, x);
      const double f = v.f;
      // What rounding may have made of f (LAPACK's dlaed4).
      const Rounded noise = 8 * (v.above - v.below) + 2 * inverse_rho_ + std::abs(x) * v.slope;
      if (std::abs(f) <= eps * noise) return {s.origin, x, true};
      (f < 0 ? s.low : s.high) = x;
      if (s.high - s.low <= 2 * eps * std::abs(x)) return {s.origin, x, true};
      if (step > 0 && f * previous > 0 && std::abs(f) > std::abs(previous) / 10) fixed = !fixed;
      previous = f;
      double next = x + correction(i, last, s.origin, x, v, fixed);
      if (step % 4 == 3) {  // the bracket must have shrunk
        if (s.high - s.low > width / 16) next = middle_of(s);
        width = s.high - s.low;
      }
      if (next == x) return {s.origin, x, true};
      x = next;
    }
    return {s.origin, x, false};
  }

  /// Between the ends, by their geometric mean where one is far longer than the other.
  [[nodiscard]] static double middle_of(const Search& s) {
    const double a = std::abs(s.low), b = std::abs(s.high), shorter = std::min(a, b), longer = std::max(a, b);
    if (shorter == 0) return (s.low + s.high) / 1024;
    return longer > 4 * shorter ? std::copysign(std::sqrt(shorter) * std::sqrt(longer), s.low + s.high)
                                : s.low + (s.high - s.low) / 2;
  }

  /// The step to the root of c + p/(d_i - x) + q/(d_(i+1) - x). `fixed`: the nearer pole keeps its own weight, else
  /// both sides keep value and slope.
  [[nodiscard]] double correction(index_t i, bool last, double origin, double x, const Value& v, bool fixed) const {
    const Rounded left = (d_[i] - origin) - x, right = (d_[i + 1] - origin) - x, f = v.f, slope = v.slope;
    Rounded c = f - left * v.slope_below - right * v.slope_above;
    if (fixed && !last) {
      const bool nearer_left = origin == d_[i];
      const Rounded z = nearer_left ? z2_[i] / (left * left) : z2_[i + 1] / (right * right);
      c = nearer_left ? f - right * slope - (left - right) * z : f - left * slope - (right - left) * z;
    }
    if (last) c = std::abs(c);
    const Rounded a = (left + right) * f - left * right * slope, b = left * right * f;
    const Rounded root = std::sqrt(std::abs(a * a - 4 * b * c));
    double step;
    if (c == 0)
      step = b / a;
    else if (last)
      step = a >= 0 ? (a + root) / (2 * c) : 2 * b / (a - root);
    else
      step = a <= 0 ? (a - root) / (2 * c) : 2 * b / (a + root);
    return f * step < 0 ? step : double{-f / slope};
  }

  const EigenKernels& kernels_;
  index_t k_;
  const double *d_, *z2_;
  Rounded inverse_rho_;
  double last_gap_;
};

}  // namespace isonomy::cpu
