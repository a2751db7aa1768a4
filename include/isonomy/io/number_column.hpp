// Reads one column of numbers from a text table: CSV, TSV, blanks, or a number a line, with or without a header.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/io/numbers.hpp"
#include "isonomy/io/text_file.hpp"

namespace isonomy::io {

namespace detail {

/// Tab, comma or semicolon if the line has one, in this order; else a blank, which stands for any run of blanks.
inline char separator_of(std::string_view line) {
  for (const char c : {'\t', ',', ';'})
    if (line.find(c) != std::string_view::npos) return c;
  return ' ';
}

inline std::vector<std::string_view> cells_of(std::string_view line, char separator) {
  std::vector<std::string_view> cells;
  const auto trimmed = [](std::string_view s) {
    const auto first = s.find_first_not_of(" \t");
    return first == std::string_view::npos ? std::string_view{}
                                           : s.substr(first, s.find_last_not_of(" \t") - first + 1);
  };
  if (separator != ' ') {
    for (std::size_t at = 0;;) {
      const auto stop = line.find(separator, at);
      cells.push_back(trimmed(line.substr(at, stop == std::string_view::npos ? stop : stop - at)));
      if (stop == std::string_view::npos) return cells;
      at = stop + 1;
    }
  }
  for (std::size_t at = line.find_first_not_of(" \t"); at != std::string_view::npos;) {
    const auto stop = line.find_first_of(" \t", at);
    cells.push_back(line.substr(at, stop == std::string_view::npos ? stop : stop - at));
    at = stop == std::string_view::npos ? stop : line.find_first_not_of(" \t", stop);
  }
  return cells;
}

inline bool is_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && error != std::errc::invalid_argument && end == text.data() + text.size();
}

}  // namespace detail

/// The numbers of one column, by its name in a header or its place from 1; the first column if `column` is empty. Lines
/// without text and lines that begin with '#' are skipped. The first other line is a header if the column's cell in it
/// is no number. IoError naming file, line, column and value: for a file that is missing or empty, a column that does
/// not exist, rows of different length, a cell that is no finite number, a table without rows.
[[nodiscard]] inline std::vector<double> read_number_column(const std::string& path, const std::string& column = "") {
  std::vector<double> values;
  std::size_t place = 0, width = 0;
  char separator = ' ';
  std::string name;
  for_each_line(path, [&](std::string_view line, std::int64_t number) {
    const auto first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos || line[first] == '#') return;
    const bool opening = width == 0;
    if (opening) separator = detail::separator_of(line);
    const std::vector<std::string_view> cells = detail::cells_of(line, separator);
    if (opening) {
      width = cells.size();
      bool named = false;
      for (std::size_t i = 0; i < width && !column.empty(); ++i)
        if (cells[i] == column) place = i, named = true;
      if (!column.empty() && !named) {
        const auto [end, error] = std::from_chars(column.data(), column.data() + column.size(), place);
        if (error != std::errc() || end != column.data() + column.size() || place < 1 || place > width) {
          std::string all;
          for (const auto cell : cells) all += (all.empty() ? "" : ", ") + std::string(cell);
          throw IoError(path, number,
                        "there is no column '" + column + "'; the first line has " + std::to_string(width) + ": " +
                            all.substr(0, 200) + "; give a name of these, or a place from 1 to " +
                            std::to_string(width));
        }
        --place;
      }
      name = named ? column : std::to_string(place + 1);
      if (named || !detail::is_number(cells[place])) return;
    }
    if (cells.size() != width)
      throw IoError(path, number,
                    "the row has " + std::to_string(cells.size()) + " cells; expected " + std::to_string(width) +
                        " as in the first; look for missing or stray separators");
    values.push_back(parse_number(cells[place], {path, number, name}));
  });
  if (values.empty()) throw IoError(path, 0, "there is no number in the file; expected a column of them");
  return values;
}

}  // namespace isonomy::io
