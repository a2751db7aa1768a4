// Products of Householder reflectors by LAPACK's blocks, on fixed pieces of the columns that they are applied to.
#pragma once

#include <algorithm>
#include <cstddef>

#include "isonomy/blas/library.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/memory.hpp"
#include "isonomy/cpu/parallel.hpp"
#include "isonomy/cpu/scratch.hpp"

namespace isonomy::blas {

/// C = Q*C or transposed(Q)*C for the reflectors that LAPACK's sytrd leaves beneath the first subdiagonal of V.
///
/// As LAPACK's ormtr, which would write to V for a moment: larft once for each block of 64 reflectors, larfb for each
/// piece of columns, one thread a call. V and C by columns.
class Reflectors {
 public:
  Reflectors(cpu::Context& ctx, const char* operation, MatrixView<const double> v, const double* tau)
      : ctx_(ctx), operation_(operation), v_(v),
        factors_(ctx, block, (v.rows - 1 + block - 1) / block * block, operation) {
    cpu::parallel_for(ctx, blocks(), 1, operation, [&](index_t b) {
      one_thread();
      block_factor(reflectors(b), tau + b * block, factor(b));
    });
  }

  void apply(MatrixView<double> c, bool transpose) {
    if (c.columns == 0) return;
    const index_t width = std::min(piece(c.columns), c.columns), pieces = (c.columns + width - 1) / width;
    cpu::Rooms rooms(ctx_, pieces, static_cast<std::size_t>(width * block), operation_);
    cpu::parallel_for(ctx_, pieces, 1, operation_, [&](index_t p) {
      const MatrixView<double> part = c.column_block(p * width, std::min(width, c.columns - p * width));
      const auto room = rooms.take();
      one_thread();
      cpu::serial_for(ctx_, blocks(), operation_, [&](index_t step) {
        const index_t b = transpose ? step : blocks() - 1 - step, first = b * block + 1;
        apply_block(reflectors(b), factor(b), transpose, part.row_block(first, c.rows - first), room.get());
      });
    });
  }

 private:
  static constexpr index_t block = 64;

  [[nodiscard]] index_t blocks() const { return factors_.view.columns / block; }
  [[nodiscard]] MatrixView<const double> reflectors(index_t b) const {
    const index_t first = b * block, rows = v_.rows - 1 - first;
    return v_.row_block(first + 1, rows).column_block(first, std::min(block, rows));
  }
  [[nodiscard]] MatrixView<double> factor(index_t b) const { return factors_.view.column_block(b * block, block); }

  cpu::Context& ctx_;
  const char* operation_;
  MatrixView<const double> v_;
  Copy<double> factors_;
};

}  // namespace isonomy::blas
