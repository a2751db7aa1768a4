// Reads the points that a mixture is fitted to: a .npy array, or a column of a text table.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "../program/array_input.hpp"
#include "../program/input.hpp"
#include "../program/interrupt.hpp"
#include "../program/progress.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/estimators/mixture/normal/weighted_likelihood.hpp"
#include "isonomy/io/arrays/npy_header.hpp"
#include "isonomy/io/arrays/npy_reader.hpp"
#include "isonomy/io/arrays/npy_records.hpp"
#include "isonomy/io/text/number_column.hpp"
#include "isonomy/io/text/number_format.hpp"
#include "isonomy/io/text/numbers.hpp"
#include "isonomy/io/text/source.hpp"

namespace examples {

using isonomy::index_t;
using isonomy::text::joined;

/// What of a file the points are.
struct PointOptions {
  std::string path, column;
  /// The column of weights; empty if every point counts once.
  std::string weights;
  isonomy::io::NumberFormat format;
};

/// Points as the file has them, float or double, one after another, all finite, with a weight each or none.
struct PointData {
  std::variant<std::vector<double>, std::vector<float>> values, weights;
  /// What the points are called in figures: the column's name in the file, or "x".
  std::string quantity = "x";
  index_t column = 1, columns = 1;  ///< the one that was read, from 1, and how many the file has
  index_t weight_column = 0;        ///< from 1; 0 if there are no weights
  std::vector<std::string> fields;  ///< names of the columns of an array of records
  index_t left_out = 0;             ///< points outside the range
  index_t missing = 0;              ///< rows without a value
  double smallest = 0, largest = 0;
  double total = 0, heaviest = 0;  ///< the sum of the weights, or the number of points; the largest weight

  index_t size() const {
    return std::visit([](const auto& v) { return static_cast<index_t>(v.size()); }, values);
  }
  bool weighted() const { return weight_column > 0; }
  const char* element() const { return values.index() == 0 ? "double" : "float"; }
  /// Calls f with a view of the points.
  template <class F>
  decltype(auto) visit(F&& f) const {
    return std::visit([&f](const auto& v) -> decltype(auto) { return f(isonomy::view(v)); }, values);
  }
  /// Calls f with views of the points and of their weights, which has no elements if they have none.
  template <class F>
  decltype(auto) visit_weighted(F&& f) const {
    return std::visit(
        [&](const auto& v) -> decltype(auto) {
          return f(isonomy::view(v), isonomy::view(std::get<std::decay_t<decltype(v)>>(weights)));
        },
        values);
  }
};

namespace detail {

/// Sizes that leave room for distances beside the points, and widths that leave room for narrow components.
inline constexpr double largest_size = 1e300, least_spread = 1e-300;

/// IoError unless a weight is a number from 0 to what sums of squares bear; `place` names it.
inline void require_weight(const std::string& path, std::int64_t line, const std::string& place, double weight) {
  if (weight >= 0 && weight <= isonomy::mixture::largest_weight) return;
  throw isonomy::IoError(path, line,
                         joined({place, " is ", isonomy::io::number_text(weight),
                                 "; expected a weight from 0 to 1e100; leave the row out, or rescale the weights"}));
}

inline PointData read_text_points(isonomy::io::Source source, const PointOptions& options, ProgressLine& progress) {
  PointData data;
  std::vector<double> values, weights;
  const std::string path = source.path();
  std::vector<std::string> columns{options.column};
  if (!options.weights.empty()) columns.push_back(options.weights);
  isonomy::io::NumberColumnsReader reader(std::move(source), columns, options.format);
  while (reader.next()) {
    const double value = reader[0];
    if (!(std::abs(value) < largest_size))
      throw isonomy::IoError(
          path, reader.line_number(),
          joined("column ", reader.place(), " is ", isonomy::io::number_text(value),
                 "; expected a number below 1e300 in size; rescale the column, or leave the row out"));
    values.push_back(value);
    if (columns.size() > 1) {
      require_weight(path, reader.line_number(), joined("column ", reader.place(1)), reader[1]);
      weights.push_back(reader[1]);
    }
    if (values.size() % 8192 != 0) continue;
    Interrupt::check("reading");
    progress.show({"reading, points", static_cast<std::int64_t>(values.size()), 0});
  }
  if (values.empty())
    throw isonomy::IoError(path, 0, "there is no number in the file; expected a column of them; see the file");
  if (!reader.name().empty()) data.quantity = reader.name();
  data.column = reader.place();
  data.columns = reader.columns();
  data.missing = reader.skipped();
  if (columns.size() > 1) data.weight_column = reader.place(1);
  data.values = std::move(values);
  data.weights = std::move(weights);
  return data;
}

/// The places of a column's elements in an array that lies in the order of the file.
struct ArrayColumn {
  index_t first = 0, step = 1, rows = 0;

  ArrayColumn(const isonomy::io::NpyHeader& header, index_t column, index_t columns)
      : first(header.fortran_order ? column * (header.size() / columns) : column),
        step(header.fortran_order ? 1 : columns), rows(header.size() / columns) {}

  /// The elements, at the beginning of `out`, which may be `values`: nothing is held twice.
  template <class T>
  void take(const std::vector<T>& values, std::vector<T>& out) const {
    out.resize(std::max(out.size(), static_cast<std::size_t>(rows)));
    for (index_t i = 0; i < rows; ++i)
      out[static_cast<std::size_t>(i)] = values[static_cast<std::size_t>(first + step * i)];
    out.resize(static_cast<std::size_t>(rows));
  }
};

/// The place of a column that `text` gives, from 1.
inline index_t array_column(const std::string& path, const isonomy::io::NpyHeader& header, const std::string& text,
                            index_t columns, const char* option) {
  index_t place = 1;
  if (text.empty()) return place;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, place);
  if (error != std::errc() || end != last || place < 1 || place > columns)
    throw isonomy::IoError(path, 0,
                           joined({"there is no column '", text, "' in an array of shape ", header.shape_text(),
                                   "; columns have no names here; give ", option, " a place from 1 to ", columns}));
  return place;
}

template <class T>
PointData read_npy_points(isonomy::io::NpyReader<T> reader, const PointOptions& options, ProgressLine& progress) {
  const isonomy::io::NpyHeader& header = reader.header();
  const std::string& path = options.path;
  PointData data;
  // One row is as many points as it has columns: as a table it would be one point.
  const bool one_row = header.shape.size() == 2 && header.shape[0] == 1 && options.column.empty();
  data.columns = header.shape.size() == 2 && !one_row ? header.shape[1] : 1;
  data.column = array_column(path, header, options.column, data.columns, "--column");
  if (!options.weights.empty())
    data.weight_column = array_column(path, header, options.weights, data.columns, "--weights");
  std::vector<T> values = all_elements(reader, progress), weights;
  if (data.weighted()) ArrayColumn(header, data.weight_column - 1, data.columns).take(values, weights);
  ArrayColumn(header, data.column - 1, data.columns).take(values, values);
  data.values = std::move(values);
  data.weights = std::move(weights);
  return data;
}

/// The field of records that `text` gives, by its place from 1 or its name.
inline std::size_t record_field(const std::string& path, const std::vector<std::string>& fields,
                                const std::string& text, const char* option) {
  std::size_t place = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, place);
  if (error == std::errc() && end == last && place >= 1 && place <= fields.size()) return place - 1;
  const auto named = std::find(fields.begin(), fields.end(), text);
  if (named == fields.end() || text.empty())
    throw isonomy::IoError(
        path, 0,
        joined({text.empty() ? std::string("the elements are records") : joined("there is no field '", text, "'"),
                " with the fields ", isonomy::text::listed(fields), "; expected one number an element; give ", option,
                " one of these names, or a place from 1 to ", fields.size()}));
  return static_cast<std::size_t>(named - fields.begin());
}

/// A field of the records of a structured array, and another of weights.
inline PointData read_record_points(isonomy::io::Source source, isonomy::io::NpyHeader header,
                                    const PointOptions& options, ProgressLine& progress) {
  constexpr index_t piece = index_t{1} << 18;
  PointData data;
  for (const auto& field : header.fields) data.fields.push_back(field.name);
  if (header.shape.size() != 1)
    throw isonomy::IoError(options.path, 0,
                           joined("the records stand in an array of shape ", header.shape_text(),
                                  "; expected one dimension; save x.reshape(-1)"));
  std::vector<std::size_t> chosen{record_field(options.path, data.fields, options.column, "--column")};
  if (!options.weights.empty()) chosen.push_back(record_field(options.path, data.fields, options.weights, "--weights"));
  data.columns = static_cast<index_t>(data.fields.size());
  data.column = static_cast<index_t>(chosen[0]) + 1;
  data.quantity = data.fields[chosen[0]];
  if (chosen.size() > 1) data.weight_column = static_cast<index_t>(chosen[1]) + 1;
  isonomy::io::NpyRecordReader reader(std::move(source), std::move(header), chosen);
  std::vector<std::vector<double>> columns(chosen.size());
  for (index_t done = 0; done < reader.size(); done += piece) {
    Interrupt::check("reading");
    progress.show({"reading", done, reader.size()});
    reader.read(std::min(piece, reader.size() - done), columns);
  }
  data.values = std::move(columns[0]);
  if (chosen.size() > 1) data.weights = std::move(columns[1]);
  return data;
}

inline PointData read_npy_points(isonomy::io::Source source, const PointOptions& options, ProgressLine& progress) {
  progress.show({"reading", 0, 0});
  isonomy::io::NpyHeader header = isonomy::io::read_npy_header(source);
  const std::string shape = header.shape_text(), path = source.path();
  const bool has_numbers = !header.fields.empty() || !header.type.element.empty();  // else refused as what it is
  if (has_numbers && (header.shape.empty() || header.shape.size() > 2))
    throw isonomy::IoError(path, 0,
                           joined("the array has shape ", shape,
                                  "; expected one dimension, or rows and columns; save x.reshape(-1), or one slice"));
  if (has_numbers && header.size() == 0)
    throw isonomy::IoError(path, 0,
                           joined("the array is empty, of shape ", shape, "; expected points; check how it was made"));
  if (!header.fields.empty()) return read_record_points(std::move(source), std::move(header), options, progress);
  if (header.type.element == "f4")
    return read_npy_points(isonomy::io::NpyReader<float>(std::move(source), std::move(header)), options, progress);
  return read_npy_points(isonomy::io::NpyReader<double>(std::move(source), std::move(header)), options, progress);
}

/// Drops what lies outside the range or is missing, measures the rest. IoError naming the first element that is not
/// finite, or too large to be squared, or no weight.
template <class T>
void keep_range(const PointOptions& options, const isonomy::mixture::Range& range, std::vector<T>& values,
                std::vector<T>& weights, PointData& data) {
  data.smallest = std::numeric_limits<double>::infinity(), data.largest = -data.smallest;
  const bool skip = options.format.missing == isonomy::io::Missing::skip;
  const auto place = [&data](std::size_t i, index_t column) {
    if (!data.fields.empty())
      return joined("field '", data.fields[static_cast<std::size_t>(column - 1)], "' of element [", i, "] (from 0)");
    return joined("element [", i, data.columns > 1 ? joined(", ", column - 1) : "", "] (from 0)");
  };
  std::size_t kept = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i % (1 << 20) == 0) Interrupt::check("reading");
    const T value = values[i], weight = data.weighted() ? weights[i] : T{1};
    if (skip && (std::isnan(value) || std::isnan(weight))) {
      ++data.missing;
      continue;
    }
    if (!(std::abs(static_cast<double>(value)) < largest_size))
      throw isonomy::IoError(
          options.path, 0,
          joined(place(i, data.column), " is ", isonomy::io::number_text(value),
                 "; expected a number below 1e300 in size; leave it out, for example with x[numpy.abs(x) < 1e300]",
                 std::isnan(value) ? ", or all NaN with --missing skip" : ""));
    if (!(weight >= 0 && weight <= isonomy::mixture::largest_weight))
      require_weight(options.path, 0, place(i, data.weight_column), static_cast<double>(weight));
    if (!(value >= range.lower && value <= range.upper)) {
      ++data.left_out;
      continue;
    }
    if (weight > 0) {
      data.smallest = std::min<double>(data.smallest, value);
      data.largest = std::max<double>(data.largest, value);
    }
    data.total += static_cast<double>(weight);
    data.heaviest = std::max<double>(data.heaviest, weight);
    if (data.weighted()) weights[kept] = weight;
    values[kept++] = value;
  }
  values.resize(kept);
  if (data.weighted()) weights.resize(kept);
}

}  // namespace detail

/// The points of a file within a range, and their weights: a .npy array of one dimension or one column of one of two
/// (by place) or one field of records, as float if it has floats, else as double; or a column of a table (by name or
/// place). The file is opened once and may be a pipe, or compressed by gzip. IoError naming file, line or element,
/// value and remedy for whatever is wrong with it, and for points that are all equal, which have no width.
inline PointData read_points(const PointOptions& options, const isonomy::mixture::Range& range,
                             ProgressLine& progress) {
  const std::string& path = options.path;
  isonomy::io::Source source = open_input(path, "text file or .npy array");
  const std::string_view first = source.peek(isonomy::io::npy_magic.size());
  const auto extension = std::filesystem::path(path).extension();
  if (first.starts_with("PK\x03\x04") || extension == ".npz")
    throw isonomy::IoError(path, 0,
                           "this is an archive of arrays; expected one array; take it out with numpy.save(file, "
                           "numpy.load(archive)[name])");
  PointData data = first == isonomy::io::npy_magic || extension == ".npy"
                       ? detail::read_npy_points(std::move(source), options, progress)
                       : detail::read_text_points(std::move(source), options, progress);
  if (data.weight_column == data.column)
    throw isonomy::IoError(path, 0,
                           joined("points and weights are both column ", data.column,
                                  "; expected two; choose others with --column and --weights"));
  std::visit(
      [&](auto& values) {
        detail::keep_range(options, range, values, std::get<std::decay_t<decltype(values)>>(data.weights), data);
      },
      data.values);
  if (data.size() == 0 && data.left_out > 0)
    throw isonomy::IoError(path, 0,
                           joined("all ", data.left_out, " points lie outside the range from ",
                                  isonomy::io::number_text(range.lower), " to ", isonomy::io::number_text(range.upper),
                                  "; expected some inside; correct --range"));
  if (data.size() == 0)
    throw isonomy::IoError(path, 0,
                           joined("all ", data.missing, " values are missing; expected numbers; see the column"));
  if (!(data.heaviest >= isonomy::mixture::smallest_largest_weight))
    throw isonomy::IoError(path, 0,
                           joined("the largest weight is ", isonomy::io::number_text(data.heaviest),
                                  "; expected one of 1e-100 or more; check that --weights names the right column, or "
                                  "rescale the weights"));
  if (!(data.largest - data.smallest > 1e-14 * std::max(std::abs(data.smallest), std::abs(data.largest))))
    throw isonomy::IoError(
        path, 0,
        joined("all ", data.size(), data.weighted() ? " points, but for those without weight, are " : " points are ",
               isonomy::io::number_text(data.smallest),
               ", or as good as; expected points that differ, since a width cannot be estimated from "
               "these; check that --column names the right one"));
  if (!(data.largest - data.smallest > detail::least_spread))
    throw isonomy::IoError(path, 0,
                           joined("column ", data.column, ": all points lie within ",
                                  isonomy::io::number_text(data.largest - data.smallest),
                                  "; expected a spread above 1e-300; rescale the points"));
  return data;
}

}  // namespace examples
