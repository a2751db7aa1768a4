// Reads columns of numbers from a text table: CSV, TSV, blanks, or a number a line, with or without a header.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/cells.hpp"
#include "isonomy/io/text/number_format.hpp"
#include "isonomy/io/text/numbers.hpp"
#include "isonomy/io/text/source.hpp"
#include "isonomy/io/text/text_file.hpp"

namespace isonomy::io {

/// The numbers of chosen columns, row after row, in constant memory. A column is chosen by its place from 1 or its name
/// in a header; "" is the first one. A whole number from 1 to the number of columns is always a place, any other text a
/// name. Lines without text and comments, which begin with '#', are skipped. The first other line is a header if a
/// column is chosen by name, or a chosen cell in it is no number.
///
/// What could be read in two ways is refused: a first line whose cell only begins like a number, a name that two
/// columns have, and numbers with decimal commas where commas separate cells.
class NumberColumnsReader {
 public:
  /// IoError for a file that is missing, empty, has no such column, or begins in one of the ways above; ValueError for
  /// a format that contradicts itself.
  NumberColumnsReader(Source source, const std::vector<std::string>& chosen, NumberFormat format = {})
      : reader_(std::move(source)), format_(format) {
    require_format(format_);
    if (!read_row()) return;
    columns_ = cells_.size();
    bool by_name = false;
    for (const std::string& column : chosen) {
      const auto place = place_of(column);
      by_name = by_name || (!column.empty() && !place);
      chosen_.push_back({column, place.value_or(0), {}, {}, 0});
      if (!column.empty() && !place) chosen_.back().place = place_of_name(column);
      chosen_.back().label = place || column.empty() ? std::to_string(chosen_.back().place + 1) : column;
    }
    if (by_name || begins_with_header()) {
      for (Column& column : chosen_) take_name(column);
    } else {
      doubtful_ = !format_.separator && columns_ == 2 && chosen_.size() == 1 && chosen_[0].wanted.empty() && decimal_;
      first_line_ = reader_.line_number();
      first_ = read_values();
    }
  }

  /// Reads the next row; false at the end of the file. IoError naming file, line, column and value for rows of
  /// different length and cells that are no finite number; at the end, for two columns that may be one.
  bool next() {
    if (std::exchange(first_, false)) return true;
    while (columns_ > 0 && read_row()) {
      if (cells_.size() != columns_)
        throw IoError(reader_.path(), reader_.line_number(),
                      text::joined("the row has ", cells_.size(), " cells; expected ", columns_,
                                   " as in the first; look for missing or stray separators",
                                   doubtful_ ? ", and read decimal commas with decimal=','" : ""));
      doubtful_ = doubtful_ && decimal_;
      if (read_values()) return true;
    }
    if (doubtful_) refuse_doubtful();
    return false;
  }

  /// The number of the k-th chosen column in the row that next() read last.
  double operator[](std::size_t k) const { return chosen_[k].value; }
  /// The k-th chosen column's name in the header, empty without one; its place from 1; how many columns there are.
  const std::string& name(std::size_t k = 0) const { return chosen_[k].name; }
  index_t place(std::size_t k = 0) const { return static_cast<index_t>(chosen_[k].place) + 1; }
  index_t columns() const noexcept { return static_cast<index_t>(columns_); }
  /// The line that was read last, from 1.
  std::int64_t line_number() const noexcept { return reader_.line_number(); }
  /// Rows left out because of missing values.
  index_t skipped() const noexcept { return skipped_; }

 private:
  struct Column {
    std::string wanted;
    std::size_t place;
    std::string label, name;
    double value;
  };

  /// Splits the next line that counts; false at the end.
  bool read_row() {
    for (std::string_view line; reader_.next(line);) {
      const auto first = line.find_first_not_of(" \t");
      if (first == std::string_view::npos || detail::is_comment(line.substr(first))) continue;
      if (columns_ == 0) {
        cell_format_.separator = format_.separator.value_or(detail::separator_of(line, format_.decimal));
        commas_guessed_ = !format_.separator && cell_format_.separator == ',';
      }
      decimal_ = commas_guessed_ && (columns_ == 0 || doubtful_) && detail::may_be_decimal(line);
      const bool several = commas_guessed_ &&
                           (line.find(' ') != line.npos || line.find(';') != line.npos || line.find('\t') != line.npos);
      cells_.read(reader_, line, cell_format_);
      if (several && !cells_.quoted()) require_single_numbers();
      return true;
    }
    return false;
  }

  /// Where numbers have decimal commas, pieces of two numbers make up a cell: "50,38  1,42".
  void require_single_numbers() const {
    for (std::size_t k = 0; k < cells_.size(); ++k)
      if (detail::is_several_numbers(cells_[k]))
        throw IoError(reader_.path(), reader_.line_number(),
                      text::joined("column ", k + 1, " is ", text::quoted(cells_[k]),
                                   " where cells end at commas; expected a number; read decimal commas with "
                                   "decimal=',', or name the separator, as in separator=','"));
  }

  /// From 0; nothing unless the column is given by a place that the first line has.
  std::optional<std::size_t> place_of(const std::string& column) const {
    std::size_t place = 0;
    const char* const last = column.data() + column.size();
    const auto [end, error] = std::from_chars(column.data(), last, place);
    if (error != std::errc() || end != last || place < 1 || place > columns_) return std::nullopt;
    return place - 1;
  }

  std::size_t place_of_name(const std::string& column) const {
    const auto cells = cells_.all();
    const auto named = std::find(cells.begin(), cells.end(), column);
    if (named != cells.end()) return static_cast<std::size_t>(named - cells.begin());
    throw IoError(reader_.path(), reader_.line_number(),
                  text::joined("there is no column '", column, "'; the first line has ", columns_, ": ",
                               text::beginning(text::listed(cells, cells.size()), 200),
                               "; give a name of these, or a place from 1 to ", columns_));
  }

  std::optional<double> number(std::size_t place) const { return detail::number_in(cells_[place], format_.decimal); }

  /// Whether the first line, of which no column was chosen by name, is a header. IoError if a chosen cell of it is no
  /// number but may have been meant as one.
  bool begins_with_header() const {
    const auto is_word = [this](const Column& column) { return !number(column.place); };
    const auto word = std::find_if(chosen_.begin(), chosen_.end(), is_word);
    if (word == chosen_.end()) return false;
    const std::string& cell = cells_[word->place];
    if (cell.empty()) {  // a column of a header may lack its name
      for (std::size_t k = 0; k < columns_; ++k)
        if (number(k)) return false;
      return columns_ > 1;
    }
    if (detail::is_missing(cell)) return false;
    if (!detail::begins_like_number(cell)) return true;
    const CellPlace place{reader_.path(), reader_.line_number(), word->label};
    if (format_.decimal == '.' && detail::number_in(cell, ','))
      refuse_cell(place, cell, "a number with a decimal point, or a name", "read decimal commas with decimal=','");
    refuse_cell(place, cell, "a number, or a name that does not begin like one",
                "correct the cell, or choose the column by this name");
  }

  /// Takes a column's name from the header. IoError if another column has it, unless the column was chosen by place.
  void take_name(Column& column) const {
    column.name = cells_[column.place];
    if (column.name.empty() || (!column.wanted.empty() && column.wanted != column.name)) return;
    for (std::size_t k = 0; k < columns_; ++k)
      if (k != column.place && cells_[k] == column.name)
        throw IoError(
            reader_.path(), reader_.line_number(),
            text::joined({"columns ", std::min(k, column.place) + 1, " and ", std::max(k, column.place) + 1,
                          " are both called '", column.name, "'; expected distinct names; choose one by its place"}));
  }

  /// Reads the chosen cells; false if one is missing and the row is to be left out.
  bool read_values() {
    for (const Column& column : chosen_)
      if (format_.missing == Missing::skip && detail::is_missing(cells_[column.place])) {
        ++skipped_;
        return false;
      }
    for (Column& column : chosen_) {
      if (format_.separator == format_.decimal && !cells_.quoted(column.place))
        refuse_cell({reader_.path(), reader_.line_number(), column.label}, cells_[column.place],
                    "a number in quotes, since commas separate cells and decimals",
                    "quote the numbers, or name another separator");
      const auto value = number(column.place);
      if (!value || !std::isfinite(*value)) refuse(column);
      column.value = *value;
    }
    return true;
  }

  [[noreturn]] void refuse(const Column& column) const {
    const CellPlace place{reader_.path(), reader_.line_number(), column.label};
    const std::string& cell = cells_[column.place];
    const bool another_may_be_meant = column.wanted.empty() && columns_ > 1;
    if (another_may_be_meant && !number(column.place) && !detail::begins_like_number(cell) && !detail::is_missing(cell))
      refuse_cell(place, cell, "a number, or another of the columns named");
    detail::refuse_number(cell, place, format_.decimal);
  }

  [[noreturn]] void refuse_doubtful() const {
    throw IoError(reader_.path(), first_line_,
                  "every line may be two whole numbers or one with a decimal comma, and there is no header; expected "
                  "lines that can be read in one way; read decimal commas with decimal=',', two columns with "
                  "separator=',', or choose a column");
  }

  LineReader reader_;
  NumberFormat format_;
  CellFormat cell_format_{.trimmed = true, .one_line = true};
  std::size_t columns_ = 0;
  std::vector<Column> chosen_;
  Cells cells_;
  index_t skipped_ = 0;
  std::int64_t first_line_ = 0;
  bool first_ = false;           ///< whether the first line is a row that next() has not given
  bool commas_guessed_ = false;  ///< whether commas separate cells though nobody said so
  bool decimal_ = false;         ///< whether the line may be one number
  bool doubtful_ = false;        ///< whether that holds for all lines
};

/// The numbers of one column, as NumberColumnsReader reads it.
class NumberColumnReader : private NumberColumnsReader {
 public:
  explicit NumberColumnReader(Source source, const std::string& column = "", const NumberFormat& format = {})
      : NumberColumnsReader(std::move(source), {column}, format) {}
  explicit NumberColumnReader(const std::string& path, const std::string& column = "", const NumberFormat& format = {})
      : NumberColumnReader(Source(path, "text file"), column, format) {}

  /// The next number, or nothing at the end of the file.
  std::optional<double> next() { return NumberColumnsReader::next() ? std::optional((*this)[0]) : std::nullopt; }

  using NumberColumnsReader::columns;
  using NumberColumnsReader::line_number;
  using NumberColumnsReader::name;
  using NumberColumnsReader::place;
  using NumberColumnsReader::skipped;
};

/// The numbers of one column, with the errors of NumberColumnsReader; IoError also for a table without rows.
[[nodiscard]] inline std::vector<double> read_number_column(Source source, const std::string& column = "",
                                                            const NumberFormat& format = {}) {
  const std::string path = source.path();
  NumberColumnReader reader(std::move(source), column, format);
  std::vector<double> values;
  while (const auto value = reader.next()) values.push_back(*value);
  if (values.empty()) throw IoError(path, 0, "there is no number in the file; expected a column of them; see the file");
  return values;
}
[[nodiscard]] inline std::vector<double> read_number_column(const std::string& path, const std::string& column = "",
                                                            const NumberFormat& format = {}) {
  return read_number_column(Source(path, "text file"), column, format);
}

}  // namespace isonomy::io
