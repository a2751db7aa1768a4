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

# What the program reads from and writes to; pipes that nobody serves are held open by this script.
input=/dev/null output=$out table=(--out earlier.tsv)

# interrupt WHAT SIGNAL STATUS SECONDS ARGUMENT...: the program gets the signal so many seconds after it has begun to
# catch it. If the run is over by then, another one gets it sooner, the last at once: a fast machine is checked too.
interrupt() {
  local what=$1 signal=$2 wanted=$3 before process start wait_seconds sent=no
  local -a delays=("$4" "$(awk -v s="$4" 'BEGIN { print s / 5 }')" "$(awk -v s="$4" 'BEGIN { print s / 25 }')" 0)
  shift 4
  before=$(listing)
  for wait_seconds in "${delays[@]}"; do
    "$programs/$program" --json earlier.json --plot new/pictures "${table[@]}" "$@" >"$output" 2>"$err" <"$input" &
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

# What an input begins with that goes on for ever.
begin_input() { head -c 40000 /dev/zero | tr '\0' 1; }

# interrupt_waiting ARGUMENT...: the program waits for what never comes, and must end all the same. The arguments are
# those of a quick run.
interrupt_waiting() {
  mkfifo idle full unread
  exec 8<>full 9<>idle
  input=idle interrupt "SIGINT while standard input is idle" INT 130 0.1 /dev/stdin
  begin_input >&9
  input=idle interrupt "SIGTERM within an input" TERM 143 0.1 /dev/stdin
  interrupt "SIGHUP while a pipe has no writer" HUP 129 0.1 unread
  head -c 65536 /dev/zero >&8
  table=(--out /dev/stdout)
  output=full interrupt "SIGTERM while nobody reads standard output" TERM 143 0.4 "$@"
  table=(--out unread)
  interrupt "SIGINT while an output has no reader" INT 130 0.4 "$@"
  table=(--out earlier.tsv)
  mkdir tools
  printf '#!/bin/sh\nexec sleep 60\n' >tools/gnuplot
  chmod +x tools/gnuplot
  PATH=$PWD/tools:$PATH interrupt "SIGTERM while gnuplot draws" TERM 143 0.4 "$@"
  exec 8>&- 9>&-

  # nohup keeps SIGHUP away.
  (trap '' HUP; exec "$programs/$program" "$@" --out hangup.tsv >"$out" 2>"$err" </dev/null) &
  wait_for_handler $! TERM
  kill -s HUP $! 2>/dev/null
  wait $!
  expect_equal "SIGHUP under nohup: exit status" 0 $?
}
