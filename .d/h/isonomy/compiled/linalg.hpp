// Dense products and factors on Backend<Cpu>, compiled in isonomy::cpu_compiled: include this in place of their own
// headers.
#pragma once

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/linalg/syrk.hpp"

namespace isonomy {








}  // namespace isonomy
