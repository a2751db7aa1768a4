#!/usr/bin/env bash
# compare.sh WORK_DIR "FLAGS" TBB_DIR "COMPILER OPTIONS"...: builds the program of this folder once with each compiler and its
# options, and compares what it prints with what the first one's prints. FLAGS are common to all.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$1 flags=$2 tbb=$3
shift 3
reference=$1
failed=0
mkdir -p "$work"
for configuration in "$@"; do
  name=${configuration//[^A-Za-z0-9.+=-]/_}
  objects=()
  compilers=()
  for source in "$here"/*.cpp; do
    object="$work/$name-$(basename "$source" .cpp).o"
    objects+=("$object")
    # shellcheck disable=SC2086  # each holds several words
    ${LAUNCHER:-} $configuration -std=c++20 $flags -I"$here/.." -c "$source" -o "$object" &
    compilers+=($!)
  done
  for compiler in "${compilers[@]}"; do
    wait "$compiler" || { echo "$configuration: does not compile"; exit 1; }
  done
  # shellcheck disable=SC2086
  $configuration "${objects[@]}" -L"$tbb" -Wl,-rpath,"$tbb" -ltbb -pthread -o "$work/$name" || exit 1
  "$work/$name" > "$work/$name.txt" || { echo "$configuration: the program failed"; exit 1; }
  rm -f "${objects[@]}"
  if [ "$configuration" = "$reference" ]; then
    mv "$work/$name.txt" "$work/reference.txt"
    echo "$configuration: $(grep -c '^[a-z]' "$work/reference.txt") results"
  elif diff "$work/reference.txt" "$work/$name.txt" > "$work/$name.diff"; then
    echo "$configuration: the same bits"
  else
    echo "$configuration: other bits than $reference:"
    sed -n 's/^> \([a-z][^ ]*\) .*/  \1/p' "$work/$name.diff"
    failed=1
  fi
done
[ -s "$work/reference.txt" ] && exit $failed
echo "the program printed nothing"
exit 1
