# cmake -DCOMPILER=... -DWORK_DIR=... -P: every check must pass a good tree and refuse each kind of bad one.
cmake_minimum_required(VERSION 3.25)
set(include_dir "${WORK_DIR}/include")
set(opening "// Owns nothing.\n#pragma once\n")

# run(SCRIPT ARGS...): sets result and output.
macro(run script)
  execute_process(COMMAND "${CMAKE_COMMAND}" "-DINCLUDE_DIR=${include_dir}" "-DCOMPILER=${COMPILER}" "-DFLAGS=-I${include_dir}"
                          "-DUNIT=${WORK_DIR}/macros.cpp" -DVERSION=1.2.3 ${ARGN} -P "${CMAKE_CURRENT_LIST_DIR}/${script}.cmake"
                  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
endmacro()

function(write_good_tree)
  file(REMOVE_RECURSE "${include_dir}")
  set(previous "")
  foreach(header IN ITEMS version core/a backend/b ops/c estimators/sam/d estimators/samap/e isonomy)
    file(WRITE "${include_dir}/isonomy/${header}.hpp" "${opening}${previous}")
    set(previous "#include \"isonomy/${header}.hpp\"\n")
  endforeach()
  file(WRITE "${include_dir}/isonomy/io/f.hpp" "${opening}#include \"isonomy/ops/c.hpp\"\n")
  file(WRITE "${include_dir}/isonomy/version.hpp"
       "${opening}int version_major = 1, version_minor = 2, version_patch = 3;\nconst char* version_string = \"1.2.3\";\n")
endfunction()

# refuses(SCRIPT HEADER TEXT MESSAGE ARGS...): with that header, the check must fail and say so.
function(refuses script header text message)
  write_good_tree()
  file(WRITE "${include_dir}/isonomy/${header}" "${text}")
  run(${script} ${ARGN})
  if(result EQUAL 0 OR NOT output MATCHES "${message}")
    message(SEND_ERROR "${script} accepts ${header}, or says something other than '${message}':\n${text}\n${output}")
  endif()
endfunction()

write_good_tree()
foreach(check IN ITEMS check_layers check_text check_version check_macros "check_umbrella;-DCHECK=complete"
                       "check_umbrella;-DCHECK=no_cuda")
  list(JOIN check " " name)
  run(${check})
  if(NOT result EQUAL 0)
    message(SEND_ERROR "${name} refuses a good tree:\n${output}")
  endif()
endforeach()

set(isonomy "#include \"isonomy")
refuses(check_layers core/x.hpp "${opening}${isonomy}/ops/c.hpp\"\n" "higher layer")
refuses(check_layers ops/x.hpp "${opening}${isonomy}/isonomy.hpp\"\n" "higher layer")
refuses(check_layers estimators/gsn/x.hpp "${opening}${isonomy}/estimators/sam/d.hpp\"\n" "sibling")
refuses(check_layers estimators/sam/x.hpp "${opening}${isonomy}/adapters/g.hpp\"\n" "higher layer")
refuses(check_layers ops/x.hpp "${opening}#include <Eigen/Core>\n" "only core/eigen.hpp")
refuses(check_layers core/x.hpp "${opening}#include <tbb/tbb.h>\n" "standard library")
refuses(check_layers ops/x.hpp "${opening}#include \"c.hpp\"\n" "instead of")
refuses(check_layers backend/x.hpp "${opening}#include <cuda_runtime.h>\n" "must not include")
refuses(check_layers backend/x.hpp "${opening}${isonomy}/backend/cuda.cuh\"\n" "must not include")
refuses(check_layers other/x.hpp "${opening}" "no layer")

string(REPEAT "\n" 400 long)
refuses(check_text core/x.hpp "${opening}${long}" "stays under")
refuses(check_text core/x.hpp "#pragma once\n" "first line")
refuses(check_text core/x.hpp "// No guard.\n" "pragma once")
refuses(check_text core/x.hpp "${opening}  using namespace std;\n" "forbidden")
refuses(check_text core/x.hpp "${opening}// TODO: think\n" "unfinished")
refuses(check_text backend/x.cuh "${opening}cudaDeviceSynchronize();\n" "whole device")
refuses(check_text estimators/sam/x.hpp "${opening}#ifdef __AVX2__\n#endif\n" "conditional")
refuses(check_text estimators/sam/x.hpp "${opening}#  if 1\n#endif\n" "conditional")

refuses(check_text core/x.inl "// Reads a flag.\n#if 1\n#endif\n" "no preprocessor")
refuses(check_layers core/x.inl "// Knows too much.\n${isonomy}/ops/c.hpp\"\n" "higher layer")

refuses(check_version version.hpp "int version_major = 1, version_minor = 2, version_patch = 4;" "says 1.2.3")
refuses(check_macros core/x.hpp "${opening}int I = 0;\n" "macro elsewhere")
refuses(check_umbrella core/x.hpp "${opening}" "does not reach" -DCHECK=complete)
file(WRITE "${WORK_DIR}/cuda/cuda.h" "")
refuses(check_umbrella core/a.hpp "${opening}#include \"${WORK_DIR}/cuda/cuda.h\"\n" "includes CUDA" -DCHECK=no_cuda)
