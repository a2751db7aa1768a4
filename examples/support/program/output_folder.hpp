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
#include "isonomy/io/text/output_target.hpp"

namespace examples {

using isonomy::text::joined;

/// A folder that is made if it is not there, behind links too, and the workshop inside. The destructor removes the
/// workshop and, unless they are kept, the folders that were made.
class OutputFolder {
 public:
  /// What the names of workshops begin with.
  static constexpr const char* prefix = ".draft-";

  /// IoError if the folder can neither be used nor made.
  explicit OutputFolder(const std::string& path) : path_(isonomy::io::behind_links(path)) {
    namespace fs = std::filesystem;
    std::error_code error;
    if (fs::exists(path_, error) && !fs::is_directory(path_, error))
      throw isonomy::IoError(path_, 0,
                             "this is a file; expected the name of a folder to write in; choose another name");
    for (fs::path part = path_; !part.empty() && !fs::exists(part, error); part = part.parent_path())
      made_.push_back(part);
    fs::create_directories(path_, error);
    if (error) refuse(error.value());
    do {  // again only if another process took the workshop for a left one before it was locked
      remove_workshop();
      workshop_ = isonomy::io::draft_name(path_ + "/" + prefix);
      if (!fs::create_directory(workshop_, error)) refuse(error.value());
      lock_ = ::open(workshop_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      if (lock_ < 0 && errno != ENOENT) refuse(errno);
    } while (!isonomy::io::hold_draft(lock_, workshop_));
  }
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;
  ~OutputFolder() { discard(); }

  /// Where files are drawn, which nobody else sees.
  const std::string& workshop() const { return workshop_; }
  /// The folders that were made stay.
  void keep() {
    for (const auto& part : made_) isonomy::io::sync_folder(part.parent_path());
    made_.clear();
  }

 private:
  [[noreturn]] void refuse(int code) {
    discard();
    throw isonomy::IoError(path_, 0,
                           joined("cannot make or use this folder: ", isonomy::io::system_message(code),
                                  "; expected a writable one; ",
                                  isonomy::io::remedy_for(code, "check its permissions")));
  }

  void remove_workshop() noexcept {
    std::error_code ignored;
    // An empty folder goes without being opened, which a limit on open files may forbid.
    if (!workshop_.empty() && !std::filesystem::remove(workshop_, ignored))
      std::filesystem::remove_all(workshop_, ignored);
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
  const int reason = written ? errno : code;
  throw isonomy::IoError(path, 0,
                         joined("cannot write: ", isonomy::io::system_message(reason),
                                "; expected room for the whole file; ",
                                isonomy::io::remedy_for(reason, "free space or write elsewhere")));
}

}  // namespace examples
