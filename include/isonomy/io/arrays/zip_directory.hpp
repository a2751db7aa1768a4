// The list of files at the end of a zip archive, with sizes of more than 32 bits where it has them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/source.hpp"

namespace isonomy::io {

/// A file in an archive.
struct ZipEntry {
  std::string name;
  bool encrypted = false;
  int method = 0;  ///< 0: as it is, 8: deflated
  std::uint32_t checksum = 0;
  std::uint64_t packed = 0, size = 0;  ///< bytes in the archive, and of the file itself
  std::uint64_t place = 0;             ///< of its own header in the archive
};

/// What an archive's own header of a file, and an archive without a file, begin with.
inline constexpr std::string_view zip_magic = "PK\x03\x04", empty_zip_magic = "PK\x05\x06";

namespace detail {

inline constexpr std::size_t zip_header_bytes = 30;

/// The number of `width` bytes at `at`, the least first. The caller knows that they are there.
[[nodiscard]] inline std::uint64_t little_endian(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = width; i > 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
  return value;
}

[[noreturn]] inline void fail_zip(const std::string& path, const std::string& what) {
  throw IoError(path, 0, text::joined(what, "; expected a complete .npz archive; copy or save it again"));
}

/// Bytes of a source of known size; IoError where it has not so many there.
[[nodiscard]] inline std::string bytes_at(Source& source, std::uint64_t place, std::uint64_t count, const char* what) {
  const std::uint64_t size = source.size().value_or(0);
  if (place > size || count > size - place)
    fail_zip(source.path(), text::joined({"the archive's ", what, " is said to lie at byte ", place, " to ",
                                          place + std::min(count, UINT64_MAX - place), " of ", size}));
  source.seek(place);
  std::string bytes(static_cast<std::size_t>(count), '\0');
  if (source.read(bytes.data(), bytes.size()) != count)
    fail_zip(source.path(), text::joined("the file ends within its ", what));
  return bytes;
}

/// Where the list is, and how long.
struct ZipList {
  std::uint64_t entries, size, place;
};

/// Where the end of the archive says that its list is.
[[nodiscard]] inline ZipList find_zip_list(Source& source) {
  constexpr std::size_t end_bytes = 22, longest_comment = 65535, locator_bytes = 20, long_end_bytes = 56;
  const std::uint64_t size = source.size().value_or(0),
                      tail = std::min<std::uint64_t>(size, end_bytes + longest_comment);
  const std::string bytes = bytes_at(source, size - tail, tail, "end");
  std::size_t at = bytes.rfind(empty_zip_magic);
  while (at != std::string::npos &&
         (bytes.size() - at < end_bytes || little_endian(bytes, at + 20, 2) != bytes.size() - at - end_bytes))
    at = at == 0 ? std::string::npos : bytes.rfind(empty_zip_magic, at - 1);
  if (at == std::string::npos) fail_zip(source.path(), "the file does not end as a zip archive");
  if (little_endian(bytes, at + 4, 2) != little_endian(bytes, at + 6, 2))
    fail_zip(source.path(), "this is one part of an archive of several files");
  const ZipList list{little_endian(bytes, at + 10, 2), little_endian(bytes, at + 12, 4),
                     little_endian(bytes, at + 16, 4)};
  if (list.entries != 0xFFFF && list.size != 0xFFFFFFFF && list.place != 0xFFFFFFFF) return list;
  if (at < locator_bytes || !std::string_view(bytes).substr(at - locator_bytes).starts_with("PK\x06\x07")) return list;
  const std::uint64_t place = little_endian(bytes, at - locator_bytes + 8, 8);
  const std::string end = bytes_at(source, place, long_end_bytes, "end");
  if (!end.starts_with("PK\x06\x06")) fail_zip(source.path(), "the archive's long end is not where it should be");
  return {little_endian(end, 32, 8), little_endian(end, 40, 8), little_endian(end, 48, 8)};
}

/// Takes sizes and places of more than 32 bits from where they stand in their place.
inline void read_long_sizes(std::string_view extra, ZipEntry& entry) {
  while (extra.size() >= 4) {
    const std::uint64_t kind = little_endian(extra, 0, 2);
    const auto bytes = static_cast<std::size_t>(little_endian(extra, 2, 2));
    std::string_view field = extra.substr(4, bytes);
    extra.remove_prefix(std::min(extra.size(), 4 + bytes));
    if (kind != 1) continue;
    for (std::uint64_t* value : {&entry.size, &entry.packed, &entry.place})
      if (*value == 0xFFFFFFFF && field.size() >= 8) {
        *value = little_endian(field, 0, 8);
        field.remove_prefix(8);
      }
  }
}

}  // namespace detail

/// The files of an archive, in its order. IoError for a source of unknown size, which a pipe has, and for what is no
/// zip archive, or one that is cut short or in parts, or whose list of files does not fit in it or has another number.
[[nodiscard]] inline std::vector<ZipEntry> read_zip_directory(Source& source) {
  using detail::little_endian;
  constexpr std::size_t entry_bytes = 46;
  if (!source.size())
    throw IoError(source.path(), 0,
                  "an archive cannot be read from a pipe; expected a file on disk, whose end tells what it holds; save "
                  "it to a file, or pipe one array saved with numpy.save");
  const detail::ZipList list = detail::find_zip_list(source);
  const std::string bytes = detail::bytes_at(source, list.place, list.size, "list of files");
  std::vector<ZipEntry> entries;
  std::size_t at = 0;
  while (entries.size() < list.entries) {
    if (bytes.size() - at < entry_bytes || !std::string_view(bytes).substr(at).starts_with("PK\x01\x02"))
      detail::fail_zip(source.path(),
                       text::joined({"the archive's list has ", entries.size(), " of ", list.entries, " files"}));
    const auto field = [&](std::size_t offset, std::size_t width) { return little_endian(bytes, at + offset, width); };
    const auto name = static_cast<std::size_t>(field(28, 2)), extra = static_cast<std::size_t>(field(30, 2)),
               comment = static_cast<std::size_t>(field(32, 2));
    if (bytes.size() - at - entry_bytes < name + extra + comment)
      detail::fail_zip(source.path(), "the archive's list of files is cut short");
    ZipEntry entry{bytes.substr(at + entry_bytes, name),
                   (field(8, 2) & 1) != 0,
                   static_cast<int>(field(10, 2)),
                   static_cast<std::uint32_t>(field(16, 4)),
                   field(20, 4),
                   field(24, 4),
                   field(42, 4)};
    detail::read_long_sizes(std::string_view(bytes).substr(at + entry_bytes + name, extra), entry);
    entries.push_back(std::move(entry));
    at += entry_bytes + name + extra + comment;
  }
  if (at != bytes.size())
    detail::fail_zip(source.path(), text::joined({"the archive's list goes on after the ", list.entries,
                                                  " files it is said to have"}));
  return entries;
}

/// Where the bytes of a file begin. IoError where they do not lie in the archive, or under another name.
[[nodiscard]] inline std::uint64_t place_of_bytes(Source& source, const ZipEntry& entry) {
  const std::string header = detail::bytes_at(source, entry.place, detail::zip_header_bytes, "header of a file");
  if (!header.starts_with(zip_magic))
    detail::fail_zip(source.path(),
                     text::joined("there is no file ", text::quoted(entry.name), " at byte ", entry.place));
  const std::uint64_t name_bytes = detail::little_endian(header, 26, 2);
  const std::string name =
      detail::bytes_at(source, entry.place + detail::zip_header_bytes, name_bytes, "name of a file");
  if (name != entry.name)
    detail::fail_zip(source.path(), text::joined({"the file at byte ", entry.place, " is called ", text::quoted(name),
                                                  " there, but ", text::quoted(entry.name), " in the list"}));
  const std::uint64_t begin =
      entry.place + detail::zip_header_bytes + name_bytes + detail::little_endian(header, 28, 2);
  if (begin > *source.size() || entry.packed > *source.size() - begin)
    detail::fail_zip(source.path(), text::joined("the file ends within ", text::quoted(entry.name)));
  return begin;
}

}  // namespace isonomy::io
