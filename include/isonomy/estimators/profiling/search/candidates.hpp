// Mean difference and spread of every candidate from the moments, with the error that bounds what they can decide.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/estimators/profiling/search/arithmetic.hpp"
#include "isonomy/estimators/profiling/search/moments.hpp"
#include "isonomy/estimators/profiling/search/packed.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/gemm.hpp"

namespace isonomy::profiling {

/// Where a candidate stands against the limit on the test group's spread.
enum class Spread : std::uint8_t { above, below, undecided };

/// Every (split, scale), splits slowest, in a backend's memory: |mean difference|, the test group's variance and the
/// spread's verdict.
template <class Tag>
struct Candidates {
  Buffer<double, Tag> difference, variance;
  Buffer<Spread, Tag> spread;
  index_t scales = 0;
  double error = 0;           ///< bounds |difference - exact|
  double variance_error = 0;  ///< the same of the variance

  [[nodiscard]] index_t size() const { return spread.size(); }
};

namespace detail {

/// mean difference |mu1 - mu0| and sigma1^2 = E[w^2] - mu1^2 of one candidate.
struct CandidateFromMoments {
  const double *mean_square, *test, *reference;
  double per_test, per_reference;
  double variance_low, variance_high;
  double *difference, *variance;
  Spread* spread;

  ISONOMY_HD void operator()(index_t i) const {
    const double mean = test[i] * per_test;
    const double v = mean_square[i] * per_test - mean * mean;
    difference[i] = std::fabs(mean - reference[i] * per_reference);
    variance[i] = v;
    spread[i] = v > variance_high ? Spread::above : v < variance_low ? Spread::below : Spread::undecided;
  }
};

/// Candidates of splits without residues in some row have no value there, which moments cannot tell.
struct LeaveOut {
  const index_t* splits;
  index_t scales;
  Spread* spread;

  ISONOMY_HD void operator()(index_t i) const { spread[splits[i / scales] * scales + i % scales] = Spread::above; }
};

/// The splits without residues in some row.
template <class Tag>
[[nodiscard]] std::vector<index_t> splits_without_residues(const PackedSequences<Tag>& packed,
                                                           const SplitPlaces<Tag>& places) {
  std::vector<index_t> out;
  for (std::size_t s = 0; s < places.size(); ++s) {
    bool empty = false;
    for (std::size_t g = 0; g < packed.groups() && !empty; ++g) empty = places.residues(g, s) == 0;
    if (empty) out.push_back(static_cast<index_t>(s));
  }
  return out;
}

/// letters x scales: the values that the first pass sums.
template <class Arithmetic, class Tag>
[[nodiscard]] std::vector<double> values_by_letter(const PackedScales<Tag>& scales, index_t letters) {
  const index_t d_count = scales.size();
  std::vector<double> values(static_cast<std::size_t>(letters * d_count));
  for (index_t d = 0; d < d_count; ++d)
    for (index_t a = 0; a < letters; ++a) {
      const auto i = static_cast<std::size_t>(d * max_residue_codes + a);
      values[static_cast<std::size_t>(a * d_count + d)] =
          Passes<Arithmetic>::single_precision_first_pass
              ? scales.single()[i]
              : static_cast<double>(scales.numerators()[i]) /
                    static_cast<double>(scales.denominators()[static_cast<std::size_t>(d)]);
    }
  return values;
}

/// Pairs of letters x scales: the products of the two letters' values.
[[nodiscard]] inline std::vector<double> letter_products(const std::vector<double>& values, index_t letters,
                                                         index_t scales) {
  std::vector<double> products(static_cast<std::size_t>(residue_pairs(letters) * scales));
  const auto value = [&](index_t a, index_t d) { return values[static_cast<std::size_t>(a * scales + d)]; };
  for (index_t b = 0; b < letters; ++b)
    for (index_t a = 0; a <= b; ++a)
      for (index_t d = 0; d < scales; ++d)
        products[static_cast<std::size_t>(residue_pair(a, b) * scales + d)] = value(a, d) * value(b, d);
  return products;
}

}  // namespace detail

/// Bound on the distance between moment arithmetic and either arithmetic's own sums over n rows, for scales up to
/// `largest` in magnitude.
[[nodiscard]] inline double moment_error(index_t n, double largest) {
  return std::max(1e-12, 8.0 * static_cast<double>(n) * 0x1p-53) * std::max(largest, 1e-300);
}

/// Splits whose candidates are computed at a time: on the host, so few that their matrices stay in a second-level
/// cache; elsewhere, so many that hardly anything waits.
template <MemorySpace Space>
inline constexpr index_t candidate_tile = std::same_as<Space, HostSpace> ? 256 : 2048;

/// Three products: moments times the scales and times their pairwise products. A split without residues in some row
/// has no value there and is `above` for every scale. O(splits * letters^2 * scales) flops; workspace three
/// candidate_tile x scales matrices. The verdict `undecided` covers every case in which rounding could matter.
template <class Arithmetic, class Tag>
[[nodiscard]] Candidates<Tag> candidates(Context<Tag>& ctx, const PackedSequences<Tag>& packed,
                                         const SplitPlaces<Tag>& places, const PackedScales<Tag>& scales,
                                         const Moments<Tag>& moments, double max_std_test) {
  using Space = typename Backend<Tag>::space;
  const index_t letters = moments.letters, pairs = residue_pairs(letters), d_count = scales.size();
  const index_t splits = moments.splits;
  const std::vector<double> values = detail::values_by_letter<Arithmetic>(scales, letters);
  const auto device_values = to_device(ctx, values, "profiling: scales by letter");
  const auto device_products =
      to_device(ctx, detail::letter_products(values, letters, d_count), "profiling: scale products");
  const index_t tile = std::min(splits, candidate_tile<Space>);
  Buffer<double, Tag> mean_square(ctx, tile * d_count, "profiling: mean squares");
  Buffer<double, Tag> test(ctx, tile * d_count, "profiling: test means");
  Buffer<double, Tag> reference(ctx, tile * d_count, "profiling: reference means");

  Candidates<Tag> out;
  out.scales = d_count;
  out.difference = Buffer<double, Tag>(ctx, splits * d_count, "profiling: mean differences");
  out.variance = Buffer<double, Tag>(ctx, splits * d_count, "profiling: variances");
  out.spread = Buffer<Spread, Tag>(ctx, splits * d_count, "profiling: spreads");
  out.error = moment_error(packed.rows(), scales.largest());
  const double limit = max_std_test * max_std_test;
  out.variance_error = 4 * out.error * std::max({scales.largest(), max_std_test, 1e-300});
  for (index_t first = 0; first < splits; first += tile) {
    const index_t n = std::min(tile, splits - first);
    const auto multiply = [&](const Buffer<double, Tag>& left, const Buffer<double, Tag>& right, index_t inner,
                              Buffer<double, Tag>& product) {
      gemm(ctx, 1.0, row_major<Space>(left.data() + first * inner, n, inner),
           row_major<Space>(right.data(), inner, d_count), 0.0, row_major<Space>(product.data(), n, d_count));
    };
    multiply(moments.gram, device_products, pairs, mean_square);
    multiply(moments.test, device_values, letters, test);
    multiply(moments.reference, device_values, letters, reference);
    for_each(ctx, n * d_count,
             detail::CandidateFromMoments{.mean_square = mean_square.data(),
                                          .test = test.data(),
                                          .reference = reference.data(),
                                          .per_test = 1.0 / static_cast<double>(packed.test_rows()),
                                          .per_reference = 1.0 / static_cast<double>(packed.reference_rows()),
                                          .variance_low = limit - out.variance_error,
                                          .variance_high = limit + out.variance_error,
                                          .difference = out.difference.data() + first * d_count,
                                          .variance = out.variance.data() + first * d_count,
                                          .spread = out.spread.data() + first * d_count});
  }
  if (const auto empty = detail::splits_without_residues(packed, places); !empty.empty()) {
    const auto device_empty = to_device(ctx, empty, "profiling: splits without residues");
    for_each(ctx, device_empty.size() * d_count, detail::LeaveOut{device_empty.data(), d_count, out.spread.data()});
  }
  return out;
}

}  // namespace isonomy::profiling
