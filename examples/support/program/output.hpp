// Output files that appear together at the end of a run, or not at all.
#pragma once

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/atomic_file.hpp"
#include "isonomy/io/text/open_file.hpp"

namespace examples {

using isonomy::text::joined;

/// IoError now rather than after the computation if `path` cannot be written, or is one of the inputs.
inline void require_writable(const std::string& path, const std::vector<std::string>& inputs) {
  for (const auto& input : inputs) {
    std::error_code error;
    if (std::filesystem::equivalent(path, input, error))
      throw isonomy::IoError(path, 0, "this is also an input; expected another file to write; choose another name");
  }
  const isonomy::io::AtomicFile trial(path);
}

/// IoError if both names are given and mean one file, which would keep only the report.
inline void require_distinct(const std::string& table, const std::string& report) {
  if (table.empty() || report.empty()) return;
  std::error_code error;
  if (std::filesystem::weakly_canonical(table, error) == std::filesystem::weakly_canonical(report, error))
    throw isonomy::IoError(report, 0, "this is both --out and --json; expected a file for each; choose another name");
}

/// require_writable() for the outputs --out and --json, which must be two files. Empty names are left out.
inline void require_outputs(const std::string& table, const std::string& report,
                            const std::vector<std::string>& inputs) {
  for (const auto& path : {table, report})
    if (!path.empty()) require_writable(path, inputs);
  require_distinct(table, report);
}

/// A folder for output, made if it is not there. Files are written in a hidden folder inside it and moved out by
/// commit(); otherwise they, and the folder if it was made here, are removed again.
class OutputFolder {
 public:
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
    const std::error_code failure = error;
    draft_ = joined(path_, "/.draft-", std::random_device{}());
    if (failure || !fs::create_directory(draft_, error)) {
      discard();
      throw isonomy::IoError(path_, 0,
                             joined("cannot make or use this folder: ", (failure ? failure : error).message(),
                                    "; expected a writable one; check its permissions"));
    }
  }
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;
  ~OutputFolder() { discard(); }

  /// Where it will be, and where its files are until then.
  const std::string& path() const { return path_; }
  const std::string& draft() const { return draft_; }
  /// The files written so far.
  const std::vector<std::string>& names() const { return names_; }

  void write(const std::string& name, std::string_view text) {
    isonomy::io::AtomicFile file(draft_ + "/" + name);
    file.write(text);
    file.commit();
    add(name);
  }

  /// Takes a file along that something else wrote in draft().
  void add(const std::string& name) { names_.push_back(name); }

  /// IoError if a folder stands where a file is to be put.
  void require_room() const {
    for (const auto& name : names_) {
      std::error_code error;
      if (std::filesystem::is_directory(path_ + "/" + name, error))
        throw isonomy::IoError(path_ + "/" + name, 0,
                               "this is a folder; expected room for a file; remove or rename it");
    }
  }

  /// IoError if a file cannot be put in place.
  void commit() {
    for (const auto& name : names_) {
      std::error_code error;
      std::filesystem::rename(draft_ + "/" + name, path_ + "/" + name, error);
      if (error) throw isonomy::IoError(path_ + "/" + name, 0, "cannot be put in place: " + error.message());
    }
    made_.clear();
  }

 private:
  void discard() noexcept {
    std::error_code ignored;
    std::filesystem::remove_all(draft_, ignored);
    for (const auto& part : made_) std::filesystem::remove(part, ignored);
    made_.clear();
  }

  std::string path_, draft_;
  std::vector<std::filesystem::path> made_;  // innermost first
  std::vector<std::string> names_;
};

/// Files that are written aside one by one and put in place together.
class OutputFiles {
 public:
  /// Nothing for an empty name. IoError as AtomicFile.
  void prepare(const std::string& path, std::string_view text) {
    if (path.empty()) return;
    files_.emplace_back(path);
    files_.back().write(text);
  }
  void commit() {
    for (auto& file : files_) file.commit();
  }

 private:
  std::vector<isonomy::io::AtomicFile> files_;
};

/// Writes to standard output. IoError if it does not take everything; a reader that has seen enough is no error.
inline void print_all(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!written && errno != EPIPE)
    throw isonomy::IoError("standard output", 0,
                           joined("cannot be written: ", isonomy::io::system_message(errno),
                                  "; expected room for the table; use --out FILE"));
}

}  // namespace examples
