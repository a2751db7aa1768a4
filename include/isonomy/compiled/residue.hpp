// The residue operations on Backend<Cpu>, compiled in isonomy::cpu_compiled: include this in place of their own
// headers.
#pragma once

#include <cstdint>
#include <span>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/residue/joint_residue_counts.hpp"
#include "isonomy/ops/residue/residue_rank_sums.hpp"

namespace isonomy {

extern template void joint_residue_counts(Context<Cpu>&, MatrixView<const std::uint8_t>, VectorView<const PositionPair>,
                                          MatrixView<std::uint32_t>);
extern template void residue_rank_sums<exact>(Context<Cpu>&, const RankProblem<HostSpace>&, std::span<std::uint64_t>);
extern template void residue_rank_sums<aaanalysis_1_1>(Context<Cpu>&, const RankProblem<HostSpace>&,
                                                       std::span<std::uint64_t>);

}  // namespace isonomy
