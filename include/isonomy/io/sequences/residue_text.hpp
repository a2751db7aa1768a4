// The residues that a text in a file stands for: without blanks, line ends and the sign of a stop.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "isonomy/core/text.hpp"
#include "isonomy/core/text/letter_view.hpp"

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

/// The letters of `residues` that cannot be seen or only mark the one before them, with their places: "U+200B (zero
/// width space) at residue 26". None can be meant as a residue, and each would move all behind it.
[[nodiscard]] inline std::vector<std::string> hidden_letters(std::string_view residues) {
  bool plain = true;
  for (const char c : residues) plain &= c > ' ' && c <= '~';
  std::vector<std::string> out;
  if (plain) return out;
  const text::LetterView letters(residues);
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const char32_t code = text::first_letter(letters[i]).code;
    if (text::invisible(code) || text::combining(code))
      out.push_back(text::joined(text::letter_name(letters[i]), " at residue ", i + 1));
  }
  return out;
}

/// Whether a cell of residues holds what programs write for a value that is missing, rather than residues.
[[nodiscard]] inline bool is_missing_sequence(std::string_view cell) noexcept {
  constexpr std::string_view words[] = {"NA",   "NaN",  "nan", "None", "none", "NULL",
                                        "null", "<NA>", "N/A", "n/a",  "#N/A"};
  return std::find(std::begin(words), std::end(words), cell) != std::end(words);
}

}  // namespace isonomy::io
