# The unit of backends of a program: plain C++, or with Backend<Cuda> by nvcc.

# isonomy_backends(PROGRAM TARGET KIND): a library of the unit, for PROGRAM's main, of the KIND cpu, blas (gsn alone has work for
# OpenBLAS) or cuda.
function(isonomy_backends program target kind)
  set(unit "${PROJECT_SOURCE_DIR}/examples/support/${program}/backends")
  if(kind STREQUAL "cuda")
    add_library(${target} STATIC "${unit}.cu")
    target_link_libraries(${target} PUBLIC isonomy::cuda)
    # What g++ 12 takes for mistakes: the exceptions of isonomy_dev.
    target_compile_options(${target} PRIVATE -Xcompiler=-Wall,-Wextra,-Wno-array-bounds,-Wno-restrict,-Wno-stringop-overflow,-Wno-uninitialized,-Wno-maybe-uninitialized -Werror=all-warnings)
  elseif(kind STREQUAL "blas")
    file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/${target}.cpp"
         CONTENT "#include \"isonomy/blas/blas.hpp\"\n#include \"${unit}.cpp\"\n")
    add_library(${target} STATIC "${CMAKE_CURRENT_BINARY_DIR}/${target}.cpp")
    target_link_libraries(${target} PUBLIC isonomy::blas PRIVATE isonomy_cpu isonomy_dev)
  else()
    add_library(${target} STATIC "${unit}.cpp")
    target_link_libraries(${target} PRIVATE isonomy_cpu isonomy_dev)
  endif()
endfunction()
