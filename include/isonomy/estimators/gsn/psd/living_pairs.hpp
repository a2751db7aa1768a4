// Eigenpairs of a symmetric matrix in which units without variance have exactly theirs: 0, and themselves.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/eigen/eigh.hpp"
#include "isonomy/ops/memory.hpp"

namespace isonomy::gsn::detail {

/// dead(i) = 1 where row and column i are zeros, else 0.
template <MemorySpace Space>
struct FindDead {
  MatrixView<const double, Space> m;
  VectorView<double, Space> dead;

  ISONOMY_HD void operator()(index_t j) const {
    index_t i = 0;
    while (m(j, j) == 0 && i < m.rows && m(i, j) == 0 && m(j, i) == 0) ++i;
    dead(j) = i == m.rows ? 1 : 0;
  }
};

/// out(i, j) = m(units(i), units(j)).
template <MemorySpace Space>
struct GatherUnits {
  MatrixView<const double, Space> m;
  VectorView<const index_t, Space> units;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t j) const {
    for (index_t i = 0; i < out.rows; ++i) out(i, j) = m(units(i), units(j));
  }
};

/// Column j of `out` is that of number from(j) of `vectors`, an element for each unit, or the unit -1 - from(j) alone.
template <MemorySpace Space>
struct ScatterPairs {
  MatrixView<const double, Space> vectors;
  VectorView<const index_t, Space> units, from;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t j) const {
    const index_t source = from(j);
    for (index_t i = 0; i < out.rows; ++i) out(i, j) = i == -1 - source ? 1 : 0;
    if (source >= 0)
      for (index_t k = 0; k < units.size; ++k) out(units(k), j) = vectors(k, source);
  }
};

/// Which units are dead, ascending.
template <ContextLike Ctx>
[[nodiscard]] std::vector<index_t> dead_list(Ctx& ctx, VectorView<const double, typename Ctx::space> dead) {
  const std::vector<double> marks = to_host<Ctx, double>(ctx, dead);
  std::vector<index_t> list;
  for (std::size_t i = 0; i < marks.size(); ++i)
    if (marks[i] != 0) list.push_back(static_cast<index_t>(i));
  return list;
}

/// eigh(), of the rows and columns of living units; the pairs of dead ones come right after the negative eigenvalues.
/// Where there are any, it takes the square of the number of the others beside what eigh() does.
template <ContextLike Ctx>
void eigh_of_living(Ctx& ctx, MatrixView<const double, typename Ctx::space> m, const std::vector<index_t>& dead,
                    VectorView<double, typename Ctx::space> w, MatrixView<double, typename Ctx::space> v) {
  using Tag = typename Ctx::tag;
  using Space = typename Ctx::space;
  constexpr const char* purpose = "gsn: eigenpairs of living units";
  if (dead.empty()) return eigh(ctx, m, w, v);
  std::vector<index_t> living;
  for (index_t i = 0; i < m.rows; ++i)
    if (!std::binary_search(dead.begin(), dead.end(), i)) living.push_back(i);
  const auto count = static_cast<index_t>(living.size());
  const auto units = to_device(ctx, living, purpose);
  Matrix<double, Tag> vectors(ctx, count, count, purpose);
  Buffer<double, Tag> values(ctx, count, purpose);
  const MatrixView<double, Space> block = v.row_block(0, count).column_block(0, count);  // until v is written
  isonomy::for_each(ctx, count, GatherUnits<Space>{m, units.view(), block});
  eigh(ctx, MatrixView<const double, Space>(block), values.view(), vectors.view());
  std::vector<double> all = to_host(ctx, values);
  const auto zero = std::lower_bound(all.begin(), all.end(), 0.0);
  std::vector<index_t> from;
  for (index_t k = 0; k < count; ++k) from.push_back(k);
  std::vector<index_t> themselves;
  for (const index_t unit : dead) themselves.push_back(-1 - unit);
  from.insert(from.begin() + (zero - all.begin()), themselves.begin(), themselves.end());
  all.insert(zero, dead.size(), 0.0);
  const auto sources = to_device(ctx, from, purpose);
  const auto every_value = to_device(ctx, all, purpose);
  copy(ctx, every_value.view(), w);
  isonomy::for_each(
      ctx, m.rows,
      ScatterPairs<Space>{MatrixView<const double, Space>(vectors.view()), units.view(), sources.view(), v});
}

}  // namespace isonomy::gsn::detail
