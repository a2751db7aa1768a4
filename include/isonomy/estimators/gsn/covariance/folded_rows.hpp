// Rows of which their product with themselves is wanted: themselves while they are few, else a triangle in their place.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/qr.hpp"

namespace isonomy::gsn::detail {

/// out(to(i), j) = scale * in(i, j), for column j.
template <MemorySpace Space>
struct PlaceRows {
  MatrixView<const double, Space> in;
  VectorView<const index_t, Space> to;
  double scale;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t j) const {
    for (index_t i = 0; i < in.rows; ++i) out(to(i), j) = rounded_product(scale, in(i, j));
  }
};

/// Puts scaled rows where `to` says, which is as long as there are rows.
template <ContextLike Ctx>
void place_rows(Ctx& ctx, MatrixView<const double, typename Ctx::space> in, const std::vector<index_t>& to,
                double scale, MatrixView<double, typename Ctx::space> out) {
  const auto places = to_device(ctx, to, "gsn: places of rows");
  isonomy::for_each(ctx, in.columns, PlaceRows<typename Ctx::space>{in, places.view(), scale, out});
}

/// `total` rows of units, which come in blocks of `block`.
///
/// All are kept where they are no more than the units and the larger of units and block. Where they are more, they come
/// in a store of that size: when it is full, R of its qr takes the place of its rows, whose product with themselves is
/// the same but for the rounding of each column, however small the unit is beside others; a Gram matrix would have no
/// rows to go on with.
template <ContextLike Ctx>
class FoldedRows {
 public:
  using Space = typename Ctx::space;
  using Rows = Matrix<double, typename Ctx::tag>;

  FoldedRows() = default;
  FoldedRows(Ctx& ctx, index_t units, index_t total, index_t block)
      : block_(block), folds_(total > most_kept(units, total, block)),
        rows_(ctx, most_kept(units, total, block), units, purpose) {}

  /// How many there is room for.
  [[nodiscard]] static index_t most_kept(index_t units, index_t total, index_t block) {
    return std::min(total, units + std::max(units, block));
  }
  /// The doubles that are there for a while when rows fold: a copy of them, and what qr() takes of m rows and n
  /// columns, 2 m n and 64 (m + 3 n) with some more.
  [[nodiscard]] static index_t to_fold(index_t units, index_t block) {
    constexpr index_t panel = 64;
    const index_t rows = units + std::max(units, block);
    return (3 * rows + units) * units + panel * (rows + 3 * units + rows / 64 + 8);
  }

  /// Are there more rows than are kept?
  [[nodiscard]] bool folds() const { return folds_; }
  /// The rows, or others with the same product.
  [[nodiscard]] MatrixView<const double, Space> view() const { return rows_.view().row_block(0, used_); }

  /// Room for the block of this place among all; of rows that fold, for the next.
  [[nodiscard]] MatrixView<double, Space> room(Ctx& ctx, index_t place) {
    if (!folds_) return rows_.view().row_block(place * block_, block_);
    if (used_ + block_ > rows_.rows()) fold(ctx);
    return rows_.view().row_block(used_, block_);
  }
  /// The block that room() was for is there.
  void keep() { used_ += block_; }

 private:
  static constexpr const char* purpose = "gsn: rows of a stream";

  /// What is kept changes when all is done: an error leaves it as it was.
  void fold(Ctx& ctx) {
    const index_t units = rows_.columns();
    Rows q(ctx, rows_.rows(), units, purpose), r(ctx, units, units, purpose);
    qr<Ctx, double>(ctx, view(), q.view().row_block(0, used_), r.view());
    std::vector<index_t> first;
    for (index_t i = 0; i < units; ++i) first.push_back(i);
    place_rows(ctx, std::as_const(r).view(), first, 1, q.view());
    std::swap(rows_, q);
    used_ = units;
  }

  index_t block_ = 0, used_ = 0;
  bool folds_ = false;
  Rows rows_;
};

}  // namespace isonomy::gsn::detail
