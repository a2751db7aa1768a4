// Text that is counted and cut by letters of UTF-8 instead of bytes, and what a letter is called in a message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "isonomy/core/text/letters.hpp"

namespace isonomy::text {

/// Whether every byte of `s` is a letter by itself.
[[nodiscard]] inline bool is_ascii(std::string_view s) noexcept {
  std::size_t i = 0;
  for (std::uint64_t eight = 0; i + 8 <= s.size(); i += 8) {
    std::memcpy(&eight, s.data() + i, 8);
    if ((eight & 0x8080808080808080u) != 0) return false;
  }
  for (; i < s.size(); ++i)
    if (static_cast<unsigned char>(s[i]) >= 0x80) return false;
  return true;
}

/// The letters of a text, found by their number in constant time. A byte that is not UTF-8 counts as one letter.
///
/// It views the text it is given, which must outlive it. Memory: eight bytes a letter, none for text in ASCII.
class LetterView {
 public:
  LetterView(std::string_view s) : text_(s) {
    if (is_ascii(s)) return;
    for (std::size_t at = 0; at < s.size();) {
      starts_.push_back(at);
      const std::size_t bytes = first_letter(s.substr(at)).bytes;
      at += bytes == 0 ? 1 : bytes;
    }
    starts_.push_back(s.size());
  }
  LetterView(const std::string& s) : LetterView(std::string_view(s)) {}
  LetterView(const char* s) : LetterView(std::string_view(s)) {}

  /// The number of letters.
  [[nodiscard]] std::size_t size() const noexcept { return starts_.empty() ? text_.size() : starts_.size() - 1; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  [[nodiscard]] std::string_view text() const noexcept { return text_; }

  /// Letter number i, which must be below size().
  [[nodiscard]] std::string_view operator[](std::size_t i) const noexcept { return between(i, i + 1); }

  /// The letters from number `first` to before number `stop`, which must not be above size().
  [[nodiscard]] std::string_view between(std::size_t first, std::size_t stop) const noexcept {
    const std::size_t from = place(first);
    return {text_.data() + from, place(stop) - from};
  }

 private:
  [[nodiscard]] std::size_t place(std::size_t i) const noexcept { return starts_.empty() ? i : starts_[i]; }

  std::string_view text_;
  /// Where each letter begins, and where the last ends; empty where every byte is a letter.
  std::vector<std::size_t> starts_;
};

/// What a message calls a letter: 'X', "U+00A0 (no-break space)", "line end"; visible ones beyond ASCII, of which many
/// look alike, with their code point behind them.
[[nodiscard]] inline std::string letter_name(std::string_view letter) {
  struct Named {
    char32_t code;
    const char* name;
  };
  static constexpr Named named[] = {{0x09, "tab"},
                                    {0x0A, "line end"},
                                    {0x0D, "carriage return"},
                                    {0x20, "blank"},
                                    {0xA0, "no-break space"},
                                    {0xAD, "soft hyphen"},
                                    {0x2007, "figure space"},
                                    {0x200B, "zero width space"},
                                    {0x200C, "zero width non-joiner"},
                                    {0x200D, "zero width joiner"},
                                    {0x202F, "narrow no-break space"},
                                    {0x2060, "word joiner"},
                                    {0xFEFF, "zero width no-break space"}};
  const Letter first = first_letter(letter);
  if (first.bytes == 0) return shown(letter);
  for (const auto& [code, name] : named)
    if (code == first.code)
      return (code < 0x80 ? std::string(name) : code_name(code).append(" (").append(name).append(")"));
  if (invisible(first.code)) return code_name(first.code);
  std::string out = "'";
  out.append(letter).append("'");
  return first.code < 0x80 ? out : out.append(" (").append(code_name(first.code)).append(")");
}

}  // namespace isonomy::text
