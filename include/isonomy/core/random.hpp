// Counter-based random numbers (Philox4x32-10): the same bits on host and device, in any order.
#pragma once

#include <array>
#include <cstdint>

#include "isonomy/core/config.hpp"

namespace isonomy {

/// Four 32-bit words from a 128-bit counter and a 64-bit key (Salmon et al., SC 2011, Philox4x32-10).
struct PhiloxBlock {
  std::uint32_t word[4];
};

[[nodiscard]] ISONOMY_HD inline PhiloxBlock philox(std::uint64_t key, std::uint64_t counter, std::uint64_t stream = 0) {
  std::uint32_t k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  std::uint32_t c0 = static_cast<std::uint32_t>(counter), c1 = static_cast<std::uint32_t>(counter >> 32);
  std::uint32_t c2 = static_cast<std::uint32_t>(stream), c3 = static_cast<std::uint32_t>(stream >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c0, p1 = std::uint64_t{0xCD9E8D57u} * c2;
    const std::uint32_t n0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ k0;
    const std::uint32_t n2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c1 = static_cast<std::uint32_t>(p1);
    c3 = static_cast<std::uint32_t>(p0);
    c0 = n0;
    c2 = n2;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

/// 64 random bits number `counter` of `stream`.
[[nodiscard]] ISONOMY_HD inline std::uint64_t random_bits(std::uint64_t key, std::uint64_t counter,
                                                          std::uint64_t stream = 0) {
  const PhiloxBlock b = philox(key, counter, stream);
  return (std::uint64_t{b.word[1]} << 32) | b.word[0];
}

/// Uniform in [0, 1) with 53 bits.
[[nodiscard]] ISONOMY_HD inline double random_unit(std::uint64_t key, std::uint64_t counter, std::uint64_t stream = 0) {
  return static_cast<double>(random_bits(key, counter, stream) >> 11) * 0x1p-53;
}

/// Uniform integer in [0, bound) by multiply-high of 64 bits: bias below bound / 2^64. `bound` > 0.
[[nodiscard]] ISONOMY_HD inline std::uint64_t random_below(std::uint64_t bound, std::uint64_t key,
                                                           std::uint64_t counter, std::uint64_t stream = 0) {
  const std::uint64_t x = random_bits(key, counter, stream);
  const std::uint64_t xl = x & 0xffffffffu, xh = x >> 32, bl = bound & 0xffffffffu, bh = bound >> 32;
  const std::uint64_t middle = xh * bl + ((xl * bl) >> 32);
  return xh * bh + (middle >> 32) + (((middle & 0xffffffffu) + xl * bh) >> 32);
}

}  // namespace isonomy
