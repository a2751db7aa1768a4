// A symmetric band matrix made tridiagonal by reflectors that chase what they fill off the end of the band.
#pragma once

#include <algorithm>

#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/eigen/kernels.hpp"
#include "isonomy/cpu/linalg/eigen/reflectors.hpp"
#include "isonomy/cpu/linalg/two_stage/kernels.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

/// Where the reflectors of a chase stand: sweep j has one for each `band` rows from j + 1 on. Block k of it begins in
/// row first_row(j, k), and its vector there: tau in the place of the 1, and the rest behind.
struct ChaseReflectors {
  MatrixView<double> a;  ///< n x n with columns of unit stride; they stand above its diagonal
  index_t band;

  /// Sweeps, and blocks of one.
  [[nodiscard]] index_t sweeps() const { return std::max<index_t>(a.rows - 2, 0); }
  [[nodiscard]] index_t blocks(index_t sweep) const { return (a.rows - 1 - sweep + band - 1) / band; }
  [[nodiscard]] index_t first_row(index_t sweep, index_t block) const { return sweep + 1 + block * band; }
  [[nodiscard]] index_t rows(index_t sweep, index_t block) const {
    return std::min(band, a.rows - first_row(sweep, block));
  }
  [[nodiscard]] double* vector(index_t sweep, index_t block) const { return &a(block * band, a.rows - 1 - sweep); }
};

/// B = Q*T*transposed(Q), T tridiagonal, for the band in the lower triangle of A; Q = H_00*H_01*...*H_10*H_11*..., H_jk
/// being block k of sweep j.
///
/// H_j0 reduces column j and fills the block below its own, of which H_j1 reduces the first column, and so on. Sweeps
/// go through the band together, each two blocks behind the one before it, in groups that share what is in cache;
/// groups are tasks of the threads. Sources: Schwarz, Tridiagonalization of a symmetric band matrix (1968); Bischof,
/// Lang and Sun, A framework for symmetric band reduction (2000).
class BulgeChase {
 public:
  static constexpr index_t most_band = 96;

  [[nodiscard]] static index_t workspace(index_t n, index_t band) { return n * column_length(band); }
  BulgeChase(Context& ctx, const char* operation, const ChaseReflectors& reflectors, double* workspace)
      : ctx_(ctx), operation_(operation), eigen_(eigen_kernels(ctx.instruction_set())),
        kernels_(chase_kernels(ctx.instruction_set())), out_(reflectors), n_(reflectors.a.rows), band_(reflectors.band),
        apart_(column_length(band_) - 1), b_(workspace) {}

  /// d holds n, e n - 1 elements.
  void run(double* d, double* e) {
    for (index_t j = 0; j < n_; ++j) {
      double* const column = at(j, j);
      const index_t m = std::min(band_ + 1, n_ - j);
      std::copy_n(&out_.a(j, j), m, column);
      std::fill(column + m, column + column_length(band_), 0.0);
    }
    waves();
    for (index_t j = 0; j < n_; ++j) {
      d[j] = *at(j, j);
      if (j + 1 < n_) e[j] = *at(j + 1, j);
    }
  }

 private:
  static constexpr index_t group = 6, blocks_of_task = 2 * group;

  /// Rows that a bulge reaches, those to the next multiple of 8, and what is above the diagonal of the next column.
  [[nodiscard]] static index_t column_length(index_t band) { return 2 * band + 16; }
  [[nodiscard]] double* at(index_t i, index_t j) const { return b_ + i + j * apart_; }

  /// Task s of group g has blocks s*blocks_of_task - 2*i .. of its i-th sweep. It needs task s - 1 of its group and
  /// s + 1 of the one before, so all of one wave s + 2*g may run at once: the columns that they change are apart.
  void waves() {
    const index_t groups = (out_.sweeps() + group - 1) / group;
    if (groups == 0) return;
    const index_t most = tasks(0), last = 2 * (groups - 1) + most;
    for (index_t wave = 0; wave < last; ++wave) {
      const index_t begin = std::max<index_t>(0, (wave - most + 2) / 2), end = std::min(groups, wave / 2 + 1);
      if (begin < end)
        parallel_for(ctx_, end - begin, 1, operation_, [&](index_t g) {
          const index_t of = begin + g, s = wave - 2 * of;
          if (s < tasks(of)) task(of, s);
        });
    }
  }
  [[nodiscard]] index_t tasks(index_t of) const {
    return (out_.blocks(of * group) + 2 * (group - 1) + blocks_of_task - 1) / blocks_of_task;
  }
  void task(index_t of, index_t s) const {
    for (index_t i = 0; i < group; ++i) {
      const index_t sweep = of * group + i;
      if (sweep >= out_.sweeps()) return;
      const index_t begin = std::max<index_t>(0, s * blocks_of_task - 2 * i),
                    end = std::min(out_.blocks(sweep), (s + 1) * blocks_of_task - 2 * i);
      for (index_t k = begin; k < end; ++k) block(sweep, k);
    }
  }

  void block(index_t sweep, index_t k) const {
    alignas(64) double v[most_band + 8], w[most_band + 8], next[most_band + 8];
    const index_t f = out_.first_row(sweep, k), m = out_.rows(sweep, k), below = f + m,
                  rows = std::min(band_, n_ - below);
    if (k == 0) reduce(at(f, sweep), m, out_.vector(sweep, 0));
    const double tau = take(out_.vector(sweep, k), m, v);
    kernels_.both_sides(at(f, f), apart_, m, v, tau, w);
    if (rows <= 0) return;
    double* const c = at(below, f);
    kernels_.times(c, apart_, rows, m, v, w);
    for (index_t i = 0; i < m; ++i) v[i] = rounded_product(tau, v[i]);
    for (index_t i = 0; i < rows; ++i) c[i] = std::fma(-v[0], w[i], c[i]);
    reduce(c, rows, out_.vector(sweep, k + 1));
    const double further = take(out_.vector(sweep, k + 1), rows, next);
    kernels_.from_both(c + apart_, apart_, rows, m - 1, w, v + 1, next, further);
  }
  /// The reflector that makes all but the first of x 0, which it does.
  void reduce(double* x, index_t m, double* reflector) const {
    std::copy_n(x, m, reflector);
    const double tau = make_reflector(m, reflector, x[0], [this](const double* y, index_t n) {
      double square = 0;
      eigen_.column_products(y, n, n, 1, y, &square);
      return square;
    });
    reflector[0] = tau;
    std::fill_n(x + 1, m - 1, 0.0);
  }
  /// Its tau, and its vector with 0 behind.
  [[nodiscard]] static double take(const double* reflector, index_t m, double* v) {
    std::copy_n(reflector, m, v);
    v[0] = 1;
    std::fill(v + m, v + round_up(m, 8), 0.0);
    return reflector[0];
  }

  Context& ctx_;
  const char* operation_;
  EigenKernels eigen_;
  ChaseKernels kernels_;
  ChaseReflectors out_;
  index_t n_, band_, apart_;
  double* b_;
};

}  // namespace isonomy::cpu
