// Writes a file beside its target and puts it in place in one step.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/open_file.hpp"

namespace isonomy::io {

/// A file that other programs see either not at all (or with its old content) or complete.
/// It is written as `<path>.tmp-<unique>` in the target's directory; commit() renames it, the destructor removes it.
/// A link stays one: what it points to is the target. Devices and pipes, which a rename would replace, are refused.
/// This does not outlive a power failure: nothing is forced onto the medium.
class AtomicFile {
 public:
  /// IoError if the directory does not exist, is not writable, or `path` is no file.
  explicit AtomicFile(const std::string& path) : path_(path) {
    namespace fs = std::filesystem;
    std::error_code error;
    const auto parent = fs::path(path).parent_path();
    if (!parent.empty() && !fs::is_directory(parent, error))
      throw IoError(
          path, 0,
          text::joined("the directory '", parent.string(), "' does not exist; expected one to write in; create it"));
    if (fs::is_directory(path, error))
      throw IoError(path, 0, "this is a directory; expected the name of a file to write; add a file name");
    if (fs::exists(path, error) && !fs::is_regular_file(path, error))
      throw IoError(path, 0, "this is a device or a pipe; expected the name of a file to write; name another");
    if (fs::is_symlink(path, error)) {
      const auto target = fs::canonical(path, error);
      if (!error) path_ = target.string();
    }
    // Names are drawn until one is free; "x" makes the creation fail if another process took it.
    std::random_device draw;
    for (int attempt = 0; attempt < 100 && !file_; ++attempt) {
      temporary_ = text::joined(path_, ".tmp-", (std::uint64_t{draw()} << 32) | draw());
      file_.reset(std::fopen(temporary_.c_str(), "wbx"));
      if (!file_ && errno != EEXIST) break;
    }
    if (!file_)
      throw IoError(path, 0,
                    text::joined("cannot create '", temporary_, "': ", system_message(errno),
                                 "; expected a writable directory; check its permissions"));
  }
  AtomicFile(AtomicFile&& other) noexcept
      : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, {})), file_(std::move(other.file_)) {}
  AtomicFile& operator=(AtomicFile&& other) noexcept {
    if (this != &other) {
      discard();
      path_ = std::move(other.path_);
      temporary_ = std::exchange(other.temporary_, {});
      file_ = std::move(other.file_);
    }
    return *this;
  }
  ~AtomicFile() { discard(); }

  /// Appends bytes. IoError naming the reason (for example no space left); the target is untouched then.
  void write(std::string_view bytes) {
    require_open("write");
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) fail("write", errno);
  }

  /// Puts the file in place of the target. IoError as write(), with the target untouched. Nothing can be written after.
  void commit() {
    require_open("commit");
    if (std::fflush(file_.get()) != 0) fail("write", errno);
    if (std::fclose(file_.release()) != 0) fail("close", errno);
    std::error_code error;
    std::filesystem::rename(temporary_, path_, error);
    if (error) fail("rename", error.value());
    temporary_.clear();
  }

  /// Where the file will be.
  const std::string& path() const noexcept { return path_; }
  /// Where it is now; empty after commit().
  const std::string& temporary() const noexcept { return temporary_; }

 private:
  void require_open(const char* operation) const {
    if (!file_)
      throw IoError(
          path_, 0,
          text::joined("cannot ", operation,
                       " after the file was committed or moved; expected an open file; make a new AtomicFile"));
  }

  [[noreturn]] void fail(const char* operation, int code) {
    discard();
    throw IoError(path_, 0,
                  text::joined("cannot ", operation, ": ", system_message(code),
                               "; expected room for the whole file; free space or write elsewhere"));
  }

  void discard() noexcept {
    file_.reset();
    if (temporary_.empty()) return;
    std::error_code ignored;
    std::filesystem::remove(temporary_, ignored);
    temporary_.clear();
  }

  std::string path_, temporary_;
  File file_;
};

}  // namespace isonomy::io
