// The passes of mixtures on Backend<Cpu>, compiled in isonomy::cpu_compiled: include this in place of their own
// headers.
#pragma once

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/mixture/mixture_sums.hpp"
#include "isonomy/ops/mixture/multivariate_mixture_sums.hpp"
#include "isonomy/ops/mixture/weighted_mixture_sums.hpp"

namespace isonomy {
















}  // namespace isonomy
