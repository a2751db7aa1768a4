// The farthest row on any backend against its definition: ties, numbers that are none, parts of blocks.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/estimators/mixture/multivariate/rows.hpp"
#include "support/catch.hpp"

namespace isonomy::test {

struct FirstColumn {
  template <class X>
  ISONOMY_HD double operator()(const X& x, index_t i) const {
    return x(i, 0);
  }
};

/// Blocks of 1024 in order, and their rows in order: the first that nothing exceeds.
[[nodiscard]] inline std::size_t farthest_by_definition(const std::vector<double>& x) {
  std::size_t farthest = 0;
  for (std::size_t begin = 0; begin < x.size(); begin += 1024) {
    std::size_t highest = begin;
    for (std::size_t i = begin; i < x.size() && i < begin + 1024; ++i)
      if (x[i] > x[highest]) highest = i;
    if (x[highest] > x[farthest]) farthest = highest;
  }
  return farthest;
}

template <class Tag>
void check_farthest_rows() {
  Context<Tag> ctx;
  for (const std::uint64_t n : {1u, 2u, 31u, 32u, 33u, 1023u, 1024u, 1025u, 5000u})
    for (const std::uint64_t values : {2u, 40u, 1000000u})
      for (const std::uint64_t nan : {0u, 1u, 2u, 3u}) {  // none, some, and where blocks begin or all does
        std::vector<double> x;
        for (std::uint64_t i = 0; i < n; ++i) {
          const bool is_nan = (nan > 0 && i % 7 == 3) || (nan > 1 && i % 1024 == 0 && i > 0) || (nan > 2 && i == 0);
          x.push_back(is_nan ? std::numeric_limits<double>::quiet_NaN()
                             : static_cast<double>(random_below(values, n + nan, i)));
        }
        const auto data = to_device(ctx, x);
        const MatrixView<const double, typename Context<Tag>::space> rows(data.data(), data.size(), 1, 1, data.size());
        const auto found = mixture::detail::farthest_row(ctx, FirstColumn{}, rows);
        const std::size_t expected = farthest_by_definition(x);
        CHECK(found.row == static_cast<index_t>(expected));
        CHECK((found.score == x[expected] || (std::isnan(found.score) && std::isnan(x[expected]))));
      }
}

}  // namespace isonomy::test
