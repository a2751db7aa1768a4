// What the header of a .npy file says of its elements: a type of numbers, or the fields of records.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace isonomy::io {

/// A type of elements.
struct NpyType {
  std::string text;  ///< as it stands: "<f8", ">i4", "float64"
  /// The same without byte order: f8, f4, i8, u1, ...; empty for what is no whole or floating number of up to 8 bytes.
  std::string element;
  bool big_endian = false;
};

/// One of the fields of a record.
struct NpyField {
  std::string name;
  NpyType type;  ///< without element also for an array or a record within the record
  std::uint64_t size = 0;
};

namespace detail {

inline std::string_view without_blank_ends(std::string_view s) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = std::min(s.find_first_not_of(blanks), s.size());
  return s.substr(first, s.find_last_not_of(blanks) + 1 - first);
}

/// The bytes of the Python literal that `s` begins with: up to a ',', ':' or closing bracket outside of it, or npos.
inline std::size_t literal_size(std::string_view s) {
  int depth = 0;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const char c = s[i];
    if (c == '\'' || c == '"') {
      for (++i; i < s.size() && s[i] != c; ++i)
        if (s[i] == '\\') ++i;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (depth == 0 && (c == ',' || c == ':' || c == ')' || c == ']' || c == '}')) {
      return i;
    } else if (c == ')' || c == ']' || c == '}') {
      --depth;
    }
  }
  return std::string_view::npos;
}

/// Takes the literal that `s` begins with from it, and what ends it, which must be one of `ends`; nothing if it is not.
inline std::optional<std::pair<std::string_view, char>> take_literal(std::string_view& s, std::string_view ends) {
  const std::size_t size = literal_size(s);
  if (size == std::string_view::npos || ends.find(s[size]) == std::string_view::npos) return std::nullopt;
  const std::pair result(without_blank_ends(s.substr(0, size)), s[size]);
  s.remove_prefix(size + 1);
  return result;
}

/// The text between quotes of either kind, or nothing.
inline std::optional<std::string_view> unquoted(std::string_view literal) {
  if (literal.size() < 2 || (literal.front() != '\'' && literal.front() != '"') || literal.back() != literal.front())
    return std::nullopt;
  return literal.substr(1, literal.size() - 2);
}

/// What a type means.
[[nodiscard]] inline NpyType npy_type(std::string_view text) {
  NpyType type{std::string(text), {}, false};
  std::string_view name = text;
  const char order = name.empty() ? ' ' : name.front();
  if (std::string_view("<>=|").find(order) != std::string_view::npos) name.remove_prefix(1);
  constexpr std::pair<std::string_view, std::string_view> known[] = {
      {"f8", "float64"}, {"f4", "float32"}, {"i8", "int64"},  {"i4", "int32"},  {"i2", "int16"},
      {"i1", "int8"},    {"u8", "uint64"},  {"u4", "uint32"}, {"u2", "uint16"}, {"u1", "uint8"}};
  for (const auto& [code, full] : known)
    if ((name == code && (order != '|' || code.ends_with('1'))) || text == full) type.element = code;
  type.big_endian = order == '>';
  return type;
}

/// More bytes than any record has: a size that is not known.
inline constexpr std::uint64_t unknown_size = std::uint64_t{1} << 32;

/// The bytes of a type such as '<f8', '|S12', '<U3' or '<M8[ns]', from the number behind its letter.
[[nodiscard]] inline std::uint64_t npy_type_size(std::string_view text) {
  if (!text.empty() && std::string_view("<>=|").find(text.front()) != std::string_view::npos) text.remove_prefix(1);
  if (text.empty() || std::string_view("biufcSaVUmM").find(text.front()) == std::string_view::npos) return unknown_size;
  std::uint64_t count = 0;
  const char* const last = text.data() + std::min(text.find('['), text.size());
  const auto [end, error] = std::from_chars(text.data() + 1, last, count);
  if (error != std::errc() || end != last || count >= unknown_size) return unknown_size;
  return count * (text.front() == 'U' ? 4 : 1);
}

/// The product of the extents of a tuple.
[[nodiscard]] inline std::uint64_t extent_of(std::string_view tuple) {
  if (!tuple.starts_with('(')) return unknown_size;
  tuple.remove_prefix(1);
  std::uint64_t total = 1;
  while (const auto literal = take_literal(tuple, ",)")) {
    std::uint64_t extent = 0;
    const std::string_view digits = literal->first;
    if (digits.empty() && literal->second == ')') return total;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), extent);
    if (error != std::errc() || end != digits.data() + digits.size() || extent >= unknown_size) break;
    total = std::min(total * extent, unknown_size);
    if (literal->second == ')') return total;
  }
  return unknown_size;
}

/// The fields in the list that describes the elements of a structured array; none if it is no such list.
[[nodiscard]] inline std::vector<NpyField> npy_fields(std::string_view list, int depth = 0) {
  constexpr int deepest = 8;
  std::vector<NpyField> fields;
  if (!list.starts_with('[')) return fields;
  list.remove_prefix(1);
  while (const auto field = take_literal(list, ",]")) {
    std::string_view inside = field->first;
    if (!inside.starts_with('(')) break;
    inside.remove_prefix(1);
    auto name = take_literal(inside, ",)");
    if (name && name->first.starts_with('(')) {  // (title, name)
      std::string_view both = name->first.substr(1);
      name = take_literal(both, ",") ? take_literal(both, ",)") : std::nullopt;
    }
    const auto text = name ? unquoted(name->first) : std::nullopt;
    if (!text) break;
    const auto type = take_literal(inside, ",)");
    NpyField added{std::string(*text), {}, unknown_size};
    if (type) {
      if (const auto simple = unquoted(type->first)) {
        added.type = npy_type(*simple);
        added.size = added.type.element.empty() ? npy_type_size(*simple)
                                                : static_cast<std::uint64_t>(added.type.element.back() - '0');
      } else if (depth < deepest) {
        added.type.text = type->first;
        const auto parts = npy_fields(type->first, depth + 1);
        added.size = parts.empty() ? unknown_size : 0;
        for (const NpyField& part : parts) added.size = std::min(added.size + part.size, unknown_size);
      }
      if (type->second == ',' && inside != ")") {
        const std::string_view shape = without_blank_ends(inside.substr(0, inside.size() - 1));
        const std::uint64_t extent = extent_of(shape);
        added.type.text += shape;
        added.type.element.clear();
        added.size = extent < unknown_size && added.size < unknown_size ? std::min(added.size * extent, unknown_size)
                                                                        : unknown_size;
      }
    }
    fields.push_back(std::move(added));
    if (field->second == ']') break;
  }
  return fields;
}

}  // namespace detail

}  // namespace isonomy::io
