// The counter-based generator against the published test vectors.
#include <array>
#include <cmath>
#include <cstdint>

#include "isonomy/core/random.hpp"
#include "support/catch.hpp"

using namespace isonomy;

TEST_CASE("philox4x32-10 gives the known answers of Random123", "[random]") {
  struct Vector {
    std::uint64_t key, counter, stream;
    std::array<std::uint32_t, 4> words;
  };
  // kat_vectors of Random123 (Salmon et al., SC 2011); the last is digits of pi.
  const std::uint64_t ones = ~std::uint64_t{0};
  for (const Vector& v : {Vector{0, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
                          Vector{ones, ones, ones, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
                          Vector{0x299f31d0a4093822,
                                 0x85a308d3243f6a88,
                                 0x0370734413198a2e,
                                 {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}}) {
    const PhiloxBlock b = philox(v.key, v.counter, v.stream);
    for (std::size_t i = 0; i < 4; ++i) CHECK(b.word[i] == v.words[i]);
  }
}

TEST_CASE("numbers depend on key, counter and stream alone", "[random]") {
  CHECK(random_bits(1, 2, 3) == random_bits(1, 2, 3));
  CHECK(random_bits(1, 2, 3) != random_bits(1, 2, 4));
  CHECK(random_bits(1, 2, 3) != random_bits(1, 3, 3));
  CHECK(random_bits(1, 2, 3) != random_bits(2, 2, 3));
}

TEST_CASE("unit numbers lie in [0, 1) around 1/2, bounded integers below their bound", "[random]") {
  double sum = 0;
  std::array<int, 7> seen{};
  for (std::uint64_t i = 0; i < 7000; ++i) {
    const double u = random_unit(5, i);
    REQUIRE((u >= 0 && u < 1));
    sum += u;
    const std::uint64_t k = random_below(7, 5, i, 1);
    REQUIRE(k < 7);
    ++seen[static_cast<std::size_t>(k)];
  }
  CHECK(std::abs(sum / 7000 - 0.5) < 0.02);
  for (const int n : seen) CHECK((n > 850 && n < 1150));
  CHECK(random_below(1, 5, 0) == 0);
  const std::uint64_t large = std::uint64_t{1} << 63;
  CHECK(random_below(large, 5, 0) == random_bits(5, 0) >> 1);  // multiply-high by 2^63
}
