// nearest_psd: the positive semidefinite matrix next to a symmetric one.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/dead_units.hpp"
#include "isonomy/estimators/gsn/psd/living_pairs.hpp"
#include "isonomy/estimators/gsn/psd/symmetric.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"
#include "isonomy/ops/linalg/eigen/eigh.hpp"
#include "isonomy/ops/linalg/eigen/eigh_subset.hpp"
#include "isonomy/ops/linalg/eigen/spectrum.hpp"
#include "isonomy/ops/linalg/syrk.hpp"
#include "isonomy/ops/memory.hpp"

namespace isonomy::gsn {

/// What a projected matrix, which has eigenvalues of 0, gets added to its diagonal, so that it has a Cholesky factor:
/// 1e-10 of the mean of the diagonal, 1e-10 as the reference has it whatever the units of the data, or nothing. The
/// mean is over all units, so that those whose variance is by orders below it have little but a ridge: biconvex()
/// warns.
enum class Ridge { relative, absolute, none };

/// Which eigenpairs a projection finds and keeps: all, or those of the sign that fewer eigenvalues have, which it takes
/// and which are found sooner.
enum class Pairs { fewer_sign, all };

/// What nearest_psd() did.
template <ContextLike Ctx>
struct Projection {
  bool projected = false;  ///< false: the matrix was positive definite, and nothing of what follows is there
  index_t negative = 0;    ///< eigenvalues that were negative
  double ridge = 0;        ///< added to the diagonal
  EigenRange kept;         ///< which of all pairs are kept here, in the first places
  Buffer<double, typename Ctx::tag> eigenvalues;   ///< ascending, of the symmetrised matrix
  Matrix<double, typename Ctx::tag> eigenvectors;  ///< as eigh() has them
  index_t dead = 0;  ///< units without variance; of all pairs, theirs come right after the negative eigenvalues
};

namespace detail {

template <class B>
inline constexpr bool can_project = (Runs<op::cholesky, B, double> && Runs<op::eigh, B, double> &&
                                     Runs<op::eigh_subset, B, double> && Runs<op::syrk, B, double>);

/// Makes dead rows those of the identity, or zeros, and adds to the diagonal of the others.
template <MemorySpace Space>
struct SetDead {
  MatrixView<double, Space> m;
  VectorView<const double, Space> dead;
  double diagonal, ridge;

  ISONOMY_HD void operator()(index_t j) const {
    for (index_t i = 0; i < m.rows; ++i)
      if (dead(i) != 0 || dead(j) != 0) m(i, j) = i == j ? diagonal : 0;
    if (dead(j) == 0) m(j, j) += ridge;
  }
};

/// Columns of eigenvectors times the roots of the magnitudes of their eigenvalues.
template <MemorySpace Space>
struct ScaleByRoots {
  MatrixView<const double, Space> v;
  VectorView<const double, Space> w;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t j) const {
    const double root = std::sqrt(std::abs(w(j)));
    for (index_t i = 0; i < v.rows; ++i) out(i, j) = v(i, j) * root;
  }
};

/// Has it a Cholesky factor, dead units aside? That is left in `factor`.
template <ContextLike Ctx>
[[nodiscard]] bool positive_definite(Ctx& ctx, MatrixView<const double, typename Ctx::space> m,
                                     VectorView<const double, typename Ctx::space> dead,
                                     Matrix<double, typename Ctx::tag> factor) {
  copy(ctx, m, factor.view());
  for_each(ctx, m.rows, SetDead<typename Ctx::space>{factor.view(), dead, 1, 0});
  try {
    cholesky(ctx, factor.view());
    return true;
  } catch (const NotPositiveDefinite&) {
    return false;
  }
}

/// Eigenpairs of m, all or those of the sign that fewer have.
template <ContextLike Ctx>
void find_pairs(Ctx& ctx, MatrixView<const double, typename Ctx::space> m,
                VectorView<const double, typename Ctx::space> dead, Pairs pairs, Projection<Ctx>& p) {
  const index_t n = m.rows, most = pairs == Pairs::all ? n : n / 2;
  p.eigenvalues = Buffer<double, typename Ctx::tag>(ctx, most, "nearest_psd: eigenvalues");
  p.eigenvectors = Matrix<double, typename Ctx::tag>(ctx, n, most, "nearest_psd: eigenvectors");
  if (pairs == Pairs::all) {
    const std::vector<index_t> gone = dead_list(ctx, dead);
    p.dead = static_cast<index_t>(gone.size());
    eigh_of_living(ctx, m, gone, p.eigenvalues.view(), p.eigenvectors.view());
    const std::vector<double> w = to_host(ctx, p.eigenvalues);
    p.kept = {0, n};
    p.negative = std::count_if(w.begin(), w.end(), [](double x) { return x < 0; });
  } else {
    p.kept = eigh_subset(ctx, m, Spectrum::smaller_sign_class(), p.eigenvalues.view(), p.eigenvectors.view());
    p.negative = p.kept.first == 0 ? p.kept.count : p.kept.first;
  }
}

/// m less its negative part, by whichever of the two parts has fewer eigenvalues.
template <ContextLike Ctx>
void keep_positive_part(Ctx& ctx, MatrixView<double, typename Ctx::space> m, const Projection<Ctx>& p) {
  const index_t n = m.rows;
  const bool add_back = 2 * p.negative <= n;
  const index_t first = (add_back ? 0 : p.negative) - p.kept.first, count = add_back ? p.negative : n - p.negative;
  Matrix<double, typename Ctx::tag> scaled(ctx, n, count, "nearest_psd: scaled vectors");
  for_each(ctx, count,
           ScaleByRoots<typename Ctx::space>{p.eigenvectors.view().column_block(first, count),
                                             p.eigenvalues.view().subview(first, count), scaled.view()});
  const auto columns = scaled.view();
  syrk(ctx, 1, transposed(MatrixView<const double, typename Ctx::space>(columns)), add_back ? 1 : 0, m);
}

/// The ridge for a projected matrix.
template <ContextLike Ctx>
[[nodiscard]] double ridge_of(Ctx& ctx, MatrixView<const double, typename Ctx::space> m,
                              VectorView<const double, typename Ctx::space> dead, Ridge ridge) {
  constexpr double share = 1e-10;
  if (ridge == Ridge::none) return 0;
  if (ridge == Ridge::absolute) return share;
  Buffer<double, typename Ctx::tag> diagonal(ctx, m.rows, "nearest_psd: diagonal");
  copy(ctx, m.diagonal(), diagonal.view());
  const std::vector<double> d = to_host(ctx, diagonal), gone = to_host<Ctx, double>(ctx, dead);
  double sum = 0, living = 0;
  for (std::size_t i = 0; i < d.size(); ++i) {
    if (gone[i] != 0) continue;
    sum += d[i];
    ++living;
  }
  return living > 0 ? std::max(sum / living * share, 0.0) : 0;
}

}  // namespace detail

/// Replaces a square matrix by the positive semidefinite one nearest to its symmetric part (Frobenius norm).
///
/// The matrix is symmetrised; where it then has a Cholesky factor, it stays as it is, bit for bit. Otherwise negative
/// eigenvalues become 0, and `ridge` is added to the diagonal. Rows and columns of nothing but zeros, units without
/// variance, are left out of all this and stay zeros, unless `rule` takes them literally. With Ridge::relative or none
/// the result scales with the matrix.
///
/// Columns one behind the other (a Matrix). ShapeError, ValueError naming the first element that is not finite; the
/// matrix is unchanged then, and where there is no memory to find out. NoConvergence and OutOfMemory as eigh(). O(n^3):
/// a third of n^3 where it is definite. Workspace: n^2 doubles and those of cholesky() to find out, and for a
/// projection n^2 and those of eigh(), or 2 n^2 with all pairs, 3 n^2 where some units have no variance.
///
/// Deterministic: as cholesky(), eigh() and syrk(). Source: Higham, Linear Algebra Appl. 103 (1988) 103-118.
template <ContextLike Ctx>
  requires(detail::can_project<backend_of<Ctx>>)
Projection<Ctx> nearest_psd(Ctx& ctx, MatrixView<double, typename Ctx::space> m, Ridge ridge, Pairs pairs,
                            DeadUnits rule) {
  constexpr const char* operation = "nearest_psd";
  using Space = typename Ctx::space;
  using Constant = MatrixView<const double, Space>;
  detail::require_square(m, operation, "M");
  detail::require_finite(ctx, Constant(m), operation, "M");
  Projection<Ctx> p;
  Buffer<double, typename Ctx::tag> found(ctx, m.rows, "nearest_psd: units without variance");
  Matrix<double, typename Ctx::tag> factor(ctx, m.rows, m.rows, "nearest_psd: factor");
  detail::symmetrise(ctx, m);
  fill(ctx, found.view(), 0.0);
  if (rule == DeadUnits::drop) for_each(ctx, m.rows, detail::FindDead<Space>{m, found.view()});
  const VectorView<const double, Space> dead = found.view();
  if (m.rows == 0 || detail::positive_definite(ctx, Constant(m), dead, std::move(factor))) return p;
  p.projected = true;
  detail::find_pairs(ctx, Constant(m), dead, pairs, p);
  detail::keep_positive_part(ctx, m, p);
  p.ridge = detail::ridge_of(ctx, Constant(m), dead, ridge);
  for_each(ctx, m.rows, detail::SetDead<Space>{m, dead, 0, p.ridge});
  return p;
}

/// The same, with units without variance left out.
template <ContextLike Ctx>
  requires(detail::can_project<backend_of<Ctx>>)
Projection<Ctx> nearest_psd(Ctx& ctx, MatrixView<double, typename Ctx::space> m, Ridge ridge = Ridge::relative,
                            Pairs pairs = Pairs::fewer_sign) {
  return nearest_psd(ctx, m, ridge, pairs, DeadUnits::drop);
}

}  // namespace isonomy::gsn
