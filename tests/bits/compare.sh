#!/usr/bin/env bash
# compare.sh WORK_DIR "FLAGS" TBB_DIR LIBRARY "COMPILER OPTIONS"...: builds the program of this folder once with each compiler and
# its options, two at a time, and compares what it prints with what the first one's prints. FLAGS are common to all. The first
# takes from LIBRARY, the compiled form, what that has; nothing, where LIBRARY is empty.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$1 flags=$2 tbb=$3 library=$4
shift 4
mkdir -p "$work"
for source in "$here"/*.cpp; do echo "#include \"$source\""; done > "$work/all.cpp"  # as one: the headers are compiled once
compiled=""  # how the first is told what the library has
if [ -n "$library" ]; then
  for header in "$here"/../../include/isonomy/compiled/*.hpp; do compiled+=" -include isonomy/compiled/$(basename "$header")"; done
fi

name_of() { echo "${1//[^A-Za-z0-9.+=-]/_}"; }

# build CONFIGURATION [FLAGS LIBRARY]: the program and what it prints; the file with the text is there only if both went well.
build() {
  local program flags="$flags ${2:-}"
  program="$work/$(name_of "$1")"
  # shellcheck disable=SC2086  # each holds several words
  ${LAUNCHER:-} $1 -std=c++20 $flags -I"$here/.." -c "$work/all.cpp" -o "$program.o" &&
    $1 "$program.o" ${3:+"$3"} -L"$tbb" -Wl,-rpath,"$tbb" -ltbb -pthread -o "$program" &&
    "$program" > "$program.draft" && mv "$program.draft" "$program.txt"
  rm -f "$program.o"
}

for configuration in "$@"; do
  rm -f "$work/$(name_of "$configuration").txt"
  while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n; done
  build "$configuration" "$compiled" "$library" &
  compiled="" library=""
done
wait

reference="$work/$(name_of "$1").txt"
[ -s "$reference" ] || { echo "$1: the program does not compile, fails, or prints nothing"; exit 1; }
echo "$1: $(grep -c '^[a-z]' "$reference") results"
shift
failed=0
for configuration in "$@"; do
  printed="$work/$(name_of "$configuration").txt"
  if [ ! -s "$printed" ]; then
    echo "$configuration: the program does not compile, fails, or prints nothing"
    failed=1
  elif diff "$reference" "$printed" > "${printed%.txt}.diff"; then
    echo "$configuration: the same bits"
  else
    echo "$configuration: other bits than the first:"
    sed -n 's/^> \([a-z][^ ]*\) .*/  \1/p' "${printed%.txt}.diff"
    failed=1
  fi
done
exit $failed
