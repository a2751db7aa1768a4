#!/usr/bin/env bash
# isonomy-report-diff: what it calls equal, which difference it names first, and every file that it cannot compare.
program=report-diff
support=$(cd "$(dirname "${BASH_SOURCE[0]}")/support" && pwd) || exit 1
source "$support/check.sh" || exit 1
source "$support/refuse.sh" || exit 1

diff_of() { run "$programs/$program" "$@"; }

# expect_difference WHAT FIRST COUNTS ARGUMENT...: status 1, this first line, and this last one.
expect_difference() {
  local what=$1 first=$2 counts=$3
  shift 3
  diff_of "$@"
  expect_equal "$what: exit status" 1 "$status"
  expect_equal "$what: the first difference" "$first" "$(head -n 1 "$out")"
  expect_equal "$what: their numbers" "$counts" "$(tail -n 1 "$out")"
  expect_equal "$what: standard error" "" "$(head -c 300 "$err")"
}
# expect_equals WHAT TEXT ARGUMENT...
expect_equals() {
  local what=$1 text=$2
  shift 2
  diff_of "$@"
  expect_success "$what"
  expect_equal "$what: standard output" "$text" "$(cat "$out")"
}

# ---- reports of the conformance kit
cat >kit.json <<'EOF'
{
  "schema": "isonomy-report",
  "version": 1,
  "kind": "conformance",
  "backend": "Cpu",
  "level": "full",
  "seed": 7,
  "determinism": "run_to_run",
  "conforms": true,
  "operations": [
    {
      "operation": "gemm", "passed": 3, "failed": 0, "declined": 0, "smallest": "0", "largest": "70 x 3",
      "rows": [
        {"row": "float 3x4", "verdict": "passed", "decisions": "00000000000000aa", "bits": "0123456789abcdef", "ratio": 0.25},
        {"row": "float 3x4", "verdict": "passed", "decisions": "00000000000000ab", "bits": "1123456789abcdef", "ratio": 0.5},
        {"row": "double 70x3", "verdict": "passed", "decisions": "00000000000000ac", "bits": "2123456789abcdef", "ratio": null}
      ],
      "failures": []
    },
    {
      "operation": "select_k", "passed": 1, "failed": 0, "declined": 0, "smallest": "0", "largest": "9",
      "rows": [{"row": "k 3", "verdict": "passed", "decisions": "00000000000000ad", "bits": "3123456789abcdef", "ratio": 0}],
      "failures": []
    }
  ]
}
EOF
# changed NAME SED-SCRIPT...: kit.json with some changes.
changed() {
  local name=$1
  shift
  sed "${@/#/-e}" kit.json >"$name"
  cmp -s kit.json "$name" && failed "$name is kit.json unchanged"
}
expect_equals "the same file" "equal: 2 operations, 4 rows" kit.json kit.json
changed other_backend.json 's/"Cpu"/"acme::Gpu"/' 's/"failures": \[\]/"failures": ["x"]/' 's/"kind"/"unknown": [1], "kind"/'
expect_equals "another backend and a member that is not known" "equal: 2 operations, 4 rows" kit.json other_backend.json
tr -d '\n' <kit.json | gzip -c >packed.json.gz
run bash -c "'$programs/$program' kit.json - <packed.json.gz"
if [[ $status -eq 2 ]]; then expect_text "a program without zlib" zlib "$err"; else expect_success "in one line, compressed, from standard input"; fi

changed decision.json '0,/00000000000000ad/s//00000000000000ae/' 's/2123456789abcdef/2123456789abcdee/' 's/0.25/0.75/'
expect_difference "a decision before bits and bounds" 'select_k, row "k 3": decisions differ: 00000000000000ad / 00000000000000ae' \
  "3 differences: 1 decision, 1 bits, 1 bound; --all lists them" kit.json decision.json
expect_difference "all of them" 'select_k, row "k 3": decisions differ: 00000000000000ad / 00000000000000ae' \
  "3 differences: 1 decision, 1 bits, 1 bound" kit.json decision.json --all
expect_text "bits are listed" 'gemm, row "double 70x3": bits differ: 2123456789abcdef / 2123456789abcdee' "$out"
expect_equal "bounds come last" 'gemm, row "float 3x4": ratio to the bound differs: 0.25 / 0.75' "$(sed -n 3p "$out")"
changed bits.json 's/1123456789abcdef/1123456789abcdee/'
expect_difference "bits of the second of two rows of one name" 'gemm, row "float 3x4": bits differ: 1123456789abcdef / 1123456789abcdee' \
  "1 difference: 1 bits" kit.json bits.json
changed bound.json 's/"ratio": null/"ratio": 1.5/'
expect_difference "a bound" 'gemm, row "double 70x3": ratio to the bound differs: null / 1.5' "1 difference: 1 bound" kit.json bound.json
changed verdict.json '0,/"passed", "d/s//"failed", "d/' 's/"conforms": true/"conforms": false/'
expect_difference "a verdict, and nothing that follows from it" 'gemm, row "float 3x4": verdict differs: passed / failed' \
  "1 difference: 1 decision" kit.json verdict.json
changed conforms.json 's/"conforms": true/"conforms": false/'
expect_difference "conforming alone" 'conforms differs: true / false' "1 difference: 1 decision" kit.json conforms.json
changed missing.json '/k 3/s/{.*}//' 's/"row": "double 70x3"/"row": "double 70x4"/'
expect_difference "rows that one alone has" 'gemm, row "double 70x3": is in kit.json alone' "3 differences: 3 decisions; --all lists them" \
  kit.json missing.json
diff_of kit.json missing.json --all
expect_text "a row of the second" 'gemm, row "double 70x4": is in missing.json alone' "$out"
expect_text "a row of the first" 'select_k, row "k 3": is in kit.json alone' "$out"
changed operation.json 's/"select_k"/"select"/'
expect_difference "operations that one alone has" 'select_k: is in kit.json alone' "2 differences: 2 decisions; --all lists them" kit.json operation.json
changed count.json 's/"declined": 0, "smallest": "0", "largest": "9"/"declined": 2, "smallest": "0", "largest": "8"/'
expect_difference "counts" 'select_k: number declined differs: 0 / 2' "2 differences: 2 decisions; --all lists them" kit.json count.json
changed seed.json 's/"seed": 7/"seed": 9007199254740993/' 's/123456789abcdef/000000000000000/'
expect_difference "the seed before what follows from it" 'seed differs: 7 / 9007199254740993' \
  "5 differences: 1 setting, 4 bits; --all lists them" kit.json seed.json
changed seed2.json 's/"seed": 7/"seed": 9007199254740992/' 's/123456789abcdef/000000000000000/'
expect_difference "seeds that are one double" 'seed differs: 9007199254740993 / 9007199254740992' "1 difference: 1 setting" seed.json seed2.json

# ---- reports of runs
cat >run.json <<'EOF'
{"schema": "isonomy-report", "version": 1, "kind": "run", "estimator": "mixture::fit",
 "used": {"backend": "Host", "asked": "auto", "declined": [{"backend": "Cuda", "reason": "no driver"}], "device": null},
 "operations": [{"operation": "gemm", "backend": "Cpu", "declined": [{"backend": "Gpu", "reason": "k above 1024"}]},
                {"operation": "syrk", "backend": "Cpu", "declined": []}],
 "determinism": "d", "math_mode": "m", "precision": "p", "bytes_moved": 0, "bytes_peak": 100,
 "stages": [{"stage": "s", "seconds": 1.5}], "warnings": ["one", "two", "one"],
 "decisions": [{"decision": "start", "value": "3 of 60", "margin": 1.5}, {"decision": "components", "value": "2"}]}
EOF
expect_equals "the same run" "equal: 2 decisions" run.json run.json
sed 's/"bytes_peak": 100/"bytes_peak": 5/; s/1.5}\], "w/9e9}], "w/' run.json >measured.json
expect_equals "memory and seconds" "equal: 2 decisions" run.json measured.json
sed 's/"asked": "auto"/"asked": null/; s/no driver/no device/; s/"device": null/"device": {"name": "Fast One"}/' run.json >machine.json
expect_equals "what a machine has, and who asked for what" "equal: 2 decisions" run.json machine.json
sed '/"used"/d' run.json >older.json
expect_equals "a report from before the backend was told" "equal: 2 decisions" run.json older.json
while IFS='|' read -r script first counts; do
  sed "$script" run.json >other.json
  expect_difference "$script" "$first" "$counts" run.json other.json
done <<'EOF'
s/3 of 60/4 of 60/; s/"margin": 1.5/"margin": 2.5/|decision "start": value differs: '3 of 60' / '4 of 60'|2 differences: 1 decision, 1 bits; --all lists them
s/"margin": 1.5/"margin": null/|decision "start": margin differs: 1.5 / null|1 difference: 1 bits
s/"value": "2"/"value": "2", "margin": 0.5/|decision "components": margin differs: no runner-up / 0.5|1 difference: 1 bits
s/, {"decision": "components".*}]/]/|decision "components": is in run.json alone|1 difference: 1 decision
s/"two", "one"/"two"/|warning 'one': is in run.json alone|1 difference: 1 decision
s/"Host"/"Cuda"/|used.backend differs: 'Host' / 'Cuda'|1 difference: 1 setting
s/k above 1024/no/|gemm: declines differ: Gpu k above 1024 / Gpu no|1 difference: 1 setting
s/"backend": "Cpu", "declined": \[\]/"backend": "Cpu (generic)", "declined": [{"backend": "Cpu", "reason": "r"}]/|syrk: backend differs: 'Cpu' / 'Cpu (generic)'|2 differences: 2 settings; --all lists them
s/"bytes_moved": 0/"bytes_moved": 8/|bytes_moved differs: 0 / 8|1 difference: 1 setting
s/mixture::fit/mixture::em/|estimator differs: 'mixture::fit' / 'mixture::em'|1 difference: 1 setting
EOF

# ---- traces, a line for each event
event() {
  printf '{"schema": "isonomy-report", "version": 1, "kind": "trace", "operation": "%s", "begin": %s, "seconds": %s, "backend": "%s", "declined": [], "elements": "double", "shape": "%s", "bytes_arguments": 96, "bytes_moved": 0, "depth": 0, "failed": false}\n' "$@"
}
{ event gemm 0.5 1.5 Cpu 3x4; event fill 3 0.1 Cpu 7; } >trace.json
{ event gemm 0.25 9 Cpu 3x4; event fill 4 0.2 Cpu 7; } >later.json
expect_equals "times of traces" "equal: 2 events" trace.json later.json
{ event gemm 0.5 1.5 Gpu 3x4; event fill 3 0.1 Cpu 8; } >changed.json
expect_difference "who ran an event" "event 1, gemm: backend differs: 'Cpu' / 'Gpu'" "2 differences: 1 setting, 1 decision; --all lists them" trace.json changed.json
{ event gemm 0.5 1.5 Cpu 3x4; event iota 3 0.1 Gpu 8; event fill 3 0.1 Cpu 7; } >more.json
expect_difference "another course" "event 2: operation differs: 'fill' / 'iota'" "2 differences: 2 decisions; --all lists them" trace.json more.json
head -n 1 trace.json >one_event.json
expect_difference "a trace that ends" "number of events differs: 2 / 1" "1 difference: 1 decision" trace.json one_event.json
cat trace.json run.json >mixed.json
cat run.json run.json >twice.json

# ---- what the programs write
run "$programs/isonomy-mixture" "$data/mixture/faithful.csv" --column waiting --threads 1 --quiet --json one.json
expect_success "a fit"
cp "$data/mixture/faithful.csv" copy.csv
run "$programs/isonomy-mixture" copy.csv --column waiting --threads 2 --quiet --json two.json
diff_of one.json two.json
expect_success "another number of threads and another place of the data"
expect_text "how much was compared" " values, 2 decisions" "$out"
sed 's/"mu1",/"mu1" ,/; s/"bic": 2096/"bic": 2097/' one.json >bic.json
expect_difference "a number of a fit" "fit.bic differs: $(sed -n 's/.*"bic": \([0-9.]*\).*/\1/p' one.json) / $(sed -n 's/.*"bic": \([0-9.]*\).*/\1/p' bic.json)" \
  "1 difference: 1 bits" one.json bic.json
run "$programs/isonomy-mixture" "$data/mixture/faithful.csv" --column waiting --components 3 --quiet --json three.json
diff_of one.json three.json --all
expect_equal "other options: exit status" 1 "$status"
expect_text "a setting" "model.components differs: 2 / 3" "$out"
expect_text "the length of a list" "number of parameters differs: 5 / 8" "$out"
make_table good.tsv
run "$programs/isonomy-profile" good.tsv --quiet --n-filter 5 --out /dev/null --json profile.json
expect_success "a profile"
diff_of profile.json profile.json
expect_success "a profile and itself"
expect_difference "results of two programs" "report.estimator differs: 'mixture::fit' / 'profiling::fit'" \
  "$("$programs/$program" one.json profile.json --all | tail -n 1); --all lists them" one.json profile.json

# ---- what cannot be compared: script for kit.json|what the message must hold
while IFS='|' read -r script texts; do
  sed "$script" kit.json >bad.json
  for files in "bad.json kit.json" "kit.json bad.json"; do
    # shellcheck disable=SC2086
    diff_of $files
    check_refusal "$script" "bad.json:$texts"
  done
done <<'EOF'
s/"isonomy-report"/"trivy-report"/|2: 'schema' is 'trivy-report'|expected 'isonomy-report'
s/"schema".*//|1: 'schema' is missing|expected a string
s/"isonomy-report"/5/|2: 'schema' is a number
s/"version": 1/"version": 2/|3: 'version' is 2|expected 1
s/"version": 1/"version": 0/|3: 'version' is 0|expected 1
s/"version": 1/"version": 1.0/|3: 'version' is 1.0|expected 1
s/"version": 1/"version": "1"/|3: 'version' is a string
s/"conformance"/"weather"/|4: 'kind' is 'weather'|'run', 'conformance' or 'trace'
s/"seed": 7/"seed": "7"/|7: 'seed' is a string|expected a number
s/"level": "full",//|1: 'level' is missing
s/"operations": \[/"operations": 5, "x": [/|10: 'operations' is a number|expected an array
s/"operations": \[/"operations": [7,/|10: 'operations' holds a number|expected objects
s/"operation": "gemm",//|11: 'operation' is missing
s/"rows": \[$/"rows": {}, "x": [/|13: 'rows' is an object
s/"row": "float 3x4"/"row": null/|14: 'row' is null|expected a string
0,/"verdict": "passed"/s//"verdict": "fine"/|14: 'verdict' is 'fine'|passed, failed, declined, skipped
0,/"bits": "0123456789abcdef"/s//"bits": "0123456789ABCDEF"/|14: 'bits' is '0123456789ABCDEF'|16 hexadecimal digits
0,/"bits": "0123456789abcdef"/s//"bits": 123/|14: 'bits' is a number
0,/"ratio": 0.25/s//"ratio": "0.25"/|14: 'ratio' is a string|expected a number
s/"seed": 7/"seed": 07/|7: column 12: '7'|leading 0
s/"seed": 7/"level": 7/|7: column 3: the key 'level' stands twice
s/"conforms": true/"conforms": True/|9: column 15: 'T'|expected a value
$d|26: column 1: the file ends
EOF
echo '[]' >list.json
echo '{"report": {"a": 1}}' >foreign.json
sed 's/"two"/2/' run.json >runs.json
sed 's/"used": {.*},$/"used": 1,/' run.json >used.json
sed 's/"backend": "Host"/"backend": 1/' run.json >used_backend.json
: >empty.json
printf '{"a": "\xff"}' >latin.json
printf 'a\tb\n1\t2\n' >table.tsv
while IFS='|' read -r file texts; do
  other=kit.json
  [[ $file != runs.json && $file != used*.json ]] || other=run.json
  diff_of "$file" "$other"
  check_refusal "$file" "$texts"
done <<'EOF'
list.json|list.json:1: this is an array|expected a report
foreign.json|foreign.json:1: 'schema' is missing
empty.json|the file is empty
latin.json|is not UTF-8
used.json|'used' is a number|expected an object
used_backend.json|'backend' is a number|expected a string
runs.json|runs.json:6: 'warnings' holds a number|expected strings
mixed.json|mixed.json:3: a run among 3 values|one report, or lines that are all of a trace
twice.json|twice.json:1: a run among 2 values
table.tsv|table.tsv:1: column 1: 'a'|expected a value
none.json|none.json
EOF
diff_of kit.json run.json
check_refusal "two kinds" "kit.json is a report of the kind conformance|run.json of the kind run|two of one kind"
diff_of kit.json one.json
check_refusal "a report and a result" "of the kind conformance|of the kind result"
diff_of - -
check_refusal "standard input twice" "2 inputs are standard input"
for arguments in "" "kit.json" "kit.json run.json bits.json" "kit.json kit.json --every"; do
  # shellcheck disable=SC2086
  diff_of $arguments
  expect_equal "arguments '$arguments': exit status" 2 "$status"
  expect_text "arguments '$arguments': message" "see isonomy-report-diff --help" "$err"
done
diff_of --help
expect_success "--help"
expect_text "--help" "Exit codes: 0 equal; 1 different; 2 not comparable" "$out"
diff_of --version
expect_success "--version"

finish
