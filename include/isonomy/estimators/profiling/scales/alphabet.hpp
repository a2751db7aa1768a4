// The letters of a sequence and their codes; the gap has the code after the last letter.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy::profiling {

/// What stands where a protein ends, or where a letter was masked. Never a letter of an alphabet.
inline constexpr char gap_letter = '-';

/// The distinct letters that a scale has values for, in the order of its values. Immutable.
class Alphabet {
 public:
  /// Codes fit five bits together with the gap.
  static constexpr int max_size = 30;

  /// Letter `letters[i]` gets the code i. ValueError unless there are 1 to 30 distinct printable characters, none '-'.
  explicit Alphabet(std::string_view letters) : letters_(letters) {
    if (letters.empty() || letters.size() > static_cast<std::size_t>(max_size))
      throw ValueError(text::joined(
          {"Alphabet: ", letters.size(), " letters; expected 1 to ", max_size, "; merge letters that behave alike"}));
    codes_.fill(-1);
    for (std::size_t i = 0; i < letters.size(); ++i) {
      const char c = letters[i];
      if (c == gap_letter)
        throw ValueError(text::joined(
            {"Alphabet: letter ", i, " is '-', which marks a gap; expected a letter; remove it, gaps need no value"}));
      if (c <= ' ' || c > '~')
        throw ValueError(text::joined("Alphabet: byte ", static_cast<unsigned char>(c), " at place ", i,
                                      " is not a printable character; expected codes 33 to 126; rename the letter"));
      auto& code = codes_[static_cast<unsigned char>(c)];
      if (code >= 0)
        throw ValueError(text::joined("Alphabet: letter '", c, "' stands at places ", code, " and ", i, " of ",
                                      text::quoted(letters), "; expected distinct letters; remove one"));
      code = static_cast<std::int8_t>(i);
    }
    codes_[static_cast<unsigned char>(gap_letter)] = static_cast<std::int8_t>(letters.size());
  }

  /// The 20 amino acids in the order of their one-letter codes.
  static Alphabet canonical() { return Alphabet("ACDEFGHIKLMNPQRSTVWY"); }

  /// The number of letters, without the gap.
  int size() const noexcept { return static_cast<int>(letters_.size()); }
  /// The code of '-', equal to size().
  std::uint8_t gap_code() const noexcept { return static_cast<std::uint8_t>(letters_.size()); }
  /// 0 to size()-1 for a letter, gap_code() for '-', -1 for anything else (lower case included).
  int code(char c) const noexcept { return codes_[static_cast<unsigned char>(c)]; }
  /// The letters in code order.
  const std::string& letters() const noexcept { return letters_; }

  friend bool operator==(const Alphabet& x, const Alphabet& y) noexcept { return x.letters_ == y.letters_; }

 private:
  std::string letters_;
  std::array<std::int8_t, 256> codes_{};
};

}  // namespace isonomy::profiling
