// row_statistics of Backend<Cuda>: integers summed by warps, a feature and a piece of the rows each; or rounded sums in
// the order of the rows, a feature a block.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/ops/residue/arithmetic.hpp"
#include "isonomy/ops/residue/problem.hpp"
#include "isonomy/ops/residue/statistics.hpp"

namespace isonomy::device {

/// Rows of one group and one class.
struct RowPiece {
  index_t group, begin, end;
  int is_test;
  int last;  ///< of its group and class
};
struct RowSums {
  int128_t sum, squares;
};

/// The sums of a feature's integers over a piece of the rows, a warp each: integers, so that their order does not
/// matter.
template <RowValues values>
struct SumPieces {
  FeatureProblem<DeviceSpace> data;
  const RowPiece* pieces;
  index_t piece_count;
  RowSums* sums;  // features x pieces
  index_t first, count;

  __device__ void operator()(const Group& g) const {
    for (index_t task = g.block() * g.warps() + g.warp(); task < count * piece_count; task += g.blocks() * g.warps()) {
      const FeatureRequest request = data.requests[first + task / piece_count];
      const RowPiece piece = pieces[task % piece_count];
      const ResidueBlock block = data.block(request, piece.group);
      RowSums own{0, 0};
      for (index_t row = piece.begin + g.lane(); row < piece.end; row += warp_lanes) {
        const std::int64_t m = residue::ExactRows<values>::value(data, request, block, row);
        own.sum += m;
        own.squares += int128_t{m} * m;
      }
      own = {of_warp(g, own.sum), of_warp(g, own.squares)};
      if (g.lane() == 0) sums[task] = own;
    }
  }

 private:
  __device__ static int128_t of_warp(const Group& g, int128_t x) {
    for (int apart = warp_lanes / 2; apart > 0; apart /= 2) {
      const auto low = static_cast<std::uint64_t>(x);
      const auto high = static_cast<std::int64_t>(x >> 64);
      x += (static_cast<int128_t>(g.shuffle_xor(high, apart)) << 64) + g.shuffle_xor(low, apart);
    }
    return x;
  }
};

/// The statistics of one feature from the sums over its pieces, which stand in the order of the groups.
template <RowValues values>
struct FoldPieces {
  FeatureProblem<DeviceSpace> data;
  const RowPiece* pieces;
  index_t piece_count;
  const RowSums* sums;
  index_t first;
  MatrixView<double, DeviceSpace> out;

  __device__ void operator()(index_t i) const {
    using Rows = residue::ExactRows<values>;
    const FeatureRequest request = data.requests[first + i];
    residue::ExactSums all;
    RowSums here{0, 0};
    for (index_t p = 0; p < piece_count; ++p) {
      const RowPiece& piece = pieces[p];
      here.sum += sums[i * piece_count + p].sum;
      here.squares += sums[i * piece_count + p].squares;
      if (piece.last == 0) continue;
      all.add(piece.is_test, here.sum, here.squares,
              Rows::group_denominator(data.slots[request.first_slot + piece.group]));
      here = {0, 0};
    }
    const FeatureStatistics s =
        all.statistics(Rows::denominator(data, request), static_cast<double>(data.rows - data.test_rows),
                       static_cast<double>(data.test_rows));
    out(first + i, 0) = s.difference;
    out(first + i, 1) = s.std_test;
    out(first + i, 2) = s.std_reference;
  }
};

/// Features by turns, a block each: all threads find the values of some rows, the first adds them in their order while
/// the others are at the next ones.
template <RowValues values>
struct AddInOrder {
  static constexpr int most_threads = 256;
  struct Shared {
    double value[2][most_threads];
    bool test[2][most_threads];
  };

  FeatureProblem<DeviceSpace> data;
  MatrixView<double, DeviceSpace> out;
  index_t first, count;

  __device__ void operator()(const Group& g) const {
    for (index_t i = first + g.block(); i < first + count; i += g.blocks()) describe(g, i);
  }

 private:
  __device__ void describe(const Group& g, index_t i) const {
    const FeatureRequest request = data.requests[i];
    const auto tests = static_cast<double>(data.test_rows),
               references = static_cast<double>(data.rows - data.test_rows);
    double test_sum = 0, reference_sum = 0, test_squares = 0, reference_squares = 0;
    in_order(g, request, [&](bool test, double x) {
      if (test)
        test_sum += x;
      else
        reference_sum += x;
    });
    const double test_mean = test_sum / tests, reference_mean = reference_sum / references;
    in_order(g, request, [&](bool test, double x) {
      const double d = x - (test ? test_mean : reference_mean), square = rounded_product(d, d);
      if (test)
        test_squares += square;
      else
        reference_squares += square;
    });
    if (g.thread() != 0) return;
    out(i, 0) = test_mean - reference_mean;
    out(i, 1) = std::sqrt(test_squares / tests);
    out(i, 2) = std::sqrt(reference_squares / references);
  }
  /// add(is_test, value) for every row in its order, by the first thread.
  template <class Add>
  __device__ void in_order(const Group& g, const FeatureRequest& request, const Add& add) const {
    Shared& s = g.shared<Shared>();
    int turn = 0;
    for (index_t begin = 0; begin < data.rows; begin += g.threads(), turn ^= 1) {
      const index_t i = begin + g.thread();
      if (i < data.rows) {
        const RowPlace place = data.places[i];
        const ResidueBlock block = data.block(request, place.group);
        s.test[turn][g.thread()] = place.column < block.rows.test_rows;
        s.value[turn][g.thread()] = residue::reference_value<values>(data, request, block, place.column);
      }
      g.sync();
      if (g.thread() != 0) continue;
      const index_t rows = data.rows - begin;
      for (int k = 0; k < g.threads() && k < rows; ++k) add(s.test[turn][k], s.value[turn][k]);
    }
    g.sync();
  }
};

struct RowStatistics {
  /// The bytes that row_statistics() takes at most: under `exact`, for `aaanalysis_1_1` takes none.
  [[nodiscard]] static std::size_t row_statistics_workspace(const Context&, index_t features, index_t rows,
                                                            index_t groups) {
    const index_t pieces = rows / piece_rows + 2 * groups;  // at most: each class of a group ends with a shorter one
    const index_t sums = std::min(std::min(features, piece) * pieces, std::max(most_sums, pieces));
    return static_cast<std::size_t>(std::max<index_t>(pieces, 1)) * sizeof(RowPiece) +
           static_cast<std::size_t>(std::max<index_t>(sums, 1)) * sizeof(RowSums);
  }
  template <class Arithmetic>
  static void row_statistics(Context& ctx, const FeatureProblem<DeviceSpace>& problem, RowValues values,
                             MatrixView<double, DeviceSpace> out) {
    if (values == RowValues::averaged)
      describe<Arithmetic, RowValues::averaged>(ctx, problem, out);
    else
      describe<Arithmetic, RowValues::rounded>(ctx, problem, out);
  }

 private:
  static constexpr const char* operation = "row_statistics";
  static constexpr index_t most_sums = index_t{1} << 19;  // 16 MB, or one feature's
  static constexpr index_t piece_rows = 1024;
  static constexpr index_t piece = 8192;  // features between looks at the caller's wish to stop

  template <class Arithmetic, RowValues values>
  static void describe(Context& ctx, const FeatureProblem<DeviceSpace>& problem, MatrixView<double, DeviceSpace> out) {
    if constexpr (std::same_as<Arithmetic, exact>)
      by_pieces<values>(ctx, problem, out);
    else
      in_order<values>(ctx, problem, out);
  }

  template <RowValues values>
  static void by_pieces(Context& ctx, const FeatureProblem<DeviceSpace>& problem, MatrixView<double, DeviceSpace> out) {
    const std::vector<RowPiece> host = pieces_of(problem);
    const auto piece_count = static_cast<index_t>(host.size());
    const Room<RowPiece> pieces(ctx, std::max<index_t>(piece_count, 1), operation);
    Memory::copy_from_host<RowPiece>(ctx, {host.data(), piece_count}, {pieces.data(), piece_count});
    const index_t at_once =
        std::clamp<index_t>(most_sums / std::max<index_t>(piece_count, 1), 1, std::min(problem.features, piece));
    const Room<RowSums> sums(ctx, std::max<index_t>(at_once * piece_count, 1), operation);
    in_pieces(ctx, problem.features, at_once, operation, [&](index_t first, index_t count) {
      constexpr int threads = 128, fold_threads = 64;
      launch(ctx, ctx.blocks_for(count * piece_count * warp_lanes, threads), threads,
             SumPieces<values>{problem, pieces.data(), piece_count, sums.data(), first, count});
      const FoldPieces<values> fold{problem, pieces.data(), piece_count, sums.data(), first, out};
      launch(ctx, ctx.blocks_for(count, fold_threads), fold_threads, IndexLoop<FoldPieces<values>>{fold, 0, count});
    });
  }
  /// The rows of every group, tests first, in pieces that are long enough for a warp.
  static std::vector<RowPiece> pieces_of(const FeatureProblem<DeviceSpace>& problem) {
    std::vector<RowPiece> pieces;
    for (index_t g = 0; g < problem.group_count; ++g) {
      const ResidueRows& rows = problem.host_groups[g];
      for (const int is_test : {1, 0}) {
        const index_t end = is_test != 0 ? rows.test_rows : rows.rows;
        for (index_t begin = is_test != 0 ? 0 : rows.test_rows; begin < end; begin += piece_rows)
          pieces.push_back({g, begin, std::min(begin + piece_rows, end), is_test, begin + piece_rows >= end ? 1 : 0});
      }
    }
    return pieces;
  }

  template <RowValues values>
  static void in_order(Context& ctx, const FeatureProblem<DeviceSpace>& problem, MatrixView<double, DeviceSpace> out) {
    const int threads = problem.rows < 64 ? 32 : problem.rows < 1024 ? 64 : AddInOrder<values>::most_threads;
    in_pieces(ctx, problem.features, piece, operation, [&](index_t first, index_t count) {
      launch(ctx, ctx.blocks_for(count * threads, threads), threads, AddInOrder<values>{problem, out, first, count});
    });
  }
};

}  // namespace isonomy::device
