#!/usr/bin/env bash
# Runs the tests that need a GPU. Exits with 77, which CTest and run.sh count as skipped, where nothing can be run.
set -euo pipefail

skip() {
  echo "skipped: $1"
  exit 77
}

command -v nvidia-smi >/dev/null && nvidia-smi --list-gpus 2>/dev/null | grep -q '^GPU' || skip "no GPU on this machine"
skip "a GPU is here, but this version has no CUDA backend whose tests would need it"
