// Names and locks of drafts: files and folders that a process writes before it puts them in place.
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "isonomy/core/text.hpp"

namespace isonomy::io {

namespace detail {

inline constexpr std::size_t draft_digits = 16;

inline bool is_draft_name(std::string_view name, std::string_view prefix) {
  return name.size() == prefix.size() + draft_digits && name.starts_with(prefix) &&
         name.find_first_not_of("0123456789abcdef", prefix.size()) == std::string_view::npos;
}

}  // namespace detail

/// `prefix` and 16 random digits.
[[nodiscard]] inline std::string draft_name(const std::string& prefix) {
  std::random_device draw;
  std::uint64_t number = (std::uint64_t{draw()} << 32) | draw();
  std::string digits(detail::draft_digits, '0');
  for (char& digit : digits) {
    digit = "0123456789abcdef"[number % 16];
    number /= 16;
  }
  return prefix + digits;
}

/// Locks a draft for as long as `file` is open or the process lives. False if another process has taken it for one that
/// nobody holds, which may happen before it is locked. Where a file system has no locks, drafts are never cleared away.
[[nodiscard]] inline bool hold_draft(int file, const std::string& path) {
  if (::flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
  struct stat held = {}, named = {};
  return ::fstat(file, &held) == 0 && ::stat(path.c_str(), &named) == 0 && held.st_dev == named.st_dev &&
         held.st_ino == named.st_ino;
}

/// Forces what a folder lists onto the medium. Nothing where that cannot be: its files are in place all the same.
inline void sync_folder(const std::filesystem::path& folder) noexcept {
  const int opened = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return;
  static_cast<void>(::fsync(opened));
  static_cast<void>(::close(opened));
}

/// Removes the drafts (files or folders) of that prefix in `folder` that no living process holds: what a process leaves
/// that was killed. Returns their paths. Those that cannot be looked into stay.
inline std::vector<std::string> clear_drafts(const std::filesystem::path& folder, std::string_view prefix) {
  namespace fs = std::filesystem;
  std::vector<std::string> found, cleared;
  std::error_code error;
  fs::directory_iterator entry(folder.empty() ? "." : folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error))
    if (const std::string name = entry->path().filename().string(); detail::is_draft_name(name, prefix))
      found.push_back((folder / name).string());
  std::sort(found.begin(), found.end());
  for (const auto& path : found) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0) continue;
    if (::flock(file, LOCK_EX | LOCK_NB) == 0 && fs::remove_all(path, error) > 0 && !error) cleared.push_back(path);
    static_cast<void>(::close(file));
  }
  return cleared;
}

}  // namespace isonomy::io
