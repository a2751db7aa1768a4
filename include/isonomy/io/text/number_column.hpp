// Reads one column of numbers from a text table: CSV, TSV, blanks, or a number a line, with or without a header.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/cells.hpp"
#include "isonomy/io/text/numbers.hpp"
#include "isonomy/io/text/text_file.hpp"

namespace isonomy::io {

namespace detail {

/// Tab, comma or semicolon if the line has one, in this order; else a blank, which stands for any run of blanks.
inline char separator_of(std::string_view line) {
  for (const char c : {'\t', ',', ';'})
    if (line.find(c) != std::string_view::npos) return c;
  return ' ';
}

inline bool is_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && error != std::errc::invalid_argument && end == text.data() + text.size();
}

}  // namespace detail

/// The numbers of one column, one after another, in constant memory. The column is chosen by its place from 1 or its
/// name in a header; the first one if nothing is chosen. A whole number from 1 to the number of columns is always a
/// place, any other text a name. Lines without text and lines that begin with '#' are skipped. The first other line is
/// a header if the column is chosen by name, or its cell in that line is no number.
class NumberColumnReader {
 public:
  /// IoError for a file that is missing, empty or has no such column.
  explicit NumberColumnReader(const std::string& path, std::string column = "")
      : reader_(path), column_(std::move(column)) {
    if (!read_row()) return;
    columns_ = cells_.size();
    const auto place = chosen_place();
    const bool by_name = !column_.empty() && !place;
    place_ = by_name ? place_of_name() : place.value_or(0);
    label_ = by_name ? column_ : std::to_string(place_ + 1);
    const bool header = by_name || !detail::is_number(cells_[place_]);
    if (header)
      name_ = cells_[place_];
    else
      first_ = number();
  }

  /// The next number, or nothing at the end of the file. IoError naming file, line, column and value for rows of
  /// different length and cells that are no finite number.
  std::optional<double> next() {
    if (first_) return std::exchange(first_, std::nullopt);
    if (columns_ == 0 || !read_row()) return std::nullopt;
    if (cells_.size() != columns_)
      throw IoError(reader_.path(), reader_.line_number(),
                    text::joined("the row has ", cells_.size(), " cells; expected ", columns_,
                                 " as in the first; look for missing or stray separators"));
    return number();
  }

  /// The column's name in the header; empty without one.
  const std::string& name() const noexcept { return name_; }
  /// The column's place from 1, and how many there are.
  index_t place() const noexcept { return static_cast<index_t>(place_) + 1; }
  index_t columns() const noexcept { return static_cast<index_t>(columns_); }
  /// The line that was read last, from 1.
  std::int64_t line_number() const noexcept { return reader_.line_number(); }

 private:
  /// Splits the next line that counts; false at the end.
  bool read_row() {
    for (std::string_view line; reader_.next(line);) {
      const auto first = line.find_first_not_of(" \t");
      if (first == std::string_view::npos || line[first] == '#') continue;
      if (columns_ == 0) format_.separator = detail::separator_of(line);
      cells_.read(reader_, line, format_);
      return true;
    }
    return false;
  }

  /// From 0; nothing unless the column is given by a place that the first line has.
  std::optional<std::size_t> chosen_place() const {
    std::size_t place = 0;
    const char* const last = column_.data() + column_.size();
    const auto [end, error] = std::from_chars(column_.data(), last, place);
    if (error != std::errc() || end != last || place < 1 || place > columns_) return std::nullopt;
    return place - 1;
  }

  std::size_t place_of_name() const {
    const auto cells = cells_.all();
    const auto named = std::find(cells.begin(), cells.end(), column_);
    if (named != cells.end()) return static_cast<std::size_t>(named - cells.begin());
    throw IoError(reader_.path(), reader_.line_number(),
                  text::joined("there is no column '", column_, "'; the first line has ", columns_, ": ",
                               text::listed(cells, cells.size()).substr(0, 200),
                               "; give a name of these, or a place from 1 to ", columns_));
  }

  double number() const {
    const CellPlace place{reader_.path(), reader_.line_number(), label_};
    const bool may_be_meant = column_.empty() && columns_ > 1;
    if (may_be_meant && !detail::is_number(cells_[place_]))
      refuse_cell(place, cells_[place_], "a number, or another of the columns named");
    return parse_number(cells_[place_], place);
  }

  LineReader reader_;
  std::string column_, label_, name_;
  CellFormat format_{.trimmed = true, .one_line = true};
  std::size_t place_ = 0, columns_ = 0;
  Cells cells_;
  std::optional<double> first_;
};

/// The numbers of one column, chosen as by NumberColumnReader, with its errors; IoError also for a table without rows.
[[nodiscard]] inline std::vector<double> read_number_column(const std::string& path, const std::string& column = "") {
  NumberColumnReader reader(path, column);
  std::vector<double> values;
  while (const auto value = reader.next()) values.push_back(*value);
  if (values.empty()) throw IoError(path, 0, "there is no number in the file; expected a column of them");
  return values;
}

}  // namespace isonomy::io
