// Reads and writes whole arrays in NumPy's .npy format, versions 1 to 3.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/io/arrays/npy_header.hpp"
#include "isonomy/io/arrays/npy_reader.hpp"
#include "isonomy/io/text/atomic_file.hpp"
#include "isonomy/io/text/source.hpp"

namespace isonomy::io {

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

/// The array in a file as T, as NpyReader reads it: nothing is rounded in silence. Errors as there, naming the file and
/// what is wrong with it: missing, no .npy, another type of elements, truncated, with bytes after the last element.
/// Memory: the array and a megabyte; from a pipe up to three times the array.
template <Real T>
[[nodiscard]] NpyArray<T> read_npy(Source source) {
  NpyReader<T> reader(std::move(source));
  NpyArray<T> result{reader.header(), {}};
  const index_t count = reader.size();
  // What a pipe promises is believed as far as it has come.
  const index_t piece = reader.source().size() ? count : std::min<index_t>(count, index_t{1} << 17);
  index_t done = 0;
  do {
    const index_t next = std::min(piece, count - done);
    result.values.resize(static_cast<std::size_t>(done + next));
    reader.read(done, {result.values.data() + done, next});
    done += next;
  } while (done < count);
  return result;
}
template <Real T>
[[nodiscard]] NpyArray<T> read_npy(const std::string& path) {
  return read_npy<T>(Source(path, ".npy file"));
}

/// What stands in a file, of format version 1, before the elements of an array: of so many bytes that these begin at a
/// multiple of 64.
[[nodiscard]] inline std::string npy_head(const char* type, const std::vector<index_t>& shape,
                                          bool fortran_order = false) {
  std::string extents;
  for (const index_t extent : shape) extents += text::joined(extents.empty() ? "" : " ", extent, ",");
  if (shape.size() > 1) extents.pop_back();
  std::string text = text::joined(
      {"{'descr': '", type, "', 'fortran_order': ", fortran_order ? "True" : "False", ", 'shape': (", extents, "), }"});
  text.append(63 - (10 + text.size()) % 64, ' ');
  text += '\n';
  std::string head = "\x93NUMPY";
  head += {'\x01', '\x00', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  return head + text;
}

/// Writes a matrix in C order (one column: as a vector), whole or not at all. IoError as AtomicFile.
template <Real T>
void write_npy(const std::string& path, MatrixView<const T> x) {
  std::vector<index_t> shape{x.rows, x.columns};
  if (x.columns == 1) shape.pop_back();
  AtomicFile file(path);
  file.write(npy_head(sizeof(T) == 8 ? "<f8" : "<f4", shape));
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
