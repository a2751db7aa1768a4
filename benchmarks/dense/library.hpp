// One library's dense linear algebra as the benchmark calls it: matrices by columns, packed, n x n.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "isonomy/core/config.hpp"

namespace isonomy::dense {

/// What a library offers; null where it has no such operation.
template <class T>
struct Library {
  std::string name, version;
  std::function<void(int)> set_threads = {};
  std::function<void(index_t n, const T* a, const T* b, T* c)> gemm = {};  ///< C = A*B
  std::function<void(index_t n, const T* a, T* c)> syrk = {};              ///< C = A^T*A, its lower triangle at least
  std::function<void(index_t n, T* a)> potrf = {};                         ///< the lower factor over the lower triangle
  std::function<void(index_t n, index_t count, T* a)> potrf_batch = {};    ///< of `count` matrices after each other
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
