// Cuts the records of a text table into cells: separators, blanks, quotes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/text_file.hpp"

namespace isonomy::io {

/// How cells are told apart. A cell that starts with '"' is quoted: separators and line ends in it belong to it, '""'
/// is one '"'.
struct CellFormat {
  /// A blank stands for any run of blanks and tabs.
  char separator = '\t';
  /// Whether blanks around cells are left out.
  bool trimmed = false;
  /// Whether a cell ends with its line at the latest. A quote that none closes there is an ordinary character then.
  bool one_line = false;
  /// A longer quoted cell is refused: it comes from a stray quote.
  std::size_t max_bytes = std::size_t{16} << 20;
};

/// The cells of one record at a time; their memory is kept for the next.
class Cells {
 public:
  [[nodiscard]] std::span<const std::string> all() const { return std::span<const std::string>(cells_).first(count_); }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] const std::string& operator[](std::size_t k) const { return cells_[k]; }
  /// Whether one of them was quoted.
  [[nodiscard]] bool quoted() const noexcept { return quoted_; }
  [[nodiscard]] bool quoted(std::size_t k) const { return marks_[k]; }

  /// Cuts the record that begins with `line`, which `lines` gave last; a quoted cell may take further lines.
  /// IoError naming the line for a quote that is never closed, text behind a closing one, or a cell that is too long.
  void read(LineReader& lines, std::string_view line, const CellFormat& format) {
    constexpr std::string_view blanks = " \t";
    const bool runs = format.separator == ' ';
    const std::string_view skipped = runs ? blanks : format.trimmed ? " " : "";
    const auto end = [&](std::size_t at) {  // find() of one character is much faster than of several
      return std::min(runs ? line.find_first_of(blanks, at) : line.find(format.separator, at), line.size());
    };
    const auto skip = [&](std::size_t at) {
      return skipped.empty() ? at : std::min(line.find_first_not_of(skipped, at), line.size());
    };
    count_ = 0;
    quoted_ = false;
    for (std::size_t at = 0;; ++at) {
      at = skip(at);
      if (runs && at == line.size()) return;
      std::string& cell = add();
      if (at < line.size() && line[at] == '"' &&
          (!format.one_line || closing_quote(line, at + 1) != std::string_view::npos)) {
        quoted_ = marks_[count_ - 1] = true;
        at = read_quoted(lines, line, at + 1, format.max_bytes, cell);
        if (!runs) at = skip(at);
        if (at != end(at))
          throw IoError(
              lines.path(), lines.line_number(),
              text::joined(
                  {"column ", count_, ": text follows the closing quote of a cell, ",
                   text::quoted(line.substr(at, end(at) - at)),
                   "; expected a separator or the end of the line; double the quotes inside a cell, or name the ",
                   "separator, as in separator=','"}));
      } else {
        const std::size_t stop = end(at);
        cell.assign(line, at, stop - at);
        if (format.trimmed) cell.resize(cell.find_last_not_of(blanks) + 1);
        at = stop;
      }
      if (at == line.size()) return;
    }
  }

 private:
  std::string& add() {
    if (count_ == cells_.size()) cells_.emplace_back(), marks_.push_back(false);
    cells_[count_].clear();
    marks_[count_] = false;
    return cells_[count_++];
  }

  /// The place of the quote that closes a cell, or npos; doubled ones close nothing.
  static std::size_t closing_quote(std::string_view line, std::size_t at) {
    for (;;) {
      const auto quote = line.find('"', at);
      if (quote == std::string_view::npos || quote + 1 >= line.size() || line[quote + 1] != '"') return quote;
      at = quote + 2;
    }
  }

  /// Reads a quoted cell from behind its opening quote, over as many lines as it spans; returns the place behind it.
  static std::size_t read_quoted(LineReader& lines, std::string_view& line, std::size_t at, std::size_t max_bytes,
                                 std::string& cell) {
    const std::int64_t first_line = lines.line_number();
    for (;;) {
      const auto close = closing_quote(line, at);
      const std::string_view inside = line.substr(at, close == std::string_view::npos ? close : close - at);
      for (std::size_t i = 0; i < inside.size(); ++i) {
        cell += inside[i];
        if (inside[i] == '"') ++i;
      }
      if (cell.size() > max_bytes)
        throw IoError(lines.path(), first_line,
                      text::joined("a quoted cell is longer than ", max_bytes,
                                   " bytes; expected a closing quote; look for a stray '\"'"));
      if (close != std::string_view::npos) return close + 1;
      if (!lines.next(line))
        throw IoError(lines.path(), first_line,
                      "a quoted cell has no closing quote; expected '\"' before the end of the file; close it, or "
                      "double a quote that is meant literally");
      cell += '\n';
      at = 0;
    }
  }

  /// Those beyond count_ only keep their memory for longer records.
  std::vector<std::string> cells_;
  std::vector<bool> marks_;  ///< which are quoted
  std::size_t count_ = 0;
  bool quoted_ = false;
};

}  // namespace isonomy::io
