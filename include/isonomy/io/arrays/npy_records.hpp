// Reads fields of the records of a .npy file, a structured array, as columns of numbers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/arrays/npy_header.hpp"
#include "isonomy/io/arrays/npy_reader.hpp"
#include "isonomy/io/text/source.hpp"

namespace isonomy::io {

namespace detail {

/// Reads an element into a double; false if no double holds it.
using ReadElement = bool (*)(const char* bytes, bool big_endian, double& out);

template <class Element>
bool read_element(const char* bytes, bool big_endian, double& out) {
  Element value;
  std::memcpy(&value, bytes, sizeof(Element));
  if (big_endian) value = with_bytes_swapped(value);
  out = static_cast<double>(value);
  return holds_exactly<double>(value);
}

/// How elements of a type are read, or nullptr if they are no numbers.
[[nodiscard]] inline ReadElement element_reader(const std::string& element) {
  constexpr std::pair<const char*, ReadElement> known[] = {
      {"f8", read_element<double>},        {"f4", read_element<float>},         {"i8", read_element<std::int64_t>},
      {"i4", read_element<std::int32_t>},  {"i2", read_element<std::int16_t>},  {"i1", read_element<std::int8_t>},
      {"u8", read_element<std::uint64_t>}, {"u4", read_element<std::uint32_t>}, {"u2", read_element<std::uint16_t>},
      {"u1", read_element<std::uint8_t>}};
  for (const auto& [name, read] : known)
    if (element == name) return read;
  return nullptr;
}

}  // namespace detail

/// Chosen fields of the records of a .npy file as doubles, some records at a time, from front to back.
class NpyRecordReader {
 public:
  /// `fields` are places in header.fields. IoError for a field that is no whole or floating number of up to 8 bytes,
  /// records of a size that is not known or above 16 MB, and a file that is cut short or goes on, where that is known.
  NpyRecordReader(Source source, NpyHeader header, const std::vector<std::size_t>& fields)
      : source_(std::move(source)), header_(std::move(header)) {
    constexpr std::uint64_t most_bytes = std::uint64_t{1} << 24;
    std::vector<std::uint64_t> offsets;
    std::uint64_t bytes = 0;
    for (const NpyField& field : header_.fields) {
      offsets.push_back(bytes);
      bytes = std::min(bytes + field.size, detail::unknown_size);
      if (field.size == detail::unknown_size)
        fail(text::joined("the field ", text::quoted(field.name), " is of type ", text::quoted(field.type.text),
                          ", whose size is not known; expected records of numbers and texts; save one field of them"));
    }
    if (bytes > most_bytes) fail(text::joined("records of ", bytes, " bytes; expected 16 MB at most; save one field"));
    record_ = static_cast<std::size_t>(bytes);
    for (const std::size_t place : fields) {
      const NpyField& field = header_.fields[place];
      const auto read = detail::element_reader(field.type.element);
      if (read == nullptr)
        fail(text::joined(
            {"the field ", text::quoted(field.name), " has elements of type ", text::quoted(field.type.text),
             "; expected f8, f4 or whole numbers; choose another field, or convert it with astype('<f8')"}));
      columns_.push_back({static_cast<std::size_t>(offsets[place]), place, read});
    }
    detail::require_bytes(header_, source_, record_);
  }

  /// The number of records.
  [[nodiscard]] index_t size() const { return header_.size(); }

  /// Appends the chosen fields of the next `count` records to the columns, one each. IoError if the file ends before or
  /// goes on behind the last record, and for whole numbers that no double holds.
  void read(index_t count, std::vector<std::vector<double>>& columns) {
    piece_.resize(std::max<std::size_t>(1, (std::size_t{1} << 20) / record_) * record_);
    for (const index_t end = next_ + count; next_ < end;) {
      const index_t wanted = std::min<index_t>(end - next_, static_cast<index_t>(piece_.size() / record_));
      const std::size_t bytes = static_cast<std::size_t>(wanted) * record_, got = source_.read(piece_.data(), bytes);
      if (got < bytes)
        fail(text::joined("the file ends after ", next_ + static_cast<index_t>(got / record_), " of ", size(),
                          " elements; expected a complete file; copy or save it again"));
      for (index_t i = 0; i < wanted; ++i, ++next_)
        append(piece_.data() + static_cast<std::size_t>(i) * record_, columns);
    }
    if (next_ == size() && !source_.size() && !source_.peek(1).empty()) detail::fail_longer(source_.path(), size());
  }

 private:
  struct Column {
    std::size_t offset, field;
    detail::ReadElement read;
  };

  void append(const char* record, std::vector<std::vector<double>>& columns) const {
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const NpyField& field = header_.fields[columns_[k].field];
      double value = 0;
      if (!columns_[k].read(record + columns_[k].offset, field.type.big_endian, value))
        fail(text::joined("the field ", text::quoted(field.name), " of element ", next_,
                          " (from 0) is a whole number that no double holds; expected up to 2^53 in size; save it as "
                          "astype('<f8'), which rounds"));
      columns[k].push_back(value);
    }
  }
  [[noreturn]] void fail(const std::string& what) const { throw IoError(source_.path(), 0, what); }

  Source source_;
  NpyHeader header_;
  std::size_t record_ = 0;  ///< bytes
  std::vector<Column> columns_;
  std::vector<char> piece_;
  index_t next_ = 0;
};

}  // namespace isonomy::io
