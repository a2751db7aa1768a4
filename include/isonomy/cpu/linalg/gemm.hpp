// gemm of Backend<Cpu>: one result on every instruction set and thread count.
#pragma once

#include <algorithm>
#include <cstddef>

#include "isonomy/cpu/linalg/packed_product.hpp"

namespace isonomy::cpu {

/// The result of a product, in each bit: the sum is the chain s = fma(a_ik, b_kj, s) for ascending k from s = 0; the
/// element becomes s where alpha == 1 and beta == 0, alpha*s where only beta == 0 (the old value is not read), and
/// fma(alpha, s, beta*old) otherwise, beta*old being rounded. Instruction set, thread count and blocking do not matter.
/// NaN payloads are not specified. Workspace: packed copies of at most 2304 rows of A and 2304 columns of B by 1024
/// steps, up to 36 MiB in double; with more steps up to 41 MiB of partial sums, unless alpha == 1, beta == 0 and the
/// output has a unit stride, where they are kept in the output.
struct Gemm {
  template <Real T>
  static void gemm(Context& ctx, T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta, MatrixView<T> out) {
    if (out.rows == 0 || out.columns == 0) return;
    product(ctx, "gemm", alpha, a, b, beta, out).run();
  }
  /// The most bytes that gemm() takes, in whichever order the output stands in memory.
  template <Real T>
  [[nodiscard]] static std::size_t gemm_workspace(const Context& ctx, index_t rows, index_t columns, index_t inner) {
    return std::max(PackedProduct<T>::workspace(ctx, rows, columns, inner),
                    PackedProduct<T>::workspace(ctx, columns, rows, inner));
  }
  /// Tiles are written column by column; a row-major output is the column-major one of the transposed product, which
  /// has the same chains because fma(a, b, s) == fma(b, a, s).
  template <Real T>
  [[nodiscard]] static PackedProduct<T> product(Context& ctx, const char* operation, T alpha, MatrixView<const T> a,
                                                MatrixView<const T> b, T beta, MatrixView<T> out) {
    if (out.column_stride == 1 && out.row_stride != 1)
      return {ctx, operation, alpha, transposed(b), transposed(a), beta, transposed(out), Wanted::all};
    return {ctx, operation, alpha, a, b, beta, out, Wanted::all};
  }
};

}  // namespace isonomy::cpu
