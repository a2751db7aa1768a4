#!/usr/bin/env bash
# backend.sh README FOLDER COMPILER INCLUDE: the backend of conformance/README.md, from the files that the page shows, conforms.
set -eu
readme=$1 folder=$2 compiler=$3 include=$4
mkdir -p "$folder"
awk -v folder="$folder" '
  /^```cpp$/ { getline; file = $2; sub(/:.*/, "", file); if ($1 == "//" && file ~ /^(mine.hpp|check.cpp)$/) { out = folder "/" file; printf "" > out; next } }
  /^```$/ { out = "" }
  out != "" { print >> out }' "$readme"
"$compiler" -std=c++20 -O1 -Wall -Wextra -I "$include" "$folder/check.cpp" -o "$folder/check"
"$folder/check"
