#!/usr/bin/env bash
# isonomy-quickstart from any folder: what it prints, the table and pictures it writes, what it refuses.
support=$(cd "$(dirname "${BASH_SOURCE[0]}")/support" && pwd) || exit 1
source "$support/check.sh" || exit 1

run "$programs/isonomy-quickstart"
expect_success "quickstart"
for text in "profiling of DOM_GSEC" "63 test sequences (label 1)" "63 reference sequences (label 0)" \
  "586 physicochemical" "580,140  candidate features" "100  after removing redundant ones" \
  "1. α-helix (middle) (Conformation: α-helix), averaged over residues 27-33" "10. " \
  "Higher in the test group by 0.118" "AUC 0.887" "TMD_C_JMD_C-Segment(2,3)-QIAN880106" "q = 1.9e-09" "  time  " "  memory  " \
  "Written to quickstart-output" "features.tsv"; do
  expect_text "quickstart prints" "$text" "$out"
done
expect_equal "the best features" 10 "$(grep -cE '^[0-9]+\. ' "$out")"
expect_equal "a group's direction for each" 10 "$(grep -cE '^ +(Higher|Lower) in the test group by 0\.[0-9]+ on a scale' "$out")"
expect_equal "rows of the table" 101 "$(grep -c '' quickstart-output/features.tsv)"
if command -v gnuplot >/dev/null; then
  expect_equal "messages on standard error" "" "$(cat "$err")"
  for picture in ranking feature_map; do
    expect_text "quickstart says what it wrote" "$picture.svg" "$out"
    expect_text "$picture.svg" "</svg>" "quickstart-output/$picture.svg"
  done
else
  expect_text "no gnuplot" "install gnuplot" "$err"
  echo "not checked: the pictures, since gnuplot is not installed"
fi
expect_equal "hidden files" "" "$(find . -name '.?*')"

run "$programs/isonomy-profile" "$data/proteins/DOM_GSEC.tsv" --quiet
expect_same "the table of isonomy-profile" "$out" quickstart-output/features.tsv

make_table mine.tsv 40
run "$programs/isonomy-quickstart" mine.tsv --output mine --threads 1
expect_success "quickstart with other data"
expect_text "quickstart with other data" "profiling of mine" "$out"
expect_equal "quickstart with other data: the table" yes "$([[ -s mine/features.tsv ]] && echo yes)"

run "$programs/isonomy-quickstart" absent.tsv --output none
expect_equal "a file that is not there: exit status" 2 "$status"
expect_text "a file that is not there" "isonomy-quickstart: error: absent.tsv: the file does not exist" "$err"
expect_equal "a file that is not there: no folder" "" "$(find . -name none)"
run "$programs/isonomy-quickstart" --threads -1
expect_equal "--threads -1: exit status" 2 "$status"
run "$programs/isonomy-quickstart" --help
expect_success "--help"
expect_text "--help" "--output" "$out"

finish
