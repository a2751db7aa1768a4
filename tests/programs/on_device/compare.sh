# What a program that has Backend<Cuda> must do on a machine with a device, or without; for a script of each.
# shellcheck shell=bash

# without_places FILE: the JSON of a run without what tells where it ran, how long and with how much memory; and without the margins of
# decisions that go by products (margins_of_products), whose last bits are the vendor's.
without_places() {
  sed -e '/^    "used": {/,/^    },$/d' -e '/^    "operations": \[/,/^    \],$/d' -e '/^    "stages": \[/,/^    \],$/d' \
    -e '/^    "math_mode": /d; /^    "bytes_moved": /d; /^    "bytes_peak": /d; /^    "backend": "[a-z]*",$/d' ${margins_of_products:+-e '/^        "margin": /d'} "$1"
}

# compare WHAT ARGUMENT...: the same table, output and JSON with --backend cpu and --backend cuda.
compare() {
  local what=$1 backend
  shift
  for backend in cpu cuda; do
    run "$programs/$program" "$@" --backend "$backend" --out "$backend.tsv" --json "$backend.json"
    expect_equal "$what, $backend: exit status" 0 "$status"
    cp "$out" "$backend.out"
    expect_text "$what: ran on $backend" "  ran on       C${backend#c}" "$err"
    without_places "$backend.json" >"$backend.text"
  done
  expect_text "$what: the report names the backend" '"backend": "Cuda"' cuda.json
  expect_text "$what: the report names the device's abilities" '"compute_capability": "' cuda.json
  expect_text "$what: the report names the driver" '"driver": "' cuda.json
  expect_text "$what: the report names the least driver" '"least_driver": "13.0"' cuda.json
  [[ -s cpu.tsv ]] || failed "$what: the table is empty"
  expect_same "$what: table" cpu.tsv cuda.tsv
  expect_same "$what: standard output" cpu.out cuda.out
  expect_same "$what: JSON" cpu.text cuda.text
}

# on_device ARGUMENT...: whether there is a device. Where there is none, --backend cuda is refused and auto falls back, with the reason
# (ISONOMY_EXPECT_REASON, else that there is no driver or no device).
on_device() {
  local reason=${ISONOMY_EXPECT_REASON:-no NVIDIA }
  run "$programs/$program" "$@" --backend cuda --json cuda.json
  if [[ $status -eq 0 || -n ${ISONOMY_EXPECT_DEVICE:-} ]]; then
    expect_equal "a device: exit status" 0 "$status"
    run "$programs/$program" "$@" --json auto.json
    expect_equal "without --backend: exit status" 0 "$status"
    expect_text "without --backend: the device is used" '"backend": "Cuda"' auto.json
    expect_text "without --backend: auto was asked" '"asked": "auto"' auto.json
    run "$programs/$program" "$@" --device 99
    expect_equal "a device that is not there: exit status" 2 "$status"
    expect_text "a device that is not there" "--device=99: Cuda has" "$err"
    expect_text "a device that is not there: remedy" "name one of them" "$err"
    run "$programs/$program" "$@" --backend cpu --device 0
    expect_equal "a device for the host: exit status" 2 "$status"
    expect_text "a device for the host" "--device=0: what is used is Cpu" "$err"
    return 0
  fi
  expect_equal "no device: exit status" 2 "$status"
  expect_text "no device: what was asked" "--backend cuda: " "$err"
  expect_text "no device: the reason" "--backend cuda: $reason" "$err"
  expect_text "no device: remedy" "give --backend cpu or auto" "$err"
  [[ ! -e cuda.json ]] || failed "no device: something was written"
  run "$programs/$program" "$@" --json auto.json
  expect_equal "no device, auto: exit status" 0 "$status"
  expect_text "no device, auto: the reason" "  ran on       Cpu; Cuda: $reason" "$err"
  expect_text "no device, auto: the least driver" "CUDA 13" "$err"
  expect_text "no device, auto: the report has the backend" '"backend": "Cpu"' auto.json
  expect_text "no device, auto: the report has the reason" "\"reason\": \"$reason" auto.json
  return 1
}
