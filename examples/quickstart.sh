#!/usr/bin/env bash
# Builds the quickstart example and runs it on the data in examples/data. Options are passed on to the program.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source cmake/packages.sh

require_build_tools
install_missing
require zlib1g-dev has_header zlib.h
require gnuplot-nox command -v gnuplot
install_missing || echo "Going on without figures."

cmake --preset programs
cmake --build --preset programs --target isonomy-quickstart
build/programs/examples/isonomy-quickstart "$@"
