// Reads text files line by line or whole, with errors that name file, line and byte.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/text/letters.hpp"
#include "isonomy/io/text/open_file.hpp"

namespace isonomy::io {

/// What a text file may be.
struct TextOptions {
  /// A longer line is refused, so that a file without line ends does not exhaust memory.
  std::size_t max_line_bytes = std::size_t{16} << 20;
  /// Whether a file without a byte is an error.
  bool allow_empty = false;
};

namespace detail {

/// The offset of the first byte that is not part of well-formed UTF-8, or npos.
inline std::size_t invalid_utf8(std::string_view s) noexcept {
  for (std::size_t i = 0; i < s.size();) {
    if (s.size() - i >= 8) {
      std::uint64_t eight;
      std::memcpy(&eight, s.data() + i, 8);
      if ((eight & 0x8080808080808080u) == 0) {
        i += 8;
        continue;
      }
    }
    const std::size_t bytes = text::first_letter(s.substr(i)).bytes;
    if (bytes == 0) return i;
    i += bytes;
  }
  return std::string_view::npos;
}

}  // namespace detail

/// The lines of one text file, one after another, in constant memory.
/// A line ends with LF or CR LF, the last one also with the file; a UTF-8 byte order mark at the start is skipped.
class LineReader {
 public:
  /// IoError if the file is missing, a directory, unreadable, or (unless allowed) empty.
  explicit LineReader(const std::string& path, TextOptions options = {})
      : path_(path), options_(options), file_(open_for_reading(path, "text file")) {
    buffer_.resize(std::size_t{1} << 20);
    fill();
    if (end_ == 0 && !options_.allow_empty)
      throw IoError(path, 0, "the file is empty; expected text; check how it was made");
    if (std::string_view(buffer_.data(), end_).starts_with("\xEF\xBB\xBF")) begin_ = offset_ = 3;
  }

  /// Makes `line` the next line without its end and returns true; false at the end of the file. `line` is valid until
  /// the next call. IoError naming the line if it is longer than the limit, holds a NUL byte or is not UTF-8.
  bool next(std::string_view& line) {
    carry_.clear();
    for (;;) {
      if (begin_ == end_) {
        fill();
        if (begin_ == end_) break;
      }
      const char* from = buffer_.data() + begin_;
      const std::size_t size = end_ - begin_;
      const auto* stop = static_cast<const char*>(std::memchr(from, '\n', size));
      const std::size_t length = stop == nullptr ? size : static_cast<std::size_t>(stop - from);
      if (carry_.size() + length > options_.max_line_bytes) fail_long();
      if (stop == nullptr) {
        carry_.append(from, length);
        begin_ = end_;
        continue;
      }
      begin_ += length + 1;
      if (carry_.empty()) return finish(std::string_view(from, length), 1, line);
      carry_.append(from, length);
      return finish(carry_, 1, line);
    }
    return carry_.empty() ? false : finish(carry_, 0, line);
  }

  /// The number of the line that next() gave last, from 1; 0 before the first.
  std::int64_t line_number() const noexcept { return line_; }
  const std::string& path() const noexcept { return path_; }

 private:
  void fill() {
    begin_ = 0;
    end_ = std::fread(buffer_.data(), 1, buffer_.size(), file_.get());
    if (end_ == 0) require_read(file_.get(), path_, line_ + 1);
  }

  [[noreturn]] void fail_long() const {
    throw IoError(
        path_, line_ + 1,
        text::joined(
            {"the line is longer than ", options_.max_line_bytes,
             " bytes (max_line_bytes); expected shorter lines; check that this is the text file that was meant"}));
  }

  bool finish(std::string_view text, std::size_t line_end, std::string_view& line) {
    ++line_;
    if (text.find('\0') != std::string_view::npos)
      throw IoError(path_, line_,
                    text::joined("NUL byte at byte ", offset_ + text.find('\0'),
                                 " of the file; expected UTF-8 text; decompress the file if it is compressed, convert "
                                 "it if it is UTF-16"));
    const auto bad = detail::invalid_utf8(text);
    if (bad != std::string_view::npos)
      throw IoError(path_, line_,
                    text::joined("byte ", offset_ + bad, " of the file (value ", static_cast<unsigned char>(text[bad]),
                                 ") is not UTF-8; expected UTF-8 text; convert the file, for example with iconv"));
    offset_ += text.size() + line_end;
    if (line_end > 0 && text.ends_with('\r')) text.remove_suffix(1);
    line = text;
    return true;
  }

  std::string path_;
  TextOptions options_;
  File file_;
  std::vector<char> buffer_;
  std::string carry_;
  std::size_t begin_ = 0, end_ = 0;
  /// Bytes of the file before the current line.
  std::size_t offset_ = 0;
  std::int64_t line_ = 0;
};

/// Calls `f(line, number)` for every line. Errors as LineReader.
template <class F>
void for_each_line(const std::string& path, F&& f, TextOptions options = {}) {
  LineReader reader(path, options);
  for (std::string_view line; reader.next(line);) f(line, reader.line_number());
}

/// All lines without their ends. Errors as LineReader.
inline std::vector<std::string> read_lines(const std::string& path, TextOptions options = {}) {
  std::vector<std::string> out;
  for_each_line(
      path, [&out](std::string_view line, std::int64_t) { out.emplace_back(line); }, options);
  return out;
}

/// The whole text, every line ended by LF (the last one too). Errors as LineReader.
inline std::string read_text(const std::string& path, TextOptions options = {}) {
  std::string out;
  for_each_line(
      path,
      [&out](std::string_view line, std::int64_t) {
        out += line;
        out += '\n';
      },
      options);
  return out;
}

}  // namespace isonomy::io
