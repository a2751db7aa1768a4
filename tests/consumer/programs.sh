#!/usr/bin/env bash
# The installed programs: bash programs.sh PREFIX EXAMPLE_DATA_DIR. They are what PREFIX/bin holds, and they run from any folder.
set -euo pipefail
prefix=$1 data=$(cd "$2" && pwd)

fail() {
  echo "FAILED: $1" >&2
  exit 1
}

[[ $(ls "$prefix/bin" | tr '\n' ' ') == "isonomy-gsn isonomy-mixture isonomy-profile isonomy-report-diff " ]] || fail "bin holds $(ls "$prefix/bin" | tr '\n' ' ')"
[[ -s $prefix/share/licenses/isonomy/LICENSE.aaanalysis ]] || fail "no licence of the bundled scales"
[[ ! -e $prefix/include ]] || fail "the programs bring headers"
PATH=$(cd "$prefix/bin" && pwd):$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for program in isonomy-profile isonomy-mixture isonomy-gsn isonomy-report-diff; do
  "$program" --help >help
  grep -q "Usage: $program" help || fail "$program --help: $(head -n 3 help)"
done
isonomy-profile "$data/proteins/DOM_GSEC.tsv" --n-filter 5 --quiet --out table.tsv
[[ $(grep -c '' table.tsv) -eq 6 ]] || fail "isonomy-profile: a table of $(grep -c '' table.tsv) lines"
isonomy-mixture "$data/mixture/faithful.csv" --column waiting --quiet --out fit.tsv --json fit.json
grep -q '^mu1' fit.tsv || fail "isonomy-mixture: $(head -n 3 fit.tsv)"
isonomy-gsn "$data/gsn/responses.npy" --quiet --out covariances.npz 2>warnings | grep -q '^cSb' || fail "isonomy-gsn: $(head -n 3 warnings)"
[[ -s covariances.npz ]] || fail "isonomy-gsn: no arrays"
isonomy-report-diff fit.json fit.json >/dev/null || fail "isonomy-report-diff: a report differs from itself"
