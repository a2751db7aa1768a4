// Reads responses of units to conditions in trials: a .npy array of three dimensions, or one of a .npz archive.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "../gzip/gunzip.hpp"
#include "../program/array_input.hpp"
#include "../program/input.hpp"
#include "../program/interrupt.hpp"
#include "../program/progress.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/gsn/data_view.hpp"
#include "isonomy/io/arrays/npy_header.hpp"
#include "isonomy/io/arrays/npy_reader.hpp"
#include "isonomy/io/arrays/npz_reader.hpp"
#include "isonomy/io/arrays/zip_directory.hpp"
#include "isonomy/io/text/source.hpp"

namespace examples {

using isonomy::index_t;
using isonomy::text::joined;

/// What the dimensions of responses are called, in the library's order.
inline constexpr std::array<std::string_view, 3> response_dimensions{"units", "conditions", "trials"};

/// Which array of a file, and what its dimensions are.
struct ResponseOptions {
  std::string path, array;
  /// Of each dimension of the array, which of response_dimensions it is.
  std::array<std::size_t, 3> order{0, 1, 2};
};

/// Responses as the file has them, float or double, in the order of the file.
struct ResponseData {
  std::variant<std::vector<double>, std::vector<float>> values;
  std::array<index_t, 3> extents{}, strides{};  ///< of response_dimensions
  std::string array;                            ///< the name in an archive

  const char* element() const { return values.index() == 0 ? "double" : "float"; }
  index_t missing() const {
    const auto is_nan = [](auto x) { return std::isnan(x); };
    return std::visit([&](const auto& v) { return static_cast<index_t>(std::count_if(v.begin(), v.end(), is_nan)); },
                      values);
  }
  /// Calls f with a view of them.
  template <class F>
  decltype(auto) visit(F&& f) const {
    return std::visit(
        [&]<class T>(const std::vector<T>& v) -> decltype(auto) {
          return f(isonomy::gsn::DataView<T>{v.data(), extents[0], extents[1], extents[2], strides[0], strides[1],
                                             strides[2]},
                   isonomy::view(v));
        },
        values);
  }
};

namespace detail {

/// IoError unless an array has the three dimensions, none of them empty.
inline void require_three_dimensions(const std::string& path, const isonomy::io::NpyHeader& header) {
  if (header.shape.size() != 3)
    throw isonomy::IoError(path, 0,
                           joined("the array has shape ", header.shape_text(),
                                  "; expected three dimensions, units, conditions and trials; give single trials, and "
                                  "bring them to this form with numpy's reshape"));
  if (header.size() == 0)
    throw isonomy::IoError(path, 0,
                           joined("the array is empty, of shape ", header.shape_text(),
                                  "; expected units, conditions and trials; check how it was made"));
}

/// The array that a .npy file is.
inline ResponseData read_response_array(isonomy::io::Source source, const ResponseOptions& options,
                                        ProgressLine& progress) {
  progress.show({"reading", 0, 0});
  isonomy::io::NpyHeader header = isonomy::io::read_npy_header(source);
  const std::string path = source.path();
  // What holds no numbers is refused as such, whatever its shape, where its elements would be read.
  if (header.fields.empty() && !header.type.element.empty()) require_three_dimensions(path, header);
  ResponseData data;
  std::array<index_t, 3> strides{};
  index_t step = 1;
  for (std::size_t d = 0; d < 3 && header.shape.size() == 3; ++d) {
    const std::size_t at = header.fortran_order ? d : 2 - d;
    strides[at] = step;
    step *= header.shape[at];
  }
  for (std::size_t d = 0; d < 3 && header.shape.size() == 3; ++d) {
    data.extents[options.order[d]] = header.shape[d];
    data.strides[options.order[d]] = strides[d];
  }
  if (header.type.element == "f4") {
    isonomy::io::NpyReader<float> reader(std::move(source), std::move(header));
    data.values = all_elements(reader, progress);
  } else {
    isonomy::io::NpyReader<double> reader(std::move(source), std::move(header));
    data.values = all_elements(reader, progress);
  }
  return data;
}

/// The array of an archive that is named, or the only one.
inline ResponseData read_response_archive(const ResponseOptions& options, ProgressLine& progress) {
  const isonomy::io::NpzReader archive(options.path, inflated);
  const auto& names = archive.names();
  const bool alike = std::count(names.begin(), names.end(), names.front()) == std::ssize(names);
  if (options.array.empty() && !alike)
    throw isonomy::IoError(options.path, 0,
                           joined("the archive has ", names.size(), " arrays, ", isonomy::text::listed(names),
                                  "; expected one; choose it with --array NAME"));
  const std::string name = options.array.empty() ? names.front() : options.array;
  ResponseData data = read_response_array(archive.open(name), options, progress);
  data.array = name;
  return data;
}

}  // namespace detail

/// The responses of a file, which may be compressed by gzip, and as a .npy file a pipe. Floats stay floats; doubles and
/// whole numbers become doubles. IoError naming the file, what is wrong with it and what to do.
inline ResponseData read_responses(const ResponseOptions& options, ProgressLine& progress) {
  const std::string& path = options.path;
  isonomy::io::Source source = open_input(path, ".npy or .npz file");
  const std::string first(source.peek(isonomy::io::npy_magic.size()));
  if (first.starts_with(isonomy::io::zip_magic) || first.starts_with(isonomy::io::empty_zip_magic)) {
    if (source.size()) return detail::read_response_archive(options, progress);
    throw isonomy::IoError(path, 0,
                           "this is an archive within a pipe or a gzip file; expected an archive on disk, whose end "
                           "tells what it holds; save it to a file and name that");
  }
  if (!options.array.empty())
    throw isonomy::IoError(path, 0,
                           "this is no archive, though --array names one of its arrays; expected a .npz file; leave "
                           "--array out for a .npy file");
  if (first.starts_with("MATLAB") || first.starts_with("\x89HDF"))
    throw isonomy::IoError(path, 0,
                           "this is a file of MATLAB; expected a .npy or .npz file; convert it as the section "
                           "isonomy-gsn of examples/README.md shows, with scipy.io.loadmat and numpy.save");
  return detail::read_response_array(std::move(source), options, progress);
}

}  // namespace examples
