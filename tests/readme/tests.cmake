# Every program of the README, compiled with one line from its own text, run, and compared with the output shown there.
set(isonomy_readme "${PROJECT_SOURCE_DIR}/README.md")
set(isonomy_readme_script "${CMAKE_CURRENT_LIST_DIR}/program.sh")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${isonomy_readme}" "${isonomy_readme_script}")
execute_process(COMMAND bash "${isonomy_readme_script}" "${isonomy_readme}" --list OUTPUT_VARIABLE isonomy_readme_programs
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" isonomy_readme_programs "${isonomy_readme_programs}")
get_target_property(isonomy_readme_eigen Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)
foreach(program IN LISTS isonomy_readme_programs)
  add_test(NAME readme.${program} COMMAND bash "${isonomy_readme_script}" "${isonomy_readme}" ${program}
    "${CMAKE_CURRENT_BINARY_DIR}/readme" "${CMAKE_CXX_COMPILER}" -I "${PROJECT_SOURCE_DIR}/include"
    -I "${isonomy_readme_eigen}" -L "$<TARGET_FILE_DIR:TBB::tbb>" -ltbb)
  set_tests_properties(readme.${program} PROPERTIES LABELS consumer)
endforeach()

add_test(NAME readme.backend COMMAND bash "${CMAKE_CURRENT_LIST_DIR}/backend.sh"
  "${PROJECT_SOURCE_DIR}/include/isonomy/conformance/README.md" "${CMAKE_CURRENT_BINARY_DIR}/readme/backend" "${CMAKE_CXX_COMPILER}"
  "${PROJECT_SOURCE_DIR}/include")
set_tests_properties(readme.backend PROPERTIES LABELS consumer)
