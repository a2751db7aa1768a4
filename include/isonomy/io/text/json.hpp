// Writes JSON: objects, arrays, escaped text, and numbers that read back.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "isonomy/io/text/numbers.hpp"
#include "isonomy/io/text/text_file.hpp"

namespace isonomy::io {

/// `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD. Source: RFC 8259, section 7.
inline std::string json_string(std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out = "\"";
  while (!text.empty()) {
    const auto bad = detail::invalid_utf8(text);
    for (const char c : text.substr(0, bad)) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\')
        (out += '\\') += c;
      else if (byte >= 0x20 && byte != 0x7F)
        out += c;
      else if (c == '\n')
        out += "\\n";
      else if (c == '\t')
        out += "\\t";
      else
        (out += "\\u00") += {digits[byte >> 4], digits[byte & 15]};
    }
    if (bad == std::string_view::npos) break;
    out += "\xEF\xBF\xBD";
    text.remove_prefix(bad + 1);
  }
  return out + "\"";
}

/// Builds one JSON text, indented by two blanks a level. The caller opens and closes objects and arrays in pairs and
/// gives every value inside an object a key. NaN and infinities, which JSON lacks, become null.
class JsonWriter {
 public:
  JsonWriter& open_object() { return open('{'); }
  JsonWriter& open_array() { return open('['); }
  /// Ends the innermost object or array.
  JsonWriter& close() {
    const Level level = levels_.back();
    levels_.pop_back();
    if (!level.empty) line();
    text_ += level.bracket == '{' ? '}' : ']';
    return *this;
  }

  JsonWriter& key(std::string_view name) {
    separate();
    text_ += json_string(name) + ": ";
    after_key_ = true;
    return *this;
  }

  JsonWriter& value(std::string_view text) { return raw(json_string(text)); }
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(double number) { return raw(std::isfinite(number) ? number_text(number) : "null"); }
  JsonWriter& value(std::same_as<bool> auto truth) { return raw(truth ? "true" : "false"); }
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  JsonWriter& value(T number) { return raw(std::to_string(number)); }
  JsonWriter& null() { return raw("null"); }

  /// key() and value() in one.
  template <class T>
  JsonWriter& member(std::string_view name, const T& value_of_it) {
    return key(name).value(value_of_it);
  }

  /// The text so far, with a line end once everything is closed.
  std::string text() const { return levels_.empty() ? text_ + "\n" : text_; }

 private:
  struct Level {
    char bracket;
    bool empty;
  };

  void line() { text_ += "\n" + std::string(2 * levels_.size(), ' '); }

  /// What stands before the next key, or before the next element of an array.
  void separate() {
    if (after_key_) {
      after_key_ = false;
      return;
    }
    if (levels_.empty()) return;
    if (!levels_.back().empty) text_ += ',';
    levels_.back().empty = false;
    line();
  }

  JsonWriter& open(char bracket) {
    separate();
    text_ += bracket;
    levels_.push_back({bracket, true});
    return *this;
  }

  JsonWriter& raw(const std::string& text) {
    separate();
    text_ += text;
    return *this;
  }

  std::string text_;
  std::vector<Level> levels_;
  bool after_key_ = false;
};

}  // namespace isonomy::io
