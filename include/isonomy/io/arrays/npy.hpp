// Reads and writes arrays in NumPy's .npy format, versions 1 to 3: little-endian float and double.
#pragma once

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/io/text/atomic_file.hpp"
#include "isonomy/io/text/open_file.hpp"

namespace isonomy::io {

static_assert(std::endian::native == std::endian::little, "the arrays are read and written as they lie in memory");

/// What the header of a file says. `element` is NumPy's name of the type without its byte order: f8, f4, i8, ...
struct NpyHeader {
  std::string element;
  bool fortran_order = false;  ///< first index fastest
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

/// An array in memory, in the order of the file.
template <Real T>
struct NpyArray {
  NpyHeader header;
  std::vector<T> values;

  /// All elements in the order of the file, whatever the shape.
  [[nodiscard]] VectorView<const T> vector() const { return view(values); }
  /// A two-dimensional array, or a one-dimensional one as a column, or a single number, whatever the order.
  /// ShapeError for three dimensions or more.
  [[nodiscard]] MatrixView<const T> matrix() const {
    if (header.shape.size() > 2)
      throw ShapeError(
          text::joined("NpyArray::matrix: the array has shape ", header.shape_text(),
                       "; expected two dimensions at most; bring it to two with numpy's reshape, or take vector()"));
    const index_t rows = header.shape.empty() ? 1 : header.shape[0];
    const index_t columns = header.shape.size() < 2 ? 1 : header.shape[1];
    return header.fortran_order ? column_major(values.data(), rows, columns) : row_major(values.data(), rows, columns);
  }
};

namespace detail {

/// The value behind 'key': in the dictionary of a header, up to the next comma outside brackets; else nothing.
inline std::string_view npy_value(std::string_view header, std::string_view key) {
  auto at = header.find(text::joined("'", key, "'"));
  if (at == std::string_view::npos) return {};
  at = header.find(':', at);
  if (at == std::string_view::npos) return {};
  std::string_view rest = header.substr(at + 1);
  std::size_t end = 0;
  for (int depth = 0; end < rest.size(); ++end) {
    const char c = rest[end];
    depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
    if (depth <= 0 && (c == ',' || c == '}')) break;
  }
  rest = rest.substr(0, end);
  const auto first = rest.find_first_not_of(' '), last = rest.find_last_not_of(' ');
  return first == std::string_view::npos ? std::string_view{} : rest.substr(first, last - first + 1);
}

inline std::vector<index_t> npy_shape(const std::string& path, std::string_view text) {
  const auto refuse = [&] {
    throw IoError(path, 0,
                  text::joined("the header's shape is '", text,
                               "'; expected a tuple of whole numbers; write the array with numpy.save"));
  };
  if (text.size() < 2 || text.front() != '(' || text.back() != ')') refuse();
  std::vector<index_t> shape;
  index_t total = 1;
  const char *p = text.data() + 1, *const end = text.data() + text.size() - 1;
  while (p != end) {
    if (*p == ' ' || *p == ',') {
      ++p;
      continue;
    }
    index_t extent = 0;
    const auto [stop, error] = std::from_chars(p, end, extent);
    if (error != std::errc() || extent < 0) refuse();
    if (extent > 0 && total > (index_t{1} << 56) / extent) refuse();
    total *= std::max<index_t>(extent, 1);
    shape.push_back(extent);
    p = stop;
  }
  return shape;
}

inline std::string read_bytes(std::FILE* file, const std::string& path, std::size_t count, const char* what) {
  std::string bytes(count, '\0');
  const std::size_t got = std::fread(bytes.data(), 1, count, file);
  if (got != count) require_read(file, path);
  if (got != count)
    throw IoError(path, 0,
                  text::joined("the file ends within its ", what, ", after ", got, " of ", count,
                               " bytes; expected a complete file; copy or save it again"));
  return bytes;
}

inline NpyHeader read_npy_header(std::FILE* file, const std::string& path) {
  const std::string magic = read_bytes(file, path, 8, "first 8 bytes");
  if (std::string_view(magic).substr(0, 6) != "\x93NUMPY")
    throw IoError(path, 0, "the file does not begin as a .npy file; expected one; save the array with numpy.save");
  const int version = static_cast<unsigned char>(magic[6]);
  if (version < 1 || version > 3)
    throw IoError(path, 0,
                  text::joined("format version ", version, "; expected 1 to 3; save the array with numpy.save"));
  const std::size_t width = version == 1 ? 2 : 4;
  const std::string length_bytes = read_bytes(file, path, width, "header");
  std::size_t length = 0;
  for (std::size_t i = width; i > 0; --i) length = length << 8 | static_cast<unsigned char>(length_bytes[i - 1]);
  if (length > (std::size_t{1} << 20))
    throw IoError(path, 0, text::joined("a header of ", length, " bytes; expected at most a megabyte; save it again"));
  const std::string text = read_bytes(file, path, length, "header");
  NpyHeader header;
  header.data_offset = 8 + width + length;
  const std::string_view type = npy_value(text, "descr"), order = npy_value(text, "fortran_order");
  if (type.size() < 4 || type.front() != '\'' || type.back() != '\'')
    throw IoError(path, 0,
                  text::joined("elements of type ", type.substr(0, 60),
                               "; expected one number an element, '<f8' or '<f4'; convert it with astype('<f8')"));
  const char byte_order = type[1];
  header.element = type.substr(2, type.size() - 3);
  if (byte_order == '>' && !header.element.ends_with('1'))
    throw IoError(
        path, 0,
        text::joined("elements are big-endian (", type, "); expected little-endian; convert it with astype('<f8')"));
  if (order != "True" && order != "False")
    throw IoError(path, 0, "the header has no fortran_order; expected True or False; save it with numpy.save");
  header.fortran_order = order == "True";
  header.shape = npy_shape(path, npy_value(text, "shape"));
  return header;
}

[[noreturn]] inline void fail_longer(const std::string& path, index_t count) {
  throw IoError(path, 0,
                text::joined("the file goes on after its ", count,
                             " elements; expected one array; save it again, or convert an .npz"));
}

/// IoError unless the elements can be read as T without rounding, and a file on disk has the bytes of all and no more.
template <Real T>
void require_elements(const NpyHeader& header, const std::string& path) {
  const std::string& element = header.element;
  if (element != "f4" && !(element == "f8" && std::same_as<T, double>))
    throw IoError(path, 0,
                  text::joined("elements of type '", element, "'; expected ",
                               std::same_as<T, double> ? "f8 or f4" : "f4", "; convert it with astype('",
                               std::same_as<T, double> ? "<f8" : "<f4", "')"));
  // A header may promise more than memory holds; the file's size knows better.
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  const std::size_t width = element == "f4" ? 4 : 8;
  if (error) return;
  const std::uintmax_t promised = header.data_offset + static_cast<std::uintmax_t>(header.size()) * width;
  if (bytes < promised)
    throw IoError(path, 0,
                  text::joined("the file has ", bytes, " bytes where its header promises ", header.size(),
                               " elements of ", width, "; expected a complete file; copy or save it again"));
  if (bytes > promised) fail_longer(path, header.size());
}

template <class From, class To>
std::vector<To> read_elements(std::FILE* file, const std::string& path, index_t count) {
  std::vector<To> values(static_cast<std::size_t>(count));
  std::vector<From> piece(std::min<std::size_t>(values.size(), std::size_t{1} << 17));
  for (std::size_t done = 0; done < values.size();) {
    const std::size_t want = std::min(piece.size(), values.size() - done);
    const std::size_t got = std::fread(piece.data(), sizeof(From), want, file);
    std::copy_n(piece.begin(), got, values.begin() + static_cast<std::ptrdiff_t>(done));
    done += got;
    if (got < want) require_read(file, path);
    if (got < want)
      throw IoError(path, 0,
                    text::joined("the file ends after ", done, " of ", count,
                                 " elements; expected a complete file; copy or save it again"));
  }
  if (std::fgetc(file) != EOF) fail_longer(path, count);
  return values;
}

}  // namespace detail

/// The header of a file, to choose the type to read it as. Errors as read_npy, but for those of the elements.
[[nodiscard]] inline NpyHeader read_npy_header(const std::string& path) {
  const File file = open_for_reading(path, ".npy file");
  return detail::read_npy_header(file.get(), path);
}

/// The array in a file as T: double takes f8 and f4 (exact), float takes f4 alone (nothing is rounded in silence).
/// IoError naming the file and what is wrong with it: missing, no .npy, another element type or byte order, truncated,
/// with bytes after the last element.
/// Memory: the array and one megabyte.
template <Real T>
[[nodiscard]] NpyArray<T> read_npy(const std::string& path) {
  const File file = open_for_reading(path, ".npy file");
  NpyArray<T> result;
  result.header = detail::read_npy_header(file.get(), path);
  detail::require_elements<T>(result.header, path);
  const index_t count = result.header.size();
  result.values = result.header.element == "f8" ? detail::read_elements<double, T>(file.get(), path, count)
                                                : detail::read_elements<float, T>(file.get(), path, count);
  return result;
}

/// Writes a matrix in C order (one column: as a vector), whole or not at all. IoError as AtomicFile.
template <Real T>
void write_npy(const std::string& path, MatrixView<const T> x) {
  std::string text = text::joined("{'descr': '<f", sizeof(T) == 8 ? '8' : '4', "', 'fortran_order': False, 'shape': (",
                                  x.rows, ",", x.columns == 1 ? "" : text::joined(" ", x.columns), "), }");
  // The data begin at a multiple of 64 bytes, the header ends with a line end.
  text.append(63 - (10 + text.size()) % 64, ' ');
  text += '\n';
  std::string head = "\x93NUMPY";
  head += {'\x01', '\x00', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  AtomicFile file(path);
  file.write(head + text);
  std::vector<T> row(static_cast<std::size_t>(x.columns));
  for (index_t i = 0; i < x.rows; ++i) {
    for (index_t j = 0; j < x.columns; ++j) row[static_cast<std::size_t>(j)] = x(i, j);
    file.write({reinterpret_cast<const char*>(row.data()), row.size() * sizeof(T)});
  }
  file.commit();
}
template <Real T>
void write_npy(const std::string& path, VectorView<const T> x) {
  write_npy(path, MatrixView<const T>(x.data, x.size, 1, x.stride, 1));
}

}  // namespace isonomy::io
