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
  return {out, library_of<T, CpuBlas>("CpuBlas")};
}

template std::vector<Library<float>> openblas_libraries();
template std::vector<Library<double>> openblas_libraries();

}  // namespace isonomy::dense
