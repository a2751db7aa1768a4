#!/usr/bin/env bash
# isonomy-mixture with Backend<Cuda>: the files of --backend cpu on a device; where there is none, says so and runs on the host.
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 1
source "$folder/../support/check.sh" || exit 1
source "$folder/compare.sh" || exit 1

waiting=("$data/mixture/faithful.csv" --column waiting --starts 4)
if on_device "${waiting[@]}"; then
  compare "profiles and a contour" "${waiting[@]}" --contour mu1,mu2 --contour-points 6
  compare "a choice of components" "${waiting[@]}" --components 1-3 --no-minos
  compare "weights" "${waiting[@]}" --weights eruptions
  compare "a range, with something known" "${waiting[@]}" --range 40,95 --fix mu1=55 --no-minos
fi
finish
