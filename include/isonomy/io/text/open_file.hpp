// Opens files for reading, or says why that cannot be.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy::io {

namespace detail {

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { static_cast<void>(std::fclose(file)); }
};

}  // namespace detail

/// A file that closes itself.
using File = std::unique_ptr<std::FILE, detail::CloseFile>;

/// What the system calls the error `code`, a value of errno.
[[nodiscard]] inline std::string system_message(int code) {
  return std::error_code(code, std::generic_category()).message();
}

/// What to do about the error `code`: `usual`, unless this process may not open more files.
[[nodiscard]] inline const char* remedy_for(int code, const char* usual) {
  return code == EMFILE || code == ENFILE ? "raise the limit on open files (ulimit -n)" : usual;
}

/// The file, open for reading bytes. `kind` is what it should be, as in "text file". IoError if it is missing, a
/// directory or unreadable.
[[nodiscard]] inline File open_for_reading(const std::string& path, const std::string& kind) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found)
    throw IoError(path, 0, text::joined("the file does not exist; expected a ", kind, "; check the path"));
  if (std::filesystem::is_directory(status))
    throw IoError(path, 0, text::joined("this is a directory; expected a ", kind, "; name a file in it"));
  File file(std::fopen(path.c_str(), "rb"));
  if (!file)
    throw IoError(path, 0,
                  text::joined("cannot open: ", system_message(errno), "; expected a readable file; ",
                               remedy_for(errno, "check its permissions")));
  return file;
}

/// Nothing. IoError if the last reading of `file` failed for another reason than its end. `line` 0: not known.
inline void require_read(std::FILE* file, const std::string& path, std::int64_t line = 0) {
  if (std::ferror(file) != 0)
    throw IoError(path, line,
                  text::joined("cannot read: ", system_message(errno),
                               "; expected a readable file; check what it lies on, or copy it"));
}

}  // namespace isonomy::io
