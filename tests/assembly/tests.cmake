# Dispatch on a plain backend costs nothing: a call through invoke has the instructions of a direct call of the member.
find_program(ISONOMY_OBJDUMP objdump)
mark_as_advanced(ISONOMY_OBJDUMP)
foreach(compiler IN ITEMS ISONOMY_GCC ISONOMY_CLANG)  # as bits/tests.cmake finds them
  string(REPLACE "ISONOMY_" "assembly." name "${compiler}")
  string(TOLOWER "${name}" name)
  if(NOT ISONOMY_OBJDUMP OR NOT ${compiler})
    isonomy_skipped_test(${name} "objdump or the compiler not found")
  else()
    add_test(NAME ${name} COMMAND bash "${CMAKE_CURRENT_LIST_DIR}/compare.sh" "${${compiler}}" "${CMAKE_CURRENT_BINARY_DIR}/${name}.o"
             -std=c++20 "-I${PROJECT_SOURCE_DIR}/include")
    set_tests_properties(${name} PROPERTIES LABELS checks)
  endif()
endforeach()
