// Passes over blocks of points: their fixed order, their shares in extended precision, and the plain form of a block.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/mixture/kernels/block_sums.hpp"
#include "isonomy/ops/mixture/kernels/scalar.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"

namespace isonomy {

/// Parameters of a mixture that lanes know how to add: SharedMeanPair, NormalComponents.
template <class Term>
concept MixtureTerm = requires(const Term& term, MixtureOrder order, double* sums) {
  { term.outputs(order) } -> std::same_as<int>;
  { term.lane_sums(order) } -> std::same_as<int>;
  { term.lane_scratch() } -> std::same_as<int>;
  block_share(term, order, index_t{}, lanes::LaneRows{sums}, lanes::OutputsInOrder{sums});
};

namespace detail {

/// The plain form: one task per block, lanes one after the other. Its emulation of a device: the lanes of a block are
/// the threads of a warp, and blocks may run in any order. Points: a pointer or WeightedPoints.
template <MixtureOrder order, class Term, class Points, MemorySpace Space>
struct MixtureBlock {
  Term term;
  Points x;
  index_t size;
  MatrixView<double, Space> out, sums;

  ISONOMY_HD void operator()(index_t b) const {
    const index_t first = b * block_points, left = size - first, n = left < block_points ? left : block_points;
    double* const own = &sums(0, b);
    for (int lane = 0; lane < block_lanes; ++lane) lanes::add_lanes<lanes::Lanes, order>(term, x + first, n, lane, own);
    block_outputs(term, order, n, own, &out(0, b));
  }
};

/// out(o, b): output o over block b of the `size` points from x on.
template <class Ctx, class Term, class Points>
void mixture_blocks(Ctx& ctx, const Term& term, MixtureOrder order, const Points& x, index_t size,
                    MatrixView<double, typename Ctx::space> out) {
  Matrix<double, typename Ctx::tag> sums(ctx, (term.lane_sums(order) + term.lane_scratch()) * block_lanes, out.columns,
                                         "mixture_sums");
  using Space = typename Ctx::space;
  if (order == MixtureOrder::value)
    for_each(ctx, out.columns, MixtureBlock<MixtureOrder::value, Term, Points, Space>{term, x, size, out, sums.view()});
  else if (order == MixtureOrder::gradient)
    for_each(ctx, out.columns,
             MixtureBlock<MixtureOrder::gradient, Term, Points, Space>{term, x, size, out, sums.view()});
  else
    for_each(ctx, out.columns,
             MixtureBlock<MixtureOrder::hessian, Term, Points, Space>{term, x, size, out, sums.view()});
}

/// Blocks whose outputs, `rows` doubles each, are held at once: few enough for memory, enough for every thread.
[[nodiscard]] inline index_t mixture_blocks_at_once(index_t rows) {
  return std::clamp<index_t>((index_t{1} << 21) / std::max<index_t>(rows, 1), 64, 512);
}

/// Sums in host memory, as many as the term has outputs.
template <class Term>
void require_sums(const Term& term, MixtureOrder order, VectorView<DoubleDouble> sums, const char* operation) {
  check::usable(sums, operation, "sums");
  check::distinct(sums, operation, "sums");
  const index_t outputs = term.outputs(order);
  check::that(sums.size == outputs, operation, "sums has ", sums.size, " elements and the term ", outputs,
              " outputs; give one for each");
}

}  // namespace detail

/// Adds a block's share. What is not finite has no rounding error to keep.
inline void add_share(DoubleDouble& sum, double share) {
  const double plain = sum.high + share;
  sum = std::isfinite(plain) ? sum + DoubleDouble{share, 0} : DoubleDouble{plain, 0};
}

/// Adds to sums(o) what every block gives, in ascending order. run(first, count, out) fills the columns of `out`,
/// outputs x count, for blocks first .. first + count - 1; `rows` is what a block holds in memory meanwhile.
template <ContextLike Ctx, class Run>
void add_blocks(Ctx& ctx, const char* operation, index_t blocks, index_t rows, VectorView<DoubleDouble> sums,
                const Run& run) {
  const index_t at_once = std::min(blocks, detail::mixture_blocks_at_once(rows));
  Matrix<double, typename Ctx::tag> partial(ctx, sums.size, at_once, operation);
  for (index_t first = 0; first < blocks; first += at_once) {
    const index_t count = std::min(at_once, blocks - first);
    const MatrixView<double, typename Ctx::space> out = partial.view().column_block(0, count);
    begin_operation(ctx, operation);
    run(first, count, out);
    const auto add = [&](MatrixView<const double> host) {
      for (index_t b = 0; b < host.columns; ++b)
        for (index_t o = 0; o < host.rows; ++o) add_share(sums(o), host(o, b));
    };
    if constexpr (std::same_as<typename Ctx::space, HostSpace>) {
      add(out);
    } else {
      const VectorView<const double, typename Ctx::space> flat(partial.data(), sums.size * count);
      const std::vector<double> host = to_host<Ctx, double>(ctx, flat);
      add(column_major(host.data(), sums.size, count));
    }
  }
}

}  // namespace isonomy
