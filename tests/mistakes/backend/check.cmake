# cmake -DCOMPILER=... "-DFLAGS=a;b" -DSOURCE_DIR=... -P: each member that a backend lacks is named in one sentence, once, and the
# compiler says hardly more. The sentence comes first, unless the backend's own code uses the name that is missing: no library can
# speak before the compiler has read that code.
cmake_minimum_required(VERSION 3.25)
set(left_out
  "the backend lacks `using tag`: " "the backend lacks `using space`: " "the backend lacks `using context`: "
  "the backend lacks `static constexpr const char* name()`: " "the backend lacks `static bool available() noexcept`: "
  "the backend's context lacks `using tag`: " "the backend's context lacks `using space`: "
  "the backend's context lacks `Control& control()` and `const Control& control() const`: "
  "the backend's context lacks `Counters& counters()`: ")
set(left_out_of_memory
  "the backend lacks `using allocation`: "
  "the backend lacks `static allocation allocate(context&, std::size_t bytes, const char* purpose)`: "
  "the backend lacks `template <class T> static void copy_from_host(context&, VectorView<const T, HostSpace> source, VectorView<T, space> out)`: "
  "the backend lacks `template <class T> static void copy_to_host(context&, VectorView<const T, space> source, VectorView<T, HostSpace> out)`: "
  "the backend lacks `static void synchronize(context&)`: ")
set(wrong
  "the backend lacks `static bool available() noexcept`: " "the backend lacks `static bool available() noexcept`: "
  "the backend lacks `static constexpr const char* name()`: "
  "the backend lacks `static allocation allocate(context&, std::size_t bytes, const char* purpose)`: "
  "the backend's copy_from_host takes some element types alone: "
  "the backend lacks `template <class T> static void copy_to_host(context&, VectorView<const T, space> source, VectorView<T, HostSpace> out)`: "
  "the backend's copy_to_host takes some element types alone: "
  "the backend lacks `using space`: " "the backend lacks `using allocation`: "
  "the backend's context lacks `Control& control()` and `const Control& control() const`: "
  "the backend's context lacks `Counters& counters()`: ")
set(no_backend "this tag has no backend here: include the header that specialises isonomy::Backend for it, or write one")

# Compiles SOURCE with -DWHAT. The compiler says each of the sentences as often as it is listed, and at most `more` errors beside; the
# first error is a sentence, or what matches `own_first` where that is set.
function(expect source what more)
  execute_process(COMMAND "${COMPILER}" ${FLAGS} ${unlimited} ${what} -fsyntax-only "${SOURCE_DIR}/${source}"
                  RESULT_VARIABLE failed ERROR_VARIABLE said)
  string(REPLACE ";" "," said "${said}")
  string(REGEX MATCHALL "[^\n]*:[0-9]+:[0-9]+: error: [^\n]*" errors "${said}")
  list(LENGTH errors all)
  list(LENGTH ARGN wanted)
  math(EXPR most "${wanted} + ${more}")
  if(ARGN AND NOT failed)
    message(SEND_ERROR "${source} compiles with ${what}, although members are missing")
  elseif(failed AND NOT ARGN)
    message(SEND_ERROR "${source} does not compile with ${what}:\n${said}")
  elseif(all GREATER most)
    list(JOIN errors "\n" errors)
    message(SEND_ERROR "${source} with ${what}: ${all} errors for ${wanted} missing members, more than ${most}:\n${errors}")
  endif()
  if(ARGN AND errors)
    list(GET errors 0 first)
    set(is_first FALSE)
    foreach(sentence IN LISTS ARGN)
      string(FIND "${first}" "${sentence}" at)
      if((own_first AND first MATCHES "${own_first}") OR (NOT own_first AND NOT at EQUAL -1))
        set(is_first TRUE)
      endif()
    endforeach()
    if(NOT is_first)
      message(SEND_ERROR "${source} with ${what}: another error comes first:\n${first}")
    endif()
  endif()
  foreach(sentence IN LISTS ARGN)
    string(FIND "${errors}" "${sentence}" at)
    if(at EQUAL -1)
      message(SEND_ERROR "${source} with ${what}: the compiler does not say, or not often enough: ${sentence}\n${errors}")
    else()  # said once less
      string(LENGTH "${sentence}" length)
      math(EXPR behind "${at} + ${length}")
      string(SUBSTRING "${errors}" 0 ${at} before)
      string(SUBSTRING "${errors}" ${behind} -1 after)
      set(errors "${before}${after}")
    endif()
  endforeach()
endfunction()

set(unlimited -ferror-limit=0)
execute_process(COMMAND "${COMPILER}" --version OUTPUT_VARIABLE version)
if(NOT version MATCHES "clang")
  set(unlimited -fmax-errors=0)
endif()
expect(checked.cpp "" 0)
expect(checked.cpp -DNO_BACKEND 0 "${no_backend}")
expect(checked.cpp -DLEFT_OUT 0 ${left_out} ${left_out_of_memory})
expect(checked.cpp -DWRONG 0 ${wrong})
expect(used.cpp -DKIT 0 ${left_out})
expect(used.cpp "-DKIT;-DMEMORY" 0 ${left_out_of_memory})
expect(used.cpp "-DBUFFER;-DMEMORY" 0 ${left_out_of_memory})
expect(used.cpp -DFRONT_DOOR 9 ${left_out})  # "no matching function" behind each

# A backend as its author writes it, complete and without each name, which its own code uses or not.
expect(stranger.cpp "" 0)
expect(stranger.cpp -DNAMES_USED 0)
foreach(name IN ITEMS tag space context)
  string(TOUPPER ${name} macro)
  expect(stranger.cpp -DWITHOUT_${macro} 1 "the backend lacks `using ${name}`: ")  # "no matching function" behind it
  set(own_first "stranger.cpp:.*(‘${name}’|'${name}')")
  expect(stranger.cpp "-DWITHOUT_${macro};-DNAMES_USED" 5 "the backend lacks `using ${name}`: ")
  set(own_first "")
endforeach()
expect(stranger.cpp "-DCONTEXT_WITHOUT_TAG;-DNAMES_USED" 1 "the backend's context lacks `using tag`: ")
