#!/usr/bin/env bash
# Times mixtures against NumPy, JAX, iminuit, scikit-learn and plain loops: prepares the libraries in a virtual environment
# outside the tree, builds our programs, and runs mixture.py, which gets all arguments.
#   ISONOMY_MIXTURE_VENV  the environment (default: under ~/.cache; made if it is missing)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=${ISONOMY_MIXTURE_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/isonomy/mixture-venv}
if ! "$venv/bin/python" -c "import iminuit, jax, sklearn" 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet numpy jax iminuit scikit-learn
fi
cd "$root"
cmake --preset bench
cmake --build --preset bench --target benchmark_mixture benchmark_mixture_plain
exec "$venv/bin/python" benchmarks/mixture.py "$@"
