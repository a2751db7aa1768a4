// Is a part of a spectrum right? Vectors by their residual, their number by counts on a tridiagonal form in extended
// precision.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/linalg/eigen/eigh.hpp"
#include "isonomy/ops/linalg/eigen/spectrum.hpp"
#include "isonomy/ops/linalg/eigen/tridiagonal.hpp"

namespace isonomy::op::subset {

using Extended = long double;

/// Counts of eigenvalues of a symmetric matrix, of which the lower triangle is read.
template <class T>
class Counts {
 public:
  explicit Counts(MatrixView<const T> a) : n_(a.rows) {
    std::vector<Extended> elements(static_cast<std::size_t>(n_ * n_));
    const MatrixView<Extended> m = column_major(elements.data(), n_, n_);
    Extended largest = 0;
    for (index_t j = 0; j < n_; ++j)
      for (index_t i = j; i < n_; ++i) {
        m(i, j) = m(j, i) = a(i, j);
        largest = std::max(largest, std::abs(m(i, j)));
      }
    if (largest > 0) scale_ = std::ldexp(Extended{1}, -std::ilogb(largest));
    Extended square = 0;
    for (Extended& x : elements) square += x * x * scale_ * scale_, x *= scale_;
    norm_ = std::sqrt(square) / scale_;
    reduce(m);
  }
  /// The Frobenius norm of A.
  [[nodiscard]] double norm() const { return static_cast<double>(norm_); }
  /// How many are less than x + margin, an infinite x taken for less or more than all.
  [[nodiscard]] index_t below(double x, double margin) const {
    if (std::isinf(x)) return x < 0 ? 0 : n_;
    return eigenvalues_below(isonomy::view(d_), isonomy::view(e_),
                             static_cast<double>((Extended{x} + Extended{margin}) * scale_));
  }

 private:
  /// Householder's reflectors, column by column.
  void reduce(MatrixView<Extended> m) {
    std::vector<Extended> v(static_cast<std::size_t>(n_)), p(v);
    const auto line = [](std::vector<Extended>& x, index_t i) -> Extended& { return x[static_cast<std::size_t>(i)]; };
    for (index_t j = 0; j < n_; ++j) {
      d_.push_back(static_cast<double>(m(j, j)));
      if (j + 1 == n_) break;
      Extended square = 0;
      for (index_t i = j + 1; i < n_; ++i) square += m(i, j) * m(i, j);
      const Extended end = m(j + 1, j) > 0 ? -std::sqrt(square) : std::sqrt(square);
      e_.push_back(static_cast<double>(end));
      if (square == 0) continue;
      for (index_t i = j + 1; i < n_; ++i) line(v, i) = m(i, j) - (i == j + 1 ? end : 0);
      const Extended tau = 1 / (square - end * m(j + 1, j));  // 2 over the square of v
      Extended half = 0;
      for (index_t i = j + 1; i < n_; ++i) {
        Extended sum = 0;
        for (index_t k = j + 1; k < n_; ++k) sum += m(i, k) * line(v, k);
        line(p, i) = tau * sum;
        half += line(p, i) * line(v, i) * tau / 2;
      }
      for (index_t i = j + 1; i < n_; ++i) line(p, i) -= half * line(v, i);
      for (index_t k = j + 1; k < n_; ++k)
        for (index_t i = j + 1; i < n_; ++i) m(i, k) -= line(v, i) * line(p, k) + line(p, i) * line(v, k);
    }
  }

  index_t n_;
  Extended scale_ = 1, norm_ = 0;
  std::vector<double> d_, e_;
};

/// Can rounding of eigenvalues by `bound` explain that these were found? The reference's value where it cannot.
template <class T>
[[nodiscard]] std::optional<Deviation> of_number(const Counts<T>& counts, index_t n, const Spectrum& s,
                                                 EigenRange found, double bound) {
  const auto wrong = [](index_t value, index_t least, index_t most) -> std::optional<Deviation> {
    if (least <= value && value <= most) return std::nullopt;
    return Deviation{-1, 0, 0, 0, static_cast<double>(value), static_cast<double>(value < least ? least : most), 0};
  };
  if (s.fewer_of_sign) {
    const index_t negatives = found.first > 0 ? found.first : found.count, others = n - negatives;
    const index_t fewer = std::min(negatives, others), first = negatives <= others ? 0 : negatives;
    if (found.first != first) return wrong(found.first, first, first);
    if (found.count != fewer) return wrong(found.count, fewer, fewer);
    return wrong(negatives, counts.below(0, -bound), counts.below(0, bound));
  }
  if (const auto d = wrong(found.first, counts.below(s.from, -bound), counts.below(s.from, bound)); d) return d;
  const index_t least = counts.below(s.below, -bound), most = counts.below(s.below, bound);
  return wrong(found.count, std::max<index_t>(least - found.first, 0), std::max<index_t>(most - found.first, 0));
}

/// The first of the eigenvalues and vectors found that does not agree with A, or a number of them that cannot be.
template <class T>
[[nodiscard]] std::optional<Deviation> deviation(MatrixView<const T> a, const Spectrum& s, EigenRange found,
                                                 VectorView<const T> w, MatrixView<const T> v) {
  const index_t n = a.rows;
  const Counts<T> counts(a);
  const double of_a = eigh::bound<T>(n, counts.norm()), of_v = eigh::bound<T>(n, 1);
  if (const auto d = of_number(counts, n, s, found, of_a); d) return d;
  const bool negatives = s.fewer_of_sign && found.first == 0;
  const double from = s.fewer_of_sign && !negatives ? 0 : s.fewer_of_sign ? -HUGE_VAL : s.from;
  const double below = negatives ? 0 : s.fewer_of_sign ? HUGE_VAL : s.below;
  for (index_t j = 0; j < found.count; ++j) {
    const double x = double{w(j)};
    if (!(j == 0 || w(j - 1) <= w(j))) return Deviation{1, 0, j, 0, x, double{w(j - 1)}, 0};
    if (!(from <= x)) return Deviation{1, 0, j, 0, x, from, 0};
    if (!(std::isinf(below) ? below > 0 : x < below)) return Deviation{1, 0, j, 0, x, below, 0};
    T largest = 0;
    for (index_t i = 0; i < n; ++i) {
      Extended residual = -Extended{v(i, j)} * w(j);
      for (index_t k = 0; k < n; ++k) residual += Extended{v(k, j)} * a(std::max(i, k), std::min(i, k));
      if (!(std::abs(residual) <= of_a)) return Deviation{2, 0, i, j, static_cast<double>(residual), 0, of_a};
      if (std::abs(v(i, j)) > std::abs(largest)) largest = v(i, j);
    }
    for (index_t k = 0; k <= j; ++k) {
      Extended product = k == j ? -1 : 0;
      for (index_t i = 0; i < n; ++i) product += Extended{v(i, k)} * v(i, j);
      if (!(std::abs(product) <= of_v)) return Deviation{2, 0, k, j, static_cast<double>(product), 0, of_v};
    }
    if (largest < 0) return Deviation{2, 0, 0, j, double{largest}, -double{largest}, 0};
  }
  return std::nullopt;
}

}  // namespace isonomy::op::subset
