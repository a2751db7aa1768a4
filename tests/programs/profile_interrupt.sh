#!/usr/bin/env bash
# Ctrl-C and SIGTERM during a long run of profile: it stops soon, says so, and leaves outputs and folder as they were.
support=$(cd "$(dirname "${BASH_SOURCE[0]}")/support" && pwd) || exit 1
source "$support/check.sh" || exit 1

# 300,000 rows: the first thousand again and again under other names.
make_table some.tsv 1000
awk 'NR == 1 { print; next } { line[NR] = substr($0, length($1) + 1) }
  END { for (k = 0; k < 300; ++k) for (i = 2; i <= NR; ++i) print "E" k "_" i line[i] }' some.tsv >many.tsv
expect_equal "rows of the table" 300001 "$(grep -c '' many.tsv)"
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

# interrupt WHAT SIGNAL STATUS SECONDS ARGUMENT...: profile gets the signal so many seconds after its start.
interrupt() {
  local what=$1 signal=$2 wanted=$3 seconds=$4 before process start
  shift 4
  before=$(listing)
  "$programs/profile" "$@" --out earlier.tsv --json earlier.json --plot new/pictures >"$out" 2>"$err" </dev/null &
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
  expect_equal "$what: standard error" "profile: stopped; nothing was written" "$(cat "$err")"
  expect_equal "$what: standard output" "" "$(head -c 100 "$out")"
  expect_equal "$what: the folder" "$before" "$(listing)"
}

interrupt "SIGINT while reading" INT 130 0.1 many.tsv --bootstrap 100000
interrupt "SIGINT while computing" INT 130 1 many.tsv --bootstrap 100000
interrupt "SIGTERM while computing" TERM 143 1 many.tsv --bootstrap 100000
interrupt "SIGINT between rounds" INT 130 0.5 some.tsv --bootstrap 1000000 --threads 1
interrupt "SIGINT under aaanalysis_1_1" INT 130 1 many.tsv --bootstrap 100000 --arithmetic aaanalysis_1_1

finish
