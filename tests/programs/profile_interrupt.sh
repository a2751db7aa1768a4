#!/usr/bin/env bash
# Ctrl-C, SIGTERM and SIGHUP during a long run of profile: it stops soon, says so, and leaves outputs and folder as they were.
support=$(cd "$(dirname "${BASH_SOURCE[0]}")/support" && pwd) || exit 1
source "$support/check.sh" || exit 1
source "$support/interrupt.sh" || exit 1

# 300,000 rows: the first thousand again and again under other names.
make_table some.tsv 1000
awk 'NR == 1 { print; next } { line[NR] = substr($0, length($1) + 1) }
  END { for (k = 0; k < 300; ++k) for (i = 2; i <= NR; ++i) print "E" k "_" i line[i] }' some.tsv >many.tsv
expect_equal "rows of the table" 300001 "$(grep -c '' many.tsv)"

interrupt "SIGINT while reading" INT 130 0.1 many.tsv --bootstrap 100000
interrupt "SIGINT while computing" INT 130 0.5 many.tsv --bootstrap 100000
interrupt "SIGTERM while computing" TERM 143 0.5 many.tsv --bootstrap 100000
interrupt "SIGHUP while computing" HUP 129 0.5 many.tsv --bootstrap 100000
interrupt "SIGINT between rounds" INT 130 0.3 some.tsv --bootstrap 1000000 --threads 1
interrupt "SIGINT under aaanalysis_1_1" INT 130 0.5 many.tsv --bootstrap 100000 --arithmetic aaanalysis_1_1

interrupt_waiting some.tsv

finish
