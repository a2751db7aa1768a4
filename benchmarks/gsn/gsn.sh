#!/usr/bin/env bash
# Times fits of gsn beside the numpy and torch paths of cvnlab/GSN, in turn, on the same data: prepares the libraries in a
# virtual environment outside the tree, builds our program, and runs gsn.py, which gets all arguments (--help names them).
#   GSN                a checkout of cvnlab/GSN (version 1.2.0, 234c82a); without it ours alone is timed
#   ISONOMY_GSN_VENV   the environment (default: under ~/.cache; made if it is missing); torch is timed where it is in there
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
venv=${ISONOMY_GSN_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/isonomy/gsn-venv}
if ! "$venv/bin/python" -c "import numpy, scipy, matplotlib" 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet numpy scipy matplotlib
    "$venv/bin/python" -m pip install --quiet torch || echo "gsn.sh: torch could not be had; its path is not timed" >&2
fi
cd "$root"
cmake --preset bench
cmake --build --preset bench --target benchmark_gsn
exec "$venv/bin/python" benchmarks/gsn/gsn.py "$@"
