#!/usr/bin/env bash
# compile.sh SOURCE COMPILER ARGUMENTS...: the source compiles as it is (ISONOMY_MISTAKE 0), and with every other number that
# it names it does not, but says the sentence that stands behind the number.
set -uo pipefail
source=$1
shift
try() { "$@" -std=c++20 -fsyntax-only "-DISONOMY_MISTAKE=$number" "$source" 2>&1; }

number=0
output=$(try "$@") || { echo "$output"; echo "$source: does not compile without a mistake"; exit 1; }
wrong=0
while IFS= read -r line; do
  number=$(sed -E 's/.*== ([0-9]+).*/\1/' <<< "$line")
  sentence=${line#*// says: }
  if output=$(try "$@"); then
    echo "mistake $number compiles; expected: $sentence"
    wrong=1
  elif ! grep -qF "$sentence" <<< "$output"; then
    echo "$output"
    echo "mistake $number does not say: $sentence"
    wrong=1
  fi
done < <(grep -E '^#elif ISONOMY_MISTAKE == [0-9]+  // says: ' "$source")
[ "$number" -gt 0 ] || { echo "$source names no mistake"; exit 1; }
exit "$wrong"
