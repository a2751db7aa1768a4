// joint_residue_counts of Backend<Reference>: every row of every pair of positions counted by itself.
#pragma once

#include <cstdint>

#include "isonomy/core/view.hpp"
#include "isonomy/ops/residue/problem.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"

namespace isonomy::reference {

struct JointResidueCounts {
  static void joint_residue_counts(Context& ctx, MatrixView<const std::uint8_t> codes,
                                   VectorView<const PositionPair> pairs, MatrixView<std::uint32_t> out) {
    for (index_t p = 0; p < pairs.size; ++p) {
      const PositionPair pair = pairs(p);
      for (index_t k = 0; k < out.columns; ++k) out(p, k) = 0;
      for_indices(ctx, codes.columns, "joint_residue_counts",
                  [&](index_t row) { ++out(p, residue_pair(codes(pair.first, row), codes(pair.second, row))); });
    }
  }
};

}  // namespace isonomy::reference
