#!/usr/bin/env bash
# program.sh README NAME FOLDER COMPILER ARGUMENTS...: takes the program that begins with "// NAME.cpp" out of the README,
# compiles it in FOLDER with one line, runs it in the README's folder, and compares what it prints with the block of text
# behind it. With --list in place of NAME: the names of all programs; a block with a main() and no name is an error.
set -euo pipefail
readme=$1 name=$2

if [ "$name" = --list ]; then
  awk '/^```cpp/ {inside = 1; first = 1; title = ""; next}
       /^```/ {inside = 0}
       inside && first {first = 0; if ($0 ~ /^\/\/ [a-z_]+\.cpp/) {title = $2; sub(/\.cpp:?$/, "", title)}}
       inside && /^int main\(/ {if (title == "") {print "line " NR ": a program without its name" > "/dev/stderr"; exit 1}; print title}' "$readme"
  exit
fi

folder=$3
shift 3
mkdir -p "$folder"
awk -v source="$folder/$name.cpp" -v output="$folder/$name.expected" -v title="$name.cpp" '
  /^```/ {if (inside == 1) after = 1; else if (inside == 2) exit
          inside = 0
          if (/^```cpp/) {inside = after ? 0 : 3; if (after) exit}
          else if (/^```text/ && after) inside = 2
          next}
  inside == 3 {inside = index($0, "// " title) == 1 ? 1 : 0}
  inside == 1 {print > source; found = 1}
  inside == 2 {print > output}
  END {exit !found}' "$readme" || { echo "README has no program $name" >&2; exit 1; }
[ -s "$folder/$name.expected" ] || { echo "README does not show what $name prints" >&2; exit 1; }

"$1" -std=c++20 "$folder/$name.cpp" -o "$folder/$name" "${@:2}"
cd "$(dirname "$readme")"
"$folder/$name" > "$folder/$name.printed"
diff "$folder/$name.expected" "$folder/$name.printed"
