# Mistakes that users make, one a file: the compiler must refuse each with our sentence, and take the right way.
get_target_property(mistakes_eigen Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)
file(GLOB mistakes CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.cpp")
foreach(source IN LISTS mistakes)
  cmake_path(GET source STEM name)
  add_test(NAME mistakes.${name} COMMAND "${CMAKE_COMMAND}" "-DCOMPILER=${CMAKE_CXX_COMPILER}"
           "-DFLAGS=-std=c++20;-I${PROJECT_SOURCE_DIR}/include;-isystem;${mistakes_eigen}" "-DSOURCE=${source}"
           -P "${CMAKE_CURRENT_LIST_DIR}/check.cmake")
  set_tests_properties(mistakes.${name} PROPERTIES LABELS mistakes)
endforeach()
