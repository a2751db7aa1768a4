// Files that are written: whole, together, or not at all.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "isonomy/io/text/atomic_file.hpp"
#include "isonomy/io/text/file_set.hpp"
#include "isonomy/io/text/folder_turn.hpp"
#include "isonomy/io/text/text_file.hpp"
#include "support/catch.hpp"
#include "support/io_files.hpp"

using namespace isonomy;
using namespace isonomy::io;
using isonomy::test::has;
using isonomy::test::message_of;
using isonomy::test::TemporaryFolder;

namespace {

mode_t mode_of(const std::string& path) {
  struct stat status = {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

/// How many files a folder holds, hidden ones too.
std::ptrdiff_t count_files(const TemporaryFolder& folder) {
  return std::distance(std::filesystem::directory_iterator(folder.path("")), {});
}

/// Runs `f` in a process of its own that is then killed, as by SIGKILL from outside.
template <class F>
void run_and_kill(F&& f) {
  const pid_t child = fork();
  if (child == 0) {
    f();
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
}

}  // namespace

TEST_CASE("an atomic file appears whole on commit", "[io]") {
  const TemporaryFolder folder;
  const auto path = folder.path("out.tsv");
  AtomicFile file(path);
  CHECK(file.path() == path);
  CHECK(has(file.temporary(), path + ".tmp-"));
  file.write("one\n");
  file.write("two");
  CHECK_FALSE(std::filesystem::exists(path));
  const std::string temporary = file.temporary();
  file.commit();
  CHECK(read_text(path) == "one\ntwo\n");
  CHECK_FALSE(std::filesystem::exists(temporary));
  CHECK_THROWS_AS(file.write("x"), IoError);
  CHECK_THROWS_AS(file.commit(), IoError);
}

TEST_CASE("an atomic file that is not committed leaves the target and no trace", "[io]") {
  const TemporaryFolder folder;
  const auto path = folder.file("out", "old\n");
  std::string temporary;
  {
    AtomicFile file(path);
    temporary = file.temporary();
    file.write("new\n");
    CHECK(std::filesystem::exists(temporary));
  }
  CHECK_FALSE(std::filesystem::exists(temporary));
  CHECK(read_text(path) == "old\n");
  AtomicFile replaced(path);
  replaced.write("new\n");
  AtomicFile moved(std::move(replaced));
  moved.commit();
  CHECK(read_text(path) == "new\n");
}

TEST_CASE("two atomic files for one target do not disturb each other", "[io]") {
  const TemporaryFolder folder;
  AtomicFile a(folder.path("out")), b(folder.path("out"));
  CHECK(a.temporary() != b.temporary());
  a.write("a");
  b.write("b");
  b.commit();
  a = AtomicFile(folder.path("other"));
  CHECK(read_text(folder.path("out")) == "b\n");
}

TEST_CASE("an atomic file goes where links lead, which stay links", "[io]") {
  namespace fs = std::filesystem;
  const TemporaryFolder folder;
  fs::create_directory(folder.path("deep"));
  fs::create_symlink("deep/second", folder.path("first"));
  fs::create_symlink("nowhere", folder.path("deep/second"));
  AtomicFile file(folder.path("first"));
  file.write("text\n");
  file.commit();
  CHECK(fs::read_symlink(folder.path("first")) == "deep/second");
  CHECK(fs::read_symlink(folder.path("deep/second")) == "nowhere");
  CHECK(read_text(folder.path("deep/nowhere")) == "text\n");
  fs::create_symlink("circle", folder.path("circle"));
  CHECK(has(message_of<IoError>([&] { AtomicFile(folder.path("circle")); }), "round in a circle"));
}

TEST_CASE("an atomic file keeps its target's mode, and shows nobody what that hides", "[io]") {
  const TemporaryFolder folder;
  for (const mode_t mode : {0600, 0640, 0755, 0444}) {
    const auto path = folder.file("out", "old\n");
    REQUIRE(chmod(path.c_str(), mode) == 0);
    AtomicFile file(path);
    CHECK(mode_of(file.temporary()) == 0600);
    file.write("new\n");
    file.commit();
    CHECK(mode_of(path) == mode);
    CHECK(read_text(path) == "new\n");
    std::filesystem::remove(path);
  }
  const mode_t mask = umask(027);
  AtomicFile file(folder.path("fresh"));
  file.commit();
  umask(mask);
  CHECK(mode_of(folder.path("fresh")) == 0640);
}

TEST_CASE("a name as long as names may be can be written", "[io]") {
  const TemporaryFolder folder;
  const auto path = folder.path(std::string(255, 'n'));
  AtomicFile file(path);
  file.write("text\n");
  file.commit();
  CHECK(read_text(path) == "text\n");
}

TEST_CASE("streams and descriptors are no atomic files, and get their text at once", "[io]") {
  const TemporaryFolder folder;
  CHECK(has(message_of<IoError>([&] { AtomicFile("/dev/null"); }), "a device or a pipe"));
  CHECK(has(message_of<IoError>([&] { AtomicFile("/dev/stderr"); }), "a device or a pipe"));
  const int opened = open(folder.path("log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  REQUIRE(opened >= 0);
  REQUIRE(write(opened, "old\n", 4) == 4);
  FileSet set;
  set.add("/dev/fd/" + std::to_string(opened), "new\n");
  set.add("/dev/null", "nothing\n");
  set.commit();
  close(opened);
  CHECK(read_text(folder.path("log")) == "old\nnew\n");
  CHECK(has(message_of<IoError>([&] { set.add("/dev/fd/" + std::to_string(opened), ""); }), "not open for writing"));
  if (access("/dev/full", W_OK) == 0) {
    const auto path = folder.file("out", "old\n");
    FileSet full;
    full.add(path, "new\n");
    full.add("/dev/full", "new\n");
    CHECK(has(message_of<IoError>([&] { full.commit(); }), "/dev/full: cannot be written: No space left"));
    CHECK(read_text(path) == "old\n");
  }
}

TEST_CASE("a set of files is put in place together", "[io]") {
  const TemporaryFolder folder;
  const auto old = folder.file("old", "old\n"), fresh = folder.path("fresh");
  FileSet set({folder.file("input", "data\n")});
  set.add(old, "new\n");
  set.add(fresh, "new\n");
  CHECK(has(message_of<IoError>([&] { set.add(folder.path("./old"), ""); }), "the file of another output"));
  CHECK(has(message_of<IoError>([&] { set.add(folder.path("./fresh"), ""); }), "the file of another output"));
  CHECK(has(message_of<IoError>([&] { set.add(folder.path("./input"), ""); }), "also an input"));
  CHECK(read_text(old) == "old\n");
  CHECK_FALSE(std::filesystem::exists(fresh));
  set.commit();
  CHECK(read_text(old) == "new\n");
  CHECK(read_text(fresh) == "new\n");
  CHECK(set.cleared().empty());
  CHECK(count_files(folder) == 3);
}

TEST_CASE("names of one file are known as such, though it be not there yet", "[io]") {
  CHECK(same_place("absent", "./absent"));
  CHECK(same_place("absent", (std::filesystem::current_path() / "x" / ".." / "absent").string()));
  CHECK_FALSE(same_place("absent", "./absent2"));
}

TEST_CASE("files of two sets that are put in place at once do not mix", "[io]") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path("inner"));
  std::vector<std::string> names;
  for (int k = 0; k < 12; ++k) names.push_back(folder.path((k % 2 == 0 ? "file" : "inner/file") + std::to_string(k)));
  for (int round = 0; round < 10; ++round) {
    std::vector<std::thread> writers;
    for (const char* text : {"one\n", "other\n", "third\n"})
      writers.emplace_back([&names, text] {
        FileSet set;
        for (const auto& name : names) set.add(name, text);
        set.commit();
      });
    for (auto& writer : writers) writer.join();
    const std::string text = read_text(names.front());
    for (const auto& name : names) REQUIRE(read_text(name) == text);
  }
  CHECK(count_files(folder) == 7);
}

TEST_CASE("a set waits for its turn, which ends with the process that has it", "[io]") {
  const TemporaryFolder folder;
  const auto path = folder.file("file", "old\n");
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t child = fork();
  if (child == 0) {
    FolderTurn turn({folder.path("")});
    const char has_come = turn.come() ? 'y' : 'n';
    while (write(ready[1], &has_come, 1) != 1) continue;
    while (true) pause();
  }
  char has_come = '?';
  REQUIRE(read(ready[0], &has_come, 1) == 1);
  CHECK(has_come == 'y');
  FileSet set;
  set.add(path, "new\n");
  CHECK_FALSE(set.turn_has_come());
  CHECK(read_text(path) == "old\n");
  kill(child, SIGKILL);
  REQUIRE(waitpid(child, nullptr, 0) == child);
  CHECK(set.turn_has_come());
  CHECK_FALSE(FolderTurn({folder.path("./")}).come());
  set.commit();
  CHECK(read_text(path) == "new\n");
  CHECK(FolderTurn({folder.path("")}).come());
  CHECK(count_files(folder) == 1);
  for (const int end : ready) close(end);
}

TEST_CASE("a set of which one file is refused at the last moment changes none", "[io]") {
  namespace fs = std::filesystem;
  const TemporaryFolder folder;
  const auto old = folder.file("old", "old\n"), fresh = folder.path("fresh"), taken = folder.path("taken"),
             last = folder.file("last", "old\n");
  REQUIRE(chmod(old.c_str(), 0600) == 0);
  FileSet set;
  for (const auto& path : {old, fresh, taken, last}) set.add(path, "new\n");
  fs::create_directory(taken);
  CHECK(has(message_of<IoError>([&] { set.commit(); }), "taken: cannot be put in place"));
  CHECK(read_text(old) == "old\n");
  CHECK(mode_of(old) == 0600);
  CHECK_FALSE(fs::exists(fresh));
  CHECK(read_text(last) == "old\n");
  CHECK(count_files(folder) == 3);
}

TEST_CASE(
    "what a killed process leaves is cleared away by the next set of the same files, but not what a living one holds",
    "[io]") {
  const TemporaryFolder folder;
  const auto first = folder.file("first", "old\n"), second = folder.file("second", "old\n");
  // Half in place: the first is renamed, its former content kept; the second is still a draft.
  run_and_kill([&] {
    auto* one = new AtomicFile(first);
    auto* two = new AtomicFile(second);
    for (AtomicFile* file : {one, two}) {
      file->write("killed\n");
      file->prepare();
    }
    one->place(true);
  });
  CHECK(read_text(first) == "killed\n");
  CHECK(read_text(second) == "old\n");
  CHECK(count_files(folder) == 4);
  AtomicFile living(second);
  const auto bystander = folder.file("second.tmp-notes", "of a user\n");
  FileSet set;
  set.add(first, "new\n");
  set.add(second, "new\n");
  set.commit();
  REQUIRE(set.cleared().size() == 2);
  CHECK(has(set.cleared()[0], first + ".tmp-"));
  CHECK(has(set.cleared()[1], second + ".tmp-"));
  CHECK(std::filesystem::exists(living.temporary()));
  CHECK(read_text(first) == "new\n");
  CHECK(read_text(second) == "new\n");
  CHECK(count_files(folder) == 4);
}

TEST_CASE("a target that cannot be written is refused before any work", "[io]") {
  const TemporaryFolder folder;
  CHECK(has(message_of<IoError>([&] { AtomicFile(folder.path("no/out")); }), "does not exist"));
  CHECK(has(message_of<IoError>([&] { AtomicFile(folder.path(".")); }), "directory"));
}

TEST_CASE("a file system without room is an error that leaves the target", "[io]") {
  const TemporaryFolder folder;
  const auto path = folder.file("out", "old\n");
  // A limit on the size of files stands for a full disk.
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  std::string message, temporary;
  {
    AtomicFile file(path);
    temporary = file.temporary();
    rlimit small = before;
    small.rlim_cur = 4096;
    setrlimit(RLIMIT_FSIZE, &small);
    message = message_of<IoError>([&] {
      file.write(std::string(100'000, 'x'));
      file.commit();
    });
    setrlimit(RLIMIT_FSIZE, &before);
  }
  std::signal(SIGXFSZ, handler);
  CHECK(has(message, "cannot write: File too large; expected room"));
  CHECK(read_text(path) == "old\n");
  CHECK_FALSE(std::filesystem::exists(temporary));
}
