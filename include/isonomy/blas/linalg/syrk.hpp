// syrk of Backend<CpuBlas>: half of a product, in fixed pieces of the output, one thread each.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "isonomy/blas/library.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/syrk.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::blas {

/// As gemm, and with the same exceptions: squares of 256 or 512 rows on and below the diagonal, mirrored above it.
///
/// Workspace: the products where beta is not 0 or BLAS does not take the strides of the output.
struct Syrk {
  template <Real T>
  static void syrk(cpu::Context& ctx, T alpha, MatrixView<const T> a, T beta, MatrixView<T> out) {
    if (out.rows == 0) return;
    if (alpha == 0 || !std::isfinite(alpha) || a.rows == 0 || !fits(a.rows)) {
      cpu::Syrk::syrk(ctx, alpha, a, beta, out);
      return;
    }
    const Input<T> input(ctx, a, "syrk");
    const std::optional<Layout> of_out = layout(out);
    if (beta == 0 && of_out) {  // the product is symmetric: either order of the output may stand for the other
      const MatrixView<T> by_columns = of_out->turned ? transposed(out) : out;
      lower(ctx, alpha, input.view(), by_columns);
      mirror(ctx, T{0}, MatrixView<const T>(by_columns), by_columns);
      return;
    }
    const Copy<T> product(ctx, out.rows, out.columns, "syrk");
    lower(ctx, alpha, input.view(), product.view);
    mirror(ctx, beta, MatrixView<const T>(product.view), out);
  }

 private:
  template <Real T>
  static void lower(cpu::Context& ctx, T alpha, MatrixView<const T> a, MatrixView<T> out) {
    const index_t side = piece(out.rows), across = (out.rows + side - 1) / side;
    cpu::parallel_for(ctx, across * across, 1, "syrk", [=](index_t task) {
      const index_t i = task / across * side, j = task % across * side;
      if (i < j) return;
      const index_t m = std::min(side, out.rows - i), n = std::min(side, out.rows - j);
      const MatrixView<const T> left = a.column_block(i, m), right = a.column_block(j, n);
      const MatrixView<T> part = out.row_block(i, m).column_block(j, n);
      one_thread();
      if (i == j)
        square(alpha, left, T{0}, part);
      else
        multiply(alpha, MatrixView<const T>(transposed(left)), right, T{0}, part);
    });
  }

  /// out = the symmetric matrix of a lower triangle + beta*out, which may be the matrix of that triangle if beta == 0.
  template <Real T>
  static void mirror(cpu::Context& ctx, T beta, MatrixView<const T> triangle, MatrixView<T> out) {
    constexpr index_t side = 32;
    const auto put = [=](T& element, T value) { element = beta == 0 ? value : value + beta * element; };
    cpu::parallel_for(ctx, (out.rows + side - 1) / side, 1, "syrk", [=](index_t strip) {
      const index_t left = strip * side, right = std::min(out.rows, left + side);
      for (index_t top = left; top < out.rows; top += side)
        for (index_t i = top; i < std::min(out.rows, top + side); ++i)
          for (index_t j = left; j < std::min(right, i + 1); ++j) {
            const T value = triangle(i, j);
            put(out(i, j), value);
            if (i != j) put(out(j, i), value);
          }
    });
  }
};

}  // namespace isonomy::blas
