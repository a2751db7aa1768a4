// eigh of Backend<CpuBlas>: the steps of LAPACK's syevd, the last of them over the context's threads.
#pragma once

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
#include "isonomy/cpu/memory.hpp"

namespace isonomy::blas {

struct Eigh {
  /// One result, in each bit, for any thread count, on one version of OpenBLAS and one kind of processor; float is
  /// solved in double.
  ///
  /// sytrd and stedc (divide and conquer) on the calling thread, neither of which can be interrupted: a request to stop
  /// is heeded between them. Workspace: 3 n^2 + 200 n doubles. Matrices whose squares are beyond the library's integers
  /// (n > 46,338) go to Backend<Cpu>.
  template <Real T>
  static void eigh(cpu::Context& ctx, MatrixView<const T> a, VectorView<T> w, MatrixView<T> v) {
    constexpr const char* operation = "eigh";
    const index_t n = a.rows;
    if (n == 0) return;
    if (!fits(n) || !fits(doubles_of_divide(n))) {
      cpu::Eigh::eigh(ctx, a, w, v);
      return;
    }
    Tridiagonal form(ctx, n, operation);
    const Copy<double> q(ctx, n, n, operation);
    form.reduce(a);
    solve(ctx, form, q.view);
    form.heed_stop();
    if (n > 1) Reflectors(ctx, operation, form.reflectors(), form.tau()).apply(q.view, false);
    store(MatrixView<const double>(q.view), form, w, v);
  }

 private:
  /// Eigenvalues of T in place of its diagonal, ascending, and its vectors.
  static void solve(cpu::Context& ctx, const Tridiagonal& form, MatrixView<double> q) {
    constexpr const char* operation = "eigh";
    const auto bytes = [](std::size_t each, index_t count) { return each * static_cast<std::size_t>(count); };
    const auto room = cpu::Memory::allocate(ctx, bytes(sizeof(double), doubles_of_divide(q.rows)), operation),
               integers = cpu::Memory::allocate(ctx, bytes(sizeof(lapack_int), integers_of_divide(q.rows)), operation);
    one_thread();
    if (divide(form.d(), form.e(), q, static_cast<double*>(room.get()), static_cast<lapack_int*>(integers.get())) != 0)
      throw NoConvergence(text::joined(operation, ": LAPACK found not every eigenvalue of a matrix of ", q.rows,
                                       " rows; Backend<Cpu> may find them"));
  }

  /// Each vector with its element of largest magnitude positive, of what is stored, since rounding to T may make ties.
  template <Real T>
  static void store(MatrixView<const double> q, const Tridiagonal& form, VectorView<T> w, MatrixView<T> v) {
    for (index_t j = 0; j < w.size; ++j) {
      w(j) = static_cast<T>(std::ldexp(form.d()[j], form.exponent()));
      T largest = 0;
      for (index_t i = 0; i < w.size; ++i)
        if (const T element = static_cast<T>(q(i, j)); std::abs(element) > std::abs(largest)) largest = element;
      for (index_t i = 0; i < w.size; ++i) v(i, j) = static_cast<T>(largest < 0 ? -q(i, j) : q(i, j));
    }
  }
};

}  // namespace isonomy::blas
