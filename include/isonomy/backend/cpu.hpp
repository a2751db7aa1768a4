// Backend<Cpu>: the host processor, threaded by oneTBB; gemm, the residue kernels and the lane functions choose their
// instruction set at run time.
#pragma once

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/cpu/context.hpp"
#include "isonomy/backend/cpu/dense.hpp"
#include "isonomy/backend/cpu/factor.hpp"
#include "isonomy/backend/cpu/memory.hpp"
#include "isonomy/backend/cpu/mixture_sums.hpp"
#include "isonomy/backend/cpu/reduce.hpp"
#include "isonomy/backend/cpu/residue_counts.hpp"
#include "isonomy/backend/cpu/residue_rank_sums.hpp"
#include "isonomy/backend/cpu/select_k.hpp"
#include "isonomy/backend/cpu/sort.hpp"

namespace isonomy {

template <>
struct Backend<Cpu> : cpu::Memory,
                      cpu::Dense,
                      cpu::Factor,
                      cpu::Reduce,
                      cpu::Sort,
                      cpu::SelectK,
                      cpu::ResidueCounts,
                      cpu::ResidueRanks,
                      cpu::MixtureSums {
  using tag = Cpu;
  using space = HostSpace;
  using context = cpu::Context;

  static constexpr const char* name() { return "Cpu"; }
  static bool available() noexcept { return true; }
};

}  // namespace isonomy
