// Stands for OpenBLAS where it is not found: there is no such library to time.
#include "library.hpp"

namespace isonomy::dense {

template <class T>
std::vector<Library<T>> openblas_library() {
  return {};
}

template std::vector<Library<float>> openblas_library();
template std::vector<Library<double>> openblas_library();

}  // namespace isonomy::dense
