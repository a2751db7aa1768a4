# Helpers for the tests of the programs: a folder of their own, commands with captured output, checks that count.
# A script sources this with its own arguments (folder of the programs, folder of the example data) and ends with `finish`.
# shellcheck shell=bash
set -uo pipefail

skip() {
  echo "skipped: $1"
  exit 77
}

[[ $# -eq 2 ]] || { echo "usage: bash $0 PROGRAM_DIR EXAMPLE_DATA_DIR" >&2; exit 1; }
programs=$(cd "$1" && pwd) || exit 1
data=$(cd "$2" && pwd) || exit 1
reference=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../reference" && pwd)
# A script is named after its program: profile_output.sh runs isonomy-profile. One of two words names it in `program` first.
program=${program:-$(basename "$0" .sh)} program=isonomy-${program%%_*}
[[ -x $programs/$program ]] || skip "the program $program is not in $programs"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
out=$work/stdout err=$work/stderr
mkdir "$work/folder" && cd "$work/folder" || exit 1
checks=0 failures=0 status=0

# run COMMAND...: leaves standard output in $out, standard error in $err, the exit status in $status.
run() {
  "$@" >"$out" 2>"$err" </dev/null
  status=$?
}

failed() {
  failures=$((failures + 1))
  echo "FAILED: $1"
}

# expect_equal WHAT EXPECTED GOT
expect_equal() {
  checks=$((checks + 1))
  [[ $2 == "$3" ]] || { failed "$1"; printf '  expected: %.1000s\n  got:      %.1000s\n' "$2" "$3"; }
}

# expect_text WHAT TEXT FILE: the file holds the text, taken literally.
expect_text() {
  checks=$((checks + 1))
  grep -qF -- "$2" "$3" || { failed "$1"; printf '  expected: %s\n  got:      %s\n' "$2" "$(head -c 1000 "$3")"; }
}

# expect_no_text WHAT TEXT FILE
expect_no_text() {
  checks=$((checks + 1))
  grep -qF -- "$2" "$3" && { failed "$1"; printf '  expected none of: %s\n  got: %s\n' "$2" "$(head -c 1000 "$3")"; }
}

# expect_same WHAT FILE FILE: the same bytes.
expect_same() {
  checks=$((checks + 1))
  cmp -s "$2" "$3" || { failed "$1"; printf '  expected: %s\n  got:      %s\n' "the bytes of $2" "$(diff "$2" "$3" 2>&1 | head -n 5)"; }
}

# expect_success WHAT: the last run ended with status 0.
expect_success() {
  checks=$((checks + 1))
  [[ $status -eq 0 ]] || { failed "$1"; printf '  expected: exit status 0\n  got:      %s, %s\n' "$status" "$(head -c 1000 "$err")"; }
}

# A command that is missing must not look like a passed test. Bash calls this in a process of its own.
command_not_found_handle() {
  echo "FAILED: there is no command $1" | tee -a "$work/missing_commands"
  return 127
}

finish() {
  [[ ! -s $work/missing_commands ]] || failures=$((failures + 1))
  [[ $checks -gt 0 ]] || { checks=1; failed "no check was made"; }
  echo "$((checks - failures)) of $checks checks passed"
  [[ $failures -eq 0 ]] || exit 1
  exit 0
}

# make_table FILE [ROWS]: a table in the layout sequence, tmd_start, tmd_stop with labels 1, 0, 1, 0, ...
make_table() {
  awk -v rows="${2:-12}" 'BEGIN {
    letters = "ACDEFGHIKLMNPQRSTVWY"; state = 1
    print "entry\tsequence\ttmd_start\ttmd_stop\tlabel"
    for (i = 1; i <= rows; ++i) {
      sequence = ""
      for (k = 0; k < 45; ++k) {
        state = (state * 16807) % 2147483647
        sequence = sequence substr(letters, 1 + int(state / 64) % (i % 2 && k % 3 ? 12 : 20), 1)
      }
      print "E" i "\t" sequence "\t12\t33\t" i % 2
    }
  }' >"$1"
}

# edit_cell FILE LINE COLUMN TEXT: prints the table with one cell replaced.
edit_cell() {
  awk -F '\t' -v OFS='\t' -v line="$2" -v column="$3" -v text="$4" 'NR == line { $column = text } { print }' "$1"
}

# columns FILE NAME...: prints these columns of a table.
columns() {
  local file=$1
  shift
  awk -F '\t' -v OFS='\t' -v names="$*" '
    NR == 1 { n = split(names, wanted, " "); for (k = 1; k <= NF; ++k) place[$k] = k }
    { line = $(place[wanted[1]]); for (k = 2; k <= n; ++k) line = line OFS $(place[wanted[k]]); print line }' "$file"
}
