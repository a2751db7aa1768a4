// The only file that includes Eigen: keeps its host code vectorised under nvcc and maps views onto it.
#pragma once

#if defined(__CUDACC__) && !defined(EIGEN_NO_CUDA)
#if defined(EIGEN_CORE_H)
#error "include isonomy before Eigen in CUDA sources, or define EIGEN_NO_CUDA: Eigen turns scalar under nvcc otherwise"
#endif
#define EIGEN_NO_CUDA
#endif

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "isonomy/core/view.hpp"

namespace isonomy::eigen {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

/// A host view of any strides as an Eigen map.
template <class T>
[[nodiscard]] auto map(MatrixView<T, HostSpace> a) {
  using Plain = Matrix<std::remove_const_t<T>>;
  using Target = std::conditional_t<std::is_const_v<T>, const Plain, Plain>;
  using Stride = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
  return Eigen::Map<Target, Eigen::Unaligned, Stride>(a.data, a.rows, a.columns, Stride(a.column_stride, a.row_stride));
}

}  // namespace isonomy::eigen
