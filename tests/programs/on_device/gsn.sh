#!/usr/bin/env bash
# isonomy-gsn with Backend<Cuda>: the levels of --backend cpu on a device, and its numbers but for rounding; where there is none, says so.
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 1
source "$folder/../support/check.sh" || exit 1
source "$folder/compare.sh" || exit 1

# sums FILE: of the matrices in a report.
sums() { awk '$1 ~ /"(trace|frobenius|sum|sin_cos_sum)":/ { gsub(",", "", $2); print $2 }' "$1"; }
if on_device "$data/gsn/responses.npy"; then
  for options in "" "--no-shrinkage --iteration loop --returns cN,cS,cNb,cSb,cD"; do
    read -ra arguments <<<"$options"
    for backend in cpu cuda; do
      run "$programs/$program" "$data/gsn/responses.npy" "${arguments[@]}" --backend "$backend" --json "$backend.json"
      expect_success "$backend $options"
      expect_text "$options: ran on $backend" "  ran on       C${backend#c}" "$err"
      sed -n 2p "$out" >"$backend.levels"
      sums "$backend.json" >"$backend.sums"
    done
    expect_same "levels $options" cpu.levels cuda.levels
    expect_equal "matrices $options" yes "$([[ $(grep -c '' cpu.sums) -ge 16 ]] && echo yes)"
    expect_equal "sums over matrices that differ by more than rounding $options" 0 "$(paste cpu.sums cuda.sums | awk '
      function size(x) { return x < 0 ? -x : x } { if (!(size($1 - $2) <= 1e-9 * (1 + size($1)))) ++n } END { print n + 0 }')"
  done
fi
finish
