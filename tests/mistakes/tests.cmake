# Mistakes that users make, one a file: the compiler must refuse each with our sentence, and take the right way.
get_target_property(mistakes_eigen Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)
set(mistakes_dir "${CMAKE_CURRENT_BINARY_DIR}/mistakes")
set(mistakes_flags -std=c++20 "-I${PROJECT_SOURCE_DIR}/include" "-I${PROJECT_SOURCE_DIR}/tests" -isystem "${mistakes_eigen}")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")  # which finds umbrella.hpp.gch by itself
  set(umbrella "${mistakes_dir}/umbrella.hpp")
  file(CONFIGURE OUTPUT "${umbrella}" CONTENT "#include \"isonomy/isonomy.hpp\"\n")
  add_test(NAME mistakes.umbrella COMMAND "${CMAKE_CXX_COMPILER}" ${mistakes_flags} -x c++-header "${umbrella}" -o "${umbrella}.gch")
  set_tests_properties(mistakes.umbrella PROPERTIES LABELS mistakes FIXTURES_SETUP mistakes_umbrella)
  list(APPEND mistakes_flags -Winvalid-pch -include "${umbrella}")
endif()

file(GLOB mistakes CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.cpp" "${CMAKE_CURRENT_LIST_DIR}/dispatch/*.cpp")
set(right_ways "")
foreach(source IN LISTS mistakes)
  string(APPEND right_ways "#include \"${source}\"\n")
  file(STRINGS "${source}" first LIMIT_COUNT 1)
  if(first MATCHES "^// says nothing")  # no mistake any more
    continue()
  endif()
  cmake_path(GET source STEM name)
  add_test(NAME mistakes.${name} COMMAND "${CMAKE_COMMAND}" "-DCOMPILER=${CMAKE_CXX_COMPILER}" "-DFLAGS=${mistakes_flags}"
           "-DSOURCE=${source}" -P "${CMAKE_CURRENT_LIST_DIR}/check.cmake")
  set_tests_properties(mistakes.${name} PROPERTIES LABELS mistakes FIXTURES_REQUIRED mistakes_umbrella)
endforeach()
file(CONFIGURE OUTPUT "${mistakes_dir}/right_ways.cpp" CONTENT "${right_ways}" @ONLY)
add_test(NAME mistakes.right_ways COMMAND "${CMAKE_CXX_COMPILER}" ${mistakes_flags} -fsyntax-only "${mistakes_dir}/right_ways.cpp")
set_tests_properties(mistakes.right_ways PROPERTIES LABELS mistakes FIXTURES_REQUIRED mistakes_umbrella)

# Members that a backend lacks: all of them in one unit, with either compiler.
foreach(name IN ITEMS g++ clang++)
  if(ISONOMY_COMPILER_${name})
    add_test(NAME mistakes.backend.${name} COMMAND "${CMAKE_COMMAND}" "-DCOMPILER=${ISONOMY_COMPILER_${name}}"
             "-DFLAGS=-std=c++20;-I${PROJECT_SOURCE_DIR}/include;-I${PROJECT_SOURCE_DIR}/tests"
             "-DSOURCE_DIR=${CMAKE_CURRENT_LIST_DIR}/backend" -P "${CMAKE_CURRENT_LIST_DIR}/backend/check.cmake")
    set_tests_properties(mistakes.backend.${name} PROPERTIES LABELS mistakes)
    if(name STREQUAL "clang++")  # the sentences are the same
      set_tests_properties(mistakes.backend.${name} PROPERTIES LABELS "mistakes;long")
    endif()
  else()
    isonomy_skipped_test(mistakes.backend.${name} "${name} not found")
  endif()
endforeach()
