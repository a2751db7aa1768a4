# bash compare.sh COMPILER OBJECT flags...: each function invoked_x of dispatch.cpp has the instructions of direct_x, in their
# order, and calls the same functions. Registers may differ, and where constants lie.
set -eu
compiler=$1 object=$2
shift 2
"$compiler" "$@" -O2 -c "$(dirname "$0")/dispatch.cpp" -o "$object"

# What one function does, an instruction or the name of what it calls a line, without what pads it to the next.
instructions() {
  objdump -dr --no-show-raw-insn "$object" | awk -v name="<$1>:" '
    /^[0-9a-f]+ <.*>:$/ { inside = $2 == name; next }
    !inside || !NF || /nop|xchg +%ax,%ax/ { next }
    / R_/ { if (match($0, /_Z[A-Za-z0-9_]*/)) print substr($0, RSTART, RLENGTH); next }
    { print $2 }'
}

failed=0 compared=0
for name in $(nm "$object" | sed -n 's/.* T invoked_//p'); do
  invoked=$(instructions "invoked_$name") direct=$(instructions "direct_$name")
  if [ -z "$direct" ] || [ "$invoked" != "$direct" ]; then
    echo "$name: through invoke (right) it is not the direct call (left):"
    diff --side-by-side --width=160 <(echo "$direct") <(echo "$invoked") || failed=1
    failed=1
  fi
  compared=$((compared + 1))
done
if [ "$compared" -lt 5 ]; then
  echo "only $compared functions were compared; dispatch.cpp has more"
  failed=1
fi
[ "$failed" -ne 0 ] || echo "$compared operations have the same instructions through invoke as called directly"
exit "$failed"
