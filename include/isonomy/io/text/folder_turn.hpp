// One process at a time puts files in place in a folder.
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <compare>
#include <cstddef>
#include <filesystem>
#include <thread>
#include <vector>

namespace isonomy::io {

/// The turn to put files in place in some folders, which ends with the object or the process.
/// Folders are locked as they are, so that a killed process leaves nothing. They are locked in one order, so that no
/// two processes wait for each other. Where a file system has no locks every turn is granted; whoever holds one for
/// longer than ten seconds is no process of this kind, and is not waited for.
class FolderTurn {
 public:
  static constexpr std::chrono::seconds longest_wait{10};

  /// Folders that cannot be opened have no turns. Nothing is locked yet.
  explicit FolderTurn(const std::vector<std::filesystem::path>& folders)
      : until_(std::chrono::steady_clock::now() + longest_wait) {
    for (const auto& folder : folders) {
      const int file = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      struct stat status = {};
      if (file >= 0 && ::fstat(file, &status) == 0)
        folders_.push_back({status.st_dev, status.st_ino, file});
      else if (file >= 0)
        static_cast<void>(::close(file));
    }
    std::sort(folders_.begin(), folders_.end());
    const auto same = [](const Folder& a, const Folder& b) { return a.device == b.device && a.inode == b.inode; };
    for (std::size_t k = folders_.size(); k-- > 1;)
      if (same(folders_[k - 1], folders_[k])) {
        static_cast<void>(::close(folders_[k].file));
        folders_.erase(folders_.begin() + static_cast<std::ptrdiff_t>(k));
      }
  }
  FolderTurn(const FolderTurn&) = delete;
  FolderTurn& operator=(const FolderTurn&) = delete;
  ~FolderTurn() {
    for (const Folder& folder : folders_) static_cast<void>(::close(folder.file));
  }

  /// Whether it is this process's turn; does not wait.
  [[nodiscard]] bool come() {
    while (locked_ < folders_.size()) {
      const bool refused = ::flock(folders_[locked_].file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
      if (refused && std::chrono::steady_clock::now() < until_) return false;
      ++locked_;
    }
    return true;
  }

  /// Waits for the turn.
  void wait() {
    while (!come()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }

 private:
  struct Folder {
    dev_t device;
    ino_t inode;
    int file;
    auto operator<=>(const Folder&) const = default;
  };

  std::vector<Folder> folders_;
  std::size_t locked_ = 0;  ///< how many of them
  std::chrono::steady_clock::time_point until_;
};

}  // namespace isonomy::io
