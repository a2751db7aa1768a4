# Component cpu_compiled: the library with the static library of what isonomy/compiled/*.hpp declares.
if(NOT TARGET isonomy::cpu)
  include("${CMAKE_CURRENT_LIST_DIR}/isonomy-cpu.cmake")
endif()
if(TARGET isonomy::cpu)
  include("${CMAKE_CURRENT_LIST_DIR}/isonomy-cpu_compiled-targets.cmake")
else()
  set(isonomy_cpu_compiled_missing "${isonomy_cpu_missing}")
endif()
