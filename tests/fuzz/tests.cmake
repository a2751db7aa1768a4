# Only in the preset long: fuzzers of every reader, from the corpus that the unit tests replay in every run.
if(NOT ISONOMY_COMPILER_clang++)
  isonomy_skipped_test(fuzz "clang++ not found")
else()
  get_target_property(fuzz_eigen Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)
  add_test(NAME fuzz COMMAND bash "${CMAKE_CURRENT_LIST_DIR}/run.sh" "${CMAKE_CURRENT_BINARY_DIR}/fuzz"
           "${ISONOMY_COMPILER_clang++}" 30 "-I${PROJECT_SOURCE_DIR}/include" -isystem "${fuzz_eigen}")
  set_tests_properties(fuzz PROPERTIES LABELS "fuzz;long" SKIP_RETURN_CODE 77 TIMEOUT 1800)
endif()
