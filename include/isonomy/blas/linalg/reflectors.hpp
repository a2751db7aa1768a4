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
      : ctx_(ctx), operation_(operation), v_(v), apart_(narrow(layout(v)->apart)),
        factors_(ctx, block, (v.rows - 1 + block - 1) / block * block, operation) {
    cpu::parallel_for(ctx, blocks(), 1, operation, [&](index_t b) {
      one_thread();
      LAPACKE_dlarft_work(LAPACK_COL_MAJOR, 'F', 'C', rows(b), count(b), first(b), apart_, tau + b * block, factor(b),
                          block);
    });
  }

  void apply(MatrixView<double> c, bool transpose) {
    const index_t width = std::min(piece(c.columns), c.columns), pieces = (c.columns + width - 1) / width;
    const blasint between = narrow(layout(c)->apart);
    cpu::Rooms rooms(ctx_, pieces, static_cast<std::size_t>(width * block), operation_);
    cpu::parallel_for(ctx_, pieces, 1, operation_, [&](index_t p) {
      const MatrixView<double> part = c.column_block(p * width, std::min(width, c.columns - p * width));
      const auto room = rooms.take();
      one_thread();
      cpu::serial_for(ctx_, blocks(), operation_, [&](index_t step) {
        const index_t b = transpose ? step : blocks() - 1 - step;
        LAPACKE_dlarfb_work(LAPACK_COL_MAJOR, 'L', transpose ? 'T' : 'N', 'F', 'C', rows(b), narrow(part.columns),
                            count(b), first(b), apart_, factor(b), block, &part(b * block + 1, 0), between, room.get(),
                            narrow(part.columns));
      });
    });
  }

 private:
  static constexpr index_t block = 64;

  [[nodiscard]] index_t blocks() const { return factors_.view.columns / block; }
  [[nodiscard]] blasint rows(index_t b) const { return narrow(v_.rows - 1 - b * block); }
  [[nodiscard]] blasint count(index_t b) const { return std::min(narrow(block), rows(b)); }
  [[nodiscard]] const double* first(index_t b) const { return &v_(b * block + 1, b * block); }
  [[nodiscard]] double* factor(index_t b) const { return &factors_.view(0, b * block); }

  cpu::Context& ctx_;
  const char* operation_;
  MatrixView<const double> v_;
  blasint apart_;
  Copy<double> factors_;
};

}  // namespace isonomy::blas
