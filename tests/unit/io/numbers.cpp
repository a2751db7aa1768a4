// Columns of numbers: what they give, and every way they can be wrong.
#include <string>
#include <vector>

#include "isonomy/core/text.hpp"
#include "isonomy/io/text/number_column.hpp"
#include "isonomy/io/text/source.hpp"
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

TEST_CASE("a first cell that begins like a number is no heading, unless it is chosen by its name", "[io]") {
  const auto read = [](const std::string& text, const std::string& column = "", io::NumberFormat format = {}) {
    return io::read_number_column(io::Source::of_memory("x.txt", text), column, format);
  };
  const auto said = [&](const std::string& text, const std::string& column = "", io::NumberFormat format = {}) {
    return message_of<IoError>([&] { static_cast<void>(read(text, column, format)); });
  };
  using Numbers = std::vector<double>;
  for (const char* cell : {"7.25O", "-3.l", "+x", ".5x", "-log(x)", "$12", "~4",
                           "\xE2\x88\x92"
                           "2.5",
                           "\xE2\x80\x93"
                           "2.5",
                           "\xC2\xA0"
                           "12",
                           "\xE2\x80\x8B"
                           "12",
                           "0x1F", "1e", "--", "-"}) {
    CHECK(has(said(std::string(cell) + "\n2\n3\n"),
              text::joined("x.txt:1: column '1' is '", text::shown(cell), "'; expected a number, or a name")));
    CHECK(has(said(std::string("first;") + cell + "\nsecond;2\n", "2"), "x.txt:1: column '2' is"));
    CHECK(has(said(std::string(cell) + ";1\n2;3\n"), "x.txt:1: column '1' is"));
  }
  CHECK(has(said("7,25\n"), "every line may be"));
  CHECK(has(said("7,25;1\n8,5;2\n", "", {.separator = ';'}),
            "x.txt:1: column '1' is '7,25'; expected a number with a decimal point, or a name; read decimal commas"));
  for (const char* name : {"x", "_1", "e", "µ2",
                           "\xC2\xB0"
                           "C",
                           "(m)", "%", "d2/dx2"})
    CHECK(read(std::string(name) + "\n2\n3\n") == Numbers{2, 3});
  CHECK(read("2theta;I\n2;3\n", "2theta") == Numbers{2});
  CHECK(read("7.25O\n2\n3\n", "7.25O") == Numbers{2, 3});
  for (const char* missing : {"NA", "nan", "n/a", "NULL"}) {
    CHECK(has(said(std::string(missing) + "\n2\n"), "x.txt:1: column '1' is '"));
    CHECK(read(std::string(missing) + "\n2\n", "", {.missing = io::Missing::skip}) == Numbers{2});
  }
  CHECK(read(",x\n1,2\n", "2") == Numbers{2});
  CHECK(read(",x\n1,2\n") == Numbers{1});
  CHECK(has(said(",3\n1,2\n"), "x.txt:1: column '1' is ''; expected a number"));
  CHECK(has(said("x,x\n1,2\n", "x"), "x.txt:1: columns 1 and 2 are both called 'x'; expected distinct names"));
  CHECK(has(said("x,y,x\n1,2,3\n"), "x.txt:1: columns 1 and 3 are both called 'x'"));
  CHECK(read("x,y,x\n1,2,3\n", "3") == Numbers{3});
  CHECK(read("x,y,x\n1,2,3\n", "y") == Numbers{2});
}

TEST_CASE("a decimal comma is read where it is asked for, and never taken for a separator", "[io]") {
  const auto read = [](const std::string& text, const std::string& column = "", io::NumberFormat format = {}) {
    return io::read_number_column(io::Source::of_memory("x.txt", text), column, format);
  };
  const auto said = [&](const std::string& text, const std::string& column = "", io::NumberFormat format = {}) {
    return message_of<Error>([&] { static_cast<void>(read(text, column, format)); });
  };
  using Numbers = std::vector<double>;
  const io::NumberFormat comma{.decimal = ','};
  CHECK(read("7,25\n-8,5\n,5\n9\n1,5e1\n", "", comma) == Numbers{7.25, -8.5, 0.5, 9, 15});
  CHECK(read("x\n7,25\n", "", comma) == Numbers{7.25});
  CHECK(read("7,25  1,5\n8,5\t2\n", "2", comma) == Numbers{1.5, 2});
  CHECK(read("x;y\n7,25;1,5\n", "y", comma) == Numbers{1.5});
  CHECK(read("7,25\t1,5\n", "2", comma) == Numbers{1.5});
  CHECK(read("\"7,25\";\"1,5\"\n", "2", comma) == Numbers{1.5});
  CHECK(has(said("1.234,5\n", "", comma), "'1.234,5'; expected a number"));
  CHECK(has(said("7,25\n8.5\n", "", comma), "x.txt:2: column '1' is '8.5'; expected a number with a decimal comma"));

  const std::string doubt = "every line may be two whole numbers or one with a decimal comma";
  CHECK(has(said("7,25\n8,5\n"), "x.txt:1: " + doubt));
  CHECK(has(said("# depths\n 7,25 \r\n-8,5\r\n9,25e1\r\n"), "x.txt:2: " + doubt));
  CHECK(has(said("7,25\n9\n"), "x.txt:2: the row has 1 cells; expected 2"));
  CHECK(has(said("7,25\n9\n"), "read decimal commas with decimal=','"));
  CHECK(read("7,25\n8,5\n", "1") == Numbers{7, 8});
  CHECK(read("7,25\n8,5\n", "", {.separator = ','}) == Numbers{7, 8});
  for (const char* table : {"7,25\n8,5.5\n", "7,25\n8, 5\n", "7,25\n8,-5\n", "7,25\n8.0,5\n", "7,25\n8,x\n",
                            "x,y\n7,25\n8,5\n", "7,25,1\n8,5,1\n", "7;25\n8;5\n"})
    CHECK(read(table) == Numbers{7, 8});

  for (const char* cell : {"38   1", "38 1", "38;1", "38 1 7"})
    CHECK(has(
        said(text::joined("50,", cell, ",42\n"), "1"),
        text::joined("x.txt:1: column 2 is '", text::shown(cell), "' where cells end at commas; expected a number")));
  CHECK(has(said("7,25\n8,5 3\n"), "x.txt:2: column 2 is '5 3'"));
  CHECK(read("7,3 m,1\n8,4 m,1\n") == Numbers{7, 8});
  CHECK(read("7,\"38 1\"\n8,x\n") == Numbers{7, 8});
  CHECK(read("7,38 1\n8,x\n", "", {.separator = ','}) == Numbers{7, 8});
  CHECK(has(said("x\n7,25\n"), "x.txt:2: column '1' is '7,25'; expected a number with a decimal point; read decimal"));

  CHECK(has(said("1", "", {.decimal = ';'}), "NumberFormat: decimal=';'; expected '.' or ','"));
  CHECK(has(said("1", "", {.decimal = ',', .separator = ','}), "expected a number in quotes"));
  CHECK(has(said("\"1,5\",2\n", "2", {.decimal = ',', .separator = ','}), "expected a number in quotes"));
  CHECK(read("x,y\n\"1,5\",\"2,5\"\n", "y", {.decimal = ',', .separator = ','}) == Numbers{2.5});
  CHECK(has(said("\"1,5\",\"2,5\"\n", "", {.decimal = ','}), "separator=','"));
  for (const char c : {'1', 'e', '-', '.', '"', '#', '\n', '\0', '\xC3'})
    CHECK(has(said("1", "", {.separator = c}), "NumberFormat: separator="));
  CHECK(read("1|2\n", "2", {.separator = '|'}) == Numbers{2});
  CHECK(read("1 , 2\n", "1", {.separator = ','}) == Numbers{1});
}

TEST_CASE("missing values are refused, or left out and counted", "[io]") {
  const std::string table = "x,w\n1,1\nNA,2\n3,\n ,\n5,NaN\n6,none\n7,8\n";
  const auto source = [&] { return io::Source::of_memory("x.csv", table); };
  CHECK(has(
      message_of<IoError>([&] { static_cast<void>(io::read_number_column(source())); }),
      "x.csv:3: column '1' is 'NA'; expected a number; correct the cell, or leave such rows out with missing=skip"));
  const io::NumberFormat skip{.missing = io::Missing::skip};
  io::NumberColumnReader one(source(), "x", skip);
  std::vector<double> values;
  while (const auto value = one.next()) values.push_back(*value);
  CHECK(values == std::vector<double>{1, 3, 5, 6, 7});
  CHECK(one.skipped() == 2);
  io::NumberColumnsReader two(source(), {"x", "w"}, skip);
  std::vector<std::vector<double>> rows;
  while (two.next()) rows.push_back({two[0], two[1]});
  CHECK(rows == std::vector<std::vector<double>>{{1, 1}, {7, 8}});
  CHECK(two.skipped() == 5);
  CHECK(two.name(1) == "w");
  CHECK(two.place(1) == 2);
  for (const char* bad : {"inf", "?", "x", "1e999"})
    CHECK(has(message_of<IoError>([&] {
                const std::string text = table + bad + ",1\n";
                static_cast<void>(io::read_number_column(io::Source::of_memory("x.csv", text), "", skip));
              }),
              "x.csv:9: column '1' is '"));
}

TEST_CASE("what spreadsheets write for a value that they lack is no comment", "[io]") {
  for (const char* cell : {"#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!"})
    CHECK(has(message_of<IoError>([&] {
                const std::string text = text::joined("x,y\n1,2\n", cell, ",3\n");
                static_cast<void>(io::read_number_column(io::Source::of_memory("x.csv", text)));
              }),
              text::joined("x.csv:3: column '1' is '", cell, "'; expected a number")));
  const std::string text = "# N/A\n#N,m\n1\n #N/A\n2\n";
  io::NumberColumnReader reader(io::Source::of_memory("x.txt", text), "", {.missing = io::Missing::skip});
  CHECK(reader.next() == 1.0);
  CHECK(reader.next() == 2.0);
  CHECK(reader.skipped() == 1);
}

TEST_CASE("lines that end with CR alone are rows", "[io]") {
  const std::string text = "x\r1\r2\r";
  CHECK(io::read_number_column(io::Source::of_memory("x", text)) == std::vector<double>{1, 2});
}

TEST_CASE("a wide row and a long line cost what their bytes do", "[io]") {
  std::string header = "c0", row = "0";
  for (int k = 1; k < 300'000; ++k) {
    header += text::joined(",c", k);
    row += text::joined(",", k);
  }
  const std::string text = text::joined(header, "\n", row, "\n");
  CHECK(io::read_number_column(io::Source::of_memory("x", text), "c299999") == std::vector<double>{299999});
}
