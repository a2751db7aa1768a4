// The residues that a text in a file stands for: without blanks, line ends and the sign of a stop.
#pragma once

#include <string>
#include <string_view>

namespace isonomy::io {

/// Whether a byte may stand between residues in a file: a blank, a tab, or one that ends a line or a page.
[[nodiscard]] constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Whether one of the bytes of `s` is such.
[[nodiscard]] constexpr bool has_space(std::string_view s) noexcept {
  bool found = false;
  for (const char c : s) found |= is_space(c);  // to the end: without a way out, the loop takes many bytes at a time
  return found;
}

/// How the residues of a file are read.
struct ResidueText {
  /// Whether the protein may end with the text, so that one '*' (stop) at its end is left out.
  bool ends = true;
  /// Whether a to z become upper case.
  bool upper_case = false;
};

/// The residues of `text`. Valid as long as `text` and `room`, in which they are put where they do not stand as they
/// are.
inline std::string_view residues_of(std::string_view text, const ResidueText& how, std::string& room) {
  if (how.upper_case || has_space(text)) {
    room.clear();
    for (const char c : text) {
      if (is_space(c)) continue;
      room += how.upper_case && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    text = room;
  }
  if (how.ends && text.ends_with('*')) text.remove_suffix(1);
  return text;
}

}  // namespace isonomy::io
