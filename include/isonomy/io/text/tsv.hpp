// Reads tables with a header, separated by tabs or commas, row by row in constant memory or whole; writes those with
// tabs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/cells.hpp"
#include "isonomy/io/text/source.hpp"
#include "isonomy/io/text/text_file.hpp"

namespace isonomy::io {

/// What a table may be. Cells may be quoted (CellFormat).
struct TsvOptions {
  TextOptions text{};
  /// Cells are separated by the first of these that the first line holds, by the first of all if it holds none.
  std::string separators = "\t";
};

/// The separators of a spreadsheet saved as text.
inline constexpr const char* tab_or_comma = "\t,";

/// One row while it is read; valid until the next one.
struct Row {
  const std::string& path;
  const std::vector<std::string>& columns;
  std::span<const std::string> cells;
  /// The line the row begins on, from 1.
  std::int64_t line;
};

/// The place of the column of that name, or nothing.
[[nodiscard]] inline std::optional<index_t> find_column(const std::vector<std::string>& columns,
                                                        std::string_view name) {
  const auto at = std::find(columns.begin(), columns.end(), name);
  return at == columns.end() ? std::nullopt : std::optional(static_cast<index_t>(at - columns.begin()));
}

/// The place of the column of that name. IoError listing the columns if the table at `path` does not have it.
[[nodiscard]] inline index_t require_column(const std::string& path, const std::vector<std::string>& columns,
                                            std::string_view name) {
  if (const auto at = find_column(columns, name)) return *at;
  throw IoError(path, 1,
                text::joined("there is no column '", name, "'; the table has ", text::listed(columns, columns.size()),
                             "; add the column or correct its name"));
}

/// The records of one table, header first.
class TsvReader {
 public:
  /// Reads the header, the first line that is not empty; blanks around a name are none of it. IoError as LineReader, or
  /// naming the column if a name is repeated or empty; that of the first of several columns may be empty, as an index
  /// without a name is written.
  explicit TsvReader(const std::string& path, const TsvOptions& options = {})
      : TsvReader(Source(path, "text file"), options) {}
  /// The same from what is open already.
  explicit TsvReader(Source source, const TsvOptions& options = {})
      : reader_(std::move(source), options.text), options_(options) {
    read_header();
    for (const std::string& name : cells_.all()) columns_.emplace_back(text::without_blanks_around(name));
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      if (columns_[k].empty() && (k > 0 || columns_.size() == 1))
        throw IoError(path(), record_line_,
                      text::joined("column ", k + 1, " of ", columns_.size(),
                                   " has no name; expected a header; name the column"));
      const auto [first, added] = places.emplace(columns_[k], k);
      if (!added)
        throw IoError(path(), record_line_,
                      text::joined("columns ", first->second + 1, " and ", k + 1, " are both called '", columns_[k],
                                   "'; expected distinct names; rename one"));
    }
  }

  const std::vector<std::string>& columns() const noexcept { return columns_; }
  const std::string& path() const noexcept { return reader_.path(); }

  /// The next row, or nothing at the end. Lines without a byte are skipped, except in tables of one column.
  /// IoError naming the line if the number of cells is not that of the columns, or a quoted cell is malformed.
  std::optional<Row> next() {
    for (;;) {
      if (!read_record()) return std::nullopt;
      if (cells_.size() == 1 && cells_[0].empty() && columns_.size() > 1 && !cells_.quoted()) continue;
      break;
    }
    if (cells_.size() != columns_.size())
      throw IoError(path(), record_line_,
                    text::joined("the row has ", cells_.size(), " cells; expected ", columns_.size(),
                                 " as in the header; look for missing ", separator_ == '\t' ? "tabs" : "separators",
                                 " or stray quotes"));
    return Row{path(), columns_, cells_.all(), record_line_};
  }

 private:
  void read_header() {
    std::string_view line;
    do
      if (!reader_.next(line))
        throw IoError(path(), 1,
                      "the table has no header; expected column names in the first line; check how it was made");
    while (line.empty());
    const auto at = options_.separators.find_first_of(line);
    separator_ = options_.separators[at == std::string::npos ? 0 : at];
    read_cells(line);
  }

  bool read_record() {
    std::string_view line;
    if (!reader_.next(line)) return false;
    read_cells(line);
    return true;
  }

  void read_cells(std::string_view line) {
    record_line_ = reader_.line_number();
    cells_.read(reader_, line, {.separator = separator_, .max_bytes = options_.text.max_line_bytes});
  }

  LineReader reader_;
  TsvOptions options_;
  char separator_ = '\t';
  std::vector<std::string> columns_;
  Cells cells_;
  std::int64_t record_line_ = 0;
};

/// A table in memory: one text for all cells, so that a table of 100 MB takes little more than 100 MB.
class Table {
 public:
  Table() = default;
  /// An empty table. `path` names it in errors.
  Table(std::string path, std::vector<std::string> columns) : path_(std::move(path)), columns_(std::move(columns)) {}

  const std::string& path() const noexcept { return path_; }
  const std::vector<std::string>& columns() const noexcept { return columns_; }
  /// The number of rows.
  index_t size() const noexcept { return static_cast<index_t>(lines_.size()); }
  /// The line of the file that row begins on, from 1.
  std::int64_t line(index_t row) const { return lines_[checked(row)]; }

  /// The place of a column, or nothing.
  std::optional<index_t> find(std::string_view name) const { return io::find_column(columns_, name); }
  /// The place of a column. IoError listing the columns if it is not there.
  index_t column(std::string_view name) const { return io::require_column(path_, columns_, name); }

  /// The text of a cell, valid until the table changes. ValueError if there is no such row or column.
  std::string_view cell(index_t row, index_t column) const {
    if (column < 0 || column >= static_cast<index_t>(columns_.size()))
      throw ValueError(text::joined("Table::cell: column ", column, " of ", columns_.size(),
                                    "; expected a place in the table; use column() to look up a name"));
    const std::size_t k = checked(row) * columns_.size() + static_cast<std::size_t>(column);
    const std::size_t from = k == 0 ? 0 : ends_[k - 1];
    return std::string_view(text_).substr(from, ends_[k] - from);
  }
  std::string_view cell(index_t row, std::string_view column_name) const { return cell(row, column(column_name)); }

  /// Adds a row. IoError if the number of cells is not that of the columns.
  template <class Cells>
  void append(const Cells& cells, std::int64_t line = 0) {
    if (std::size(cells) != columns_.size())
      throw IoError(path_, line,
                    text::joined("the row has ", std::size(cells), " cells; expected ", columns_.size(),
                                 " as there are columns; pass one a column"));
    for (const auto& cell : cells) {
      text_ += cell;
      ends_.push_back(text_.size());
    }
    lines_.push_back(line);
  }

 private:
  std::size_t checked(index_t row) const {
    if (row < 0 || row >= size())
      throw ValueError(
          text::joined("Table: row ", row, " of ", size(), "; expected a row of the table; check the loop's bounds"));
    return static_cast<std::size_t>(row);
  }

  std::string path_;
  std::vector<std::string> columns_;
  std::string text_;
  /// Where each cell ends in text_, row after row.
  std::vector<std::size_t> ends_;
  std::vector<std::int64_t> lines_;
};

/// Calls `f(row)` for every row below the header, in constant memory. Errors as TsvReader.
template <class F>
void for_each_row(const std::string& path, F&& f, const TsvOptions& options = {}) {
  TsvReader reader(path, options);
  while (const auto row = reader.next()) f(*row);
}

/// The whole table. Errors as TsvReader. Linear in the file.
inline Table read_table(Source source, const TsvOptions& options = {}) {
  TsvReader reader(std::move(source), options);
  Table table(reader.path(), reader.columns());
  while (const auto row = reader.next()) table.append(row->cells, row->line);
  return table;
}
inline Table read_table(const std::string& path, const TsvOptions& options = {}) {
  return read_table(Source(path, "text file"), options);
}

/// A cell as it is written: quoted if it holds a tab, a line end, or begins with a quote.
inline std::string tsv_cell(std::string_view text) {
  if (text.find_first_of("\t\n\r") == std::string_view::npos && !text.starts_with('"')) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    out += c;
    if (c == '"') out += c;
  }
  return out + "\"";
}

}  // namespace isonomy::io
