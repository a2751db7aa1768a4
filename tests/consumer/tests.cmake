# The ways a user gets the library, each as a test: installed, as a subdirectory, with a plain compiler line.
set(consumer_source "${CMAKE_CURRENT_SOURCE_DIR}/consumer")
set(consumer_binary "${CMAKE_CURRENT_BINARY_DIR}/consumer")
set(prefix "${consumer_binary}/prefix")

function(isonomy_consumer_test name)
  add_test(NAME consumer.${name} COMMAND "${CMAKE_CTEST_COMMAND}"
    --build-and-test "${consumer_source}" "${consumer_binary}/${name}" --build-generator "${CMAKE_GENERATOR}"
    --build-options "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}" -DCMAKE_BUILD_TYPE=Release ${ARGN} --test-command consumer)
  set_tests_properties(consumer.${name} PROPERTIES LABELS consumer)
endfunction()

add_test(NAME consumer.install COMMAND "${CMAKE_COMMAND}" --install "${PROJECT_BINARY_DIR}" --prefix "${prefix}")
set_tests_properties(consumer.install PROPERTIES LABELS consumer FIXTURES_SETUP isonomy_installed)

isonomy_consumer_test(installed "-Disonomy_ROOT=${prefix}")
isonomy_consumer_test(subdirectory "-DISONOMY_SOURCE=${PROJECT_SOURCE_DIR}")
isonomy_consumer_test(missing_component "-Disonomy_ROOT=${prefix}" -DISONOMY_COMPONENTS=teleport)
set_tests_properties(consumer.missing_component PROPERTIES PASS_REGULAR_EXPRESSION "component[ \n]+not[ \n]+found:[ \n]+teleport")
set_tests_properties(consumer.installed consumer.missing_component PROPERTIES FIXTURES_REQUIRED isonomy_installed)

get_target_property(eigen Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)
add_test(NAME consumer.compiler_line COMMAND sh -c
  "\"$1\" -std=c++20 -I \"$2\" -I \"$3\" \"$4\" -L \"$5\" -ltbb -o \"$6\" && \"$6\"" sh
  "${CMAKE_CXX_COMPILER}" "${PROJECT_SOURCE_DIR}/include" "${eigen}" "${consumer_source}/main.cpp"
  "$<TARGET_FILE_DIR:TBB::tbb>" "${CMAKE_CURRENT_BINARY_DIR}/consumer_compiler_line")
set_tests_properties(consumer.compiler_line PROPERTIES LABELS consumer)
