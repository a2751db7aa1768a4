// residue_rank_sums of Backend<Reference>: the keys of all rows, sorted, and the references counted below each test.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "isonomy/core/control.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/residue/arithmetic.hpp"
#include "isonomy/ops/residue/problem.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"
#include "isonomy/reference/memory.hpp"
#include "isonomy/reference/sort/order.hpp"

namespace isonomy::reference {

struct ResidueRankSums {
  template <class Arithmetic>
  static void residue_rank_sums(Context& ctx, const RankProblem<HostSpace>& problem, std::span<std::uint64_t> twice_u) {
    index_t most = 0;
    for (const RankGroup& g : problem.groups) most = std::max(most, rows_of(blocks_of(problem, g)));
    Room room(ctx, most);
    ProgressMeter meter(ctx.control(), operation, static_cast<std::int64_t>(problem.scale_numbers.size()));
    for (const RankGroup& g : problem.groups)
      for (index_t i = g.first_scale; i < g.first_scale + g.scales; ++i) {
        const auto place = static_cast<std::size_t>(i);
        twice_u[place] =
            of_feature<Arithmetic>(ctx, blocks_of(problem, g), problem.scales, problem.scale_numbers[place], room);
        meter.advance();
      }
  }

 private:
  static constexpr const char* operation = "residue_rank_sums";

  /// The keys of the rows of a feature, whether each is a test, and room to sort them.
  struct Room {
    Room(Context& ctx, index_t rows)
        : keys(ctx, rows, operation), is_test(ctx, rows, operation), sorter(ctx, rows, operation) {}
    Array<std::int64_t> keys;
    Array<bool> is_test;
    Sorter<std::int64_t> sorter;
  };

  static std::span<const ResidueBlock> blocks_of(const RankProblem<HostSpace>& p, const RankGroup& g) {
    return p.blocks.subspan(static_cast<std::size_t>(g.first_block), static_cast<std::size_t>(g.blocks));
  }
  static index_t rows_of(std::span<const ResidueBlock> blocks) {
    index_t n = 0;
    for (const ResidueBlock& b : blocks) n += b.rows.rows;
    return n;
  }

  /// The pairs of a test and a reference row: 2 where the test is larger, 1 where both are equal.
  template <class Arithmetic>
  static std::uint64_t of_feature(const Context& ctx, std::span<const ResidueBlock> blocks,
                                  const ScaleViews<HostSpace>& scales, index_t d, Room& room) {
    index_t n = 0;
    for (const ResidueBlock& b : blocks)
      for_indices(ctx, b.rows.rows, operation, [&](index_t row) {
        room.keys[n] = key<Arithmetic>(b, row, scales, d);
        room.is_test[n++] = row < b.rows.test_rows;
      });
    const Keyed<std::int64_t>* const sorted = room.sorter.sort(VectorView<const std::int64_t>(room.keys.data(), n));
    std::uint64_t twice_u = 0, references_below = 0;
    for (index_t begin = 0, end; begin < n; begin = end) {  // runs of equal keys
      std::uint64_t tests = 0, references = 0;
      for (end = begin; end < n && sorted[end].key == sorted[begin].key; ++end)
        ++(room.is_test[sorted[end].place] ? tests : references);
      twice_u += tests * (2 * references_below + references);
      references_below += references;
    }
    return twice_u;
  }

  template <class Arithmetic>
  static std::int64_t key(const ResidueBlock& b, index_t row, const ScaleViews<HostSpace>& scales, index_t d) {
    if constexpr (std::same_as<Arithmetic, exact>)
      return exact_key(b, row, scales, d);
    else
      return Arithmetic::key(b, row, scales, d);
  }

  /// 10^5 times the mean of a row's numerators over their denominator, halves to even: written once more, in wide
  /// integers alone, so that a mistake in exact::key would be seen.
  static std::int64_t exact_key(const ResidueBlock& b, index_t row, const ScaleViews<HostSpace>& scales, index_t d) {
    int128_t sum = 0;
    for (std::int32_t k = 0; k < b.split.slots; ++k)
      sum += scales.numerators[d * max_residue_codes + b.rows.codes[b.split.positions[k] * b.rows.stride + row]];
    const int128_t scaled = 100000 * sum, divisor = int128_t{scales.denominators[d]} * b.split.residues;
    int128_t quotient = scaled / divisor, rest = scaled % divisor;
    if (rest < 0) rest += divisor, --quotient;  // the quotient rounded down
    const bool up = 2 * rest > divisor || (2 * rest == divisor && quotient % 2 != 0);
    return static_cast<std::int64_t>(up ? quotient + 1 : quotient);
  }
};

}  // namespace isonomy::reference
