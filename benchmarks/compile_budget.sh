#!/usr/bin/env bash
# Seconds (user) and memory that g++ -O2 takes for the library, header-only: the umbrella alone, and with one call of gemm,
# profiling::fit, mixture::fit. Prints the table and fails beyond a budget, or where a row costs over a fifth more than in
# results/compile_budget.tsv, both counted in units of calibration.cpp, compiled between the rows: a slow machine changes nothing.
#   bash compile_budget.sh [--keep]    --keep writes the table that later runs are compared with
#   CXX      the compiler (g++)          EIGEN    its folder (/usr/include/eigen3)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
table=$root/benchmarks/results/compile_budget.tsv
compiler=${CXX:-g++}
flags=(-std=c++20 -O2 -I "$root/include" -isystem "${EIGEN:-/usr/include/eigen3}")
[[ -x /usr/bin/time ]] || { echo "skipped: /usr/bin/time not found (Debian: time)"; exit 77; }
[[ ${1:-} == --keep || -s $table ]] || { echo "no ${table#"$root"/} to compare with: write it with --keep"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# unit NAME BODY: a program with the umbrella.
unit() { printf '#include <vector>\n#include "isonomy/isonomy.hpp"\nint main() {\n%s\n}\n' "$2" >"$work/$1.cpp"; }
context="  isonomy::Context<isonomy::Cpu> ctx;"
unit umbrella ""
unit gemm "$context
  std::vector<double> a(4), b(4), c(4);
  isonomy::gemm(ctx, 1.0, isonomy::column_major(a.data(), 2, 2), isonomy::column_major(b.data(), 2, 2), 0.0,
                isonomy::column_major(c.data(), 2, 2));"
unit profiling "$context
  isonomy::profiling::SequenceSet set;
  return static_cast<int>(isonomy::profiling::fit(ctx, set, isonomy::profiling::aaontology()).features.size());"
unit mixture "$context
  std::vector<double> x(4);
  return isonomy::mixture::fit(ctx, isonomy::mixture::shared_mean_pair(), isonomy::view(x), {0.3, 0.5, 3, 1}).minimum.iterations;"
# As much of the standard library and of templates as takes some seconds; it knows nothing of ours.
cat >"$work/calibration.cpp" <<'C'
#include <algorithm>
#include <functional>
#include <map>
#include <regex>
#include <string>
#include <vector>
template <int N>
int sorted(std::vector<std::pair<std::string, long>> x) {
  std::map<std::string, std::function<long(long)>> index;
  std::stable_sort(x.begin(), x.end(), [](const auto& a, const auto& b) { return a.second % (N + 2) < b.second % (N + 2); });
  for (const auto& [name, value] : x) index[name] = [value = value](long y) { return value + y + N; };
  if constexpr (N > 0) return static_cast<int>(index.size()) + sorted<N - 1>(x);
  return 0;
}
int main(int argc, char** argv) {
  return std::regex_match(argv[0], std::regex("a+b")) + sorted<0>({{argv[0], argc}});
}
C

# measure NAME: prints user seconds and megabytes of one compilation.
measure() {
  /usr/bin/time -f '%U %M' -o "$work/time" "$compiler" "${flags[@]}" -c "$work/$1.cpp" -o "$work/unit.o"
  awk '{ printf "%s %d\n", $1, $2 / 1024 }' "$work/time"
}

result=$work/table
printf 'unit\tseconds\tmegabytes\tcalibrations\tbudget_seconds\n' >"$result"
status=0
for row in umbrella:4.5 gemm:6 profiling:8 mixture:10; do
  name=${row%:*} budget=${row#*:}
  read -r before _ < <(measure calibration)
  read -r seconds megabytes < <(measure "$name")
  read -r after _ < <(measure calibration)
  awk -v name="$name" -v s="$seconds" -v mb="$megabytes" -v a="$before" -v b="$after" -v budget="$budget" \
    'BEGIN { printf "%s\t%.1f\t%d\t%.2f\t%s\n", name, s, mb, 2 * s / (a + b), budget }' >>"$result"
done
column -t -s $'\t' "$result" 2>/dev/null || cat "$result"
if [[ ${1:-} == --keep ]]; then
  cp "$result" "$table"
else
  # The committed row's seconds say how long one calibration took on the machine that the budget is meant for.
  awk -F '\t' 'FNR == 1 { next }
    NR == FNR { kept[$1] = $4; scale[$1] = $2 / $4; next }
    $4 > 1.2 * kept[$1] { printf "%s: %.2f calibrations, %.2f before: over a fifth more\n", $1, $4, kept[$1]; bad = 1 }
    $4 * scale[$1] > $5 { printf "%s: %.1f s at the speed of the committed table; the budget is %s s\n", $1, $4 * scale[$1], $5; bad = 1 }
    $3 > 500 { printf "%s: %d MB; the budget is 500 MB\n", $1, $3; bad = 1 }
    END { exit bad }' "$table" "$result" || status=1
fi
exit "$status"
