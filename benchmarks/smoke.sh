#!/usr/bin/env bash
# bash smoke.sh PROGRAM_DIR: the benchmarks that are built there run on little data and say what they should. Times are not looked at.
set -euo pipefail
programs=$(cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
points=$work/points.f64
tail -c +129 examples/data/mixture/resolution.npy >"$points"  # the doubles behind the header of the array

fail() {
  echo "FAILED: $1" >&2
  exit 1
}

# nll WORK: from the JSON line of that work on standard input.
nll() { sed -n "s/.*\"work\": \"$1\".*\"nll\": \([-0-9.e+]*\).*/\1/p"; }

"$programs/profiling" --data dom_gsec | grep -q '"selected": 100,' || fail "profiling does not select 100 features"

ours=$("$programs/mixture" --data "$points" --repeats 1)
for work in read value gradient hessian fit minos; do
  grep -q "\"work\": \"$work\"" <<<"$ours" || fail "mixture does not time $work"
done
toys=$("$programs/mixture" --toys 2 --threads 2 --repeats 1)
[[ $(grep -c '"work": "toys"' <<<"$toys") -eq 2 ]] || fail "mixture does not time toys on one thread and on two"
[[ $(nll toys <<<"$toys" | sort -u | wc -l) -eq 1 ]] || fail "toys depend on the threads: $(nll toys <<<"$toys")"
plain=$("$programs/mixture_plain" "$points" 1)
[[ $(grep -c '"work"' <<<"$plain") -eq 2 ]] || fail "mixture_plain does not time its two loops"
awk -v a="$(nll value <<<"$ours")" -v b="$(nll direct <<<"$plain")" 'BEGIN { exit !(a != "" && (a - b)^2 <= (1e-9 * a)^2) }' ||
  fail "the NLLs differ: $(nll value <<<"$ours") and $(nll direct <<<"$plain")"

# field NAME: of the JSON line on standard input.
field() { sed -n "s/.*\"$1\": \([-0-9.e+]*\).*/\1/p"; }
fits=$(printf '\n\n' | "$programs/gsn/gsn" --size 30x20x3)
[[ $(grep -c '"cpu_seconds"' <<<"$fits") -eq 2 ]] || fail "gsn does not fit for every line that it reads"
fits+=$'\n'$(echo | "$programs/gsn/gsn" --size 30x20x3 --threads 2 --instructions scalar)
[[ $(field cSb_norm <<<"$fits" | sort -u | wc -l) -eq 1 ]] || fail "fits of gsn differ: $(field cSb_norm <<<"$fits")"

if [[ -x $programs/operations ]]; then
  "$programs/operations" --benchmark_min_time=0 --benchmark_filter='gemm|sort' | grep -q gemm || fail "operations does not time gemm"
fi
if [[ -x $programs/dense/dense ]]; then
  "$programs/dense/dense" --sizes 20 --rounds 1 --at-least 0.00001 --json "$work/dense.json" >/dev/null || fail "dense: rc $?"
  for row in gemm syrk potrf "potrf x 51" "trsm x 100" sytrd syevd "syevr below 0"; do
    [[ $(grep -c "\"row\": \"$row\"" "$work/dense.json") -eq 4 ]] || fail "dense does not time $row of two types on one thread and on two"
  done
  grep -q '"speed_over_one_thread"' "$work/dense.json" || fail "dense does not say what a second thread brings"
  "$programs/dense/dense" --quick --rows sytrd --sizes 20,24 --longest 1e-9 --json "$work/dense.json" >/dev/null || fail "dense --quick: rc $?"
  grep -q '"foreseen_seconds"' "$work/dense.json" || fail "dense --quick does not say what it leaves out"
fi
echo "the benchmarks run"
