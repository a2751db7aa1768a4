# Helpers that make .npy files for the tests of the program mixture.
# shellcheck shell=bash

# make_npy FILE DESCR SHAPE [FORTRAN_ORDER]: a header of NumPy's format version 1 before the bytes of standard input. DESCR is
# the name of a type, or a list of fields.
make_npy() {
  local descr="'$2'"
  [[ $2 == \[* ]] && descr=$2
  local dictionary="{'descr': $descr, 'fortran_order': ${4:-False}, 'shape': $3, }"
  dictionary=$(printf '%-117s' "$dictionary")
  {
    printf '\223NUMPY\001\000\166\000%s\n' "$dictionary"
    cat
  } >"$1"
}

# numbers_as TYPE NUMBER...: little-endian bytes: d doubles, f floats, l and q integers of 32 and 64 bits; > behind it for big-endian.
numbers_as() {
  local type=$1
  shift
  perl -e 'my $type = shift; print pack($type . "*", @ARGV)' "${type/%[dflq]/&<}" "$@"
}
