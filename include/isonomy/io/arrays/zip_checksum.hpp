// The checksum of what a zip archive holds: CRC-32.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace isonomy::io {

namespace detail {

/// Of every byte, what it adds. Source: RFC 1952, section 8.
[[nodiscard]] constexpr std::array<std::uint32_t, 256> crc32_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) remainder = remainder >> 1 ^ ((remainder & 1) != 0 ? 0xEDB88320u : 0u);
    table[byte] = remainder;
  }
  return table;
}

}  // namespace detail

/// The CRC-32 of bytes, or of these behind others whose CRC-32 is `before`.
[[nodiscard]] inline std::uint32_t crc32_of(std::string_view bytes, std::uint32_t before = 0) {
  static constexpr std::array<std::uint32_t, 256> table = detail::crc32_table();
  std::uint32_t remainder = ~before;
  for (const char c : bytes) remainder = remainder >> 8 ^ table[(remainder ^ static_cast<unsigned char>(c)) & 0xFF];
  return ~remainder;
}

}  // namespace isonomy::io
