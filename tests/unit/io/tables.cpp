#include <string>
#include <vector>

#include "isonomy/core/text.hpp"
#include "isonomy/io/sequences/fasta.hpp"
#include "isonomy/io/sequences/scale_table.hpp"
#include "isonomy/io/text/numbers.hpp"
#include "isonomy/io/text/source.hpp"
#include "isonomy/io/text/tsv.hpp"
#include "support/catch.hpp"
#include "support/io_files.hpp"

using namespace isonomy;
using namespace isonomy::io;
using isonomy::test::has;
using isonomy::test::message_of;
using isonomy::test::TemporaryFolder;

namespace {

template <class F>
std::pair<std::int64_t, std::string> refusal(F&& f) {
  try {
    f();
  } catch (const IoError& error) {
    return {error.line, error.what()};
  }
  return {-1, "no error"};
}

}  // namespace

TEST_CASE("a table is read by row and column name", "[io]") {
  const TemporaryFolder folder;
  const auto table = read_table(folder.file("t", "entry\tx\tname\nA\t1\t\nB\t-2\tbeta gamma"));
  CHECK(table.size() == 2);
  CHECK(table.columns() == std::vector<std::string>{"entry", "x", "name"});
  CHECK(table.cell(0, 0) == "A");
  CHECK(table.cell(0, "name").empty());
  CHECK(table.cell(1, "name") == "beta gamma");
  CHECK(table.line(1) == 3);
  CHECK(table.column("x") == 1);
  CHECK_FALSE(table.find("y"));
  CHECK(has(message_of<IoError>([&] { table.column("y"); }), "no column 'y'; the table has entry, x, name"));
  CHECK_THROWS_AS(table.cell(2, 0), ValueError);
  CHECK_THROWS_AS(table.cell(-1, 0), ValueError);
  CHECK_THROWS_AS(table.cell(0, 3), ValueError);
}

TEST_CASE("quoted cells hold tabs, quotes and line ends", "[io]") {
  const TemporaryFolder folder;
  const auto table = read_table(
      folder.file("t", "a\tb\n\"x\ty\"\t\"say \"\"hi\"\"\"\n\"two\r\nlines\"\t5\"\n\"\"\tz\nplain\t\"\"\"\"\n"));
  REQUIRE(table.size() == 4);
  CHECK(table.cell(0, 0) == "x\ty");
  CHECK(table.cell(0, 1) == "say \"hi\"");
  CHECK(table.cell(1, 0) == "two\nlines");
  CHECK(table.cell(1, 1) == "5\"");
  CHECK(table.cell(2, 0).empty());
  CHECK(table.cell(3, 1) == "\"");
  CHECK(table.line(1) == 3);
  CHECK(table.line(2) == 5);
}

TEST_CASE("malformed tables are refused with their line", "[io]") {
  const TemporaryFolder folder;
  const auto read = [&](const char* text) { return refusal([&] { read_table(folder.file("t", text)); }); };
  CHECK(read("a\tb\n1\t2\n1\t2\t3\n").first == 3);
  CHECK(has(read("a\tb\n1\t2\n1\n").second, "1 cells; expected 2"));
  CHECK(has(read("a\tb\ta\n").second, "columns 1 and 3 are both called 'a'"));
  CHECK(has(read("a\t\tb\n").second, "column 2 of 3 has no name"));
  CHECK(read("\n").first == 1);
  CHECK(has(read("a\tb\n1\t\"x\n2\t3\n").second, "no closing quote"));
  CHECK(read("a\tb\n1\t\"x\n2\t3\n").first == 2);
  CHECK(has(read("a\tb\n1\t\"x\"y\n").second, "text follows the closing quote"));
  CHECK(has(read("").second, "empty"));
}

TEST_CASE("blank lines between rows are skipped", "[io]") {
  const TemporaryFolder folder;
  CHECK(read_table(folder.file("t", "a\tb\n\n1\t2\n\n\n")).size() == 1);
  CHECK(read_table(folder.file("one", "a\n\n1\n")).size() == 2);
  CHECK(read_table(folder.file("head", "a\tb\n")).size() == 0);
}

TEST_CASE("rows can be streamed", "[io]") {
  const TemporaryFolder folder;
  std::string text = "id\tsequence\n";
  for (int i = 0; i < 50'000; ++i)
    text += std::to_string(i) + "\t" + std::string(static_cast<std::size_t>(i % 90), 'A') + "\n";
  std::int64_t rows = 0, wrong = 0;
  for_each_row(folder.file("t", text), [&](const Row& row) {
    if (row.line != rows + 2 || row.cells[0] != std::to_string(rows) ||
        row.cells[1].size() != static_cast<std::size_t>(rows % 90))
      ++wrong;
    ++rows;
  });
  CHECK(rows == 50'000);
  CHECK(wrong == 0);
}

TEST_CASE("a quoted cell without an end does not swallow a large file", "[io]") {
  const TemporaryFolder folder;
  std::string text = "a\tb\n1\t\"open\n";
  for (int i = 0; i < 1000; ++i) text += "1\t2\n";
  const auto refused = refusal([&] { read_table(folder.file("t", text), {.text = {.max_line_bytes = 1000}}); });
  CHECK(refused.first == 2);
  CHECK(has(refused.second, "longer than 1000 bytes"));
}

TEST_CASE("cells that need it are quoted when written and read back", "[io]") {
  const TemporaryFolder folder;
  const std::vector<std::string> cells{"plain", "a\tb", "say \"hi\"", "\"quoted\"", "two\nlines", "", "\""};
  std::string text = "n\tcell\n";
  for (const auto& cell : cells) text += "1\t" + tsv_cell(cell) + "\n";
  const auto table = read_table(folder.file("t", text));
  REQUIRE(table.size() == static_cast<index_t>(cells.size()));
  for (std::size_t k = 0; k < cells.size(); ++k) CHECK(table.cell(static_cast<index_t>(k), 1) == cells[k]);
  CHECK(tsv_cell("say \"hi\"") == "say \"hi\"");
}

TEST_CASE("a table can be made in memory", "[io]") {
  Table table("made", {"a", "b"});
  table.append(std::vector<std::string>{"1", "2"}, 7);
  CHECK(table.cell(0, "b") == "2");
  CHECK(table.line(0) == 7);
  CHECK_THROWS_AS(table.append(std::vector<std::string>{"1"}), IoError);
}

TEST_CASE("whole numbers and numbers are parsed as a whole", "[io]") {
  const CellPlace place{"f.tsv", 12, "x"};
  CHECK(parse_integer("42", place) == 42);
  CHECK(parse_integer(" -7 ", place) == -7);
  CHECK(parse_integer("+3", place) == 3);
  CHECK(parse_number("0.494", place) == 0.494);
  CHECK(parse_number("1e-3", place) == 0.001);
  CHECK(parse_number("-1", place) == -1);
  CHECK(parse_integer("21.0", place) == 21);
  CHECK(parse_integer("-7.00", place) == -7);
  for (const char* text : {"", " ", "1.", ".0", "1.5", "1.0.0", "1e0", "x", "1x", "0x10", "--1", "+-1",
                           "99999999999999999999", "1 2", "nan"}) {
    INFO(text);
    CHECK_THROWS_AS(parse_integer(text, place), IoError);
  }
  for (const char* text : {"", "x", "1,5", "nan", "NaN", "inf", "-inf", "1e999", "0x10", "1 2", "--1"}) {
    INFO(text);
    CHECK_THROWS_AS(parse_number(text, place), IoError);
  }
  CHECK(message_of<IoError>([&] { parse_integer("1.5", place); }) ==
        "f.tsv:12: column 'x' is '1.5'; expected a whole number; correct the cell");
  CHECK(parse_integers("1,0, 3", ',', place) == std::vector<std::int64_t>{1, 0, 3});
  CHECK(parse_integers("", ',', place).empty());
  CHECK_THROWS_AS(parse_integers("1,", ',', place), IoError);
  CHECK_THROWS_AS(parse_integers("1,,2", ',', place), IoError);
}

TEST_CASE("FASTA entries keep identifier, header and letters", "[io]") {
  const TemporaryFolder folder;
  const auto entries = read_fasta(
      folder.file("f", "\n>P1 first protein\tx\r\nACD EFG\r\n\r\nhik\r\n>P2\nM*K*\n>sp|P3|NAME the third\n\tAC\tDE"));
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].id == "P1");
  CHECK(entries[0].header == "P1 first protein\tx");
  CHECK(entries[0].sequence == "ACDEFGhik");
  CHECK(entries[0].line == 2);
  CHECK(entries[1].sequence == "M*K");
  CHECK(entries[2].id == "sp|P3|NAME");
  CHECK(entries[2].sequence == "ACDE");
}

TEST_CASE("malformed FASTA is refused with its line", "[io]") {
  const TemporaryFolder folder;
  const auto read = [&](std::string_view text) { return refusal([&] { read_fasta(folder.file("f", text)); }); };
  CHECK(read("ACD\n>P\nA\n").first == 1);
  CHECK(has(read("ACD\n>P\nA\n").second, "before the first '>'"));
  CHECK(read(">P\nA\n>\nC\n").first == 3);
  CHECK(read(">P\nA\n> \t\nC\n").first == 3);
  CHECK(has(read(">P\nA\n> \t\nC\n").second, "no identifier"));
  CHECK(read(">P\n>Q\nA\n").first == 1);
  CHECK(has(read(">P\nA\n>Q\n\n").second, "entry 'Q' has no sequence"));
  CHECK(has(read(">P\n*\n").second, "no sequence"));
  CHECK(read(">P x\nA\n>Q\nC\n>P x\nD\n").first == 5);
  CHECK(has(read(">P x\nA\n>Q\nC\n> P x\nD\n").second, "'P' already stands in line 1"));
  CHECK(has(read(">P x\nA\n>P y\nC\n>P y\nD\n").second, "'P y' already stands in line 3"));
  CHECK(read(">A\nC\n>P1;CRAB_ANAPL\nALPHA CRYSTALLIN B\nMDIT*\n").first == 3);
  CHECK(has(read(">DL;one\nA description\nACGT*\n").second, "PIR format"));
  CHECK(has(read("\n\n").second, "no entry"));
  CHECK(has(read("").second, "empty"));
  CHECK(has(read(std::string_view(">P\nA\0C\n", 7)).second, "NUL"));
}

TEST_CASE("blanks around '>' are left out, and entries that share their first word are named by their headers",
          "[io]") {
  const TemporaryFolder folder;
  const auto entries =
      read_fasta(folder.file("f", " > P1\nAC\n\t>\t P2  of two\nCD\n>protein 1\nA\n>protein 2\nC\n>P3\rD"));
  REQUIRE(entries.size() == 5);
  CHECK(entries[0].id == "P1");
  CHECK(entries[1].id == "P2");
  CHECK(entries[1].header == "P2  of two");
  CHECK(entries[2].id == "protein");
  CHECK(entries[3].id == "protein 2");
}

TEST_CASE("FASTA is known by its first byte, behind blank lines and a byte order mark", "[io]") {
  const auto fasta = [](std::string_view text) {
    Source source = Source::of_memory("m", text);
    const bool is = is_fasta(source);
    CHECK(source.peek(4) == text.substr(0, 4));
    return is;
  };
  CHECK(fasta(">P\nA\n"));
  CHECK(fasta("\xEF\xBB\xBF\r\n \n>P\nA\n"));
  CHECK(fasta(std::string(100'000, '\n') + ">P\nA\n"));
  CHECK_FALSE(fasta("entry\tsequence\n>P\tA\n"));
  CHECK_FALSE(fasta("\n\n"));
  CHECK_FALSE(fasta(""));
}

TEST_CASE("tables may be separated by commas and have an index without a name", "[io]") {
  const TemporaryFolder folder;
  const auto read = [&](std::string_view text) {
    return read_table(folder.file("f", text), {.separators = tab_or_comma});
  };
  const Table commas = read("\n,entry,notes\r\n0,P,\"a,b \"\"c\"\"\"\r\n1,Q,\n");
  CHECK(commas.columns() == std::vector<std::string>{"", "entry", "notes"});
  CHECK(commas.cell(0, "notes") == "a,b \"c\"");
  CHECK(commas.line(1) == 4);
  CHECK(read("entry , tmd\tstart,stop\n").columns() == std::vector<std::string>{"entry , tmd", "start,stop"});
  CHECK(read("entry, tmd start ,stop \nP,1,2\n").columns() == std::vector<std::string>{"entry", "tmd start", "stop"});
  CHECK(has(refusal([&] { read("a, a\n"); }).second, "both called 'a'"));
  CHECK(has(refusal([&] { read("a, \n"); }).second, "column 2 of 2 has no name"));
  const Table tabs = read("a,b\tc\n1,5\t2\n");
  CHECK(tabs.columns() == std::vector<std::string>{"a,b", "c"});
  CHECK(tabs.cell(0, 0) == "1,5");
  const auto message = refusal([&] { read("a,b\n1,2\n1,2,3\n"); });
  CHECK(message.first == 3);
  CHECK(has(message.second, "missing separators"));
  CHECK(has(refusal([&] { read("a,,b\n"); }).second, "column 2 of 3 has no name"));
  CHECK(has(refusal([&] { read_table(folder.file("f", "\n\n")); }).second, "no header"));
  CHECK(read_table(folder.file("f", "a,b\n1,2\n")).columns() == std::vector<std::string>{"a,b"});
}

TEST_CASE("user scales are read with their categories in any order", "[io]") {
  const TemporaryFolder folder;
  const auto categories = folder.file("c", "scale_id\tcategory\tsubcategory\tscale_name\tscale_description\n"
                                           "Z\tc\ts\tn\tunused\nY\tc2\ts2\tn2\td2\nX\tc1\ts1\tn1\td1\n");
  const auto table = read_scales(folder.file("s", "AA\tX\tY\nA\t0\t1.5\nC\t0.25\t-1\n"), categories);
  const auto unnamed = read_scales(folder.file("u", ",X,Y\nA,0,1.5\nC,0.25,-1\n"), categories);
  CHECK(unnamed.values(0)[1] == 0.25);
  CHECK(table.size() == 2);
  CHECK(table.alphabet().letters() == "AC");
  CHECK(table.info(1) == profiling::ScaleInfo{"Y", "c2", "s2", "n2", "d2"});
  CHECK(table.values(0)[1] == 0.25);
  CHECK(table.values(1)[0] == 1.5);
}

TEST_CASE("malformed scale tables are refused", "[io]") {
  const TemporaryFolder folder;
  const std::string good_categories = "scale_id\tcategory\tsubcategory\tscale_name\tscale_description\nX\tc\ts\tn\td\n";
  const auto read = [&](const std::string& scales, const std::string& categories) {
    return refusal([&] { read_scales(folder.file("s", scales), folder.file("c", categories)); });
  };
  CHECK(read("AA\tX\nA\t0\nC\t1\n", good_categories).first == -1);
  CHECK(has(read("AA\tX\tX\nA\t0\t1\n", good_categories).second, "both called 'X'"));
  CHECK(read("AA\tX\nA\t0\nA\t1\n", good_categories).first == 3);
  CHECK(read("AA\tX\nAla\t0\n", good_categories).first == 2);
  CHECK(read("AA\tX\n-\t0\n", good_categories).first == 2);
  CHECK(has(read("AA\tX\nA\t0\nC\t\n", good_categories).second, ":3: column 'X' is ''"));
  CHECK(has(read("AA\tX\nA\t0\nC\tnan\n", good_categories).second, "'nan'"));
  CHECK(has(read("AA\tX\nA\t0\nC\tlow\n", good_categories).second, "'low'"));
  CHECK(has(read("AA\tX\tY\nA\t0\t1\n", good_categories).second, "no row: Y"));
  CHECK(has(read("AA\nA\n", good_categories).second, "0 scales"));
  CHECK(has(read("AA\tX\n", good_categories).second, "0 letters"));
  for (const char* column : {"scale_id", "category", "subcategory", "scale_name", "scale_description"}) {
    auto categories = good_categories;
    categories.replace(categories.find(column), std::string(column).size(), "other");
    CHECK(has(read("AA\tX\nA\t0\n", categories).second, "no column '" + std::string(column) + "'"));
  }
  CHECK(read("AA\tX\nA\t0\n", good_categories + "X\tc\ts\tn\td\n").first == 3);
  CHECK(has(read("AA\tX-1\nA\t0\n", "scale_id\tcategory\tsubcategory\tscale_name\tscale_description\nX-1\tc\ts\tn\td\n")
                .second,
            "with '-'"));
}

TEST_CASE("a header of 100,000 columns costs what its bytes do", "[io]") {
  std::string header, row;
  for (int k = 0; k < 100'000; ++k) {
    header += text::joined(k == 0 ? "c" : "\tc", k);
    row += text::joined(k == 0 ? "" : "\t", k);
  }
  const std::string table = text::joined(header, "\n", row, "\n"), repeated = text::joined(header, "\tc99999\n");
  CHECK(read_table(Source::of_memory("wide.tsv", table)).cell(0, "c99999") == "99999");
  CHECK(has(message_of<IoError>([&] { TsvReader(Source::of_memory("wide.tsv", repeated)); }),
            "wide.tsv:1: columns 100000 and 100001 are both called 'c99999'"));
}
