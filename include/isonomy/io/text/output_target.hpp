// What a name given for an output stands for: a file behind links, an open descriptor, a pipe or a device.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/open_file.hpp"

namespace isonomy::io {

/// Where what is written under a name goes.
struct OutputTarget {
  /// A file can be replaced in one step; a stream (a pipe, a terminal, /dev/null) takes what is written into it; a
  /// descriptor is one that this process has open already, as /dev/stdout is.
  enum class Kind { file, stream, descriptor };

  std::string name;  ///< as it was given
  std::string path;  ///< behind all links; need not be there yet
  Kind kind = Kind::file;
  int descriptor = -1;
};

namespace detail {

/// The descriptor that a path names, whatever it is open for, or -1. Opened anew, a redirected standard output would be
/// written from its beginning, or replaced.
inline int named_descriptor(const std::string& path) {
  std::error_code unknown;
  const std::string plain = std::filesystem::absolute(path, unknown).lexically_normal().string();
  constexpr std::string_view standard[] = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};
  for (int k = 0; k < 3; ++k)
    if (plain == standard[k]) return k;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!plain.starts_with(folder)) continue;
    int number = -1;
    const char* const last = plain.data() + plain.size();
    const auto [end, error] = std::from_chars(plain.data() + folder.size(), last, number);
    if (error == std::errc() && end == last) return number;
  }
  return -1;
}

}  // namespace detail

/// Where the links of the last part of `name` lead, though nothing be there. IoError if that is round in a circle.
[[nodiscard]] inline std::string behind_links(const std::string& name) {
  namespace fs = std::filesystem;
  constexpr int most_links = 40;  // as systems have it
  fs::path path = name;
  std::error_code error;
  for (int links = 0; detail::named_descriptor(path.string()) < 0 && fs::is_symlink(path, error); ++links) {
    if (links == most_links)
      throw IoError(name, 0, "these links lead round in a circle; expected the name of a file to write; name another");
    path = path.parent_path() / fs::read_symlink(path, error);  // an absolute one replaces what is before it
  }
  return path.string();
}

/// What `name` stands for, links followed to where they lead, though nothing be there. IoError for a folder, a link
/// that leads round in a circle, a folder that is missing, and for what cannot take text: disks, sockets, descriptors
/// that are not open for writing.
[[nodiscard]] inline OutputTarget output_target(const std::string& name) {
  namespace fs = std::filesystem;
  using Kind = OutputTarget::Kind;
  OutputTarget target{name, behind_links(name)};
  target.descriptor = detail::named_descriptor(target.path);
  if (target.descriptor >= 0) {
    const int flags = ::fcntl(target.descriptor, F_GETFL);
    if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
      throw IoError(name, 0, "this is not open for writing; expected an open descriptor or a file; name another");
    target.kind = Kind::descriptor;
    return target;
  }
  std::error_code error;
  const auto parent = fs::path(target.path).parent_path();
  if (!parent.empty() && !fs::is_directory(parent, error))
    throw IoError(
        name, 0,
        text::joined("the directory '", parent.string(), "' does not exist; expected one to write in; create it"));
  const fs::file_status status = fs::status(target.path, error);
  if (fs::is_directory(status))
    throw IoError(name, 0, "this is a directory; expected the name of a file to write; add a file name");
  if (fs::is_character_file(status) || fs::is_fifo(status)) {
    target.kind = Kind::stream;
    if (::access(target.path.c_str(), W_OK) != 0)
      throw IoError(name, 0,
                    text::joined("cannot be written: ", system_message(errno),
                                 "; expected a device or pipe open to you; check its permissions"));
  } else if (fs::exists(status) && !fs::is_regular_file(status)) {
    throw IoError(name, 0, "this is a disk or a socket; expected the name of a file to write; name another");
  }
  return target;
}

/// Whether two targets are one file, which need not be there yet, however it is spelt.
[[nodiscard]] inline bool same_place(const std::string& first, const std::string& second) {
  namespace fs = std::filesystem;
  std::error_code error;
  const auto whole = [&error](const std::string& path) {
    return fs::weakly_canonical(fs::absolute(path, error), error);
  };
  return whole(first) == whole(second);
}

/// Writes all bytes into a stream or descriptor. True: a pipe whose reader has seen enough is no error. IoError naming
/// the reason otherwise. Waits for the reader of a pipe.
inline void write_stream(const OutputTarget& target, std::string_view bytes) {
  const auto fail = [&target](int code) {
    throw IoError(target.name, 0,
                  text::joined("cannot be written: ", system_message(code),
                               "; expected room for the whole text; write to a file elsewhere"));
  };
  const bool opened = target.kind == OutputTarget::Kind::stream;
  const int file = opened ? ::open(target.path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY) : target.descriptor;
  if (file < 0) fail(errno);
  int failure = 0;
  while (!bytes.empty() && failure == 0) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      failure = errno;
  }
  if (opened && ::close(file) != 0 && failure == 0) failure = errno;
  if (failure != 0 && failure != EPIPE) fail(failure);
}

}  // namespace isonomy::io
