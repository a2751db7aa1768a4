// Writes a file beside its target and puts it in place in one step.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/drafts.hpp"
#include "isonomy/io/text/open_file.hpp"
#include "isonomy/io/text/output_target.hpp"

namespace isonomy::io {

/// A file that other programs see either not at all (or with its old content) or complete.
/// It is written as a draft, `<path>.tmp-<unique>` in the target's directory; commit() forces it onto the medium and
/// renames it, the destructor removes it. A draft is locked while its process lives: clear_drafts() finds those of
/// processes that were killed.
/// A link stays one: where it leads is the target, though nothing be there yet. The target keeps its mode, and its
/// owner where the process may give files away; other hard links to it keep the old content. Devices, pipes and open
/// descriptors, which a rename would replace, are refused.
class AtomicFile {
 public:
  /// IoError if the directory does not exist, is not writable, or `path` is no file.
  explicit AtomicFile(const std::string& path) : AtomicFile(output_target(path)) {}
  explicit AtomicFile(const OutputTarget& target) : path_(target.path) {
    if (target.kind != OutputTarget::Kind::file)
      throw IoError(target.name, 0, "this is a device or a pipe; expected the name of a file to write; name another");
    // What the target keeps from others must not be open to them as a draft.
    struct stat old = {};
    const mode_t mode = ::stat(path_.c_str(), &old) == 0 ? S_IRUSR | S_IWUSR : 0666;
    for (int attempt = 0; attempt < 100 && !file_; ++attempt) {
      temporary_ = draft_name(draft_prefix());
      const int opened = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
      if (opened < 0 && errno != EEXIST) break;
      if (opened < 0) continue;
      file_.reset(::fdopen(opened, "wb"));
      if (!file_) static_cast<void>(::close(opened));
      if (!file_ || !hold_draft(opened, temporary_)) discard();
    }
    if (!file_)
      throw IoError(target.name, 0,
                    text::joined("cannot create '", temporary_, "': ", system_message(errno),
                                 "; expected a writable directory; ", remedy_for(errno, "check its permissions")));
  }
  AtomicFile(AtomicFile&& other) noexcept { swap(other); }
  AtomicFile& operator=(AtomicFile&& other) noexcept {
    discard();
    swap(other);
    return *this;
  }
  ~AtomicFile() { discard(); }

  /// Appends bytes. IoError naming the reason (for example no space left); the target is untouched then.
  void write(std::string_view bytes) {
    require_open("write");
    prepared_ = false;
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) fail(errno);
  }

  /// Forces what was written onto the medium and gives it the target's mode. IoError as write(). Nothing if that has
  /// been done: what is left is to rename it.
  void prepare() {
    require_open("prepare");
    if (prepared_) return;
    if (std::fflush(file_.get()) != 0) fail(errno);
    const int draft = ::fileno(file_.get());
    struct stat old = {}, now = {};
    if (::stat(path_.c_str(), &old) == 0 && ::fstat(draft, &now) == 0) {
      const bool same_owner =
          (old.st_uid == now.st_uid && old.st_gid == now.st_gid) || ::fchown(draft, old.st_uid, old.st_gid) == 0;
      // Where there are no modes, none can be kept. Programs run as their owner, which must not become another.
      static_cast<void>(::fchmod(draft, old.st_mode & (same_owner ? 07777 : 0777)));
    }
    // Some file systems have nothing to force.
    if (::fsync(draft) != 0 && errno != EINVAL && errno != ENOTSUP) fail(errno);
    prepared_ = true;
  }

  /// Renames a prepared file to its target. IoError if that is refused, with the target untouched. With `revocable`,
  /// the old file stays beside the new one until settle(), if the file system has hard links.
  void place(bool revocable = false) {
    require_open("place");
    if (revocable) {
      kept_ = draft_name(draft_prefix());
      if (::link(path_.c_str(), kept_.c_str()) != 0) {
        was_absent_ = errno == ENOENT;
        kept_.clear();
      }
    }
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) {
      const int code = errno;
      discard();
      throw IoError(path_, 0,
                    text::joined("cannot be put in place: ", system_message(code),
                                 "; expected a file that may be replaced; check who owns it and what protects it, or "
                                 "write elsewhere"));
    }
    temporary_.clear();
  }

  /// Undoes place(): the target is as it was before.
  void withdraw() noexcept {
    if (!kept_.empty() && std::rename(kept_.c_str(), path_.c_str()) == 0) kept_.clear();
    if (was_absent_) static_cast<void>(::unlink(path_.c_str()));
    discard();
  }

  /// Ends what place() began; nothing can be undone after. Whether a power failure undoes it is up to sync_folder().
  void settle() noexcept { discard(); }

  /// Puts the file in place of the target. IoError as write() and place(). Nothing can be written after.
  void commit() {
    prepare();
    place();
    settle();
    sync_folder(std::filesystem::path(path_).parent_path());
  }

  /// Where the file will be.
  const std::string& path() const noexcept { return path_; }
  /// Where it is now; empty after commit().
  const std::string& temporary() const noexcept { return temporary_; }

  /// Removes drafts of this target whose processes were killed; returns their paths.
  static std::vector<std::string> clear_drafts(const OutputTarget& target) {
    const std::filesystem::path prefix(draft_prefix(target.path));
    return io::clear_drafts(prefix.parent_path(), prefix.filename().string());
  }

 private:
  /// File systems end names at 255 bytes.
  static std::string draft_prefix(const std::string& path) {
    const std::filesystem::path whole(path);
    return (whole.parent_path() / (whole.filename().string().substr(0, 200) + ".tmp-")).string();
  }
  std::string draft_prefix() const { return draft_prefix(path_); }

  void require_open(const char* operation) const {
    if (temporary_.empty())
      throw IoError(
          path_, 0,
          text::joined("cannot ", operation,
                       " after the file was committed or moved; expected an open file; make a new AtomicFile"));
  }

  [[noreturn]] void fail(int code) {
    discard();
    throw IoError(path_, 0,
                  text::joined("cannot write: ", system_message(code),
                               "; expected room for the whole file; free space or write elsewhere"));
  }

  /// Removed before it is closed, which unlocks it.
  void discard() noexcept {
    for (std::string* name : {&temporary_, &kept_}) {
      if (!name->empty()) static_cast<void>(::unlink(name->c_str()));
      name->clear();
    }
    file_.reset();
  }

  void swap(AtomicFile& other) noexcept {
    path_.swap(other.path_);
    temporary_.swap(other.temporary_);
    kept_.swap(other.kept_);
    file_.swap(other.file_);
    std::swap(was_absent_, other.was_absent_);
    std::swap(prepared_, other.prepared_);
  }

  std::string path_, temporary_;
  std::string kept_;         ///< the target's former content, while place() can be undone
  bool was_absent_ = false;  ///< there was none
  bool prepared_ = false;
  File file_;
};

}  // namespace isonomy::io
