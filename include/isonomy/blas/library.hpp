// OpenBLAS and LAPACKE, typed: what the operations call, on one thread a call, and the matrices that they take.
#pragma once

#include <cblas.h>
#include <lapacke.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/memory.hpp"

namespace isonomy::blas {

/// Lets OpenBLAS work on the calling thread alone, which its bits depend on. The setting is the process's, and stays.
inline void one_thread() {
  if (openblas_get_parallel() == OPENBLAS_OPENMP || openblas_get_num_threads() != 1) openblas_set_num_threads(1);
}

/// Does the library's integer hold it?
[[nodiscard]] constexpr bool fits(index_t n) { return n <= std::numeric_limits<blasint>::max(); }
[[nodiscard]] constexpr blasint narrow(index_t n) { return static_cast<blasint>(n); }

/// A view as the library takes it: columns, or rows (`turned`), whose neighbours are `apart` elements from each other.
struct Layout {
  bool turned;
  index_t apart;

  [[nodiscard]] CBLAS_TRANSPOSE transposition() const { return turned ? CblasTrans : CblasNoTrans; }
};

/// None where no stride is 1, where rows overlap, or where extents are beyond the library's integers.
template <class T>
[[nodiscard]] std::optional<Layout> layout(MatrixView<T> x) {
  const auto found = [&](index_t length, index_t count, index_t step, index_t between) -> std::optional<index_t> {
    const index_t apart = count <= 1 ? std::max<index_t>(length, 1) : between;
    if ((step != 1 && length > 1) || apart < std::max<index_t>(length, 1) || !fits(apart) || !fits(count)) return {};
    return apart;
  };
  if (const auto apart = found(x.rows, x.columns, x.row_stride, x.column_stride)) return Layout{false, *apart};
  if (const auto apart = found(x.columns, x.rows, x.column_stride, x.row_stride)) return Layout{true, *apart};
  return std::nullopt;
}

/// A matrix by columns in memory of the context.
template <Real T>
struct Copy {
  cpu::Memory::allocation memory;
  MatrixView<T> view;

  Copy(cpu::Context& ctx, index_t rows, index_t columns, const char* operation)
      : memory(cpu::Memory::allocate(ctx, sizeof(T) * static_cast<std::size_t>(rows * columns), operation)),
        view(column_major(static_cast<T*>(memory.get()), rows, columns)) {}
};

/// A matrix that the library takes: the caller's, or a copy of it.
template <Real T>
class Input {
 public:
  Input(cpu::Context& ctx, MatrixView<const T> x, const char* operation) : view_(x) {
    if (layout(x)) return;
    copy_.emplace(ctx, x.rows, x.columns, operation);
    cpu::Memory::copy(ctx, x, copy_->view);
    view_ = copy_->view;
  }
  [[nodiscard]] MatrixView<const T> view() const { return view_; }

 private:
  std::optional<Copy<T>> copy_;
  MatrixView<const T> view_;
};

/// out = alpha*A*B + beta*out, for views that have a layout, `out` by columns.
inline void multiply(double alpha, MatrixView<const double> a, MatrixView<const double> b, double beta,
                     MatrixView<double> out) {
  const Layout la = *layout(a), lb = *layout(b);
  cblas_dgemm(CblasColMajor, la.transposition(), lb.transposition(), narrow(out.rows), narrow(out.columns),
              narrow(a.columns), alpha, a.data, narrow(la.apart), b.data, narrow(lb.apart), beta, out.data,
              narrow(layout(out)->apart));
}
inline void multiply(float alpha, MatrixView<const float> a, MatrixView<const float> b, float beta,
                     MatrixView<float> out) {
  const Layout la = *layout(a), lb = *layout(b);
  cblas_sgemm(CblasColMajor, la.transposition(), lb.transposition(), narrow(out.rows), narrow(out.columns),
              narrow(a.columns), alpha, a.data, narrow(la.apart), b.data, narrow(lb.apart), beta, out.data,
              narrow(layout(out)->apart));
}

/// out += alpha*A*B in either order of the output.
template <Real T>
void add_product(T alpha, MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> out) {
  if (layout(out)->turned)
    multiply(alpha, MatrixView<const T>(transposed(b)), MatrixView<const T>(transposed(a)), T{1}, transposed(out));
  else
    multiply(alpha, a, b, T{1}, out);
}

/// The lower triangle of out = alpha*transposed(A)*A + beta*out, for views that have a layout.
inline void square(double alpha, MatrixView<const double> a, double beta, MatrixView<double> out) {
  const Layout la = *layout(a), lo = *layout(out);
  cblas_dsyrk(CblasColMajor, lo.turned ? CblasUpper : CblasLower, la.turned ? CblasNoTrans : CblasTrans,
              narrow(out.rows), narrow(a.rows), alpha, a.data, narrow(la.apart), beta, out.data, narrow(lo.apart));
}
inline void square(float alpha, MatrixView<const float> a, float beta, MatrixView<float> out) {
  const Layout la = *layout(a), lo = *layout(out);
  cblas_ssyrk(CblasColMajor, lo.turned ? CblasUpper : CblasLower, la.turned ? CblasNoTrans : CblasTrans,
              narrow(out.rows), narrow(a.rows), alpha, a.data, narrow(la.apart), beta, out.data, narrow(lo.apart));
}

/// How trsm is asked for X = inverse(L)*X, whatever the orders of both are.
struct Substitution {
  CBLAS_SIDE side;
  CBLAS_UPLO half;
  CBLAS_TRANSPOSE transposition;
  blasint rows, columns;

  Substitution(Layout l, Layout x, bool lower, index_t m, index_t n)
      : side(x.turned ? CblasRight : CblasLeft), half(lower != l.turned ? CblasLower : CblasUpper),
        transposition(l.turned != x.turned ? CblasTrans : CblasNoTrans), rows(narrow(x.turned ? n : m)),
        columns(narrow(x.turned ? m : n)) {}
};

/// X = inverse(L)*X for a lower triangle or an upper one, for views that have a layout.
inline void substitute(MatrixView<const double> l, bool lower, MatrixView<double> x) {
  const Layout ll = *layout(l), lx = *layout(x);
  const Substitution s(ll, lx, lower, x.rows, x.columns);
  cblas_dtrsm(CblasColMajor, s.side, s.half, s.transposition, CblasNonUnit, s.rows, s.columns, 1, l.data,
              narrow(ll.apart), x.data, narrow(lx.apart));
}
inline void substitute(MatrixView<const float> l, bool lower, MatrixView<float> x) {
  const Layout ll = *layout(l), lx = *layout(x);
  const Substitution s(ll, lx, lower, x.rows, x.columns);
  cblas_strsm(CblasColMajor, s.side, s.half, s.transposition, CblasNonUnit, s.rows, s.columns, 1, l.data,
              narrow(ll.apart), x.data, narrow(lx.apart));
}

/// The lower factor in place, of a view that has a layout: LAPACK's info. (The _work forms refuse no NaN.)
[[nodiscard]] inline index_t factor(MatrixView<double> a) {
  const Layout l = *layout(a);
  return LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, l.turned ? 'U' : 'L', narrow(a.rows), a.data, narrow(l.apart));
}
[[nodiscard]] inline index_t factor(MatrixView<float> a) {
  const Layout l = *layout(a);
  return LAPACKE_spotrf_work(LAPACK_COL_MAJOR, l.turned ? 'U' : 'L', narrow(a.rows), a.data, narrow(l.apart));
}

/// A symmetric matrix by columns, of which the lower triangle is read, made tridiagonal in place by LAPACK's sytrd.
inline void reduce(MatrixView<double> a, double* d, double* e, double* tau, MatrixView<double> workspace) {
  LAPACKE_dsytrd_work(LAPACK_COL_MAJOR, 'L', narrow(a.rows), a.data, narrow(layout(a)->apart), d, e, tau,
                      workspace.data, narrow(workspace.rows * workspace.columns));
}

/// What `divide` takes for a matrix of n rows.
[[nodiscard]] constexpr index_t doubles_of_divide(index_t n) { return n * n + 4 * n + 1; }
[[nodiscard]] constexpr index_t integers_of_divide(index_t n) { return 5 * n + 3; }

/// Eigenvalues of a tridiagonal matrix over its diagonal, ascending, and its vectors, by LAPACK's stedc: its info.
[[nodiscard]] inline index_t divide(double* d, double* e, MatrixView<double> q, double* room, lapack_int* integers) {
  return LAPACKE_dstedc_work(LAPACK_COL_MAJOR, 'I', narrow(q.rows), d, e, q.data, narrow(layout(q)->apart), room,
                             narrow(doubles_of_divide(q.rows)), integers, narrow(integers_of_divide(q.rows)));
}

/// The triangular factor of a block of reflectors, which begin with a 1 that is not read on the diagonal of V.
inline void block_factor(MatrixView<const double> v, const double* tau, MatrixView<double> factor) {
  LAPACKE_dlarft_work(LAPACK_COL_MAJOR, 'F', 'C', narrow(v.rows), narrow(v.columns), v.data, narrow(layout(v)->apart),
                      tau, factor.data, narrow(factor.rows));
}
/// C = H*C or transposed(H)*C for that block. The workspace holds as many elements as V and C have columns, multiplied.
inline void apply_block(MatrixView<const double> v, MatrixView<const double> factor, bool transpose,
                        MatrixView<double> c, double* workspace) {
  LAPACKE_dlarfb_work(LAPACK_COL_MAJOR, 'L', transpose ? 'T' : 'N', 'F', 'C', narrow(c.rows), narrow(c.columns),
                      narrow(v.columns), v.data, narrow(layout(v)->apart), factor.data, narrow(factor.rows), c.data,
                      narrow(layout(c)->apart), workspace, narrow(c.columns));
}

/// The extent of a piece of n rows or columns of an output: a call of the library each, whatever the threads are.
[[nodiscard]] constexpr index_t piece(index_t n) { return n <= 1024 ? 256 : 512; }

}  // namespace isonomy::blas
