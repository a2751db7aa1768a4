# isonomy_gates: on the emulated device in every run, where its times mean nothing and all else does; by nvcc for real ones, where
# there is time. Included by the tests, whose emulated device and settings for nvcc it takes.
set(gates_dir "${CMAKE_CURRENT_LIST_DIR}")
file(GLOB gates_host CONFIGURE_DEPENDS "${gates_dir}/*.cpp" "${gates_dir}/host/*.cpp")  # always by the host's compiler
file(GLOB gates_rows CONFIGURE_DEPENDS "${gates_dir}/rows/*.cpp")

if(COMMAND isonomy_emulated_program)
  isonomy_emulated_program(isonomy_emulated_gates plain "${gates_host};${gates_rows}")
  target_compile_definitions(isonomy_emulated_gates PRIVATE ISONOMY_BENCH_FLAGS="emulated" ISONOMY_BENCH_COMPILER="emulated"
    ISONOMY_BENCH_DEVICE_COMPILER="emulated" ISONOMY_BENCH_COMMIT="emulated")
  set_source_files_properties(${gates_host} PROPERTIES UNITY_GROUP host)
  set_source_files_properties(${gates_rows} PROPERTIES UNITY_GROUP rows)
  set_target_properties(isonomy_emulated_gates PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  add_test(NAME emulation.gates COMMAND bash "${gates_dir}/check.sh" "$<TARGET_FILE:isonomy_emulated_gates>")
  set_tests_properties(emulation.gates PROPERTIES LABELS emulation)
endif()

if(NOT CMAKE_CUDA_COMPILER OR NOT TARGET CUDA::cusolver)
  isonomy_skipped_test(gates "no CUDA toolkit of version 13 with cuSOLVER, or ISONOMY_CUDA_CHECKS is OFF")
  return()
endif()
execute_process(COMMAND git describe --always --dirty --abbrev=12 WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(commit unknown)
endif()
string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
string(STRIP "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type}}" flags)

set(gates_units "")
foreach(source IN LISTS gates_rows)
  cmake_path(GET source STEM name)
  file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/gates/${name}.cu" CONTENT "#include \"${source}\"\n")
  list(APPEND gates_units "${CMAKE_CURRENT_BINARY_DIR}/gates/${name}.cu")
endforeach()
add_executable(isonomy_gates EXCLUDE_FROM_ALL ${gates_host} ${gates_units})
add_dependencies(isonomy_long isonomy_gates)
target_compile_definitions(isonomy_gates PRIVATE ISONOMY_BENCH_FLAGS="${flags}"
  ISONOMY_BENCH_COMPILER="${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
  ISONOMY_BENCH_DEVICE_COMPILER="nvcc ${CMAKE_CUDA_COMPILER_VERSION}, sm_${CMAKE_CUDA_ARCHITECTURES}" ISONOMY_BENCH_COMMIT="${commit}")
target_link_libraries(isonomy_gates PRIVATE isonomy_compiled isonomy::cuda CUDA::cusolver)
target_compile_options(isonomy_gates PRIVATE ${isonomy_nvcc_warnings})
add_test(NAME gates COMMAND isonomy_gates)
set_tests_properties(gates PROPERTIES LABELS "device;long" SKIP_RETURN_CODE 77)
