// The residue operations on Backend<Cpu>, compiled in isonomy::cpu_compiled: include this in place of their own
// headers.
#pragma once

#include <cstdint>
#include <span>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/residue/joint_residue_counts.hpp"
#include "isonomy/ops/residue/residue_rank_sums.hpp"

namespace isonomy {





}  // namespace isonomy
