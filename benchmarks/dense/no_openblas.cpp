// Stands for OpenBLAS where it is not found: there is no such library to time.
#include "library.hpp"

namespace isonomy::dense {

template <class T>
std::vector<Library<T>> openblas_libraries() {
  return {};
}

template std::vector<Library<float>> openblas_libraries();
template std::vector<Library<double>> openblas_libraries();

}  // namespace isonomy::dense
