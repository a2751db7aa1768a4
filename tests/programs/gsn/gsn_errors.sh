#!/usr/bin/env bash
# Every kind of bad option and input of gsn: a message with place, value and remedy, status 2, no output touched.
support=$(cd "$(dirname "${BASH_SOURCE[0]}")/../support" && pwd) || exit 1
source "$support/check.sh" || exit 1
source "$support/refuse.sh" || exit 1
source "$support/npy.sh" || exit 1

cp "$data/gsn/responses.npy" good.npy
tail -c 9600 good.npy >points # 10 units x 30 conditions x 4 trials

# ---- options: option|value|what the message must hold besides both
refuse_backends good.npy
while IFS='|' read -r option value text; do
  refuse "$option $value" "$option|$value|$text" good.npy "$option=$value"
done <<'EOF'
--order|units,conditions|each once
--order|units,conditions,conditions|each once
--order|trials,units,time|each once
--order|units,conditions,trials,units|each once
--order||dimensions
--uneven|drop|missing
--shrink-levels|0,x|'x' is no number
--shrink-levels|0,,1|'' is no number
--shrink-levels|nan|'nan' is no number
--shrink-levels|0,inf|'inf' is no number
--shrink-levels|0,1.5|'1.5' is outside; expected numbers from 0 to 1, separated by commas; correct it, or give --allow-extrapolation
--shrink-levels|-0.1|'-0.1' is outside; expected numbers from 0 to 1
--shrink-levels||levels to try
--returns|cX|expected some of cN, cS, cNb, cSb, cD, eigvals_signal
--returns|cN,none|name these, or none alone
--returns||matrices to return
--singular-rule|maybe|cholesky
--level-rule|best|k_fold
--level-fallback|two|diagonal_loading
--n1-rule|python|numpy
--dead-units|keep|literal
--ridge|2|absolute
--iteration|never|closed
--max-iterations|0|at least 1
--max-iterations|-5|at least 1
--max-iterations|1.5|sweeps at most
--threads|-1|0 takes all
--threads|two|threads
--array||array of a .npz archive
EOF
refuse "levels and none" "--shrink-levels and --no-shrinkage|drop one" good.npy --shrink-levels 0,1 --no-shrinkage
refuse "a rule for levels and none" "--singular-rule and --no-shrinkage|drop one" good.npy --singular-rule rank --no-shrinkage
refuse "how to choose a level, and none" "--level-rule and --no-shrinkage|drop one" good.npy --level-rule k_fold --no-shrinkage
refuse "a fallback, and no levels" "--level-fallback and --no-shrinkage|drop one" good.npy --uneven missing --level-fallback one --no-shrinkage
refuse "a fallback of whole trials" "--level-fallback and --uneven fast|expected --uneven missing|drop it" good.npy --level-fallback one
refuse "pairs and a formula" "--level-fallback pairwise_likelihood and --level-rule analytic|drop one" good.npy --uneven missing \
  --level-fallback pairwise_likelihood --level-rule analytic
for option in --singular-rule=rank --level-rule=held_out --level-rule=analytic "--level-fallback=diagonal_loading --uneven=missing"; do
  read -ra arguments <<<"$option"
  refuse "one level, and $option" "${option%%=*} and --shrink-levels 0.5|taken untried|expected several levels|drop ${option%%=*}" good.npy \
    "${arguments[@]}" --shrink-levels 0.5
done
refuse "a level that leaves the variance of one unit" "--n1-rule and --shrink-levels 1|drop one" good.npy --n1-rule numpy --shrink-levels 1
refuse "how levels are singular, loading and a formula" "--singular-rule and --level-rule analytic|drop one" good.npy --uneven missing \
  --level-fallback diagonal_loading --level-rule analytic --singular-rule rank
refuse "a level of one unit, and none" "--n1-rule and --no-shrinkage|drop one" good.npy --n1-rule numpy --no-shrinkage
for option in --singular-rule=rank --shrink-levels=0,1; do
  refuse "$option and a formula" "${option%=*} and --level-rule analytic|tries none|drop one" good.npy "$option" --level-rule analytic
done
refuse "levels beyond the default ones" "--allow-extrapolation|give --shrink-levels, or drop it" good.npy --allow-extrapolation
refuse "levels that need not be allowed" "--allow-extrapolation and --shrink-levels 0,0.5|from 0 to 1|drop --allow-extrapolation" good.npy \
  --allow-extrapolation --shrink-levels 0,0.5
for option in --max-iterations=5 --iteration=loop --ridge=none; do
  refuse "$option of nothing" "${option%=*} and --returns cN,cS|positive semidefinite|drop ${option%=*}" good.npy "$option" --returns cN,cS
done
refuse "an option that there is not" "--shrinkage" good.npy --shrinkage
refuse "no input" "input is required" --quiet
refuse "a file whose name begins as an option does" "'-good.npy' is no option|write ./-good.npy if it is a file" -good.npy
refuse "a second input" "other.npy" good.npy other.npy
while IFS='|' read -r what texts options; do
  read -ra arguments <<<"$options"
  run "$programs/$program" good.npy "${arguments[@]}"
  check_refusal "$what" "$texts"
done <<'EOF'
outputs without a folder|absent/out.npz: the directory 'absent' does not exist|--out absent/out.npz
the input as output|good.npy: this is also an input|--out good.npy
one file for both outputs|this is both --out and --json|--out both --json both
the folder of pictures as output|also the folder of --plot|--json new --plot new
EOF

# ---- shapes and types
make_npy matrix.npy '<f8' '(40, 30)' <points
refuse "two dimensions" "matrix.npy: |shape (40, 30)|three dimensions, units, conditions and trials|reshape" matrix.npy
make_npy four.npy '<f8' '(10, 30, 2, 2)' <points
refuse "four dimensions" "four.npy: |shape (10, 30, 2, 2)|three dimensions" four.npy
make_npy none.npy '<f8' '(10, 0, 4)' </dev/null
refuse "no conditions" "none.npy: |empty|(10, 0, 4)" none.npy
make_npy single.npy '<f8' '(10, 120, 1)' <points
refuse "one trial" "single.npy: |the data have 1 trials|2 at least|not their means" single.npy
make_npy condition.npy '<f8' '(300, 1, 4)' <points
refuse "one condition" "condition.npy: |the data have 1 conditions|2 at least" condition.npy
make_npy pair.npy '<f8' '(150, 2, 4)' <points
refuse "two conditions, of which none validates" "pair.npy: |none of 2 conditions|or one level" pair.npy
make_npy complex.npy '<c16' '(10, 15, 4)' <points
refuse "complex numbers" "complex.npy: |'<c16'|expected f8, f4 or whole numbers" complex.npy
for shape in '(2,)' '()' '(10, 30, 4)'; do
  make_npy objects.npy '|O' "$shape" <points
  refuse "objects, $shape" "objects.npy: elements of type '|O'; expected f8, f4 or whole numbers|convert them with astype" objects.npy
done
make_npy records.npy "[('x', '<f8')]" '(10, 30, 4)' <points
refuse "records" "records.npy: |records with the fields x|x['x']" records.npy
numbers_as q 9007199254740993 1 2 3 4 5 6 7 | make_npy large.npy '<i8' '(2, 2, 2)'
refuse "a whole number that no double holds" "large.npy: |element 0 (from 0) is 9007199254740993, which a double does not hold|up to 9007199254740992 in size|subtract a whole number first" large.npy
numbers_as d 1 2 3 4 5 6 7 8 | make_npy flags.npy '|b1' '(2, 2, 2)'
refuse "truth values" "flags.npy: |'|b1'; expected f8, f4 or whole numbers; convert them with astype" flags.npy

# ---- values: replaced AT VALUE: the points with the one at this place replaced
replaced() { perl -e 'my ($at, $value) = @ARGV; @ARGV = (); undef $/; my @x = unpack("d<*", <STDIN>); $x[$at] = $value; print pack("d<*", @x)' "$1" "$2" <points; }
for value in inf -inf; do
  replaced 250 "$value" | make_npy values.npy '<f8' '(10, 30, 4)'
  refuse "$value" "values.npy: |not finite at (2, 2, 2), unit, condition and trial|NaN where nothing was measured" values.npy
done
replaced 250 1e200 | make_npy values.npy '<f8' '(10, 30, 4)'
refuse "a number whose square is none" "values.npy: |unit 2 is 1e+200|rescale the data" values.npy
# without RULE: NaN wherever the rule in i, c and t holds.
without() {
  perl -e 'my $rule = eval "sub { my (\$i, \$c, \$t) = \@_; $ARGV[0] }"; @ARGV = (); undef $/; my @x = unpack("d<*", <STDIN>);
    for my $k (0 .. $#x) { $x[$k] = "nan" if $rule->(int($k / 120), int($k / 4) % 30, $k % 4) } print pack("d<*", @x)' "$1" <points |
    make_npy "$2" '<f8' '(10, 30, 4)'
}
without '1' all.npy
for how in fast reference missing; do refuse "nothing but NaN, --uneven $how" "all.npy: |leave" all.npy --uneven "$how"; done
without '$c == 7 || $c == 11' conditions.npy
refuse "conditions without a trial" "conditions.npy: |7, 11|at least|or take --uneven missing" conditions.npy
without '$t > 0' once.npy
refuse "no condition with two trials" "once.npy: |two|take --uneven missing for units that lack in turn" once.npy
refuse "no unit with two trials" "once.npy: |two|not their means" once.npy --uneven missing
without '$i == 3' unit.npy
for how in fast missing; do
  refuse "a unit that was never measured, --uneven $how" "unit.npy: |units 3 are NaN everywhere|leave them out" unit.npy --uneven "$how"
done

# ---- files
refuse "a file that is not there" "absent.npy: |does not exist|check the path" absent.npy
refuse "a folder" "earlier: |directory" earlier
: >empty.npy
refuse "an empty file" "empty.npy: |first 8 bytes" empty.npy
echo "1,2,3" >table.csv
refuse "a table" "table.csv: |first 8 bytes" table.csv
echo "1,2,3,4,5" >table.csv
refuse "a longer table" "table.csv: |does not begin as a .npy file|numpy.save" table.csv
printf 'MATLAB 5.0 MAT-file, Platform: GLNXA64' >data.mat
refuse "a file of MATLAB" "data.mat: |a file of MATLAB|scipy.io.loadmat" data.mat
printf '\211HDF\r\n\032\n' >new.mat
refuse "a new file of MATLAB" "new.mat: |a file of MATLAB|numpy.save" new.mat
head -c 5000 good.npy >short.npy
refuse "an array cut short" "short.npy: |promises 1200 elements|complete file" short.npy
{ cat good.npy; echo more; } >long.npy
refuse "an array that goes on" "long.npy: |goes on after its 1200 elements" long.npy
refuse "an array by name in no archive" "good.npy: |no archive|leave --array out" good.npy --array x
"$programs/$program" - < <(head -c 5000 good.npy) >"$out" 2>"$err"
status=$?
check_refusal "a pipe that ends early" "/dev/stdin: |ends after 609 of 1200 elements"

# ---- archives, which the program itself writes too
run "$programs/isonomy-gsn" good.npy --quiet --out out.npz
expect_success "an archive"
refuse "one of many arrays" "out.npz: |has 13 arrays, mnN, mnS|choose it with --array NAME" out.npz
refuse "an array of two dimensions" "out.npz, cN: |shape (10, 10)|three dimensions" out.npz --array cN
refuse "an array that is not there" "out.npz: |no array 'cX'|expected one of mnN, mnS" out.npz --array cX
head -c 2000 out.npz >cut.npz
refuse "half an archive" "cut.npz: |does not end as a zip archive|copy or save it again" cut.npz --array cN
printf 'PK\005\006%018d' 0 | tr 0 '\0' >nothing.npz
refuse "an archive of nothing" "nothing.npz: |holds no array|numpy.savez" nothing.npz
"$programs/$program" - < <(cat out.npz) >"$out" 2>"$err"
status=$?
check_refusal "an archive through a pipe" "/dev/stdin: |an archive within a pipe|save it to a file"

finish
