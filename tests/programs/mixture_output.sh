#!/usr/bin/env bash
# What isonomy-mixture writes: the reference's fits, every kind of file, the same bytes for any threads, report, pictures.
support=$(cd "$(dirname "${BASH_SOURCE[0]}")/support" && pwd) || exit 1
source "$support/check.sh" || exit 1
source "$support/npy.sh" || exit 1

mixture=$programs/isonomy-mixture faithful=$data/mixture/faithful.csv resolution=$data/mixture/resolution.npy
golden=$reference/mixture/program_fits.tsv

# ---- the reference's numbers: a fit has converged when the step that is left is below 1e-8 of the parameter or its error;
# twice that is allowed. The likelihood within 1e-12 of its size.
expect_equal "fits of the reference" 7 "$(cut -f 1-3 "$golden" | tail -n +2 | sort -u | grep -c '')"
while IFS='|' read -r file column options; do
  what="$file $column $options"
  read -ra arguments <<<"$options ${column:+--column $column}"
  run "$mixture" "$data/mixture/$file" "${arguments[@]}" --out fit.tsv --json fit.json
  expect_success "$what"
  awk -F '\t' -v file="$file" -v column="$column" -v options="$options" \
    '$1 == file && $2 == column && $3 == options { print $4 "\t" $5 "\t" $6 "\t" $7 "\t" $8 }' "$golden" >theirs
  columns fit.tsv name value error minos_lower minos_upper | tail -n +2 >ours
  expect_equal "$what: parameters" "$(cut -f 1 theirs)" "$(cut -f 1 ours)"
  expect_equal "$what: numbers that differ by more than convergence allows" 0 "$(paste ours theirs | awk -F '\t' '
    function size(x) { return x < 0 ? -x : x }
    { scale = size($7) > $8 ? size($7) : $8
      for (k = 2; k <= 5; ++k) if (!(size($k - $(k + 5)) <= 2e-8 * scale)) ++n }
    END { print n + 0 }')"
  nll=$(awk -F '\t' -v file="$file" -v column="$column" -v options="$options" \
    '$1 == file && $2 == column && $3 == options { print $9; exit }' "$golden")
  points=$(awk -F '\t' -v file="$file" -v column="$column" -v options="$options" \
    '$1 == file && $2 == column && $3 == options { print $10; exit }' "$golden")
  expect_equal "$what: likelihood" yes "$(sed -n 's/^ *"nll": \(.*\),$/\1/p' fit.json |
    awk -v wanted="$nll" '{ d = $1 - wanted; if (d < 0) d = -d; w = wanted < 0 ? -wanted : wanted; print d <= 1e-12 * w ? "yes" : $1 }')"
  expect_text "$what: points" "\"points\": $points" fit.json
done < <(cut -f 1-3 "$golden" | tail -n +2 | uniq | tr '\t' '|')

# ---- the summary
run "$mixture" "$faithful" --column waiting
expect_success "waiting"
cp "$out" waiting.txt
expect_equal "names of the columns" "parameter value error minos lower minos upper global correlation" "$(sed -n 1p waiting.txt | tr -s ' ')"
expect_equal "a parameter" "mu1 54.6149 0.6997 -0.6884 +0.7189 0.409" "$(sed -n 3p waiting.txt | tr -s ' ')"
expect_equal "correlations" "correlation f mu1 mu2 s1 s2" "$(sed -n 8p waiting.txt | tr -s ' ')"
expect_equal "a correlation" "s2 -0.210 -0.293 -0.288 -0.296 1.000" "$(sed -n 13p waiting.txt | tr -s ' ')"
expect_equal "lines" 13 "$(grep -c '' waiting.txt)"
for text in "faithful, column 2 of 2, waiting: 272 points, 2 components, 5 parameters" "  status       converged after" "EDM" \
  "NLL 1034.001750, AIC 2078.003500, BIC 2096.032510" "  passes  " "  time  " "profiles" "  memory  " "  arithmetic   double" \
  "  determinism  " "  ran on       C" "  backends  "; do
  expect_text "report on standard error" "$text" "$err"
done
expect_equal "no control characters where standard error is no terminal" 0 "$(grep -c '[[:cntrl:]]' "$err")"
run "$mixture" "$faithful" --column waiting --quiet
expect_equal "nothing on standard error with --quiet" "" "$(cat "$err")"
expect_same "--quiet: the summary" waiting.txt "$out"
run "$mixture" "$faithful" --column waiting --no-minos
expect_success "--no-minos"
expect_equal "--no-minos: columns" "parameter value error global correlation" "$(sed -n 1p "$out" | tr -s ' ')"

# ---- parameters that are known
run "$mixture" "$faithful" --column waiting --fix mu1=52 --out fixed.tsv --json fixed.json
expect_success "--fix"
cp "$out" fixed.txt
expect_equal "a fixed parameter" "mu1 52 fixed - - -" "$(sed -n 3p fixed.txt | tr -s ' ')"
expect_equal "its correlation" "mu1 - - - - -" "$(sed -n 10p fixed.txt | tr -s ' ')"
expect_equal "a fixed parameter in the table" "mu1 52.0 nan nan nan" "$(columns fixed.tsv name value error minos_lower minos_upper | sed -n 3p | tr '\t' ' ')"
expect_equal "the table says which is fixed" "0 1 0 0 0" "$(columns fixed.tsv fixed | tail -n +2 | tr '\n' ' ' | sed 's/ $//')"
expect_text "the report counts it" "5 parameters, 1 of them fixed" "$err"
run "$mixture" "$faithful" --column waiting --fix mu1=52 --max-iterations 1 --out stopped.tsv
expect_equal "a fixed parameter of a fit without errors" "mu1 52 fixed" "$(sed -n 3p "$out" | tr -s ' ')"
expect_equal "the same in the table" "0 1 0 0 0" "$(columns stopped.tsv fixed | tail -n +2 | tr '\n' ' ' | sed 's/ $//')"
expect_equal "JSON: one is fixed" 1 "$(grep -c '"fixed": true' fixed.json)"
run "$mixture" "$faithful" --column waiting --fix mu1=52 --start f=0.3,mu2=80,s1=6,s2=6
expect_same "--fix and a start without its value" fixed.txt "$out"
run "$mixture" "$faithful" --column waiting --fix mu2=80.1 --fix s2=5.9,f=0.36 --out one.tsv
expect_success "--fix twice"
run "$mixture" "$faithful" --column waiting --fix mu1=80.1 --fix s1=5.9,f=0.64 --out other.tsv
expect_equal "the components that are not known take the places that are left" "$(columns one.tsv value | sed -n 3p | cut -c 1-9)" \
  "$(columns other.tsv value | sed -n 4p | cut -c 1-9)"
run "$mixture" "$faithful" --column waiting --fix f=0.4,mu1=55,mu2=80,s1=6,s2=6 --json all.json
expect_success "everything is known"
expect_text "the likelihood there" "NLL 1035.111793, AIC 2070.223586" "$err"

# ---- the number of components chosen by BIC: from there on the run is that of the number itself
# without_costs FILE: a report without times, memory and what the choice adds.
without_costs() {
  sed '/^      {$/{N;/"components: BIC"/{:more;N;/}/!b more;d}}' "$1" |
    sed '/"components_tried": \[/,/^  \]/d; /"components_tried": null/d; /"seconds"/d; /"bytes_peak"/d; /"components": "/d'
}
# expect_choice WHAT K RANGE ARGUMENT...: of the range, K is chosen, and everything is as if it had been asked for.
expect_choice() {
  local what=$1 chosen=$2 range=$3 file
  shift 3
  run "$mixture" "$@" --components "$chosen" --out given.tsv --json given.json --plot given
  expect_success "$what: given"
  cp "$out" given.txt
  run "$mixture" "$@" --components "$range" --out chosen.tsv --json chosen.json --plot chosen
  expect_success "$what: $range"
  expect_same "$what: the summary" given.txt "$out"
  expect_same "$what: the table" given.tsv chosen.tsv
  without_costs given.json >given.text
  without_costs chosen.json >chosen.text
  expect_same "$what: the report" given.text chosen.text
  expect_equal "$what: the pictures" "" "$(diff -r given chosen 2>&1)"
  expect_text "$what: the report names the range" "\"components\": \"$range\"" chosen.json
  expect_text "$what: the report names the number" "\"components\": \"$chosen\"" given.json
  expect_text "$what: nothing was tried for a number" '"components_tried": null' given.json
  rm -rf given chosen
}
expect_choice "waiting" 2 1-5 "$faithful" --column waiting --contour mu1,mu2
cp "$err" choice.txt
expect_equal "a choice: the table" "K parameters NLL BIC AIC status
1 2 1095.288801 2201.789205 2194.577601 converged
2 5 1034.001750 2096.032510 2078.003500 converged, chosen
3 8 1031.540187 2107.926790 2079.080373 converged
4 11 1029.359962 2120.383746 2080.719923 converged
5 14 1028.729180 2135.939589 2085.458360 converged" "$(sed -n '/^  components /,/^  status /p' choice.txt | sed '1d; $d; s/^ *//' | tr -s ' ')"
expect_text "a choice: by what" "  components   1-5 tried in " choice.txt
expect_equal "a choice: the fits in the report" "1 2 3 4 5" "$(sed -n 's/^      "k": \(.*\),$/\1/p' chosen.json | tr '\n' ' ' | sed 's/ $//')"
expect_equal "a choice: chosen in the report" 1 "$(grep -c '"chosen": true' chosen.json)"
expect_choice "one mean, an array" 2 1-3 "$resolution" --shared-mean --no-minos
expect_choice "yields in a range" 2 2-4 "$faithful" --extended --range 1.7,5
expect_choice "a range of one" 3 3-3 "$faithful" --column waiting --no-minos
expect_choice "one component shares with nobody" 1 1-1 "$faithful" --shared-mean --shared-sigma
for threads in 1 3; do
  run "$mixture" "$faithful" --column waiting --components 1-4 --threads "$threads" --json "threads$threads.json"
  sed '/"seconds"/d; /"bytes_peak"/d; /"threads"/d' "threads$threads.json" >"threads$threads.text"
done
expect_same "a choice with 1 and 3 threads" threads1.text threads3.text
printf '%s\n' 1 1 1 1 1 2 3 4 5 6 7 9 12 >ties.txt
run "$mixture" ties.txt --components 1-4 --contour mu1,mu2
expect_success "fits that are not usable are not chosen"
expect_equal "fits that are not usable are listed" 3 "$(grep -c ' degenerate, not usable$' "$err")"
expect_equal "the usable one is chosen" "1 2 34.468608 74.067114 72.937216 converged, chosen" "$(grep ' chosen$' "$err" | sed 1d | sed 's/^ *//' | tr -s ' ')"
expect_text "a contour that the choice leaves out" "warning: there is no contour of mu1 and mu2: the model chosen does not have both" "$err"
run "$mixture" ties.txt --components 2
cp "$out" given.txt
run "$mixture" ties.txt --components 2-4 --json chosen.json
expect_equal "no usable fit: exit status" 3 "$status"
expect_same "no usable fit: the fewest components" given.txt "$out"
expect_text "no usable fit: the reason" "none can be chosen; this is the fewest" "$err"
expect_text "no usable fit: the result" "the fit has no usable result: degenerate" "$err"
expect_equal "no usable fit: none is chosen" "3 0" "$(grep -c '"usable": false,' chosen.json | awk '{ print $1 - 1 }') $(grep -c '"chosen": true' chosen.json)"
echo 1.17 -2.0 0.87 1.8 0.64 1.46 -0.44 3.2 4.63 6.42 6.39 4.67 3.43 6.19 | tr ' ' '\n' >spikes.txt
run "$mixture" spikes.txt --components 1-3 --no-minos
expect_success "fits with a spike are not chosen"
expect_equal "fits with a spike are listed" 2 "$(grep -c ' spike, not usable$' "$err")"
echo 1 2 3 8 9 30 | tr ' ' '\n' >few.txt
run "$mixture" few.txt --components 1-9 --no-minos --json chosen.json
expect_text "fewer points than components" "warning: more than 6 components were not tried, since there are only 6 points" "$err"
expect_equal "fewer points than components: tried" 6 "$(grep -c '"k": ' chosen.json)"

# ---- the same bytes for any threads, seed and start, again and again
run "$mixture" "$resolution" --shared-mean --out exact.tsv
cp "$out" exact.txt
for threads in 1 2 3; do
  run "$mixture" "$resolution" --shared-mean --threads "$threads" --out table.tsv
  expect_same "$threads threads" exact.txt "$out"
  expect_same "$threads threads, --out" exact.tsv table.tsv
done
for start in 0.5,5,0.3,0.1 'mu=5,f=0.5,s2=0.1,s1=0.3' '+0.5, 5.0, 3e-1, 0.1'; do
  run "$mixture" "$resolution" --shared-mean --start "$start"
  expect_success "--start $start"
  expect_same "--start $start" exact.txt "$out"
done
run "$mixture" "$faithful" --column waiting --seed 7
expect_same "--seed 7" waiting.txt "$out"
mkdir elsewhere
echo old >elsewhere/linked.tsv
ln -s elsewhere/linked.tsv link.tsv
run "$mixture" "$resolution" --shared-mean --out link.tsv
expect_same "--out through a link: its target" exact.tsv elsewhere/linked.tsv
expect_equal "--out through a link: it stays one" elsewhere/linked.tsv "$(readlink link.tsv)"
ln -s elsewhere/dangling.tsv dangling.tsv
run "$mixture" "$resolution" --shared-mean --out dangling.tsv
expect_same "--out through a link to nothing: its target" exact.tsv elsewhere/dangling.tsv
expect_equal "--out through a link to nothing: it stays one" elsewhere/dangling.tsv "$(readlink dangling.tsv)"
echo old >secret.tsv
chmod 600 secret.tsv
run "$mixture" "$resolution" --shared-mean --out secret.tsv
expect_same "--out to a secret file" exact.tsv secret.tsv
expect_equal "--out to a secret file: its mode" 600 "$(stat -c %a secret.tsv)"
mkdir linked
ln -s ../elsewhere/fit.tsv linked/fit.tsv
run "$mixture" "$resolution" --shared-mean --plot linked --quiet
expect_equal "--plot through a link: it stays one" ../elsewhere/fit.tsv "$(readlink linked/fit.tsv)"
expect_equal "--plot through a link: its target" yes "$([[ -s elsewhere/fit.tsv ]] && echo yes)"
ln -s elsewhere/pictures gallery
run "$mixture" "$resolution" --shared-mean --plot gallery --quiet
expect_success "--plot through a link to nothing"
expect_equal "--plot through a link to nothing: its target" yes "$([[ -s elsewhere/pictures/fit.tsv && -L gallery ]] && echo yes)"

# ---- pipes and descriptors take what is written into them
mkfifo pipe
cat pipe >taken.tsv &
run "$mixture" "$resolution" --shared-mean --out pipe
wait
expect_same "--out into a pipe" exact.tsv taken.tsv
expect_same "--out into a pipe: the summary" exact.txt "$out"
echo "a first line" >log
"$mixture" "$resolution" --shared-mean --out /dev/stdout --quiet >>log
echo "a first line" | cat - exact.tsv >wanted
expect_same "--out to standard output, behind what is there, without the summary" wanted log
run "$mixture" "$resolution" --shared-mean --out /dev/null --json /dev/fd/2 --quiet
expect_success "--out /dev/null, --json /dev/fd/2"
expect_text "--json /dev/fd/2" '"status": "converged"' "$err"
"$mixture" "$resolution" --shared-mean --json closed.json --quiet >&- 2>"$err"
expect_equal "a closed standard output: exit status" 2 $?
expect_text "a closed standard output" "standard output: cannot be written" "$err"
expect_equal "a closed standard output: no other output" "" "$(find . -name 'closed*')"

# ---- files of every kind, all of the same points
same_as_waiting() {
  local what=$1
  shift
  run "$mixture" "$@"
  expect_success "$what"
  expect_same "$what" waiting.txt "$out"
}
same_as_waiting "a column by its place" "$faithful" --column 2
mapfile -t waiting < <(tail -n +2 "$faithful" | cut -d , -f 2)
mapfile -t both < <(tail -n +2 "$faithful" | tr , '\n')
printf '%s\n' "${waiting[@]}" >plain.txt
same_as_waiting "a number a line" plain.txt
{ echo '# measured in minutes'; tail -n +2 "$faithful" | tr , ' '; } >blanks.dat
same_as_waiting "blanks and a comment" blanks.dat --column 2
sed '1s/\([a-z]*\)/"\1"/g; s/,/;/; s/$/\r/' "$faithful" >semicolons.csv
same_as_waiting "semicolons, quotes, CR LF" semicolons.csv --column waiting
sed 's/,/\t/' "$faithful" >tabs.tsv
same_as_waiting "tabs" tabs.tsv --column waiting
"$mixture" /dev/stdin --column waiting <"$faithful" >piped.txt 2>"$err"
expect_same "standard input" waiting.txt piped.txt
cat "$faithful" | "$mixture" - --column waiting >piped.txt 2>"$err"
expect_same "a pipe as -" waiting.txt piped.txt
numbers_as d "${waiting[@]}" | make_npy doubles.npy '<f8' '(272,)'
same_as_waiting "an array of doubles" doubles.npy
numbers_as f "${waiting[@]}" | make_npy floats.npy '<f4' '(272,)'
same_as_waiting "an array of floats" floats.npy
run "$mixture" floats.npy --json floats.json
expect_text "floats are kept as they are" '"element": "float"' floats.json
cp doubles.npy array
same_as_waiting "an array without its extension" array
numbers_as d "${both[@]}" | make_npy rows.npy '<f8' '(272, 2)'
same_as_waiting "a column of an array" rows.npy --column 2
{ numbers_as f $(tail -n +2 "$faithful" | cut -d , -f 1); numbers_as f "${waiting[@]}"; } | make_npy fortran.npy '<f4' '(272, 2)' True
same_as_waiting "a column of an array in Fortran order" fortran.npy --column 2
numbers_as 'd>' "${waiting[@]}" | make_npy big.npy '>f8' '(272,)'
same_as_waiting "big-endian numbers" big.npy
numbers_as l "${waiting[@]}" | make_npy integers.npy int32 '(272,)'
same_as_waiting "whole numbers of a type without byte order" integers.npy
make_npy row.npy '<f8' '(1, 272)' < <(numbers_as d "${waiting[@]}")
same_as_waiting "an array of one row" row.npy
perl -e 'print pack("l<a3f>", $_ % 7, "abc", $ARGV[$_]) for 0 .. $#ARGV' "${waiting[@]}" |
  make_npy records.npy "[('id', '<i4'), ('name', '|S3'), ('waiting', '>f4')]" '(272,)'
same_as_waiting "a field of records" records.npy --column waiting
same_as_waiting "a field by its place, from a pipe" <(cat records.npy) --column 3
run "$mixture" records.npy --column waiting --weights id --json records.json
expect_success "a field of weights"
expect_text "the field in the JSON" '"quantity": "waiting"' records.json
expect_text "the field of weights in the JSON" '"weights": "1"' records.json
mkfifo pipe.npy
cat doubles.npy >pipe.npy &
same_as_waiting "an array from a named pipe" pipe.npy
gzip -c "$faithful" >packed.csv.gz
run "$mixture" packed.csv.gz --column waiting
if grep -q "built without zlib" "$err"; then
  expect_equal "a compressed file without zlib" 2 "$status"
  echo "not checked: compressed inputs, since the program was built without zlib"
else
  expect_same "a compressed table" waiting.txt "$out"
  gzip -c "$faithful" | "$mixture" - --column waiting >piped.txt 2>"$err"
  expect_same "a compressed table from a pipe" waiting.txt piped.txt
  gzip -c doubles.npy >packed.npy.gz
  same_as_waiting "a compressed array" packed.npy.gz
fi
cat floats.npy | "$mixture" - >piped.txt 2>"$err"
expect_same "an array from a pipe as -" waiting.txt piped.txt
tail -n +2 "$faithful" | sed 's/\./,/; s/,\([0-9]*\)$/;\1,0/' >commas.txt
same_as_waiting "decimal commas" commas.txt --column 2 --decimal ,
sed 's/,/ | /' "$faithful" >bars.txt
same_as_waiting "a separator of its own" bars.txt --column waiting --separator '|'
tr '\n' '\r' <"$faithful" >returns.csv
same_as_waiting "lines that end with CR alone" returns.csv --column waiting
awk '{ print } NR % 40 == 0 { print "1.5,NA"; print "," }' "$faithful" >missing.csv
same_as_waiting "missing values skipped" missing.csv --column waiting --missing skip
run "$mixture" missing.csv --column waiting --missing skip --json missing.json
expect_text "missing values are counted" "272 points (12 missing values skipped)" "$err"
expect_text "missing values are counted: --json" '"skipped": "12"' missing.json
expect_text "missing values: --json" '"missing": "skip"' missing.json
expect_text "decimal: --json" '"decimal": "."' missing.json
expect_text "separator: --json" '"separator": "found in the file"' missing.json
numbers_as d nan "${waiting[@]}" nan | make_npy missing.npy '<f8' '(274,)'
same_as_waiting "missing elements skipped" missing.npy --missing skip
run "$mixture" "$faithful"
cp "$out" eruptions.txt
run "$mixture" rows.npy --column 1
expect_same "the first column is the default" eruptions.txt "$out"

# ---- weights: a point of weight 3 is three points, but for the errors, which are those of samples drawn anew
awk -F , -v OFS=, 'NR == 1 { print $0, "w"; next } { print $0, 1 + NR % 3 }' "$faithful" >weights.csv
awk -F , 'NR == 1 { print; next } { for (k = 0; k < 1 + NR % 3; ++k) print }' "$faithful" >repeated.csv
run "$mixture" repeated.csv --column waiting --out repeated.tsv
run "$mixture" weights.csv --column waiting --weights w --out weights.tsv --json weights.json --plot weighted
expect_success "--weights"
expect_equal "--weights: values that differ from repeated points" 0 "$(paste <(columns repeated.tsv value) <(columns weights.tsv value) |
  awk 'NR > 1 { d = $1 - $2; if (d < 0) d = -d; if (!(d <= 1e-7 * $1)) ++n } END { print n + 0 }')"
expect_equal "--weights: errors above those of repeated points" 5 "$(paste <(columns repeated.tsv error) <(columns weights.tsv error) | awk 'NR > 1 && $2 > $1 { ++n } END { print n }')"
expect_equal "--weights: columns of the summary" "parameter value error global correlation" "$(sed -n 1p "$out" | tr -s ' ')"
expect_text "--weights: the report" "weights      column 3, as many as 233.0 points count" "$err"
expect_no_text "--weights: the report" "AIC" "$err"
for text in '"weights": "3"' '"sum_of_weights": "544.0"' '"aic": null'; do expect_text "--weights: --json" "$text" weights.json; done
expect_equal "--weights: in the bins" 544 "$(columns weighted/fit.tsv points | awk 'NR > 1 { n += $1 } END { print n }')"
expect_equal "--weights: expected" yes "$(columns weighted/fit.tsv expected | awk 'NR > 1 { n += $1 } END { print (n > 530 && n <= 544 ? "yes" : n) }')"
awk -F , -v OFS=, 'NR > 1 { $3 = 1000 * $3 } { print }' weights.csv >thousandfold.csv
run "$mixture" thousandfold.csv --column waiting --weights 3 --out thousandfold.tsv
expect_equal "--weights: a common factor changes no error" 0 "$(paste <(columns thousandfold.tsv value error) <(columns weights.tsv value error) |
  awk 'NR > 1 { for (k = 1; k <= 2; ++k) { d = $k - $(k + 2); if (d < 0) d = -d; if (!(d <= 1e-7 * $k)) ++n } } END { print n + 0 }')"
run "$mixture" weights.csv --column waiting --weights w --fix mu1=54 --out known.tsv
expect_equal "--weights with --fix" "mu1 54.0 nan" "$(columns known.tsv name value error | sed -n 3p | tr '\t' ' ')"
run "$mixture" weights.csv --column waiting --weights w --start 0.36,54,80,6,6 --out given.tsv
expect_equal "--weights with --start: values that differ" 0 "$(paste <(columns given.tsv value) <(columns weights.tsv value) |
  awk 'NR > 1 { d = $1 - $2; if (d < 0) d = -d; if (!(d <= 1e-7 * $1)) ++n } END { print n + 0 }')"
{ numbers_as d "${waiting[@]}"; numbers_as d $(tail -n +2 weights.csv | cut -d , -f 3); } | make_npy weights.npy '<f8' '(272, 2)' True
run "$mixture" weights.npy --weights 2 --out array.tsv
expect_same "--weights of an array" weights.tsv array.tsv

# ---- what is left out, open ranges
run "$mixture" "$faithful" --column waiting --range 50,inf --json range.json
expect_success "--range 50,inf"
expect_text "--range: points outside are counted" "outside the range left out)" "$err"
left=$(awk -F , 'NR > 1 && $2 < 50 { ++n } END { print n + 0 }' "$faithful")
expect_text "--range: points left out" "\"left_out\": \"$left\"" range.json
run "$mixture" "$faithful" --column waiting --range=-inf,inf
expect_same "--range=-inf,inf" waiting.txt "$out"

# ---- tables and JSON
run "$mixture" "$faithful" --column waiting --contour mu1,mu2 --contour f,s1 --contour-points 12 --out table.tsv --json report.json
expect_success "--out, --json"
expect_same "--out, --json: the summary goes to standard output all the same" waiting.txt "$out"
for file in table.tsv report.json; do expect_text "the report says what was written" "written      $file" "$err"; done
expect_equal "columns of the table" "name value error minos_lower minos_upper minos_lower_status minos_upper_status global_correlation at_bound fixed correlation_f correlation_mu1 correlation_mu2 correlation_s1 correlation_s2" \
  "$(head -n 1 table.tsv | tr '\t' ' ')"
expect_equal "cells of every row" 15 "$(awk -F '\t' '{ print NF }' table.tsv | sort -u)"
for text in '"quantity": "waiting"' '"start": "automatic"' '"components": 2' '"status": "converged"' '"lower_status": "found"' \
  '"range": null' '"coverage": 0.9545' '"stages"' '"max_iterations": 200'; do
  expect_text "--json" "$text" report.json
done
if command -v python3 >/dev/null; then
  expect_equal "--json is JSON: parameters, rows, contours, points of a contour" "5 5 5 4 12" "$(python3 -c '
import json
r = json.load(open("report.json"))
print(len(r["parameters"]), len(r["covariance"]), len(r["correlation"]), len(r["contours"]), len(r["contours"][0]["points"]))' 2>&1 | tail -n 1)"
fi

# ---- the search for a start: a peak on a flat background, of which one start of k-means finds one half
awk 'BEGIN { for (i = 0; i < 240; ++i) { u = (i + 0.5) / 240; if (i % 4 == 0) print -10 + 20 * u; else print 3 + log(u / (1 - u)) / 3 } }' >flat.txt
run "$mixture" flat.txt --no-minos --json search.json
expect_success "a search for a start"
cp "$out" searched.txt
expect_text "a search: the summary" " of 60 met this maximum" "$err"
for text in '"starts": {' '"tried": 60' '"late": false'; do expect_text "a search: --json" "$text" search.json; done
run "$mixture" flat.txt --no-minos --start 0.25,0,3,6,0.6 --json given.json
expect_same "a search ends where a good start does" searched.txt "$out"
expect_text "a given start: --json" '"starts": null' given.json
run "$mixture" flat.txt --no-minos --starts 3 --json search.json
expect_text "--starts 3" '"tried": 3' search.json
echo -0.32 -0.49 1.68 1.97 0.16 -1.26 5.2 5.04 4.12 6.53 6.0 3.59 | tr ' ' '\n' >pairs.txt
run "$mixture" pairs.txt --json search.json
expect_text "profiles that meet a spike: the warning" "met a lower point, from which a component closes in on a few points" "$err"
expect_equal "profiles that meet a spike: the maximum of the search stays" yes "$(awk -F '[:,]' '/"met_same"/ { print ($2 > 0 ? "yes" : "no") }' search.json)"
run "$mixture" pairs.txt --components 1 --threads 2 --contour mu,s --contour-points 5 --json options.json
for text in '"backend": "auto"' '"device": "none"' '"starts": "60"' '"minos": "yes"' '"contour_points": "5"' '"threads": "2"'; do expect_text "options of the run: --json" "$text" options.json; done
echo 1 2 3 8 9 30 | tr ' ' '\n' >few.txt
run "$mixture" few.txt --components 3 --no-minos
expect_text "too few points for a search: the warning" "fewer than 5 points a component" "$err"

# ---- fits without a usable result: status 3, values alone, the reason everywhere
run "$mixture" "$faithful" --column waiting --start 0.3,53,82,7,7 --max-iterations 1 --out table.tsv --json report.json
expect_equal "too few steps: exit status" 3 "$status"
expect_text "too few steps" "mixture: the fit has no usable result: max_iterations after 1 steps; raise --max-iterations" "$err"
expect_text "too few steps: the summary" "no errors, since the fit is max_iterations" "$out"
expect_equal "too few steps: columns of the summary" "parameter value" "$(sed -n 1p "$out" | tr -s ' ' | sed 's/ $//')"
expect_equal "too few steps: errors in the table" "nan" "$(columns table.tsv error minos_lower minos_upper global_correlation | tail -n +2 | tr '\t' '\n' | sort -u)"
expect_text "too few steps: --json" '"status": "max_iterations"' report.json
expect_text "too few steps: --json" '"error": null' report.json
printf '%s\n' 1 1 1 1 1 2 3 4 5 6 7 9 12 >ties.txt
run "$mixture" ties.txt --start 0.4,1,6,0.01,3 --out table.tsv
expect_equal "a component on one point: exit status" 3 "$status"
expect_text "a component on one point" "degenerate" "$err"
expect_text "a component on one point: the summary" "no errors, since the fit is degenerate" "$out"
expect_equal "a component on one point: errors in the table" "" "$(columns table.tsv minos_lower | tail -n +2 | grep -v nan)"
expect_text "a component on one point: the remedies" "use fewer --components, --shared-sigma or another --start" "$err"
run "$mixture" ties.txt --start 0.4,1,6,0.01,3 --plot degenerate --quiet
expect_equal "a component on one point: errors in the picture" "" "$(cat degenerate/* | grep -a "±")"
awk 'BEGIN { for (i = 1; i < 120; ++i) { t = i / 60 - 1; print 1.5 + 1.5 * (t < 0 ? -1 : 1) * (t * t) ^ 0.4 } }' >hollow.txt
for steps in 200 1000; do
  run "$mixture" hollow.txt --components 1 --range 0,3 --max-iterations "$steps"
  expect_equal "no maximum: exit status" 3 "$status"
  expect_text "no maximum" "the fit has no usable result: no_maximum after" "$err"
  expect_text "no maximum: the remedy" "the likelihood grows for ever with the width: use a wider --range or none" "$err"
done
run "$mixture" "$faithful" --column waiting --shared-mean --json report.json
expect_equal "a component without weight: exit status" 0 "$status"
expect_text "a component without weight: the summary" "no weight            -            -" "$out"
expect_text "a component without weight" "s2 has no error: its component has no weight" "$err"
expect_text "a component without weight: --json" '"without_weight": true' report.json

# ---- the same numbers at other scales
awk -F , 'NR > 1 { printf "%.17g\n", $2 }' "$faithful" >plain.txt
run "$mixture" plain.txt --no-minos
cp "$out" plain.out
for power in -980 600; do
  awk -v scale="$power" '{ printf "%.17g\n", $1 * 2 ^ scale }' plain.txt >scaled.txt
  run "$mixture" scaled.txt --no-minos
  expect_equal "times 2^$power: exit status" 0 "$status"
  expect_equal "times 2^$power: the share and the correlations" \
    "$(grep '^f ' plain.out | tr -s ' '; sed -n '/^correlation/,$p' plain.out)" \
    "$(grep '^f ' "$out" | tr -s ' '; sed -n '/^correlation/,$p' "$out")"
done

# ---- pictures
run "$mixture" "$faithful" --column waiting --contour mu1,mu2 --plot new/pictures --quiet
expect_same "--plot: the summary goes to standard output all the same" waiting.txt "$out"
for file in fit.gnuplot fit.tsv fit_curves.tsv contour_mu1_mu2.gnuplot contour_mu1_mu2.tsv contour_mu1_mu2_ellipses.tsv; do
  expect_equal "--plot: $file" yes "$([[ -s new/pictures/$file ]] && echo yes)"
done
expect_equal "--plot: hidden files" "" "$(find new -name '.*')"
expect_equal "--plot: points in the bins" 272 "$(columns new/pictures/fit.tsv points | awk 'NR > 1 { n += $1 } END { print n }')"
expect_equal "--plot: expected points" yes "$(columns new/pictures/fit.tsv expected | awk 'NR > 1 { n += $1 } END { print (n > 265 && n <= 272 ? "yes" : n) }')"
run "$mixture" "$faithful" --column waiting --extended --range 45,90 --plot ranged --quiet
expect_equal "--plot with yields in a range: expected points" yes "$(columns ranged/fit.tsv expected | awk 'NR > 1 { n += $1 } END { print (n > 264.99 && n < 265.01 ? "yes" : n) }')"
run "$mixture" "$faithful" --column waiting --contour mu1,mu2 --plot new/pictures --quiet
if command -v gnuplot >/dev/null; then
  expect_equal "--plot: messages" "" "$(cat "$err")"
  while IFS='|' read -r what arguments; do
    read -ra words <<<"$arguments"
    run "$mixture" "${words[@]}" --plot pictures --quiet
    expect_equal "--plot of $what: messages" "" "$(cat "$err")"
    expect_text "--plot of $what" "</svg>" pictures/fit.svg
    rm -rf pictures
  done <<EOF
one component|$faithful --components 1
yields in a range|$faithful --column waiting --extended --range 40,95
an open range|$faithful --column waiting --range=-inf,95
an array|$resolution --shared-mean
a start by hand|$resolution --shared-mean --start 0.5,5,0.3,0.1
EOF
  run "$mixture" "$faithful" --column waiting --start 0.3,53,82,7,7 --max-iterations 1 --plot pictures --quiet
  expect_text "--plot of a fit that stopped" "where the fit stopped" pictures/fit.svg
  expect_text "--plot of contours" "</svg>" new/pictures/contour_mu1_mu2.svg
else
  echo "not checked: the pictures themselves, since gnuplot is not installed"
fi
mkdir no_tools
PATH=$work/folder/no_tools run "$mixture" "$faithful" --plot plain --quiet
expect_success "--plot without gnuplot"
expect_text "--plot without gnuplot" "install gnuplot" "$err"
expect_no_text "--plot without gnuplot, no earlier picture" "earlier" "$err"
echo "an earlier picture" >plain/fit.svg
PATH=$work/folder/no_tools run "$mixture" "$faithful" --plot plain --quiet
expect_text "--plot without gnuplot beside an earlier picture" "fit.svg was not drawn, the one there is of an earlier run" "$err"
expect_text "--plot without gnuplot" "gnuplot fit.gnuplot > fit.svg" "$err"
touch plain/contour_mu1_mu2.svg plain/contour_mu1_mu2.gnuplot plain/contour_of_my_own.svg
PATH=$work/folder/no_tools run "$mixture" "$faithful" --plot plain --quiet
expect_text "--plot beside an earlier contour" "contour_mu1_mu2.svg was left out, the one there is of an earlier run" "$err"
expect_no_text "--plot beside a picture of somebody else" "contour_of_my_own" "$err"

# ---- help and version
run "$mixture" --help
expect_success "--help"
for text in --column --weights --decimal --separator --missing --range --components INT-INT --shared-mean --shared-sigma --extended --start --starts --max-iterations --no-minos --contour \
  --threads --backend --device --seed --json --plot "Exit codes" "3 the fit"; do
  expect_text "--help" "$text" "$out"
done
run "$mixture" --version
expect_success "--version"
expect_equal "--version" yes "$(grep -qE '^[0-9]+\.[0-9]+\.[0-9]+$' "$out" && echo yes)"

# ---- progress is for terminals
if script -qec true /dev/null >/dev/null 2>&1 </dev/null; then
  awk 'BEGIN { for (i = 0; i < 2000000; ++i) { state = (state * 16807 + 11) % 2147483647; print state / 2147483647 } }' >many.txt
  script -qec "$mixture many.txt --components 1" terminal >/dev/null </dev/null
  expect_text "a progress line on a terminal" $'\r\033[Kreading' terminal
else
  echo "not checked: the progress line, since the program script is missing or cannot make a terminal here"
fi
"$mixture" "$faithful" >"$out" 2>&-
expect_equal "a closed standard error" 0 $?

finish
