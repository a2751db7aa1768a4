#!/usr/bin/env bash
# What isonomy-gsn leaves behind when it is killed, when there is no room, and when the machine has limits.
support=$(cd "$(dirname "${BASH_SOURCE[0]}")/../support" && pwd) || exit 1
source "$support/faults.sh" || exit 1
source "$support/check.sh" || exit 1
source "$support/refuse.sh" || exit 1
source "$support/npy.sh" || exit 1

cp "$data/gsn/responses.npy" second.npy
tail -c 9600 second.npy | perl -e 'undef $/; print pack("d<*", reverse unpack("d<*", <STDIN>))' | make_npy first.npy '<f8' '(10, 30, 4)'
prepare_outputs "$work/folder/first.npy" "$work/folder/second.npy"
random_kills "${ISONOMY_KILLS:-4}"
if [[ -v ISONOMY_KILLS ]]; then kills_between {1..6}; else kills_between 2 6; fi
two_at_once 2
full_disks 1 8 40 200
few_files 4 5 6 8 1000

# More numbers than there is memory for.
truncate -s 400000000 zeros
make_npy zeros.npy '<f8' '(500, 1000, 100)' <zeros
(ulimit -v 200000 && exec "$programs/isonomy-gsn" zeros.npy --quiet) >"$out" 2>"$err" </dev/null
status=$?
check_refusal "an array larger than memory" "out of memory|ulimit -v"

finish
