// The tolerance tier of every operation, with the bound it stands for.
#pragma once

#include "isonomy/backend/operations.hpp"
#include "isonomy/core/tolerance.hpp"

namespace isonomy::conformance {

/// Exact unless a specialisation below says otherwise: data movement, sorts, selections, ranks, counts, and functors
/// whose every step is rounded the same everywhere.
template <class Op>
struct TierOf {
  using type = Exact;
};

/// |out - r|_ij <= 2*gamma(k + 2)*(|alpha|(|A||B|)_ij + |beta||old|_ij): any two orders of the k products and the two
/// steps that apply alpha and beta (Higham 2002, 3.5).
template <>
struct TierOf<op::gemm> {
  using type = Tight<2>;
};
/// As gemm.
template <>
struct TierOf<op::syrk> {
  using type = Tight<2>;
};
/// Sums: 2*gamma(n + 1)*sum |f(x)|. Exact under Determinism::cross_backend, and for functors that do not round.
template <>
struct TierOf<op::transform_reduce> {
  using type = Tight<2>;
};
/// As transform_reduce, per segment.
template <>
struct TierOf<op::segmented_reduce> {
  using type = Tight<2>;
};
/// Of the residual: |A - L*L^T|_ij <= 2*gamma(n + 1)*(|L||L^T|)_ij (Higham 2002, 10.3); info is Exact on matrices whose
/// factors are exact.
template <>
struct TierOf<op::cholesky_batched> {
  using type = Tight<2>;
};

template <class Op>
using tier_of = typename TierOf<Op>::type;

}  // namespace isonomy::conformance
