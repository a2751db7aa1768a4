// Columns of numbers: what they give, and every way they can be wrong.
#include <string>
#include <vector>

#include "isonomy/io/text/number_column.hpp"
#include "support/catch.hpp"
#include "support/io_files.hpp"

using namespace isonomy;
using isonomy::test::has;
using isonomy::test::message_of;
using isonomy::test::TemporaryFolder;

TEST_CASE("a column of numbers is read from every common layout", "[io]") {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& text, const std::string& column = "") {
    return io::read_number_column(folder.file("x.txt", text), column);
  };
  using Numbers = std::vector<double>;
  CHECK(read("1\n2.5\n-3e2\n") == Numbers{1, 2.5, -300});
  CHECK(read("1\r\n\r\n+2\r\n") == Numbers{1, 2});
  CHECK(read("x\n1\n2\n") == Numbers{1, 2});
  CHECK(read("# made by savetxt\n1.0 2.0\n  3.0   4.0 \n") == Numbers{1, 3});
  CHECK(read("1.0 2.0\n3.0 4.0", "2") == Numbers{2, 4});
  CHECK(read("mass,energy\n1,2\n3,4\n", "energy") == Numbers{2, 4});
  CHECK(read("mass\tenergy\n1\t2\n", "2") == Numbers{2});
  CHECK(read("a;b\n1; 2\n", "b") == Numbers{2});
  CHECK(read("name,value\nfirst,1\nsecond,2\n", "value") == Numbers{1, 2});
}

TEST_CASE("a number from 1 to the number of columns is a place, any other text a name", "[io]") {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& text, const std::string& column) {
    return io::read_number_column(folder.file("x.txt", text), column);
  };
  using Numbers = std::vector<double>;
  CHECK(read("2,5\n3,7\n4,9\n", "2") == Numbers{5, 7, 9});
  CHECK(read("2 1\n3 7\n", "1") == Numbers{2, 3});
  CHECK(read("1\n2\n", "1") == Numbers{1, 2});
  CHECK(read("2,depth\n3,7\n", "2") == Numbers{7});
  CHECK(read("2023,2024\n1,2\n3,4\n", "2024") == Numbers{2, 4});
  CHECK(read("0.5,1.5\n1,2\n", "1.5") == Numbers{2});
  io::NumberColumnReader year(folder.file("y.txt", "2023,2024\n1,2\n"), "2024");
  CHECK(year.name() == "2024");
  CHECK(year.place() == 2);
  io::NumberColumnReader second(folder.file("z.txt", "2,5\n3,7\n"), "2");
  CHECK(second.name().empty());
  CHECK(second.place() == 2);
}

TEST_CASE("a column that cannot be read is named with file, line, value and remedy", "[io]") {
  const TemporaryFolder folder;
  const auto said = [&](const std::string& text, const std::string& column = "") {
    const std::string path = folder.file("x.txt", text);
    std::string what = message_of<IoError>([&] { static_cast<void>(io::read_number_column(path, column)); });
    return what.rfind(path, 0) == 0 ? what.substr(path.size()) : what;
  };
  CHECK(has(said(""), "the file is empty"));
  CHECK(has(said("# nothing\n\n"), "there is no number in the file"));
  CHECK(has(said("x\n"), "there is no number in the file"));
  CHECK(has(said("1,2\n3\n"), "the row has 1 cells; expected 2 as in the first"));
  CHECK(has(said("1\n2 3\n"), "the row has 2 cells; expected 1"));
  CHECK(has(said("1\ntwo\n"), ":2: column '1' is 'two'; expected a number; correct the cell"));
  CHECK(has(said("x\n1\n\nnan\n"), ":4: column '1' is 'nan'; expected a finite number"));
  CHECK(has(said("x\n1\n1e999\n", "x"), "column 'x' is '1e999'; expected a finite number of double range"));
  CHECK(has(said("a,b\n1,2\n", "c"), "there is no column 'c'; the first line has 2: a, b; give a name of these"));
  CHECK(has(said("1 2\n", "3"), "there is no column '3'"));
  CHECK(has(said("1 2\n", "0"), "there is no column '0'"));
  CHECK(has(said(std::string("1\n\0\n", 4)), "NUL byte"));
  CHECK(has(message_of<IoError>([&] { static_cast<void>(io::read_number_column(folder.path("none"))); }),
            "the file does not exist"));
}

TEST_CASE("quoted cells are read without their quotes and may hold separators", "[io]") {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& text, const std::string& column = "") {
    return io::read_number_column(folder.file("x.txt", text), column);
  };
  using Numbers = std::vector<double>;
  CHECK(read("\"eruptions\",\"waiting\"\n3.6,79\n\"1.8\", \"54\"\n", "waiting") == Numbers{79, 54});
  CHECK(read("\"place, town\",depth\n\"Inn, old\",1\n\"Inn, new\",2\n", "depth") == Numbers{1, 2});
  CHECK(read("\"first word\" 1\n\"second word\" 2\n", "2") == Numbers{1, 2});
  CHECK(read("\"so-called \"\"depth\"\", m\", x\n\"1\" , 2\n", "so-called \"depth\", m") == Numbers{1});
  CHECK(
      has(message_of<IoError>([&] { static_cast<void>(read("a,b\n1,\"2\"3\n", "a")); }),
          ":2: column 2: text follows the closing quote of a cell, '3'; expected a separator or the end of the line"));
  CHECK(has(message_of<IoError>([&] { static_cast<void>(read("a b\n\"1\"500 2\n", "b")); }),
            ":2: column 1: text follows the closing quote of a cell, '500'"));
  CHECK(read("a\tb\n\t1\n\t2\n", "b") == Numbers{1, 2});
  CHECK(has(message_of<IoError>([&] { static_cast<void>(read("a,b\n1,\n", "b")); }),
            ":2: column 'b' is ''; expected a number"));
  CHECK(has(message_of<IoError>([&] { static_cast<void>(read("a,b\n1,\"2\n", "b")); }),
            ":2: column 'b' is '\"2'; expected a number"));
}

TEST_CASE("a reader of a column tells its name, place and line", "[io]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("x.txt", "# units: cm\n\nname, depth\nfirst, 1\nsecond, 2\n");
  io::NumberColumnReader chosen(path, "2");
  CHECK(chosen.name() == "depth");
  CHECK(chosen.place() == 2);
  CHECK(chosen.columns() == 2);
  CHECK(chosen.next() == 1.0);
  CHECK(chosen.line_number() == 4);
  CHECK(chosen.next() == 2.0);
  CHECK(!chosen.next().has_value());
  CHECK(!chosen.next().has_value());
  io::NumberColumnReader plain(folder.file("y.txt", "3\n4\n"));
  CHECK(plain.name().empty());
  CHECK(plain.next() == 3.0);
  CHECK(plain.next() == 4.0);
  io::NumberColumnReader unchosen(path);
  CHECK(has(message_of<IoError>([&] { static_cast<void>(unchosen.next()); }),
            ":4: column '1' is 'first'; expected a number, or another of the columns named"));
}
