#!/usr/bin/env bash
# isonomy-profile with Backend<Cuda>: the files of --backend cpu on a device; where there is none, says so and runs on the host.
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 1
source "$folder/../support/check.sh" || exit 1
source "$folder/compare.sh" || exit 1

margins_of_products=yes # correlations of scales
make_table good.tsv
few=(--list-parts tmd --split-kws "Segment:n_split_min=1,n_split_max=3;Pattern:steps=3/4,n_min=2,n_max=2,len_max=8" --n-filter 8)
if on_device good.tsv "${few[@]}"; then
  compare "exact" good.tsv "${few[@]}" --bootstrap 2
  compare "bits of AAanalysis" good.tsv "${few[@]}" --arithmetic aaanalysis_1_1 --parametric
fi
finish
