// joint_residue_counts of Backend<Cuda>: histograms in shared memory, one for each pair of positions and slice of rows.
#pragma once

#include <algorithm>
#include <cstdint>

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/ops/residue/joint_residue_counts.hpp"
#include "isonomy/ops/residue/problem.hpp"

namespace isonomy::device {

/// A block a pair and slice of rows, in a loop over the grid. Of several slices each adds to zeros in `out`.
struct CountJointly {
  static constexpr index_t most_pairs = residue_pairs(max_residue_codes);
  struct Shared {
    std::uint32_t count[most_pairs];
  };

  MatrixView<const std::uint8_t, DeviceSpace> codes;
  VectorView<const PositionPair, DeviceSpace> pairs;
  MatrixView<std::uint32_t, DeviceSpace> out;
  index_t slices;

  __device__ void operator()(const Group& g) const {
    for (index_t task = g.block(); task < pairs.size * slices; task += g.blocks()) {
      const index_t p = task / slices, slice = task % slices;
      count(g, pairs(p), codes.columns * slice / slices, codes.columns * (slice + 1) / slices);
      write(g, p);
    }
  }

 private:
  __device__ void count(const Group& g, const PositionPair& pair, index_t begin, index_t end) const {
    std::uint32_t* const counts = g.shared<Shared>().count;
    for (index_t k = g.thread(); k < most_pairs && k < out.columns; k += g.threads()) counts[k] = 0;
    g.sync();
    for (index_t row = begin + g.thread(); row < end; row += g.threads())
      g.add(&counts[residue_pair(codes(pair.first, row), codes(pair.second, row))], std::uint32_t{1});
    g.sync();
  }
  __device__ void write(const Group& g, index_t p) const {
    const std::uint32_t* const counts = g.shared<Shared>().count;
    for (index_t k = g.thread(); k < out.columns; k += g.threads()) {
      const std::uint32_t rows = k < most_pairs ? counts[k] : 0;
      if (slices == 1)
        out(p, k) = rows;
      else if (rows > 0)
        g.add(&out(p, k), rows);
    }
    g.sync();
  }
};

/// Zero to every element of out.
struct ClearCounts {
  MatrixView<std::uint32_t, DeviceSpace> out;
  __device__ void operator()(index_t e) const { out(e / out.columns, e % out.columns) = 0; }
};

struct JointResidueCounts {
  static void joint_residue_counts(Context& ctx, MatrixView<const std::uint8_t, DeviceSpace> codes,
                                   VectorView<const PositionPair, DeviceSpace> pairs,
                                   MatrixView<std::uint32_t, DeviceSpace> out) {
    if (codes.columns < few_rows)
      return for_indices(ctx, pairs.size, "joint_residue_counts",
                         detail::CountResiduePairs<DeviceSpace>{codes, pairs, out});
    // As many slices as keep the device busy where pairs are few, of so many rows that clearing and adding pay.
    constexpr index_t least_rows = 4096, wanted_tasks = 2048;
    const index_t slices =
        std::clamp<index_t>(std::min(codes.columns / least_rows, wanted_tasks / pairs.size), 1, wanted_tasks);
    if (slices > 1) clear(ctx, out);
    const int threads = codes.columns < 1024 ? 64 : 256;
    launch(ctx, ctx.blocks_for(pairs.size * slices * threads, threads), threads,
           CountJointly{codes, pairs, out, slices});
  }

 private:
  static constexpr index_t few_rows = 32;  // below it a thread a pair is as quick

  static void clear(Context& ctx, MatrixView<std::uint32_t, DeviceSpace> out) {
    constexpr int threads = 256;
    const index_t n = out.rows * out.columns;
    launch(ctx, ctx.blocks_for(n, threads), threads, IndexLoop<ClearCounts>{{out}, 0, n});
  }
};

}  // namespace isonomy::device
