# What every program must do when it is interrupted.
# shellcheck shell=bash

echo "an earlier table" >earlier.tsv
echo "an earlier report" >earlier.json
listing() { find . -mindepth 1 -printf '%p\n' | sort; cat earlier.tsv earlier.json; }

# Waits until a process catches SIGINT, which is bit 1 of its mask; gives up after 5 s.
wait_for_handler() {
  local k mask
  for ((k = 0; k < 250; ++k)); do
    mask=$(awk '$1 == "SigCgt:" { print $2 }' "/proc/$1/status" 2>/dev/null) || return
    (((0x${mask:-0} & 2) != 0)) && return
    sleep 0.02
  done
}

# interrupt WHAT SIGNAL STATUS SECONDS ARGUMENT...: the program gets the signal so many seconds after its start.
interrupt() {
  local what=$1 signal=$2 wanted=$3 seconds=$4 before process start
  shift 4
  before=$(listing)
  "$programs/$program" "$@" --out earlier.tsv --json earlier.json --plot new/pictures >"$out" 2>"$err" </dev/null &
  process=$!
  wait_for_handler "$process"
  sleep "$seconds"
  start=$(date +%s)
  if ! kill -s "$signal" "$process" 2>/dev/null; then
    wait "$process"
    echo "not checked: $what, since the run was over after $seconds s"
    rm -rf new
    echo "an earlier table" >earlier.tsv
    echo "an earlier report" >earlier.json
    return
  fi
  wait "$process"
  status=$?
  expect_equal "$what: exit status" "$wanted" "$status"
  expect_equal "$what: stops within 10 s" yes "$([[ $(($(date +%s) - start)) -le 10 ]] && echo yes)"
  expect_equal "$what: standard error" "$program: stopped; nothing was written" "$(cat "$err")"
  expect_equal "$what: standard output" "" "$(head -c 100 "$out")"
  expect_equal "$what: the folder" "$before" "$(listing)"
}
