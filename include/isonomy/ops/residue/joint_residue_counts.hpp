// joint_residue_counts: how often each unordered residue pair stands at each pair of positions.
#pragma once

#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/residue/problem.hpp"

namespace isonomy {

namespace detail {

/// The plain form: one task per pair of positions walks the rows.
template <MemorySpace Space>
struct CountResiduePairs {
  MatrixView<const std::uint8_t, Space> codes;
  VectorView<const PositionPair, Space> pairs;
  MatrixView<std::uint32_t, Space> out;

  ISONOMY_HD void operator()(index_t p) const {
    for (index_t k = 0; k < out.columns; ++k) out(p, k) = 0;
    const PositionPair pair = pairs(p);
    for (index_t row = 0; row < codes.columns; ++row)
      ++out(p, residue_pair(codes(pair.first, row), codes(pair.second, row)));
  }
};

}  // namespace detail

namespace op {
/// How often residue pairs stand at pairs of positions.
struct joint_residue_counts : Declaration {
  static constexpr const char* name = "joint_residue_counts";
  using elements = std::tuple<Codes>;
  template <class B, class = Codes>
  static constexpr bool own = requires(ContextOf<B>& c, MatrixInput<B, std::uint8_t> codes,
                                       Input<B, PositionPair> pairs, MatrixOutput<B, std::uint32_t> out) {
    B::joint_residue_counts(c, codes, pairs, out);
  };
  template <class B, class = Codes>
  static constexpr bool derived = Runs<for_each, B>;
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::joint_residue_counts(std::forward<A>(arguments)...);
  }
  template <class Ctx>
  static void derive(Ctx& ctx, MatrixView<const std::uint8_t, typename Ctx::space> codes,
                     VectorView<const PositionPair, typename Ctx::space> pairs,
                     MatrixView<std::uint32_t, typename Ctx::space> out) {
    isonomy::for_each(ctx, pairs.size, detail::CountResiduePairs<typename Ctx::space>{codes, pairs, out});
  }
};
}  // namespace op

/// out(p, residue_pair(a, b)) = number of rows with residue a at one and b at the other position of pair p.
///
/// Rows are the columns of `codes`: codes positions x rows (unit column stride is fastest), pairs[p], out p x
/// residue_pairs(number of codes). Codes must be below the number of codes that `out` has columns for (unchecked: they
/// come from an encoder).
///
/// Errors: ShapeError, AliasError. O(pairs * rows); integers, hence the same for every order, backend and thread count.
template <ContextLike Ctx>
  requires Runs<op::joint_residue_counts, backend_of<Ctx>>
void joint_residue_counts(Ctx& ctx, MatrixView<const std::uint8_t, typename Ctx::space> codes,
                          VectorView<const PositionPair, typename Ctx::space> pairs,
                          MatrixView<std::uint32_t, typename Ctx::space> out) {
  static constexpr const char* operation = "joint_residue_counts";
  check::usable(codes, operation, "codes");
  check::usable(pairs, operation, "pairs");
  check::usable(out, operation, "out");
  check::distinct(out, operation, "out");
  check::that(out.rows == pairs.size, operation, "out has ", out.rows, " rows for ", pairs.size,
              " pairs; give one row per pair");
  check::no_overlap(out, codes, operation, "out", "codes");
  check::no_overlap(out, pairs, operation, "out", "pairs");
  begin_operation(ctx, operation);
  if (pairs.size == 0 || out.columns == 0) return;
  invoke<op::joint_residue_counts>(ctx, codes, pairs, out);
}

}  // namespace isonomy
