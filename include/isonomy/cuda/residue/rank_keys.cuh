// The Mann-Whitney statistic of one feature on a block of threads: keys of rows, then counts of them in bins.
#pragma once

#include <cstdint>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/ops/residue/problem.hpp"

namespace isonomy::device {

/// Rows of one layout, and the numbers of its first test and first reference among those of all layouts of its group.
struct RankBlock {
  ResidueBlock block;
  index_t first_test, first_reference;
};
struct RankFeature {
  index_t first_block, blocks;
  index_t rows, test_rows;
  index_t scale;
};

/// What a problem asks for, as kernels read it.
struct RankLists {
  std::vector<RankBlock> blocks;
  std::vector<RankFeature> features;
  std::vector<index_t> places;  // of their results
  index_t rows = 0;             // of a feature, at most

  explicit RankLists(const RankProblem<DeviceSpace>& problem) {
    for (const ResidueBlock& b : problem.blocks) blocks.push_back({b, 0, 0});
    for (const RankGroup& g : problem.groups) {
      index_t all = 0, tests = 0;
      for (index_t b = g.first_block; b < g.first_block + g.blocks; ++b) {
        RankBlock& here = blocks[static_cast<std::size_t>(b)];
        here.first_test = tests;
        here.first_reference = all - tests;
        all += here.block.rows.rows;
        tests += here.block.rows.test_rows;
      }
      rows = all > rows ? all : rows;
      for (index_t i = g.first_scale; i < g.first_scale + g.scales; ++i) {
        features.push_back({g.first_block, g.blocks, all, tests,
                            static_cast<index_t>(problem.scale_numbers[static_cast<std::size_t>(i)])});
        places.push_back(i);
      }
    }
  }
};

/// Features by turns, a block each: the keys of all rows go to a room of the block, and twice U is the sum over tests
/// of 2 (references below) + (references equal). Few pairs are compared one by one; else keys are counted in windows
/// of bins, one after the other.
template <class Arithmetic>
struct RankFeatures {
  static constexpr std::uint64_t too_wide = ~std::uint64_t{0};
  static constexpr int bins = 4096;
  static constexpr std::uint64_t most_width = std::uint64_t{1} << 20;
  static constexpr index_t few_pairs = index_t{1} << 16;

  struct Shared {
    std::uint32_t tests[bins], references[bins];
    std::uint32_t below[32];  // of warps
    std::int64_t least[32], largest[32];
    unsigned long long sum;
  };

  const RankBlock* blocks;
  const RankFeature* features;
  ScaleViews<DeviceSpace> scales;
  index_t room;
  std::int64_t* keys;
  std::uint64_t* out;
  index_t first, count;

  __device__ void operator()(const Group& g) const {
    for (index_t f = first + g.block(); f < first + count; f += g.blocks()) rank(g, features[f], out[f]);
  }

 private:
  struct Range {
    std::int64_t least, largest;
  };

  __device__ void rank(const Group& g, const RankFeature& feature, std::uint64_t& result) const {
    Shared& s = g.shared<Shared>();
    std::int64_t* const own = keys + g.block() * room;
    if (g.thread() == 0) s.sum = 0;
    const Range range = write_keys(g, s, feature, own);
    const std::uint64_t width =
        feature.rows > 0 ? static_cast<std::uint64_t>(range.largest) - static_cast<std::uint64_t>(range.least) : 0;
    const index_t pairs = feature.test_rows * (feature.rows - feature.test_rows);
    const bool compared = pairs <= few_pairs, wide = !compared && width >= most_width;
    std::uint64_t sum = 0;
    if (compared)
      sum = compare(g, own, feature);
    else if (!wide)
      sum = count_windows(g, s, own, feature, static_cast<std::uint64_t>(range.least), width);
    g.add(&s.sum, static_cast<unsigned long long>(sum));
    g.sync();
    if (g.thread() == 0) result = wide ? too_wide : s.sum;
    g.sync();
  }

  /// The keys of tests, then those of references; their range. A warp a layout.
  __device__ Range write_keys(const Group& g, Shared& s, const RankFeature& feature, std::int64_t* own) const {
    Range range{INT64_MAX, INT64_MIN};
    for (index_t b = g.warp(); b < feature.blocks; b += g.warps()) {
      const RankBlock& here = blocks[feature.first_block + b];
      for (index_t row = g.lane(); row < here.block.rows.rows; row += warp_lanes) {
        const std::int64_t key = Arithmetic::key(here.block, row, scales, feature.scale);
        range.least = key < range.least ? key : range.least;
        range.largest = key > range.largest ? key : range.largest;
        const index_t tests = here.block.rows.test_rows;
        own[row < tests ? here.first_test + row : feature.test_rows + here.first_reference + row - tests] = key;
      }
    }
    return all_of(g, s, range);
  }
  /// The range of all threads' ranges.
  __device__ Range all_of(const Group& g, Shared& s, Range own) const {
    for (int apart = warp_lanes / 2; apart > 0; apart /= 2) {
      const Range other{g.shuffle_xor(own.least, apart), g.shuffle_xor(own.largest, apart)};
      own.least = other.least < own.least ? other.least : own.least;
      own.largest = other.largest > own.largest ? other.largest : own.largest;
    }
    if (g.lane() == 0) {
      s.least[g.warp()] = own.least;
      s.largest[g.warp()] = own.largest;
    }
    g.sync();
    for (int w = 0; w < g.warps(); ++w) {
      own.least = s.least[w] < own.least ? s.least[w] : own.least;
      own.largest = s.largest[w] > own.largest ? s.largest[w] : own.largest;
    }
    return own;
  }

  /// Every test against every reference.
  __device__ std::uint64_t compare(const Group& g, const std::int64_t* own, const RankFeature& feature) const {
    std::uint64_t sum = 0;
    for (index_t i = g.thread(); i < feature.test_rows; i += g.threads())
      for (index_t j = feature.test_rows; j < feature.rows; ++j) sum += own[j] < own[i] ? 2 : own[j] == own[i] ? 1 : 0;
    return sum;
  }

  __device__ std::uint64_t count_windows(const Group& g, Shared& s, const std::int64_t* own, const RankFeature& feature,
                                         std::uint64_t least, std::uint64_t width) const {
    std::uint64_t sum = 0, below = 0;
    for (std::uint64_t begin = 0; begin <= width; begin += bins) {
      for (int b = g.thread(); b < bins; b += g.threads()) s.tests[b] = s.references[b] = 0;
      g.sync();
      for (index_t i = g.thread(); i < feature.rows; i += g.threads()) {
        const std::uint64_t bin = static_cast<std::uint64_t>(own[i]) - least - begin;
        if (bin < static_cast<std::uint64_t>(bins))
          g.add(&(i < feature.test_rows ? s.tests : s.references)[bin], std::uint32_t{1});
      }
      g.sync();
      sum += scan(g, s, below);
      g.sync();
    }
    return sum;
  }
  /// This thread's bins of a window; `below` goes on by the references of all.
  __device__ std::uint64_t scan(const Group& g, Shared& s, std::uint64_t& below) const {
    const int share = bins / g.threads(), begin = g.thread() * share;
    std::uint32_t own = 0;
    for (int b = begin; b < begin + share; ++b) own += s.references[b];
    const std::uint32_t until = g.sum_until(own);
    if (g.lane() == warp_lanes - 1) s.below[g.warp()] = until;
    g.sync();
    std::uint64_t here = below + until - own;
    for (int w = 0; w < g.warps(); ++w) {
      if (w < g.warp()) here += s.below[w];
      below += s.below[w];
    }
    std::uint64_t sum = 0;
    for (int b = begin; b < begin + share; ++b) {
      const std::uint64_t references = s.references[b];
      sum += s.tests[b] * (2 * here + references);
      here += references;
    }
    return sum;
  }
};

}  // namespace isonomy::device
