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

inline constexpr double ln2 = 0x1.62e42fefa39efp-1;

}  // namespace isonomy::lanes

namespace isonomy {

/// out[o] for the n points of a block, in the layout that the term declares.
ISONOMY_HD inline void block_outputs(const SharedMeanPair& term, MixtureOrder order, index_t n, const double* sums,
                                     double* out) {
  const lanes::ScaledProduct product = lanes::product_of_lanes(sums + 2 * block_lanes);
  const double squares = lanes::tree_sum(sums), powers = lanes::tree_sum(sums + block_lanes) + product.exponent;
  out[0] = std::fma(static_cast<double>(n), term.peak,
                    std::fma(term.wide_curvature, squares,
                             std::fma(powers, lanes::ln2, lanes::logarithm<lanes::Lanes>(product.significand))));
  if (order == MixtureOrder::value) return;
  out[1] = lanes::tree_sum(sums + 3 * block_lanes);
  out[2] = squares;
  for (int o = 3; o < term.outputs(order); ++o) out[o] = lanes::tree_sum(sums + (o + 1) * block_lanes);
}

namespace detail {
/// Terms whose first three rows are largest exponents, exponents of products and products, the others plain sums.
template <class Term>
ISONOMY_HD void power_outputs(const Term& term, MixtureOrder order, const double* sums, double* out) {
  const lanes::ScaledProduct product = lanes::product_of_lanes(sums + 2 * block_lanes);
  const double powers = lanes::tree_sum(sums) + (lanes::tree_sum(sums + block_lanes) + product.exponent);
  out[0] = std::fma(powers, lanes::ln2, lanes::logarithm<lanes::Lanes>(product.significand));
  for (int o = 1; o < term.outputs(order); ++o) out[o] = lanes::tree_sum(sums + (o + 2) * block_lanes);
}
}  // namespace detail

ISONOMY_HD inline void block_outputs(const NormalComponents& term, MixtureOrder order, index_t, const double* sums,
                                     double* out) {
  detail::power_outputs(term, order, sums, out);
}
ISONOMY_HD inline void block_outputs(const MultivariateNormals& term, MixtureOrder order, index_t, const double* sums,
                                     double* out) {
  detail::power_outputs(term, order, sums, out);
}

template <class Term>
ISONOMY_HD void block_outputs(const Weighted<Term>& term, MixtureOrder order, index_t, const double* sums,
                              double* out) {
  for (int o = 0; o < term.outputs(order); ++o) out[o] = lanes::tree_sum(sums + o * block_lanes);
}

}  // namespace isonomy
