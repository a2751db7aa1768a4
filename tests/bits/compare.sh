#!/usr/bin/env bash
# compare.sh WORK_DIR "FLAGS" "COMPILER OPTIONS"...: builds the program of this folder once per compiler and options, and compares
# what it prints with what the first one's prints. FLAGS are common to all; libraries come after the sources.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$1 flags=$2
shift 2
mkdir -p "$work"
failed=0
first=""
for configuration in "$@"; do
  name=${configuration//[^A-Za-z0-9.+=-]/_}
  objects=()
  pids=()
  for source in "$here"/*.cpp; do
    object="$work/$name-$(basename "$source" .cpp).o"
    objects+=("$object")
    # shellcheck disable=SC2086  # both hold several words
    ${CCACHE:-} $configuration -std=c++20 $flags -I"$here/.." -c "$source" -o "$object" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || { echo "$configuration: does not compile"; exit 1; }; done
  # shellcheck disable=SC2086
  $configuration "${objects[@]}" -ltbb -pthread -o "$work/$name" || exit 1
  "$work/$name" > "$work/$name.txt" || { echo "$configuration: the program failed"; exit 1; }
  rm -f "${objects[@]}"
  if [ -z "$first" ]; then
    first=$name
    echo "$configuration: $(grep -c '^[a-z]' "$work/$name.txt") results"
  elif diff "$work/$first.txt" "$work/$name.txt" > "$work/$name.diff"; then
    echo "$configuration: the same bits"
  else
    echo "$configuration: other bits than $1:"
    sed -n 's/^> \([a-z][^ ]*\) .*/  \1/p' "$work/$name.diff"
    failed=1
  fi
done
exit $failed
