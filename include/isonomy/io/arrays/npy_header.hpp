// Reads the header of a .npy file, versions 1 to 3: the type of its elements, their order and the array's shape.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
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
#include "isonomy/io/arrays/npy_type.hpp"
#include "isonomy/io/text/source.hpp"

namespace isonomy::io {

/// What the header of a file says.
struct NpyHeader {
  NpyType type;                  ///< of the elements, unless they are records
  std::vector<NpyField> fields;  ///< of records; none where the elements are numbers
  bool fortran_order = false;    ///< first index fastest
  std::vector<index_t> shape;
  std::size_t data_offset = 0;  ///< bytes before the first element

  [[nodiscard]] index_t size() const {
    index_t n = 1;
    for (const index_t extent : shape) n *= extent;
    return n;
  }
  /// As NumPy writes it: (), (6,), (2, 3).
  [[nodiscard]] std::string shape_text() const {
    std::string text = "(";
    for (std::size_t d = 0; d < shape.size(); ++d) text += text::joined(d > 0 ? ", " : "", shape[d]);
    return text + (shape.size() == 1 ? ",)" : ")");
  }
};

namespace detail {

/// The values of the header's dictionary as they stand.
using NpyEntries = std::array<std::string_view, 3>;
inline constexpr std::array<std::string_view, 3> npy_keys{"descr", "fortran_order", "shape"};

/// IoError unless `text` is a dictionary of npy_keys.
inline NpyEntries npy_entries(const std::string& path, std::string_view text) {
  const auto refuse = [&](const char* what, std::string_view shown) {
    throw IoError(path, 0,
                  text::joined("the header ", what, text::quoted(shown),
                               "; expected a dictionary of descr, fortran_order and shape; save it with numpy.save"));
  };
  NpyEntries entries;
  std::string_view rest = without_blank_ends(text);
  if (!rest.starts_with('{')) refuse("is ", rest);
  rest.remove_prefix(1);
  for (char end = ','; end != '}';) {
    rest = without_blank_ends(rest);
    if (rest == "}") break;
    const auto key = take_literal(rest, ":");
    const auto value = key ? take_literal(rest, ",}") : std::nullopt;
    if (!value) refuse("is ", text);
    const auto name = unquoted(key->first);
    const auto place = std::find(npy_keys.begin(), npy_keys.end(), name.value_or(""));
    if (place == npy_keys.end()) refuse("has the key ", key->first);
    auto& entry = entries[static_cast<std::size_t>(place - npy_keys.begin())];
    if (!entry.empty()) refuse("has twice the key ", *place);
    entry = value->first;
    end = value->second;
    if (end == '}' && !rest.empty()) refuse("goes on after its dictionary: ", rest);
  }
  for (std::size_t k = 0; k < entries.size(); ++k)
    if (entries[k].empty()) refuse("has no key ", npy_keys[k]);
  return entries;
}

inline std::vector<index_t> npy_shape(const std::string& path, std::string_view text) {
  const auto refuse = [&] {
    throw IoError(path, 0,
                  text::joined("the header's shape is ", text::quoted(text),
                               "; expected a tuple of whole numbers; write the array with numpy.save"));
  };
  constexpr std::size_t most_dimensions = 64;  // NumPy's own limit
  std::vector<index_t> shape;
  if (!text.starts_with('(') || !text.ends_with(')')) refuse();
  std::string_view rest = text.substr(1);
  index_t total = 1;
  for (;;) {
    if (without_blank_ends(rest) == ")") break;
    const auto literal = take_literal(rest, ",)");
    if (!literal || shape.size() == most_dimensions) refuse();
    std::string_view digits = literal->first;
    if (digits.ends_with('L')) digits.remove_suffix(1);  // as Python 2 wrote them
    index_t extent = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), extent);
    if (error != std::errc() || stop != digits.data() + digits.size() || extent < 0) refuse();
    if (digits.size() > 1 && digits.starts_with('0')) refuse();
    if (extent > 0 && total > (index_t{1} << 56) / extent) refuse();
    total *= std::max<index_t>(extent, 1);
    shape.push_back(extent);
    if (literal->second == ')') {
      if (shape.size() == 1 || !rest.empty()) refuse();  // (6) is a number in brackets
      break;
    }
  }
  return shape;
}

/// Fills in type, element and byte order, or the fields of records. IoError for what is no type.
inline void read_npy_type(const std::string& path, std::string_view descr, NpyHeader& header) {
  if (descr.starts_with('[')) {
    header.fields = npy_fields(descr);
    if (header.fields.empty())
      throw IoError(path, 0,
                    text::joined("the elements are records, ", text::quoted(descr),
                                 "; expected one number an element; save one field of them"));
    return;
  }
  const auto type = unquoted(descr);
  if (!type)
    throw IoError(path, 0,
                  text::joined("the header's descr is ", text::quoted(descr),
                               "; expected the name of a type, such as '<f8'; save the array with numpy.save"));
  header.type = npy_type(*type);
}

inline std::string read_bytes(Source& source, std::size_t count, const char* what) {
  // A header may be said to be longer than the file.
  std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(count, source.size().value_or(count))), '\0');
  const std::size_t got = source.read(bytes.data(), bytes.size());
  if (got != count)
    throw IoError(source.path(), 0,
                  text::joined("the file ends within its ", what, ", after ", got, " of ", count,
                               " bytes; expected a complete file; copy or save it again"));
  return bytes;
}

}  // namespace detail

/// What the first bytes of a .npy file are.
inline constexpr std::string_view npy_magic = "\x93NUMPY";

/// The header that `source` begins with, which is left before the first element. IoError naming the file and what NumPy
/// would not have written: another beginning or version, a header of more than a megabyte or cut short, a dictionary
/// with other keys, a shape that is no tuple, has negative or more than 2^56 elements.
[[nodiscard]] inline NpyHeader read_npy_header(Source& source) {
  const std::string& path = source.path();
  const std::string magic = detail::read_bytes(source, 8, "first 8 bytes");
  if (!magic.starts_with(npy_magic))
    throw IoError(path, 0, "the file does not begin as a .npy file; expected one; save the array with numpy.save");
  const int version = static_cast<unsigned char>(magic[6]), revision = static_cast<unsigned char>(magic[7]);
  if (version < 1 || version > 3 || revision != 0)
    throw IoError(path, 0,
                  text::joined("format version ", version, ".", revision,
                               "; expected 1.0 to 3.0; save the array with numpy.save"));
  const std::size_t width = version == 1 ? 2 : 4;
  const std::string length_bytes = detail::read_bytes(source, width, "header");
  std::size_t length = 0;
  for (std::size_t i = width; i > 0; --i) length = length << 8 | static_cast<unsigned char>(length_bytes[i - 1]);
  if (length > (std::size_t{1} << 20))
    throw IoError(path, 0, text::joined("a header of ", length, " bytes; expected at most a megabyte; save it again"));
  const std::string text = detail::read_bytes(source, length, "header");
  const auto [descr, order, shape] = detail::npy_entries(path, text);
  NpyHeader header;
  header.data_offset = 8 + width + length;
  detail::read_npy_type(path, descr, header);
  if (order != "True" && order != "False")
    throw IoError(path, 0,
                  text::joined("the header's fortran_order is ", text::quoted(order),
                               "; expected True or False; save the array with numpy.save"));
  header.fortran_order = order == "True";
  header.shape = detail::npy_shape(path, shape);
  return header;
}

/// The same of a file. Errors also as Source.
[[nodiscard]] inline NpyHeader read_npy_header(const std::string& path) {
  Source source(path, ".npy file");
  return read_npy_header(source);
}

}  // namespace isonomy::io
