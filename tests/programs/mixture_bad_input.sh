#!/usr/bin/env bash
# Every kind of bad file of points: a message with file, position, value and remedy, status 2, and no output touched.
support=$(cd "$(dirname "${BASH_SOURCE[0]}")/support" && pwd) || exit 1
source "$support/check.sh" || exit 1
source "$support/npy.sh" || exit 1
source "$support/refuse.sh" || exit 1

cp "$data/mixture/faithful.csv" good.csv
numbers_as d 1 2 3 4 5 6.5 7 9 >points
make_npy good.npy '<f8' '(8,)' <points
# bad NAME LINE TEXT: the good table with one other line, as NAME.csv.
bad() { awk -v line="$2" -v text="$3" 'NR == line { print text; next } { print }' good.csv >"$1.csv"; }

# ---- cells and rows
bad word 5 '2.283,later'
refuse "a word" "word.csv:5: |column 'waiting' is 'later'|a number|correct the cell" word.csv --column waiting
refuse "a word in a column by place" "word.csv:5: |column '2' is 'later'" word.csv --column 2
bad empty_cell 5 '2.283,'
refuse "an empty cell" "empty_cell.csv:5: |column 'waiting' is ''|a number" empty_cell.csv --column waiting
for value in nan NaN inf -inf 1e999; do
  bad not_finite 7 "2.883,$value"
  refuse "the value $value" "not_finite.csv:7: |column 'waiting' is '$value'|finite number" not_finite.csv --column waiting
done
for value in 0x1F 12abc 1e '1 2' 3.6.0; do
  bad no_number 7 "2.883,$value"
  refuse "the value $value" "no_number.csv:7: |'$value'|a number" no_number.csv --column waiting
done
bad short_row 9 '3.6'
refuse "a row with too few cells" "short_row.csv:9: |1 cells|expected 2|separators" short_row.csv --column waiting
bad long_row 9 '3.6,85,1'
refuse "a row with too many cells" "long_row.csv:9: |3 cells|expected 2" long_row.csv
bad huge 9 '3.6,2e300'
refuse "a number beyond 1e300" "huge.csv:9: |column 2 is 2e+300|below 1e300|rescale" huge.csv --column waiting
awk -F , -v OFS=, 'NR == 1 { print "name", $0; next } { print "e" NR, $0 }' good.csv >names.csv
refuse "a first column of words" "names.csv:2: |column '1' is 'e2'|another of the columns named" names.csv

# ---- what could be read in two ways
printf '%s\n' 9.25O 1 2 3 >damaged.txt
refuse "a damaged first number" "damaged.txt:1: |column '1' is '9.25O'|a name that does not begin like one|by this name" damaged.txt
sed 's/,/,x/; 1d' good.csv | sed '1s/.*/-3.l,xO/' >damaged.csv
refuse "a damaged first number beside words" "damaged.csv:1: |column '1' is '-3.l'" damaged.csv
printf '%s\n' 7,25 8,5 9,125 >commas.txt
refuse "numbers with decimal commas" "commas.txt:1: |decimal comma|--decimal=','|--separator=','" commas.txt
printf '%s\n' depth 7,25 8,5 >commas.txt
refuse "numbers with decimal commas under a name" "commas.txt:2: |'7,25'|a decimal point|--decimal=','" commas.txt
printf '%s\n' '7,25  1,5' '8,5  2,5' >commas.txt
refuse "columns of numbers with decimal commas" "commas.txt:1: |column 2 is '25  1'|--decimal=','" commas.txt
refuse "a column of them" "commas.txt:1: |column 2 is '25  1'|--decimal=','" commas.txt --column 1
printf '%s\n' '7,25;1,5' '8,5;2,5' >commas.txt
refuse "the same between semicolons" "commas.txt:1: |column 2 is '25;1'|--decimal=','" commas.txt
refuse "points for decimals" "good.csv:2: |a number with a decimal comma" good.csv --decimal , --separator '|' --column 1
printf '%s\n' 'depth,mass,depth' 7,8,9 >twice.csv
refuse "two columns of one name" "twice.csv:1: |columns 1 and 3 are both called 'depth'|by its place" twice.csv --column depth
refuse "two columns of one name by default" "twice.csv:1: |columns 1 and 3" twice.csv
printf 'x,y\n3,"4"00\n' >quotes.csv
refuse "text behind a closing quote" "quotes.csv:2: |column 2|closing quote of a cell, '00'" quotes.csv
printf 'x\n3\302\2404\n' >invisible.csv
refuse "a no-break space" "invisible.csv:2: |'3<U+00A0>4'|a number" invisible.csv
printf 'x,"a\nb"\n' >ends.csv
refuse "a line end in a name" "ends.csv:2: |expected 2" ends.csv
printf 'x\r3\rfour\r' >returns.csv
refuse "a word in lines that end with CR" "returns.csv:3: |'four'" returns.csv

# ---- weights and missing values
awk -F , -v OFS=, 'NR == 1 { print $0, "w"; next } { print $0, 1 + NR % 3 }' good.csv >weights.csv
for value in -1 nan inf 1e101 later; do
  awk -F , -v OFS=, -v v="$value" 'NR == 5 { $3 = v } { print }' weights.csv >bad_weights.csv
  refuse "the weight $value" "bad_weights.csv:5: |column|3" bad_weights.csv --column waiting --weights 3
done
refuse "an unknown column of weights" "weights.csv:1: |no column 'weight'|eruptions, waiting, w" weights.csv --weights weight
refuse "weights that are the points" "weights.csv: |both column 3|--weights" weights.csv --column w --weights w
awk -F , -v OFS=, 'NR > 1 { $3 = 0 } { print }' weights.csv >zero.csv
refuse "weights of 0" "zero.csv: |largest weight is 0|--weights" zero.csv --weights w
printf '%s\n' x,w 1,1e-101 2,1e-101 4,1e-102 >light.csv
refuse "weights that are too small" "light.csv: |largest weight is 1e-101|rescale" light.csv --weights w
printf '%s\n' x,w 5,1 7,0 5,2 8,0 5,1 >alone.csv
refuse "one value alone with weight" "alone.csv: |5 points, but for those without weight, are 5.0|--column" alone.csv --weights w --components 1
{ yes 1 | head -n 1000000; echo 1.0000000000001; } >nearly.txt
refuse "a spread of rounding" "nearly.txt: |as good as" nearly.txt --components 1-2
{ numbers_as d 1 2 3 4 5 6; numbers_as d 1 1 -2 1 1 1; } | make_npy weights.npy '<f8' '(6, 2)' True
refuse "a weight below 0 in an array" "weights.npy: |element [2, 1]|from 0 to 1e100" weights.npy --weights 2
refuse "weights of an array by name" "weights.npy: |no column 'w'|--weights a place" weights.npy --weights w
printf '%s\n' x NA nan >missing.csv
refuse "missing values" "missing.csv:2: |'NA'|--missing=skip" missing.csv
refuse "nothing but missing values" "missing.csv|no number" missing.csv --missing skip
numbers_as d nan nan | make_npy missing.npy '<f8' '(2,)'
refuse "nothing but missing elements" "missing.npy: |all 2 values are missing" missing.npy --missing skip

# ---- columns
refuse "an unknown column" "good.csv:1: |no column 'depth'|eruptions, waiting|from 1 to 2" good.csv --column depth
refuse "column 0" "good.csv:1: |no column '0'" good.csv --column 0
refuse "column 3 of 2" "good.csv:1: |no column '3'" good.csv --column 3
refuse "column -1" "good.csv:1: |no column '-1'" good.csv --column=-1
refuse "a column of an array by name" "good.npy: |no column 'x'|(8,)|from 1 to 1" good.npy --column x
refuse "column 2 of an array of one dimension" "good.npy: |no column '2'" good.npy --column 2

# ---- too few points, or points that say nothing
head -n 1 good.csv >header.csv
refuse "header only" "header.csv|no number" header.csv --column waiting
printf 'x\n3\n' >one.csv
refuse "one point" "one.csv|3.0|differ" one.csv --components 1
printf '%s\n' 4 4 4 4 >equal.csv
refuse "equal points" "equal.csv|all 4 points are 4.0|differ|--column" equal.csv
printf '%s\n' 1e-302 2e-302 5e-302 >narrow.csv
refuse "points closer to each other than numbers allow" "narrow.csv|column 1|4e-302|1e-300|rescale" narrow.csv
printf '%s\n' 1 2 3 >three.csv
refuse "fewer points than any choice of components" "three.csv|3 points for 4 components|--components" three.csv --components 4-6
refuse "fewer points than components" "three.csv|3 points for 4 components|--components" three.csv --components 4
refuse "no point in the range" "good.csv|all 272 points lie outside|200.0 to 300.0|--range" good.csv --range 200,300
refuse "one point in the range" "three.csv|differ" three.csv --range 1.5,2.5

# ---- arrays
head -c 150 good.npy >short.npy
refuse "a truncated array" "short.npy: |150 bytes|8 elements|complete file" short.npy
head -c 40 good.npy >header.npy
refuse "a truncated header" "header.npy: |ends within its header" header.npy
: >empty.npy
refuse "an empty array file" "empty.npy: |0 of 8 bytes" empty.npy
{ cat good.npy; printf 'x'; } >long.npy
refuse "bytes behind the array" "long.npy: |goes on after its 8 elements" long.npy
numbers_as q 1 9007199254740993 3 4 | make_npy integers.npy '<i8' '(4,)'
refuse "a whole number that no double holds" "integers.npy: |element 1 (from 0) is 9007199254740993|up to 9007199254740992|astype('<f8')" integers.npy
make_npy objects.npy '|O' '()' <points
refuse "an object" "objects.npy: elements of type '|O'; expected f8, f4 or whole numbers" objects.npy
numbers_as d 1 2 3 4 | make_npy complex.npy '<c16' '(2,)'
refuse "complex numbers" "complex.npy: |'<c16'|astype" complex.npy
printf '\001\000\001\001' | make_npy bool.npy '|b1' '(4,)'
refuse "booleans" "bool.npy: |b1'|astype" bool.npy
printf 'abcdefgh' | make_npy text.npy '|S4' '(2,)'
refuse "texts" "text.npy: |S4'|astype" text.npy
for type in Qf8 '<f2' '<f16' '|f8' '<M8[s]' f80 ''; do
  numbers_as d 1 2 3 4 | make_npy type.npy "$type" '(4,)'
  refuse "elements of type '$type'" "type.npy: |elements of type '|${type#|}'; expected|astype('<f8')" type.npy
done
make_npy records.npy "[('energy', '<f8'), ('time', '<f8')]" '(4,)' <points
refuse "records" "records.npy: |fields energy, time|--column one of these names|from 1 to 2" records.npy
refuse "an unknown field" "records.npy: |no field 'mass'|fields energy, time|--column" records.npy --column mass
refuse "field 3 of 2" "records.npy: |no field '3'|from 1 to 2" records.npy --column 3
refuse "an unknown field of weights" "records.npy: |no field 'w'|--weights" records.npy --column time --weights w
refuse "a field that is both" "records.npy: |both column 2|--weights" records.npy --column time --weights 2
make_npy records.npy "[('energy', '<f8'), ('time', '<f8')]" '(2, 2)' <points
refuse "records in two dimensions" "records.npy: |(2, 2)|reshape" records.npy --column energy
make_npy records.npy "[('energy', '<f8'), ('time', '<f8')]" '(5,)' <points
refuse "records cut short" "records.npy: |promises 5 elements of 16|complete file" records.npy --column energy
refuse "the same in a pipe" "ends after 4 of 5 elements|complete file" <(cat records.npy) --column energy
make_npy records.npy "[('energy', '<f8'), ('time', '<f8')]" '(3,)' <points
refuse "more behind the records" "records.npy: |goes on after its 3 elements" records.npy --column energy
make_npy records.npy "[('name', 'S8'), ('time', '<f8'), ('place', '<f4', (2,))]" '(2,)' < <(head -c 48 points)
refuse "a field of texts" "records.npy: |field 'name'|type 'S8'|another field" records.npy --column name
refuse "a field of arrays" "records.npy: |field 'place'|type '<f4(2,)'|another field" records.npy --column place
make_npy records.npy "[('name', '|O'), ('time', '<f8')]" '(4,)' <points
refuse "records with objects" "records.npy: |field 'name'|type '|O'|save one field" records.npy --column time
make_npy records.npy "[('time', '<f8'), ('note', 'S20000000')]" '(4,)' <points
refuse "records of 20 MB" "records.npy: |20000008 bytes|16 MB" records.npy --column time
make_npy records.npy "[('energy', '<f8'), ('time', '<f8')]" '(4,)' < <(numbers_as d 1 2 3 nan 5 6 7 8)
refuse "NaN in a field" "records.npy: |field 'time' of element [1] (from 0) is nan|--missing skip" records.npy --column time
make_npy cube.npy '<f8' '(2, 2, 2)' <points
refuse "three dimensions" "cube.npy: |(2, 2, 2)|reshape" cube.npy
numbers_as d 1 | make_npy scalar.npy '<f8' '()'
refuse "no dimension" "scalar.npy: |shape ()|reshape" scalar.npy
make_npy none.npy '<f8' '(0,)' </dev/null
refuse "no elements" "none.npy: |empty|(0,)" none.npy
for shape in 8 '(8)' '(-8,)' '(,)' '(4 2)' '(8.0,)' '(4611686018427387904, 4)' '(18446744073709551624,)'; do
  make_npy shape.npy '<f8' "$shape" <points
  refuse "the shape $shape" "shape.npy: |shape is '$shape'|a tuple of whole numbers" shape.npy
done
make_npy promise.npy '<f8' '(1152921504606846976,)' <points
refuse "a shape larger than memory" "promise.npy: |shape is '(1152921504606846976,)'" promise.npy
make_npy promise.npy '<f8' '(72057594037927936,)' <points
refuse "more elements than the file has" "promise.npy: |promises 72057594037927936 elements" promise.npy
refuse_piped() { # WHAT TEXTS FILE ARGUMENT...: the file through a pipe
  local what=$1 texts=$2 file=$3
  shift 3
  "$programs/$program" - "$@" < <(cat "$file") >"$out" 2>"$err"
  status=$?
  check_refusal "$what" "$texts"
}
refuse_piped "the same from a pipe" "/dev/stdin: |ends after 8 of 72057594037927936 elements" promise.npy
refuse_piped "a truncated array from a pipe" "/dev/stdin: |ends after 2 of 8 elements" short.npy
refuse_piped "bytes behind the array from a pipe" "/dev/stdin: |goes on after its 8 elements" long.npy
for value in nan inf -inf 2e300; do
  numbers_as d 1 2 3 "$value" 5 6 | make_npy values.npy '<f8' '(6,)'
  refuse "an element $value" "values.npy: |element [3]|below 1e300|numpy.abs(x)" values.npy
  numbers_as d 1 2 3 "$value" 5 6 | make_npy matrix.npy '<f8' '(3, 2)'
  refuse "an element $value in a column" "matrix.npy: |element [1, 1]|below 1e300" matrix.npy --column 2
done
numbers_as f 1 2 nan 4 | make_npy floats.npy '<f4' '(4,)'
refuse "a float that is NaN" "floats.npy: |element [2]|nan|--missing skip" floats.npy
make_npy row.npy '<f8' '(1, 8)' <points
refuse "column 9 of a row" "row.npy: |no column '9'|(1, 8)|from 1 to 8" row.npy --column 9
refuse "a column of one row" "row.npy: |differ" row.npy --column 2
printf 'PK\003\004rest of an archive' >arrays.npz
refuse "an archive of arrays" "arrays.npz: |archive|numpy.save" arrays.npz
cp arrays.npz arrays.dat
refuse "an archive by another name" "arrays.dat: |archive|numpy.save" arrays.dat

# ---- files
refuse "a file that is not there" "absent.csv|does not exist|check the path" absent.csv
refuse "an array that is not there" "absent.npy|does not exist|check the path" absent.npy
refuse "a folder" "earlier|directory" earlier
mkdir folder.npy
refuse "a folder called .npy" "folder.npy|directory" folder.npy
# Permissions keep nobody who is root from reading. No process can read its own memory from address 0, whoever it runs as.
if [[ -e /proc/self/mem ]]; then
  refuse "a file that fails when it is read" "/proc/self/mem: |cannot read: |a readable file" /proc/self/mem
  ln -s /proc/self/mem memory.npy
  refuse "an array that fails when it is read" "memory.npy: |cannot read: |a readable file" memory.npy
  rm memory.npy
fi
# Beside the folder, whose files must be readable to be compared.
cp good.csv good.npy ..
chmod 000 ../good.csv ../good.npy
if [[ ! -r ../good.csv ]]; then
  refuse "a file that may not be read" "../good.csv: |cannot open: Permission denied|check its permissions" ../good.csv
  refuse "an array that may not be read" "../good.npy: |cannot open: Permission denied|check its permissions" ../good.npy
fi
: >empty.csv
refuse "an empty file" "empty.csv|empty" empty.csv
printf '\n\n\n' >blank.csv
refuse "blank lines" "blank.csv|no number" blank.csv
printf '# only\n# comments\n' >comments.csv
refuse "comments alone" "comments.csv|no number" comments.csv
{ head -n 3 good.csv; printf '1.0\0002,3\n'; } >nul.csv
refuse "a NUL byte" "nul.csv:4: |NUL" nul.csv
printf '\037\213\010\000\001\002\003\004\000\003' >good.csv.gz
refuse "a damaged compressed file" "good.csv.gz: |gzip" good.csv.gz
gzip -c good.csv | head -c 500 >cut.csv.gz
refuse "half a compressed file" "cut.csv.gz: |gzip" cut.csv.gz
if grep -q "built without zlib" "$err"; then
  echo "not checked: what is wrong inside compressed files, since the program was built without zlib"
else
  { gzip -c good.npy; echo more; } >tail.npy.gz
  refuse "text behind a compressed array" "tail.npy.gz: |gzip" tail.npy.gz
  { head -n 3 good.csv; echo 3,x; } | gzip -c >word.csv.gz
  refuse "a word in a compressed file" "word.csv.gz:4: |column 'waiting' is 'x'" word.csv.gz --column waiting
  head -c 150 good.npy | gzip -c >short.npy.gz
  refuse "an array cut short in a compressed file" "short.npy.gz: |complete file" short.npy.gz
  { cat good.npy; echo more; } | gzip -c >long.npy.gz
  refuse "a compressed array that goes on" "long.npy.gz: |goes on after its 8 elements" long.npy.gz
fi
{ head -n 3 good.csv; printf '\3733,4\n'; } >latin.csv
refuse "bytes that are not UTF-8" "latin.csv:4: |251|UTF-8|iconv" latin.csv
head -c 17000000 /dev/zero | tr '\0' 1 >long_line.csv
refuse "a line of 17,000,000 characters" "long_line.csv:1: |longer than 16777216 bytes" long_line.csv
refuse "an empty pipe" "/dev/stdin|empty" -

finish
