// op::all, the one list of operations: the capability table, the conformance kit and the tests of front doors follow
// it.
#pragma once

#include <tuple>

#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/gather.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"
#include "isonomy/ops/linalg/eigen/eigh.hpp"
#include "isonomy/ops/linalg/eigen/eigh_batched.hpp"
#include "isonomy/ops/linalg/eigen/eigh_subset.hpp"
#include "isonomy/ops/linalg/eigen/tridiagonalise.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/linalg/gemm_batched.hpp"
#include "isonomy/ops/linalg/log_diagonal_sum.hpp"
#include "isonomy/ops/linalg/qr.hpp"
#include "isonomy/ops/linalg/solve_triangular.hpp"
#include "isonomy/ops/linalg/svd.hpp"
#include "isonomy/ops/linalg/syrk.hpp"
#include "isonomy/ops/memory.hpp"
#include "isonomy/ops/mixture/mixture_sums.hpp"
#include "isonomy/ops/mixture/multivariate_mixture_sums.hpp"
#include "isonomy/ops/mixture/nearest_sums.hpp"
#include "isonomy/ops/mixture/weighted_mixture_sums.hpp"
#include "isonomy/ops/mixture/weighted_multivariate_mixture_sums.hpp"
#include "isonomy/ops/reduce/inclusive_scan.hpp"
#include "isonomy/ops/reduce/reduce_rows.hpp"
#include "isonomy/ops/reduce/segmented_reduce.hpp"
#include "isonomy/ops/reduce/transform.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"
#include "isonomy/ops/residue/joint_residue_counts.hpp"
#include "isonomy/ops/residue/residue_rank_sums.hpp"
#include "isonomy/ops/residue/row_statistics.hpp"
#include "isonomy/ops/sort/rank_average.hpp"
#include "isonomy/ops/sort/select_candidates.hpp"
#include "isonomy/ops/sort/select_k.hpp"
#include "isonomy/ops/sort/stable_sort_by_key.hpp"

namespace isonomy::op {

/// Everything the library dispatches, in the order of the capability table.
using all =
    std::tuple<for_each, copy, fill, iota, gather, scatter, transform, transform_reduce, segmented_reduce, reduce_rows,
               inclusive_scan, stable_sort_by_key, rank_average, gemm, gemm_batched, syrk, cholesky_batched, cholesky,
               solve_triangular, solve_triangular_batched, log_diagonal_sum_batched, eigh, eigh_subset, eigh_batched,
               tridiagonalise, apply_reflectors, qr, svd, select_k, select_candidates, joint_residue_counts,
               residue_rank_sums, row_statistics, mixture_sums, weighted_mixture_sums, multivariate_mixture_sums,
               weighted_multivariate_mixture_sums, nearest_sums>;

}  // namespace isonomy::op
