#!/usr/bin/env bash
# Compiles the fuzzer (libFuzzer, address and undefined behaviour sanitizers) and lets it try every reader for a while.
# usage: run.sh FOLDER CLANG SECONDS FLAG...; what it finds and meets stays in FOLDER. Exits with 77 without libFuzzer.
set -euo pipefail
folder=$1 compiler=$2 seconds=$3
shift 3
sources=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# Of processor time; without a file system, readers of text do well above it.
least_executions_a_second=5000

mkdir -p "$folder"
cd "$folder"
sanitizers=(-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all)
echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' >probe.cpp
if ! "$compiler" "${sanitizers[@]}" probe.cpp -o probe 2>probe.log; then
  echo "skipped: $compiler has no libFuzzer (Debian 12: libclang-rt-14-dev)"
  exit 77
fi
"$compiler" -std=c++20 -O2 -g "${sanitizers[@]}" "$@" "$sources/main.cpp" -ltbb -o fuzzer

failed=0
for corpus in "$sources"/corpus/*/; do
  target=$(basename "$corpus")
  mkdir -p "met/$target"
  status=0
  TIMEFORMAT=%U
  processor=$({ time ISONOMY_FUZZ_TARGET=$target ./fuzzer -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="$folder/$target-" -print_final_stats=1 "met/$target" "$corpus" >"$target.log" 2>&1 </dev/null; } 2>&1) || status=$?
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$target.log")
  rate=$(awk -v n="${executions:-0}" -v s="$processor" 'BEGIN { printf "%d", (s > 0 ? n / s : 0) }')
  verdict=ok
  if [[ $status -ne 0 ]]; then
    verdict="FAILED: the input is in $folder, the report in $folder/$target.log"
    grep -aE 'SUMMARY|ERROR|runtime error|deadly signal' "$target.log" | head -n 5
  elif [[ $target != npy && $rate -lt $least_executions_a_second ]]; then
    verdict="FAILED: fewer than $least_executions_a_second"
  fi
  [[ $verdict == ok ]] || failed=1
  printf '%-16s %9s executions, %6s a second of processor time: %s\n' "$target" "${executions:-0}" "$rate" "$verdict"
done
exit "$failed"
