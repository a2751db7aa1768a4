// Text in messages, ids and cells: joined, quoted, listed, cut into fields, read as whole numbers.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "isonomy/core/text/letters.hpp"

namespace isonomy::text {

/// The extents of a matrix, which messages show as "3x4".
struct MatrixExtents {
  long long rows, columns;
};

/// One piece of a message: a text, a letter, a whole number, which is written in decimal, another number, of which six
/// significant digits are written, as streams do, or extents.
///
/// It views the text it is given, so it must not outlive the expression that makes it.
class Piece {
 public:
  Piece(std::string_view s) : view_(s) {}
  Piece(const char* s) : view_(s) {}
  Piece(const std::string& s) : view_(s) {}
  Piece(std::same_as<char> auto letter) : digits_{letter}, view_(digits_, 1) {}
  template <std::integral Integer>
    requires(!std::same_as<Integer, bool> && !std::same_as<Integer, char>)
  Piece(Integer number) : Piece(Decimal{}, Widest<Integer>{number}) {}
  Piece(std::floating_point auto number) : Piece(Decimal{}, double{number}) {}
  Piece(const MatrixExtents& extents) : Piece(Decimal{}, extents) {}

  Piece(const Piece&) = delete;  // a copy would view the digits of the original
  Piece& operator=(const Piece&) = delete;

  [[nodiscard]] std::string_view view() const { return view_; }

 private:
  struct Decimal {};
  template <class Integer>
  using Widest = std::conditional_t<std::signed_integral<Integer>, long long, unsigned long long>;

  [[gnu::noinline]] Piece(Decimal, long long number) { write(number); }
  [[gnu::noinline]] Piece(Decimal, unsigned long long number) { write(number); }
  [[gnu::noinline]] Piece(Decimal, double number) { write(number, std::chars_format::general, 6); }
  [[gnu::noinline]] Piece(Decimal, const MatrixExtents& extents) {
    write(extents.rows);
    char* const by = digits_ + view_.size();
    *by = 'x';
    write_from(by + 1, extents.columns);
  }
  void write(auto... number) { write_from(digits_, number...); }
  void write_from(char* begin, auto... number) {
    const char* end = std::to_chars(begin, digits_ + sizeof(digits_), number...).ptr;
    view_ = {digits_, static_cast<std::size_t>(end - digits_)};
  }

  char digits_[41];  // the least int64 and the largest uint64 both have 20 characters, two of them with an x 41
  std::string_view view_;
};

/// The pieces one behind the other.
[[gnu::noinline]] inline std::string joined(std::initializer_list<Piece> pieces) {
  std::size_t size = 0;
  for (const Piece& piece : pieces) size += piece.view().size();
  std::string out;
  out.reserve(size);
  for (const Piece& piece : pieces) out += piece.view();
  return out;
}

/// The same: `joined(operation, ": row ", i, " is empty")`.
///
/// Messages are put together by this instead of `+`, which a compiler inlines with the clean-up of every temporary:
/// that costs more time to compile than most of the code the message is about.
template <class... Pieces>
[[gnu::always_inline]] inline std::string joined(const Pieces&... pieces) {
  return joined({pieces...});
}

/// `s` in single quotes as shown() has it, cut after 60 bytes so that a message stays readable.
inline std::string quoted(std::string_view s) {
  constexpr std::size_t longest = 60;
  if (s.size() <= longest) return joined('\'', shown(s), '\'');
  return joined('\'', shown(beginning(s, longest)), "...' (", s.size(), " bytes)");
}

/// The elements of `list`, which are convertible to a view or are numbers, joined by ", "; at most `most` of them.
template <class Range>
std::string listed(const Range& list, std::size_t most = 10) {
  std::string out;
  std::size_t n = 0;
  for (const auto& x : list) {
    if (n == most) return out + ", ...";
    if (n++ > 0) out += ", ";
    if constexpr (requires { std::string_view(x); })
      out += std::string_view(x);
    else
      out += std::to_string(x);
  }
  return out;
}

/// The shortest decimals that read back to the same double: "0.2", "1e-06".
inline std::string decimals(double x) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof(text), x).ptr};
}

/// `x` with so many significant digits at most, as streams write it.
inline std::string decimals(double x, int digits) {
  char text[64];
  return {text, std::to_chars(text, text + sizeof(text), x, std::chars_format::general, digits).ptr};
}

/// `s` without blanks and tabs.
inline std::string without_blanks(std::string_view s) {
  std::string out;
  for (const char c : s)
    if (c != ' ' && c != '\t') out += c;
  return out;
}

/// `s` without the blanks before and behind it.
[[nodiscard]] constexpr std::string_view without_blanks_around(std::string_view s) noexcept {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return s;
}

/// The fields of `s` between the separators: one more than there are separators.
inline std::vector<std::string_view> fields(std::string_view s, char separator) {
  std::vector<std::string_view> out;
  for (;;) {
    const auto at = s.find(separator);
    out.push_back(s.substr(0, at));
    if (at == std::string_view::npos) return out;
    s.remove_prefix(at + 1);
  }
}

/// The whole of `s` as a decimal integer that fits an int, else nothing.
inline std::optional<int> whole_number(std::string_view s) {
  int value = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (s.empty() || error != std::errc() || end != s.data() + s.size()) return std::nullopt;
  return value;
}

}  // namespace isonomy::text
