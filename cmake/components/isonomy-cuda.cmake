# Component cuda: the library with Backend<Cuda>, whose headers (.cuh) are for nvcc of CUDA 13; found where the CUDA toolkit is.
if(NOT TARGET isonomy::cpu)
  include("${CMAKE_CURRENT_LIST_DIR}/isonomy-cpu.cmake")
endif()
find_package(CUDAToolkit 13 QUIET)
if(NOT TARGET isonomy::cpu)
  set(isonomy_cuda_missing "${isonomy_cpu_missing}")
elseif(NOT CUDAToolkit_FOUND)
  set(isonomy_cuda_missing "no CUDA toolkit of version 13: put its nvcc on PATH, or give CUDAToolkit_ROOT")
else()
  foreach(library IN ITEMS cudart_static cublas cusolver)
    if(NOT TARGET CUDA::${library})
      set(isonomy_cuda_missing "the CUDA toolkit in ${CUDAToolkit_LIBRARY_ROOT} has no ${library}")
    endif()
  endforeach()
endif()
if(NOT isonomy_cuda_missing AND NOT TARGET isonomy::cuda)
  add_library(isonomy::cuda INTERFACE IMPORTED GLOBAL)
  # The runtime is linked statically, so that a program starts where there is no CUDA. CMake 3.25 does not know the C++20 of nvcc.
  set_target_properties(isonomy::cuda PROPERTIES
    INTERFACE_LINK_LIBRARIES "isonomy::cpu;CUDA::cudart_static;CUDA::cublas;CUDA::cusolver"
    INTERFACE_COMPILE_OPTIONS "$<$<COMPILE_LANG_AND_ID:CUDA,NVIDIA>:-std=c++20>")
endif()
