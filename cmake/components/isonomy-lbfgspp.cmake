# Component lbfgspp: the library with its adapter to LBFGSpp, which is headers alone (Debian: liblbfgspp-dev).
if(NOT TARGET isonomy::cpu)
  include("${CMAKE_CURRENT_LIST_DIR}/isonomy-cpu.cmake")
endif()
find_path(ISONOMY_LBFGSPP_INCLUDE_DIR LBFGSB.h DOC "Folder of LBFGSpp's LBFGSB.h")
mark_as_advanced(ISONOMY_LBFGSPP_INCLUDE_DIR)
if(NOT ISONOMY_LBFGSPP_INCLUDE_DIR)
  set(isonomy_lbfgspp_missing "LBFGSB.h not found (Debian: liblbfgspp-dev)")
elseif(NOT TARGET isonomy::lbfgspp)
  add_library(isonomy::lbfgspp INTERFACE IMPORTED GLOBAL)
  set_target_properties(isonomy::lbfgspp PROPERTIES INTERFACE_LINK_LIBRARIES isonomy::cpu
                        INTERFACE_INCLUDE_DIRECTORIES "${ISONOMY_LBFGSPP_INCLUDE_DIR}")
endif()
