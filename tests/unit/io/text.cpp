#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "isonomy/io/text/atomic_file.hpp"
#include "isonomy/io/text/file_set.hpp"
#include "isonomy/io/text/source.hpp"
#include "isonomy/io/text/text_file.hpp"
#include "support/catch.hpp"
#include "support/io_files.hpp"

using namespace isonomy;
using namespace isonomy::io;
using isonomy::test::has;
using isonomy::test::message_of;
using isonomy::test::TemporaryFolder;

namespace {

/// The line that reading a file complains about, and the message.
std::pair<std::int64_t, std::string> refused_text(const std::string& path, TextOptions options = {}) {
  try {
    read_lines(path, options);
  } catch (const IoError& error) {
    CHECK(error.path == path);
    return {error.line, error.what()};
  }
  return {-1, "no error"};
}

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

TEST_CASE("lines end with LF, CR LF, CR or the file", "[io]") {
  const TemporaryFolder folder;
  const std::vector<std::string> expected{"one", "", "three"};
  CHECK(read_lines(folder.file("lf", "one\n\nthree\n")) == expected);
  CHECK(read_lines(folder.file("crlf", "one\r\n\r\nthree\r\n")) == expected);
  CHECK(read_lines(folder.file("cut", "one\n\nthree")) == expected);
  CHECK(read_lines(folder.file("crcut", "one\r\n\r\nthree\r")) == expected);
  CHECK(read_lines(folder.file("cr", "one\r\rthree\r")) == expected);
  CHECK(read_lines(folder.file("mixed", "one\n\r\nthree")) == expected);
  CHECK(read_lines(folder.file("reversed", "one\n\rthree")) == expected);
  CHECK(read_lines(folder.file("mark", "\xEF\xBB\xBFone\n\nthree")) == expected);
  CHECK(read_text(folder.path("crlf")) == "one\n\nthree\n");
  CHECK(read_text(folder.path("cut")) == "one\n\nthree\n");
}

TEST_CASE("missing files, directories and empty files are told apart", "[io]") {
  const TemporaryFolder folder;
  CHECK(has(refused_text(folder.path("no")).second, "does not exist"));
  CHECK(has(refused_text(folder.path("no/deeper")).second, "does not exist"));
  CHECK(has(refused_text(folder.path(".")).second, "directory"));
  CHECK(has(refused_text(folder.file("empty", "")).second, "empty"));
  CHECK(read_lines(folder.path("empty"), {.allow_empty = true}).empty());
  CHECK(read_lines(folder.file("mark", "\xEF\xBB\xBF")).empty());
}

TEST_CASE("binary bytes are refused with line and byte", "[io]") {
  const TemporaryFolder folder;
  const auto nul = refused_text(folder.file("nul", std::string_view("ab\ncd\0e\n", 8)));
  CHECK(nul.first == 2);
  CHECK(has(nul.second, "NUL byte at byte 5"));
  const auto latin = refused_text(folder.file("latin", "ab\r\nc\xE4"
                                                       "d\n"));
  CHECK(latin.first == 2);
  CHECK(has(latin.second, "byte 5 of the file (value 228) is not UTF-8"));
  const auto marked = refused_text(folder.file("marked", "\xEF\xBB\xBF"
                                                         "ab\n\xFF\n"));
  CHECK(has(marked.second, "byte 6 "));
}

TEST_CASE("UTF-8 is checked as RFC 3629 defines it", "[io]") {
  using io::detail::invalid_utf8;
  const auto none = std::string_view::npos;
  for (const char* good :
       {"", "plain text of more than eight bytes", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
        "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "seven..\xCE\xB1"})
    CHECK(invalid_utf8(good) == none);
  for (const char* bad :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xE0\xA0", "\xED\xA0\x80",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE2\x82\x41", "\xF0\x90\x80"})
    CHECK(invalid_utf8(bad) == 0);
  CHECK(invalid_utf8("eight by\xFFtes") == 8);
  CHECK(invalid_utf8("1234567\xCE"
                     "8") == 7);
}

TEST_CASE("lines longer than the limit are refused, also across reads", "[io]") {
  const TemporaryFolder folder;
  const auto path = folder.file("long", "ab\n" + std::string(3'000'000, 'x') + "\ncd\n");
  const auto lines = read_lines(path);
  REQUIRE(lines.size() == 3);
  CHECK(lines[1] == std::string(3'000'000, 'x'));
  CHECK(lines[2] == "cd");
  CHECK(read_lines(path, {.max_line_bytes = 3'000'000}).size() == 3);
  const auto refused = refused_text(path, {.max_line_bytes = 2'999'999});
  CHECK(refused.first == 2);
  CHECK(has(refused.second, "longer than 2999999 bytes"));
}

TEST_CASE("lines across many reads keep their numbers", "[io]") {
  const TemporaryFolder folder;
  for (const char* end : {"\r\n", "\n", "\r"}) {
    std::string text;
    for (int i = 1; i <= 300'000; ++i) text += "line " + std::to_string(i) + end;
    const auto path = folder.file("many", text);
    std::int64_t count = 0, wrong = 0;
    for_each_line(path, [&](std::string_view line, std::int64_t number) {
      ++count;
      if (number != count || line != "line " + std::to_string(count)) ++wrong;
    });
    CHECK(count == 300'000);
    CHECK(wrong == 0);
  }
}

TEST_CASE("a line end cut by the end of a read is one", "[io]") {
  const TemporaryFolder folder;
  // Reads are of 2^20 bytes where a file is larger.
  for (std::size_t length = (1u << 20) - 3; length <= (1u << 20) + 1; ++length) {
    const std::string first(length, 'x');
    CHECK(read_lines(folder.file("long", first + "\r\nnext\r\n")) == std::vector<std::string>{first, "next"});
    CHECK(read_lines(folder.file("long", first + "\rnext\r")) == std::vector<std::string>{first, "next"});
  }
}

TEST_CASE("a source is looked at ahead and read once, from a file, a pipe or memory", "[io]") {
  const TemporaryFolder folder;
  const std::string text = "first second third";
  const auto read = [](Source& source, std::size_t count) {
    std::string out(count, '?');
    out.resize(source.read(out.data(), count));
    return out;
  };
  const auto whole = [&](Source source) {
    CHECK(source.peek(5) == "first");
    CHECK(source.peek(100) == text);
    CHECK(source.peek(2) == "fi");
    CHECK(read(source, 3) == "fir");
    Source moved = std::move(source);
    CHECK(moved.peek(4) == "st s");
    CHECK(read(moved, 100) == "st second third");
    CHECK(moved.peek(1).empty());
    CHECK(read(moved, 1).empty());
    return moved;
  };
  Source file = whole(Source(folder.file("x", text), "text file"));
  CHECK(file.size() == text.size());
  file.seek(6);
  CHECK(read(file, 6) == "second");
  Source memory = whole(Source::of_memory("memory", text));
  CHECK(memory.size() == text.size());
  memory.seek(6);
  CHECK(read(memory, 6) == "second");
  const std::string pipe = folder.path("pipe");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  std::thread writer([&] { folder.file("pipe", text); });
  Source piped = whole(Source(pipe, "text file"));
  writer.join();
  CHECK_FALSE(piped.size().has_value());
  CHECK(has(message_of<IoError>([&] { piped.seek(6); }), "cannot be read from the middle"));
}

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
