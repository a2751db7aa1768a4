// Backend<Cuda>: operations on one NVIDIA GPU. For nvcc; link cudart, cuBLAS and cuSOLVER.
#pragma once

#include <string>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/cuda/availability.cuh"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/for_each.cuh"
#include "isonomy/cuda/gather.cuh"
#include "isonomy/cuda/linalg/cholesky.cuh"
#include "isonomy/cuda/linalg/cholesky_one.cuh"
#include "isonomy/cuda/linalg/eigh.cuh"
#include "isonomy/cuda/linalg/eigh_batched.cuh"
#include "isonomy/cuda/linalg/gemm.cuh"
#include "isonomy/cuda/linalg/gemm_batched.cuh"
#include "isonomy/cuda/linalg/libraries.cuh"
#include "isonomy/cuda/linalg/qr.cuh"
#include "isonomy/cuda/linalg/solve_triangular.cuh"
#include "isonomy/cuda/linalg/svd.cuh"
#include "isonomy/cuda/linalg/syrk.cuh"
#include "isonomy/cuda/linalg/tridiagonalise.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/mixture/mixture_sums.cuh"
#include "isonomy/cuda/mixture/multivariate_mixture_sums.cuh"
#include "isonomy/cuda/mixture/nearest_sums.cuh"
#include "isonomy/cuda/reduce/inclusive_scan.cuh"
#include "isonomy/cuda/reduce/reduce_rows.cuh"
#include "isonomy/cuda/reduce/segmented_reduce.cuh"
#include "isonomy/cuda/reduce/transform.cuh"
#include "isonomy/cuda/reduce/transform_reduce.cuh"
#include "isonomy/cuda/residue/joint_residue_counts.cuh"
#include "isonomy/cuda/residue/residue_rank_sums.cuh"
#include "isonomy/cuda/residue/row_statistics.cuh"
#include "isonomy/cuda/returns.cuh"
#include "isonomy/cuda/sends.cuh"
#include "isonomy/cuda/sort/rank_average.cuh"
#include "isonomy/cuda/sort/select_candidates.cuh"
#include "isonomy/cuda/sort/select_k.cuh"
#include "isonomy/cuda/sort/stable_sort_by_key.cuh"
#include "isonomy/cuda/tag.hpp"

namespace isonomy {

/// The law of Backend<Cpu> on a device, for every operation: the same bits, but for what the vendor's libraries
/// compute, products, triangular systems, factorisations, eigenproblems, singular values and tridiagonal forms, which
/// agree within their operations' tiers.
template <>
struct Backend<Cuda> : device::Memory,
                       device::ForEach,
                       device::Gather,
                       device::Transform,
                       device::TransformReduce,
                       device::SegmentedReduce,
                       device::ReduceRows,
                       device::InclusiveScan,
                       device::StableSortByKey,
                       device::RankAverage,
                       device::SelectK,
                       device::SelectCandidates,
                       device::Gemm,
                       device::GemmBatched,
                       device::Syrk,
                       device::CholeskyBatched,
                       device::Cholesky,
                       device::SolveTriangular,
                       device::Eigh,
                       device::EighBatched,
                       device::Tridiagonalise,
                       device::Qr,
                       device::Svd,
                       device::BlasArithmetic,
                       device::Returns,
                       device::Sends,
                       device::MixtureSums,
                       device::MultivariateMixtureSums,
                       device::NearestSums,
                       device::JointResidueCounts,
                       device::ResidueRankSums,
                       device::RowStatistics {
  using tag = Cuda;
  using space = DeviceSpace;
  using context = device::Context;

  static constexpr const char* name() { return "Cuda"; }
  /// Never throws, never prints: false where there is no driver, or no device.
  static bool available() noexcept { return device::device_count() > 0; }
  /// How many devices this process has: the numbers of ContextOptions::device are below it.
  static int devices() noexcept { return device::device_count(); }
  static std::string unavailable_reason() { return device::unavailable_reason(); }
};

}  // namespace isonomy
