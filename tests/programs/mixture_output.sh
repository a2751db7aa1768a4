#!/usr/bin/env bash
# What isonomy-mixture writes: the reference's fits, every kind of file, the same bytes for any threads, report, pictures.
support=$(cd "$(dirname "${BASH_SOURCE[0]}")/support" && pwd) || exit 1
source "$support/check.sh" || exit 1
source "$support/npy.sh" || exit 1

mixture=$programs/isonomy-mixture faithful=$data/mixture/faithful.csv resolution=$data/mixture/resolution.npy
golden=$reference/mixture/program_fits.tsv

# ---- the reference's numbers: a fit has converged when the step that is left is below 1e-8 of the parameter or its error;
# twice that is allowed. The likelihood within 1e-12 of its size.
expect_equal "fits of the reference" 6 "$(cut -f 1-3 "$golden" | tail -n +2 | sort -u | grep -c '')"
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
  "  determinism  " "  backends  "; do
  expect_text "report on standard error" "$text" "$err"
done
expect_equal "no control characters where standard error is no terminal" 0 "$(grep -c '[[:cntrl:]]' "$err")"
run "$mixture" "$faithful" --column waiting --quiet
expect_equal "nothing on standard error with --quiet" "" "$(cat "$err")"
expect_same "--quiet: the summary" waiting.txt "$out"
run "$mixture" "$faithful" --column waiting --no-minos
expect_success "--no-minos"
expect_equal "--no-minos: columns" "parameter value error global correlation" "$(sed -n 1p "$out" | tr -s ' ')"

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
echo "a first line" | cat - exact.tsv exact.txt >wanted
expect_same "--out to standard output, behind what is there" wanted log
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
run "$mixture" "$faithful"
cp "$out" eruptions.txt
run "$mixture" rows.npy --column 1
expect_same "the first column is the default" eruptions.txt "$out"

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
expect_equal "columns of the table" "name value error minos_lower minos_upper minos_lower_status minos_upper_status global_correlation at_bound correlation_f correlation_mu1 correlation_mu2 correlation_s1 correlation_s2" \
  "$(head -n 1 table.tsv | tr '\t' ' ')"
expect_equal "cells of every row" 14 "$(awk -F '\t' '{ print NF }' table.tsv | sort -u)"
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

# ---- fits without a usable result: status 3, values alone, the reason everywhere
run "$mixture" "$faithful" --column waiting --max-iterations 1 --out table.tsv --json report.json
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

# ---- pictures
run "$mixture" "$faithful" --column waiting --contour mu1,mu2 --plot new/pictures --quiet
expect_same "--plot: the summary goes to standard output all the same" waiting.txt "$out"
for file in fit.gnuplot fit.tsv fit_curves.tsv contour_mu1_mu2.gnuplot contour_mu1_mu2.tsv contour_mu1_mu2_ellipses.tsv; do
  expect_equal "--plot: $file" yes "$([[ -s new/pictures/$file ]] && echo yes)"
done
expect_equal "--plot: hidden files" "" "$(find new -name '.*')"
expect_equal "--plot: points in the bins" 272 "$(columns new/pictures/fit.tsv points | awk 'NR > 1 { n += $1 } END { print n }')"
expect_equal "--plot: expected points" yes "$(columns new/pictures/fit.tsv expected | awk 'NR > 1 { n += $1 } END { print (n > 265 && n <= 272 ? "yes" : n) }')"
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
  run "$mixture" "$faithful" --column waiting --max-iterations 1 --plot pictures --quiet
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

# ---- help and version
run "$mixture" --help
expect_success "--help"
for text in --column --range --components --shared-mean --shared-sigma --extended --start --max-iterations --no-minos --contour \
  --threads --seed --json --plot "Exit codes" "3 the fit"; do
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
