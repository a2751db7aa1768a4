# What every refusal of a program must be, for the tables of bad input and bad options.
# shellcheck shell=bash

# A folder in which a refused run may not change anything: the inputs and the outputs of an earlier run.
echo "an earlier table" >earlier.tsv
echo "an earlier report" >earlier.json
mkdir earlier
echo "an earlier picture" >earlier/ranking.svg

# Every file with a checksum of its bytes.
listing() { find . -mindepth 1 -type f -exec cksum {} + | sort -k 3; }

# refuse WHAT TEXTS ARGUMENT...: `$program ARGUMENT...` with the outputs of the earlier run must end with status 2, say in
# one line on standard error what is wrong, what was expected and what to do, print nothing on standard output and leave
# the folder as it is. TEXTS, separated by '|', must all be in the message.
refuse() {
  local what=$1 texts=$2 before text
  shift 2
  before=$(listing)
  run "$programs/$program" --out earlier.tsv --json earlier.json --plot earlier "$@"
  check_refusal "$what" "$texts"
  expect_equal "$what: nothing in the folder changes" "$before" "$(listing)"
}

# check_refusal WHAT TEXTS: of the last run.
check_refusal() {
  local what=$1 text texts
  IFS='|' read -ra texts <<<"$2"
  expect_equal "$what: exit status" 2 "$status"
  expect_equal "$what: standard output" "" "$(head -c 300 "$out")"
  expect_equal "$what: lines on standard error" 1 "$(grep -c '' "$err")"
  expect_text "$what: message" "$program: error: " "$err"
  # What is wrong; what was expected; what to do.
  expect_equal "$what: clauses of the message (at least 3)" yes "$(awk -F ';' '{ if (NF >= 3) print "yes"; else print; exit }' "$err")"
  for text in "${texts[@]}"; do expect_text "$what: message" "$text" "$err"; done
}

# refuse_backends INPUT: --backend and --device of no sense, --device on the host.
refuse_backends() {
  local option value text
  local -a more
  while IFS='|' read -r option value text; do
    case $option in --device) more=(--backend cpu) ;; *) more=() ;; esac
    refuse "$option $value" "$option|$value|$text" "$1" "${more[@]}" "$option=$value"
  done <<'EOF'
--backend|gpu|auto
--backend|Cuda|cuda
--backend||cpu
--device|-1|which has no devices
--device|0|drop --device
--device|1.5|number of the GPU
--device|99999999999|number of the GPU
--device|first|number of the GPU
EOF
}
