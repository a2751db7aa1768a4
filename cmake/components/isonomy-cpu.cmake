# Component cpu: headers, Eigen, oneTBB, threads.
include("${CMAKE_CURRENT_LIST_DIR}/eigen.cmake")
if(isonomy_eigen_missing)
  set(isonomy_cpu_missing "${isonomy_eigen_missing}")
  return()
endif()
find_dependency(TBB 2021)
find_dependency(Threads)
include("${CMAKE_CURRENT_LIST_DIR}/isonomy-cpu-targets.cmake")
