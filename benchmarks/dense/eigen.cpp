// Eigen, called directly, as a library of the benchmark; compiled with OpenMP, from which it takes its threads.
#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <stdexcept>
#include <type_traits>

#include "isonomy/core/text.hpp"
#include "library.hpp"

namespace isonomy::dense {

namespace {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T>
using Map = Eigen::Map<std::conditional_t<std::is_const_v<T>, const Matrix<std::remove_const_t<T>>, Matrix<T>>>;

template <class T>
void factor(index_t n, T* a) {
  Eigen::Ref<Matrix<T>> matrix = Map<T>(a, n, n);
  const Eigen::LLT<Eigen::Ref<Matrix<T>>, Eigen::Lower> factored(matrix);
  if (factored.info() != Eigen::Success) throw std::runtime_error("Eigen: a matrix is not positive definite");
}

}  // namespace

template <class T>
Library<T> eigen_library() {
  Library<T> out;
  out.name = "Eigen";
  out.version = text::joined(EIGEN_WORLD_VERSION, ".", EIGEN_MAJOR_VERSION, ".", EIGEN_MINOR_VERSION, ", ",
                             Eigen::SimdInstructionSetsInUse());
  out.set_threads = [](int threads) { Eigen::setNbThreads(threads); };
  out.gemm = [](index_t n, const T* a, const T* b, T* c) {
    Map<T>(c, n, n).noalias() = Map<const T>(a, n, n) * Map<const T>(b, n, n);
  };
  out.syrk = [](index_t n, const T* a, T* c) {
    const Map<const T> matrix(a, n, n);
    Map<T> product(c, n, n);
    product.setZero();
    product.template selfadjointView<Eigen::Lower>().rankUpdate(matrix.transpose());
  };
  out.potrf = [](index_t n, T* a) { factor(n, a); };
  out.potrf_batch = [](index_t n, index_t count, T* a) {
    for (index_t b = 0; b < count; ++b) factor(n, a + b * n * n);
  };
  out.trsm = [](index_t n, const T* l, T* b) {
    Map<T> unknowns(b, n, sides);
    Map<const T>(l, n, n).template triangularView<Eigen::Lower>().solveInPlace(unknowns);
  };
  out.sytrd = [](index_t n, const T* a, T* results) {
    const Spectral<T> s(results, n);
    const Eigen::Tridiagonalization<Matrix<T>> form(Map<const T>(a, n, n));
    Map<T>(s.first, n, 1) = form.diagonal();
    Map<T>(s.second, n - 1, 1) = form.subDiagonal();
  };
  out.syevd = [](index_t n, const T* a, T* results) {
    const Spectral<T> s(results, n);
    const Eigen::SelfAdjointEigenSolver<Matrix<T>> solver(Map<const T>(a, n, n));
    if (solver.info() != Eigen::Success) throw std::runtime_error("Eigen: an eigenvalue was not found");
    Map<T>(s.square, n, n) = solver.eigenvectors();
    Map<T>(s.first, n, 1) = solver.eigenvalues();
  };
  return out;
}

template Library<float> eigen_library();
template Library<double> eigen_library();

}  // namespace isonomy::dense
