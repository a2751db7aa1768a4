// One library's dense linear algebra as the benchmark calls it: matrices by columns, packed, n x n.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "isonomy/core/config.hpp"

namespace isonomy::dense {

/// Right-hand sides of `trsm`.
constexpr index_t sides = 100;

/// Where the results of the eigenproblems stand in an output of n*n + 4*n elements that begins as a copy of A: vectors
/// or reflectors, and behind them eigenvalues, or a diagonal and what is beneath it.
template <class T>
struct Spectral {
  T *square, *first, *second, *third;
  T* count;  ///< of the eigenvalues that were asked for

  Spectral(T* out, index_t n)
      : square(out), first(out + n * n), second(first + n), third(second + n), count(third + n) {}
};

/// What a library offers; null where it has no such operation.
template <class T>
struct Library {
  std::string name, version;
  std::function<void(int)> set_threads = {};
  std::function<void(index_t n, const T* a, const T* b, T* c)> gemm = {};  ///< C = A*B
  std::function<void(index_t n, const T* a, T* c)> syrk = {};              ///< C = A^T*A, its lower triangle at least
  std::function<void(index_t n, T* a)> potrf = {};                         ///< the lower factor over the lower triangle
  std::function<void(index_t n, index_t count, T* a)> potrf_batch = {};    ///< of `count` matrices after each other
  std::function<void(index_t n, const T* l, T* b)> trsm = {};              ///< over B, of n x `sides`, for a lower L
  std::function<void(index_t n, const T* a, T* out)> sytrd = {};           ///< first: the diagonal; second: beneath it
  std::function<void(index_t n, const T* a, T* out)> syevd = {};           ///< square: vectors; first: eigenvalues
  std::function<void(index_t n, const T* a, T* out)> below = {};           ///< the same, of eigenvalues below 0 alone
};

/// Backend<Cpu>.
template <class T>
[[nodiscard]] Library<T> isonomy_library();
template <class T>
[[nodiscard]] Library<T> eigen_library();
/// OpenBLAS with its LAPACK, and Backend<CpuBlas>; empty where it was not found when the program was built.
template <class T>
[[nodiscard]] std::vector<Library<T>> openblas_libraries();

}  // namespace isonomy::dense
