#!/usr/bin/env bash
# Every kind of bad input file: a message with file, line, value and remedy, status 2, and no output touched.
support=$(cd "$(dirname "${BASH_SOURCE[0]}")/support" && pwd) || exit 1
source "$support/check.sh" || exit 1
source "$support/refuse.sh" || exit 1

make_table good.tsv
# bad NAME LINE COLUMN TEXT: the good table with one other cell, as NAME.tsv.
bad() { edit_cell good.tsv "$2" "$3" "$4" >"$1.tsv"; }
# with_header NAME HEADER: the good table with other column names.
with_header() { { printf '%b\n' "$2"; tail -n +2 good.tsv; } >"$1.tsv"; }

# ---- labels
with_header no_label 'entry\tsequence\ttmd_start\ttmd_stop\tgroup'
refuse "no label column" "no_label.tsv:1: |no column 'label'|entry, sequence, tmd_start, tmd_stop, group|--label-column" no_label.tsv
refuse "label column that is not there" "good.tsv|no column 'class'|--label-column" good.tsv --label-column class
for label in 1.5 yes T 1e0 99999999999999999999 ''; do
  bad label 4 5 "$label"
  refuse "label '$label'" "label.tsv:4: |label|'$label'" label.tsv
done
bad third 4 5 2
refuse "a third label" "third.tsv:4: |is '2'|1 (--label-test)|0 (--label-ref)" third.tsv
awk -F '\t' -v OFS='\t' 'NR > 1 { $5 = 1 } { print }' good.tsv >ones.tsv
refuse "one label only" "ones.tsv|label|0 of 0 (--label-ref)" ones.tsv
refuse "labels 1 and 0, reference 2" "good.tsv:3: |is '0'|2 (--label-ref)" good.tsv --label-ref 2
refuse "a text where labels are numbers" "good.tsv:2: |is '1'|substrate (--label-test)" good.tsv --label-test substrate
refuse "a label beside the ignored one" "third.tsv:4: |is '2'|0 (--label-ref) or 3 (--label-ignore)" third.tsv --label-ignore 3
refuse "all rows ignored but one group" "good.tsv|0 of 2 (--label-ref)" good.tsv --label-ref 2 --label-ignore 0
refuse "a number for a text of another name" "good.tsv:2: |is '1'|other (--label-ref)" good.tsv --label-test substrate --label-ref other

# ---- columns and rows
with_header no_entry 'name\tsequence\ttmd_start\ttmd_stop\tlabel'
refuse "no entry column" "no_entry.tsv:1: |'entry'|name, sequence" no_entry.tsv
with_header no_layout 'entry\tresidues\ttmd_start\ttmd_stop\tlabel'
refuse "no layout" "no_layout.tsv:1: |fit no layout|jmd_n, tmd, jmd_c" no_layout.tsv
with_header start 'entry\tsequence\tstart\ttmd_stop\tlabel'
refuse "column start" "start.tsv:1: |'start'|tmd_start|rename" start.tsv
with_header stop 'entry\tsequence\ttmd_start\tstop\tlabel'
refuse "column stop" "stop.tsv:1: |'stop'|tmd_stop|rename" stop.tsv
with_header twice 'entry\tsequence\ttmd_start\ttmd_start\tlabel'
refuse "a column twice" "twice.tsv:1: |columns 3 and 4|'tmd_start'|rename" twice.tsv
with_header unnamed 'entry\tsequence\t\ttmd_stop\tlabel'
refuse "a column without name" "unnamed.tsv:1: |column 3 of 5|name the column" unnamed.tsv
head -n 1 good.tsv >header.tsv
refuse "header only" "header.tsv|no window|0 rows" header.tsv
awk 'NR == 5 { print "E4\tACDE"; next } { print }' good.tsv >short_row.tsv
refuse "a row with too few cells" "short_row.tsv:5: |2 cells|expected 5" short_row.tsv
awk 'NR == 5 { print $0 "\t7"; next } { print }' good.tsv >long_row.tsv
refuse "a row with too many cells" "long_row.tsv:5: |6 cells|expected 5" long_row.tsv
bad duplicate 7 1 E2
refuse "an entry twice" "duplicate.tsv:7: |'E2'|line 3" duplicate.tsv
bad no_name 7 1 ''
refuse "a row without entry" "no_name.tsv:7: |no entry" no_name.tsv

# ---- positions and sequences
bad start_above_stop 4 3 34
refuse "tmd_start above tmd_stop" "start_above_stop.tsv:4: |'E3'|tmd_start=34, tmd_stop=33" start_above_stop.tsv
bad start_0 4 3 0
refuse "tmd_start 0" "start_0.tsv:4: |'E3'|tmd_start=0" start_0.tsv
bad start_46 4 3 46
refuse "tmd_start beyond the sequence" "start_46.tsv:4: |'E3'|tmd_start=46|45" start_46.tsv
bad stop_46 4 4 46
refuse "tmd_stop beyond the sequence" "stop_46.tsv:4: |'E3'|tmd_stop=46|45" stop_46.tsv
bad float_start 4 3 12.5
refuse "tmd_start 12.5" "float_start.tsv:4: |tmd_start|'12.5'|whole number" float_start.tsv
bad text_stop 4 4 end
refuse "tmd_stop end" "text_stop.tsv:4: |tmd_stop|'end'|whole number" text_stop.tsv
bad empty_sequence 4 2 ''
refuse "an empty sequence" "empty_sequence.tsv:4: |'E3'|sequence" empty_sequence.tsv
sequence=$(columns good.tsv sequence | sed -n 4p)
bad number_sequence 4 2 "${sequence//?/5}"
refuse "a sequence of digits" "number_sequence.tsv:4: |'E3'|'5'|--accept-gaps" number_sequence.tsv
bad lower 4 2 "${sequence,,}"
refuse "lower case" "lower.tsv:4: |'E3'|ACDEFGHIKLMNPQRSTVWY|--accept-gaps|--upper-case" lower.tsv
bad foreign 4 2 "${sequence:0:15}XB*${sequence:18}"
refuse "foreign letters" "foreign.tsv:4: |'E3'|'X' at residue 16, 'B' at residue 17, '*' at residue 18|--accept-gaps|--drop-non-canonical" foreign.tsv
bad dash 4 2 "${sequence:0:15}–${sequence:16}"
refuse "an en dash" "dash.tsv:4: |'E3'|'–' (U+2013) at residue 16|--drop-non-canonical" dash.tsv
bad invisible 4 2 "${sequence:0:15}"$'\u00a0'"${sequence:16:4}"$'\u200b'"${sequence:21}"
for gaps in "" --accept-gaps --replace-non-canonical-aa; do
  refuse "invisible letters $gaps" \
    "invisible.tsv:4: |U+00A0 (no-break space) at residue 16, U+200B (zero width space) at residue 21|--drop-non-canonical" invisible.tsv $gaps
done
bad before 4 2 $'\ufeff'"$sequence"
refuse "an invisible letter before the window" "before.tsv:4: |'E3'|U+FEFF (zero width no-break space) at residue 1;" before.tsv
bad missing 4 2 NaN
refuse "a missing sequence" "missing.tsv:4: |'sequence' is 'NaN'|missing value" missing.tsv --accept-gaps
awk -F '\t' -v OFS='\t' 'NR > 1 { $2 = "X" $2; gsub(/[A-Y]$/, "B", $2); $3 = 1 } { print }' good.tsv >all_foreign.tsv
refuse "nothing left without foreign letters" "all_foreign.tsv|12 because of foreign letters" all_foreign.tsv --drop-non-canonical
refuse "a letter that was made a gap" "foreign.tsv:4: |'-' at residue 16|--replace-non-canonical-aa|--drop-non-canonical" \
  foreign.tsv --replace-non-canonical-aa --remove-entries-with-gaps
bad gap 4 2 "${sequence:0:15}-${sequence:16}"
refuse "a gap" "gap.tsv:4: |'E3'|'-'|--accept-gaps" gap.tsv
bad edge 4 3 5
refuse "a TMD near the end" "edge.tsv:4: |'E3'|'-'|--jmd-n-len|--remove-entries-with-gaps" edge.tsv
awk -F '\t' -v OFS='\t' 'NR > 1 { $2 = substr($2, 5, 32) "-" ; $3 = 2; $4 = 30 } { print }' good.tsv >all_gaps.tsv
refuse "nothing left without gaps" "all_gaps.tsv|12 removed|--jmd-n-len=10|--jmd-c-len=10" all_gaps.tsv --remove-entries-with-gaps
awk -F '\t' -v OFS='\t' 'NR == 4 { gsub(/./, "-", $2) } { print }' good.tsv >gap_row.tsv
refuse "a row of gaps" "none of|candidates|gaps" gap_row.tsv --accept-gaps

# ---- the other layouts
columns good.tsv entry sequence label >sequences.tsv
awk -F '\t' -v OFS='\t' 'NR == 1 { print $0, "tmd" } NR > 1 { print $0, substr($2, 12, 22) }' sequences.tsv >sequence_tmd.tsv
edit_cell sequence_tmd.tsv 6 4 WWWWWWWWWW >not_contained.tsv
refuse "tmd not in the sequence" "not_contained.tsv:6: |'E5'|'WWWWWWWWWW'|not contained" not_contained.tsv
edit_cell sequence_tmd.tsv 6 4 '' >empty_tmd.tsv
refuse "an empty tmd" "empty_tmd.tsv:6: |'E5'|tmd" empty_tmd.tsv
awk -F '\t' -v OFS='\t' 'NR == 1 { print "entry", "label", "jmd_n", "tmd", "jmd_c" }
  NR > 1 { print $1, $3, substr($2, 2, 10), substr($2, 12, 22), substr($2, 34, 10) }' sequences.tsv >parts.tsv
edit_cell parts.tsv 6 4 '' >empty_middle.tsv
refuse "an empty tmd between flanks" "empty_middle.tsv:6: |'E5'|tmd" empty_middle.tsv
{ echo "$(head -n 1 good.tsv)	jmd_n	tmd	jmd_c"; paste <(tail -n +2 good.tsv) <(columns parts.tsv jmd_n tmd jmd_c | tail -n +2); } >both.tsv
edit_cell both.tsv 6 3 13 >shifted.tsv
refuse "tmd not at tmd_start" "shifted.tsv:6: |'E5'|13 to 33" shifted.tsv
edit_cell both.tsv 6 6 WWWWWWWWWW >other_flank.tsv
refuse "parts not in the sequence" "other_flank.tsv:6: |'E5'|jmd_n + tmd + jmd_c" other_flank.tsv
awk -F '\t' -v OFS='\t' 'NR == 1 { print $0, "pos" } NR > 1 { print $0, NR % 2 ? "20,25" : 22 }' sequences.tsv >anchors.tsv
refuse "anchors without a length" "anchors.tsv|pos|--tmd-len-seq" anchors.tsv
edit_cell anchors.tsv 6 4 x22 >text_anchor.tsv
refuse "an anchor that is text" "text_anchor.tsv:6: |pos|'x22'" text_anchor.tsv --tmd-len-seq 5
edit_cell anchors.tsv 6 4 3,22 >edge_anchor.tsv
refuse "an anchor near the end" "edge_anchor.tsv|E5:3|--jmd-n-len" edge_anchor.tsv --tmd-len-seq 5
awk -F '\t' -v OFS='\t' 'NR > 1 { $4 = "" } { print }' anchors.tsv >no_anchors.tsv
edit_cell anchors.tsv 6 4 22,25,22 >twice_anchor.tsv
refuse "an anchor twice" "twice_anchor.tsv:6: |'E5'|column 'pos' names 22 twice" twice_anchor.tsv --tmd-len-seq 5
refuse "no anchor at all" "no_anchors.tsv|pos" no_anchors.tsv --tmd-len-seq 5
awk -F '\t' -v OFS='\t' 'NR > 1 { n = length($2); $3 = "0"; for (k = 2; k <= n; ++k) $3 = $3 "," k % 2 } { print }' sequences.tsv >residues.tsv
edit_cell residues.tsv 6 3 0,1,1 >few_labels.tsv
refuse "labels of the wrong length" "few_labels.tsv:6: |'E5'|3 labels for 45 residues" few_labels.tsv
edit_cell residues.tsv 6 3 "$(columns residues.tsv label | sed -n 6p | sed 's/0,1/0,x/')" >text_labels.tsv
refuse "a residue's label that is text" "text_labels.tsv:6: |label|'x'" text_labels.tsv
awk -F '\t' -v OFS='\t' 'NR > 1 { $2 = substr($2, 1, 30); $3 = substr($3, 1, 59) } { print }' residues.tsv >short_residues.tsv
edit_cell residues.tsv 6 3 "$(columns residues.tsv label | sed -n 6p | sed 's/^0,/2,/')" >far_labels.tsv
for window in 9 8; do
  refuse "a third label, of a residue in no window of $window" "far_labels.tsv:6: |label|'2' at residue 1|1 (--label-test)" far_labels.tsv --window $window
done
refuse "no room for a window around a residue" "short_residues.tsv|--jmd-n-len" short_residues.tsv

# ---- FASTA
columns good.tsv entry sequence | awk -F '\t' 'NR > 1 && NR % 2 == 0 { print ">" $1 " some words\n" $2 }' >test.fasta
columns good.tsv entry sequence | awk -F '\t' 'NR > 1 && NR % 2 == 1 { print ">" $1 "\n" substr($2, 1, 20) "\n" substr($2, 21) }' >ref.fasta
refuse "FASTA without labels" "test.fasta|no labels|--test FILE --ref FILE" test.fasta
refuse "one file for both groups" "test.fasta:1: |'E1'|distinct" --test test.fasta --ref test.fasta
{ cat ref.fasta; printf '>E4\nACDEFGHIKLMNPQRSTVWYACDEFGHIKLMNPQRSTVWY\n'; } >repeated.fasta
refuse "an identifier twice" "repeated.fasta:19: |'E4'|line 4" --test test.fasta --ref repeated.fasta
{ cat test.fasta; echo ">E99"; } >truncated.fasta
refuse "a header at the end" "truncated.fasta:13: |'E99'|no sequence" --test truncated.fasta --ref ref.fasta
sed 's/^>\(.*\)$/>P1;\1\nA PROTEIN/; s/^\([ACDEFGHIKLMNPQRSTVWY]*\)$/\1*/' test.fasta >test.pir
refuse "a PIR file" "test.pir:1: |'P1;E1'|PIR|description" --test test.pir --ref ref.fasta
refuse "standard input twice" "2 inputs are standard input|name files" --test - --ref /dev/stdin
refuse "an empty standard input" "/dev/stdin|empty" --test test.fasta --ref -
{ cat test.fasta; printf '> \nACD\n'; } >nameless.fasta
refuse "a header without a name" "nameless.fasta:13: |identifier" --test nameless.fasta --ref ref.fasta
{ cat test.fasta; printf '>E98\nacdefghiklmnpqrstvwyacdefghiklmnpqrstvwy\n'; } >lower.fasta
refuse "lower case in FASTA" "lower.fasta:13: |'E98'|--accept-gaps" --test lower.fasta --ref ref.fasta

# ---- files
refuse "a file that is not there" "absent.tsv|does not exist|check the path" absent.tsv
refuse "a folder" "earlier|directory" earlier
: >empty.tsv
refuse "an empty file" "empty.tsv|empty" empty.tsv
refuse "an empty FASTA file" "empty.tsv|empty" --test test.fasta --ref empty.tsv
printf '\n\n\n' >blank.tsv
refuse "blank lines" "blank.tsv:1: " blank.tsv
head -c 300 good.tsv >truncated.tsv
refuse "a truncated file" "truncated.tsv:6: |2 cells|expected 5" truncated.tsv
{ cat good.tsv; printf 'E13\t"%s\t12\t33\t0\n' "$sequence"; } >open_quote.tsv
refuse "a quote that stays open" "open_quote.tsv:14: |closing quote" open_quote.tsv
{ head -n 3 good.tsv; printf 'E\0003\tAC\n'; } >nul.tsv
refuse "a NUL byte" "nul.tsv:4: |NUL" nul.tsv
printf '\037\213\010\000\001\002\003\004\000\003' >good.tsv.gz
refuse "a damaged compressed file" "good.tsv.gz: |gzip" good.tsv.gz
gzip -c good.tsv | head -c 200 >cut.tsv.gz
refuse "half a compressed file" "cut.tsv.gz: |gzip" cut.tsv.gz
{ gzip -c good.tsv; echo more; } >tail.tsv.gz
refuse "text behind a compressed file" "tail.tsv.gz: |other bytes follow|gzip" tail.tsv.gz
{ gzip -c good.tsv; printf '\0\0\0more'; } >zeros.tsv.gz
refuse "zeros and text behind a compressed file" "zeros.tsv.gz: |other bytes follow|gzip" zeros.tsv.gz
head -c 4096 "$programs/isonomy-profile" >program.tsv
refuse "a program" "program.tsv:1: " program.tsv
{ head -n 3 good.tsv; printf 'E\3733\tAC\n'; } >latin.tsv
refuse "bytes that are not UTF-8" "latin.tsv:4: |251|UTF-8|iconv" latin.tsv
printf 'e\000n\000t\000r\000y\000' >utf16.tsv
refuse "UTF-16" "utf16.tsv:1: |UTF-8" utf16.tsv
sed 's/\t/;/g' good.tsv >semicolons.tsv
refuse "semicolons for tabs" "semicolons.tsv:1: |tabs or commas" semicolons.tsv
printf 'CLUSTAL W\n\nE1  ACDEF\n' >clustal.fasta
refuse "another format" "clustal.fasta:1: |one column|'CLUSTAL W'|FASTA, whose first letter is '>'" --test clustal.fasta --ref ref.fasta
sed 's/\t/,/g; 5s/$/,2/' good.tsv >commas.tsv
refuse "a comma too many" "commas.tsv:5: |6 cells|expected 5" commas.tsv
long_line() { head -c "$1" /dev/zero | tr '\0' "$2"; }
{ head -n 1 sequences.tsv; printf 'L\t%s\t1\n' "$(long_line 1500000 A)"; tail -n +2 sequences.tsv; } >long_window.tsv
refuse "a window of 1,500,000 residues" "long_window.tsv:2: |1500000|65535" long_window.tsv
{ head -n 2 good.tsv; long_line 17000000 A; } >long_line.tsv
refuse "a line of 17,000,000 characters" "long_line.tsv:3: |longer than 16777216 bytes" long_line.tsv
{ printf '>L\n'; long_line 17000000 A; } >long.fasta
refuse "FASTA in one line of 17,000,000 characters" "long.fasta:2: |longer than 16777216 bytes" --test long.fasta --ref ref.fasta
long_line 2000000 '>' >long_header.fasta
refuse "a header of 2,000,000 characters" "long_header.fasta:1: " --test long_header.fasta --ref ref.fasta
expect_equal "a refusal of a long line is short" yes "$([[ $(wc -c <"$err") -lt 2000 ]] && echo yes || wc -c <"$err")"

finish
