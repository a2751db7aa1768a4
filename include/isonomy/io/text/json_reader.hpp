// Reads JSON strictly: the order of members and the digits of numbers are kept, keys are unique, depth is limited.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/text/letters.hpp"
#include "isonomy/io/text/source.hpp"
#include "isonomy/io/text/text_file.hpp"

namespace isonomy::io {

/// One JSON value with all that is in it.
struct JsonValue {
  enum class Kind { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  bool truth = false;                    ///< of a boolean
  std::string text = {};                 ///< of a string; of a number, its digits as they stand
  std::vector<JsonValue> elements = {};  ///< of an array; of an object, the values of its members
  std::vector<std::string> keys = {};    ///< of an object, one for each element
  std::int64_t line = 0;                 ///< where it begins, from 1

  /// The value of a member; none where there is no such key, and of what is no object.
  [[nodiscard]] const JsonValue* find(std::string_view key) const {
    const auto at = std::find(keys.begin(), keys.end(), key);
    return at == keys.end() ? nullptr : &elements[static_cast<std::size_t>(at - keys.begin())];
  }
};

[[nodiscard]] constexpr const char* name(JsonValue::Kind kind) {
  constexpr const char* names[] = {"null", "true or false", "a number", "a string", "an array", "an object"};
  return names[static_cast<std::size_t>(kind)];
}

/// Objects and arrays inside each other, at most.
inline constexpr int most_json_levels = 100;

namespace detail {

/// Reads one text from front to back. Lines end with LF.
class JsonParser {
 public:
  JsonParser(std::string path, std::string_view text) : path_(std::move(path)), text_(text) {}

  [[nodiscard]] std::vector<JsonValue> values() {
    std::vector<JsonValue> result;
    do {
      result.push_back(value(0));
      const std::int64_t line = line_;
      skip_blanks();
      if (at_ < text_.size() && line == line_) refuse("nothing behind a value on its line");
    } while (at_ < text_.size());
    return result;
  }

 private:
  [[nodiscard]] char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  /// Takes what stands here if it is one of these.
  bool take(std::string_view any) {
    const bool found = at_ < text_.size() && any.find(text_[at_]) != std::string_view::npos;
    at_ += found ? 1 : 0;
    return found;
  }

  [[noreturn]] void fail(std::string_view what, std::string_view expected) const {
    std::int64_t column = 1;
    for (const char c : text_.substr(line_begin_, at_ - line_begin_))
      column += (static_cast<unsigned char>(c) & 0xC0) == 0x80 ? 0 : 1;
    throw IoError(
        path_, line_,
        text::joined({"column ", column, ": ", what, "; expected ", expected, "; correct the file, or write it anew"}));
  }
  /// Fails at what stands here.
  [[noreturn]] void refuse(std::string_view expected) const {
    if (at_ >= text_.size()) fail("the file ends", expected);
    if (here() == '\n') fail("the line ends", expected);
    fail(text::quoted(text_.substr(at_, text::first_letter(text_.substr(at_)).bytes)), expected);
  }

  void skip_blanks() {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c != ' ' && c != '\t' && c != '\n') return;
      if (c == '\n') ++line_, line_begin_ = at_ + 1;
    }
  }

  [[nodiscard]] JsonValue value(int level) {
    skip_blanks();
    JsonValue result;
    result.line = line_;
    switch (here()) {
    case '{': read_object(result, level); break;
    case '[': read_array(result, level); break;
    case '"': result.kind = JsonValue::Kind::string, result.text = string(); break;
    case 't': read_word("true", JsonValue::Kind::boolean, result); break;
    case 'f': read_word("false", JsonValue::Kind::boolean, result); break;
    case 'n': read_word("null", JsonValue::Kind::null, result); break;
    default: read_number(result);
    }
    return result;
  }

  void read_word(std::string_view word, JsonValue::Kind kind, JsonValue& result) {
    if (!text_.substr(at_).starts_with(word)) refuse("a value, such as true, false or null");
    at_ += word.size();
    result.kind = kind;
    result.truth = word == "true";
  }

  /// Whether another element follows; takes the comma before it, or the bracket that ends the list.
  [[nodiscard]] bool next_of(char end, bool first, const char* expected) {
    skip_blanks();
    if (take({&end, 1})) return false;
    if (!first && !take(",")) refuse(expected);
    return true;
  }

  /// Takes the bracket that begins an array or an object.
  void open(JsonValue::Kind kind, int level, JsonValue& result) {
    if (level >= most_json_levels)
      fail("too many objects and arrays inside each other", text::joined("at most ", most_json_levels));
    result.kind = kind;
    ++at_;
  }

  void read_array(JsonValue& result, int level) {
    open(JsonValue::Kind::array, level, result);
    while (next_of(']', result.elements.empty(), "',' or ']' after an element"))
      result.elements.push_back(value(level + 1));
  }

  void read_object(JsonValue& result, int level) {
    open(JsonValue::Kind::object, level, result);
    std::set<std::string> keys;
    while (next_of('}', keys.empty(), "',' or '}' after a member")) {
      skip_blanks();
      if (here() != '"') refuse("a key in double quotes");
      const std::size_t begin = at_;
      std::string key = string();
      if (!keys.insert(key).second) {
        at_ = begin;
        fail(text::joined("the key ", text::quoted(key), " stands twice in one object"), "each once");
      }
      skip_blanks();
      if (!take(":")) refuse("':' behind a key");
      result.keys.push_back(std::move(key));
      result.elements.push_back(value(level + 1));
    }
  }

  [[nodiscard]] bool is_digit() const { return here() >= '0' && here() <= '9'; }
  void skip_digits() {
    if (!is_digit()) refuse("a digit");
    while (is_digit()) ++at_;
  }
  void read_number(JsonValue& result) {
    const std::size_t begin = at_;
    if (here() != '-' && !is_digit()) refuse("a value");
    take("-");
    if (!take("0"))
      skip_digits();
    else if (is_digit())
      refuse("no digit behind a leading 0");
    if (take(".")) skip_digits();
    if (take("eE")) {
      take("+-");
      skip_digits();
    }
    result.kind = JsonValue::Kind::number;
    result.text = text_.substr(begin, at_ - begin);
  }

  [[nodiscard]] std::string string() {
    std::string out;
    for (++at_; here() != '"';) {
      if (here() == '\\') {
        ++at_;
        add_escape(out);
      } else if (at_ < text_.size() && static_cast<unsigned char>(here()) >= 0x20) {
        out += text_[at_++];
      } else {
        refuse("'\"' at the end of a string, and control characters as escapes");
      }
    }
    ++at_;
    return out;
  }

  void add_escape(std::string& out) {
    if (here() == 'u') return add_code(out);
    constexpr std::string_view letters = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
    const auto k = at_ < text_.size() ? letters.find(here()) : std::string_view::npos;
    if (k == std::string_view::npos) refuse("one of \"\\/bfnrtu behind a backslash");
    ++at_;
    out += meant[k];
  }

  [[nodiscard]] char32_t hexadecimal() {
    char32_t code = 0;
    ++at_;
    for (int k = 0; k < 4; ++k, ++at_) {
      constexpr std::string_view digits = "0123456789abcdef";
      const char c = here();
      const auto digit = digits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
      if (at_ >= text_.size() || digit == std::string_view::npos) refuse("four hexadecimal digits");
      code = 16 * code + static_cast<char32_t>(digit);
    }
    return code;
  }
  /// The letter of an escape of four digits, or of two that are surrogates, as UTF-8.
  void add_code(std::string& out) {
    char32_t code = hexadecimal();
    if (code >= 0xD800 && code < 0xE000) {
      constexpr const char* pair = "a pair of surrogates, from D800 and from DC00";
      if (code >= 0xDC00 || !text_.substr(at_).starts_with("\\u")) fail("half of a pair of surrogates", pair);
      ++at_;
      const char32_t low = hexadecimal();
      if (low < 0xDC00 || low >= 0xE000) fail("half of a pair of surrogates", pair);
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    out += text::utf8(code);
  }

  std::string path_;
  std::string_view text_;
  std::size_t at_ = 0, line_begin_ = 0;
  std::int64_t line_ = 1;
};

}  // namespace detail

/// The values that a source holds, one or more, each beginning on a line of its own: JSON lines, for example.
///
/// Numbers are not converted: `text` has their digits. IoError with line and column, or as LineReader, for what RFC
/// 8259 does not allow, for a key that stands twice in one object, for half of a pair of surrogates, and beyond
/// most_json_levels. O(bytes log keys); memory some 100 bytes a value.
[[nodiscard]] inline std::vector<JsonValue> read_json_lines(Source source) {
  LineReader lines(std::move(source));
  std::string text;
  for (std::string_view line; lines.next(line);) (text += line) += '\n';
  return detail::JsonParser(lines.path(), text).values();
}

/// The one value that a source holds. Errors as read_json_lines, and IoError for a second value.
[[nodiscard]] inline JsonValue read_json(Source source) {
  const std::string path = source.path();
  std::vector<JsonValue> values = read_json_lines(std::move(source));
  if (values.size() > 1)
    throw IoError(path, values[1].line,
                  "a second value; expected nothing behind the first; correct the file, or write it anew");
  return std::move(values.front());
}

}  // namespace isonomy::io
