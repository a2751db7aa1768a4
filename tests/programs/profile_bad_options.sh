#!/usr/bin/env bash
# Every kind of bad option, table of scales, split and output: a message with value and remedy, status 2, no output touched.
support=$(cd "$(dirname "${BASH_SOURCE[0]}")/support" && pwd) || exit 1
source "$support/check.sh" || exit 1
source "$support/refuse.sh" || exit 1

make_table good.tsv

# ---- backends and devices that are none
refuse_backends good.tsv

# ---- numbers out of range or no numbers: option|value|what the message must hold besides both
while IFS='|' read -r option value text; do
  case $option in --bootstrap) more=() ;; --frac | --seed) more=(--bootstrap 3) ;; *) more=() ;; esac
  refuse "$option $value" "$option|$value|$text" good.tsv "${more[@]}" "$option=$value"
done <<'EOF'
--n-filter|0|at least 1
--n-filter|-5|at least 1
--n-filter|2.5|features to keep
--n-filter|ten|features to keep
--n-filter|99999999999999999999|features to keep
--n-pre-filter|0|at least 1
--n-pre-filter|1e3|pre-filter
--pct-pre-filter|4|5 to 100
--pct-pre-filter|101|5 to 100
--pct-pre-filter|5.5|5 to 100
--pct-pre-filter|99999999999|5 to 100
--max-std-test|0|above 0 and below 1
--max-std-test|1|above 0 and below 1
--max-std-test|1.5|above 0 and below 1
--max-std-test|-1|above 0 and below 1
--max-std-test|nan|above 0 and below 1
--max-std-test|wide|above 0 and below 1
--max-overlap|-0.1|0 to 1
--max-overlap|1.1|0 to 1
--max-overlap|inf|0 to 1
--max-overlap|half|0 to 1
--max-cor|-0.1|0 to 1
--max-cor|1.1|0 to 1
--max-cor|nan|0 to 1
--max-cor|0,5|0 to 1
--redundancy|loose|legacy
--arithmetic|fast|aaanalysis_1_1
--label-test|1.5|good.tsv:2: 
--label-test|one|good.tsv:2: 
--label-test|0.0|two different labels
--label-ref|1|two different labels
--label-ref|true|two different labels
--label-ref|1.0|two different labels
--label-test|9999999999|good.tsv:2: 
--label-ignore|1|two different labels
--label-ignore|0.0|two different labels
--start|1.5|number of the first residue
--start|99999999999999999999|number of the first residue
--tmd-len|0|1 to
--tmd-len|-1|1 to 65535
--tmd-len|1000000000|1 to 65535
--tmd-len|20.5|length of the TMD
--jmd-n-len|-1|0 to 65535
--jmd-n-len|ten|residues before the TMD
--jmd-n-len|70000|0 to 65535
--jmd-c-len|-1|0 to 65535
--jmd-c-len|1.0|residues behind the TMD
--ext-len|-1|0 to the shorter flank
--ext-len|11|0 to the shorter flank, 10
--ext-len|x|ext_n
--window|0|1 to 65535
--window|2.5|around each residue
--window|9999999999|1 to
--tmd-len-seq|0|1 to 65535
--tmd-len-seq|x|around anchors
--tmd-len-seq|9999999999|1 to
--threads|-1|0 takes all
--threads|1.5|threads
--threads|99999999999|threads
--bootstrap|0|at least 1
--bootstrap|-3|at least 1
--bootstrap|1.5|rounds
--frac|0|above 0 and at most 1
--frac|-0.5|above 0 and at most 1
--frac|1.1|above 0 and at most 1
--frac|nan|above 0 and at most 1
--frac|most|at most 1
--seed|-1|seed
--seed|1.5|seed
--list-parts|loop|jmd_n_tmd_n
EOF
refuse "a TMD shown shorter than its features" "Pattern(|needs 15 residues of TMD|--tmd-len=5|pass --tmd-len=15" \
  "$data/proteins/DOM_GSEC.tsv" --tmd-len 5
awk -F '\t' -v OFS='\t' 'NR > 1 { $2 = $2 $2 $2 } { print }' good.tsv | cut -f 1,2,5 >long.tsv
refuse "halves shown shorter than their patterns" "residues of TMD_N, which has 10|--tmd-len=20|pass --tmd-len=30" long.tsv --list-parts tmd_n,tmd_c
if [[ ! -e /proc/driver/nvidia/version ]]; then
  refuse "a backend that cannot be used" "--backend cuda: |CUDA 13|--backend cpu or auto" good.tsv --backend cuda
  refuse "a device where there is none" "--device=0|is Cpu, which has no devices; Cuda: |drop --device" good.tsv --device 0
fi
refuse "--label-ignore for files without labels" "--label-ignore|--test" --test good.tsv --ref good.tsv --label-ignore 2
refuse "--resample whole" "--resample|whole|reference" good.tsv --bootstrap 3 --resample whole
refuse "a part twice" "--list-parts|'tmd'|twice" good.tsv --list-parts tmd,tmd
refuse "a part without name" "--list-parts|''|jmd_n_tmd_n" good.tsv --list-parts tmd,,jmd_n
refuse "--list-parts with nothing" "--list-parts" good.tsv --list-parts ''

# ---- options that do not exist, lack something or exclude each other
refuse "an unknown option" "--n-filters|profile --help" good.tsv --n-filters 10
refuse "an unknown short option" "-n|profile --help" good.tsv -n 10
refuse "two tables" "second.tsv|profile --help" good.tsv second.tsv
refuse "no input" "no input|--test FILE and --ref FILE"
refuse "--test without --ref" "--test|--ref" --test good.tsv
refuse "--ref without --test" "--ref|--test" --ref good.tsv
refuse "a table and two groups" "input|--test" good.tsv --test good.tsv --ref good.tsv
refuse "--n-filter without value" "--n-filter|features to keep" good.tsv --n-filter
refuse "--all-parts with --list-parts" "--all-parts|--list-parts" good.tsv --all-parts --list-parts tmd
refuse "--n-pre-filter with --pct-pre-filter" "--n-pre-filter|--pct-pre-filter" good.tsv --n-pre-filter 50 --pct-pre-filter 10
refuse "--window for files without labels" "--window|--test" --test good.tsv --ref good.tsv --window 9
refuse "--parametric with --no-vectorized" "--parametric|--no-vectorized" good.tsv --parametric --no-vectorized
for option in '--resample=both' '--frac=0.5' '--seed=3'; do
  refuse "$option without --bootstrap" "${option%=*}|--bootstrap" good.tsv "$option"
done
refuse "an option twice" "--n-filter" good.tsv --n-filter 10 --n-filter 20

# ---- splits
while IFS='|' read -r kws text; do
  refuse "--split-kws $kws" "--split-kws|$text" good.tsv --split-kws "$kws"
done <<'EOF'
|the value is empty
Helix|'Helix'
Segment:n_split_max=5|lacks n_split_min
Segment:n_split_min=1,n_split_max=5,n=3|'n'
Segment:n_split_min=1,n_split_max=2.0|'2.0'
Segment:n_split_min=1,n_split_max=|n_split_max
Segment:n_split_min=1,n_split_min=2,n_split_max=5|twice
Segment:n_split_min=0,n_split_max=5|n_split_min
Segment:n_split_min=3,n_split_max=2|n_split_min
Segment:n_split_min=1,n_split_max=99999999999|n_split_max
Segment;Segment|twice
Pattern:steps=3/4,n_min=3,n_max=2,len_max=15|n_min
Pattern:steps=3/4,n_min=0,n_max=2,len_max=15|n_min
Pattern:steps=3/4,n_min=2,n_max=4,len_max=0|len_max
Pattern:steps=,n_min=2,n_max=4,len_max=15|steps
Pattern:steps=4/3,n_min=2,n_max=4,len_max=15|steps
Pattern:steps=3.0,n_min=2,n_max=4,len_max=15|steps
Pattern:steps=0/3,n_min=2,n_max=4,len_max=15|steps
Pattern:steps=15,n_min=2,n_max=4,len_max=15|len_max
Pattern:steps=3,n_min=2,n_max=4,len_max=4|len_max
PeriodicPattern:steps=3|steps
PeriodicPattern:steps=3/4/5|steps
PeriodicPattern:steps=4/3|steps
PeriodicPattern:steps=0/3|steps
EOF

# ---- scales and categories
cut -f 1-4 "$data/aaontology/scales.tsv" >scales.tsv
read -r -a ids < <(head -n 1 scales.tsv)
awk -F '\t' -v ids="${ids[*]}" 'BEGIN { split(ids, list, " "); for (k in list) wanted[list[k]] } NR == 1 || $1 in wanted' \
  "$data/aaontology/scales_cat.tsv" >categories.tsv
# scales NAME TEXTS, categories NAME TEXTS: a run with a changed table must be refused.
scales() { refuse "$1" "$2" good.tsv --df-scales changed.tsv --df-cat categories.tsv; }
categories() { refuse "$1" "$2" good.tsv --df-scales scales.tsv --df-cat changed.tsv; }
edit_cell scales.tsv 1 3 "${ids[1]}" >changed.tsv && scales "a scale twice" "changed.tsv:1: |'${ids[1]}'"
edit_cell scales.tsv 4 1 A >changed.tsv && scales "a letter twice" "changed.tsv:4: |'A'"
edit_cell scales.tsv 4 1 AC >changed.tsv && scales "two letters" "changed.tsv:4: |'AC'|one letter"
edit_cell scales.tsv 4 1 '' >changed.tsv && scales "no letter" "changed.tsv:4: |one letter"
edit_cell scales.tsv 4 1 - >changed.tsv && scales "a gap as letter" "changed.tsv:4: |'-'"
edit_cell scales.tsv 4 3 high >changed.tsv && scales "text in a scale" "changed.tsv:4: |'${ids[2]}'|'high'"
edit_cell scales.tsv 4 3 '' >changed.tsv && scales "an empty cell in a scale" "changed.tsv:4: |'${ids[2]}'"
edit_cell scales.tsv 4 3 nan >changed.tsv && scales "NaN in a scale" "changed.tsv:4: |${ids[2]}|nan"
edit_cell scales.tsv 4 3 inf >changed.tsv && scales "infinity in a scale" "changed.tsv:4: |${ids[2]}|inf"
edit_cell scales.tsv 1 3 MY-SCALE >changed.tsv && scales "a scale without category" "categories.tsv: |MY-SCALE"
head -n 1 scales.tsv >changed.tsv && scales "no letters" "changed.tsv: |0 letters"
cut -f 1 scales.tsv >changed.tsv && scales "no scales" "changed.tsv: |0 scales|tabs or commas"
sed 's/\t/;/g' scales.tsv >changed.tsv && scales "semicolons" "changed.tsv: |0 scales|tabs or commas"
awk -F '\t' -v OFS='\t' 'NR > 1 { for (k = 2; k <= NF; ++k) $k = 90 * ($k - 0.5) } { print }' scales.tsv >changed.tsv
refuse "raw scales" "none of|${ids[1]} goes from -45 to 45|0 to 1" good.tsv --df-scales changed.tsv --df-cat categories.tsv
grep -v '^W' scales.tsv >changed.tsv && scales "a letter that the scales lack" "good.tsv:|'W'|--accept-gaps"
for column in scale_id category subcategory scale_name scale_description; do
  sed "1s/\\b$column\\b/other/" categories.tsv >changed.tsv && categories "categories without $column" "changed.tsv:1: |'$column'"
done
sed -n '1p;2p;2p;3,$p' categories.tsv >changed.tsv && categories "a scale twice in the categories" "changed.tsv:3: |line 2"
sed '2d' categories.tsv >changed.tsv && categories "a scale missing in the categories" "changed.tsv: |1 scales of scales.tsv"
sed "s/${ids[1]}/MY-SCALE/" scales.tsv >changed.tsv && sed "s/${ids[1]}/MY-SCALE/" categories.tsv >changed_cat.tsv
refuse "'-' in a scale id" "changed.tsv:1: |MY-SCALE|'-'" good.tsv --df-scales changed.tsv --df-cat changed_cat.tsv
refuse "scales that are not there" "absent.tsv|does not exist" good.tsv --df-scales absent.tsv
refuse "categories that are not there" "absent.tsv|does not exist" good.tsv --df-cat absent.tsv

# ---- outputs. These name them themselves; the folder must still be as before.
# refuse_output WHAT TEXTS ARGUMENT...
refuse_output() {
  local what=$1 texts=$2 before
  shift 2
  before=$(listing)
  run "$programs/isonomy-profile" good.tsv --quiet "$@"
  check_refusal "$what" "$texts"
  expect_equal "$what: nothing in the folder changes" "$before" "$(listing)"
}
ln -s good.tsv link.tsv
ln good.tsv hard_link.tsv
perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => "socket", Listen => 1) or die'
ln -s circle circle
mkdir -p occupied/ranking.tsv
for option in --out --json; do
  refuse_output "$option in a folder that is not there" "absent/x|'absent' does not exist|create it" "$option" absent/x
  refuse_output "$option is a folder" "earlier|directory" "$option" earlier
  refuse_output "$option below a file" "earlier.tsv/x" "$option" earlier.tsv/x
  refuse_output "$option is a socket" "socket|a disk or a socket" "$option" socket
  refuse_output "$option is standard input" "/dev/stdin|not open for writing" "$option" /dev/stdin
  refuse_output "$option is a circle of links" "circle|round in a circle" "$option" circle
  refuse_output "$option in a folder of the system" "/proc/x" "$option" /proc/x
  refuse_output "$option is the input" "good.tsv|also an input" "$option" good.tsv
  refuse_output "$option is the input by another path" "./good.tsv|also an input" "$option" ./good.tsv
  refuse_output "$option is a link to the input" "link.tsv|also an input" "$option" link.tsv
  refuse_output "$option is a hard link of the input" "hard_link.tsv|also an input" "$option" hard_link.tsv
  refuse_output "$option is the table of scales" "scales.tsv|also an input" --df-scales scales.tsv --df-cat categories.tsv "$option" scales.tsv
done
refuse_output "one file for table and report" "both.tsv|--out|--json" --out both.tsv --json both.tsv
refuse_output "one file for table and report, by two paths" "--out|--json" --out earlier.tsv --json ./earlier.tsv
refuse_output "one file for table and report, by two paths of what is not there yet" "--out|--json" --out both.tsv --json ./both.tsv
refuse_output "a table in place of a picture's" "another output" --out ranking.tsv --plot .
refuse_output "--out is --plot" "new|the folder of --plot" --out new --plot ./new
refuse_output "standard output for table and report" "/dev/stdout|--out|--json" --out - --json -
refuse_output "--plot is a file" "earlier.tsv|is a file" --plot earlier.tsv
refuse_output "--plot with a folder in place of a table" "occupied/ranking.tsv|folder" --plot occupied --json new.json
refuse_output "--plot below a file" "earlier.tsv/x" --plot earlier.tsv/x
refuse_output "--plot in a folder of the system" "/proc/x" --plot /proc/x
refuse_output "--out after a good --plot" "absent/x" --plot new --out absent/x
refuse_output "one descriptor for table and report" "/dev/fd/1|--out|--json" --out /dev/stdout --json /dev/fd/1
declare -A other=([--out]=--json [--json]=--out)
if [[ -w /dev/full ]]; then
  for option in --out --json; do
    run "$programs/isonomy-profile" good.tsv --quiet --plot new "$option" /dev/full "${other[$option]}" new.other
    check_refusal "$option is a full device" "/dev/full|No space left"
    expect_equal "$option is a full device: no other output" "" "$(find . -name 'new*')"
  done
  "$programs/isonomy-profile" good.tsv --quiet --plot new --json new.json >/dev/full 2>"$err"
  status=$?
  : >"$out"
  check_refusal "a full standard output" "standard output|--out FILE"
  expect_equal "a full standard output: no other output" "" "$(find . -name 'new*')"
fi

finish
