// CpuBlas: the tag of the host's backend with OpenBLAS, which any program may name.
#pragma once

namespace isonomy {

/// The host processor, with the dense linear algebra of OpenBLAS. `isonomy/blas/blas.hpp` has the backend; to
/// dispatch() the tag is enough, and tells where the backend is not compiled in.
struct CpuBlas {
  static constexpr const char* backend_name() { return "CpuBlas"; }
  static constexpr const char* absent_reason() {
    return "is not in this build: it needs OpenBLAS and LAPACKE (Debian: libopenblas-dev, liblapacke-dev) and "
           "component blas";
  }
};

}  // namespace isonomy
