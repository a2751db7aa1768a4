# cmake -DCOMPILER=... "-DFLAGS=a;b" -DSOURCE=... -P: with MISTAKE defined the source does not compile, and the compiler repeats
# the sentence of its first line ("// says: sentence").
cmake_minimum_required(VERSION 3.25)
file(STRINGS "${SOURCE}" first LIMIT_COUNT 1)
if(NOT first MATCHES "^// says: (.*)$")
  message(FATAL_ERROR "${SOURCE}: the first line is not \"// says: sentence\"")
endif()
set(sentence "${CMAKE_MATCH_1}")
execute_process(COMMAND "${COMPILER}" ${FLAGS} -DMISTAKE -fsyntax-only "${SOURCE}" RESULT_VARIABLE failed ERROR_VARIABLE said)
string(REPLACE "\" \"" "" said "${said}")  # a compiler that shows the sentence in its pieces
string(FIND "${said}" "${sentence}" found)
if(NOT failed)
  message(FATAL_ERROR "${SOURCE} compiles although it makes a mistake")
elseif(found EQUAL -1)
  message(FATAL_ERROR "${SOURCE}: expected the compiler to say \"${sentence}\"; it said:\n${said}")
endif()
