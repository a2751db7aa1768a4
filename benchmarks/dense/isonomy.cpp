// Backend<Cpu> as a library of the benchmark.
#include "backend.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "library.hpp"

namespace isonomy::dense {

template <class T>
Library<T> isonomy_library() {
  return library_of<T, Cpu>("isonomy");
}

template Library<float> isonomy_library();
template Library<double> isonomy_library();

}  // namespace isonomy::dense
