// Backend<Cpu>: the host processor, threaded by oneTBB; gemm, the residue kernels and the lane functions choose their
// instruction set at run time.
#pragma once

#include "isonomy/backend/backend.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/for_each.hpp"
#include "isonomy/cpu/gather.hpp"
#include "isonomy/cpu/linalg/cholesky.hpp"
#include "isonomy/cpu/linalg/eigen/eigh.hpp"
#include "isonomy/cpu/linalg/eigen/eigh_batched.hpp"
#include "isonomy/cpu/linalg/eigen/eigh_subset.hpp"
#include "isonomy/cpu/linalg/eigen/tridiagonalise.hpp"
#include "isonomy/cpu/linalg/gemm.hpp"
#include "isonomy/cpu/linalg/gemm_batched.hpp"
#include "isonomy/cpu/linalg/qr.hpp"
#include "isonomy/cpu/linalg/solve_triangular.hpp"
#include "isonomy/cpu/linalg/svd/svd.hpp"
#include "isonomy/cpu/linalg/syrk.hpp"
#include "isonomy/cpu/memory.hpp"
#include "isonomy/cpu/mixture/mixture_sums.hpp"
#include "isonomy/cpu/mixture/nearest_sums.hpp"
#include "isonomy/cpu/reduce/inclusive_scan.hpp"
#include "isonomy/cpu/reduce/reduce_rows.hpp"
#include "isonomy/cpu/reduce/segmented_reduce.hpp"
#include "isonomy/cpu/reduce/transform.hpp"
#include "isonomy/cpu/reduce/transform_reduce.hpp"
#include "isonomy/cpu/residue/joint_residue_counts.hpp"
#include "isonomy/cpu/residue/residue_rank_sums.hpp"
#include "isonomy/cpu/sort/select_candidates.hpp"
#include "isonomy/cpu/sort/select_k.hpp"
#include "isonomy/cpu/sort/stable_sort_by_key.hpp"

namespace isonomy {

template <>
struct Backend<Cpu> : cpu::Memory,
                      cpu::ForEach,
                      cpu::Gather,
                      cpu::Transform,
                      cpu::TransformReduce,
                      cpu::SegmentedReduce,
                      cpu::ReduceRows,
                      cpu::InclusiveScan,
                      cpu::StableSortByKey,
                      cpu::SelectK,
                      cpu::SelectCandidates,
                      cpu::Gemm,
                      cpu::GemmBatched,
                      cpu::Syrk,
                      cpu::Cholesky,
                      cpu::SolveTriangular,
                      cpu::Eigh,
                      cpu::EighSubset,
                      cpu::EighBatched,
                      cpu::Tridiagonalise,
                      cpu::Qr,
                      cpu::Svd,
                      cpu::JointResidueCounts,
                      cpu::ResidueRankSums,
                      cpu::MixtureSums,
                      cpu::NearestSums {
  using tag = Cpu;
  using space = HostSpace;
  using context = cpu::Context;

  static constexpr const char* name() { return "Cpu"; }
  static constexpr bool available() noexcept { return true; }
};

}  // namespace isonomy
