#!/usr/bin/env bash
# Runs on a machine with a GPU what the emulated device cannot prove: beliefs about CUDA and its libraries, the conformance rows and
# the comparisons of estimators on Backend<Cuda>, the small rows again under compute-sanitizer, programs, and last the gates, which
# say how fast it is. Prints a table last and writes it as JSON. Exits with 77, which CTest and run.sh count as skipped, where there
# is no GPU.
#   bash tests/device.sh [FOLDER]   FOLDER: with isonomy_cuda, isonomy_gates and perhaps consumer_cuda, isonomy-profile,
#                                   isonomy-mixture, isonomy-gsn, built elsewhere; without it, built here into build/device
#   OUT      folder of device.json, gates.json and the logs (build/device/results)
#   BUDGET   seconds for everything but building (450): each step has a limit, and what is left is shared out as it goes
#   CMAKE_PREFIX_PATH   where Catch2, Eigen and oneTBB are, on a machine without packages; its lib is searched for libraries too
#   CMAKE_CUDA_ARCHITECTURES   of the device (90)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${OUT:-build/device/results}
mkdir -p "$out"

skip() {
  echo "skipped: $1"
  exit 77
}
command -v nvidia-smi >/dev/null && nvidia-smi --list-gpus 2>/dev/null | grep -q '^GPU' || skip "no GPU on this machine"
if [[ -n ${CMAKE_PREFIX_PATH:-} ]]; then
  for prefix in ${CMAKE_PREFIX_PATH//[:;]/ }; do
    export LD_LIBRARY_PATH="$prefix/lib:$prefix/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  done
fi

if [[ $# -gt 0 ]]; then
  programs=$1
else
  nvcc=$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)
  [[ -x $nvcc ]] || skip "a GPU is here, but no nvcc to build for it; give a folder of programs built elsewhere"
  cmake -S . -B build/device -DCMAKE_BUILD_TYPE=Release -DISONOMY_BENCHMARKS=OFF -DISONOMY_TEST_EVERYTHING=ON \
    -DCMAKE_CUDA_ARCHITECTURES="${CMAKE_CUDA_ARCHITECTURES:-90}" >"$out/configure.log"
  cmake --build build/device --target isonomy_cuda isonomy_gates isonomy_cuda_profile isonomy_cuda_mixture isonomy_cuda_gsn \
    --parallel >"$out/build.log"
  programs=build/device/tests
  "$nvcc" -std=c++20 -O2 -arch="sm_${CMAKE_CUDA_ARCHITECTURES:-90}" -Iinclude -o "$programs/consumer_cuda" \
    tests/consumer/cuda/main.cu -lcublas -lcusolver >>"$out/build.log" 2>&1 || echo "consumer_cuda does not compile: $out/build.log"
fi
budget=${BUDGET:-450} begin=$SECONDS for_gates=240

kit=("$programs/isonomy_cuda" -w NoTests) # a name that matches nothing is a failure
rows=() # NAME, a tab, STATUS, a tab, SECONDS
# step LIMIT NAME COMMAND...: runs at most so many seconds, with its output in a log, and notes how it ended. The gates keep theirs.
step() {
  local limit=$1 name=$2 status=0 start=$SECONDS left
  shift 2
  left=$((budget - (SECONDS - begin)))
  [[ $name == gates ]] || left=$((left - for_gates))
  [[ $limit -le $left ]] || limit=$left
  if [[ $limit -le 0 ]]; then
    status=124
    echo "no time was left" >"$out/${name// /_}.log"
  else
    timeout "$limit" "$@" >"$out/${name// /_}.log" 2>&1 || status=$?
  fi
  rows+=("$name"$'\t'"$status"$'\t'"$((SECONDS - start))")
  [[ $status -eq 0 ]] || tail -n 20 "$out/${name// /_}.log"
}
step 40 beliefs "${kit[@]}" "[beliefs]"
# The environment may ask for other arithmetic: it must not get it.
step 30 "beliefs against the environment" env NVIDIA_TF32_OVERRIDE=1 CUBLAS_EMULATE_SINGLE_PRECISION=1 \
  CUBLAS_EMULATE_DOUBLE_PRECISION=1 CUBLAS_EMULATION_STRATEGY=eager "${kit[@]}" "cuBLAS*"
step 90 "rows and estimators" "${kit[@]}" "~[long]~[beliefs]"
if command -v compute-sanitizer >/dev/null; then
  for tool in memcheck racecheck; do
    step 45 "$tool" compute-sanitizer --tool "$tool" --error-exitcode 1 "${kit[@]}" "[small]"
  done
fi
[[ ! -x $programs/consumer_cuda ]] || step 20 "consumer" "$programs/consumer_cuda"
for program in profile mixture gsn; do # as built elsewhere, or where the build leaves them
  for folder in "$programs" "$programs/programs/cuda"; do
    [[ -x $folder/isonomy-$program ]] || continue
    step 40 "isonomy-$program" env ISONOMY_EXPECT_DEVICE=1 bash "tests/programs/on_device/$program.sh" "$folder" examples/data
    break
  done
done
step 40 "promises of the gates" bash benchmarks/gates/check.sh "$programs/isonomy_gates"
step 60 "all rows" "${kit[@]}" "[long]"
step "$for_gates" gates "$programs/isonomy_gates" --patience 2 --json "$out/gates.json"

device=$(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader | head -n 1)
{
  printf '{"schema": "isonomy-device", "version": 2, "date": "%s", "device": "%s", "commit": "%s", "gates": "gates.json", "steps": [' \
    "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$device" "$(git rev-parse HEAD 2>/dev/null || echo unknown)"
  separator=""
  for row in "${rows[@]}"; do
    IFS=$'\t' read -r name status seconds <<<"$row"
    printf '%s{"step": "%s", "status": %s, "seconds": %s}' "$separator" "$name" "$status" "$seconds"
    separator=", "
  done
  printf ']}\n'
} >"$out/device.json"

sed -n '/^gate /,$p' "$out/gates.log" 2>/dev/null || true
printf '\n%s\n' "$device"
failed=0
for row in "${rows[@]}"; do
  IFS=$'\t' read -r name status seconds <<<"$row"
  verdict=passed
  [[ $status -eq 0 ]] || verdict=FAILED failed=1
  [[ $status -ne 124 ]] || verdict="OUT OF TIME"
  [[ $name != gates || $status -ne 1 ]] || verdict="TOO SLOW"
  printf '%-34s %-12s %5s s\n' "$name" "$verdict" "$seconds"
done
exit "$failed"
