// Random rows of residue codes laid out by position, as the residue operations take them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/cpu/instruction_set.hpp"
#include "support/profiling/data.hpp"

namespace isonomy::test {

inline constexpr index_t window = 140;

/// Rows of one layout. Kernels may read `padding` codes beyond the last row of a position, as packed sequences allow.
struct Layer {
  static constexpr index_t padding = 64;
  index_t rows, tests, stride;
  std::vector<std::uint8_t> codes;
  std::vector<int> gaps;  // positions that hold a gap in every row

  Layer(index_t n, index_t n_test, int letters, int used, std::uint64_t seed, std::vector<int> gap_positions = {})
      : rows(n), tests(n_test), stride(n + padding), codes(static_cast<std::size_t>(window * stride), 0),
        gaps(std::move(gap_positions)) {
    SplitMix64 random(seed);
    for (index_t p = 0; p < window; ++p)
      for (index_t i = 0; i < n; ++i)
        at(p, i) = static_cast<std::uint8_t>(random.below(static_cast<std::uint64_t>(used)));
    for (const int p : gaps)
      for (index_t i = 0; i < stride; ++i) at(p, i) = static_cast<std::uint8_t>(letters);
  }
  std::uint8_t& at(index_t position, index_t row) { return codes[static_cast<std::size_t>(position * stride + row)]; }
  [[nodiscard]] std::uint8_t at(index_t position, index_t row) const {
    return codes[static_cast<std::size_t>(position * stride + row)];
  }
};

/// All that this processor has.
inline std::vector<cpu::InstructionSet> instruction_sets() {
  std::vector<cpu::InstructionSet> out{cpu::InstructionSet::scalar};
  if (cpu::best_instruction_set() >= cpu::InstructionSet::avx2) out.push_back(cpu::InstructionSet::avx2);
  if (cpu::best_instruction_set() >= cpu::InstructionSet::avx512) out.push_back(cpu::InstructionSet::avx512);
  return out;
}

}  // namespace isonomy::test
