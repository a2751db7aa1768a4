// Numbers in cells: parsed as a whole or refused with file, line, column and value; written so that they read back.
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/tsv.hpp"

namespace isonomy::io {

/// Where a cell stands, for errors.
struct CellPlace {
  std::string_view path;
  std::int64_t line = 0;
  std::string_view column;
};

/// Throws IoError naming the cell, its text, what was expected there and what to do.
[[noreturn]] inline void refuse_cell(const CellPlace& place, std::string_view value, const char* expected,
                                     const char* remedy = "correct the cell") {
  const std::string_view shown = text::beginning(value, 60);
  throw IoError(std::string(place.path), place.line,
                text::joined({"column '", place.column, "' is '", shown, shown.size() < value.size() ? "...'" : "'",
                              "; expected ", expected, "; ", remedy}));
}

namespace detail {

inline std::string_view without_sign_and_blanks(std::string_view s) {
  s = text::without_blanks_around(s);
  if (s.size() > 1 && s.front() == '+' && s[1] != '-') s.remove_prefix(1);
  return s;
}

}  // namespace detail

/// Makes `value` the whole number that all of `text` is and returns no error, or says what it is not. Blanks around it
/// and a leading '+' are ignored, as are zeros behind a point: 21.0 is what many programs write for 21 in a column of
/// which a cell is empty.
inline std::errc read_integer(std::string_view text, std::int64_t& value) {
  auto s = detail::without_sign_and_blanks(text);
  const auto point = s.find('.');
  if (point != std::string_view::npos && point + 1 < s.size() &&
      s.find_first_not_of('0', point + 1) == std::string_view::npos)
    s = s.substr(0, point);
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  return error == std::errc() && end != s.data() + s.size() ? std::errc::invalid_argument : error;
}

/// The cell as a whole number, as read_integer() reads it. IoError for anything else.
inline std::int64_t parse_integer(std::string_view text, const CellPlace& place) {
  std::int64_t value = 0;
  const std::errc error = read_integer(text, value);
  if (error == std::errc::result_out_of_range) refuse_cell(place, text, "a whole number of at most 64 bits");
  if (error != std::errc()) refuse_cell(place, text, "a whole number");
  return value;
}

/// The cell as a finite number, rounded to the nearest double. IoError for anything else, NaN and infinity included.
inline double parse_number(std::string_view text, const CellPlace& place) {
  const auto s = detail::without_sign_and_blanks(text);
  double value = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (s.empty() || end != s.data() + s.size() || error == std::errc::invalid_argument)
    refuse_cell(place, text, "a number");
  if (error != std::errc() || !std::isfinite(value)) refuse_cell(place, text, "a finite number of double range");
  return value;
}

inline std::int64_t parse_integer(const Table& table, index_t row, index_t column) {
  const auto& name = table.columns()[static_cast<std::size_t>(column)];
  return parse_integer(table.cell(row, column), {table.path(), table.line(row), name});
}
inline double parse_number(const Table& table, index_t row, index_t column) {
  const auto& name = table.columns()[static_cast<std::size_t>(column)];
  return parse_number(table.cell(row, column), {table.path(), table.line(row), name});
}

/// The whole numbers of a cell that lists them separated by `separator`. An empty cell has none.
inline std::vector<std::int64_t> parse_integers(std::string_view text, char separator, const CellPlace& place) {
  std::vector<std::int64_t> out;
  while (!text.empty()) {
    const auto at = text.find(separator);
    out.push_back(parse_integer(text.substr(0, at), place));
    if (at == std::string_view::npos) break;
    text.remove_prefix(at + 1);
    if (text.empty()) refuse_cell(place, "", "a whole number behind the last separator");
  }
  return out;
}

/// The shortest decimals that read back to the same double, with a point or an exponent as Python prints them: "0.0",
/// "0.25", "1e-05", "1e+16". NaN and infinities are "nan", "inf" and "-inf".
inline std::string number_text(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const double size = std::fabs(value);
  const bool plain = size == 0 || (size >= 1e-4 && size < 1e16);
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value,
                                          plain ? std::chars_format::fixed : std::chars_format::scientific);
  static_cast<void>(error);  // 24 characters are the most
  std::string out(text.data(), end);
  if (plain && out.find('.') == std::string::npos) out += ".0";
  return out;
}

}  // namespace isonomy::io
