// Reads the elements of a .npy file, all or some at a time: for pipes and for arrays that do not fit in memory.
#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/io/arrays/npy_header.hpp"
#include "isonomy/io/text/source.hpp"

namespace isonomy::io {

static_assert(std::endian::native == std::endian::little, "elements are read and written as they lie in memory");

namespace detail {

[[noreturn]] inline void fail_longer(const std::string& path, index_t count) {
  throw IoError(path, 0,
                text::joined("the file goes on after its ", count,
                             " elements; expected one array; save it again, or convert an .npz"));
}

/// IoError unless a source that knows its size has all elements of `width` bytes and no more: a header may promise more
/// than memory holds.
inline void require_bytes(const NpyHeader& header, const Source& source, std::uint64_t width) {
  if (!source.size()) return;
  const std::uint64_t bytes = *source.size() - std::min<std::uint64_t>(*source.size(), header.data_offset);
  const auto count = static_cast<std::uint64_t>(header.size());
  if (count > bytes / std::max<std::uint64_t>(width, 1))
    throw IoError(source.path(), 0,
                  text::joined("the file has ", *source.size(), " bytes where its header promises ", header.size(),
                               " elements of ", width, "; expected a complete file; copy or save it again"));
  if (bytes > count * width) fail_longer(source.path(), header.size());
}

/// IoError unless the elements can be read as T, and a source that knows its size has the bytes of all and no more.
template <Real T>
void require_elements(const NpyHeader& header, const Source& source) {
  constexpr bool wide = std::same_as<T, double>;
  if (!header.fields.empty()) {
    std::vector<std::string_view> names;
    for (const NpyField& field : header.fields) names.push_back(field.name);
    throw IoError(source.path(), 0,
                  text::joined({"the elements are records with the fields ", text::listed(names),
                                "; expected one number an element; save one field, as in numpy.save(file, x['",
                                names.front(), "'])"}));
  }
  const std::string& element = header.type.element;
  if (element.empty() || (element == "f8" && !wide))
    throw IoError(
        source.path(), 0,
        text::joined({"elements of type ", text::quoted(header.type.text), "; expected ", wide ? "f8, f4" : "f4",
                      " or whole numbers; convert them with astype('", wide ? "<f8" : "<f4", "')"}));
  require_bytes(header, source, static_cast<std::uint64_t>(element.back() - '0'));
}

template <class Element>
Element with_bytes_swapped(Element value) {
  unsigned char bytes[sizeof(Element)];
  std::memcpy(bytes, &value, sizeof value);
  std::reverse(std::begin(bytes), std::end(bytes));
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

}  // namespace detail

/// The elements of a .npy file as T, in the order of the file, some at a time: double takes f8, f4 and whole numbers of
/// 1 to 8 bytes, float all but f8, of either byte order. The file stays open. One user at a time.
template <Real T>
class NpyReader {
 public:
  /// Errors as read_npy_header; IoError for elements of another type, and, where the size is known before anything is
  /// read, for a file that is cut short or goes on.
  explicit NpyReader(const std::string& path) : NpyReader(Source(path, ".npy file")) {}
  /// The same from what is open already.
  explicit NpyReader(Source source) : source_(std::move(source)), header_(read_npy_header(source_)) {
    detail::require_elements<T>(header_, source_);
  }
  /// The same where the header, which says which T will do, has been read.
  NpyReader(Source source, NpyHeader header) : source_(std::move(source)), header_(std::move(header)) {
    detail::require_elements<T>(header_, source_);
  }

  [[nodiscard]] const NpyHeader& header() const { return header_; }
  [[nodiscard]] index_t size() const { return header_.size(); }
  [[nodiscard]] const Source& source() const { return source_; }

  /// Elements first .. first + out.size - 1. A pipe gives them in order alone, each once.
  ///
  /// ValueError beyond the end; IoError if the file ends before or goes on behind the last, for a whole number that T
  /// cannot hold, and for going back in a pipe.
  void read(index_t first, VectorView<T> out) {
    if (first < 0 || first > size() - out.size)
      throw ValueError(text::joined(
          {"NpyReader: elements ", first, " to ", first + out.size, " of ", size(), "; expected a part of the array"}));
    const std::string& element = header_.type.element;
    if (element == "f8") read_as<double>(first, out);
    if (element == "f4") read_as<float>(first, out);
    if (element == "i8") read_as<std::int64_t>(first, out);
    if (element == "i4") read_as<std::int32_t>(first, out);
    if (element == "i2") read_as<std::int16_t>(first, out);
    if (element == "i1") read_as<std::int8_t>(first, out);
    if (element == "u8") read_as<std::uint64_t>(first, out);
    if (element == "u4") read_as<std::uint32_t>(first, out);
    if (element == "u2") read_as<std::uint16_t>(first, out);
    if (element == "u1") read_as<std::uint8_t>(first, out);
    next_ = first + out.size;
    if (next_ == size() && !source_.size() && !source_.peek(1).empty()) detail::fail_longer(source_.path(), size());
  }

 private:
  template <class Element>
  void read_as(index_t first, VectorView<T> out) {
    if (first != next_) source_.seek(header_.data_offset + static_cast<std::uint64_t>(first) * sizeof(Element));
    piece_.resize(static_cast<std::size_t>(std::min<index_t>(out.size, index_t{1} << 17)) * sizeof(Element));
    for (index_t done = 0; done < out.size;) {
      const auto want = std::min(static_cast<index_t>(piece_.size() / sizeof(Element)), out.size - done);
      const std::size_t got = source_.read(piece_.data(), static_cast<std::size_t>(want) * sizeof(Element));
      const auto whole = static_cast<index_t>(got / sizeof(Element));
      for (index_t i = 0; i < whole; ++i, ++done) {
        Element value;
        std::memcpy(&value, piece_.data() + static_cast<std::size_t>(i) * sizeof(Element), sizeof(Element));
        if (header_.type.big_endian) value = detail::with_bytes_swapped(value);
        if (!holds_exactly<T>(value)) refuse(first + done, value);
        out(done) = static_cast<T>(value);
      }
      if (whole < want)
        throw IoError(source_.path(), 0,
                      text::joined("the file ends after ", first + done, " of ", size(),
                                   " elements; expected a complete file; copy or save it again"));
    }
  }

  template <class Element>
  [[noreturn]] void refuse(index_t place, Element value) const {
    throw IoError(
        source_.path(), 0,
        text::joined({"element ", place, " (from 0) is ", std::to_string(value), ", which ",
                      sizeof(T) == 8 ? "a double" : "a float", " does not hold; expected whole numbers up to ",
                      index_t{1} << std::numeric_limits<T>::digits,
                      " in size; subtract a whole number first, or round them with astype('",
                      sizeof(T) == 8 ? "<f8" : "<f4", "')"}));
  }

  Source source_;
  NpyHeader header_;
  std::vector<char> piece_;
  index_t next_ = 0;
};

}  // namespace isonomy::io
