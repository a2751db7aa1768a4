// What the rows of all sums over mixtures share: passes over points at once and in pieces, and the bits they must give.
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/ops/mixture/blocks.hpp"
#include "isonomy/ops/mixture/kernels/block_sums.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"

namespace isonomy::conformance::detail {

/// Sums of two passes: one at once that starts at 0, and one in pieces that starts at what was in `sums`.
struct MixturePasses {
  std::vector<DoubleDouble> at_once, in_pieces;

  explicit MixturePasses(int outputs) : at_once(static_cast<std::size_t>(outputs)) {
    constexpr double starts[]{0, 1250.5, -3e-7};  // the last parts count too
    for (std::size_t o = 0; o < at_once.size(); ++o) in_pieces.push_back({starts[o % 3], starts[o % 3] * 0x1p-57});
  }
  void add(const std::vector<double>& shares) {
    for (std::vector<DoubleDouble>* sums : {&at_once, &in_pieces})
      for (std::size_t o = 0; o < shares.size(); ++o) add_share((*sums)[o], shares[o]);
  }
};

/// High and low parts in turn.
[[nodiscard]] inline std::vector<double> parts(const std::vector<DoubleDouble>& sums) {
  std::vector<double> flat;
  for (const DoubleDouble& sum : sums) flat.push_back(sum.high), flat.push_back(sum.low);
  return flat;
}
/// Every second of twice as many sums, between guards.
[[nodiscard]] inline std::vector<DoubleDouble> spaced(const std::vector<DoubleDouble>& sums) {
  std::vector<DoubleDouble> out(2 * sums.size(), {77, 0});
  for (std::size_t o = 0; o < sums.size(); ++o) out[2 * o] = sums[o];
  return out;
}

/// Blocks in ascending order: add(first, n, lane_sums) gives those of n points from `first` on.
template <class Term, class Add>
[[nodiscard]] MixturePasses passes_by_definition(const Term& term, MixtureOrder order, index_t points, const Add& add) {
  MixturePasses expected(term.outputs(order));
  std::vector<double> lane_sums(static_cast<std::size_t>(term.lane_sums(order) + term.lane_scratch()) *
                                static_cast<std::size_t>(block_lanes)),
      shares(expected.at_once.size());
  for (index_t first = 0; first < points; first += block_points) {
    const index_t n = std::min(block_points, points - first);
    add(first, n, lane_sums.data());
    block_outputs(term, order, n, lane_sums.data(), shares.data());
    expected.add(shares);
  }
  return expected;
}

/// The same by the operation: add(first, n, sums) calls it.
template <class Tag, class Add>
void passes(Call<Tag>& call, int outputs, index_t points, const Add& add) {
  MixturePasses sums = call.apart([&] { return MixturePasses(outputs); });
  add(index_t{0}, points, view(sums.at_once));
  std::vector<DoubleDouble> in_pieces = call.apart([&] { return spaced(sums.in_pieces); });
  const index_t piece = block_points * (1 + points / (16 * block_points));
  for (index_t first = 0; first < points; first += piece)
    add(first, std::min(piece, points - first), VectorView<DoubleDouble>(in_pieces.data(), outputs, 2));
  const auto all = call.apart([&] { return std::pair(parts(sums.at_once), parts(in_pieces)); });
  static_cast<void>(call.host_output("sums", all.first));
  static_cast<void>(call.host_output("sums of a pass in pieces", all.second));
}

inline void check_passes(Verdict& verdict, const Outcome& outcome, const MixturePasses& expected) {
  verdict.exact("sums", outcome.of<double>("sums"), contiguous(parts(expected.at_once)));
  verdict.exact("sums of a pass in pieces, added to what was there", outcome.of<double>("sums of a pass in pieces"),
                contiguous(parts(spaced(expected.in_pieces))));
}

/// Points whose blocks have sums of many decades: a total shows the order in which blocks were added.
template <class T>
void grade_blocks(Operand<T>& x) {
  for (index_t i = 0; i < x.rows; ++i)
    for (index_t j = 0; j < x.columns; ++j)
      x(i, j) *= std::ldexp(T{1}, static_cast<int>(i / block_points * 11 % 41) - 20);
}

}  // namespace isonomy::conformance::detail
