// Writes several files beside their targets and puts all of them in place, or none.
#pragma once

#include <cstddef>
#include <deque>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/atomic_file.hpp"
#include "isonomy/io/text/drafts.hpp"
#include "isonomy/io/text/folder_turn.hpp"
#include "isonomy/io/text/output_target.hpp"

namespace isonomy::io {

/// The outputs of one run, which belong together.
/// Every file is written as an AtomicFile and forced onto the medium before the first is renamed; if a renaming is
/// refused, those before it are undone. A process that is killed while it renames leaves files of two runs, each whole,
/// and drafts, which the next set with the same targets clears away.
/// Of two processes that put files in place in one folder the second waits for the first, so that files of theirs do
/// not mix (FolderTurn).
/// Streams and open descriptors (OutputTarget) get their text from write_streams(), before any file changes, and keep
/// it whatever comes after.
class FileSet {
 public:
  /// No target may be one of `inputs`.
  explicit FileSet(std::vector<std::string> inputs = {}) : inputs_(std::move(inputs)) {}

  /// Makes a file ready. IoError as AtomicFile, or if two names have the same target, or that is an input.
  void add(const std::string& path, std::string_view bytes) {
    const OutputTarget target = output_target(path);
    require_new(target);
    if (target.kind != OutputTarget::Kind::file) {
      streams_.emplace_back(target, bytes);
      return;
    }
    // What a process keeps while it puts files in place looks as if it had been killed, and so does a draft that is
    // new.
    FolderTurn turn({std::filesystem::path(target.path).parent_path()});
    if (turn.come())
      clear(target);
    else
      uncleared_.push_back(target);
    AtomicFile& file = files_.emplace_back(target);
    names_.push_back(path);
    file.write(bytes);
  }

  /// Forces all files onto the medium. IoError naming the one for which there is no room. Together this costs less than
  /// one by one: a journal is then written once.
  void prepare() {
    for (auto& file : files_) file.prepare();
  }

  /// IoError naming the stream that does not take all of its text.
  void write_streams() {
    for (const auto& [target, bytes] : streams_) write_stream(target, bytes);
    streams_.clear();
  }

  /// Whether it is this set's turn to put files in place in its folders; does not wait.
  [[nodiscard]] bool turn_has_come() {
    if (!turn_) {
      std::vector<std::filesystem::path> folders;
      for (const auto& file : files_) folders.push_back(std::filesystem::path(file.path()).parent_path());
      turn_.emplace(folders);
    }
    return turn_->come();
  }

  /// Waits for its turn, and puts all files in place, in the order in which they were added. IoError if one of them is
  /// refused; then none has changed, but for such as the file system could not keep beside the new ones.
  void commit() {
    prepare();
    write_streams();
    if (!turn_has_come()) turn_->wait();
    for (const auto& target : uncleared_) clear(target);
    std::size_t placed = 0;
    try {
      for (; placed < files_.size(); ++placed) files_[placed].place(placed + 1 < files_.size());
    } catch (...) {
      while (placed > 0) files_[--placed].withdraw();
      discard();
      throw;
    }
    std::set<std::filesystem::path> folders;
    for (auto& file : files_) {
      file.settle();
      folders.insert(std::filesystem::path(file.path()).parent_path());
    }
    discard();
    for (const auto& folder : folders) sync_folder(folder);
  }

  /// Removes what is not in place.
  void discard() noexcept {
    streams_.clear();
    files_.clear();
    turn_.reset();
  }

  /// Drafts of processes that were killed, which were removed.
  [[nodiscard]] const std::vector<std::string>& cleared() const noexcept { return cleared_; }

  /// IoError if two names have the same target, or `target` is an input.
  void require_new(const OutputTarget& target) const {
    namespace fs = std::filesystem;
    std::error_code error;
    for (const auto& input : inputs_)
      if (target.kind == OutputTarget::Kind::file && fs::equivalent(target.path, input, error))
        throw IoError(target.name, 0, "this is also an input; expected another file to write; choose another name");
    for (std::size_t k = 0; k < files_.size(); ++k)
      if (same_place(files_[k].path(), target.path))
        throw IoError(target.name, 0,
                      text::joined("this is the file of another output, ", names_[k],
                                   "; expected a file for each; choose another name"));
  }

 private:
  void clear(const OutputTarget& target) {
    for (auto& draft : AtomicFile::clear_drafts(target)) cleared_.push_back(std::move(draft));
  }

  std::vector<std::string> inputs_, names_, cleared_;
  std::vector<OutputTarget> uncleared_;
  std::optional<FolderTurn> turn_;
  std::deque<AtomicFile> files_;
  std::vector<std::pair<OutputTarget, std::string>> streams_;
};

}  // namespace isonomy::io
