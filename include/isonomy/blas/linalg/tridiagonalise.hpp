// tridiagonalise and apply_reflectors of Backend<CpuBlas>: LAPACK's sytrd, and its blocks of reflectors.
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>

#include "isonomy/blas/library.hpp"
#include "isonomy/blas/linalg/reflectors.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/eigen/scaled.hpp"
#include "isonomy/cpu/linalg/eigen/tridiagonalise.hpp"

namespace isonomy::blas {

/// A symmetric matrix in double, by columns, made tridiagonal by LAPACK's sytrd on the calling thread.
class Tridiagonal {
 public:
  Tridiagonal(cpu::Context& ctx, index_t n, const char* operation)
      : ctx_(ctx), operation_(operation), a_(ctx, n, n, operation), lines_(ctx, n, 3, operation),
        workspace_(ctx, n, columns, operation) {}

  /// ValueError where an element of the lower triangle is not finite. Elements are divided by 2^exponent().
  template <Real T>
  void reduce(MatrixView<const T> a) {
    exponent_ = cpu::load_scaled(ctx_, a, a_.view, operation_);
    one_thread();
    blas::reduce(a_.view, d(), e(), tau(), workspace_.view);
    heed_stop();
  }
  /// Cancelled between two calls of the library, in which it looks at nothing of ours.
  void heed_stop() const {
    if (ctx_.control().stop.stop_requested()) throw Cancelled(operation_);
  }
  [[nodiscard]] int exponent() const { return exponent_; }
  [[nodiscard]] MatrixView<const double> reflectors() const { return a_.view; }
  [[nodiscard]] double* d() const { return &lines_.view(0, 0); }
  [[nodiscard]] double* e() const { return &lines_.view(0, 1); }
  [[nodiscard]] double* tau() const { return &lines_.view(0, 2); }

  static constexpr index_t columns = 64;  ///< at least as many as sytrd's blocks have

 private:
  cpu::Context& ctx_;
  const char* operation_;
  Copy<double> a_, lines_, workspace_;
  int exponent_ = 0;
};

/// Both work in double, whatever T is, and have one result, in each bit, for any thread count, on one version of
/// OpenBLAS and one kind of processor. Matrices beyond the library's integers go to Backend<Cpu>.
///
/// A request to stop is heeded before and after sytrd, which takes the calling thread alone and cannot be interrupted.
struct Tridiagonalise {
  /// Workspace: n^2 + 67 n doubles.
  template <Real T>
  static void tridiagonalise(cpu::Context& ctx, MatrixView<const T> a, VectorView<T> d, VectorView<T> e,
                             MatrixView<T> reflectors, VectorView<T> taus) {
    const index_t n = a.rows;
    if (n == 0) return;
    if (!fits(n * Tridiagonal::columns)) {
      cpu::Tridiagonalise::tridiagonalise(ctx, a, d, e, reflectors, taus);
      return;
    }
    Tridiagonal form(ctx, n, "tridiagonalise");
    form.reduce(a);
    const MatrixView<const double> v = form.reflectors();
    for (index_t j = 0; j < n; ++j) {
      const bool any = j + 1 < n;
      d(j) = static_cast<T>(std::ldexp(form.d()[j], form.exponent()));
      if (any) e(j) = static_cast<T>(std::ldexp(form.e()[j], form.exponent()));
      if (any) taus(j) = static_cast<T>(form.tau()[j]);
      for (index_t i = 0; i < n; ++i)
        reflectors(i, j) = i <= j || !any ? T{0} : i == j + 1 ? T{1} : static_cast<T>(v(i, j));
    }
  }

  /// Workspace: the product in double, n*64 doubles of factors, a piece of the product's columns times 64 for each task
  /// at work, and reflectors in double where they are not, or not by columns.
  template <Real T>
  static void apply_reflectors(cpu::Context& ctx, MatrixView<const T> reflectors, VectorView<const T> taus,
                               bool transpose, MatrixView<T> c) {
    constexpr const char* operation = "apply_reflectors";
    const index_t n = c.rows, m = c.columns;
    if (n <= 1 || m == 0) return;
    if (!fits(n) || !fits(m)) {
      cpu::Tridiagonalise::apply_reflectors(ctx, reflectors, taus, transpose, c);
      return;
    }
    const Copy<double> product(ctx, n, m, operation), tau(ctx, n - 1, 1, operation);
    for (index_t j = 0; j + 1 < n; ++j) tau.view(j, 0) = static_cast<double>(taus(j));
    for (index_t j = 0; j < m; ++j)
      for (index_t i = 0; i < n; ++i) product.view(i, j) = static_cast<double>(c(i, j));
    std::optional<Copy<double>> copied;
    Reflectors(ctx, operation, as_taken(ctx, reflectors, copied), tau.view.data).apply(product.view, transpose);
    for (index_t j = 0; j < m; ++j)
      for (index_t i = 0; i < n; ++i) c(i, j) = static_cast<T>(product.view(i, j));
  }

 private:
  [[nodiscard]] static bool taken(const MatrixView<const double>& v) {
    const std::optional<Layout> found = layout(v);
    return found && !found->turned;
  }
  [[nodiscard]] static bool taken(const MatrixView<const float>&) { return false; }

  [[nodiscard]] static MatrixView<const double> uncopied(const MatrixView<const double>& v) { return v; }
  [[nodiscard]] static MatrixView<const double> uncopied(const MatrixView<const float>&) { return {}; }

  template <Real T>
  [[nodiscard]] static MatrixView<const double> as_taken(cpu::Context& ctx, const MatrixView<const T>& v,
                                                         std::optional<Copy<double>>& copied) {
    if (taken(v)) return uncopied(v);
    copied.emplace(ctx, v.rows, v.columns, "apply_reflectors");
    for (index_t j = 0; j < v.columns; ++j)
      for (index_t i = 0; i < v.rows; ++i) copied->view(i, j) = i > j + 1 ? static_cast<double>(v(i, j)) : 0;
    return copied->view;
  }
};

}  // namespace isonomy::blas
