#!/usr/bin/env bash
# watch.sh COMMAND...: runs nvcc, with -Xptxas=-v among its arguments, and fails where a kernel has a stack frame of more than
# 256 bytes, where registers are spilled, or where a function of the library is called instead of being inlined: a function that
# calls itself has no frame of a known size. What nvcc says besides is printed.
set -uo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
"$@" 2>"$log" || status=$?
grep -v -e '^ptxas info' -e 'bytes stack frame' "$log" >&2
[[ $status -eq 0 ]] || exit "$status"

findings=$(awk '
  /Compiling entry function/ { split($0, quoted, "\047"); entry[quoted[2]] = 1 }
  /Function properties for/ { name = $NF }
  /bytes stack frame/ { frame[name] = $1; spilled[name] = $5 + $9 }
  END {
    for (name in frame) {
      if (frame[name] > 256) print name ": a stack frame of " frame[name] " bytes; 256 at most"
      if (spilled[name] > 0) print name ": " spilled[name] " bytes of registers are spilled and loaded again"
      if (!(name in entry) && name ~ /isonomy/) print name ": is called; functions of kernels are inlined, and none calls itself"
    }
  }' "$log" | c++filt)
[[ -z $findings ]] && exit 0
printf 'error: %s\n' "$findings" >&2
exit 1
