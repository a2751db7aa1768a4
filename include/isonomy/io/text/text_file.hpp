// Reads text files line by line or whole, with errors that name file, line and byte.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/text/letters.hpp"
#include "isonomy/io/text/source.hpp"

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
/// A line ends with LF, CR LF or CR, the last one also with the file; a UTF-8 byte order mark at the start is skipped.
class LineReader {
 public:
  /// IoError if the file is missing, a directory, unreadable, or (unless allowed) empty.
  explicit LineReader(const std::string& path, TextOptions options = {})
      : LineReader(Source(path, "text file"), options) {}
  /// The same from what is open already.
  explicit LineReader(Source source, TextOptions options = {}) : source_(std::move(source)), options_(options) {
    constexpr std::uint64_t most = std::uint64_t{1} << 20;
    capacity_ = static_cast<std::size_t>(std::clamp<std::uint64_t>(source_.size().value_or(most), 4096, most));
    buffer_ = std::make_unique_for_overwrite<char[]>(capacity_);
    fill();
    if (end_ == 0 && !options_.allow_empty)
      throw IoError(path(), 0, "the file is empty; expected text; check how it was made");
    if (std::string_view(buffer_.get(), end_).starts_with("\xEF\xBB\xBF")) begin_ = offset_ = 3;
  }

  /// Makes `line` the next line without its end and returns true; false at the end of the file. `line` is valid until
  /// the next call. IoError naming the line if it is longer than the limit, holds a NUL byte or is not UTF-8.
  bool next(std::string_view& line) {
    carry_.clear();
    for (;;) {
      if (begin_ == end_) fill();
      if (begin_ == end_) return carry_.empty() ? false : finish(carry_, line);
      if (after_return_) {
        after_return_ = false;
        if (buffer_[begin_] == '\n') {
          ++begin_, ++offset_;
          continue;
        }
      }
      if (feed_ < begin_) feed_ = begin_ + length_before('\n', end_ - begin_);
      const std::size_t length = length_before('\r', feed_ - begin_);
      if (carry_.size() + length > options_.max_line_bytes) fail_long();
      const std::string_view piece(buffer_.get() + begin_, length);
      begin_ += length;
      const bool whole = begin_ < end_;
      if (!whole || !carry_.empty()) carry_ += piece;
      if (!whole) continue;
      after_return_ = buffer_[begin_++] == '\r';
      return finish(carry_.empty() ? piece : carry_, line);
    }
  }

  /// The number of the line that next() gave last, from 1; 0 before the first.
  std::int64_t line_number() const noexcept { return line_; }
  const std::string& path() const noexcept { return source_.path(); }

 private:
  void fill() {
    begin_ = feed_ = 0;
    end_ = source_.read(buffer_.get(), capacity_, line_ + 1);
    feed_ = length_before('\n', end_);
  }

  /// The bytes from begin_ on before the first `letter` among `count`; all of them if there is none.
  std::size_t length_before(char letter, std::size_t count) const {
    const char* from = buffer_.get() + begin_;
    const auto* at = count == 0 ? nullptr : static_cast<const char*>(std::memchr(from, letter, count));
    return at == nullptr ? count : static_cast<std::size_t>(at - from);
  }

  [[noreturn]] void fail_long() const {
    throw IoError(
        path(), line_ + 1,
        text::joined(
            {"the line is longer than ", options_.max_line_bytes,
             " bytes (max_line_bytes); expected shorter lines; check that this is the text file that was meant"}));
  }

  bool finish(std::string_view text, std::string_view& line) {
    ++line_;
    if (text.find('\0') != std::string_view::npos)
      throw IoError(path(), line_,
                    text::joined("NUL byte at byte ", offset_ + text.find('\0'),
                                 " of the file; expected UTF-8 text; decompress the file if it is compressed, save it "
                                 "as text if it is a spreadsheet, convert it if it is UTF-16"));
    const auto bad = detail::invalid_utf8(text);
    if (bad != std::string_view::npos)
      throw IoError(path(), line_,
                    text::joined("byte ", offset_ + bad, " of the file (value ", static_cast<unsigned char>(text[bad]),
                                 ") is not UTF-8; expected UTF-8 text; convert the file, for example with iconv"));
    offset_ += text.size() + 1;
    line = text;
    return true;
  }

  Source source_;
  TextOptions options_;
  std::size_t capacity_ = 0;
  std::unique_ptr<char[]> buffer_;
  std::string carry_;
  /// What of the buffer is unread, and the first line feed in it, or its end.
  std::size_t begin_ = 0, end_ = 0, feed_ = 0;
  /// Whether the last line ended with CR, so that LF belongs to it.
  bool after_return_ = false;
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
