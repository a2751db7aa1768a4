// Letters of UTF-8 text: where one ends, what it is called, and text with everything in it made visible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace isonomy::text {

/// One letter of a text: its code point, and how many bytes it takes.
struct Letter {
  char32_t code = 0;
  std::size_t bytes = 0;
};

/// The first letter of `s`; of no bytes where `s` is empty or does not begin with well-formed UTF-8 (no overlong forms,
/// no surrogates, at most U+10FFFF). Source: RFC 3629, section 4.
[[nodiscard]] constexpr Letter first_letter(std::string_view s) noexcept {
  if (s.empty()) return {};
  const auto byte = [&s](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t more = lead >= 0xC2 && lead <= 0xDF   ? 1
                           : (lead & 0xF0) == 0xE0        ? 2
                           : lead >= 0xF0 && lead <= 0xF4 ? 3
                                                          : 0;
  if (more == 0 || s.size() <= more) return {};
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < low || byte(1) > high) return {};
  char32_t code = lead & (0x3Fu >> more);
  for (std::size_t k = 1; k <= more; ++k) {
    if ((byte(k) & 0xC0) != 0x80) return {};
    code = code << 6 | (byte(k) & 0x3Fu);
  }
  return {code, more + 1};
}

/// A code point as UTF-8.
[[nodiscard]] inline std::string utf8(char32_t code) {
  if (code < 0x80) return {static_cast<char>(code)};
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  std::string out{static_cast<char>((0xF0 & 0xFF << (7 - more)) | static_cast<int>(code >> 6 * more))};
  for (int k = more; k-- > 0;) out += static_cast<char>(0x80 | (code >> 6 * k & 0x3F));
  return out;
}

/// "U+00A0": at least four hexadecimal digits.
[[nodiscard]] inline std::string code_name(char32_t code) {
  std::string digits;
  for (; code != 0 || digits.size() < 4; code >>= 4) digits.insert(digits.begin(), "0123456789ABCDEF"[code & 15]);
  return digits.insert(0, "U+");
}

/// Whether a letter leaves no mark of its own on a screen, or changes what stands around it: controls, blanks other
/// than the ordinary one, joiners, marks of direction, variation selectors, tags. Source: Unicode 15,
/// Default_Ignorable_Code_Point, White_Space, Bidi_Control and the categories Cc, Zl, Zp.
[[nodiscard]] constexpr bool invisible(char32_t code) noexcept {
  constexpr std::pair<char32_t, char32_t> ranges[] = {
      {0x0000, 0x001F},   {0x007F, 0x00A0},   {0x00AD, 0x00AD},  {0x034F, 0x034F}, {0x061C, 0x061C}, {0x115F, 0x1160},
      {0x1680, 0x1680},   {0x17B4, 0x17B5},   {0x180B, 0x180F},  {0x2000, 0x200F}, {0x2028, 0x202F}, {0x205F, 0x206F},
      {0x3000, 0x3000},   {0x3164, 0x3164},   {0xFE00, 0xFE0F},  {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB},
      {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}};
  for (const auto& [first, last] : ranges)
    if (code >= first && code <= last) return true;
  return false;
}

/// Whether a letter is a mark on the one before it, such as the accent of a decomposed one. Source: Unicode 15, the
/// blocks of combining diacritical marks.
[[nodiscard]] constexpr bool combining(char32_t code) noexcept {
  constexpr std::pair<char32_t, char32_t> blocks[] = {
      {0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0xFE20, 0xFE2F}};
  for (const auto& [first, last] : blocks)
    if (code >= first && code <= last) return true;
  return false;
}

/// `s` as it can be read in one line of a message: an invisible letter as "<U+200B>", a byte that is not UTF-8 as
/// "<byte FF>", everything else as it stands.
[[nodiscard]] inline std::string shown(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  while (!s.empty()) {
    std::size_t plain = 0;
    while (plain < s.size() && s[plain] >= ' ' && s[plain] < '\x7F') ++plain;
    out.append(s.substr(0, plain));
    s.remove_prefix(plain);
    if (s.empty()) break;
    const Letter letter = first_letter(s);
    if (letter.bytes == 0) {
      const auto byte = static_cast<unsigned char>(s.front());
      out.append("<byte ").append({"0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15], '>'});
      s.remove_prefix(1);
      continue;
    }
    if (invisible(letter.code))
      out.append("<").append(code_name(letter.code)).append(">");
    else
      out.append(s.substr(0, letter.bytes));
    s.remove_prefix(letter.bytes);
  }
  return out;
}

/// The longest beginning of `s` that has at most so many bytes and cuts no letter.
[[nodiscard]] constexpr std::string_view beginning(std::string_view s, std::size_t most) noexcept {
  if (s.size() <= most) return s;
  while (most > 0 && (static_cast<unsigned char>(s[most]) & 0xC0) == 0x80) --most;
  return s.substr(0, most);
}

}  // namespace isonomy::text
