// Multisets of up to six residues as dense numbers: rows with the same residues in a split count once, for all scales.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/ops/residue/problem.hpp"

namespace isonomy::residue {

/// Numbers of multisets over `letters` residues. The sorted multiset x_0 <= ... <= x_{c-1} has the number
/// sum_i C(x_i + i, i + 1), its place in colexicographic order.
class Multisets {
 public:
  static constexpr int most_residues = 6;

  /// Tables for up to `residues` residues; those above four take some 10 MB and 0.1 s.
  Multisets(index_t letters, int residues) : letters_(letters) {
    for (int c = 1; c <= residues; ++c) members_[static_cast<std::size_t>(c)] = enumerate(c);
    if (residues >= 2) pair_ = table(1, 1);
    if (residues >= 3) triple_ = table(2, 1);
    if (residues >= 4) quad_ = table(2, 2);
    if (residues >= 5) quint_ = table(3, 2);
    if (residues >= 6) sext_ = table(3, 3);
  }

  [[nodiscard]] std::size_t count(int residues) const { return of(residues).size(); }
  /// The residues of multiset `number`, sorted; the first `residues` entries count.
  [[nodiscard]] const std::array<std::uint8_t, most_residues>& members(int residues, std::size_t number) const {
    return of(residues)[number];
  }

  /// counts[number of the row's multiset] += 1 for rows begin .. end-1 of the block, which has no gaps.
  void add(const ResidueBlock& block, index_t begin, index_t end, std::uint32_t* counts) const {
    const std::uint8_t* r[most_residues] = {};
    for (std::int32_t k = 0; k < block.split.slots; ++k)
      r[k] = block.rows.codes + block.split.positions[k] * block.rows.stride;
    const auto letters = static_cast<std::size_t>(letters_), pairs = count(2), triples = count(3);
    const auto two = [&](int k, index_t i) { return pair_[r[k][i] * letters + r[k + 1][i]]; };
    const auto three = [&](int k, index_t i) { return triple_[two(k, i) * letters + r[k + 2][i]]; };
    switch (block.split.slots) {
    case 1:
      for (index_t i = begin; i < end; ++i) ++counts[r[0][i]];
      break;
    case 2:
      for (index_t i = begin; i < end; ++i) ++counts[two(0, i)];
      break;
    case 3:
      for (index_t i = begin; i < end; ++i) ++counts[three(0, i)];
      break;
    case 4:
      for (index_t i = begin; i < end; ++i) ++counts[quad_[two(0, i) * pairs + two(2, i)]];
      break;
    case 5:
      for (index_t i = begin; i < end; ++i) ++counts[quint_[three(0, i) * pairs + two(3, i)]];
      break;
    default:
      for (index_t i = begin; i < end; ++i) ++counts[sext_[three(0, i) * triples + three(3, i)]];
    }
  }

 private:
  using Members = std::array<std::uint8_t, most_residues>;

  [[nodiscard]] const std::vector<Members>& of(int residues) const {
    return members_[static_cast<std::size_t>(residues)];
  }
  static std::uint32_t binomial(std::uint32_t n, std::uint32_t k) {
    std::uint32_t b = 1;
    for (std::uint32_t i = 1; i <= k; ++i) b = b * (n - k + i) / i;
    return b;
  }
  [[nodiscard]] std::vector<Members> enumerate(int c) const {
    std::vector<Members> out;
    Members m{};
    for (;;) {  // the next multiset in colexicographic order raises the first residue that may rise
      out.push_back(m);
      int i = 0;
      while (i + 1 < c && m[static_cast<std::size_t>(i)] == m[static_cast<std::size_t>(i) + 1]) ++i;
      if (i + 1 == c && m[static_cast<std::size_t>(i)] + 1 == letters_) return out;
      ++m[static_cast<std::size_t>(i)];
      std::fill_n(m.begin(), i, std::uint8_t{0});
    }
  }

  /// Number of the union of every multiset of `a` residues with every one of `b`.
  [[nodiscard]] std::vector<std::uint32_t> table(int a, int b) const {
    std::array<std::array<std::uint32_t, 32>, most_residues> term{};
    for (std::size_t i = 0; i < most_residues; ++i)
      for (std::uint32_t x = 0; x < 32; ++x)
        term[i][x] = binomial(x + static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i) + 1);
    std::vector<std::uint32_t> out;
    out.reserve(of(a).size() * of(b).size());
    for (const Members& x : of(a))
      for (const Members& y : of(b)) {
        Members z{};
        std::merge(x.begin(), x.begin() + a, y.begin(), y.begin() + b, z.begin());
        std::uint32_t sum = 0;
        for (int i = 0; i < a + b; ++i) sum += term[static_cast<std::size_t>(i)][z[static_cast<std::size_t>(i)]];
        out.push_back(sum);
      }
    return out;
  }

  index_t letters_;
  std::array<std::vector<Members>, most_residues + 1> members_;
  std::vector<std::uint32_t> pair_, triple_, quad_, quint_, sext_;
};

}  // namespace isonomy::residue
