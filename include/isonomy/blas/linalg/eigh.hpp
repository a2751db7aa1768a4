// eigh and eigh_subset of Backend<CpuBlas>: the steps of LAPACK's syevd, the last of them over the context's threads.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "isonomy/blas/library.hpp"
#include "isonomy/blas/linalg/reflectors.hpp"
#include "isonomy/blas/linalg/tridiagonalise.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/eigen/eigh.hpp"
#include "isonomy/cpu/linalg/eigen/eigh_subset.hpp"
#include "isonomy/cpu/memory.hpp"
#include "isonomy/ops/linalg/eigen/eigh_subset.hpp"
#include "isonomy/ops/linalg/eigen/spectrum.hpp"

namespace isonomy::blas {

/// One result, in each bit, for any thread count, on one version of OpenBLAS and one kind of processor; float is solved
/// in double.
///
/// sytrd and stedc (divide and conquer) on the calling thread, neither of which can be interrupted: a request to stop
/// is heeded between them. Workspace: 3 n^2 + 200 n + 4096 doubles. Matrices whose squares are beyond the library's
/// integers (n > 46,338) go to Backend<Cpu>.
struct Eigh {
  /// That, or the workspace of Backend<Cpu>.
  template <Real T>
  [[nodiscard]] static std::size_t eigh_workspace(const cpu::Context& ctx, index_t n) {
    const std::size_t ours = sizeof(double) * static_cast<std::size_t>(3 * n * n + 200 * n + 4096);
    return std::max(ours, cpu::Eigh::eigh_workspace<T>(ctx, n));
  }
  template <Real T>
  static void eigh(cpu::Context& ctx, MatrixView<const T> a, VectorView<T> w, MatrixView<T> v) {
    if (beyond(a.rows)) {
      cpu::Eigh::eigh(ctx, a, w, v);
      return;
    }
    if (a.rows != 0) solve(ctx, a, "eigh", w, v, [&](const auto&) { return EigenRange{0, a.rows}; });
  }

  /// The vectors wanted alone are brought back from those of the tridiagonal form. All of that one's are found:
  /// LAPACK's syevr, which bisects for those in a range, takes longer.
  template <Real T>
  static EigenRange eigh_subset(cpu::Context& ctx, MatrixView<const T> a, const Spectrum& spectrum, VectorView<T> w,
                                MatrixView<T> v) {
    if (beyond(a.rows)) return cpu::EighSubset::eigh_subset(ctx, a, spectrum, w, v);
    if (a.rows == 0) return {};
    return solve(ctx, a, "eigh_subset", w, v, [&](const auto& values) {
      const EigenRange found = spectrum.of(values, a.rows);
      isonomy::detail::require_room(found, a.rows, w.size, v.columns);
      return found;
    });
  }

 private:
  [[nodiscard]] static constexpr bool beyond(index_t n) { return !fits(n) || !fits(doubles_of_divide(n)); }

  /// chosen(values) says which eigenvalues are wanted, of all as they are stored.
  template <Real T, class Chosen>
  static EigenRange solve(cpu::Context& ctx, MatrixView<const T> a, const char* operation, VectorView<T> w,
                          MatrixView<T> v, const Chosen& chosen) {
    const index_t n = a.rows;
    Tridiagonal form(ctx, n, operation);
    const Copy<double> q(ctx, n, n, operation);
    form.reduce(a);
    find(ctx, form, q.view, operation);
    form.heed_stop();
    const auto values = [&](index_t j) { return static_cast<T>(std::ldexp(form.d()[j], form.exponent())); };
    const EigenRange found = chosen(values);
    const MatrixView<double> wanted = q.view.column_block(found.first, found.count);
    if (n > 1 && found.count > 0) Reflectors(ctx, operation, form.reflectors(), form.tau()).apply(wanted, false);
    for (index_t j = 0; j < found.count; ++j) {
      w(j) = values(found.first + j);
      store(MatrixView<const double>(wanted).column(j), v.column(j));
    }
    return found;
  }

  /// Eigenvalues of T in place of its diagonal, ascending, and its vectors.
  static void find(cpu::Context& ctx, const Tridiagonal& form, MatrixView<double> q, const char* operation) {
    const auto bytes = [](std::size_t each, index_t count) { return each * static_cast<std::size_t>(count); };
    const auto room = cpu::Memory::allocate(ctx, bytes(sizeof(double), doubles_of_divide(q.rows)), operation),
               integers = cpu::Memory::allocate(ctx, bytes(sizeof(lapack_int), integers_of_divide(q.rows)), operation);
    one_thread();
    if (divide(form.d(), form.e(), q, static_cast<double*>(room.get()), static_cast<lapack_int*>(integers.get())) != 0)
      throw NoConvergence(text::joined(operation, ": LAPACK found not every eigenvalue of a matrix of ", q.rows,
                                       " rows; Backend<Cpu> may find them"));
  }

  /// A vector with its element of largest magnitude positive, of what is stored, since rounding to T may make ties.
  template <Real T>
  static void store(VectorView<const double> q, VectorView<T> v) {
    T largest = 0;
    for (index_t i = 0; i < v.size; ++i)
      if (const T element = static_cast<T>(q(i)); std::abs(element) > std::abs(largest)) largest = element;
    for (index_t i = 0; i < v.size; ++i) v(i) = static_cast<T>(largest < 0 ? -q(i) : q(i));
  }
};

}  // namespace isonomy::blas
