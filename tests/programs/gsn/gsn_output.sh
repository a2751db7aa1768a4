#!/usr/bin/env bash
# What isonomy-gsn writes: the reference's numbers, every kind of file and order, the same bytes for any threads, pictures.
support=$(cd "$(dirname "${BASH_SOURCE[0]}")/../support" && pwd) || exit 1
source "$support/check.sh" || exit 1
source "$support/npy.sh" || exit 1

gsn=$programs/isonomy-gsn responses=$data/gsn/responses.npy
tail -c 9600 "$responses" >doubles # 10 units x 30 conditions x 4 trials

# number FILE NAME [MATRIX]: a member of a report, of a matrix where one is named.
number() {
  awk -v name="\"$2\":" -v matrix="${3:+\"$3\"}" 'matrix != "" && index($0, "\"name\": " matrix) { there = 1 }
    (matrix == "" || there) && $1 == name { gsub(",", "", $2); print $2; exit }' "$1"
}
# sum_of FILE NAME: of the numbers in a list of a report.
sum_of() { awk -v name="\"$2\":" '$1 == name { n = 1; next } /\]/ { n = 0 } n { s += $1 } END { printf "%.17g", s }' "$1"; }
# expect_close WHAT WANTED GOT: as many digits as the reference's values have.
expect_close() {
  expect_equal "$1" yes "$(awk -v a="$2" -v b="$3" 'BEGIN { d = a - b; if (d < 0) d = -d; s = a < 0 ? -a : a; print (b != "" && d <= 2e-9 * s ? "yes" : b) }')"
}
# without_costs FILE: a report without what may differ between runs with the same result.
without_costs() { sed '/"seconds"/d; /"bytes_peak"/d; /"threads"/d; /"input"/d; /"order"/d; /"array"/d' "$1"; }

# ---- the numbers of cvnlab/GSN 1.2.0 for these responses, with shrinkage and without
while IFS='|' read -r what options levels iterations cN cS cNb cSb waves; do
  read -ra arguments <<<"$options"
  run "$gsn" "$responses" "${arguments[@]}" --json fit.json
  expect_success "$what"
  expect_equal "$what: levels" "$levels" "$(awk '$1 == "\"level\":" { printf "%s%s", n++ ? " " : "", $2 + 0 }' fit.json)"
  expect_equal "$what: iterations" "$iterations" "$(number fit.json numiters)"
  expect_close "$what: trace of cN" "$cN" "$(number fit.json trace cN)"
  expect_close "$what: trace of cS" "$cS" "$(number fit.json trace cS)"
  expect_close "$what: norm of cNb" "$cNb" "$(number fit.json frobenius cNb)"
  expect_close "$what: norm of cSb" "$cSb" "$(number fit.json frobenius cSb)"
  expect_close "$what: elements of cSb" "$waves" "$(number fit.json sin_cos_sum cSb)"
  expect_close "$what: ncsnr" 11.0373080302 "$(sum_of fit.json ncsnr)"
  expect_close "$what: mnS" 0.162403123914 "$(sum_of fit.json mnS)"
done <<'EOF'
with shrinkage||0 0.76|0|6.63693171509|8.80716714294|2.11265148238|4.99233766228|-1.962179944
its parity switches|--singular-rule cholesky --ridge absolute --iteration loop --max-iterations 100 --uneven reference|0 0.76|0|6.63693171509|8.80716714294|2.11265148238|4.99233766228|-1.962179944
without shrinkage|--no-shrinkage|1 1|0|6.63693171509|8.80716714294|2.18981723998|5.99069730338|-2.39063263083
the same as a level|--shrink-levels 1 --ridge none|1 1|0|6.63693171509|8.80716714294|2.18981723998|5.99069730338|-2.39063263083
EOF

# ---- the summary and the report
run "$gsn" "$responses" --out out.npz --json fit.json
expect_success "a run"
cp "$out" summary.txt
expect_equal "summary: levels" "level 0 0.76" "$(sed -n 2p summary.txt | tr -s ' ')"
expect_equal "summary: what was held out" "held out 6 of 30 conditions 6 of 30 conditions" "$(sed -n 4p summary.txt | tr -s ' ')"
expect_equal "summary: ranks" "rank 10 of 10 10 of 10" "$(sed -n 5p summary.txt | tr -s ' ')"
expect_equal "summary: ncsnr" "of units 0.2971 0.8220 1.1632 1.4032 1.7549" "$(grep '^of units' summary.txt | tr -s ' ')"
expect_equal "summary: a matrix" "cN 6.636931715 2.113674399" "$(grep '^cN ' summary.txt | tr -s ' ')"
expect_text "summary: sweeps" "positive semidefinite together: 0" summary.txt
for text in "responses: 10 units, 30 conditions, 4 trials, double" "  time  " "reading" "  memory  " "  arithmetic   double" "  determinism  " \
  "  ran on       C" "  backends  " "  written      out.npz" "warning: noise covariance: the level, 0, is at an end of its grid"; do
  expect_text "report on standard error" "$text" "$err"
done
expect_equal "no control characters where standard error is no terminal" 0 "$(grep -c '[[:cntrl:]]' "$err")"
run "$gsn" "$responses" --quiet --out quiet.npz
expect_same "--quiet: the summary" summary.txt "$out"
expect_equal "--quiet: nothing but warnings" "2 2" "$(grep -c ': warning: ' "$err") $(grep -c '' "$err")"
expect_same "the same arrays again" out.npz quiet.npz
for text in '"shrinklevels": "default"' '"kind": "run"' '"estimator": "gsn::fit"' '"form": "tridiagonal"' '"rank_bound": 72' '"margin": ' '"missing": 0'; do
  expect_text "--json" "$text" fit.json
done
expect_equal "--json: both curves" 102 "$(awk '/"nll": \[/ { n = 1; next } /\]/ { n = 0 } n { ++k } END { print k }' fit.json)"
run "$gsn" "$responses" --json - --out other.npz --quiet
expect_equal "--json - is the report alone" "" "$(diff <(without_costs fit.json) <(without_costs "$out"))"
run "$gsn" "$responses" --out - --quiet
expect_same "--out - is the arrays alone" out.npz "$out"
if [[ -x $programs/isonomy-report-diff ]]; then
  run "$programs/isonomy-report-diff" fit.json fit.json
  expect_success "a report is one that isonomy-report-diff reads"
fi

# ---- the same bytes for any threads, order, layout and kind of file
expect_same_fit() { # WHAT ARGUMENT...: arrays and report as those of the responses themselves
  local what=$1
  shift
  run "$gsn" "$@" --out other.npz --json other.json --quiet
  expect_success "$what"
  expect_same "$what: arrays" out.npz other.npz
  expect_equal "$what: report" "" "$(diff <(without_costs fit.json) <(without_costs other.json))"
}
for threads in 1 3; do expect_same_fit "--threads $threads" "$responses" --threads "$threads"; done
run "$gsn" "$responses" --backend blas --json blas.json
if [[ $status -eq 2 && ! -v ISONOMY_EXPECT_BLAS ]]; then
  expect_text "--backend blas where it is not built in" "--backend blas: is not in this build: it needs OpenBLAS" "$err"
  expect_text "--backend blas where it is not built in" "give --backend cpu or auto" "$err"
else
  expect_success "--backend blas"
  expect_text "--backend blas" "ran on       CpuBlas" "$err"
  expect_equal "--backend blas: levels" "level 0 0.76" "$(sed -n 2p "$out" | tr -s ' ')"
  expect_close "--backend blas: cSb" 4.99233766228 "$(number blas.json frobenius cSb)"
fi
# permuted ORDER: the doubles with their dimensions in another order, digits 0 units, 1 conditions, 2 trials, the last the fastest.
permuted() {
  perl -e 'my @o = split //, shift; undef $/; my @x = unpack("d<*", <STDIN>); my @n = (10, 30, 4); my @i;
    for my $a (0 .. $n[$o[0]] - 1) { for my $b (0 .. $n[$o[1]] - 1) { for my $c (0 .. $n[$o[2]] - 1) {
      @i[@o] = ($a, $b, $c); print pack("d<", $x[($i[0] * 30 + $i[1]) * 4 + $i[2]]) } } }' "$1" <doubles
}
permuted 210 | make_npy fortran.npy '<f8' '(10, 30, 4)' True
expect_same_fit "Fortran order, as MATLAB has it" fortran.npy
permuted 102 | make_npy conditions_first.npy '<f8' '(30, 10, 4)'
expect_same_fit "conditions first" conditions_first.npy --order conditions,units,trials
permuted 120 | make_npy units_last.npy '<f8' '(30, 4, 10)'
expect_same_fit "units last" units_last.npy --order "conditions, trials, units"
permuted 120 | make_npy trials_first.npy '<f8' '(10, 4, 30)' True
expect_same_fit "Fortran order, trials in the middle" trials_first.npy --order units,trials,conditions
"$gsn" - --out other.npz --quiet < <(cat "$responses") >"$out" 2>"$err"
expect_equal "a pipe: exit status" 0 $?
expect_same "a pipe" out.npz other.npz
gzip -c "$responses" >responses.npy.gz
run "$gsn" responses.npy.gz --out other.npz --quiet
if ! grep -q "built without zlib" "$err"; then
  expect_success "compressed by gzip"
  expect_same "compressed by gzip" out.npz other.npz
fi
# whole PACKED NPY: the doubles as whole numbers from 0 to 127, of this type of Perl's pack and of NumPy.
whole() {
  perl -e 'my $type = shift; undef $/; print pack("$type*", map { my $x = int(10 * $_ + 60); $x < 0 ? 0 : $x > 127 ? 127 : $x } unpack("d<*", <STDIN>))' "$1" \
    <doubles | make_npy whole.npy "$2" '(10, 30, 4)'
  run "$gsn" whole.npy --out "${3:-other.npz}" --quiet
  expect_success "whole numbers, $2"
}
whole 'd<' '<f8' as_doubles.npz
for type in 'c |i1' 's< <i2' 'l< <i4' 'q< <i8' 'C |u1' 'S< <u2' 'L< <u4' 'Q< <u8' 's> >i2' 'Q> >u8'; do
  whole "${type% *}" "${type#* }"
  expect_same "whole numbers are the doubles that they are: ${type#* }" as_doubles.npz other.npz
done
perl -e 'undef $/; print pack("f<*", unpack("d<*", <STDIN>))' <doubles | make_npy floats.npy '<f4' '(10, 30, 4)'
run "$gsn" floats.npy
expect_success "floats"
expect_text "floats" "4 trials, float" "$err"
expect_equal "floats: levels" "level 0 0.76" "$(sed -n 2p "$out" | tr -s ' ')"

# ---- what is returned
run "$gsn" "$responses" --returns cSb,eigvals_signal,eigvecs_signal,cD,eigvals_difference --json some.json --quiet
expect_success "--returns"
expect_equal "--returns: matrices" 'cSb cD eigvecs_signal' "$(sed -n 's/.*"name": "\(.*\)".*/\1/p' some.json | tr '\n' ' ' | sed 's/ $//')"
expect_equal "--returns: eigenvalues" 20 "$(awk '/"eigvals/ { n = 1; next } /\]/ { n = 0 } n { ++k } END { print k }' some.json)"
run "$gsn" "$responses" --returns none --json none.json --out none.npz --quiet
expect_success "--returns none"
expect_text "--returns none: no matrices" '"matrices": [],' none.json
expect_text "--returns none: no sweeps" '"numiters": null,' none.json
expect_equal "--returns none: the file is small" yes "$( (($(wc -c <none.npz) < 4000)) && echo yes)"
run "$gsn" "$responses" --shrink-levels=0.5,-0.1,0.7 --allow-extrapolation --quiet
expect_success "--allow-extrapolation"
expect_text "--allow-extrapolation" "3, from -0.1 to 0.7" "$out"

for option in --no-shrinkage --shrink-levels=0.5; do
  run "$gsn" "$responses" "$option" --returns none --json untried.json
  expect_success "$option: untried"
  expect_equal "$option: nothing was tried" "levels tried none, one was given none, one was given" "$(sed -n 3p "$out" | tr -s ' ')"
  expect_equal "$option: no curve" 2 "$(grep -c '"nll": \[\]' untried.json)"
  expect_text "$option: report" 'shrinklevelN: one level, taken untried' untried.json
done

# levels: those of the summary.
levels() { sed -n 2p "$out" | tr -s ' '; }
while IFS='|' read -r rule tried held; do
  run "$gsn" "$responses" --level-rule "$rule" --returns none --json rule.json --quiet
  expect_success "--level-rule $rule"
  expect_text "--level-rule $rule: report" "\"level_rule\": \"$rule\"" rule.json
  expect_equal "--level-rule $rule: levels tried" "levels tried $tried $tried" "$(sed -n 3p "$out" | tr -s ' ')"
  expect_equal "--level-rule $rule: held out" "held out $held $held" "$(sed -n 4p "$out" | tr -s ' ')"
  case $rule in
    held_out | k_fold) expect_equal "--level-rule $rule: levels of the list" 2 "$(levels | grep -oE ' (0|1|0\.[0-9][02468]?)\b' | grep -c '')" ;;
    *) expect_equal "--level-rule $rule: a level beside the list" yes "$(levels | grep -qE '0\.[0-9]{4,}' && echo yes)" ;;
  esac
done <<'EOF'
held_out|51, from 0 to 1|6 of 30 conditions
k_fold|51, from 0 to 1|all 30 conditions in turn
continuous|51, from 0 to 1|6 of 30 conditions
analytic|none, by formula|-
EOF
head -c 960 doubles | make_npy one.npy '<f8' '(1, 30, 4)'
for rule in matlab numpy; do
  run "$gsn" one.npy --n1-rule "$rule" --quiet
  expect_success "--n1-rule $rule"
  expect_equal "--n1-rule $rule: the first level" "$([[ $rule == matlab ]] && echo yes)" "$([[ $(levels) == "level 0 0" ]] && echo yes)"
done
perl -e 'undef $/; my @x = unpack("d<*", <STDIN>); @x[120 .. 239] = (1) x 120; print pack("d<*", @x)' <doubles | make_npy dead.npy '<f8' '(10, 30, 4)'
run "$gsn" dead.npy --dead-units drop --returns none --quiet
expect_text "--dead-units drop" "left out of the likelihood: 1" "$err"
run "$gsn" dead.npy --dead-units literal --returns none --quiet
expect_text "--dead-units literal" "all covariance matrices were singular" "$err"
expect_equal "--dead-units literal: the first level" "level 0 0" "$(levels)"
for iteration in closed limit; do
  run "$gsn" "$responses" --iteration "$iteration" --max-iterations 5 --quiet
  expect_success "--iteration $iteration --max-iterations"
  expect_text "--iteration $iteration --max-iterations" "--max-iterations has no effect here: signal and noise came about without sweeps" "$err"
done
run "$gsn" "$responses" --iteration loop --max-iterations 5 --quiet
expect_no_text "--iteration loop --max-iterations" "has no effect" "$err"

# ---- missing numbers: unit 1 lacks the last trial of condition 0, whose other numbers count for `missing` alone
perl -e 'undef $/; my @x = unpack("d<*", <STDIN>); $x[(1 * 30 + 0) * 4 + 3] = "nan"; print pack("d<*", @x)' <doubles |
  make_npy uneven.npy '<f8' '(10, 30, 4)'
for how in fast reference missing; do
  run "$gsn" uneven.npy --uneven "$how" --out "$how.npz"
  expect_success "--uneven $how"
  expect_text "--uneven $how" "1 numbers missing (--uneven $how)" "$err"
  cp "$err" "$how.txt"
done
expect_same "--uneven fast and reference" fast.npz reference.npz
expect_text "--uneven reference" "--uneven reference is a slower way to the results of fast, and was computed as fast" reference.txt
expect_no_text "--uneven fast" "slower way" fast.txt
expect_equal "--uneven missing is another estimate" differs "$(cmp -s fast.npz missing.npz || echo differs)"

# ---- no trial that all units have: the same numbers as 30 units of 10 conditions, of which unit t lacks trial t
perl -e 'undef $/; my @x = unpack("d<*", <STDIN>); for $t (0 .. 3) { $x[($t * 10 + $_) * 4 + $t] = "nan" for 0 .. 9 } print pack("d<*", @x)' <doubles |
  make_npy ragged.npy '<f8' '(30, 10, 4)'
while IFS='|' read -r how text level held; do
  run "$gsn" ragged.npy --uneven missing --level-fallback "$how" --returns cN --json ragged.json --quiet
  expect_success "--level-fallback $how"
  expect_text "--level-fallback $how" "$text" "$err"
  expect_equal "--level-fallback $how: level" "level $level 0.26" "$(levels)"
  expect_equal "--level-fallback $how: held out" "held out $held 2 of 10 conditions" "$(sed -n 4p "$out" | tr -s ' ')"
  expect_text "--level-fallback $how: report" "\"level_fallback\": \"$how\"" ragged.json
  expect_equal "--level-fallback $how: what was done" "\"$how\" null" "$(sed -n 's/.*"fallback": \(.*\),/\1/p' ragged.json | tr '\n' ' ' | sed 's/ $//')"
done <<'EOF'
one|no level could be chosen; 1 was taken, give one level to have another, or choose another --level-fallback|1|-
pairwise_likelihood|so that the level was chosen by the likelihood of pairs of units|0|2 of 10 conditions
diagonal_loading|it is not positive definite at level 1, so that 0.74 was taken, the nearest at which it is|0.74|-
EOF
run "$gsn" ragged.npy --uneven missing --level-fallback diagonal_loading --level-rule analytic --shrink-levels 0.3,0.6,0.9 --returns cN --quiet
expect_success "a formula, and levels to load from"
expect_text "a formula, and levels to load from" "level 1, so that 0.6 was taken, the nearest at which it is" "$err"

# ---- projections are told of, with any ridge; warnings name this program's options, in the report too
run "$gsn" "$responses" --no-shrinkage --ridge none --quiet
expect_equal "--ridge none: what was projected" "isonomy-gsn: warning: cSb was not positive definite: negative eigenvalues became 0" "$(cat "$err")"
perl -e 'undef $/; my @x = unpack("d<*", <STDIN>); $_ *= 1e-6 for @x[240 .. 359]; print pack("d<*", @x)' <doubles | make_npy weak.npy '<f8' '(10, 30, 4)'
run "$gsn" weak.npy --no-shrinkage --returns cSb --json weak.json --quiet
expect_text "a weak unit" "above a thousandth of the variance of unit 2, 1.19e-12; give units of like scales, or ask for --ridge none" "$err"
expect_text "a weak unit: report" "or ask for --ridge none" weak.json
perl -e 'undef $/; my @x = unpack("d<*", <STDIN>); for my $k (0 .. $#x) { $x[$k] = "nan" if int($k / 4) % 30 < 20 && $k % 4 } print pack("d<*", @x)' <doubles |
  make_npy far.npy '<f8' '(10, 30, 4)'
run "$gsn" far.npy --returns cSb --json far.json --quiet
expect_text "sweeps that end early" "warning: the iteration ended 47.9 % from the point that it was going to; ask for --iteration limit to have that" "$err"
for report in weak.json far.json; do expect_equal "$report: names of the library" 0 "$(grep -c 'Ridge::\|Iteration::' "$report")"; done
run "$gsn" uneven.npy --uneven missing --iteration limit --quiet
expect_success "--iteration limit of missing data"
expect_text "--iteration limit of missing data" "the limit has no closed form here; the iteration was run instead" "$err"

# ---- sums of matrices whose squares no double holds
run "$gsn" "$responses" --no-shrinkage --quiet
cp "$out" unscaled.txt
for power in 80 -80; do
  perl -e 'my $scale = shift; undef $/; print pack("d<*", map { $_ * $scale } unpack("d<*", <STDIN>))' "1e$power" <doubles | make_npy scaled.npy '<f8' '(10, 30, 4)'
  run "$gsn" scaled.npy --no-shrinkage --quiet --json scaled.json
  expect_success "data of 1e$power"
  for name in cN cS cNb cSb; do
    read -r _ trace norm < <(grep "^$name " unscaled.txt)
    expect_equal "data of 1e$power: $name" "$name ${trace}e$(printf '%+d' $((2 * power))) ${norm}e$(printf '%+d' $((2 * power)))" "$(grep "^$name " "$out" | tr -s ' ')"
  done
  expect_equal "data of 1e$power: norms in the report" 4 "$(grep -c '"frobenius": [1-9]' scaled.json)"
done

# ---- pictures
run "$gsn" "$responses" --plot pictures --quiet --out drawn.npz
expect_same "--plot: the same arrays" out.npz drawn.npz
for file in levels.gnuplot levels_noise.tsv levels_data.tsv spectra.gnuplot spectra.tsv ncsnr.gnuplot ncsnr.tsv; do
  expect_equal "--plot: $file" yes "$([[ -s pictures/$file ]] && echo yes)"
done
expect_equal "--plot: levels in the table" 51 "$(tail -n +2 pictures/levels_data.tsv | grep -c '')"
expect_equal "--plot: the least of the curve" 0.76 "$(awk -F '\t' '$3 == 0 { print $1 }' pictures/levels_data.tsv)"
mkdir earlier
echo "an earlier picture" >earlier/levels.svg
run "$gsn" "$responses" --no-shrinkage --plot earlier --quiet
expect_success "--plot beside an earlier picture"
expect_text "--plot beside an earlier picture" "levels.svg was left out, the one there is of an earlier run" "$err"
expect_no_text "--plot beside an earlier picture: others" "spectra.svg was left out" "$err"
expect_equal "--plot beside an earlier picture: it stays" "an earlier picture" "$(cat earlier/levels.svg)"
if command -v gnuplot >/dev/null; then
  expect_no_text "--plot: messages" "not drawn" "$err"
  for picture in levels spectra ncsnr; do expect_text "--plot: $picture" "</svg>" "pictures/$picture.svg"; done
  run "$gsn" "$responses" --returns none --no-shrinkage --plot plain --quiet
  expect_success "--plot without matrices and levels"
  expect_equal "--plot without matrices and levels" "ncsnr.gnuplot ncsnr.svg ncsnr.tsv" "$(find plain -type f -printf '%f\n' | sort | tr '\n' ' ' | sed 's/ $//')"
else
  echo "not checked: the pictures themselves, since gnuplot is not installed"
fi

# ---- NumPy reads the arrays, and what it writes is read
python=""
for candidate in python3 /usr/bin/python3; do
  [[ -n $python ]] || ! "$candidate" -c "import numpy" 2>/dev/null || python=$candidate
done
if [[ -n $python ]]; then
  run "$gsn" "$responses" --returns cN,cS,cSb,eigvals_signal,eigvecs_signal --out eigen.npz --quiet
  cat >check.py <<'EOF'
import sys

import numpy

x = numpy.load(sys.argv[1])
names = "mnN mnS cN cS cSb eigvals_signal eigvecs_signal ncsnr shrinklevelN shrinklevelD numiters shrinklevels nll_N nll_D"
with numpy.load("eigen.npz") as out:
    assert sorted(out) == sorted(names.split()), sorted(out)
    assert out["mnN"].shape == out["mnS"].shape == (1, 10) and not out["mnN"].any()
    assert out["shrinklevelD"].shape == () and out["numiters"] == 0
    assert numpy.allclose(out["mnS"][0], x.mean((1, 2)), rtol=0, atol=1e-14)
    noise = sum(numpy.cov(x[:, c]) for c in range(30)) / 30
    assert numpy.allclose(out["cN"], numpy.diag(numpy.diag(noise)), rtol=0, atol=1e-13)
    assert numpy.nanargmin(out["nll_D"]) == 38 and out["shrinklevels"][38] == out["shrinklevelD"]
    v, w = out["eigvecs_signal"], out["eigvals_signal"]
    assert numpy.allclose(v * w @ v.T, out["cSb"], rtol=0, atol=1e-12)
    assert (v[abs(v).argmax(0), range(10)] > 0).all() and (numpy.diff(w) <= 0).all()
numpy.savez("two.npz", other=numpy.zeros(3), x=x)
numpy.savez_compressed("packed.npz", x=numpy.asfortranarray(x))
numpy.savez("objects.npz", x=numpy.array([None, "text"]))
numpy.savez("alike.npz", a=x, b=x)
with open("alike.npz", "rb") as file:
    archive = file.read()
with open("alike.npz", "wb") as file:
    file.write(archive.replace(b"b.npy", b"a.npy"))
EOF
  run "$python" check.py "$responses"
  expect_equal "numpy.load" "0 " "$status $(cat "$err")"
  expect_same_fit "one array of two that NumPy wrote" two.npz --array x
  run "$gsn" packed.npz --out other.npz --quiet
  if ! grep -q "built without zlib" "$err"; then
    expect_success "the only array, compressed by NumPy"
    expect_same "the only array, compressed by NumPy" out.npz other.npz
  fi
  run "$gsn" two.npz
  expect_equal "which of two arrays: exit status" 2 "$status"
  expect_text "which of two arrays" "two.npz: the archive has 2 arrays, other, x; expected one; choose it with --array NAME" "$err"
  perl -pe 'BEGIN { undef $/ } substr($_, 4000, 1) ^= "\1"' two.npz >damaged.npz
  run "$gsn" damaged.npz --array x
  expect_equal "a damaged array: exit status" 2 "$status"
  expect_text "a damaged array" "damaged.npz: 'x.npy' is damaged: its checksum is wrong; expected a complete .npz archive" "$err"
  run "$gsn" objects.npz
  expect_equal "an array of objects: exit status" 2 "$status"
  expect_text "an array of objects" "objects.npz, x: elements of type '|O'; expected f8, f4 or whole numbers" "$err"
  for arguments in "" "--array a"; do
    # shellcheck disable=SC2086
    run "$gsn" alike.npz $arguments
    expect_equal "two arrays of a name: exit status" 2 "$status"
    expect_text "two arrays of a name" "alike.npz: the name 'a' occurs twice in the archive; expected every name once; save its arrays again with numpy.savez" "$err"
  done
  if "$python" -c "import scipy.io" 2>/dev/null; then # the line of examples/README.md
    "$python" -c "import scipy.io, numpy; scipy.io.savemat('data.mat', {'data': numpy.load('$responses')})"
    "$python" -c "import numpy, scipy.io; numpy.save('data.npy', scipy.io.loadmat('data.mat')['data'])"
    expect_same_fit "from a file of MATLAB" data.npy
  else
    echo "not checked: files of MATLAB, since scipy is not installed"
  fi
else
  echo "not checked: NumPy, which is not installed"
fi

# ---- help and version
run "$gsn" --help
expect_success "--help"
for text in --array --order --uneven --no-shrinkage --shrink-levels --allow-extrapolation --returns --singular-rule --level-rule --level-fallback --n1-rule --dead-units --ridge --iteration \
  --max-iterations --threads --backend --device --out --json --plot --quiet "Exit codes"; do
  expect_text "--help" "$text" "$out"
done
run "$gsn" --version
expect_equal "--version" yes "$(grep -qE '^[0-9]+\.[0-9]+\.[0-9]+$' "$out" && echo yes)"

finish
