#!/usr/bin/env bash
# What isonomy-mixture leaves behind when it is killed, when there is no room, and when the machine has limits.
support=$(cd "$(dirname "${BASH_SOURCE[0]}")/support" && pwd) || exit 1
source "$support/faults.sh" || exit 1
source "$support/check.sh" || exit 1
source "$support/refuse.sh" || exit 1
source "$support/npy.sh" || exit 1

cp "$data/mixture/faithful.csv" .
cut -d , -f 2 faithful.csv >waiting.csv
prepare_outputs "$work/folder/waiting.csv" "$work/folder/faithful.csv"
random_kills "${ISONOMY_KILLS:-6}"
if [[ -v ISONOMY_KILLS ]]; then kills_between {1..6}; else kills_between 2 6; fi
two_at_once 4
full_disks 1 24 40 200
few_files 4 5 6 1000
machine_limits "$data/mixture/resolution.npy"

# More numbers than there is memory for.
truncate -s 400000000 zeros
make_npy zeros.npy '<f8' '(50000000,)' <zeros
(ulimit -v 200000 && exec "$programs/isonomy-mixture" zeros.npy --quiet) >"$out" 2>"$err" </dev/null
status=$?
check_refusal "an array larger than memory" "out of memory|ulimit -v"

finish
