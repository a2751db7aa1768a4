#!/usr/bin/env bash
# watch_is_strict.sh NVCC FOLDER: each fault of bad.cu is found by watch.sh, and none in a kernel without.
set -uo pipefail
here=$(dirname "${BASH_SOURCE[0]}") nvcc=$1 folder=$2 failed=0
mkdir -p "$folder"
said=$(bash "$here/watch.sh" "$nvcc" -arch=sm_90 -Xptxas=-v -c "$here/bad.cu" -o "$folder/bad.o" 2>&1) && failed=1
for expected in 'large_frame.*a stack frame of 800 bytes' 'spill.*are spilled' 'calls_itself.*is called'; do
  grep -q "$expected" <<<"$said" || { echo "not found: $expected"; failed=1; }
done
echo '__global__ void good(int* x) { x[threadIdx.x] = 1; }' >"$folder/good.cu"
bash "$here/watch.sh" "$nvcc" -arch=sm_90 -Xptxas=-v -c "$folder/good.cu" -o "$folder/good.o" || { echo "a good kernel is refused"; failed=1; }
[[ $failed -eq 0 ]] || echo "$said"
exit "$failed"
