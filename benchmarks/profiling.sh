#!/usr/bin/env bash
# Times profiling against AAanalysis: prepares the reference in a virtual environment outside
# the tree, builds our program, and runs profiling.py, which gets all arguments.
#   ISONOMY_REFERENCE_VENV  the environment (default: under ~/.cache; made if it is missing)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=${ISONOMY_REFERENCE_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/isonomy/reference-venv}
version=1.1.0

installed() {
    "$venv/bin/python" -c "import importlib.metadata as m, sys
sys.exit(m.version('aaanalysis') != '$version')" 2>/dev/null
}

if ! installed; then
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet "aaanalysis==$version"
fi
cd "$root"
cmake --preset bench
cmake --build --preset bench --target benchmark_profiling
exec "$venv/bin/python" benchmarks/profiling.py "$@"
