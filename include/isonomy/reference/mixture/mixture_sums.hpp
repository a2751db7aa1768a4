// mixture_sums, multivariate_mixture_sums and both with weights on Backend<Reference>: blocks in order, lanes one after
// the other.
#pragma once

#include <algorithm>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/mixture/kernels/block_sums.hpp"
#include "isonomy/ops/mixture/kernels/scalar.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"
#include "isonomy/ops/mixture/kernels/weighted.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"
#include "isonomy/reference/memory.hpp"

namespace isonomy::reference {

/// The kernels of one lane are the definition of these sums, in each bit: there is nothing plainer to compare with.
struct MixtureSums {
  /// out(o, b): output o over block b of x, any stride.
  template <class Term, Real T>
    requires requires(const Term& term) { lanes::lanes_of<lanes::Lanes, MixtureOrder::value>(term); }
  static void mixture_sums(Context& ctx, const Term& term, MixtureOrder order, VectorView<const T> x,
                           MatrixView<double> out) {
    static constexpr const char* operation = "mixture_sums";
    const Array<T> points(ctx, std::min(x.size, block_points), operation);
    each_block(ctx, operation, term, order, x.size, out, [&](index_t first, index_t n, double* sums) {
      add_lanes(term, order, together(x.subview(first, n), points), n, sums);
    });
  }

  /// As mixture_sums, with a weight for every point, any strides.
  template <class Term, Real T>
    requires requires(const Weighted<Term>& term) { lanes::lanes_of<lanes::Lanes, MixtureOrder::value>(term); }
  static void weighted_mixture_sums(Context& ctx, const Weighted<Term>& term, MixtureOrder order, VectorView<const T> x,
                                    VectorView<const T> weights, MatrixView<double> out) {
    static constexpr const char* operation = "weighted_mixture_sums";
    const index_t most = std::min(x.size, block_points);
    const Array<T> points(ctx, most, operation), their_weights(ctx, most, operation);
    each_block(ctx, operation, term, order, x.size, out, [&](index_t first, index_t n, double* sums) {
      const WeightedPoints<T> block{together(x.subview(first, n), points),
                                    together(weights.subview(first, n), their_weights)};
      add_lanes(term, order, block, n, sums);
    });
  }

  /// As mixture_sums, for the rows of x, any strides.
  template <Real T>
  static void multivariate_mixture_sums(Context& ctx, const MultivariateNormals& term, MixtureOrder order,
                                        MatrixView<const T> x, MatrixView<double> out) {
    each_block(ctx, "multivariate_mixture_sums", term, order, x.rows, out,
               [&](index_t first, index_t n, double* sums) { add_rows(term, order, x, first, n, sums); });
  }

  /// As multivariate_mixture_sums, with a weight for every row, any stride.
  template <Real T>
  static void weighted_multivariate_mixture_sums(Context& ctx, const MultivariateNormals& term, MixtureOrder order,
                                                 MatrixView<const T> x, VectorView<const T> weights,
                                                 MatrixView<double> out) {
    const WeightedRows<T, HostSpace> rows{x, weights};
    each_block(ctx, "weighted_multivariate_mixture_sums", term, order, x.rows, out,
               [&](index_t first, index_t n, double* sums) { add_rows(term, order, rows, first, n, sums); });
  }

 private:
  /// The points of a block without gaps.
  template <class T>
  static const T* together(VectorView<const T> x, const Array<T>& room) {
    for (index_t i = 0; i < x.size; ++i) room[i] = x(i);
    return room.data();
  }

  /// add(first, n, sums) for every block of `points` points, and its outputs.
  template <class Term, class Add>
  static void each_block(Context& ctx, const char* operation, const Term& term, MixtureOrder order, index_t points,
                         MatrixView<double> out, const Add& add) {
    const Array<double> sums(ctx, index_t{term.lane_sums(order) + term.lane_scratch()} * block_lanes, operation);
    const Array<double> outputs(ctx, term.outputs(order), operation);
    for (index_t b = 0; b < out.columns; ++b) {
      heed_stop(ctx, operation);
      const index_t first = b * block_points, n = std::min(block_points, points - first);
      add(first, n, sums.data());
      block_outputs(term, order, n, sums.data(), outputs.data());
      for (index_t o = 0; o < out.rows; ++o) out(o, b) = outputs[o];
    }
  }

  /// The sums of every lane over n points: a pointer, or WeightedPoints.
  template <class Term, class Points>
  static void add_lanes(const Term& term, MixtureOrder order, const Points& points, index_t n, double* sums) {
    using L = lanes::Lanes;
    for (int lane = 0; lane < block_lanes; ++lane) switch (order) {
      case MixtureOrder::value: lanes::add_lanes<L, MixtureOrder::value>(term, points, n, lane, sums); break;
      case MixtureOrder::gradient: lanes::add_lanes<L, MixtureOrder::gradient>(term, points, n, lane, sums); break;
      default: lanes::add_lanes<L, MixtureOrder::hessian>(term, points, n, lane, sums);
      }
  }
  /// The same over rows first .. first + n - 1: a MatrixView, or WeightedRows.
  template <class Rows>
  static void add_rows(const MultivariateNormals& term, MixtureOrder order, const Rows& rows, index_t first, index_t n,
                       double* sums) {
    if (order == MixtureOrder::value)
      lanes::MultivariateBlocks::add<false>(term, rows, first, n, sums);
    else
      lanes::MultivariateBlocks::add<true>(term, rows, first, n, sums);
  }
};

}  // namespace isonomy::reference
