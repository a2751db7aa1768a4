// Output files that appear together at the end of a run, or not at all.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "interrupt.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/atomic_file.hpp"
#include "isonomy/io/text/drafts.hpp"
#include "isonomy/io/text/file_set.hpp"
#include "isonomy/io/text/open_file.hpp"
#include "isonomy/io/text/output_target.hpp"
#include "output_folder.hpp"

namespace examples {

using isonomy::text::joined;

/// Makes '-' standard output.
inline void name_standard_output(std::string& path) {
  if (path == "-") path = "/dev/stdout";
}

/// Writes to standard output. IoError if it does not take everything; a reader that has seen enough is no error.
inline void print_all(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!written && errno != EPIPE)
    throw isonomy::IoError("standard output", 0,
                           joined("cannot be written: ", isonomy::io::system_message(errno),
                                  "; expected room for the table; use --out FILE"));
}

/// All that a run writes: a table, a report, a folder of pictures. Nothing is in place before commit(), everything is
/// behind it; the destructor and a signal remove what is not. An empty name leaves an output out.
class Outputs {
 public:
  /// IoError now rather than after the computation if an output cannot be written, is one of the inputs, or if two of
  /// them are one file.
  Outputs(const Interrupt& interrupt, const std::string& table, const std::string& report, std::string folder,
          std::vector<std::string> inputs)
      : interrupt_(interrupt), folder_path_(std::move(folder)), files_(std::move(inputs)) {
    using isonomy::io::OutputTarget;
    std::vector<OutputTarget> targets;
    for (const auto& name : {table, report})
      if (!name.empty()) {
        targets.push_back(isonomy::io::output_target(name));
        files_.require_new(targets.back());
        if (targets.back().descriptor == STDOUT_FILENO) prints_ = false;
        if (targets.back().kind == OutputTarget::Kind::file) isonomy::io::AtomicFile{targets.back()};  // a trial
      }
    if (targets.size() == 2 && targets[0].descriptor == targets[1].descriptor &&
        isonomy::io::same_place(targets[0].path, targets[1].path))
      throw isonomy::IoError(report, 0, "this is both --out and --json; expected a file for each; choose another name");
    for (const auto& target : targets)
      if (!folder_path_.empty() && isonomy::io::same_place(target.path, isonomy::io::behind_links(folder_path_)))
        throw isonomy::IoError(
            target.name, 0, "this is also the folder of --plot; expected a file beside or in it; choose another name");
    if (!folder_path_.empty()) OutputFolder{folder_path_};  // a trial, which leaves nothing
    interrupt_.on_end([this] { abandon(); });
  }
  Outputs(const Outputs&) = delete;
  Outputs& operator=(const Outputs&) = delete;
  ~Outputs() {
    abandon();
    interrupt_.on_end({});
  }

  /// Makes a file ready. Nothing for an empty name. IoError as FileSet.
  void add(const std::string& path, std::string_view text) {
    if (path.empty()) return;
    const auto lock = continued();
    files_.add(path, text);
  }

  bool has_folder() const { return !folder_path_.empty(); }
  const std::string& folder() const { return folder_path_; }
  /// Names of the files in the folder.
  const std::vector<std::string>& names() const { return names_; }

  /// A folder to draw in, hidden in the other and removed with all it holds at the end. IoError if it cannot be made.
  const std::string& workshop() {
    const auto lock = continued();
    return open_folder().workshop();
  }

  /// Makes a file of the folder ready. IoError as add(), or if a folder stands where it is to be put.
  void add_to_folder(const std::string& name, std::string_view text) {
    const auto lock = continued();
    open_folder();
    const std::string path = folder_path_ + "/" + name;
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
      throw isonomy::IoError(path, 0, "this is a folder; expected room for a file; remove or rename it");
    files_.add(path, text);
    names_.push_back(name);
  }

  /// Prints `text` on standard output, unless an output goes there, then puts everything in place. IoError if that
  /// cannot be, Cancelled if a signal has come; no file has changed then. Returns warnings about what runs left that
  /// were killed.
  std::vector<std::string> commit(std::string_view text) {
    Interrupt::check("writing");
    {
      const auto lock = continued();
      files_.prepare();
    }
    files_.write_streams();
    if (prints_) print_all(text);
    await_turn();
    const auto lock = continued();
    Interrupt::check("writing");
    files_.commit();
    if (folder_) folder_->keep();
    interrupt_.note_written();
    std::vector<std::string> left = std::move(cleared_);
    left.insert(left.end(), files_.cleared().begin(), files_.cleared().end());
    if (left.empty()) return {};
    for (std::string& path : left) path = joined("'", path, "'");
    return {
        joined("a run with these outputs was killed before it had put all of them in place; what it left is removed, "
               "what it had put there replaced: ",
               isonomy::text::listed(left, left.size()))};
  }

 private:
  /// Keeps a signal from removing the files while one is made. Cancelled once they are removed.
  std::unique_lock<std::mutex> continued() {
    std::unique_lock<std::mutex> lock(mutex_);
    if (abandoned_) throw isonomy::Cancelled("writing");
    return lock;
  }

  /// Waits while another run puts files in place in the same folders.
  void await_turn() {
    for (bool come = false; !come;) {
      {
        const auto lock = continued();
        come = files_.turn_has_come();
      }
      Interrupt::check("writing");
      if (!come) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  OutputFolder& open_folder() {
    if (folder_) return *folder_;
    cleared_ = isonomy::io::clear_drafts(folder_path_, OutputFolder::prefix);
    return folder_.emplace(folder_path_);
  }

  /// Removes everything for good; in the thread that waits for signals.
  void abandon() {
    const std::lock_guard<std::mutex> lock(mutex_);
    abandoned_ = true;
    files_.discard();
    folder_.reset();
  }

  const Interrupt& interrupt_;
  std::string folder_path_;
  std::vector<std::string> names_, cleared_;
  std::mutex mutex_;
  bool abandoned_ = false, prints_ = true;
  std::optional<OutputFolder> folder_;  // before the files, which are removed first
  isonomy::io::FileSet files_;
};

}  // namespace examples
