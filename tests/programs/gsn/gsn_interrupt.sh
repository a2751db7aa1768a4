#!/usr/bin/env bash
# Ctrl-C, SIGTERM and SIGHUP during a long run of gsn: it stops soon, says so, and leaves outputs and folder as they were.
support=$(cd "$(dirname "${BASH_SOURCE[0]}")/../support" && pwd) || exit 1
source "$support/check.sh" || exit 1
source "$support/npy.sh" || exit 1
source "$support/interrupt.sh" || exit 1

# 1500 units, 40 conditions, 4 trials: 16 copies of 15,000 numbers, each a little larger.
perl -e 'my $state = 1; my @x = map { $state = $state * 16807 % 2147483647; $state / 2147483647 } 1 .. 15000;
  for my $k (1 .. 16) { print pack("f<*", map { $_ * (1 + $k / 100) + $k * $_ ** 3 } @x) }' | make_npy many.npy '<f4' '(1500, 40, 4)'
interrupt "SIGINT while fitting" INT 130 0.3 many.npy --iteration limit --max-iterations 100000
interrupt "SIGTERM while fitting" TERM 143 0.3 many.npy --iteration limit --max-iterations 100000 --threads 1
begin_input() { head -c 5000 "$data/gsn/responses.npy"; }
interrupt_waiting "$data/gsn/responses.npy"

finish
