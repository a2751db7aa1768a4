// Profiling on Backend<Cpu>, compiled in isonomy::cpu_compiled: include this in place of profiling's own headers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isonomy/compiled/residue.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/fit.hpp"
#include "isonomy/estimators/profiling/numeric/fit_numeric.hpp"
#include "isonomy/estimators/profiling/stability/bootstrap.hpp"
#include "isonomy/estimators/profiling/tables/feature_matrix.hpp"

namespace isonomy::profiling {























}  // namespace isonomy::profiling
