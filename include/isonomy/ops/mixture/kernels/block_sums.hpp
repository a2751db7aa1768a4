// From the lane sums of a block to its share of the outputs: the tree over lanes and the one logarithm of a block.
#pragma once

#include "isonomy/core/config.hpp"
#include "isonomy/ops/mixture/kernels/scalar.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"
#include "isonomy/ops/mixture/kernels/weighted.hpp"

namespace isonomy::lanes {

/// Sum over block_lanes elements: halves onto halves.
[[nodiscard]] ISONOMY_HD inline double tree_sum(const double* x) {
  double t[block_lanes / 2];
  for (int i = 0; i < block_lanes / 2; ++i) t[i] = x[i] + x[i + block_lanes / 2];
  for (int half = block_lanes / 4; half > 0; half /= 2)
    for (int i = 0; i < half; ++i) t[i] += t[i + half];
  return t[0];
}

/// A product of numbers >= 1 as 2^exponent * significand with 1 <= significand < 2^block_lanes.
struct ScaledProduct {
  double exponent = 0, significand = 1;
};
[[nodiscard]] ISONOMY_HD inline ScaledProduct product_of_lanes(const double* x) {
  ScaledProduct p;
  for (int i = 0; i < block_lanes; ++i) {
    p.exponent += Lanes::exponent(x[i]);
    p.significand = rounded_product(p.significand, Lanes::significand(x[i]));
  }
  return p;
}

/// Sums of the lanes of a block as they lie in memory, rows of block_lanes.
struct LaneRows {
  const double* sums;

  [[nodiscard]] ISONOMY_HD double total(int row) const { return tree_sum(sums + row * block_lanes); }
  [[nodiscard]] ISONOMY_HD ScaledProduct product(int row) const { return product_of_lanes(sums + row * block_lanes); }
};
/// A block's share of the outputs, written one after the other.
struct OutputsInOrder {
  double* out;
  ISONOMY_HD void operator()(int output, double value) const { out[output] = value; }
};

inline constexpr double ln2 = 0x1.62e42fefa39efp-1;

}  // namespace isonomy::lanes

namespace isonomy {

/// write(o, value) for every output o over the n points of a block, in the layout that the term declares. rows.total(i)
/// and rows.product(i): row i of its lane sums, added up in the tree or multiplied lane by lane.
template <class Rows, class Write>
ISONOMY_HD void block_share(const SharedMeanPair& term, MixtureOrder order, index_t n, const Rows& rows,
                            const Write& write) {
  const lanes::ScaledProduct product = rows.product(2);
  const double squares = rows.total(0), powers = rows.total(1) + product.exponent;
  write(0, std::fma(static_cast<double>(n), term.peak,
                    std::fma(term.wide_curvature, squares,
                             std::fma(powers, lanes::ln2, lanes::logarithm<lanes::Lanes>(product.significand)))));
  if (order == MixtureOrder::value) return;
  write(1, rows.total(3));
  write(2, squares);
  for (int o = 3; o < term.outputs(order); ++o) write(o, rows.total(o + 1));
}

namespace detail {
/// Terms whose first three rows are largest exponents, exponents of products and products, the others plain sums.
template <class Term, class Rows, class Write>
ISONOMY_HD void power_share(const Term& term, MixtureOrder order, const Rows& rows, const Write& write) {
  const lanes::ScaledProduct product = rows.product(2);
  const double largest = rows.total(0), powers = largest + (rows.total(1) + product.exponent);
  write(0, std::fma(powers, lanes::ln2, lanes::logarithm<lanes::Lanes>(product.significand)));
  for (int o = 1; o < term.outputs(order); ++o) write(o, rows.total(o + 2));
}
}  // namespace detail

template <class Rows, class Write>
ISONOMY_HD void block_share(const NormalComponents& term, MixtureOrder order, index_t, const Rows& rows,
                            const Write& write) {
  detail::power_share(term, order, rows, write);
}
template <class Rows, class Write>
ISONOMY_HD void block_share(const MultivariateNormals& term, MixtureOrder order, index_t, const Rows& rows,
                            const Write& write) {
  detail::power_share(term, order, rows, write);
}
template <class Term, class Rows, class Write>
ISONOMY_HD void block_share(const Weighted<Term>& term, MixtureOrder order, index_t, const Rows& rows,
                            const Write& write) {
  for (int o = 0; o < term.outputs(order); ++o) write(o, rows.total(o));
}

/// out[o] for the n points of a block, from its lane sums in memory.
template <class Term>
ISONOMY_HD void block_outputs(const Term& term, MixtureOrder order, index_t n, const double* sums, double* out) {
  block_share(term, order, n, lanes::LaneRows{sums}, lanes::OutputsInOrder{out});
}

}  // namespace isonomy
