// The likelihood of held-out rows, pair of units by pair, where no row has all units.
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
#include "isonomy/estimators/gsn/dead_units.hpp"
#include "isonomy/estimators/gsn/levels/problem.hpp"
#include "isonomy/estimators/gsn/levels/singular.hpp"
#include "isonomy/estimators/gsn/levels/tridiagonal_form.hpp"
#include "isonomy/estimators/gsn/regimes/pair_rows.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/log_diagonal_sum.hpp"

namespace isonomy::gsn::detail {

/// out(i, j) = the covariance of units i and j of a list times the scales of both, 1 on the diagonal.
template <MemorySpace Space>
struct ScaledPairs {
  MatrixView<const double, Space> covariance;
  VectorView<const index_t, Space> units;
  VectorView<const double, Space> scales;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t j) const {
    for (index_t i = 0; i < out.rows; ++i)
      out(i, j) = i == j ? 1 : rounded_product(covariance(units(i), units(j)), rounded_product(scales(i), scales(j)));
  }
};

/// Correlations of pairs of units that vary, which need not be positive semidefinite together.
template <ContextLike Ctx>
struct PairCorrelation {
  Matrix<double, typename Ctx::tag> r;
  ScaledUnits living;         ///< with what makes their variances 1
  std::vector<index_t> dead;  ///< those that do not vary
  std::vector<double> logs;   ///< of the variances
  bool usable = true;         ///< false: no unit varies, or one that does not is taken literally
  Extremes extremes;
  index_t rank = 0;
  double rounding = 0;  ///< what rounding of the data may add to an eigenvalue

  [[nodiscard]] index_t units() const { return static_cast<index_t>(living.units.size()); }
  /// Is it not positive definite, shrunk to this level?
  [[nodiscard]] bool singular(double level) const { return is_singular(level, units(), units(), rounding, extremes); }
};

/// `still`: units that are known not to vary, `sizes`: of the numbers of each, `epsilon`: of their type.
template <ContextLike Ctx>
[[nodiscard]] PairCorrelation<Ctx> pair_correlation(Ctx& ctx, PairCovariance<Ctx> of, const std::vector<index_t>& still,
                                                    const std::vector<double>& sizes, double epsilon, DeadUnits rule) {
  constexpr const char* purpose = "gsn: correlations of pairs";
  for (const index_t unit : still) of.variances[static_cast<std::size_t>(unit)] = 0;
  PairCorrelation<Ctx> found;
  if (rule == DeadUnits::drop) found.dead = dead_units(of.variances, sizes, epsilon);
  for (std::size_t i = 0; i < of.variances.size(); ++i) {
    if (std::binary_search(found.dead.begin(), found.dead.end(), static_cast<index_t>(i))) continue;
    if (!(of.variances[i] > 0)) found.usable = false;
    found.living.units.push_back(static_cast<index_t>(i));
    found.living.scales.push_back(1 / std::sqrt(of.variances[i]));
    found.logs.push_back(isonomy::detail::fixed_logarithm(of.variances[i]));
  }
  const auto count = static_cast<index_t>(found.living.units.size());
  found.usable = found.usable && count > 0;
  if (!found.usable) return found;
  found.rounding = rounding_of(of.variances, found.dead, sizes, epsilon);
  const auto units = to_device(ctx, found.living.units, purpose);
  const auto scales = to_device(ctx, found.living.scales, purpose);
  found.r = Matrix<double, typename Ctx::tag>(ctx, count, count, purpose);
  isonomy::for_each(ctx, count,
                    ScaledPairs<typename Ctx::space>{std::as_const(of.covariance).view(), units.view(), scales.view(),
                                                     found.r.view()});
  of.covariance = {};
  Matrix<double, typename Ctx::tag> no_rows(ctx, 0, count, purpose);
  const TridiagonalForm form = tridiagonal_form(ctx, std::as_const(found.r).view(), no_rows);
  found.extremes = form.extremes();
  found.rank = numerical_rank(form, count, found.rounding, found.extremes.largest);
  return found;
}

/// Of units i < j: the held-out rows that both have, the sum of the squares of both over these, and that of their
/// products.
template <MemorySpace Space>
struct MomentsOfPairs {
  MatrixView<const double, Space> rows;
  index_t group;
  bool centred;
  MatrixView<double, Space> counts, squares, products;

  ISONOMY_HD void operator()(index_t at) const {
    const index_t i = at % counts.rows, j = at / counts.rows;
    if (i >= j) return;
    double count = 0;
    Rounded square = 0, product = 0;
    for (index_t first = 0; first < rows.rows; first += group) {
      double common = 0;
      Rounded of_a = 0, of_b = 0, both = 0, ab = 0;
      for (index_t k = first; k < first + group; ++k) {
        const Rounded a = rows(k, i), b = rows(k, j);
        if (!(a * b == a * b)) continue;
        common += 1;
        of_a += a;
        of_b += b;
        both += a * a + b * b;
        ab += a * b;
      }
      if (centred && common < 2) continue;
      count += common;
      square += centred ? both - (of_a * of_a + of_b * of_b) / common : both;
      product += centred ? ab - of_a * of_b / common : ab;
    }
    counts(i, j) = count;
    squares(i, j) = square;
    products(i, j) = product;
  }
};

/// Of unit j with all before it: the rows, those of pairs that are correlated, and the rows times the logarithms of
/// both variances.
template <MemorySpace Space>
struct WeightsOfPairs {
  MatrixView<const double, Space> r, counts;
  VectorView<const double, Space> logs;
  MatrixView<double, Space> out;  ///< units x 3

  ISONOMY_HD void operator()(index_t j) const {
    Rounded rows = 0, correlated = 0, of_logs = 0;
    for (index_t i = 0; i < j; ++i) {
      rows += Rounded(counts(i, j));
      if (r(i, j) != 0) correlated += Rounded(counts(i, j));
      of_logs += Rounded(counts(i, j)) * (Rounded(logs(i)) + logs(j));
    }
    out(j, 0) = rows;
    out(j, 1) = correlated;
    out(j, 2) = of_logs;
  }
};

/// out(j, k) = the sum over all units i before j of the logarithms of determinants, times rows, and of the quadratic
/// forms, of the correlations of both at level k.
template <MemorySpace Space>
struct TermsOfPairs {
  MatrixView<const double, Space> r, counts, squares, products;
  VectorView<const double, Space> levels;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t at) const {
    const index_t j = at % r.rows, k = at / r.rows;
    Rounded sum = 0;
    for (index_t i = 0; i < j; ++i) {
      if (counts(i, j) == 0) continue;
      const Rounded correlation = Rounded(levels(k)) * r(i, j), determinant = 1 - correlation * correlation;
      sum += Rounded(counts(i, j)) * isonomy::detail::fixed_logarithm(determinant);
      sum += (Rounded(squares(i, j)) - 2 * correlation * products(i, j)) / determinant;
    }
    out(j, k) = sum;
  }
};

/// The mean negative log-likelihood of held-out rows of pairs of units, each pair normal with its own covariance.
///
/// A pair with variances v and w, correlation r, and M rows (x, y), has at level a the sum over its rows of
///   log 2 pi + [log v w + log(1 - (a r)^2) + (x^2/v - 2 a r x y/sqrt(v w) + y^2/w)/(1 - (a r)^2)]/2,
/// and the mean is over the rows of all pairs. Of two units that lack nothing it is the likelihood of both.
/// N^2 operations for each row and each level, 3 N^2 numbers.
///
/// Source: Cox and Reid, Biometrika 91 (2004) 729-737; Varin, Reid and Firth, Stat. Sinica 21 (2011) 5-42.
template <ContextLike Ctx>
class PairLikelihood {
 public:
  using Tag = typename Ctx::tag;
  using Space = typename Ctx::space;

  /// `r`: of units whose held-out rows are in units of their spread; `logs`: of their variances.
  PairLikelihood(Ctx& ctx, MatrixView<const double, Space> r, const HeldRows<Ctx>& held,
                 const std::vector<double>& logs)
      : ctx_(ctx), r_(r), counts_(ctx, r.rows, r.rows, purpose), squares_(ctx, r.rows, r.rows, purpose),
        products_(ctx, r.rows, r.rows, purpose) {
    const index_t n = r.rows;
    isonomy::for_each(ctx, n * n,
                      MomentsOfPairs<Space>{held.rows.view(), held.group, held.centred, counts_.view(), squares_.view(),
                                            products_.view()});
    const auto values = to_device(ctx, logs, purpose);
    Matrix<double, Tag> sums(ctx, n, 3, purpose);
    isonomy::for_each(ctx, n, WeightsOfPairs<Space>{r, counts_.view(), values.view(), sums.view()});
    rows_ = sum_of(sums, 0);
    correlated_ = sum_of(sums, 1);
    logs_ = sum_of(sums, 2);
  }

  /// Those of all pairs.
  [[nodiscard]] double rows() const { return rows_; }
  /// Those of pairs that are correlated in training, by which levels differ.
  [[nodiscard]] double correlated_rows() const { return correlated_; }
  /// Each of these levels must be one at which every pair is definite; there are some rows.
  [[nodiscard]] std::vector<double> at(const std::vector<double>& levels) const {
    constexpr double two_log_two_pi = 2 * 1.8378770664093453;
    const auto count = static_cast<index_t>(levels.size());
    const auto values = to_device(ctx_, levels, purpose);
    Matrix<double, Tag> sums(ctx_, r_.rows, count, purpose);
    isonomy::for_each(
        ctx_, r_.rows * count,
        TermsOfPairs<Space>{r_, counts_.view(), squares_.view(), products_.view(), values.view(), sums.view()});
    std::vector<double> nll;
    for (index_t k = 0; k < count; ++k) nll.push_back(0.5 * (two_log_two_pi + (logs_ + sum_of(sums, k)) / rows_));
    return nll;
  }

 private:
  static constexpr const char* purpose = "gsn: likelihoods of pairs";

  [[nodiscard]] double sum_of(const Matrix<double, Tag>& sums, index_t column) const {
    const std::vector<double> terms = to_host<Ctx, double>(ctx_, sums.view().column(column));
    return sum_fixed(terms.data(), static_cast<index_t>(terms.size()));
  }

  Ctx& ctx_;
  MatrixView<const double, Space> r_;
  Matrix<double, Tag> counts_, squares_, products_;
  double rows_ = 0, correlated_ = 0, logs_ = 0;
};

}  // namespace isonomy::gsn::detail
