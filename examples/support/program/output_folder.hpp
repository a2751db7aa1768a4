// A folder for outputs, with a hidden one inside to draw in.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/drafts.hpp"
#include "isonomy/io/text/open_file.hpp"

namespace examples {

using isonomy::text::joined;

/// A folder that is made if it is not there, and the workshop inside. The destructor removes the workshop and, unless
/// they are kept, the folders that were made.
class OutputFolder {
 public:
  /// What the names of workshops begin with.
  static constexpr const char* prefix = ".draft-";

  /// IoError if the folder can neither be used nor made.
  explicit OutputFolder(std::string path) : path_(std::move(path)) {
    namespace fs = std::filesystem;
    std::error_code error;
    if (fs::exists(path_, error) && !fs::is_directory(path_, error))
      throw isonomy::IoError(path_, 0,
                             "this is a file; expected the name of a folder to write in; choose another name");
    for (fs::path part = path_; !part.empty() && !fs::exists(part, error); part = part.parent_path())
      made_.push_back(part);
    fs::create_directories(path_, error);
    if (error) refuse(error.message());
    for (int attempt = 0; attempt < 100 && lock_ < 0; ++attempt) {
      workshop_ = isonomy::io::detail::draft_name(path_ + "/" + prefix);
      if (!fs::create_directory(workshop_, error)) refuse(error.message());
      lock_ = ::open(workshop_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      if (lock_ >= 0 && isonomy::io::detail::hold_draft(lock_, workshop_)) break;
      remove_workshop();
    }
    if (lock_ < 0) refuse(isonomy::io::system_message(errno));
  }
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;
  ~OutputFolder() { discard(); }

  /// Where files are drawn, which nobody else sees.
  const std::string& workshop() const { return workshop_; }
  /// The folders that were made stay.
  void keep() {
    for (const auto& part : made_) isonomy::io::detail::sync_folder(part.parent_path());
    made_.clear();
  }

 private:
  [[noreturn]] void refuse(const std::string& reason) {
    discard();
    throw isonomy::IoError(
        path_, 0,
        joined("cannot make or use this folder: ", reason, "; expected a writable one; check its permissions"));
  }

  void remove_workshop() noexcept {
    std::error_code ignored;
    if (!workshop_.empty()) std::filesystem::remove_all(workshop_, ignored);
    if (lock_ >= 0) static_cast<void>(::close(std::exchange(lock_, -1)));
  }

  void discard() noexcept {
    remove_workshop();
    std::error_code ignored;
    for (const auto& part : made_) std::filesystem::remove(part, ignored);
    made_.clear();
  }

  std::string path_, workshop_;
  int lock_ = -1;
  std::vector<std::filesystem::path> made_;  // innermost first
};

/// Writes a file that nobody else sees. IoError if there is no room for it.
inline void write_plain(const std::string& path, std::string_view text) {
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  const bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const int code = errno;
  if (file != nullptr && std::fclose(file) == 0 && written) return;
  throw isonomy::IoError(path, 0,
                         joined("cannot write: ", isonomy::io::system_message(written ? errno : code),
                                "; expected room for the whole file; free space or write elsewhere"));
}

}  // namespace examples
