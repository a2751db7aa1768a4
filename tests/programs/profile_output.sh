#!/usr/bin/env bash
# What isonomy-profile writes: the reference's table, every layout, the same bytes for any threads, report, pictures.
support=$(cd "$(dirname "${BASH_SOURCE[0]}")/support" && pwd) || exit 1
source "$support/check.sh" || exit 1

profile=$programs/isonomy-profile golden=$reference/profiling gsec=$data/proteins/DOM_GSEC.tsv
names="feature category subcategory scale_name scale_description abs_auc abs_mean_dif mean_dif std_test std_ref"
names+=" p_val_mann_whitney p_val_fdr_bh positions"
header() { head -n 1 "$1" | tr '\t' ' '; }
rows() { tail -n +2 "$1" | grep -c ''; }

# ---- the table
run "$profile" "$gsec"
expect_success "DOM_GSEC"
cp "$out" exact.tsv
expect_equal "columns of the reference, in its order" "$names" "$(header exact.tsv)"
expect_equal "rows" 100 "$(rows exact.tsv)"
expect_equal "cells of every row" 13 "$(awk -F '\t' '{ print NF }' exact.tsv | sort -u)"
for text in "63 test and 63 reference sequences, 586 scales" "580,140  candidate features" "515,862  with a small spread" \
  "29,007  after the pre-filter" "100  after removing redundant ones" "  time  " "  memory  " "  arithmetic   exact" \
  "  determinism  " "  ran on       C" "  backends  "; do
  expect_text "report on standard error" "$text" "$err"
done
expect_equal "no control characters where standard error is no terminal" 0 "$(grep -c '[[:cntrl:]]' "$err")"

run "$profile" --arithmetic aaanalysis_1_1 "$gsec"
expect_success "aaanalysis_1_1"
cp "$out" legacy.tsv
same="feature category subcategory scale_name abs_auc abs_mean_dif mean_dif std_test std_ref positions"
for redundancy in legacy exact; do
  run "$profile" --arithmetic aaanalysis_1_1 --redundancy "$redundancy" "$gsec"
  columns "$out" $same >ours
  columns "$golden/dom_gsec_default_$redundancy.tsv" $same >theirs
  expect_same "aaanalysis_1_1, redundancy $redundancy: the reference's features, order, positions and statistics" theirs ours
  # p-values within 1e-10 of the reference's, relative where they are larger than 1e-300.
  far=$(paste <(columns "$out" p_val_mann_whitney p_val_fdr_bh) \
    <(columns "$golden/dom_gsec_default_$redundancy.tsv" p_val_mann_whitney p_val_fdr_bh) |
    awk 'function far(a, b) { return a > b ? a - b > 1e-10 * a : b - a > 1e-10 * b }
      NR > 1 && (far($1, $3) || far($2, $4)) { ++n } END { print n + 0 }')
  expect_equal "aaanalysis_1_1, redundancy $redundancy: p-values that differ by more than 1e-10" 0 "$far"
done

# ---- the same bytes for any threads, with --out as on standard output, again and again
for threads in 1 2 3; do
  run "$profile" --threads "$threads" "$gsec"
  expect_same "$threads threads" exact.tsv "$out"
  run "$profile" --threads "$threads" --arithmetic aaanalysis_1_1 "$gsec" --quiet
  expect_same "$threads threads, aaanalysis_1_1" legacy.tsv "$out"
done
run "$profile" "$gsec" --out table.tsv
expect_same "--out" exact.tsv table.tsv
expect_equal "nothing on standard output with --out" "" "$(head -c 100 "$out")"
expect_text "the report says what was written" "table.tsv" "$err"
run "$profile" "$gsec" --out -
expect_same "--out - is standard output" exact.tsv "$out"
run "$profile" "$gsec" --json - --quiet
expect_equal "--json - is standard output, without the table" "{ }" "$(head -c 1 "$out") $(tail -n 1 "$out")"
mkdir elsewhere
echo old >elsewhere/linked.tsv
ln -s elsewhere/linked.tsv link.tsv
run "$profile" "$gsec" --out link.tsv
expect_success "--out through a link"
expect_same "--out through a link: its target" exact.tsv elsewhere/linked.tsv
expect_equal "--out through a link: it stays one" elsewhere/linked.tsv "$(readlink link.tsv)"
run "$profile" "$gsec" --out table.tsv --quiet
expect_equal "nothing on standard error with --quiet" "" "$(cat "$err")"
run "$profile" /dev/stdin --quiet
expect_equal "an empty pipe" 2 "$status"
cat "$gsec" | "$profile" /dev/stdin --quiet >piped.tsv
expect_same "a table from a pipe" exact.tsv piped.tsv
"$profile" "$gsec" --quiet --json unread.json | head -n 1 >first_line
expect_equal "a reader that ends early" "$names" "$(header first_line)"
expect_equal "a reader that ends early does not keep other outputs away" yes "$([[ -s unread.json ]] && echo yes)"

# ---- layouts: cut from DOM_GSEC, each must give the same table
layout() {
  run "$profile" "${@:2}" --quiet
  expect_success "layout $1"
  expect_same "layout $1" exact.tsv "$out"
}
columns "$gsec" entry sequence tmd_start tmd_stop label >positions.tsv
layout "sequence, tmd_start, tmd_stop" positions.tsv
columns "$gsec" entry jmd_n tmd jmd_c label >parts.tsv
layout "jmd_n, tmd, jmd_c" parts.tsv
columns "$gsec" entry sequence tmd label >tmd.tsv
layout "sequence, tmd" tmd.tsv
awk -F '\t' -v OFS='\t' 'NR == 1 { print "entry", "sequence", "label" } NR > 1 { print $1, $2 $3 $4, $5 }' parts.tsv >sequences.tsv
layout "sequence" sequences.tsv
awk -F '\t' 'NR > 1 && $3 == 1 { print ">" $1 " of the test group\n" substr($2, 1, 30) "\n" substr($2, 31) }' sequences.tsv >test.fasta
awk -F '\t' 'NR > 1 && $3 == 0 { print ">" $1 "\n" $2 "*" }' sequences.tsv >ref.fasta
layout "FASTA for each group" --test test.fasta --ref ref.fasta
awk -F '\t' -v OFS='\t' 'NR == 1 || $3 == 0 { print $1, $2 }' sequences.tsv >ref.tsv
layout "FASTA and a table" --test test.fasta --ref ref.tsv
expect_no_text "a table without labels" "is not read" "$err"
awk -F '\t' -v OFS='\t' 'NR == 1 { print $0, "label" } NR > 1 { print $0, NR % 2 }' ref.tsv >ref_labels.tsv
layout "FASTA and a table with labels" --test test.fasta --ref ref_labels.tsv
expect_text "labels that are not read" "ref_labels.tsv: column 'label' is not read: all rows are of the reference group" "$err"
sed 's/$/\r/' positions.tsv >crlf.tsv
layout "lines that end with CR LF" crlf.tsv
sed 's/$/\r/' ref.fasta >crlf.fasta
layout "FASTA with CR LF" --test test.fasta --ref crlf.fasta
{ printf '\357\273\277'; cat positions.tsv; } >bom.tsv
layout "a byte order mark" bom.tsv
head -c -1 positions.tsv >unended.tsv
layout "no line end at the end" unended.tsv
awk -F '\t' -v OFS='\t' 'NR > 1 { $5 = $5 ? 7 : -2 } { print $5, $1, $2, $3, $4 }' positions.tsv | sed '1s/label/class/' >classes.tsv
layout "other labels" classes.tsv --label-column class --label-test 7 --label-ref -2
sed '1s/$/\tnotes/; 2,$s/$/\tseen/' positions.tsv >notes.tsv
layout "another column" notes.tsv
awk -F '\t' -v OFS='\t' 'NR == 2 { tail = "A"; while (length(tail) < 1000000) tail = tail tail; $2 = $2 tail } { print }' positions.tsv >long.tsv
layout "a line of more than 1,000,000 characters" long.tsv
tr '\n' '\r' <positions.tsv >cr.tsv
layout "lines that end with CR alone" cr.tsv
tr '\n' '\r' <ref.fasta >cr.fasta
layout "FASTA with CR alone" --test test.fasta --ref cr.fasta
sed 's/\t/,/g; 1s/^/,/; 2,$s/^/7,/' positions.tsv >index.csv
layout "commas, and an index without a name" index.csv
awk -F '\t' -v OFS='\t' 'NR > 1 { $3 = $3 ".0"; $4 = $4 ".0"; $5 = $5 ".00" } { print }' positions.tsv >point_zero.tsv
layout "whole numbers as 21.0" point_zero.tsv
awk -F '\t' -v OFS='\t' 'NR > 1 { $2 = "\"" substr($2, 1, 20) "\n " substr($2, 21) "*\"" } { print }' positions.tsv >wrapped.tsv
layout "line ends, blanks and a stop in quoted sequences" wrapped.tsv
awk -F '\t' -v OFS='\t' 'NR > 1 { $2 = tolower($2) } { print }' positions.tsv >lower.tsv
layout "--upper-case" lower.tsv --upper-case
awk -F '\t' -v OFS='\t' 'NR > 1 { $5 = $5 ? "substrate" : "other" } { print }' positions.tsv >named.tsv
layout "labels that are texts" named.tsv --label-test substrate --label-ref other
awk -F '\t' -v OFS='\t' 'NR > 1 { $5 = $5 ? "True" : "False" } { print }' positions.tsv >truth.tsv
layout "labels that are true and false" truth.tsv
awk -F '\t' -v OFS='\t' 'NR > 1 && !$5 { $5 = "" } { print }' positions.tsv >without.tsv
layout "rows without a label as a group" without.tsv --label-ref ''
awk -F '\t' -v OFS='\t' '{ print } NR > 1 && NR < 9 { $1 = "again_" $1; $5 = 2; print }' positions.tsv >others.tsv
sed 's/\t/, /g' positions.tsv >blanks.csv
layout "blanks behind commas" blanks.csv
layout "an ignored label" others.tsv --label-ignore 2
expect_text "an ignored label is counted" "7 rows or windows were left out" "$err"
# An X in the middle of a TMD.
awk -F '\t' -v OFS='\t' '{ print } NR == 5 { $1 = "X_in"; $2 = substr($2, 1, $3) "X" substr($2, $3 + 2); print }' positions.tsv >foreign.tsv
layout "--drop-non-canonical" foreign.tsv --drop-non-canonical --json dropped.json
expect_text "--drop-non-canonical lists what it drops" "1 entries were dropped because of letters that are no amino acid: X_in (line 6: 'X' at residue" "$err"
expect_text "--drop-non-canonical lists it in the JSON" "foreign.tsv: X_in (line 6: 'X' at residue" dropped.json
sed 's/^>/ > /' ref.fasta >blank.fasta
layout "blanks around '>'" --test test.fasta --ref blank.fasta
awk '/^>/ { printf ">protein %d of %s\n", ++n, FILENAME; next } { print }' test.fasta >numbered_test.fasta
awk '/^>/ { printf ">protein %d of %s\n", ++n, FILENAME; next } { print }' ref.fasta >numbered_ref.fasta
layout "names that differ behind their first word" --test numbered_test.fasta --ref numbered_ref.fasta
{ printf '\357\273\277\n\n'; cat test.fasta; } >late.fasta
layout "FASTA behind a byte order mark and empty lines" --test late.fasta --ref ref.fasta
cp test.fasta fasta_of_no_such_name
layout "FASTA of any name" --test fasta_of_no_such_name --ref ref.fasta
# Pipes, each opened once: a named one would wait for a second writer.
mkfifo named_pipe
cat test.fasta >named_pipe &
layout "FASTA from a named pipe" --test named_pipe --ref <(cat ref.fasta)
for name in - /dev/stdin; do
  "$profile" --test "$name" --ref ref.fasta --quiet <test.fasta >standard.tsv
  expect_same "FASTA from standard input, called $name" exact.tsv standard.tsv
  "$profile" "$name" --quiet <index.csv >standard.tsv
  expect_same "a table from standard input, called $name" exact.tsv standard.tsv
done
gzip -c positions.tsv >positions.tsv.gz
run "$profile" positions.tsv.gz --quiet
if grep -q "built without zlib" "$err"; then
  expect_equal "a compressed file without zlib" 2 "$status"
  echo "not checked: compressed inputs, since the program was built without zlib"
else
  layout "a compressed table" positions.tsv.gz
  { gzip -c <(head -n 60 positions.tsv); gzip -c <(tail -n +61 positions.tsv); } >two.gz
  layout "two compressed files in one" two.gz
  { gzip -c positions.tsv; head -c 100000 /dev/zero; } >filled.gz
  layout "a compressed file filled up with zeros" filled.gz
  gzip -c test.fasta >test.fasta.gz
  layout "compressed FASTA, from a file and a pipe" --test test.fasta.gz --ref <(gzip -c ref.fasta)
fi
# A dash of three bytes is one residue.
awk -F '\t' -v OFS='\t' 'NR % 3 == 0 { $2 = substr($2, 1, $3 + 4) "-" substr($2, $3 + 6) } { print }' positions.tsv >hyphens.tsv
sed 's/-/–/' hyphens.tsv >dashes.tsv
run "$profile" hyphens.tsv --accept-gaps --quiet
cp "$out" hyphens_table.tsv
run "$profile" dashes.tsv --accept-gaps --quiet
expect_success "an en dash as a gap"
expect_same "an en dash as a gap" hyphens_table.tsv "$out"
# An anchor in the middle of a TMD of 21 residues is the same as its positions.
awk -F '\t' -v OFS='\t' 'NR == 1 { print "entry", "sequence", "pos", "label"; next }
  $3 > 25 && length($2) > $3 + 40 { print $1, $2, $3 + 10, $5 }' positions.tsv >anchors.tsv
awk -F '\t' -v OFS='\t' 'NR == 1 { print; next } $3 > 25 && length($2) > $3 + 40 { $4 = $3 + 20; print }' positions.tsv >windows.tsv
run "$profile" windows.tsv --quiet
cp "$out" windows_table.tsv
run "$profile" anchors.tsv --tmd-len-seq 21 --quiet
expect_success "layout sequence, pos"
expect_same "layout sequence, pos" windows_table.tsv "$out"

# ---- the data sets as they are
{ head -n 1 "$data/proteins/AA_SA.tsv"; sed -n '2,12p' "$data/proteins/AA_SA.tsv"; } >residues.tsv
run "$profile" residues.tsv --n-filter 5
expect_success "labels one a residue"
expect_equal "labels one a residue: rows" 5 "$(rows "$out")"
cp "$out" residues_table.tsv
awk -F '\t' -v OFS='\t' 'NR > 1 { $3 = "[" $3 "]"; gsub(",", ", ", $3) } { print }' <(columns residues.tsv entry sequence label) >brackets.tsv
run "$profile" brackets.tsv --n-filter 5
expect_same "labels one a residue, in brackets" residues_table.tsv "$out"
run "$profile" residues.tsv --n-filter 5 --window 8
expect_success "windows around bonds"
cp "$out" bonds_table.tsv
awk -F '\t' -v OFS='\t' 'NR > 1 { gsub("1", "exposed", $3); gsub("0", "-1", $3) } { print }' <(columns residues.tsv entry sequence label) >renamed.tsv
run "$profile" renamed.tsv --n-filter 5 --window 8 --label-test exposed --label-ref -1
expect_same "windows around bonds, labels of other names" bonds_table.tsv "$out"
run "$profile" "$data/proteins/SEQ_AMYLO.tsv" --jmd-n-len 0 --jmd-c-len 0 --list-parts tmd --tmd-len 6 --n-filter 5
expect_success "SEQ_AMYLO"
expect_text "SEQ_AMYLO: short parts are reported" "warning: the shortest part has 6 residues" "$err"
expect_no_text "SEQ_AMYLO: no entry is the shortest" "the shortest TMD" "$err"
{ cat sequences.tsv; printf 'Short\tACDEFGHIKLMNPQRSTVWYACD\t0\n'; } >short.tsv
run "$profile" short.tsv --n-filter 5
expect_text "a short entry is named" "the shortest TMD, 3 residues, is that of entry 'Short' in line 128 of short.tsv" "$err"
run "$profile" "$gsec" --list-parts tmd_n,tmd_c --arithmetic aaanalysis_1_1
expect_success "halves of the TMD"
columns "$out" $same >ours
columns "$golden/halves.tsv" $same >theirs
expect_same "halves of the TMD: the reference's features, order, positions and statistics" theirs ours

# ---- warnings about what a run can tell
awk -F '\t' -v OFS='\t' 'NR > 1 { gsub("[DEFHIK]", "A", $2); gsub("[LMNPQ]", "C", $2); gsub("[RSV]", "G", $2); gsub("[WY]", "T", $2) } { print }' \
  positions.tsv >nucleotides.tsv
run "$profile" nucleotides.tsv --n-filter 5
expect_success "nucleotides"
expect_text "nucleotides are noticed" "warning: all sequences consist of the letters A, C, G, T, U and N" "$err"
for run in 1 2 3; do
  awk -F '\t' -v OFS='\t' -v run="$run" 'NR == 1 { print; next } { state = (state + 7 * run) * 16807 % 2147483647; $5 = int(state / 64) % 2; print }' \
    positions.tsv >shuffled.tsv
  run "$profile" shuffled.tsv --n-filter 5
  expect_success "groups that nothing separates"
  expect_text "groups that nothing separates are noticed" "warning: no feature separates the groups beyond what chance gives among 580140 candidates" "$err"
done
run "$profile" "$gsec" --n-filter 5
expect_no_text "no such warning where something does" "beyond what chance gives" "$err"
expect_no_text "no such warning for proteins" "nucleic" "$err"

# ---- letters that the scales lack
awk -F '\t' -v OFS='\t' 'NR == 4 { $3 = "X" substr($3, 2) } { print }' parts.tsv >unknown.tsv
run "$profile" unknown.tsv
expect_equal "an unknown letter" 2 "$status"
run "$profile" unknown.tsv --accept-gaps
expect_success "an unknown letter with --accept-gaps"
expect_text "an unknown letter with --accept-gaps is reported" "warning" "$err"

# ---- options that change the table
run "$profile" "$gsec" --parametric
expect_equal "--parametric: columns" "${names/mann_whitney/ttest_indep}" "$(header "$out")"
awk -F '\t' 'NR == 1 { for (k = 1; k <= NF; ++k) if ($k == "label") c = k; print; next } !seen[$c]++' "$gsec" >pair.tsv
run "$profile" pair.tsv --parametric
expect_equal "--parametric with one row a class" 0 "$status"
expect_text "--parametric with one row a class is warned about" "warning: p_val_ttest_indep is NaN for 100 of 100" "$err"
run "$profile" "$gsec" --bootstrap 5 --n-filter 10 --seed 3
cp "$out" bootstrap.tsv
expect_equal "--bootstrap: columns" "$names selection_frequency" "$(header bootstrap.tsv)"
expect_equal "--bootstrap: rows" 10 "$(rows bootstrap.tsv)"
expect_equal "--bootstrap: frequencies outside 0 to 1" 0 \
  "$(columns bootstrap.tsv selection_frequency | awk 'NR > 1 && !($1 >= 0 && $1 <= 1) { ++n } END { print n + 0 }')"
run "$profile" "$gsec" --bootstrap 5 --n-filter 10 --seed 3 --threads 1
expect_same "--bootstrap: the same with one thread" bootstrap.tsv "$out"
run "$profile" "$gsec" --list-parts tmd --split-kws 'Segment:n_split_min=1,n_split_max=2' --n-pre-filter 50 --n-filter 7
expect_success "--list-parts, --split-kws"
expect_equal "--list-parts, --split-kws: other features" "" "$(tail -n +2 "$out" | grep -v '^TMD-Segment([12],[12])-')"
run "$profile" "$gsec" --df-scales "$data/aaontology/scales.tsv" --df-cat "$data/aaontology/scales_cat.tsv" --quiet
expect_same "the bundled scales given as files" exact.tsv "$out"

# ---- JSON
run "$profile" "$gsec" --json report.json --out table.tsv
expect_success "--json"
for text in '"n_candidates": 580140' '"label_test": 1' '"feature": "TMD_C_JMD_C-Segment(2,3)-QIAN880106"' '"stages"'; do
  expect_text "--json" "$text" report.json
done
for text in '"input": ' '"list_parts": [' '"label_column": "label"' '"label_ignore": null' '"window": 21' '"tmd_len_seq": null' \
  '"accept_gaps": false' '"upper_case": false' '"drop_non_canonical": false' '"remove_entries_with_gaps": false' \
  '"replace_non_canonical_aa": false' '"df_scales": "AAontology"' '"df_cat": "AAontology"' '"threads": 0' '"bootstrap": null' '"dropped": []'; do
  expect_text "--json: options" "$text" report.json
done
run "$profile" --test test.fasta --ref ref.fasta --list-parts jmd_c,tmd --accept-gaps --upper-case --bootstrap 2 --resample both --frac 0.5 \
  --seed 9 --threads 1 --n-filter 3 --json other.json --quiet
expect_success "--json with other options"
for text in '"test": "test.fasta"' '"ref": "ref.fasta"' '"jmd_c",' '"accept_gaps": true' '"upper_case": true' '"rounds": 2' '"resample": "both"' \
  '"frac": 0.5' '"seed": 9' '"threads": 1'; do
  expect_text "--json: other options" "$text" other.json
done
run "$profile" renamed.tsv --n-filter 3 --label-test exposed --label-ref -1 --label-ignore 5 --json named.json --quiet
for text in '"label_test": "exposed"' '"label_ref": "-1"' '"label_ignore": "5"'; do expect_text "--json: labels" "$text" named.json; done
if command -v python3 >/dev/null; then
  expect_equal "--json is JSON with 100 features" 100 \
    "$(python3 -c 'import json; print(len(json.load(open("report.json"))["features"]))' 2>&1 | tail -n 1)"
else
  expect_equal "--json: features" 100 "$(grep -c '"feature":' report.json)"
fi

# ---- pictures
run "$profile" "$gsec" --plot new/pictures --quiet
expect_same "--plot: the table goes to standard output all the same" exact.tsv "$out"
for file in ranking.gnuplot ranking.tsv ranking_positions.tsv feature_map.gnuplot feature_map.tsv; do
  expect_equal "--plot: $file" yes "$([[ -s new/pictures/$file ]] && echo yes)"
done
expect_equal "--plot: hidden files" "" "$(find new -name '.*')"
if command -v gnuplot >/dev/null; then
  expect_success "--plot"
  for rows in 1 2 100; do
    run "$profile" "$gsec" --plot pictures --quiet --n-filter "$rows"
    expect_equal "--plot of $rows features: messages" "" "$(cat "$err")"
    for picture in ranking feature_map; do
      expect_text "--plot of $rows features: $picture.svg" "</svg>" "pictures/$picture.svg"
    done
  done
  # Names that mean something to gnuplot, and a byte that is no text; file systems may refuse it.
  for name in "'one'" "''two'" "a''b" '"`touch ran`' '@x_{^' $'no\xff'; do
    cp "$gsec" "./$name.tsv" 2>/dev/null || continue
    run "$profile" "./$name.tsv" --plot named --quiet --n-filter 2
    expect_equal "--plot of a file with a strange name, $name: messages" "" "$(cat "$err")"
    expect_text "--plot of a file with a strange name, $name" "</svg>" named/ranking.svg
    expect_equal "--plot of a file with a strange name, $name: UTF-8" yes "$(iconv -f UTF-8 -t UTF-8 named/ranking.svg >/dev/null 2>&1 && echo yes)"
    rm -r named
  done
  expect_equal "nothing in a name is run" "" "$(find . -name ran)"
else
  echo "not checked: the pictures themselves, since gnuplot is not installed"
fi
mkdir no_tools
PATH=$work/folder/no_tools run "$profile" "$gsec" --plot plain --quiet
expect_success "--plot without gnuplot"
expect_text "--plot without gnuplot" "install gnuplot" "$err"

# ---- help and version
run "$profile" --help
expect_success "--help"
for text in --n-filter --max-overlap --list-parts --jmd-n-len --split-kws --accept-gaps --label-test --label-ignore --upper-case --drop-non-canonical --arithmetic --redundancy \
  --threads --json --plot "Exit codes"; do
  expect_text "--help" "$text" "$out"
done
run "$profile" --version
expect_success "--version"
expect_equal "--version" yes "$(grep -qE '^[0-9]+\.[0-9]+\.[0-9]+$' "$out" && echo yes)"

# ---- progress is for terminals
if script -qec true /dev/null >/dev/null 2>&1 </dev/null; then
  make_table many.tsv 20000
  script -qec "$profile many.tsv --out many_table.tsv --bootstrap 3" terminal >/dev/null </dev/null
  expect_text "a progress line on a terminal" $'\r\033[K' terminal
else
  echo "not checked: the progress line, since the program script is missing or cannot make a terminal here"
fi
"$profile" "$gsec" --out table.tsv 2>&-
expect_equal "a closed standard error" 0 $?

for other in isonomy-capabilities isonomy-custom-backend isonomy-device-backend; do
  [[ -x $programs/$other ]] || continue
  run "$programs/$other"
  expect_success "$other"
  [[ $other != isonomy-*-backend ]] || expect_text "$other" "conforms" "$out"
  [[ $other != isonomy-capabilities ]] ||
    expect_equal "rows of operations that the README lacks" "" "$(grep '^|' "$out" | grep -vxFf "$reference/../../README.md")"
  [[ $other != isonomy-capabilities ]] || expect_equal "backends that are listed" "Cuda: CpuBlas: Cpu: " "$(grep -v '^|' "$out" | grep -o '^[A-Z][A-Za-z]*: ' | tr -d '\n')"
done

finish
