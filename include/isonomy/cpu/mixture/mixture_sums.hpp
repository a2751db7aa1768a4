// mixture_sums, multivariate_mixture_sums and both with weights on the host: blocks on threads, lanes in the registers
// of the context's instruction set.
#pragma once

#include <algorithm>

#include "isonomy/core/error.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/instruction_set.hpp"
#include "isonomy/cpu/mixture/kernels.hpp"
#include "isonomy/cpu/parallel.hpp"
#include "isonomy/cpu/scratch.hpp"
#include "isonomy/ops/mixture/kernels/block_sums.hpp"
#include "isonomy/ops/mixture/kernels/scalar.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"
#include "isonomy/ops/mixture/kernels/weighted.hpp"

namespace isonomy::cpu {

struct MixtureSums {
  /// out(o, b): output o over block b of x. x has unit stride. For terms that have a form for every register.
  template <class Term, Real T>
    requires requires(const Term& term) { lanes::lanes_of<lanes::Lanes, MixtureOrder::value>(term); }
  static void mixture_sums(Context& ctx, const Term& term, MixtureOrder order, VectorView<const T> x,
                           MatrixView<double> out) {
    blocks(ctx, term, order, x.data, x.size, out, "mixture_sums");
  }

  /// As mixture_sums, with a weight for every point. x and weights have unit stride.
  template <class Term, Real T>
    requires requires(const Weighted<Term>& term) { lanes::lanes_of<lanes::Lanes, MixtureOrder::value>(term); }
  static void weighted_mixture_sums(Context& ctx, const Weighted<Term>& term, MixtureOrder order, VectorView<const T> x,
                                    VectorView<const T> weights, MatrixView<double> out) {
    blocks(ctx, term, order, WeightedPoints<T>{x.data, weights.data}, x.size, out, "weighted_mixture_sums");
  }

  /// As mixture_sums, for the rows of x, any strides.
  template <Real T>
  static void multivariate_mixture_sums(Context& ctx, const MultivariateNormals& term, MixtureOrder order,
                                        MatrixView<const T> x, MatrixView<double> out) {
    multivariate_blocks(ctx, term, order, x, x.rows, out, "multivariate_mixture_sums");
  }

  /// As multivariate_mixture_sums, with a weight for every row, any stride.
  template <Real T>
  static void weighted_multivariate_mixture_sums(Context& ctx, const MultivariateNormals& term, MixtureOrder order,
                                                 MatrixView<const T> x, VectorView<const T> weights,
                                                 MatrixView<double> out) {
    multivariate_blocks(ctx, term, order, WeightedRows<T, HostSpace>{x, weights}, x.rows, out,
                        "weighted_multivariate_mixture_sums");
  }

 private:
  static constexpr index_t too_few = 12;  // blocks that one thread finishes before another has started

  /// The blocks of `size` rows, a MatrixView or WeightedRows.
  template <class Points>
  static void multivariate_blocks(Context& ctx, const MultivariateNormals& term, MixtureOrder order, const Points& x,
                                  index_t size, MatrixView<double> out, const char* operation) {
    const auto of_order = [order]<class Kernels>(Kernels) {
      return order == MixtureOrder::value ? &Kernels::template add<false, Points>
                                          : &Kernels::template add<true, Points>;
    };
#if defined(__x86_64__)
    const auto add = with_kernels<lanes::MultivariateBlocks, avx2::MultivariateBlocks, avx512::MultivariateBlocks>(
        ctx.instruction_set(), of_order);
#else
    const auto add = of_order(lanes::MultivariateBlocks{});
#endif
    each_block(ctx, term, order, size, out, operation,
               [&](index_t first, index_t n, double* sums, double*) { add(term, x, first, n, sums); });
  }

  /// Adds one block of a term's points to the sums of its lanes, in some instruction set.
  template <class Term, class Points>
  using AddBlock = void (*)(const Term& term, const Points& x, index_t n, double* sums, double* spare);

  template <class Term, class Points>
  static AddBlock<Term, Points> kernel(InstructionSet set, MixtureOrder order) {
    const auto of_order = [order]<class Blocks>(Blocks) -> AddBlock<Term, Points> {
      switch (order) {
      case MixtureOrder::value: return &Blocks::template add<MixtureOrder::value, Term, Points>;
      case MixtureOrder::gradient: return &Blocks::template add<MixtureOrder::gradient, Term, Points>;
      default: return &Blocks::template add<MixtureOrder::hessian, Term, Points>;
      }
    };
#if defined(__x86_64__)
    return with_kernels<lanes::MixtureBlocks, avx2::MixtureBlocks, avx512::MixtureBlocks>(set, of_order);
#else
    return of_order(lanes::MixtureBlocks{});
#endif
  }

  template <class Term, class Points>
  static void blocks(Context& ctx, const Term& term, MixtureOrder order, const Points& x, index_t size,
                     MatrixView<double> out, const char* operation) {
    const AddBlock<Term, Points> add = kernel<Term, Points>(ctx.instruction_set(), order);
    each_block(ctx, term, order, size, out, operation,
               [&](index_t first, index_t n, double* sums, double* spare) { add(term, x + first, n, sums, spare); });
  }

  /// add(first, n, sums, spare) for every block of `points` points, and its outputs.
  template <class Term, class Add>
  static void each_block(Context& ctx, const Term& term, MixtureOrder order, index_t points, MatrixView<double> out,
                         const char* operation, const Add& add) {
    const index_t count = out.columns;
    const index_t grain =
        count <= too_few ? too_few : std::clamp<index_t>(count / (index_t{32} * ctx.threads()), 1, 64);
    // Rooms begin where a cache line does: else every other 64-byte register would straddle two.
    const auto size =
        (static_cast<std::size_t>(term.lane_sums(order)) + static_cast<std::size_t>(term.lane_scratch())) * block_lanes;
    Rooms rooms(ctx, (count + grain - 1) / grain, 2 * size, operation);
    parallel_chunks(ctx, count, grain, operation, [&](index_t begin, index_t end) {
      const auto room = rooms.take();
      double* const sums = room.get();
      for (index_t b = begin; b < end; ++b) {
        if (ctx.control().stop.stop_requested()) throw Cancelled(operation);  // a block may take long
        const index_t first = b * block_points, n = std::min(block_points, points - first);
        add(first, n, sums, sums + size);
        block_outputs(term, order, n, sums, &out(0, b));
      }
    });
  }
};

}  // namespace isonomy::cpu
