// syrk of Backend<Cpu>: half of a product, with the bits of gemm.
#pragma once

#include "isonomy/cpu/linalg/packed_product.hpp"

namespace isonomy::cpu {

struct Syrk {
  /// gemm(alpha, transposed(A), A, beta, out), the same bits for about half the work.
  template <Real T>
  static void syrk(Context& ctx, T alpha, MatrixView<const T> a, T beta, MatrixView<T> out) {
    if (out.rows == 0) return;
    // The sums are symmetric, so that either order of the output may stand for the other.
    const bool by_rows = out.column_stride == 1 && out.row_stride != 1;
    PackedProduct<T>(ctx, "syrk", alpha, transposed(a), a, beta, by_rows ? transposed(out) : out,
                     Wanted::lower_mirrored)
        .run();
  }
};

}  // namespace isonomy::cpu
