// Points that count more or less than once: how a pass reads them, and what it accumulates for them.
#pragma once

#include "isonomy/core/config.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"

namespace isonomy {

/// A pointer to points and one to their weights, which move together.
template <class T>
struct WeightedPoints {
  const T* points = nullptr;
  const T* weights = nullptr;

  [[nodiscard, gnu::always_inline]] ISONOMY_HD WeightedPoints operator+(index_t n) const {
    return {points + n, weights + n};
  }
};

/// Rows of points in several dimensions and their weights: what kernels of MultivariateNormals read in place of a
/// matrix.
template <class T, MemorySpace Space>
struct WeightedRows {
  MatrixView<const T, Space> points;
  VectorView<const T, Space> weights;

  [[gnu::always_inline]] ISONOMY_HD const T& operator()(index_t i, index_t j) const { return points(i, j); }
  [[nodiscard, gnu::always_inline]] ISONOMY_HD double weight(index_t i) const {
    return static_cast<double>(weights(i));
  }
};

/// The term with every point counted as often as its weight w says. A weight must not enter a product of densities, so
/// log p is taken point by point.
template <class Term>
struct Weighted {
  Term term;
  bool squared = false;  ///< w is the square of the point's weight: what the variance of weighted sums is made of

  /// Sums over points: w log p, w, and w times every further one of Term.
  [[nodiscard, gnu::always_inline]] ISONOMY_HD int outputs(MixtureOrder order) const { return term.outputs(order) + 1; }
  /// Sums per lane: as in outputs.
  [[nodiscard, gnu::always_inline]] ISONOMY_HD int lane_sums(MixtureOrder order) const { return outputs(order); }
  [[nodiscard, gnu::always_inline]] ISONOMY_HD int lane_scratch() const { return term.lane_scratch(); }
};

}  // namespace isonomy
