// OpenBLAS with its LAPACK, and Backend<CpuBlas>, as libraries of the benchmark; compiled where both are found.
#include <cblas.h>
#include <lapacke.h>

#include <stdexcept>
#include <vector>

#include "backend.hpp"
#include "isonomy/blas/blas.hpp"
#include "isonomy/core/text.hpp"
#include "library.hpp"

namespace isonomy::dense {

namespace {

void multiply(int n, const double* a, const double* b, double* c) {
  cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a, n, b, n, 0, c, n);
}
void multiply(int n, const float* a, const float* b, float* c) {
  cblas_sgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a, n, b, n, 0, c, n);
}
void square(int n, const double* a, double* c) {
  cblas_dsyrk(CblasColMajor, CblasLower, CblasTrans, n, n, 1, a, n, 0, c, n);
}
void square(int n, const float* a, float* c) {
  cblas_ssyrk(CblasColMajor, CblasLower, CblasTrans, n, n, 1, a, n, 0, c, n);
}
int factor_in_place(int n, double* a) { return LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', n, a, n); }
int factor_in_place(int n, float* a) { return LAPACKE_spotrf_work(LAPACK_COL_MAJOR, 'L', n, a, n); }
void substitute(int n, int r, const double* l, double* b) {
  cblas_dtrsm(CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, n, r, 1, l, n, b, n);
}
void substitute(int n, int r, const float* l, float* b) {
  cblas_strsm(CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, n, r, 1, l, n, b, n);
}

int reduce(int n, double* a, double* d, double* e, double* tau) {
  return LAPACKE_dsytrd(LAPACK_COL_MAJOR, 'L', n, a, n, d, e, tau);
}
int reduce(int n, float* a, float* d, float* e, float* tau) {
  return LAPACKE_ssytrd(LAPACK_COL_MAJOR, 'L', n, a, n, d, e, tau);
}
int divide(int n, double* a, double* w) { return LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'L', n, a, n, w); }
int divide(int n, float* a, float* w) { return LAPACKE_ssyevd(LAPACK_COL_MAJOR, 'V', 'L', n, a, n, w); }

/// Eigenvalues above -n, which all are, and not above 0.
int negative(int n, double* a, int* count, double* w, double* v, int* support) {
  return LAPACKE_dsyevr(LAPACK_COL_MAJOR, 'V', 'V', 'L', n, a, n, -n, 0, 0, 0, 0, count, w, v, n, support);
}
int negative(int n, float* a, int* count, float* w, float* v, int* support) {
  return LAPACKE_ssyevr(LAPACK_COL_MAJOR, 'V', 'V', 'L', n, a, n, static_cast<float>(-n), 0, 0, 0, 0, count, w, v, n,
                        support);
}

void done(int info) {
  if (info != 0) throw std::runtime_error(text::joined("OpenBLAS: info is ", info));
}

}  // namespace

template <class T>
std::vector<Library<T>> openblas_libraries() {
  Library<T> out;
  out.name = "OpenBLAS";
  out.version = text::joined(openblas_get_config(), ", ", openblas_get_corename());
  out.set_threads = [](int threads) { openblas_set_num_threads(threads); };
  out.gemm = [](index_t n, const T* a, const T* b, T* c) { multiply(static_cast<int>(n), a, b, c); };
  out.syrk = [](index_t n, const T* a, T* c) { square(static_cast<int>(n), a, c); };
  out.potrf = [](index_t n, T* a) { done(factor_in_place(static_cast<int>(n), a)); };
  out.potrf_batch = [](index_t n, index_t count, T* a) {
    for (index_t b = 0; b < count; ++b) done(factor_in_place(static_cast<int>(n), a + b * n * n));
  };
  out.trsm = [](index_t n, const T* l, T* b) { substitute(static_cast<int>(n), sides, l, b); };
  out.sytrd = [](index_t n, const T*, T* results) {
    const Spectral<T> s(results, n);
    done(reduce(static_cast<int>(n), s.square, s.first, s.second, s.third));
  };
  out.syevd = [](index_t n, const T*, T* results) {
    const Spectral<T> s(results, n);
    done(divide(static_cast<int>(n), s.square, s.first));
  };
  out.below = [](index_t n, const T* a, T* results) {
    const Spectral<T> s(results, n);
    std::vector<T> matrix(a, a + n * n);
    std::vector<int> support(static_cast<std::size_t>(2 * n));
    int count = 0;
    done(negative(static_cast<int>(n), matrix.data(), &count, s.first, s.square, support.data()));
    *s.count = static_cast<T>(count);
  };
  return {out, library_of<T, CpuBlas>("CpuBlas")};
}

template std::vector<Library<float>> openblas_libraries();
template std::vector<Library<double>> openblas_libraries();

}  // namespace isonomy::dense
