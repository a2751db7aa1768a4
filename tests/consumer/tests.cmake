# The ways a user gets the library, each as a test: installed, as a subdirectory, with a plain compiler line.
set(consumer_source "${CMAKE_CURRENT_SOURCE_DIR}/consumer")
set(consumer_binary "${CMAKE_CURRENT_BINARY_DIR}/consumer")
set(prefix "${consumer_binary}/prefix")

function(isonomy_consumer_test name)
  add_test(NAME consumer.${name} COMMAND "${CMAKE_CTEST_COMMAND}"
    --build-and-test "${consumer_source}" "${consumer_binary}/${name}" --build-generator "${CMAKE_GENERATOR}"
    --build-options "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}" ${ARGN} --test-command consumer)
  set_tests_properties(consumer.${name} PROPERTIES LABELS consumer)
endfunction()

add_test(NAME consumer.install COMMAND "${CMAKE_COMMAND}" --install "${PROJECT_BINARY_DIR}" --prefix "${prefix}")
set_tests_properties(consumer.install PROPERTIES LABELS consumer FIXTURES_SETUP isonomy_installed)

isonomy_consumer_test(installed "-Disonomy_ROOT=${prefix}")
isonomy_consumer_test(compiled "-Disonomy_ROOT=${prefix}" -DISONOMY_COMPONENTS=cpu_compiled)
isonomy_consumer_test(subdirectory "-DISONOMY_SOURCE=${PROJECT_SOURCE_DIR}")
isonomy_consumer_test(missing_component "-Disonomy_ROOT=${prefix}" -DISONOMY_COMPONENTS=teleport)
set_tests_properties(consumer.missing_component PROPERTIES PASS_REGULAR_EXPRESSION "component[ \n]+not[ \n]+found:[ \n]+teleport")
set_tests_properties(consumer.installed consumer.compiled consumer.missing_component PROPERTIES FIXTURES_REQUIRED isonomy_installed)

# A project with a backend of its own, which conforms: dense algebra with g++ in every run; the whole kit, unoptimised, in pieces that
# compile side by side, with either compiler where there is time.
function(isonomy_consumer_backend test compiler labels)
  add_test(NAME consumer.${test} COMMAND "${CMAKE_CTEST_COMMAND}"
    --build-and-test "${consumer_source}/backend" "${consumer_binary}/${test}" --build-generator "${CMAKE_GENERATOR}"
    --build-options "-DCMAKE_CXX_COMPILER=${compiler}" "-Disonomy_ROOT=${prefix}" ${ARGN} --test-command consumer_backend)
  set_tests_properties(consumer.${test} PROPERTIES LABELS "${labels}" FIXTURES_REQUIRED isonomy_installed PROCESSORS 2)
endfunction()
foreach(name IN ITEMS g++ clang++)
  if(ISONOMY_COMPILER_${name})
    isonomy_consumer_backend(backend.${name} "${ISONOMY_COMPILER_${name}}" "consumer;long")
  else()
    isonomy_skipped_test(consumer.backend.${name} "${name} not found")
  endif()
endforeach()
if(ISONOMY_COMPILER_g++)
  isonomy_consumer_backend(backend.products "${ISONOMY_COMPILER_g++}" consumer -DPRODUCTS_ALONE=ON)
endif()

# One with the backend for GPUs: it compiles and links here, and runs where there is a device.
if(TARGET isonomy::cuda AND ISONOMY_CUDA_CHECKS)
  add_test(NAME consumer.cuda COMMAND "${CMAKE_CTEST_COMMAND}"
    --build-and-test "${consumer_source}/cuda" "${consumer_binary}/cuda" --build-generator "${CMAKE_GENERATOR}"
    --build-options "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}" "-Disonomy_ROOT=${prefix}" "-DCUDAToolkit_ROOT=${CUDAToolkit_BIN_DIR}/.."
    --test-command consumer_cuda)
  set_tests_properties(consumer.cuda PROPERTIES LABELS consumer FIXTURES_REQUIRED isonomy_installed
                       SKIP_REGULAR_EXPRESSION "skipped: ")
else()
  isonomy_skipped_test(consumer.cuda "no CUDA toolkit of version 13, or ISONOMY_CUDA_CHECKS is OFF")
endif()

# One with the backend on OpenBLAS, and what is said where OpenBLAS is not.
if(TARGET isonomy::blas)
  add_test(NAME consumer.blas COMMAND "${CMAKE_CTEST_COMMAND}"
    --build-and-test "${consumer_source}/blas" "${consumer_binary}/blas" --build-generator "${CMAKE_GENERATOR}"
    --build-options "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}" "-Disonomy_ROOT=${prefix}" --test-command consumer_blas)
  set_tests_properties(consumer.blas PROPERTIES LABELS consumer FIXTURES_REQUIRED isonomy_installed)
else()
  isonomy_skipped_test(consumer.blas "${isonomy_blas_missing}")
endif()
add_test(NAME consumer.blas_missing COMMAND "${CMAKE_COMMAND}" --fresh -S "${consumer_source}/blas" -B "${consumer_binary}/blas_missing"
         -G "${CMAKE_GENERATOR}" "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}" "-Disonomy_ROOT=${prefix}" -DISONOMY_OPENBLAS_INCLUDE_DIR=/nowhere)
set_tests_properties(consumer.blas_missing PROPERTIES LABELS consumer FIXTURES_REQUIRED isonomy_installed
  PASS_REGULAR_EXPRESSION "blas[ \n]+\\(cblas.h[ \n]+of[ \n]+OpenBLAS[ \n]+not[ \n]+found")

get_target_property(eigen Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)
add_test(NAME consumer.compiler_line COMMAND sh -c
  "\"$1\" -std=c++20 -I \"$2\" -I \"$3\" \"$4\" -L \"$5\" -ltbb -o \"$6\" && \"$6\"" sh
  "${CMAKE_CXX_COMPILER}" "${PROJECT_SOURCE_DIR}/include" "${eigen}" "${consumer_source}/main.cpp"
  "$<TARGET_FILE_DIR:TBB::tbb>" "${CMAKE_CURRENT_BINARY_DIR}/consumer_compiler_line")
set_tests_properties(consumer.compiler_line PROPERTIES LABELS "consumer;long")  # every program of the README is compiled so

# Eigen's version file accepts its own major version only: 5 must be accepted all the same, 3.3 refused in words. Stand-ins bear
# the version numbers and lead to the Eigen that is here.
set(eigen_5 5.0.1)
set(eigen_3 3.3.9)
foreach(major IN ITEMS 5 3)
  set(EIGEN_VERSION ${eigen_${major}})
  set(EIGEN_INCLUDE "${eigen}")
  configure_file(consumer/eigen/Eigen3Config.cmake.in "${consumer_binary}/eigen_${major}/Eigen3Config.cmake" @ONLY)
  configure_file(consumer/eigen/Eigen3ConfigVersion.cmake.in "${consumer_binary}/eigen_${major}/Eigen3ConfigVersion.cmake" @ONLY)
  foreach(way IN ITEMS installed build)
    if(way STREQUAL installed)
      set(configured -S "${consumer_source}" "-Disonomy_ROOT=${prefix}")
    else()
      set(configured -S "${PROJECT_SOURCE_DIR}" -DISONOMY_TESTS=OFF -DISONOMY_EXAMPLES=OFF -DISONOMY_BENCHMARKS=OFF)
    endif()
    set(name consumer.eigen_${major}_${way})
    add_test(NAME ${name} COMMAND "${CMAKE_COMMAND}" --fresh ${configured} -B "${consumer_binary}/eigen_${major}_${way}"
             -G "${CMAKE_GENERATOR}" "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}" "-DEigen3_DIR=${consumer_binary}/eigen_${major}")
    set_tests_properties(${name} PROPERTIES LABELS consumer)
    if(way STREQUAL installed)
      set_tests_properties(${name} PROPERTIES FIXTURES_REQUIRED isonomy_installed)
    endif()
    if(major EQUAL 3)
      set_tests_properties(${name} PROPERTIES
        PASS_REGULAR_EXPRESSION "Eigen[ \n]+3.4[ \n]+or[ \n]+later[ \n]+is[ \n]+needed,[ \n]+and[^,]*has[ \n]+3.3.9")
    endif()
  endforeach()
endforeach()

# The programs need neither Catch2 nor Google Benchmark; the tests name what is missing and the way to the programs.
set(without -DCMAKE_DISABLE_FIND_PACKAGE_Catch2=ON -DCMAKE_DISABLE_FIND_PACKAGE_benchmark=ON "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}")
foreach(preset IN ITEMS programs release)
  add_test(NAME consumer.${preset}_without_catch2 WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
           COMMAND "${CMAKE_COMMAND}" --fresh --preset ${preset} -B "${consumer_binary}/${preset}_without_catch2" ${without})
  set_tests_properties(consumer.${preset}_without_catch2 PROPERTIES LABELS consumer)
endforeach()
set_tests_properties(consumer.release_without_catch2 PROPERTIES
  PASS_REGULAR_EXPRESSION "Debian:[ \n]+catch2.*cmake[ \n]+--workflow[ \n]+--preset[ \n]+programs")
