// Units that do not vary, removed from the rows that a covariance is made of.
#pragma once

#include <cstddef>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::gsn::detail {

/// rows(:, units(k)) = 0.
template <MemorySpace Space>
struct ZeroColumns {
  MatrixView<double, Space> rows;
  VectorView<const index_t, Space> units;

  ISONOMY_HD void operator()(index_t k) const {
    for (index_t i = 0; i < rows.rows; ++i) rows(i, units(k)) = 0;
  }
};

/// Makes zeros of the columns of these units.
template <ContextLike Ctx>
void clear_units(Ctx& ctx, MatrixView<double, typename Ctx::space> rows, const std::vector<index_t>& units) {
  if (units.empty()) return;
  const auto list = to_device(ctx, units, "gsn: units");
  isonomy::for_each(ctx, list.size(), ZeroColumns<typename Ctx::space>{rows, list.view()});
}
/// Makes zeros of the columns and variances of these units: of what rounding left.
template <ContextLike Ctx>
void clear_units(Ctx& ctx, MatrixView<double, typename Ctx::space> rows, const std::vector<index_t>& units,
                 std::vector<double>& variances) {
  clear_units(ctx, rows, units);
  for (const index_t unit : units) variances[static_cast<std::size_t>(unit)] = 0;
}

}  // namespace isonomy::gsn::detail
