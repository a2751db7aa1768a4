# Component cpu: headers, Eigen, oneTBB, threads.
find_dependency(Eigen3 3.4 NO_MODULE)
find_dependency(TBB 2021)
find_dependency(Threads)
include("${CMAKE_CURRENT_LIST_DIR}/isonomy-cpu-targets.cmake")
