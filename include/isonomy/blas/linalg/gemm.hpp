// gemm of Backend<CpuBlas>: OpenBLAS on fixed pieces of the output, one thread each.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

#include "isonomy/blas/library.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/gemm.hpp"
#include "isonomy/cpu/memory.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::blas {

/// One result, in each bit, for any thread count, on one version of OpenBLAS and one kind of processor: the output is
/// cut into pieces of up to 1024 rows and 256 or 512 columns, by its extents alone, and each is one call on one thread.
///
/// Where BLAS may skip the factors (alpha == 0), for an alpha that is not finite, which OpenBLAS applies to parts of
/// sums, without a step to sum, and where the steps are beyond its integers, Backend<Cpu> does it. Workspace: a copy of
/// each matrix whose strides BLAS does not take; what OpenBLAS packs into is its own.
struct Gemm {
  template <Real T>
  static void gemm(cpu::Context& ctx, T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta,
                   MatrixView<T> out) {
    if (out.rows == 0 || out.columns == 0) return;
    if (alpha == 0 || !std::isfinite(alpha) || a.columns == 0 || !fits(a.columns)) {
      cpu::Gemm::gemm(ctx, alpha, a, b, beta, out);
      return;
    }
    const Input<T> left(ctx, a, "gemm"), right(ctx, b, "gemm");
    const std::optional<Layout> of_out = layout(out);
    if (!of_out) {
      const Copy<T> copy(ctx, out.rows, out.columns, "gemm");
      if (beta != 0) cpu::Memory::copy(ctx, MatrixView<const T>(out), copy.view);
      in_pieces(ctx, alpha, left.view(), right.view(), beta, copy.view);
      cpu::Memory::copy(ctx, MatrixView<const T>(copy.view), out);
    } else if (of_out->turned) {
      in_pieces(ctx, alpha, transposed(right.view()), transposed(left.view()), beta, transposed(out));
    } else {
      in_pieces(ctx, alpha, left.view(), right.view(), beta, out);
    }
  }

  /// The most bytes that gemm() takes: every matrix copied, or the workspace of Backend<Cpu>.
  template <Real T>
  [[nodiscard]] static std::size_t gemm_workspace(const cpu::Context& ctx, index_t rows, index_t columns,
                                                  index_t inner) {
    const auto copies = static_cast<std::size_t>(rows * inner + inner * columns + rows * columns) * sizeof(T);
    return std::max(copies, cpu::Gemm::gemm_workspace<T>(ctx, rows, columns, inner));
  }

 private:
  template <Real T>
  static void in_pieces(cpu::Context& ctx, T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta,
                        MatrixView<T> out) {
    const index_t rows = 1024, columns = piece(out.columns), across = (out.columns + columns - 1) / columns;
    cpu::parallel_for(ctx, (out.rows + rows - 1) / rows * across, 1, "gemm", [=](index_t task) {
      const index_t i = task / across * rows, j = task % across * columns;
      const index_t m = std::min(rows, out.rows - i), n = std::min(columns, out.columns - j);
      one_thread();
      multiply(alpha, a.row_block(i, m), b.column_block(j, n), beta, out.row_block(i, m).column_block(j, n));
    });
  }
};

}  // namespace isonomy::blas
