// Writes arrays as a .npz archive, which numpy.load reads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/arrays/npy.hpp"
#include "isonomy/io/arrays/npy_header.hpp"
#include "isonomy/io/arrays/zip_checksum.hpp"
#include "isonomy/io/arrays/zip_directory.hpp"

namespace isonomy::io {

/// Collects arrays into the bytes of an archive, each as it is, without compression. The same arrays give the same
/// bytes: no time is noted.
///
/// Names must differ, and be of 1 to 65531 bytes: ValueError for another. ShapeError for a shape that has not as many
/// elements as there are values. The archive is unchanged then.
class NpzWriter {
 public:
  /// Sizes and places from `most` bytes on are written with 64 bits.
  explicit NpzWriter(std::uint64_t most = 0xFFFFFFFF) : most_(most) {}

  /// An array whose elements lie one after another, the first index fastest if `fortran_order`.
  void add(const std::string& name, const std::vector<index_t>& shape, const std::vector<double>& values,
           bool fortran_order = false) {
    require_values(name, shape, values.size());
    add_bytes(name, "<f8", shape, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double)},
              fortran_order);
  }
  /// One number: an array without dimensions.
  void add(const std::string& name, double value) { add(name, {}, std::vector<double>{value}); }
  void add_integer(const std::string& name, std::int64_t value) {
    add_bytes(name, "<i8", {}, {reinterpret_cast<const char*>(&value), sizeof value}, false);
  }

  /// The whole archive; nothing is left here.
  [[nodiscard]] std::string take() {
    const std::uint64_t place = bytes_.size();
    bytes_ += list_;
    const std::uint64_t size = list_.size();
    if (place >= most_ || size >= most_ || count_ >= most_files) {
      const std::uint64_t end = bytes_.size();
      bytes_ += "PK\x06\x06";
      append(bytes_, {{44, 8}, {45, 2}, {45, 2}, {0, 4}, {0, 4}, {count_, 8}, {count_, 8}, {size, 8}, {place, 8}});
      bytes_ += "PK\x06\x07";
      append(bytes_, {{0, 4}, {end, 8}, {1, 4}});
    }
    bytes_ += empty_zip_magic;
    const std::uint64_t count = std::min(count_, most_files);
    append(bytes_, {{0, 2}, {0, 2}, {count, 2}, {count, 2}, {short_form(size), 4}, {short_form(place), 4}, {0, 2}});
    list_.clear();
    names_.clear();
    count_ = 0;
    return std::move(bytes_);
  }

 private:
  /// So many files and more are counted with 64 bits.
  static constexpr std::uint64_t most_files = 0xFFFF;
  static constexpr std::string_view npy_ending = ".npy";

  /// Whether the product of the extents is `count`, however large it be.
  static bool has_elements(const std::vector<index_t>& shape, std::size_t count) {
    if (std::any_of(shape.begin(), shape.end(), [](index_t extent) { return extent < 0; })) return false;
    if (std::count(shape.begin(), shape.end(), 0) > 0) return count == 0;
    auto left = static_cast<index_t>(count);
    for (const index_t extent : shape) {
      if (left % extent != 0) return false;
      left /= extent;
    }
    return left == 1;
  }

  static void require_values(const std::string& name, const std::vector<index_t>& shape, std::size_t count) {
    if (has_elements(shape, count)) return;
    NpyHeader header;
    header.shape = shape;
    throw ShapeError(
        text::joined({"NpzWriter::add: the array ", text::quoted(name), " has shape ", header.shape_text(), " and ",
                      count, " values; expected as many as the product of extents from 0 on; correct either"}));
  }

  void require_name(const std::string& name) const {
    constexpr std::size_t longest = 0xFFFF - npy_ending.size();
    if (name.empty() || name.size() > longest)
      throw ValueError(text::joined({"NpzWriter::add: the name ", text::quoted(name), " has ", name.size(),
                                     " bytes; expected 1 to ", longest, "; choose another"}));
    if (names_.contains(name))
      throw ValueError(text::joined("NpzWriter::add: the archive has an array ", text::quoted(name),
                                    " already; expected names that differ; choose another"));
  }

  struct Number {
    std::uint64_t value;
    int bytes;
  };
  static void append(std::string& to, const std::vector<Number>& numbers) {
    for (const Number& number : numbers)
      for (int k = 0; k < number.bytes; ++k) to += static_cast<char>(number.value >> 8 * k & 0xFF);
  }
  [[nodiscard]] std::uint64_t short_form(std::uint64_t value) const { return value >= most_ ? 0xFFFFFFFF : value; }

  void add_bytes(const std::string& name, const char* type, const std::vector<index_t>& shape, std::string_view values,
                 bool fortran_order) {
    require_name(name);
    const std::string head = npy_head(type, shape, fortran_order), file = text::joined(name, npy_ending);
    const std::uint64_t place = bytes_.size(), size = head.size() + values.size(),
                        checksum = crc32_of(values, crc32_of(head));
    const bool is_long = size >= most_ || place >= most_;
    const std::uint64_t version = is_long ? 45 : 20, first_day = 33;  // the first of January 1980
    std::string sizes;
    if (is_long) append(sizes, {{1, 2}, {24, 2}, {size, 8}, {size, 8}, {place, 8}});
    // What stands in both headers: version to read it, flags, method, time, day, checksum, both sizes, length of name.
    const std::uint64_t shown = is_long ? 0xFFFFFFFF : size;
    const std::vector<Number> shared{{version, 2},  {0, 2},     {0, 2},     {0, 2},           {first_day, 2},
                                     {checksum, 4}, {shown, 4}, {shown, 4}, {file.size(), 2}, {sizes.size(), 2}};
    bytes_.reserve(bytes_.size() + size + 256);
    bytes_ += zip_magic;
    append(bytes_, shared);
    bytes_ += file + sizes;
    bytes_ += head;
    bytes_ += values;
    list_ += "PK\x01\x02";
    append(list_, {{version, 2}});
    append(list_, shared);
    append(list_, {{0, 2}, {0, 2}, {0, 2}, {0, 4}, {is_long ? 0xFFFFFFFF : place, 4}});
    list_ += file + sizes;
    names_.insert(name);
    ++count_;
  }

  std::uint64_t most_, count_ = 0;
  std::string bytes_, list_;
  std::unordered_set<std::string> names_;
};

}  // namespace isonomy::io
