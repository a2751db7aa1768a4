#!/usr/bin/env bash
# bash check.sh PROGRAM: what the gates promise, on the least work there is: they agree, see what does not agree, tell slow from
# fast, and skip where there is no device. On the emulated device a time is that of the emulation, so nothing here depends on one.
set -uo pipefail
program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# expect STATUS OPTIONS...: runs the program and looks at how it ends; its words are in $work/out.
expect() {
  local wanted=$1 got=0
  shift
  "$program" "$@" >"$work/out" 2>"$work/err" || got=$?
  [[ $got -eq $wanted ]] && return
  cat "$work/out" "$work/err" >&2
  fail "ended with $got, not $wanted: $*"
}
fail() {
  echo "FAILED: $1" >&2
  exit 1
}
# every WORD: each gate's line of the last table ends with it.
every() {
  local others
  others=$(sed -n '/^gate /,$p' "$work/out" | tail -n +2 | grep -v "  $1\$") && fail "not all gates are $1: $others"
  [[ $(sed -n '/^gate /,$p' "$work/out" | grep -c "  $1\$") -eq $gates ]] || fail "not every gate is there"
}

expect 0 --list
gates=$(wc -l <"$work/out")
[[ $gates -ge 8 ]] || fail "there are only $gates gates"

least=(--size 1e-9 --patience 0 --scale-step 60)
# No device is 1e9 times as fast as asked for: each is too slow, with all figures, and the JSON has them.
expect 1 "${least[@]}" --demand 1e9 --json "$work/gates.json"
every "TOO SLOW"
[[ $(grep -c 'host and device agree' "$work/out") -eq $gates ]] || fail "a gate does not say that it agrees"
[[ $(grep -c 'samples' "$work/out") -eq $gates && $(grep -c 'crossover' "$work/out") -eq $gates ]] || fail "figures are missing"
[[ $(grep -c '"end": "TOO SLOW"' "$work/gates.json") -eq $gates ]] || fail "the JSON does not have every gate"
for member in device driver runtime cublas cub processor compiler flags commit; do
  grep -q "\"$member\": \"..*\"" "$work/gates.json" || fail "the JSON does not say its $member"
done
# Where nothing is asked for, equality decides.
expect 0 "${least[@]}" --demand 0 sums select-k em
# Other data on the device than on the host: seen by each, and nothing is timed.
expect 2 "${least[@]}" --break
every "NOT EQUAL"
if grep -q 'samples' "$work/out"; then fail "something was timed that is not equal"; fi
CUDA_VISIBLE_DEVICES="" expect 77
grep -q '^skipped: ' "$work/out" || fail "the reason for skipping is missing"
[[ $(wc -l <"$work/out") -eq 1 ]] || fail "work was done without a device"

for wrong in "--size 0" "--size 2" "--samples 4" "--demand -1" "--patience x" "--size" "--none 1" "nonesuch"; do
  # shellcheck disable=SC2086
  expect 3 $wrong
  grep -q '^isonomy_gates: ' "$work/err" || fail "no message about $wrong"
done
echo "$gates gates do what they promise"
