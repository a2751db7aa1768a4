// Backend<Reference>: every operation in naive loops written from the front doors, to which other backends are held.
#pragma once

#include "isonomy/backend/backend.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/for_each.hpp"
#include "isonomy/reference/gather.hpp"
#include "isonomy/reference/linalg/cholesky.hpp"
#include "isonomy/reference/linalg/eigh.hpp"
#include "isonomy/reference/linalg/gemm.hpp"
#include "isonomy/reference/linalg/gemm_batched.hpp"
#include "isonomy/reference/linalg/log_diagonal_sum.hpp"
#include "isonomy/reference/linalg/qr.hpp"
#include "isonomy/reference/linalg/solve_triangular.hpp"
#include "isonomy/reference/linalg/svd.hpp"
#include "isonomy/reference/linalg/syrk.hpp"
#include "isonomy/reference/linalg/tridiagonalise.hpp"
#include "isonomy/reference/memory.hpp"
#include "isonomy/reference/mixture/mixture_sums.hpp"
#include "isonomy/reference/mixture/nearest_sums.hpp"
#include "isonomy/reference/reduce/inclusive_scan.hpp"
#include "isonomy/reference/reduce/reduce_rows.hpp"
#include "isonomy/reference/reduce/segmented_reduce.hpp"
#include "isonomy/reference/reduce/transform.hpp"
#include "isonomy/reference/reduce/transform_reduce.hpp"
#include "isonomy/reference/residue/joint_residue_counts.hpp"
#include "isonomy/reference/residue/residue_rank_sums.hpp"
#include "isonomy/reference/residue/row_statistics.hpp"
#include "isonomy/reference/sort/rank_average.hpp"
#include "isonomy/reference/sort/select_candidates.hpp"
#include "isonomy/reference/sort/select_k.hpp"
#include "isonomy/reference/sort/stable_sort_by_key.hpp"

namespace isonomy {

/// Slow and plain, on one thread: it shares no code with Backend<Cpu>, so that the two share no mistake.
template <>
struct Backend<Reference> : reference::Memory,
                            reference::ForEach,
                            reference::Gather,
                            reference::Transform,
                            reference::TransformReduce,
                            reference::SegmentedReduce,
                            reference::ReduceRows,
                            reference::InclusiveScan,
                            reference::StableSortByKey,
                            reference::RankAverage,
                            reference::SelectK,
                            reference::SelectCandidates,
                            reference::Gemm,
                            reference::GemmBatched,
                            reference::Syrk,
                            reference::Cholesky,
                            reference::SolveTriangular,
                            reference::LogDiagonalSum,
                            reference::Eigh,
                            reference::Tridiagonalise,
                            reference::Qr,
                            reference::Svd,
                            reference::JointResidueCounts,
                            reference::ResidueRankSums,
                            reference::RowStatistics,
                            reference::MixtureSums,
                            reference::NearestSums {
  using tag = Reference;
  using space = HostSpace;
  using context = reference::Context;

  static constexpr const char* name() { return "Reference"; }
  static bool available() noexcept { return true; }
};

}  // namespace isonomy
