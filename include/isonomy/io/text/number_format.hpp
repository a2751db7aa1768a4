// How tables write numbers: decimal signs, separators, missing values, and what may have been meant by other text.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/text/letters.hpp"
#include "isonomy/io/text/numbers.hpp"

namespace isonomy::io {

/// What becomes of rows in which a chosen cell is empty, NA, N/A, #N/A, <NA>, NaN, null or none, in any case.
enum class Missing {
  refuse,  ///< IoError
  skip     ///< left out and counted
};

/// How the numbers of a table are written.
struct NumberFormat {
  char decimal = '.';  ///< or a comma
  /// What stands between cells; a blank is any run of blanks and tabs. If it is not given, the first of tab, comma
  /// (unless it is the decimal sign) and semicolon that the first line has, else a blank.
  std::optional<char> separator{};
  Missing missing = Missing::refuse;
};

/// ValueError unless decimal sign and separator can be told from numbers. They may be the same: then every number must
/// stand in quotes.
inline void require_format(const NumberFormat& format) {
  if (format.decimal != '.' && format.decimal != ',')
    throw ValueError(text::joined("NumberFormat: decimal=", text::quoted(std::string(1, format.decimal)),
                                  "; expected '.' or ','; give the sign before the decimals"));
  if (!format.separator) return;
  const char c = *format.separator;
  const bool visible =
      (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
  if ((!visible && c != ' ' && c != '\t') || std::string_view("+-.\"#").find(c) != std::string_view::npos)
    throw ValueError(
        text::joined("NumberFormat: separator=", text::quoted(std::string(1, c)),
                     "; expected a tab, a blank or a sign such as ',' or ';'; give what stands between cells"));
}

namespace detail {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The separator that a first line shows.
inline char separator_of(std::string_view line, char decimal) {
  for (const char c : {'\t', ',', ';'})
    if (c != decimal && line.find(c) != std::string_view::npos) return c;
  return ' ';
}

/// `cell` with a point for the decimal sign; empty, which is no number, if it has points that are something else.
inline std::string with_point(std::string_view cell, char decimal) {
  std::string out(cell);
  if (out.find('.') != std::string::npos) return {};
  std::replace(out.begin(), out.end(), decimal, '.');
  return out;
}

/// The whole of `cell` as a number with a decimal point, infinite where it is too large; else nothing.
inline std::optional<double> number_in(std::string_view cell) {
  const std::string_view s = without_sign_and_blanks(cell);
  double value = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (s.empty() || error == std::errc::invalid_argument || end != s.data() + s.size()) return std::nullopt;
  return error == std::errc() ? value : std::numeric_limits<double>::infinity();
}
inline std::optional<double> number_in(const std::string& cell, char decimal) {
  return decimal == '.' ? number_in(cell) : number_in(with_point(cell, decimal));
}

inline bool is_missing(std::string_view cell) {
  constexpr std::string_view names[] = {"", "na", "n/a", "#n/a", "<na>", "nan", "-nan", "null", "none"};
  const auto same = [cell](std::string_view name) {
    return std::equal(cell.begin(), cell.end(), name.begin(), name.end(),
                      [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
  };
  return std::any_of(std::begin(names), std::end(names), same);
}

/// Whether a line is a comment: it begins with '#', and not with what spreadsheets write for a value that they lack.
inline bool is_comment(std::string_view line) {
  constexpr std::string_view values[] = {"#N/A", "#n/a", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!"};
  return line.starts_with('#') && std::none_of(std::begin(values), std::end(values),
                                               [line](std::string_view value) { return line.starts_with(value); });
}

/// Whether a cell that is no number may have been meant as one: a digit, or the sign or point of a number, stands
/// before its first letter. Other signs and invisible letters are looked past.
inline bool begins_like_number(std::string_view cell) {
  bool signs = false;
  while (!cell.empty()) {
    const auto [code, bytes] = text::first_letter(cell);
    if (code < 0x80) {
      const char c = static_cast<char>(code);
      if (is_digit(c)) return true;
      if (c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) return signs;
      signs = signs || std::string_view("+-.,").find(c) != std::string_view::npos;
    } else if (code == 0x2212 || code == 0x2013) {  // minus sign, en dash
      signs = true;
    } else if (!text::invisible(code)) {
      return signs;
    }
    cell.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return signs;
}

/// Whether a line of two columns may be one number with a decimal comma: digits, a comma, digits.
inline bool may_be_decimal(std::string_view line) {
  constexpr std::string_view blanks = " \t";
  const auto digits = [&line] {
    const auto end = std::min(line.find_first_not_of("0123456789"), line.size());
    line.remove_prefix(end);
    return end > 0;
  };
  const auto sign = [&line] {
    if (line.starts_with('+') || line.starts_with('-')) line.remove_prefix(1);
  };
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  line.remove_suffix(line.size() - (line.find_last_not_of(blanks) + 1));
  sign();
  static_cast<void>(digits());
  if (!line.starts_with(',')) return false;
  line.remove_prefix(1);
  if (!digits()) return false;
  if (line.starts_with('e') || line.starts_with('E')) {
    line.remove_prefix(1);
    sign();
    if (!digits()) return false;
  }
  return line.empty();
}

/// Whether a cell is several numbers between blanks, tabs or semicolons.
inline bool is_several_numbers(std::string_view cell) {
  constexpr std::string_view separators = " \t;";
  int count = 0;
  while (!cell.empty()) {
    const auto size = std::min(cell.find_first_of(separators), cell.size());
    if (size > 0 && !number_in(cell.substr(0, size))) return false;
    count += size > 0 ? 1 : 0;
    cell.remove_prefix(std::min(size + 1, cell.size()));
  }
  return count > 1;
}

/// Throws IoError for a cell that is no finite number, with what may help.
[[noreturn]] inline void refuse_number(const std::string& cell, const CellPlace& place, char decimal) {
  if (is_missing(cell))
    refuse_cell(place, cell, number_in(cell) ? "a finite number" : "a number",
                "correct the cell, or leave such rows out with missing=skip");
  if (number_in(cell, decimal)) refuse_cell(place, cell, "a finite number of double range");
  if (decimal == ',') refuse_cell(place, cell, "a number with a decimal comma");
  if (cell.find(',') != std::string::npos && number_in(cell, ','))
    refuse_cell(place, cell, "a number with a decimal point", "read decimal commas with decimal=','");
  refuse_cell(place, cell, "a number");
}

}  // namespace detail
}  // namespace isonomy::io
