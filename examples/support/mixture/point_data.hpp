// Reads the points that a mixture is fitted to: a .npy array, or a column of a text table.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "../program/interrupt.hpp"
#include "../program/progress.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/io/arrays/npy.hpp"
#include "isonomy/io/text/number_column.hpp"
#include "isonomy/io/text/numbers.hpp"

namespace examples {

using isonomy::index_t;
using isonomy::text::joined;

/// Points as the file has them, float or double, one after another, all finite.
struct PointData {
  std::variant<std::vector<double>, std::vector<float>> values;
  /// What the points are called in figures: the column's name in the file, or "x".
  std::string quantity = "x";
  index_t column = 1, columns = 1;  ///< the one that was read, from 1, and how many the file has
  index_t left_out = 0;             ///< points outside the range
  double smallest = 0, largest = 0;

  index_t size() const {
    return std::visit([](const auto& v) { return static_cast<index_t>(v.size()); }, values);
  }
  const char* element() const { return values.index() == 0 ? "double" : "float"; }
  /// Calls f with a view of the points.
  template <class F>
  decltype(auto) visit(F&& f) const {
    return std::visit([&f](const auto& v) -> decltype(auto) { return f(isonomy::view(v)); }, values);
  }
};

namespace detail {

/// Fourth powers of smaller numbers do not overflow, nor do sums of these; neither do those of one over larger ones.
inline constexpr double largest_size = 1e70, least_spread = 1e-70;

enum class PointFormat { text, npy, npz };

/// By its first bytes, or by its name where it has none or cannot be looked into (a pipe).
inline PointFormat point_format(const std::string& path) {
  const auto extension = std::filesystem::path(path).extension().string();
  PointFormat format = extension == ".npy"   ? PointFormat::npy
                       : extension == ".npz" ? PointFormat::npz
                                             : PointFormat::text;
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return format;
  const isonomy::io::File file(std::fopen(path.c_str(), "rb"));
  char bytes[6] = {};
  const std::string_view first(bytes, file ? std::fread(bytes, 1, sizeof bytes, file.get()) : 0);
  if (first == "\x93NUMPY") return PointFormat::npy;
  return first.starts_with("PK\x03\x04") ? PointFormat::npz : format;
}

inline PointData read_text_points(const std::string& path, const std::string& column, ProgressLine& progress) {
  PointData data;
  std::vector<double> values;
  isonomy::io::NumberColumnReader reader(path, column);
  while (const auto value = reader.next()) {
    if (!(std::abs(*value) < largest_size))
      throw isonomy::IoError(
          path, reader.line_number(),
          joined("column ", reader.place(), " is ", isonomy::io::number_text(*value),
                 "; expected a number below 1e70 in size; rescale the column, or leave the row out"));
    values.push_back(*value);
    if (values.size() % 8192 != 0) continue;
    Interrupt::check("reading");
    progress.show({"reading, points", static_cast<std::int64_t>(values.size()), 0});
  }
  if (values.empty())
    throw isonomy::IoError(path, 0, "there is no number in the file; expected a column of them; see the file");
  if (!reader.name().empty()) data.quantity = reader.name();
  data.column = reader.place();
  data.columns = reader.columns();
  data.values = std::move(values);
  return data;
}

/// Moves one column of an array to its beginning and drops the rest: nothing is held twice.
template <class T>
std::vector<T> one_column(isonomy::io::NpyArray<T> array, index_t column) {
  const isonomy::MatrixView<const T> all = array.matrix();
  if (all.columns == 1) return std::move(array.values);
  if (all.row_stride == 1) {
    const auto first = array.values.begin() + column * all.rows;
    std::copy(first, first + all.rows, array.values.begin());
  } else {
    for (index_t i = 0; i < all.rows; ++i) array.values[static_cast<std::size_t>(i)] = all(i, column);
  }
  array.values.resize(static_cast<std::size_t>(all.rows));
  return std::move(array.values);
}

inline PointData read_npy_points(const std::string& path, const std::string& column, ProgressLine& progress) {
  progress.show({"reading", 0, 0});
  const isonomy::io::NpyHeader header = isonomy::io::read_npy_header(path);
  const std::string shape = header.shape_text();
  if (header.shape.empty() || header.shape.size() > 2)
    throw isonomy::IoError(path, 0,
                           joined("the array has shape ", shape,
                                  "; expected one dimension, or rows and columns; save x.reshape(-1), or one slice"));
  if (header.size() == 0)
    throw isonomy::IoError(path, 0,
                           joined("the array is empty, of shape ", shape, "; expected points; check how it was made"));
  PointData data;
  data.columns = header.shape.size() == 2 ? header.shape[1] : 1;
  if (!column.empty()) {
    const char* const last = column.data() + column.size();
    const auto [end, error] = std::from_chars(column.data(), last, data.column);
    if (error != std::errc() || end != last || data.column < 1 || data.column > data.columns)
      throw isonomy::IoError(path, 0,
                             joined("there is no column '", column, "' in an array of shape ", shape,
                                    "; columns have no names here; give --column a place from 1 to ", data.columns));
  }
  if (header.element == "f4")
    data.values = one_column(isonomy::io::read_npy<float>(path), data.column - 1);
  else
    data.values = one_column(isonomy::io::read_npy<double>(path), data.column - 1);
  return data;
}

/// Drops what lies outside the range, measures the rest. IoError naming the first element that is not finite, or too
/// large to be squared.
template <class T>
void keep_range(const std::string& path, const isonomy::mixture::Range& range, std::vector<T>& values,
                PointData& data) {
  data.smallest = std::numeric_limits<double>::infinity(), data.largest = -data.smallest;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i % (1 << 20) == 0) Interrupt::check("reading");
    const T value = values[i];
    if (!(std::abs(static_cast<double>(value)) < largest_size)) {
      const std::string place = joined("[", i, data.columns > 1 ? joined(", ", data.column - 1) : "");
      throw isonomy::IoError(path, 0,
                             joined("element ", place, "] (from 0) is ", isonomy::io::number_text(value),
                                    "; expected a number below 1e70 in size; leave it out, for example with "
                                    "x[numpy.abs(x) < 1e70]"));
    }
    if (!(value >= range.lower && value <= range.upper)) continue;
    data.smallest = std::min<double>(data.smallest, value);
    data.largest = std::max<double>(data.largest, value);
    values[kept++] = value;
  }
  data.left_out = static_cast<index_t>(values.size() - kept);
  values.resize(kept);
}

}  // namespace detail

/// The points of a file within a range: a .npy array of one dimension or one column of one of two (by place), as float
/// or double; or a column of a table (by name or place). IoError naming file, line or element, value and remedy for
/// whatever is wrong with it, and for points that are all equal, which have no width.
inline PointData read_points(const std::string& path, const std::string& column, const isonomy::mixture::Range& range,
                             ProgressLine& progress) {
  const detail::PointFormat format = detail::point_format(path);
  if (format == detail::PointFormat::npz)
    throw isonomy::IoError(path, 0,
                           "this is an archive of arrays; expected one array; take it out with numpy.save(file, "
                           "numpy.load(archive)[name])");
  PointData data = format == detail::PointFormat::npy ? detail::read_npy_points(path, column, progress)
                                                      : detail::read_text_points(path, column, progress);
  std::visit([&](auto& values) { detail::keep_range(path, range, values, data); }, data.values);
  if (data.size() == 0)
    throw isonomy::IoError(path, 0,
                           joined("all ", data.left_out, " points lie outside the range from ",
                                  isonomy::io::number_text(range.lower), " to ", isonomy::io::number_text(range.upper),
                                  "; expected some inside; correct --range"));
  if (!(data.largest - data.smallest > 1e-14 * std::max(std::abs(data.smallest), std::abs(data.largest))))
    throw isonomy::IoError(
        path, 0,
        joined("all ", data.size(), " points are ", isonomy::io::number_text(data.smallest),
               ", or as good as; expected points that differ, since a width cannot be estimated from "
               "these; check that --column names the right one"));
  if (!(data.largest - data.smallest > detail::least_spread))
    throw isonomy::IoError(path, 0,
                           joined("all points lie within ", isonomy::io::number_text(data.largest - data.smallest),
                                  "; expected a spread above 1e-70; rescale the points"));
  return data;
}

}  // namespace examples
