# What only our own tests, examples and benchmarks are compiled with; nothing here reaches a consumer.
set(ISONOMY_SANITIZE "" CACHE STRING "Sanitizers of our own programs: empty, address (with undefined) or thread")
set_property(CACHE ISONOMY_SANITIZE PROPERTY STRINGS "" address thread)

add_library(isonomy_dev INTERFACE)
target_compile_options(isonomy_dev INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
  # g++ 12 takes copies of std::string and the undefined registers inside its own AVX-512 intrinsics for mistakes
  # (GCC bugs 105651, 105593; fixed in 13).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-array-bounds;-Wno-restrict;-Wno-stringop-overflow;-Wno-uninitialized;-Wno-maybe-uninitialized>
  # By default g++ looks for garbage from 128 MB on, again and again, in units that take more than this limit of 1 GB anyway.
  $<$<CXX_COMPILER_ID:GNU>:--param=ggc-min-heapsize=1048576>
  # At -O1 g++ leaves the upper halves of registers dirty behind AVX code, and the scalar code that follows crawls.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:RelWithDebInfo>>:-fexpensive-optimizations>)
if(ISONOMY_SANITIZE STREQUAL "address")
  # Lanes are small objects by the hundred: marking where each one's scope ends would take half of the compile time. Null pointers
  # and objects too small the address sanitizer finds by itself, pointers beyond an object where they are used; classes whose
  # type could be mistaken there are none.
  set(isonomy_sanitizer_flags -fsanitize=address,undefined -fno-sanitize=null,object-size,pointer-overflow,vptr
      -fno-sanitize-address-use-after-scope
      -fno-sanitize-recover=all -fno-omit-frame-pointer)
elseif(ISONOMY_SANITIZE STREQUAL "thread")
  set(isonomy_sanitizer_flags -fsanitize=thread -fno-omit-frame-pointer)
  # The sanitizer cannot see into libtbb: the loops run on std::thread instead.
  foreach(header IN ITEMS blocked_range parallel_for partitioner task_arena)
    file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/tbb_on_threads/tbb/${header}.h"
         CONTENT "#include \"${PROJECT_SOURCE_DIR}/tests/support/tbb_on_threads.hpp\"\n")
  endforeach()
  target_include_directories(isonomy_dev BEFORE INTERFACE "${PROJECT_BINARY_DIR}/tbb_on_threads")
elseif(ISONOMY_SANITIZE)
  message(FATAL_ERROR "ISONOMY_SANITIZE=${ISONOMY_SANITIZE}: expected address or thread")
endif()
if(ISONOMY_SANITIZE)
  # Instrumented code draws warnings of its own that an ordinary build does not have.
  target_compile_options(isonomy_dev INTERFACE ${isonomy_sanitizer_flags} -Wno-error)
  target_link_options(isonomy_dev INTERFACE ${isonomy_sanitizer_flags})
endif()

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_CXX_EXTENSIONS OFF)
  find_program(ISONOMY_CCACHE ccache)
  mark_as_advanced(ISONOMY_CCACHE)
  if(ISONOMY_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # The two settings are what ccache asks for with precompiled headers.
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros "${ISONOMY_CCACHE}")
    target_compile_options(isonomy_dev INTERFACE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
  endif()
endif()
