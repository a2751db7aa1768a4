#!/usr/bin/env bash
# Every kind of bad option, start and output of mixture: a message with value and remedy, status 2, no output touched.
support=$(cd "$(dirname "${BASH_SOURCE[0]}")/support" && pwd) || exit 1
source "$support/check.sh" || exit 1
source "$support/refuse.sh" || exit 1

cp "$data/mixture/faithful.csv" good.csv

# ---- backends and devices that are none
refuse_backends good.csv

# ---- numbers out of range or no numbers: option|value|what the message must hold besides both
while IFS='|' read -r option value text; do
  more=()
  [[ $option != --contour-points ]] || more=(--contour mu1,mu2)
  refuse "$option $value" "$option|$value|$text" good.csv "${more[@]}" "$option=$value"
done <<'EOF'
--components|0|1 to 100
--components|-2|1 to 100
--components|101|1 to 100
--components|2.5|normal densities
--components|two|normal densities
--components|99999999999|normal densities
--components|0-3|1 to 100
--components|1-101|1 to 100
--components|-1-5|1 to 100
--components|1--5|1 to 100
--components|5-1|least number first
--components|1-|normal densities
--components|a-b|normal densities
--components|1-5-6|normal densities
--components|1-2.5|normal densities
--components|1 - 5|normal densities
--starts|0|1 to 10000
--starts|-1|1 to 10000
--starts|10001|1 to 10000
--starts|1.5|starts of that search
--starts|all|starts of that search
--max-iterations|0|at least 1
--max-iterations|-1|at least 1
--max-iterations|1e3|steps of the fit
--contour-points|2|3 to 1000
--contour-points|1001|3 to 1000
--contour-points|x|points of each contour
--threads|-1|0 takes all
--threads|1.5|threads
--threads|99999999999|threads
--seed|-1|seed
--seed|1.5|seed
--decimal|;|before decimals
--decimal|comma|before decimals
--separator||one sign
--separator|::|one sign
--separator|comma|one sign
--separator|.|a tab, a blank or a sign
--separator|5|a tab, a blank or a sign
--missing|drop|left out and counted
--weights||column of weights
--range|5|two numbers
--range|1,2,3|two numbers
--range|5,1|lower one first
--range|1,1|lower one first
--range|a,5|'a' is none
--range|1,|'' is none
--range|nan,5|'nan' is none
--range|1,1e999|'1e999' is none
--range|inf,5|'inf' is none
--contour|mu1|two parameters
--contour|mu1,mu1|one parameter twice
--contour|f,mu1,mu2|two parameters
EOF
if [[ ! -e /proc/driver/nvidia/version ]]; then
  refuse "a backend that cannot be used" "--backend cuda: |CUDA 13|--backend cpu or auto" good.csv --backend cuda
  refuse "a device where there is none" "--device=0|is Cpu, which has no devices; Cuda: |drop --device" good.csv --device 0
fi
refuse "contours of yields that are fractions" "--contour|no parameter 'n1'|f, mu1, mu2, s1, s2" good.csv --contour n1,n2
refuse "contours of a parameter that is not there" "--contour|no parameter 'mu3'|f, mu1, mu2, s1, s2" good.csv --contour mu1,mu3
refuse "a choice of components from a start" "--components 1-5 and --start|one number of components|drop --start" good.csv --components 1-5 --start 3,1
refuse "a choice of components with known values" "--components 1-5 and --fix|one number of components|drop --fix" good.csv --components 1-5 --fix mu1=3
refuse "a choice of components for weighted points" "--components 1-5 and --weights|BIC|drop --weights" good.csv --components 1-5 --weights 2
refuse "contours that no choice has" "--contour|no parameter 'f'|w1, w2, mu1" good.csv --components 1-3 --contour f,w1
refuse "a choice of components that share everything" "--shared-mean|--shared-sigma|do not differ|--components 1" good.csv --components 1-2 --shared-mean --shared-sigma
for option in --column --out --json --plot --start --range; do
  refuse "$option of a variable that is not set" "$option: the value is empty|expected" good.csv "$option" ''
done
refuse "--start with nothing" "--start|starting values" good.csv --start=
refuse "one sign for decimals and between cells" "expected a number in quotes" good.csv --decimal , --separator ,
refuse "contours of weighted points" "--contour|--weights|drop one" good.csv --weights 2 --contour mu1,mu2
refuse "profiles of weighted points" "--minos|--weights|drop one" good.csv --weights 2 --minos
refuse "a start and a search for one" "--start and --starts|drop one" good.csv --column waiting --starts 5 --start 0.4,54,80,6,6
refuse "a start and the seed of a search" "--start and --seed|drop one" good.csv --column waiting --seed 5 --start 0.4,54,80,6,6
refuse "points of no contour" "--contour-points|--contour|mixture --help" good.csv --contour-points 12
refuse "a known mean out of all proportion" "--fix: mu1=1e+299|mean nearer to the data" good.csv --fix mu1=1e299
refuse "a start whose mean is out of all proportion" "--start: mu2=-1e+200|mean nearer to the data" good.csv --column waiting --start 0.4,54,-1e200,6,6
refuse "a start out of all proportion, as it was given" "--start: |(f=0.4, mu1=54, mu2=80, s1=1e+100, s2=6)" good.csv --column waiting --start 0.4,54,80,1e100,6
refuse "shared means and widths" "--shared-mean|--shared-sigma|do not differ|drop one" good.csv --shared-mean --shared-sigma

# ---- values that are kept
while IFS='|' read -r values text; do
  refuse "--fix $values" "--fix|$text" good.csv --column waiting "--fix=$values"
done <<'EOF'
mu3=4|no parameter 'mu3'
mu=4|no parameter 'mu'
mu1|'mu1' is no name with a value|--fix f=1
mu1=|mu1 is ''
mu1=x|mu1 is 'x'
mu1=nan|mu1 is 'nan'
mu1=5,mu1=6|mu1 stands twice
mu1=5,|'' is no name
s1=-1|s1=-1; expected a standard deviation above 0
s2=0|s2=0; expected a standard deviation above 0
s1=1e-15|start s1=1e-15; expected a number from
f=1.5|f=1.5; expected a weight from 0 to 1
f=1|leave component 2 no weight
f=0|leave component 1 no weight
EOF
refuse "--fix twice" "--fix|mu1 stands twice" good.csv --fix mu1=5 --fix mu2=6,mu1=5
refuse "--fix of more than there is" "--fix|sum of weights=1.1" good.csv --components 3 --fix w1=0.6 --fix w2=0.5
refuse "--fix of a negative yield" "--fix|n1=-1" good.csv --extended --fix n1=-1
refuse "--fix and another start" "--start|mu1 has another value than in --fix" good.csv --fix mu1=5 --start 0.4,6,80,6,6
refuse "a contour of what is fixed" "--contour|'mu1' is fixed" good.csv --fix mu1=5 --contour mu1,mu2

# ---- starting values
while IFS='|' read -r start text; do
  refuse "--start $start" "--start|$text" good.csv "--start=$start"
done <<'EOF'
0.5|there are 1 values for 5 parameters
0.5,2,4,1,1,1|there are 6 values for 5 parameters
0.5,2,4,1,x|s2 is 'x'
0.5,2,4,1,|s2 is ''
0.5,nan,4,1,1|mu1 is 'nan'
0.5,2,inf,1,1|mu2 is 'inf'
0.5,2,4,1e999,1|s1 is '1e999'
f=0.5,mu1=2,mu2=4,s1=1|s2 is missing
f=0.5,mu1=2,mu2=4,s1=1,s2=1,s2=1|s2 stands twice
f=0.5,mu1=2,mu2=4,s1=1,sigma2=1|no parameter 'sigma2'
f=0.5,mu1=2,mu2=4,s1=1,1|'1' has no name
f=0.5,mu1=two,mu2=4,s1=1,s2=1|mu1 is 'two'
1.5,2,4,1,1|f=1.5
-0.5,2,4,1,1|f=-0.5
1,2,4,1,1|component 2 has no weight
0,2,4,1,1|component 1 has no weight
0.5,2,4,0,1|s1=0
0.5,2,4,-1,1|s1=-1
0.5,2,4,1e-200,1|s1=1e-200
0.5,2,4,1e-15,1|s1
EOF
refuse "a start of three weights above 1" "--start|sum of weights" good.csv --components 3 --start 0.6,0.6,2,3,4,1,1,1
refuse "a start of yields" "--start|n1=-5" good.csv --extended --start=-5,200,2,4,1,1
refuse "names of another model" "--start|no parameter 'mu1'|f, mu, s1, s2" good.csv --shared-mean --start f=0.5,mu1=2,mu2=4,s1=1,s2=1

# ---- options that do not exist, lack something or stand twice
refuse "an unknown option" "--component|mixture --help" good.csv --component 2
refuse "an unknown short option" "-k|mixture --help" good.csv -k 2
refuse "two files" "second.csv|mixture --help" good.csv second.csv
refuse "no file" "input|mixture --help"
refuse "--components without value" "--components|normal densities" good.csv --components
refuse "an option twice" "--components" good.csv --components 2 --components 3

# ---- outputs. These name them themselves; the folder must still be as before.
# refuse_output WHAT TEXTS ARGUMENT...
refuse_output() {
  local what=$1 texts=$2 before
  shift 2
  before=$(listing)
  run "$programs/isonomy-mixture" good.csv --quiet "$@"
  check_refusal "$what" "$texts"
  expect_equal "$what: nothing in the folder changes" "$before" "$(listing)"
}
ln -s good.csv link.csv
perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => "socket", Listen => 1) or die'
ln -s circle circle
mkdir -p occupied/fit.tsv
for option in --out --json; do
  refuse_output "$option in a folder that is not there" "absent/x|'absent' does not exist|create it" "$option" absent/x
  refuse_output "$option is a folder" "earlier|directory" "$option" earlier
  refuse_output "$option is a socket" "socket|a disk or a socket" "$option" socket
  refuse_output "$option is standard input" "/dev/stdin|not open for writing" "$option" /dev/stdin
  refuse_output "$option is a circle of links" "circle|round in a circle" "$option" circle
  refuse_output "$option is the input" "good.csv|also an input" "$option" good.csv
  refuse_output "$option is a link to the input" "link.csv|also an input" "$option" link.csv
done
for spelling in both.tsv ./both.tsv "$PWD/both.tsv" earlier/../both.tsv; do
  refuse_output "one file for table and report as $spelling" "both.tsv|--out|--json" --out both.tsv --json "$spelling"
done
refuse_output "--plot is a file" "earlier.tsv|is a file" --plot earlier.tsv
refuse_output "--plot with a folder in place of a table" "occupied/fit.tsv|folder" --plot occupied --json new.json
refuse_output "--out after a good --plot" "absent/x" --plot new --out absent/x
refuse_output "one descriptor for table and report" "/dev/fd/1|--out|--json" --out /dev/stdout --json /dev/fd/1
declare -A other=([--out]=--json [--json]=--out)
if [[ -w /dev/full ]]; then
  for option in --out --json; do
    run "$programs/isonomy-mixture" good.csv --quiet --plot new "$option" /dev/full "${other[$option]}" new.other
    check_refusal "$option is a full device" "/dev/full|No space left"
    expect_equal "$option is a full device: no other output" "" "$(find . -name 'new*')"
  done
  "$programs/isonomy-mixture" good.csv --quiet --plot new --json new.json >/dev/full 2>"$err"
  status=$?
  : >"$out"
  check_refusal "a full standard output" "standard output|"
  expect_equal "a full standard output: no other output" "" "$(find . -name 'new*')"
fi

finish
