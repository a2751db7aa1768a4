// Numbers and contexts for what the contract of Backend<CpuBlas> says beyond the conformance rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "isonomy/blas/context.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/cpu/context.hpp"

namespace isonomy::test {

/// Between -1 and 1.
inline std::vector<double> drawn(index_t n, std::uint64_t seed) {
  std::vector<double> x(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 2 * random_unit(seed, i) - 1;
  return x;
}

/// n x n numbers of which the diagonal is n.
inline std::vector<double> drawn_dominant(index_t n, std::uint64_t seed) {
  std::vector<double> x = drawn(n * n, seed);
  for (index_t i = 0; i < n; ++i) x[static_cast<std::size_t>(i * (n + 1))] = static_cast<double>(n);
  return x;
}

inline blas::Context blas_on(int threads) { return blas::Context(cpu::ContextOptions{.threads = threads}); }

}  // namespace isonomy::test
