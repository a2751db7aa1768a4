// Eigenvectors of a tridiagonal matrix made those of the matrix that was reduced to it by way of a band.
#pragma once

#include <algorithm>

#include "isonomy/core/error.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/eigen/kernels.hpp"
#include "isonomy/cpu/linalg/two_stage/band_reduction.hpp"
#include "isonomy/cpu/linalg/two_stage/bulge_chase.hpp"
#include "isonomy/cpu/linalg/two_stage/packed_vectors.hpp"
#include "isonomy/cpu/parallel.hpp"
#include "isonomy/cpu/scratch.hpp"

namespace isonomy::cpu {

/// C = Q*C for the reflectors of BandReduction, and those of BulgeChase, which come first.
///
/// Those of `sweeps` sweeps that are in the same block make one I - V*F*transposed(V), each a row lower in V than the
/// one before. Within so many sweeps, those of later blocks stand left of the others in the product: where they do not
/// in Q the two are apart. Source: Bischof, Lang and Sun, A framework for symmetric band reduction (2000).
class BackTransformation {
 public:
  /// Elements of a workspace for the factors, and of one for the vectors.
  [[nodiscard]] static index_t factors(index_t n, index_t band) {
    const index_t g = sweeps(band);
    return (n / g + 1) * (n / band + 1) * g * g;
  }
  [[nodiscard]] static index_t packed(const Context& ctx, index_t n, index_t count) {
    return PackedVectors::size(gemm_kernel<double>(ctx.instruction_set()), n, count);
  }
  /// Elements that apply() takes from the context for up to n vectors, at most.
  [[nodiscard]] static index_t rooms(const Context& ctx, index_t n, index_t band) {
    return std::min<index_t>(ctx.threads(), (n + least - 1) / least) * round_up(PackedVectors::room(band), 32);
  }

  BackTransformation(Context& ctx, const char* operation, MatrixView<double> a, index_t band,
                     const double* factors_of_band, double* factors)
      : ctx_(ctx), operation_(operation), kernels_(eigen_kernels(ctx.instruction_set())), a_(a), n_(a.rows),
        band_(band), chase_{a, band}, together_(sweeps(band)), blocks_((n_ - 1 + band - 1) / band),
        factors_of_band_(factors_of_band), factors_(factors) {}

  void apply(MatrixView<double> c, double* packed) {
    if (c.columns == 0 || n_ < 3) return;
    find_factors();
    const GemmKernel<double> kernel = gemm_kernel<double>(ctx_.instruction_set());
    const index_t count = strips(ctx_, c.columns), each = strip(ctx_, c.columns);
    Rooms rooms(ctx_, count, static_cast<std::size_t>(PackedVectors::room(band_)), operation_);
    parallel_for(ctx_, count, 1, operation_, [&](index_t s) {
      const index_t first = s * each;
      const Rooms::Room room = rooms.take();
      PackedVectors vectors(kernel, c.column_block(first, std::min(each, c.columns - first)),
                            packed + PackedVectors::size(kernel, n_, first), band_, room.get());
      apply_chase(vectors);
      apply_band(vectors);
      vectors.store();
    });
  }

 private:
  static constexpr index_t least = 24;  ///< vectors of a task: whole groups of every kernel

  [[nodiscard]] static index_t sweeps(index_t band) { return std::max<index_t>(1, band / 2); }
  /// Vectors of a task: fewer where there would not be one for each thread.
  [[nodiscard]] static index_t strip(const Context& ctx, index_t count) {
    return std::min(PackedVectors::most, round_up((count + ctx.threads() - 1) / ctx.threads(), least));
  }
  [[nodiscard]] static index_t strips(const Context& ctx, index_t count) {
    const index_t each = std::max<index_t>(1, strip(ctx, count));
    return (count + each - 1) / each;
  }

  /// Block k of the sweeps from `sweep` on.
  [[nodiscard]] ReflectorBlock block(index_t sweep, index_t k) const {
    const index_t top = chase_.first_row(sweep, k), columns = std::min({together_, chase_.sweeps() - sweep, n_ - top}),
                  rows = std::min(band_ + columns - 1, n_ - top);
    return {top, rows, columns, band_, factors_ + (sweep / together_ * blocks_ + k) * together_ * together_};
  }
  void find_factors() {
    const index_t groups = (chase_.sweeps() + together_ - 1) / together_;
    parallel_for(ctx_, groups, 1, operation_, [&](index_t g) {
      for (index_t k = 0; k < chase_.blocks(g * together_); ++k) find_factor(g * together_, k);
    });
  }
  /// Column j of F: -tau F V^T v, and tau.
  void find_factor(index_t sweep, index_t k) const {
    const ReflectorBlock of = block(sweep, k);
    double products[BulgeChase::most_band];
    double* const f = factors_ + (of.f - factors_);
    for (index_t j = 0; j < of.columns; ++j) {
      const double* const v = chase_.vector(sweep + j, k);
      double* const column = f + j * of.columns;
      std::fill_n(column, of.columns, 0.0);
      for (index_t i = 0; i < j; ++i) {  // rows that both have
        const double* const u = chase_.vector(sweep + i, k) + (j - i);
        const index_t common = chase_.rows(sweep + i, k) - (j - i);
        products[i] = 0;
        kernels_.column_products(u + 1, n_, common - 1, 1, v + 1, products + i);
        products[i] += u[0];
      }
      kernels_.add_columns(f, of.columns, j, j, products, column);
      for (index_t i = 0; i < j; ++i) column[i] *= -v[0];
      column[j] = v[0];
    }
  }

  void apply_chase(PackedVectors& vectors) const {
    const index_t groups = (chase_.sweeps() + together_ - 1) / together_;
    for (index_t g = groups - 1; g >= 0; --g) {
      heed_stop();
      const index_t sweep = g * together_;
      for (index_t k = 0; k < chase_.blocks(sweep); ++k)
        vectors.apply(block(sweep, k), [&](index_t j) { return chase_.vector(sweep + j, k) - j; });
    }
  }
  void apply_band(PackedVectors& vectors) const {
    for (index_t first = (n_ - 1) / band_ * band_; first >= 0; first -= band_) {
      heed_stop();
      const index_t k = BandReduction::reflectors(n_, band_, first), top = first + band_, m = n_ - top;
      if (k > 0)
        vectors.apply({top, m, k, m, factors_of_band_ + first * band_}, [&](index_t j) { return &a_(top, first + j); });
    }
  }
  void heed_stop() const {
    if (ctx_.control().stop.stop_requested()) throw Cancelled(operation_);
  }

  Context& ctx_;
  const char* operation_;
  EigenKernels kernels_;
  MatrixView<double> a_;
  index_t n_, band_;
  ChaseReflectors chase_;
  index_t together_;  ///< sweeps of a block
  index_t blocks_;    ///< of a sweep, at most
  const double* factors_of_band_;
  double* factors_;
};

}  // namespace isonomy::cpu
