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
#include <concepts>
#include <type_traits>

#include "isonomy/core/check.hpp"
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
/// A host vector of any stride as an Eigen map of a column.
template <class T>
[[nodiscard]] auto map(VectorView<T, HostSpace> v) {
  using Plain = Eigen::Matrix<std::remove_const_t<T>, Eigen::Dynamic, 1>;
  using Target = std::conditional_t<std::is_const_v<T>, const Plain, Plain>;
  using Stride = Eigen::InnerStride<Eigen::Dynamic>;
  return Eigen::Map<Target, Eigen::Unaligned, Stride>(v.data, v.size, Stride(v.stride));
}

/// What Eigen keeps in memory: matrices, arrays, maps, references, and their blocks and transposes, but no expression
/// that is computed. A matrix or an array must not be a temporary: its elements would be gone.
template <class A>
concept Viewable = requires(A&& a) {
  a.data();
  a.rowStride();
  a.colStride();
}
&&(std::is_lvalue_reference_v<A> || !std::derived_from<A, Eigen::PlainObjectBase<std::remove_const_t<A>>>);

/// A view of what Eigen keeps, without a copy: a VectorView of vectors, else a MatrixView; of const elements where `a`
/// is const. ShapeError for strides below 0.
template <Viewable A>
[[nodiscard]] auto view(A&& a) {
  using T = std::remove_pointer_t<decltype(a.data())>;
  const MatrixView<T> out(a.data(), a.rows(), a.cols(), a.rowStride(), a.colStride());
  check::usable(out, "eigen::view", "the matrix");
  if constexpr (std::remove_cvref_t<A>::IsVectorAtCompileTime)
    return a.cols() == 1 ? out.column(0) : out.row(0);
  else
    return out;
}

}  // namespace isonomy::eigen
