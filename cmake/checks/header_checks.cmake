# Checks of include/isonomy as tests labelled `checks`. Compilations are ordinary build targets outside `all`, so that
# only headers that changed are compiled again; the test builds the target.
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/include/*.hpp")
list(FILTER headers EXCLUDE REGEX "/(begin|end)(_[a-z0-9]+)?\\.hpp$")  # halves of a region
list(FILTER headers EXCLUDE REGEX "/count_heap\\.hpp$")  # replaces operators of the whole program: equivalence/heap.cpp compiles it
list(SORT headers)

function(isonomy_skipped_test name reason)
  add_test(NAME ${name} COMMAND "${CMAKE_COMMAND}" -E echo "skipped: ${reason}")
  set_tests_properties(${name} PROPERTIES LABELS checks SKIP_REGULAR_EXPRESSION "^skipped: ")
endfunction()

# An adapter, or the backend on OpenBLAS, compiles where the library that it needs is found.
set(adapters "")
set(absent "")
foreach(adapter IN ITEMS lbfgspp minuit2 blas)
  if(TARGET isonomy::${adapter})
    list(APPEND adapters isonomy::${adapter})
  else()
    if(adapter STREQUAL blas)
      list(APPEND absent "blas/.*")
    else()
      list(APPEND absent "adapters/${adapter}")
    endif()
    isonomy_skipped_test(headers.${adapter} "${isonomy_${adapter}_missing}")
  endif()
endforeach()
list(JOIN absent "|" absent)
set(without "")
if(absent)
  set(without "^isonomy/(${absent})\\.hpp$")
  list(FILTER headers EXCLUDE REGEX "${without}")
endif()

# Dependencies are system headers; directories that the compiler searches anyway must not be named again.
set(flags -std=c++20 "-I${PROJECT_SOURCE_DIR}/include")
set(found Eigen3::Eigen TBB::tbb ${adapters})
if(TARGET Minuit2::Minuit2)
  list(APPEND found Minuit2::Minuit2)
endif()
foreach(target IN LISTS found)
  get_target_property(directories ${target} INTERFACE_INCLUDE_DIRECTORIES)
  foreach(directory IN LISTS directories)
    if(IS_DIRECTORY "${directory}" AND NOT directory IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
      list(APPEND flags -isystem "${directory}")
    endif()
  endforeach()
endforeach()
set(warnings -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)

set(units_dir "${CMAKE_CURRENT_BINARY_DIR}/headers")
list(JOIN flags " " flags_file)
file(CONFIGURE OUTPUT "${units_dir}/flags" CONTENT "${flags_file}")
set(all_headers "")
foreach(header IN LISTS headers)
  file(CONFIGURE OUTPUT "${units_dir}/${header}.cpp" CONTENT "#include \"${header}\"\n")
  string(APPEND all_headers "#include \"${header}\"\n")
endforeach()
file(CONFIGURE OUTPUT "${units_dir}/all.cpp" CONTENT "${all_headers}")

# Every header in one unit: what clang-tidy reads (it needs a target with this unit in compile_commands.json).
add_library(isonomy_all_headers OBJECT EXCLUDE_FROM_ALL "${units_dir}/all.cpp")
target_link_libraries(isonomy_all_headers PRIVATE isonomy::cpu isonomy_dev ${adapters})

cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
set(keep_going "")
if(CMAKE_GENERATOR STREQUAL Ninja)
  set(keep_going -- -k 0)
endif()

# isonomy_compile_test(NAME compiler LABELS l... FLAGS f... DEPENDS d... UNITS u... BESIDE t...): compiles each unit (a path under
# units_dir); beside them what the tests t compile, which then only look: a single unit would leave the other cores idle.
function(isonomy_compile_test name compiler)
  cmake_parse_arguments(arg "" "" "LABELS;FLAGS;DEPENDS;UNITS;BESIDE" ${ARGN})
  set(stamps "")
  foreach(unit IN LISTS arg_UNITS)
    set(stamp "${CMAKE_CURRENT_BINARY_DIR}/${name}/${unit}.stamp")
    cmake_path(GET stamp PARENT_PATH folder)
    file(MAKE_DIRECTORY "${folder}")
    add_custom_command(OUTPUT "${stamp}" DEPFILE "${stamp}.d" DEPENDS "${units_dir}/${unit}.cpp" ${arg_DEPENDS} VERBATIM
      COMMAND "${compiler}" ${flags} ${arg_FLAGS} -MD -MF "${stamp}.d" -MT "${stamp}" "${units_dir}/${unit}.cpp"
      COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}" COMMENT "${name}: ${unit}")
    list(APPEND stamps "${stamp}")
  endforeach()
  add_custom_target(${name} DEPENDS ${stamps})
  add_test(NAME ${name} COMMAND "${CMAKE_COMMAND}" --build "${CMAKE_BINARY_DIR}" --target ${name} ${arg_BESIDE}
           --parallel ${cores} ${keep_going})
  if(arg_BESIDE)
    set_tests_properties(${arg_BESIDE} PROPERTIES DEPENDS ${name})
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" RESOURCE_LOCK build_folder PROCESSORS ${cores})
endfunction()

set(whole "")  # tests that compile all headers as one unit
foreach(name IN ITEMS g++ clang++)
  find_program(ISONOMY_COMPILER_${name} ${name})
  mark_as_advanced(ISONOMY_COMPILER_${name})
  set(compiler "${ISONOMY_COMPILER_${name}}")
  if(compiler)
    isonomy_compile_test(headers.${name} "${compiler}" LABELS checks FLAGS ${warnings} -fsyntax-only UNITS all)
    list(APPEND whole headers.${name})
  else()
    isonomy_skipped_test(headers.${name} "${name} not found")
  endif()
endforeach()

# What follows one compiler tells as well as two: the quicker one.
set(compiler "${ISONOMY_COMPILER_clang++}")
if(NOT compiler)
  set(compiler "${CMAKE_CXX_COMPILER}")
endif()
add_test(NAME macros COMMAND "${CMAKE_COMMAND}" "-DCOMPILER=${compiler}" "-DFLAGS=@${units_dir}/flags"
         "-DINCLUDE_DIR=${PROJECT_SOURCE_DIR}/include" "-DUNIT=${units_dir}/macros.cpp" "-DWITHOUT=${without}"
         -P "${PROJECT_SOURCE_DIR}/cmake/checks/check_macros.cmake")
set_tests_properties(macros PROPERTIES LABELS checks)

# The example of a backend of one's own, all of its rows instantiated; compiled and run where there is time.
file(CONFIGURE OUTPUT "${units_dir}/device_backend.cpp" CONTENT "#include \"${PROJECT_SOURCE_DIR}/examples/device_backend.cpp\"\n")
isonomy_compile_test(headers.device_backend "${compiler}" LABELS checks FLAGS ${warnings} -fsyntax-only UNITS device_backend)
list(APPEND whole headers.device_backend)

# That a header includes what it needs.
isonomy_compile_test(headers.alone "${compiler}" LABELS checks long FLAGS ${warnings} -fsyntax-only UNITS ${headers})

find_program(ISONOMY_NVCC nvcc HINTS ENV CUDACXX PATHS ENV CUDA_PATH ENV CUDA_HOME PATH_SUFFIXES bin)
mark_as_advanced(ISONOMY_NVCC)
if(ISONOMY_NVCC)
  set(cuda_default ON)
else()
  set(cuda_default OFF)
endif()
option(ISONOMY_CUDA_CHECKS "Compile the headers with nvcc" ${cuda_default})
if(ISONOMY_CUDA_CHECKS AND ISONOMY_NVCC)
  set(nvcc_flags -x cu -arch=sm_90 -Xcompiler=-Wall,-Wextra -Werror all-warnings -c -o "${CMAKE_CURRENT_BINARY_DIR}/nvcc.o")
  set(device_headers ${headers})
  list(FILTER device_headers INCLUDE REGEX "^isonomy/(core|ops)/")
  isonomy_compile_test(headers.nvcc.each "${ISONOMY_NVCC}" LABELS checks long FLAGS ${nvcc_flags} UNITS ${device_headers})

  # Those of Backend<Cuda> behind all others, as one unit, for the least device of CUDA 13 (isonomy_cuda is for Hopper); by
  # themselves, for every kind, where there is time.
  file(GLOB_RECURSE cuda_headers CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/include/*.cuh")
  set(all_cuda_headers "")
  foreach(header IN LISTS cuda_headers)
    file(CONFIGURE OUTPUT "${units_dir}/${header}.cpp" CONTENT "#include \"${header}\"\n")
    string(APPEND all_cuda_headers "#include \"${header}\"\n")
  endforeach()
  file(CONFIGURE OUTPUT "${units_dir}/cuda.cpp" CONTENT "${all_cuda_headers}")
  file(CONFIGURE OUTPUT "${units_dir}/all_and_cuda.cpp" CONTENT "${all_headers}${all_cuda_headers}")
  list(TRANSFORM nvcc_flags REPLACE "^-arch=sm_90$" "-arch=sm_75" OUTPUT_VARIABLE least)
  isonomy_compile_test(headers.nvcc "${ISONOMY_NVCC}" LABELS checks FLAGS ${least} UNITS all_and_cuda)
  list(APPEND whole headers.nvcc)
  list(TRANSFORM nvcc_flags REPLACE "^-arch=sm_90$" "-gencode=arch=compute_75,code=sm_75;-gencode=arch=compute_80,code=sm_80;-gencode=arch=compute_90,code=sm_90")
  isonomy_compile_test(headers.cuda "${ISONOMY_NVCC}" LABELS checks long FLAGS ${nvcc_flags} UNITS cuda)
  isonomy_compile_test(headers.cuda.each "${ISONOMY_NVCC}" LABELS checks long FLAGS ${nvcc_flags} UNITS ${cuda_headers})
elseif(ISONOMY_CUDA_CHECKS)
  message(FATAL_ERROR "ISONOMY_CUDA_CHECKS is ON, but nvcc was not found")
else()
  message(STATUS "Headers are not compiled with nvcc: nvcc not found, or ISONOMY_CUDA_CHECKS is OFF")
  isonomy_skipped_test(headers.nvcc "nvcc not found, or ISONOMY_CUDA_CHECKS is OFF")
endif()

# What headers.alone does in a fraction of the time: those that our programs, benchmarks and pages include, behind all foreign
# headers, compiled once. What that hides, a standard header that one of ours forgets, and a type of ours that any header forgets,
# the test std_includes finds.
set(outer "")
file(GLOB_RECURSE users "${PROJECT_SOURCE_DIR}/examples/*.[ch]pp" "${PROJECT_SOURCE_DIR}/benchmarks/*.[ch]pp" "${PROJECT_SOURCE_DIR}/README.md"
  "${PROJECT_SOURCE_DIR}/include/isonomy/*.md")
foreach(user IN LISTS users)
  file(STRINGS "${user}" includes REGEX "^#include \"isonomy/.*\\.hpp\"")
  list(TRANSFORM includes REPLACE "^#include \"([^\"]*)\".*" "\\1")
  list(APPEND outer ${includes})
endforeach()
list(REMOVE_DUPLICATES outer)
if(without)
  list(FILTER outer EXCLUDE REGEX "${without}")
endif()
set(foreign "")
foreach(header IN LISTS headers)
  file(STRINGS "${PROJECT_SOURCE_DIR}/include/${header}" includes REGEX "^[ \t]*#[ \t]*include[ \t]*<")
  list(APPEND foreign ${includes})
endforeach()
list(REMOVE_DUPLICATES foreign)
list(SORT foreign)
list(JOIN foreign "\n" foreign)
set(precompiled "${units_dir}/foreign.hpp")
file(CONFIGURE OUTPUT "${precompiled}" CONTENT "#pragma once\n${foreign}\n")
add_custom_command(OUTPUT "${precompiled}.gch" DEPENDS "${precompiled}" VERBATIM COMMENT "headers.each: foreign headers"
  COMMAND "${compiler}" ${flags} ${warnings} -x c++-header "${precompiled}" -o "${precompiled}.gch")
isonomy_compile_test(headers.each "${compiler}" LABELS checks FLAGS ${warnings} -include "${precompiled}" -fsyntax-only
                     DEPENDS "${precompiled}.gch" UNITS ${outer} BESIDE ${whole})

# isonomy_script_test(NAME SCRIPT ARGS...): a check without compiling, cmake/checks/<script>.cmake.
function(isonomy_script_test name script)
  add_test(NAME ${name} COMMAND "${CMAKE_COMMAND}" "-DINCLUDE_DIR=${PROJECT_SOURCE_DIR}/include" ${ARGN}
           -P "${PROJECT_SOURCE_DIR}/cmake/checks/${script}.cmake")
  set_tests_properties(${name} PROPERTIES LABELS checks)
endfunction()
isonomy_script_test(layers check_layers)
isonomy_script_test(text_rules check_text "-DROOT_DIR=${PROJECT_SOURCE_DIR}")
isonomy_script_test(std_includes check_std_includes)
isonomy_script_test(version check_version "-DVERSION=${PROJECT_VERSION}")
isonomy_script_test(umbrella_complete check_umbrella -DCHECK=complete "-DCOMPILER=${CMAKE_CXX_COMPILER}" "-DFLAGS=@${units_dir}/flags")
isonomy_script_test(no_cuda_leak check_umbrella -DCHECK=no_cuda "-DCOMPILER=${CMAKE_CXX_COMPILER}" "-DFLAGS=@${units_dir}/flags")
isonomy_script_test(the_checks check_the_checks "-DCOMPILER=${CMAKE_CXX_COMPILER}" "-DWORK_DIR=${CMAKE_CURRENT_BINARY_DIR}/the_checks")
