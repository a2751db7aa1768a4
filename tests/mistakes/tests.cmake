# Common mistakes get a sentence from the compiler: one test a file, compiled once for every mistake in it.
get_target_property(isonomy_mistakes_eigen Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)
file(GLOB isonomy_mistakes CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.cpp")
foreach(source IN LISTS isonomy_mistakes)
  cmake_path(GET source STEM name)
  add_test(NAME mistakes.${name} COMMAND bash "${CMAKE_CURRENT_LIST_DIR}/compile.sh" "${source}" "${CMAKE_CXX_COMPILER}"
    -I "${PROJECT_SOURCE_DIR}/include" -isystem "${isonomy_mistakes_eigen}")
  set_tests_properties(mistakes.${name} PROPERTIES LABELS checks)
endforeach()
