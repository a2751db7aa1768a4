// Reads the arrays of a .npz archive, as numpy.savez and numpy.savez_compressed write it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/arrays/zip_checksum.hpp"
#include "isonomy/io/arrays/zip_directory.hpp"
#include "isonomy/io/text/source.hpp"

namespace isonomy::io {

/// What turns deflated bytes (RFC 1951, without a header) into those that they stand for, such as one around zlib.
using Inflate = std::function<std::unique_ptr<Decoder>(Source deflated)>;

namespace detail {

/// The next `count` bytes of a source.
class SomeBytes : public Decoder {
 public:
  SomeBytes(Source source, std::uint64_t count) : source_(std::move(source)), left_(count) {}
  std::size_t read(char* to, std::size_t count) override {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(count, left_));
    const std::size_t got = source_.read(to, wanted);
    if (got < wanted) fail_zip(source_.path(), "the archive ends within a file");
    left_ -= got;
    return got;
  }

 private:
  Source source_;
  std::uint64_t left_;
};

/// The bytes of a file in an archive, which must be as many as it says, and have its checksum.
class CheckedBytes : public Decoder {
 public:
  CheckedBytes(Source bytes, const ZipEntry& entry)
      : bytes_(std::move(bytes)), name_(entry.name), left_(entry.size), checksum_(entry.checksum) {}
  std::size_t read(char* to, std::size_t count) override {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(count, left_));
    const std::size_t got = bytes_.read(to, wanted);
    if (got < wanted) fail(text::joined(" ends ", left_ - got, " bytes early"));
    found_ = crc32_of({to, got}, found_);
    left_ -= got;
    if (left_ == 0 && !checked_) {
      checked_ = true;
      if (!bytes_.peek(1).empty()) fail(" goes on after its end");
      if (found_ != checksum_) fail(" is damaged: its checksum is wrong");
    }
    return got;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    fail_zip(bytes_.path(), text::joined(text::quoted(name_), what));
  }
  Source bytes_;
  std::string name_;
  std::uint64_t left_;
  std::uint32_t checksum_, found_ = 0;
  bool checked_ = false;
};

}  // namespace detail

/// The arrays of an archive by name. Every one is read anew from the file.
///
/// A file of an archive is as it is or deflated; archives of more than 4 GB and of many files will do. What is read is
/// compared with its checksum when its last byte comes.
class NpzReader {
 public:
  /// IoError as read_zip_directory() and Source, and for an archive without a .npy file. `inflate` is asked for files
  /// that are deflated; without it they are refused.
  explicit NpzReader(const std::string& path, Inflate inflate = {})
      : NpzReader([path] { return Source(path, ".npz archive"); }, std::move(inflate)) {}
  /// The same of what `open` gives, as often as it is called.
  explicit NpzReader(std::function<Source()> open, Inflate inflate = {})
      : open_(std::move(open)), inflate_(std::move(inflate)) {
    Source source = open_();
    path_ = source.path();
    for (ZipEntry& entry : read_zip_directory(source)) {
      constexpr std::string_view ending = ".npy";
      if (!entry.name.ends_with(ending)) continue;
      names_.push_back(entry.name.substr(0, entry.name.size() - ending.size()));
      entries_.push_back(std::move(entry));
    }
    if (names_.empty())
      throw IoError(path_, 0, "the archive holds no array; expected some; save them with numpy.savez");
  }

  /// Names of the arrays, in the order of the archive.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

  /// The bytes of an array, a .npy file. IoError naming all arrays if there is none of this name, for a name that
  /// several have, for one that is encrypted, packed in another way, deflated where nothing inflates, or not in the
  /// archive where it should be.
  [[nodiscard]] Source open(const std::string& name) const {
    const ZipEntry& entry = find(name);
    const auto refuse = [&](const std::string& what) {
      throw IoError(path_, 0,
                    text::joined({"the array ", text::quoted(name), what,
                                  "; expected one as it is or deflated; save it with numpy.savez"}));
    };
    constexpr int stored = 0, deflated = 8;
    if (entry.encrypted) refuse(" is encrypted");
    if (entry.method != stored && entry.method != deflated) refuse(text::joined(" is packed by method ", entry.method));
    if (entry.method == deflated && !inflate_) refuse(" is compressed, and nothing here decompresses it");
    Source source = open_();
    source.seek(place_of_bytes(source, entry));
    Source bytes = Source::decoded(path_, std::make_unique<detail::SomeBytes>(std::move(source), entry.packed));
    if (entry.method == deflated) bytes = Source::decoded(path_, inflate_(std::move(bytes)));
    return Source::decoded(text::joined(path_, ", ", name),
                           std::make_unique<detail::CheckedBytes>(std::move(bytes), entry));
  }

 private:
  [[nodiscard]] const ZipEntry& find(const std::string& name) const {
    const auto count = std::count(names_.begin(), names_.end(), name);
    if (count == 0)
      throw IoError(path_, 0,
                    text::joined("the archive has no array ", text::quoted(name), "; expected one of ",
                                 text::listed(names_), "; name it"));
    if (count > 1)
      throw IoError(path_, 0,
                    text::joined("the name ", text::quoted(name), " occurs ", count == 2 ? "twice" : "several times",
                                 " in the archive; expected every name once; save its arrays again with numpy.savez, "
                                 "each under a name of its own"));
    return entries_[static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin())];
  }

  std::function<Source()> open_;
  Inflate inflate_;
  std::string path_;
  std::vector<std::string> names_;
  std::vector<ZipEntry> entries_;
};

}  // namespace isonomy::io
