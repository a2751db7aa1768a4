// joint_residue_counts on the host: one task per pair of positions, histograms small enough for the first-level cache.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "isonomy/core/view.hpp"
#include "isonomy/cpu/parallel.hpp"
#include "isonomy/ops/residue/problem.hpp"

namespace isonomy::cpu {

struct JointResidueCounts {
  static void joint_residue_counts(Context& ctx, MatrixView<const std::uint8_t> codes,
                                   VectorView<const PositionPair> pairs, MatrixView<std::uint32_t> out) {
    parallel_chunks(ctx, pairs.size, 16, "joint_residue_counts", [&](index_t begin, index_t end) {
      for (index_t p = begin; p < end; ++p) {
        const VectorView<const std::uint8_t> first = codes.row(pairs(p).first), second = codes.row(pairs(p).second);
        const VectorView<std::uint32_t> counts = out.row(p);
        for (index_t k = 0; k < counts.size; ++k) counts(k) = 0;
        if (codes.columns < square_from || first.stride != 1)
          count_directly(first, second, counts);
        else
          count_square(first.data, second.data, codes.columns, counts);
      }
    });
  }

 private:
  static constexpr index_t square_from = 1500;  // rows from which clearing and folding a square pays

  static void count_directly(VectorView<const std::uint8_t> a, VectorView<const std::uint8_t> b,
                             VectorView<std::uint32_t> counts) {
    for (index_t i = 0; i < a.size; ++i) ++counts(residue_pair(a(i), b(i)));
  }

  /// Counts ordered pairs in four squares in turn, so that repeated pairs do not wait for each other's store.
  static void count_square(const std::uint8_t* a, const std::uint8_t* b, index_t n, VectorView<std::uint32_t> counts) {
    constexpr index_t side = max_residue_codes, squares = 4, block = 1024;
    std::array<std::uint32_t, squares * side * side> table{};
    std::array<std::uint16_t, block> cell;
    for (index_t begin = 0; begin < n; begin += block) {
      const index_t m = std::min(block, n - begin);
      for (index_t i = 0; i < m; ++i)
        cell[static_cast<std::size_t>(i)] = static_cast<std::uint16_t>(a[begin + i] * side + b[begin + i]);
      for (index_t i = 0; i < m; ++i)
        ++table[static_cast<std::size_t>((i % squares) * side * side + cell[static_cast<std::size_t>(i)])];
    }
    for (index_t x = 0; x < side; ++x)
      for (index_t y = 0; y < side; ++y) {
        std::uint32_t sum = 0;
        for (index_t s = 0; s < squares; ++s) sum += table[static_cast<std::size_t>((s * side + x) * side + y)];
        if (sum != 0) counts(residue_pair(x, y)) += sum;
      }
  }
};

}  // namespace isonomy::cpu
