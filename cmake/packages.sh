# Sourced by examples/quickstart.sh and tests/run.sh: installs the Debian packages that are missing.

# require PACKAGE PROBE... notes PACKAGE as missing unless the command PROBE... succeeds.
missing=()
require() {
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || missing+=("$package")
}

# has_header NAME...: true if the compiler finds one of the headers, also under the folders of CMAKE_PREFIX_PATH.
has_header() {
  local name folder flags=()
  local -a folders
  IFS=: read -ra folders <<<"${CMAKE_PREFIX_PATH:-}"
  for folder in "${folders[@]}"; do flags+=("-I$folder/include"); done
  for name in "$@"; do
    if echo "#include <$name>" | g++ -E -x c++ "${flags[@]}" - >/dev/null 2>&1; then return 0; fi
  done
  return 1
}

# has_libfuzzer: true if clang++ finds its fuzzing runtime, which Debian packages as libclang-rt-<major version>-dev.
has_libfuzzer() {
  local folder status=0
  folder=$(mktemp -d)
  echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' |
    clang++ -fsanitize=fuzzer -x c++ - -o "$folder/probe" >/dev/null 2>&1 || status=1
  rm -rf "$folder"
  return "$status"
}
clang_major() { { clang++ -dumpversion 2>/dev/null || echo 14; } | cut -d . -f 1; }

as_root() {
  if [[ $EUID -eq 0 ]]; then "$@"; else sudo -n "$@"; fi
}

# install_missing: installs what require noted; returns 1 and names it where that is not possible.
install_missing() {
  if [[ ${#missing[@]} -eq 0 ]]; then return 0; fi
  local packages=("${missing[@]}")
  missing=()
  echo "Missing: ${packages[*]}"
  if command -v apt-get >/dev/null && as_root true 2>/dev/null; then
    as_root apt-get update -q || true
    if as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${packages[@]}"; then return 0; fi
  fi
  echo "Could not install: ${packages[*]}" >&2
  echo "On Debian 12 or later, as root: apt-get install ${packages[*]}" >&2
  return 1
}

# What a program that uses isonomy is built with.
require_build_tools() {
  require g++ command -v g++
  require cmake command -v cmake
  require ninja-build command -v ninja
  require libeigen3-dev has_header eigen3/Eigen/Core Eigen/Core
  require libtbb-dev has_header tbb/version.h oneapi/tbb/version.h
  require libcli11-dev has_header CLI/CLI.hpp
}
