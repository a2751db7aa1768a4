// Reading text line by line, and sources of bytes.
#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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
