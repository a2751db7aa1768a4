// residue_rank_sums: the Mann-Whitney statistic of many features, each a scale averaged over a split's residues.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/functional.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"
#include "isonomy/ops/residue/arithmetic.hpp"
#include "isonomy/ops/residue/problem.hpp"
#include "isonomy/ops/sort/rank_average.hpp"

namespace isonomy {

namespace detail {

/// Feature values of one block's rows as integers of 64 bits, which doubles would not tell apart beyond 2^53, and which
/// rows are tests.
template <class Arithmetic, MemorySpace Space>
struct FeatureKeys {
  ResidueBlock block;
  ScaleViews<Space> scales;
  index_t scale;
  std::int64_t* keys;
  double* is_test;

  ISONOMY_HD void operator()(index_t row) const {
    keys[row] = Arithmetic::key(block, row, scales, scale);
    is_test[row] = row < block.rows.test_rows ? 1.0 : 0.0;
  }
};

struct MultiplyInto {
  const double* factor;
  double* out;
  ISONOMY_HD void operator()(index_t i) const { out[i] *= factor[i]; }
};

/// 2 U of one feature from sorted ranks: the plain form every tuned one must equal.
template <class Arithmetic, class Ctx>
std::uint64_t twice_u_by_sorting(Ctx& ctx, std::span<const ResidueBlock> blocks,
                                 const ScaleViews<typename Ctx::space>& scales, index_t scale) {
  using Tag = typename Ctx::tag;
  using Space = typename Ctx::space;
  index_t rows = 0, test_rows = 0;
  for (const ResidueBlock& b : blocks) {
    rows += b.rows.rows;
    test_rows += b.rows.test_rows;
  }
  Buffer<std::int64_t, Tag> keys(ctx, rows, "residue_rank_sums: keys");
  Buffer<double, Tag> ranks(ctx, rows, "residue_rank_sums: ranks");
  Buffer<double, Tag> is_test(ctx, rows, "residue_rank_sums: groups");
  index_t first = 0;
  for (const ResidueBlock& b : blocks) {
    for_each(ctx, b.rows.rows,
             FeatureKeys<Arithmetic, Space>{b, scales, scale, keys.data() + first, is_test.data() + first});
    first += b.rows.rows;
  }
  const auto offsets = to_device(ctx, std::vector<index_t>{0, rows});
  rank_average(ctx, keys.view(), offsets.view(), ranks.view());
  for_each(ctx, rows, MultiplyInto{is_test.data(), ranks.data()});
  const double rank_sum = transform_reduce(ctx, ranks.view(), 0.0, Plus{}, Identity{});
  return static_cast<std::uint64_t>(2 * rank_sum) -
         static_cast<std::uint64_t>(test_rows) * static_cast<std::uint64_t>(test_rows + 1);
}

}  // namespace detail

namespace op {
/// The Mann-Whitney statistics of many features.
struct residue_rank_sums : Declaration {
  static constexpr const char* name = "residue_rank_sums";
  using elements = std::tuple<Codes>;
  static constexpr Reach reach = Reach::pointers;
  template <class B, class = Codes>
  static constexpr bool own = requires(ContextOf<B>& c, const RankProblem<typename B::space>& p,
                                       std::span<std::uint64_t> out) {
    B::template residue_rank_sums<exact>(c, p, out);
    B::template residue_rank_sums<aaanalysis_1_1>(c, p, out);
  };
  template <class B, class = Codes>
  static constexpr bool derived = requires {
    requires Runs<rank_average, B, std::int64_t>;
    requires Runs<for_each, B>;
    requires Runs<transform_reduce, B, double>;
  };
  template <class B, class Arithmetic, class... A>
  static void call(ContextOf<B>& ctx, Arithmetic, A&&... arguments) {
    B::template residue_rank_sums<Arithmetic>(ctx, std::forward<A>(arguments)...);
  }
  template <class B, class Ctx>
    requires requires(const Ctx& c, index_t n) { B::residue_rank_sums_workspace(c, n, n, n); }
  static std::size_t workspace(const Ctx& ctx, index_t features, index_t rows, index_t blocks) {
    return B::residue_rank_sums_workspace(ctx, features, rows, blocks);
  }
  template <class Ctx, class Arithmetic>
  static void derive(Ctx& ctx, Arithmetic, const RankProblem<typename Ctx::space>& problem,
                     std::span<std::uint64_t> twice_u) {
    for (const RankGroup& g : problem.groups)
      for (index_t i = g.first_scale; i < g.first_scale + g.scales; ++i)
        twice_u[static_cast<std::size_t>(i)] = detail::twice_u_by_sorting<Arithmetic>(
            ctx, problem.blocks.subspan(static_cast<std::size_t>(g.first_block), static_cast<std::size_t>(g.blocks)),
            problem.scales, problem.scale_numbers[static_cast<std::size_t>(i)]);
  }
};
}  // namespace op

/// twice_u[i] = 2 U_1 of the feature (group, scale) that scale_numbers[i] belongs to.
///
/// U_1 = sum of the test rows' average ranks - n1(n1+1)/2, values compared as Arithmetic::key gives them. One result
/// per scale number; every group's scale numbers lie within the list. Every block must have residues.
///
/// Errors: ShapeError. O(rows) per feature in the tuned forms, O(rows log rows) in the plain one; workspace O(rows) per
/// thread. Integers, hence the same for every order of rows, backend and thread count.
template <class Arithmetic, ContextLike Ctx>
  requires Runs<op::residue_rank_sums, backend_of<Ctx>>
void residue_rank_sums(Ctx& ctx, const RankProblem<typename Ctx::space>& problem, std::span<std::uint64_t> twice_u) {
  static constexpr const char* operation = "residue_rank_sums";
  check::that(twice_u.size() == problem.scale_numbers.size(), operation, "out has ", twice_u.size(), " entries for ",
              problem.scale_numbers.size(), " scale numbers; give one per scale number");
  const auto within = [](index_t first, index_t count, std::size_t size) {
    return first >= 0 && count >= 0 && static_cast<std::size_t>(first + count) <= size;
  };
  for (const RankGroup& g : problem.groups) {
    check::that(within(g.first_block, g.blocks, problem.blocks.size()) &&
                    within(g.first_scale, g.scales, problem.scale_numbers.size()),
                operation, "a group reaches beyond the list of blocks or scale numbers");
    for (index_t b = 0; b < g.blocks; ++b) {
      const ResidueBlock& block = problem.blocks[static_cast<std::size_t>(g.first_block + b)];
      check::that(block.split.residues > 0 && block.split.residues <= block.split.slots &&
                      block.rows.test_rows <= block.rows.rows,
                  operation, "a block has ", block.split.residues, " residues in ", block.split.slots,
                  " slots; leave out splits without residues");
    }
  }
  for (const std::uint32_t d : problem.scale_numbers)
    check::that(static_cast<index_t>(d) < problem.scales.scales, operation, "scale number ", d, " of ",
                problem.scales.scales, " scales");
  begin_operation(ctx, operation);
  if (twice_u.empty()) return;
  invoke<op::residue_rank_sums>(ctx, Arithmetic{}, problem, twice_u);
}

/// The bytes that residue_rank_sums() takes from the context at most, for so many features of `rows` rows each, whose
/// groups have `blocks` blocks together; 0 where the backend does not say, by a member of this name and arguments.
template <ContextLike Ctx>
[[nodiscard]] std::size_t residue_rank_sums_workspace(const Ctx& ctx, index_t features, index_t rows, index_t blocks) {
  return workspace_of<op::residue_rank_sums>(ctx, features, rows, blocks);
}

}  // namespace isonomy
