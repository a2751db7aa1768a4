#!/usr/bin/env bash
# Ctrl-C, SIGTERM and SIGHUP during a long run of mixture: it stops soon, says so, and leaves outputs and folder as they were.
support=$(cd "$(dirname "${BASH_SOURCE[0]}")/support" && pwd) || exit 1
source "$support/check.sh" || exit 1
source "$support/npy.sh" || exit 1
source "$support/interrupt.sh" || exit 1

# Eight million floats: 250 copies of 32,000 numbers.
awk 'BEGIN { for (i = 0; i < 32000; ++i) { state = (state * 16807 + 11) % 2147483647; print 9 * state / 2147483647 } }' >some.txt
perl -ne 'chomp; push @x, $_; END { $bytes = pack("f<*", @x); print $bytes for 1 .. 250 }' some.txt |
  make_npy many.npy '<f4' '(8000000,)'
for ((k = 0; k < 200; ++k)); do cat some.txt; done >many.txt

interrupt "SIGINT while reading a table" INT 130 0.1 many.txt --components 12 --max-iterations 100000
interrupt "SIGINT while fitting" INT 130 0.5 many.npy --components 12 --max-iterations 100000
interrupt "SIGTERM while fitting" TERM 143 0.5 many.npy --components 12 --max-iterations 100000
interrupt "SIGHUP while fitting" HUP 129 0.5 many.npy --components 12 --max-iterations 100000
interrupt "SIGINT with one thread" INT 130 0.5 many.npy --components 8 --max-iterations 100000 --threads 1
interrupt_waiting "$data/mixture/faithful.csv"

finish
