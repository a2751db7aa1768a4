#!/usr/bin/env bash
# What isonomy-profile leaves behind when it is killed, when there is no room, and when the machine has limits.
support=$(cd "$(dirname "${BASH_SOURCE[0]}")/support" && pwd) || exit 1
source "$support/faults.sh" || exit 1
source "$support/check.sh" || exit 1
source "$support/refuse.sh" || exit 1

make_table first.tsv 12
make_table second.tsv 20
prepare_outputs "$work/folder/first.tsv" "$work/folder/second.tsv"
random_kills "${ISONOMY_KILLS:-4}"
if [[ -v ISONOMY_KILLS ]]; then kills_between {1..9}; else kills_between 5; fi
two_at_once 4
full_disks 8 40 300
few_files 4 5 6 8 10 1000
machine_limits "$data/proteins/DOM_GSEC.tsv"

finish
