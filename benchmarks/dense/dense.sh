#!/usr/bin/env bash
# Times dense linear algebra of Backend<Cpu> beside Eigen and OpenBLAS, in one process, in turn, results compared first, and writes
# benchmarks/results/dense.json. All arguments go to the program; --help names them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
cmake --preset bench
cmake --build --preset bench --target benchmark_dense
exec build/bench/benchmarks/dense/dense --json benchmarks/results/dense.json "$@"
