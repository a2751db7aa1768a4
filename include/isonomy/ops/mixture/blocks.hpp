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
#include "isonomy/ops/memory.hpp"
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

/// Can results return to the host in two places by turns, while the backend goes on with what was queued after them?
template <class B>
concept ReturnsMeanwhile = requires(typename B::context& ctx, VectorView<const double, typename B::space> x,
                                    const char* operation) {
  B::begin_return(ctx, 0, x);
  { B::end_return(ctx, 0, operation) } -> std::same_as<const double*>;
};

/// Blocks whose outputs, `rows` doubles each, are held at once: few enough for memory, enough for every thread. So many
/// where the host would wait between them that a pass over 1e8 points waits thrice.
template <ContextLike Ctx>
[[nodiscard]] index_t blocks_at_once(index_t rows) {
  if constexpr (ReturnsMeanwhile<backend_of<Ctx>>)
    return std::clamp<index_t>((index_t{1} << 22) / std::max<index_t>(rows, 1), 64, 4096);
  else
    return std::clamp<index_t>((index_t{1} << 21) / std::max<index_t>(rows, 1), 64, 512);
}

/// Points side by side: themselves, or copied to `room`, so many at a time as a backend copies without waiting for what
/// it queued before.
template <ContextLike Ctx, class T>
[[nodiscard]] VectorView<const T, typename Ctx::space>
side_by_side(Ctx& ctx, VectorView<const T, typename Ctx::space> x, VectorView<T, typename Ctx::space> room) {
  constexpr index_t at_once = 512 * block_points;
  if (x.stride == 1) return x;
  for (index_t first = 0; first < x.size; first += at_once) {
    const index_t count = std::min(at_once, x.size - first);
    copy(ctx, x.subview(first, count), room.subview(first, count));
  }
  return room.subview(0, x.size);
}

/// Sums in host memory, as many as the term has outputs.
inline void require_sums(index_t outputs, VectorView<DoubleDouble> sums, const char* operation) {
  check::usable(sums, operation, "sums");
  check::distinct(sums, operation, "sums");
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
/// outputs x count, for blocks first .. first + count - 1, at most `at_once` of them. Where results can return while
/// the next blocks run, the host adds meanwhile.
template <ContextLike Ctx, class Run>
void add_blocks(Ctx& ctx, const char* operation, index_t blocks, index_t at_once, VectorView<DoubleDouble> sums,
                const Run& run) {
  using Space = typename Ctx::space;
  using B = backend_of<Ctx>;
  constexpr bool meanwhile = detail::ReturnsMeanwhile<B>;
  const index_t most = std::min(blocks, at_once), places = meanwhile && blocks > most ? 2 : 1;
  Matrix<double, typename Ctx::tag> partial(ctx, sums.size, places * most, operation);
  const auto add = [&](const double* shares, index_t count) {
    for (index_t b = 0; b < count; ++b)
      for (index_t o = 0; o < sums.size; ++o) add_share(sums(o), shares[b * sums.size + o]);
  };
  int place = 0;
  for (index_t first = 0; first < blocks; first += most) {
    const index_t count = std::min(most, blocks - first);
    const MatrixView<double, Space> out = partial.view().column_block(place * most, count);
    const VectorView<const double, Space> shares(out.data, sums.size * count);
    begin_operation(ctx, operation);
    run(first, count, out);
    if constexpr (meanwhile) {
      B::begin_return(ctx, place, shares);
      if (first > 0) add(B::end_return(ctx, 1 - place, operation), most);
      if (first + count == blocks) add(B::end_return(ctx, place, operation), count);
      place = 1 - place;
    } else if constexpr (std::same_as<Space, HostSpace>) {
      add(out.data, count);
    } else {
      add(to_host<Ctx, double>(ctx, shares).data(), count);
    }
  }
}

/// The same over rows of x, `size` a block: run(start, rows, out) fills a column of `out` for each block of `rows`,
/// which begin at row `start` of x. `held` doubles a block are what decides how many run at once.
template <ContextLike Ctx, class T, class Run>
void add_row_blocks(Ctx& ctx, const char* operation, MatrixView<const T, typename Ctx::space> x, index_t size,
                    index_t held, VectorView<DoubleDouble> sums, const Run& run) {
  const index_t blocks = (x.rows + size - 1) / size;
  if (blocks == 0) return begin_operation(ctx, operation);
  add_blocks(ctx, operation, blocks, detail::blocks_at_once<Ctx>(held), sums,
             [&](index_t first, index_t count, MatrixView<double, typename Ctx::space> out) {
               const index_t start = first * size;
               run(start, x.row_block(start, std::min(count * size, x.rows - start)), out);
             });
}

}  // namespace isonomy
