# What every program must leave behind when it is killed, when there is no room, and when the machine has limits.
# A script sources this before check.sh. Files are in memory, where forcing them onto the disk costs nothing, unless the
# preset long asks for ISONOMY_KILLS kills.
# shellcheck shell=bash
[[ -v ISONOMY_KILLS || ! -w /dev/shm ]] || export TMPDIR=/dev/shm

all_outputs=(--quiet --out table.tsv --json report.json --plot pictures)

# outputs_of FOLDER ARGUMENT...: runs the program there with all outputs; standard error goes to $err.
outputs_of() {
  local folder=$1
  shift
  (cd "$folder" && exec "$programs/$program" "${all_outputs[@]}" "$@") >/dev/null 2>"$err" </dev/null
}

# Reports differ in the seconds that they tell.
without_seconds() { sed 's/"seconds": .*/"seconds"/' "$1"; }
same_output() { cmp -s "$1" "$2" || cmp -s <(without_seconds "$1") <(without_seconds "$2"); }
leftovers() { find . -name '*.tmp-*' -o -name '.draft-*'; }

# prepare_outputs FIRST SECOND: makes the outputs of a run of FIRST (old/) and of SECOND (new/), and measures the latter.
prepare_outputs() {
  first=$1 second=$2
  mkdir old new
  outputs_of old "$first" || failed "a run of $first"
  local start
  start=$(date +%s%N)
  outputs_of new "$second" || failed "a run of $second"
  run_milliseconds=$((($(date +%s%N) - start) / 1000000))
  mapfile -t names < <(cd new && find . -type f | sort)
  expect_equal "outputs of both runs" "${names[*]}" "$(cd old && find . -type f | sort | tr '\n' ' ' | sed 's/ $//')"
}

# count_outputs WHAT: every file in at/ is that of one of the runs; how many are new comes into $new_files.
count_outputs() {
  local name wrong=""
  new_files=0
  for name in "${names[@]}"; do
    if same_output "at/$name" "new/$name"; then
      new_files=$((new_files + 1))
    elif ! same_output "at/$name" "old/$name"; then
      wrong+=" $name"
    fi
  done
  expect_equal "$1: files that are neither old nor new" "" "$wrong"
}

# check_after_kill WHAT: each file is old or new; the next run makes all of them new and leaves nothing of the former.
check_after_kill() {
  local what=$1 left
  count_outputs "$what"
  left=$(cd at && leftovers | wc -l)
  if ((new_files == 0)); then all_old=$((all_old + 1)); elif ((new_files == ${#names[@]})); then all_new=$((all_new + 1)); else mixed=$((mixed + 1)); fi
  outputs_of at "$second"
  expect_equal "$what: exit status of the next run" 0 $?
  if ((left > 0)); then
    with_drafts=$((with_drafts + 1))
    expect_text "$what: the next run says so" "warning: a run with these outputs was killed" "$err"
  else
    expect_no_text "$what: the next run" "was killed" "$err"
  fi
  count_outputs "$what: after the next run"
  expect_equal "$what: new files after the next run" "${#names[@]}" "$new_files"
  expect_equal "$what: what is left over after the next run" "" "$(cd at && leftovers)"
}

restore() { rm -rf at && cp -a old at; }

# random_kills COUNT: SIGKILL at random moments of a run, half of them near its end, where files are written.
random_kills() {
  local k delay process
  all_old=0 all_new=0 mixed=0 with_drafts=0
  RANDOM=$((16#$(head -c 2 /dev/urandom | od -An -tx1 | tr -d ' ')))
  for ((k = 0; k < $1; ++k)); do
    restore
    delay=$((k % 2 ? run_milliseconds * (500 + RANDOM % 600) : run_milliseconds * (RANDOM % 1100)))
    (cd at && exec "$programs/$program" "${all_outputs[@]}" "$second") >/dev/null 2>&1 </dev/null &
    process=$!
    sleep "$(awk -v d="$delay" 'BEGIN { print d / 1e6 }')"
    kill -s KILL "$process" 2>/dev/null
    wait "$process" 2>/dev/null
    check_after_kill "SIGKILL after $((delay / 1000)) ms"
  done
  echo "$1 kills at random: $all_old left all files old, $all_new all new, $mixed some; $with_drafts left drafts"
}

# kills_between NUMBER...: SIGKILL in place of a renaming, so that the files before are new and the others old.
kills_between() {
  local k
  if ! strace -o /dev/null -e inject=rename:signal=SIGKILL:when=1 true 2>/dev/null; then
    echo "not checked: kills between two renamings, since strace is missing or not allowed here"
    return
  fi
  all_old=0 all_new=0 mixed=0 with_drafts=0
  for k in "$@"; do
    restore
    (cd at && exec strace -f -o /dev/null -e trace=rename -e inject=rename:signal=SIGKILL:when="$k" \
      "$programs/$program" "${all_outputs[@]}" "$second") >/dev/null 2>&1 </dev/null &
    wait $! 2>/dev/null
    check_after_kill "SIGKILL at renaming $k"
  done
  echo "kills at renamings $*: $all_old left all files old, $all_new all new, $mixed some; $with_drafts left drafts"
}

# two_at_once COUNT: two runs with the same outputs at the same time; all files are those of one of them.
two_at_once() {
  local k process status first_last=0
  for ((k = 0; k < $1; ++k)); do
    restore
    (cd at && exec "$programs/$program" "${all_outputs[@]}" "$first") >/dev/null 2>"$work/other_error" </dev/null &
    process=$!
    outputs_of at "$second"
    status=$?
    expect_equal "two at once: exit status of one" 0 "$status"
    ((status == 0)) || cat "$err"
    wait "$process"
    status=$?
    expect_equal "two at once: exit status of the other" 0 "$status"
    ((status == 0)) || cat "$work/other_error"
    count_outputs "two at once"
    if ((new_files == 0)); then first_last=$((first_last + 1)); else expect_equal "two at once: files of the last" "${#names[@]}" "$new_files"; fi
    expect_equal "two at once: what is left over" "" "$(cd at && leftovers)"
  done
  echo "two at once, $1 times: $first_last times the first was the last"
}

# nothing_or_all WHAT STATUS: status 2, a message, and every file old; or status 0, and every file new.
nothing_or_all() {
  local what=$1 ended=$2
  count_outputs "$what"
  if ((ended == 0)); then
    fitting=$((fitting + 1))
    expect_equal "$what: new files" "${#names[@]}" "$new_files"
  else
    refused=$((refused + 1))
    expect_equal "$what: exit status" 2 "$ended"
    expect_text "$what: message" "$program: error: " "$err"
    expect_text "$what: remedy" "expected room for" "$err"
    expect_equal "$what: new files" 0 "$new_files"
  fi
  expect_equal "$what: what is left over" "" "$(cd at && leftovers)"
}

# full_disks KILOBYTE...: files may have so many, as on a full disk.
full_disks() {
  local kilobytes
  fitting=0 refused=0
  for kilobytes in "$@"; do
    restore
    (ulimit -f "$kilobytes" && outputs_of at "$second")
    nothing_or_all "files of at most $kilobytes kB" $?
  done
  echo "limits of the size of files: $refused runs refused, $fitting went well"
  expect_equal "limits that refuse" yes "$( ((refused > 0)) && echo yes)"
  expect_equal "limits that do not" yes "$( ((fitting > 0)) && echo yes)"
  small_disks "$@"
}

# small_disks KILOBYTE...: the report, which is written last, is on a file system with so much room.
small_disks() {
  local kilobytes ended
  local -a alone=(unshare --mount)
  "${alone[@]}" true 2>/dev/null || alone=(unshare --map-root-user --mount)
  mkdir small
  if ! "${alone[@]}" mount -t tmpfs -o size=64k tmpfs small 2>/dev/null; then
    echo "not checked: a full file system, since none may be mounted here"
    return
  fi
  for kilobytes in 8 "$@"; do
    restore
    # The mount ends with the shell that made it, which looks at the report.
    "${alone[@]}" bash -c 'mount -t tmpfs -o size="$1"k tmpfs small && cp at/report.json small || exit 99
      cd at && "$2" --quiet --out table.tsv --json ../small/report.json --plot pictures "$3" >/dev/null
      ended=$?
      cp ../small/report.json report.json
      [[ $(ls -A ../small) == report.json ]] || exit 98
      exit $ended' bash "$kilobytes" "$programs/$program" "$second" 2>"$err" </dev/null
    ended=$?
    ((ended != 99)) || continue
    nothing_or_all "a file system of $kilobytes kB" "$ended"
  done
  echo "with those of file systems: $refused runs refused, $fitting went well"
}

# few_files COUNT...: so many files may be open at a time, of which the three standard ones are open from the start.
few_files() {
  local count
  # What the caller of this script left open would count too.
  local -r run='for file in /proc/$BASHPID/fd/*; do
    file=${file##*/}
    ((file <= 2)) || eval "exec $file>&-"
  done
  ulimit -n "$0" && exec "$@"'
  fitting=0 refused=0
  for count in "$@"; do
    restore
    # The shell itself opens files to redirect into.
    (cd at && exec bash -c "$run" "$count" "$programs/$program" "${all_outputs[@]}" "$second") \
      >/dev/null 2>"$err" </dev/null
    status=$?
    [[ $status -ne 127 ]] || continue  # not even the libraries could be opened
    count_outputs "at most $count open files"
    expect_equal "at most $count open files: what is left over" "" "$(cd at && leftovers)"
    if ((status == 0)); then fitting=$((fitting + 1)); else refused=$((refused + 1)); fi
    expect_equal "at most $count open files: new files" "$((status == 0 ? ${#names[@]} : 0))" "$new_files"
  done
  expect_equal "limits on open files that refuse" yes "$( ((refused > 0)) && echo yes)"
  expect_equal "limits on open files that do not" yes "$( ((fitting > 0)) && echo yes)"
}

# machine_limits ARGUMENT...: no memory or no thread left is an error with a remedy, never one of the program.
machine_limits() {
  local kilobytes count refused=0
  for kilobytes in 8000 12000 16000 20000 25000 30000 40000 1000000; do
    (ulimit -v "$kilobytes" && exec "$programs/$program" --quiet "$@") >"$out" 2>"$err" </dev/null
    status=$?
    grep -q "error while loading shared libraries" "$err" && continue
    [[ $status -ne 0 ]] || continue
    refused=$((refused + 1))
    check_refusal "$kilobytes kB of memory" ""
  done
  expect_equal "plenty of memory: exit status" 0 "$status"
  expect_equal "limits of memory that refuse" yes "$( ((refused > 0)) && echo yes)"

  # Limits on threads do not hold for root, and count those of all programs of other users.
  if [[ $(id -u) -ne 0 ]] || ! setpriv --reuid 54321 --regid 54321 --clear-groups "$programs/$program" --version >/dev/null 2>&1; then
    echo "not checked: limits on threads, since no user without programs can run this one here"
    return
  fi
  for count in 1 2; do
    setpriv --reuid 54321 --regid 54321 --clear-groups bash -c "ulimit -u $count; "'exec "$@"' bash "$programs/$program" --quiet --threads 2 "$@" \
      >"$out" 2>"$err" </dev/null
    status=$?
    # With two threads allowed, one computes and one waits for signals.
    if [[ $count -eq 2 && $(nproc) -eq 1 ]]; then
      expect_success "threads: $count on one processor"
    else
      check_refusal "threads: $count" "ulimit -u"
    fi
  done
  run setpriv --reuid 54321 --regid 54321 --clear-groups bash -c 'ulimit -u 2; exec "$@"' bash "$programs/$program" --quiet --threads 1 "$@"
  expect_success "two threads allowed: --threads 1"
}
