# Backend<Cuda>: the same sources on the emulated device, in every run, and with nvcc into a program for real ones, which compiles
# and links here and is skipped where there is none.
set(cuda_dir "${CMAKE_CURRENT_LIST_DIR}")
file(GLOB cuda_rows CONFIGURE_DEPENDS "${cuda_dir}/*.cpp" "${cuda_dir}/linalg/*.cpp" "${cuda_dir}/beliefs/*.cpp")
file(GLOB cuda_estimators CONFIGURE_DEPENDS "${cuda_dir}/estimators/*.cpp")
file(GLOB cuda_cpu_legs CONFIGURE_DEPENDS "${cuda_dir}/estimators/*_cpu.cpp")
list(REMOVE_ITEM cuda_estimators ${cuda_cpu_legs})
file(GLOB cuda_broken CONFIGURE_DEPENDS "${cuda_dir}/broken/*.cpp")

# What estimators give on Cpu, compiled by the host's compiler, for the emulated device and for nvcc alike. Builds with checkers
# compile it themselves: what both sides define inline would otherwise be taken from here, unchecked.
add_library(isonomy_cuda_cpu_legs OBJECT EXCLUDE_FROM_ALL ${cuda_cpu_legs})
target_link_libraries(isonomy_cuda_cpu_legs PRIVATE isonomy_compiled isonomy_test_support)
target_compile_options(isonomy_cuda_cpu_legs PRIVATE ${test_options})

# Rows of the kit share nearly all that they instantiate: two large units, one a processor.
function(isonomy_two_units target)  # sources...
  if(NOT TARGET ${target})  # no emulated device
    return()
  endif()
  list(LENGTH ARGN half)
  math(EXPR half "(${half} + 1) / 2")
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE BATCH UNITY_BUILD_BATCH_SIZE ${half})
endfunction()
if(COMMAND isonomy_emulated_test)
  isonomy_emulated_test(cuda ${cuda_rows} BUILDS plain asan race)
  isonomy_emulated_test(cuda_estimators ${cuda_estimators} $<TARGET_OBJECTS:isonomy_cuda_cpu_legs> BUILDS plain)
  isonomy_emulated_test(cuda_estimators ${cuda_estimators} ${cuda_cpu_legs} BUILDS asan race)
  isonomy_emulated_test(cuda_broken ${cuda_broken} BUILDS plain)
  isonomy_two_units(isonomy_emulated_cuda_broken_plain ${cuda_broken})
  isonomy_two_units(isonomy_emulated_cuda_estimators_plain ${cuda_estimators})
  foreach(build IN ITEMS plain asan race)
    isonomy_two_units(isonomy_emulated_cuda_${build} ${cuda_rows})
  endforeach()
  isonomy_few_elements(isonomy_emulated_cuda_asan 1)
  isonomy_few_elements(isonomy_emulated_cuda_race 2)
  foreach(build IN ITEMS asan race)  # minutes to compile; every run has them in the plain build
    if(TARGET isonomy_emulated_cuda_estimators_${build})
      set_target_properties(isonomy_emulated_cuda_estimators_${build} PROPERTIES EXCLUDE_FROM_ALL ON)
      add_dependencies(isonomy_long isonomy_emulated_cuda_estimators_${build})
      set_tests_properties(emulation.cuda_estimators.${build} PROPERTIES LABELS "emulation;long")
    endif()
  endforeach()
endif()

if(NOT (TARGET isonomy::cuda AND ISONOMY_CUDA_CHECKS))
  isonomy_skipped_test(cuda "no CUDA toolkit of version 13, or ISONOMY_CUDA_CHECKS is OFF")
  return()
endif()
if(NOT CMAKE_CUDA_COMPILER)
  set(CMAKE_CUDA_COMPILER "${ISONOMY_NVCC}")
endif()
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 90)
endif()
enable_language(CUDA)

# Host code of tests need not be fast, and at -O3 takes longer to compile than the kernels.
set(CMAKE_CUDA_FLAGS_RELEASE "-DNDEBUG -Xcompiler=-O1")

# nvcc goes by the ending of a file: sources are included by one that ends in .cu.
set(device_sources "${cuda_dir}/require_device.cu" $<TARGET_OBJECTS:isonomy_cuda_cpu_legs>)
macro(isonomy_device_unit name)  # sources...
  set(lines ${ARGN})
  list(TRANSFORM lines REPLACE "(.+)" "#include \"\\1\"\n")
  list(JOIN lines "" lines)
  file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/cuda/${name}.cu" CONTENT "${lines}")
  list(APPEND device_sources "${CMAKE_CURRENT_BINARY_DIR}/cuda/${name}.cu")
endmacro()
# What nvcc reads takes it most of a minute: gsn, which is small, shares it with another.
list(LENGTH cuda_estimators estimators)
math(EXPR last "${estimators} - 1")
foreach(first RANGE 0 ${last} 2)
  list(SUBLIST cuda_estimators ${first} 2 sources)
  isonomy_device_unit(estimators_${first} ${sources})
endforeach()
# Three files of rows a unit: the library is read, and what rows share instantiated, once for them.
list(LENGTH cuda_rows rows)
math(EXPR last "${rows} - 1")
foreach(first RANGE 0 ${last} 3)
  list(SUBLIST cuda_rows ${first} 3 sources)
  isonomy_device_unit(rows_${first} ${sources})
endforeach()
add_executable(isonomy_cuda ${device_sources} $<TARGET_OBJECTS:isonomy_test_support>)
get_target_property(test_definitions isonomy_test_support INTERFACE_COMPILE_DEFINITIONS)
target_compile_definitions(isonomy_cuda PRIVATE ${test_definitions})
isonomy_few_elements(isonomy_cuda 1)  # tests/device.sh has all
target_include_directories(isonomy_cuda PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
target_link_libraries(isonomy_cuda PRIVATE isonomy_compiled isonomy::cuda Catch2::Catch2)
# What g++ 12 takes for mistakes: the exceptions of isonomy_dev.
set(isonomy_nvcc_warnings $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra,-Wno-array-bounds,-Wno-restrict,-Wno-stringop-overflow,-Wno-uninitialized,-Wno-maybe-uninitialized -Werror=all-warnings>)
target_compile_options(isonomy_cuda PRIVATE ${isonomy_nvcc_warnings})
# No kernel spills registers, has a large frame, or calls a function of ours.
target_compile_options(isonomy_cuda PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:-Xptxas=-v>)
set_target_properties(isonomy_cuda PROPERTIES CUDA_COMPILER_LAUNCHER "bash;${cuda_dir}/kernels/watch.sh")
add_test(NAME cuda.kernels COMMAND bash "${cuda_dir}/kernels/watch_is_strict.sh" "${CMAKE_CUDA_COMPILER}" "${CMAKE_CURRENT_BINARY_DIR}/kernels")
set_tests_properties(cuda.kernels PROPERTIES LABELS checks)
add_test(NAME cuda COMMAND isonomy_cuda "~[long]~[.]")
add_test(NAME cuda.long COMMAND isonomy_cuda "[long]")
set_tests_properties(cuda cuda.long PROPERTIES SKIP_RETURN_CODE 77)
set_tests_properties(cuda PROPERTIES LABELS device)
set_tests_properties(cuda.long PROPERTIES LABELS "device;long")
