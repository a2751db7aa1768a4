#!/usr/bin/env bash
# Runs on a machine with a GPU what the emulated device cannot prove: the conformance rows and the comparisons of estimators on
# Backend<Cuda>, and the small rows again under compute-sanitizer. Prints a table last and writes it as JSON. Exits with 77, which
# CTest and run.sh count as skipped, where there is no GPU.
#   bash tests/device.sh [PROGRAM]      PROGRAM: isonomy_cuda as built elsewhere; without it, built here into build/device
#   OUT      folder of device.json and of the logs (build/device/results)
#   CMAKE_PREFIX_PATH   where Catch2, Eigen and oneTBB are, on a machine without packages
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${OUT:-build/device/results}
mkdir -p "$out"

skip() {
  echo "skipped: $1"
  exit 77
}
command -v nvidia-smi >/dev/null && nvidia-smi --list-gpus 2>/dev/null | grep -q '^GPU' || skip "no GPU on this machine"

if [[ $# -gt 0 ]]; then
  program=$1
else
  nvcc=$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)
  [[ -x $nvcc ]] || skip "a GPU is here, but no nvcc to build for it; give a program built elsewhere"
  cmake -S . -B build/device -DCMAKE_BUILD_TYPE=Release -DISONOMY_EXAMPLES=OFF -DISONOMY_BENCHMARKS=OFF >"$out/configure.log"
  cmake --build build/device --target isonomy_cuda --parallel >"$out/build.log"
  program=build/device/tests/isonomy_cuda
fi

rows=() # NAME, a tab, STATUS, a tab, SECONDS
# step NAME COMMAND...: runs with its output in a log, and notes how it ended.
step() {
  local name=$1 status=0 start=$SECONDS
  shift
  "$@" >"$out/${name// /_}.log" 2>&1 || status=$?
  rows+=("$name"$'\t'"$status"$'\t'"$((SECONDS - start))")
  [[ $status -eq 0 ]] || tail -n 20 "$out/${name// /_}.log"
}

step "rows and estimators" "$program" "~[long]"
step "all rows" timeout 240 "$program" "[long]"
if command -v compute-sanitizer >/dev/null; then
  for tool in memcheck racecheck; do
    step "$tool" timeout 60 compute-sanitizer --tool "$tool" --error-exitcode 1 "$program" "[small]"
  done
fi

device=$(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader | head -n 1)
{
  printf '{"schema": "isonomy-device", "version": 1, "device": "%s", "commit": "%s", "steps": [' \
    "$device" "$(git rev-parse HEAD 2>/dev/null || echo unknown)"
  separator=""
  for row in "${rows[@]}"; do
    IFS=$'\t' read -r name status seconds <<<"$row"
    printf '%s{"step": "%s", "status": %s, "seconds": %s}' "$separator" "$name" "$status" "$seconds"
    separator=", "
  done
  printf ']}\n'
} >"$out/device.json"

printf '\n%s\n' "$device"
failed=0
for row in "${rows[@]}"; do
  IFS=$'\t' read -r name status seconds <<<"$row"
  printf '%-24s %-8s %5s s\n' "$name" "$([[ $status -eq 0 ]] && echo passed || echo FAILED)" "$seconds"
  [[ $status -eq 0 ]] || failed=1
done
exit "$failed"
