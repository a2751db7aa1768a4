// Bytes of a file, a pipe, standard input or memory: opened once, looked at ahead, read from front to back.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/open_file.hpp"

namespace isonomy::io {

/// What turns the bytes of a source into others as they are asked for, such as a decompressor.
class Decoder {
 public:
  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  virtual ~Decoder() = default;
  /// Writes the next bytes to `to`: `count`, or fewer where they end. IoError for damaged ones.
  virtual std::size_t read(char* to, std::size_t count) = 0;
};

/// What readers read from. A pipe gives its bytes once, so whoever must know what they are looks ahead with peek() and
/// hands the source on to the reader of that kind.
class Source {
 public:
  /// The file at `path`, which may be a pipe. `kind` as open_for_reading(), whose errors it has.
  Source(const std::string& path, const std::string& kind) : path_(path), file_(open_for_reading(path, kind)) {
    struct stat status = {};
    if (::fstat(::fileno(file_.get()), &status) == 0 && S_ISREG(status.st_mode))
      size_ = static_cast<std::uint64_t>(status.st_size);
  }

  /// Bytes in memory, which must outlive it. `name` stands for the path in errors.
  [[nodiscard]] static Source of_memory(std::string name, std::string_view bytes) {
    Source source;
    source.path_ = std::move(name);
    source.size_ = bytes.size();
    source.memory_ = source.unread_ = bytes;
    return source;
  }

  /// What `decoder` gives. `path` is named in errors.
  [[nodiscard]] static Source decoded(std::string path, std::unique_ptr<Decoder> decoder) {
    Source source;
    source.path_ = std::move(path);
    source.decoder_ = std::move(decoder);
    return source;
  }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// How many bytes there are in all, where that is known before they are read: of files on disk and memory.
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept { return size_; }

  /// The next bytes, which stay there: `count`, or fewer where it ends. Valid until the next call. IoError as read().
  [[nodiscard]] std::string_view peek(std::size_t count) {
    if (streams() && unread_.size() < count) {
      std::vector<char> ahead(count);
      std::copy(unread_.begin(), unread_.end(), ahead.begin());
      const std::size_t had = unread_.size(), got = read_file(ahead.data() + had, count - had, 0);
      ahead_ = std::move(ahead);
      unread_ = {ahead_.data(), had + got};
    }
    return unread_.substr(0, count);
  }

  /// Copies the next bytes to `to`, `count` or fewer where it ends, and returns how many. IoError if reading fails,
  /// naming `line` where that is known.
  std::size_t read(char* to, std::size_t count, std::int64_t line = 0) {
    const std::size_t here = std::min(count, unread_.size());
    std::copy_n(unread_.begin(), here, to);
    unread_.remove_prefix(here);
    return streams() && here < count ? here + read_file(to + here, count - here, line) : here;
  }

  /// Goes on at byte `offset` from the beginning. IoError for a pipe or a decoder.
  void seek(std::uint64_t offset) {
    if (decoder_)
      throw IoError(path_, 0, "cannot be read from the middle; expected a file as it is; decompress it first");
    if (!file_) {
      unread_ = memory_.substr(std::min<std::uint64_t>(offset, memory_.size()));
      return;
    }
    unread_ = {};
    if (::fseeko(file_.get(), static_cast<off_t>(offset), SEEK_SET) != 0)
      throw IoError(path_, 0,
                    text::joined("cannot be read from the middle: ", system_message(errno),
                                 "; expected a file on disk; copy it to one"));
  }

 private:
  Source() = default;

  /// Whether bytes beyond those looked at have yet to be fetched.
  [[nodiscard]] bool streams() const noexcept { return file_ != nullptr || decoder_ != nullptr; }

  std::size_t read_file(char* to, std::size_t count, std::int64_t line) {
    if (decoder_) return decoder_->read(to, count);
    const std::size_t got = std::fread(to, 1, count, file_.get());
    if (got < count) require_read(file_.get(), path_, line);
    return got;
  }

  std::string path_;
  std::optional<std::uint64_t> size_;
  File file_;
  std::unique_ptr<Decoder> decoder_;
  /// Bytes of the file that were looked at.
  std::vector<char> ahead_;
  std::string_view memory_;
  /// Of the memory, or of what was looked at.
  std::string_view unread_;
};

}  // namespace isonomy::io
