// eigh of Backend<Cpu>: reduction to tridiagonal form in one stage or two, divide and conquer, back-transformation.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/eigen/divide.hpp"
#include "isonomy/cpu/linalg/eigen/reduction.hpp"
#include "isonomy/cpu/linalg/eigen/reflectors.hpp"
#include "isonomy/cpu/linalg/eigen/scaled.hpp"
#include "isonomy/cpu/linalg/two_stage/back_transformation.hpp"
#include "isonomy/cpu/linalg/two_stage/band_reduction.hpp"
#include "isonomy/cpu/linalg/two_stage/bulge_chase.hpp"
#include "isonomy/cpu/memory.hpp"

namespace isonomy::cpu {

/// A symmetric matrix, its eigenvalues and vectors, in working memory.
///
/// Large matrices become tridiagonal by way of a band: by products of blocks, where half of the direct reduction waits
/// for memory. The way back for vectors is longer, so that much is won for few of them, and little for all. Which way
/// is taken depends on the number of rows alone.
class SymmetricEigenproblem {
 public:
  /// Rows from which a matrix is reduced in two stages, and the band between them.
  static constexpr index_t two_stages_from = 2048, usual_band = 64;
  [[nodiscard]] static index_t band_of(index_t n) { return n >= two_stages_from ? usual_band : 0; }

  /// Without a band: in one stage. In pieces: what the heap keeps between calls need not be cleared by the system each
  /// time.
  SymmetricEigenproblem(Context& ctx, const char* operation, index_t n)
      : SymmetricEigenproblem(ctx, operation, n, band_of(n)) {}
  SymmetricEigenproblem(Context& ctx, const char* operation, index_t n, index_t band)
      : ctx_(ctx), operation_(operation), band_(band), matrix_(allocate(of_matrix(n, band))), vectors_(allocate(n * n)),
        workspace_(allocate(of_steps(ctx, n, band))), further_(allocate(of_vectors(ctx, n, band))) {
    const index_t line = round_up(n, 8);
    a_ = column_major(in(matrix_), n, n), q_ = column_major(in(vectors_), n, n);
    d_ = in(matrix_) + round_up(n * n, 8), e_ = d_ + line, tau_ = e_ + line;
    order_ = reinterpret_cast<index_t*>(tau_ + line), factors_ = tau_ + 2 * line;
  }

  /// ValueError where an element of the lower triangle is not finite.
  template <Real T>
  void load(MatrixView<const T> a) {
    exponent_ = load_scaled(ctx_, a, a_, operation_);
  }

  /// All eigenvalues and vectors, or those that `choose` wants.
  void solve(const Choose& choose = {}) {
    reduce();
    DivideAndConquer form(ctx_, operation_, q_, d_, e_, in(workspace_), in(further_));
    if (!form.run(choose))
      throw NoConvergence(
          text::joined(operation_, ": an eigenvalue of a matrix of ", a_.rows,
                       " rows was not found; expected each within 50 steps of the QL method in a piece "
                       "and 120 of a root in a merge; no matrix is known that takes more: solve it with "
                       "its rows and columns in another order, or by another backend"));
    const index_t count = choose ? form.wanted() : a_.rows;
    transform_back(q_.column_block(0, count));
    sort(d_, count, order_);
    if (ctx_.control().stop.stop_requested()) throw Cancelled(operation_);  // outputs are written whole
  }
  /// Bytes that a problem holds, and its largest product: of blocks of reflectors, or of halves of the vectors.
  [[nodiscard]] static std::size_t workspace(const Context& ctx, index_t n) { return workspace(ctx, n, band_of(n)); }
  [[nodiscard]] static std::size_t workspace(const Context& ctx, index_t n, index_t band) {
    const auto product = [&](index_t m, index_t columns, index_t inner) {
      return Gemm::gemm_workspace<double>(ctx, m, columns, inner);
    };
    const auto bytes = [](index_t elements) { return sizeof(double) * static_cast<std::size_t>(elements); };
    const index_t half = (n + 1) / 2, block = Reflectors<double>::block;
    const std::size_t direct = std::max(product(block, n, n), product(n, n, block)),
                      by_band = std::max({product(n, band, band), product(band, band, n),
                                          bytes(BackTransformation::rooms(ctx, n, band))});
    return bytes(of_matrix(n, band) + n * n + of_steps(ctx, n, band) + of_vectors(ctx, n, band)) +
           std::max(band == 0 ? direct : by_band, product(half, n, half));
  }
  /// Places of values in ascending order, of equal ones in the order of places.
  static void sort(const double* values, index_t count, index_t* places) {
    std::iota(places, places + count, index_t{0});
    std::sort(places, places + count,
              [&](index_t i, index_t j) { return values[i] < values[j] || (!(values[j] < values[i]) && i < j); });
  }
  /// An eigenvalue as it is stored.
  template <Real T>
  [[nodiscard]] T stored(double value) const {
    return static_cast<T>(std::ldexp(value, exponent_));
  }

  /// The eigenvalues solved for, ascending, and vectors in the same order, each with its element of largest magnitude
  /// positive.
  template <Real T>
  void store(VectorView<T> w, MatrixView<T> v) const {
    for (index_t j = 0; j < w.size; ++j) {
      const double* const x = &q_(0, order_[j]);
      w(j) = stored<T>(d_[order_[j]]);
      T largest = 0;  // of what is stored, since rounding to T may make ties
      bool negative = false;
      for (index_t i = 0; i < v.rows; ++i)
        if (const T element = static_cast<T>(x[i]); std::abs(element) > largest)
          largest = std::abs(element), negative = element < 0;
      for (index_t i = 0; i < v.rows; ++i) v(i, j) = static_cast<T>(negative ? -x[i] : x[i]);
    }
  }

 private:
  [[nodiscard]] static index_t of_matrix(index_t n, index_t band) { return n * n + 4 * round_up(n, 8) + 8 + n * band; }
  [[nodiscard]] static index_t of_steps(const Context& ctx, index_t n, index_t band) {
    const index_t divided = DivideAndConquer::workspace(n);
    if (band == 0)
      return std::max({TridiagonalReduction::workspace(ctx, n), divided, Reflectors<double>::workspace(n, n)});
    return std::max({BandReduction::workspace(ctx, n, band), BulgeChase::workspace(n, band), divided,
                     BackTransformation::factors(n, band)});
  }
  [[nodiscard]] static index_t of_vectors(const Context& ctx, index_t n, index_t band) {
    return std::max(DivideAndConquer::workspace(n), band == 0 ? 0 : BackTransformation::packed(ctx, n, n));
  }
  /// The tridiagonal form, and the reflectors in place of A.
  void reduce() {
    if (band_ == 0) return TridiagonalReduction(ctx_, operation_, a_, in(workspace_)).run(d_, e_, tau_);
    BandReduction(ctx_, operation_, a_, band_, factors_, in(workspace_)).run();
    BulgeChase(ctx_, operation_, {a_, band_}, in(workspace_)).run(d_, e_);
  }
  /// Vectors of the tridiagonal form become those of A.
  void transform_back(MatrixView<double> c) {
    if (a_.rows <= 1 || c.columns == 0) return;
    if (band_ == 0)
      return Reflectors<double>(ctx_, operation_, a_, VectorView<const double>(tau_, a_.rows - 1), in(workspace_))
          .apply(c, false);
    BackTransformation(ctx_, operation_, a_, band_, factors_, in(workspace_)).apply(c, in(further_));
  }
  [[nodiscard]] Memory::allocation allocate(index_t elements) {
    return Memory::allocate(ctx_, static_cast<std::size_t>(elements) * sizeof(double), operation_);
  }
  [[nodiscard]] static double* in(const Memory::allocation& memory) { return static_cast<double*>(memory.get()); }

  Context& ctx_;
  const char* operation_;
  index_t band_;  ///< 0: the reduction is direct
  Memory::allocation matrix_, vectors_, workspace_, further_;
  MatrixView<double> a_, q_;
  double *d_ = nullptr, *e_ = nullptr, *tau_ = nullptr, *factors_ = nullptr;
  index_t* order_ = nullptr;
  int exponent_ = 0;
};

struct Eigh {
  template <Real T>
  [[nodiscard]] static std::size_t eigh_workspace(const Context& ctx, index_t n) {
    return n == 0 ? 0 : SymmetricEigenproblem::workspace(ctx, n);
  }
  /// One result, in each bit, for any thread count, instruction set and compiler flags; float is solved in double.
  template <Real T>
  static void eigh(Context& ctx, MatrixView<const T> a, VectorView<T> w, MatrixView<T> v) {
    if (a.rows == 0) return;
    SymmetricEigenproblem problem(ctx, "eigh", a.rows);
    problem.load(a);
    problem.solve();
    problem.store(w, v);
  }
};

}  // namespace isonomy::cpu
