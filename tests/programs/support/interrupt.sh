# What every program must do when it is interrupted.
# shellcheck shell=bash

echo "an earlier table" >earlier.tsv
echo "an earlier report" >earlier.json
listing() { find . -mindepth 1 -printf '%p\n' | sort; cat earlier.tsv earlier.json; }

# wait_for_handler PROCESS SIGNAL: until the process has blocked the signal, for which a thread waits; gives up after 5 s.
wait_for_handler() {
  local k mask bit=$((1 << ($(kill -l "$2") - 1)))
  for ((k = 0; k < 250; ++k)); do
    mask=$(awk '$1 == "SigBlk:" { print $2 }' "/proc/$1/status" 2>/dev/null) || return
    (((0x${mask:-0} & bit) != 0)) && return
    sleep 0.02
  done
}

# within_a_second START: yes, or the milliseconds since then.
within_a_second() {
  local milliseconds=$((($(date +%s%N) - $1) / 1000000))
  if ((milliseconds <= 1000)); then echo yes; else echo "$milliseconds ms"; fi
}

# interrupt WHAT SIGNAL STATUS SECONDS ARGUMENT...: the program gets the signal so many seconds after it has begun to
# catch it. If the run is over by then, another one gets it sooner, the last at once: a fast machine is checked too.
interrupt() {
  local what=$1 signal=$2 wanted=$3 before process start wait_seconds sent=no
  local -a delays=("$4" "$(awk -v s="$4" 'BEGIN { print s / 5 }')" "$(awk -v s="$4" 'BEGIN { print s / 25 }')" 0)
  shift 4
  before=$(listing)
  for wait_seconds in "${delays[@]}"; do
    "$programs/$program" "$@" --out earlier.tsv --json earlier.json --plot new/pictures >"$out" 2>"$err" </dev/null &
    process=$!
    wait_for_handler "$process" "$signal"
    sleep "$wait_seconds"
    start=$(date +%s%N)
    if kill -s "$signal" "$process" 2>/dev/null; then
      sent=yes
      break
    fi
    wait "$process"
    echo "again: $what, since the run was over $wait_seconds s after it began"
    rm -rf new
    echo "an earlier table" >earlier.tsv
    echo "an earlier report" >earlier.json
  done
  expect_equal "$what: a run that is not over before the signal comes" yes "$sent"
  [[ $sent == yes ]] || return
  wait "$process"
  status=$?
  expect_equal "$what: exit status" "$wanted" "$status"
  expect_equal "$what: stops within a second" yes "$(within_a_second "$start")"
  expect_equal "$what: standard error" "$program: stopped; nothing was written" "$(cat "$err")"
  expect_equal "$what: standard output" "" "$(head -c 100 "$out")"
  expect_equal "$what: the folder" "$before" "$(listing)"
}
