// A symmetric matrix made tridiagonal, with rows beside it, on the host: likelihoods of all levels in linear time each.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/eigen/eigh.hpp"
#include "isonomy/ops/linalg/eigen/tridiagonal.hpp"
#include "isonomy/ops/linalg/eigen/tridiagonalise.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/linalg/log_diagonal_sum.hpp"

namespace isonomy::gsn::detail {

/// The least and the largest eigenvalue.
struct Extremes {
  double least = 0, largest = 0;
};

/// What one level has: log det (a T + b) and the sum of the rows' quadratic forms with its inverse.
struct LevelTerms {
  double log_determinant = 0, quadratic = 0;
};

/// T = transposed(Q)*A*Q and W = transposed(Q)*C for some orthogonal Q; T has `diagonal` and `below`, and row i of W is
/// the m numbers of `columns` from i*m on.
struct TridiagonalForm {
  std::vector<double> diagonal, below, columns;
  index_t count = 0;  ///< m

  [[nodiscard]] index_t size() const { return static_cast<index_t>(diagonal.size()); }
  [[nodiscard]] index_t eigenvalues_below(double x) const {
    return isonomy::eigenvalues_below(view(diagonal), view(below), x);
  }
  /// By bisection, to some units in the last place of the norm. Size 0: {0, 0}.
  [[nodiscard]] Extremes extremes() const;
  /// Nothing where a T + b is not positive definite. 2 m n multiplications and additions.
  [[nodiscard]] std::optional<LevelTerms> at(double a, double b) const;

 private:
  [[nodiscard]] double quadratic(const std::vector<double>& pivots, const std::vector<double>& ratios) const;
  /// The largest x of an interval, halved until it is one number, below which at most `most` eigenvalues lie.
  [[nodiscard]] double bisect(index_t most, double low, double high) const {
    constexpr int halvings = 80;
    for (int k = 0; k < halvings; ++k) {
      const double middle = 0.5 * low + 0.5 * high;
      if (middle <= low || middle >= high) break;
      (eigenvalues_below(middle) > most ? high : low) = middle;
    }
    return low;
  }
};

inline Extremes TridiagonalForm::extremes() const {
  const std::size_t n = diagonal.size();
  if (n == 0) return {};
  double low = diagonal[0], high = diagonal[0];
  for (std::size_t i = 0; i < n; ++i) {  // Gershgorin's discs
    const double radius = (i > 0 ? std::abs(below[i - 1]) : 0) + (i + 1 < n ? std::abs(below[i]) : 0);
    low = std::min(low, diagonal[i] - radius);
    high = std::max(high, diagonal[i] + radius);
  }
  const double more = 4 * std::numeric_limits<double>::epsilon() * std::max(std::abs(low), std::abs(high));
  return {bisect(0, low - more, high + more), bisect(size() - 1, low - more, high + more)};
}

inline double TridiagonalForm::quadratic(const std::vector<double>& pivots, const std::vector<double>& ratios) const {
  using Lanes = RoundedLanes<16>;
  constexpr std::size_t lanes = Lanes::size;
  const auto m = static_cast<std::size_t>(count), whole = m - m % lanes;
  std::vector<double> y(m);
  double sum = 0;
  for (std::size_t i = 0; i < pivots.size(); ++i) {
    const double* const row = columns.data() + i * m;
    const double ratio = i == 0 ? 0 : ratios[i - 1];
    Lanes of_row;
    for (std::size_t j = 0; j < whole; j += lanes) {
      const Lanes next = Lanes(row + j) - ratio * Lanes(y.data() + j);
      next.store(y.data() + j);
      of_row += next * next;
    }
    double squares[lanes];
    of_row.store(squares);
    for (std::size_t j = whole; j < m; ++j) {
      y[j] = row[j] - rounded_product(ratio, y[j]);
      squares[j - whole] += rounded_product(y[j], y[j]);
    }
    for (std::size_t width = lanes / 2; width > 0; width /= 2)
      for (std::size_t k = 0; k < width; ++k) squares[k] += squares[k + width];
    sum += squares[0] / pivots[i];
  }
  return sum;
}

inline std::optional<LevelTerms> TridiagonalForm::at(double a, double b) const {
  std::vector<double> pivots(diagonal.size()), ratios(below.size());
  if (tridiagonal_factors(view(diagonal), view(below), a, b, view(pivots), view(ratios)) != 0) return std::nullopt;
  LevelTerms terms;
  for (const double pivot : pivots) terms.log_determinant += isonomy::detail::fixed_logarithm(pivot);
  terms.quadratic = quadratic(pivots, ratios);
  return terms;
}

/// Does the context reduce to tridiagonal form? Where it does not, eigenvectors take the place of reflectors.
template <class Ctx>
inline constexpr bool tridiagonalises =
    Runs<op::tridiagonalise, backend_of<Ctx>, double>&& Runs<op::apply_reflectors, backend_of<Ctx>, double>;

/// The form of a symmetric n x n matrix and n x m columns, which are overwritten where reflectors work on them and must
/// lie with their m numbers next to each other. On contexts without tridiagonalise T is diagonal.
template <ContextLike Ctx>
[[nodiscard]] TridiagonalForm tridiagonal_form(Ctx& ctx, MatrixView<const double, typename Ctx::space> a,
                                               Matrix<double, typename Ctx::tag>& columns_by_row) {
  using Tag = typename Ctx::tag;
  constexpr const char* purpose = "gsn: tridiagonal form";
  const index_t n = a.rows, fewer = std::max<index_t>(n - 1, 0), m = columns_by_row.rows();
  const MatrixView<double, typename Ctx::space> columns = transposed(columns_by_row.view());
  TridiagonalForm form;
  form.count = m;
  const auto host = [&](Matrix<double, Tag>& by_row) {
    return to_host<Ctx, double>(ctx, VectorView<const double, typename Ctx::space>(by_row.data(), n * m));
  };
  Buffer<double, Tag> d(ctx, n, purpose);
  if constexpr (tridiagonalises<Ctx>) {
    Buffer<double, Tag> e(ctx, fewer, purpose), taus(ctx, fewer, purpose);
    Matrix<double, Tag> reflectors(ctx, n, n, purpose);
    tridiagonalise(ctx, a, d.view(), e.view(), reflectors.view(), taus.view());
    if (m > 0) apply_reflectors(ctx, reflectors.view(), taus.view(), true, columns);
    form.below = to_host(ctx, e);
    form.columns = host(columns_by_row);
  } else {
    Matrix<double, Tag> vectors(ctx, n, n, purpose), turned(ctx, m, n, purpose);
    eigh(ctx, a, d.view(), vectors.view());
    gemm(ctx, 1, columns_by_row.view(), vectors.view(), 0, turned.view());
    form.below.assign(static_cast<std::size_t>(fewer), 0.0);
    form.columns = host(turned);
  }
  form.diagonal = to_host(ctx, d);
  return form;
}

/// terms[k] = what form.at(a, 1 - a) gives at level k.
struct TermsOfLevels {
  const TridiagonalForm* form;
  const double* levels;
  std::optional<LevelTerms>* terms;

  void operator()(index_t k) const { terms[k] = form->at(levels[k], 1 - levels[k]); }
};

/// The terms of every level, at the same time where the context's memory is the host's.
template <ContextLike Ctx>
[[nodiscard]] std::vector<std::optional<LevelTerms>> terms_of(Ctx& ctx, const TridiagonalForm& form,
                                                              const std::vector<double>& levels) {
  std::vector<std::optional<LevelTerms>> terms(levels.size());
  const TermsOfLevels each{&form, levels.data(), terms.data()};
  if constexpr (std::same_as<typename Ctx::space, HostSpace>)
    isonomy::for_each(ctx, static_cast<index_t>(levels.size()), each);
  else
    for (std::size_t k = 0; k < levels.size(); ++k) each(static_cast<index_t>(k));
  return terms;
}

}  // namespace isonomy::gsn::detail
