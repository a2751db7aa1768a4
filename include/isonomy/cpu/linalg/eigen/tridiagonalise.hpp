// tridiagonalise and apply_reflectors of Backend<Cpu>: blocked reduction, and reflectors applied in blocks.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/eigen/reduction.hpp"
#include "isonomy/cpu/linalg/eigen/reflectors.hpp"
#include "isonomy/cpu/linalg/eigen/scaled.hpp"
#include "isonomy/cpu/memory.hpp"
#include "isonomy/cpu/parallel.hpp"

namespace isonomy::cpu {

/// Both work in double, whatever T is, and have one result, in each bit, for any thread count, instruction set and
/// compiler flags.
struct Tridiagonalise {
  template <Real T>
  [[nodiscard]] static std::size_t tridiagonalise_workspace(const Context& ctx, index_t n) {
    return n == 0 ? 0 : sizeof(double) * static_cast<std::size_t>(elements(ctx, n));
  }
  template <Real T>
  static void tridiagonalise(Context& ctx, MatrixView<const T> a, VectorView<T> d, VectorView<T> e,
                             MatrixView<T> reflectors, VectorView<T> taus) {
    constexpr const char* operation = "tridiagonalise";
    const index_t n = a.rows, line = round_up(n, 8), square = round_up(n * n, 8);
    if (n == 0) return;
    const auto memory = room_of(ctx, elements(ctx, n), operation);
    double *const start = static_cast<double*>(memory.get()), *const lines = start + square;
    const MatrixView<double> matrix = column_major(start, n, n);
    const int exponent = load_scaled(ctx, a, matrix, operation);
    TridiagonalReduction(ctx, operation, matrix, lines + 3 * line).run(lines, lines + line, lines + 2 * line);
    if (ctx.control().stop.stop_requested()) throw Cancelled(operation);  // outputs are written whole
    for (index_t j = 0; j < n; ++j) {
      d(j) = static_cast<T>(std::ldexp(lines[j], exponent));
      const bool any = j + 1 < n;
      if (any) e(j) = static_cast<T>(std::ldexp(lines[line + j], exponent));
      if (any) taus(j) = static_cast<T>(lines[2 * line + j]);
      for (index_t i = 0; i < n; ++i)
        reflectors(i, j) = i <= j || !any ? T{0} : i == j + 1 ? T{1} : static_cast<T>(matrix(i, j));
    }
  }

  template <Real T>
  static void apply_reflectors(Context& ctx, MatrixView<const T> reflectors, VectorView<const T> taus, bool transpose,
                               MatrixView<T> c) {
    constexpr const char* operation = "apply_reflectors";
    const index_t n = c.rows, m = c.columns, size = round_up(n * m, 8);
    if (n <= 1 || m == 0) return;
    const auto memory = room_of(ctx, size + Reflectors<T>::workspace(n, m), operation);
    double* const start = static_cast<double*>(memory.get());
    const MatrixView<double> product = column_major(start, n, m);
    serial_for(ctx, m, operation, [&](index_t j) {
      for (index_t i = 0; i < n; ++i) product(i, j) = static_cast<double>(c(i, j));
    });
    Reflectors<T>(ctx, operation, reflectors, taus, start + size).apply(product, transpose);
    if (ctx.control().stop.stop_requested()) throw Cancelled(operation);
    for (index_t j = 0; j < m; ++j)
      for (index_t i = 0; i < n; ++i) c(i, j) = static_cast<T>(product(i, j));
  }

 private:
  [[nodiscard]] static index_t elements(const Context& ctx, index_t n) {
    return round_up(n * n, 8) + 3 * round_up(n, 8) + TridiagonalReduction::workspace(ctx, n);
  }
  [[nodiscard]] static Memory::allocation room_of(Context& ctx, index_t elements, const char* operation) {
    return Memory::allocate(ctx, static_cast<std::size_t>(elements) * sizeof(double), operation);
  }
};

}  // namespace isonomy::cpu
