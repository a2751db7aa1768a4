#!/bin/sh
# faults.sh INCLUDE OUT: launch headers with one fault each, to be found before the library's, in folders of OUT:
# no_barrier, no_warp_barrier, wrong_mask (shuffles of half a warp), plain_addition (for atomic ones).
set -eu
from=$1/isonomy/cuda/launch.cuh
plant() {  # name, what it replaces, by what
  mkdir -p "$out/$1/isonomy/cuda"
  sed "s@$2@$3@" "$from" > "$out/$1/isonomy/cuda/launch.cuh"
  if cmp -s "$from" "$out/$1/isonomy/cuda/launch.cuh"; then
    echo "faults.sh: $1: $from has no '$2' any more; say here what it has now" >&2
    exit 2
  fi
}
out=$2
plant no_barrier '__syncthreads();' ''
plant no_warp_barrier '__syncwarp(lanes);' 'static_cast<void>(lanes);'
plant wrong_mask '__shfl_xor_sync(lanes,' '__shfl_xor_sync(lanes >> 16,'
plant plain_addition 'return atomicAdd(sum, value);' 'const T before = *sum; *sum = before + value; return before;'
