# The unit of backends of a program: plain C++, or with Backend<Cuda> by nvcc.

# isonomy_backends(PROGRAM TARGET CUDA): a library of the unit, for PROGRAM's main.
function(isonomy_backends program target cuda)
  set(unit "${PROJECT_SOURCE_DIR}/examples/support/${program}/backends")
  if(cuda)
    add_library(${target} STATIC "${unit}.cu")
    target_link_libraries(${target} PUBLIC isonomy::cuda)
    # What g++ 12 takes for mistakes: the exceptions of isonomy_dev.
    target_compile_options(${target} PRIVATE -Xcompiler=-Wall,-Wextra,-Wno-array-bounds,-Wno-restrict,-Wno-stringop-overflow,-Wno-uninitialized,-Wno-maybe-uninitialized -Werror=all-warnings)
  elseif(program STREQUAL "gsn" AND ISONOMY_PROGRAMS_BLAS AND TARGET isonomy::blas)  # the one program that has work for OpenBLAS
    file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/gsn_backends.cpp"
         CONTENT "#include \"isonomy/blas/blas.hpp\"\n#include \"${unit}.cpp\"\n")
    add_library(${target} STATIC "${CMAKE_CURRENT_BINARY_DIR}/gsn_backends.cpp")
    target_link_libraries(${target} PUBLIC isonomy::blas PRIVATE isonomy_cpu isonomy_dev)
  else()
    add_library(${target} STATIC "${unit}.cpp")
    target_link_libraries(${target} PRIVATE isonomy_cpu isonomy_dev)
  endif()
endfunction()
