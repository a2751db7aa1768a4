#include <string>
#include <vector>

#include "isonomy/estimators/profiling/features/parts.hpp"
#include "isonomy/estimators/profiling/scales/alphabet.hpp"
#include "support/catch.hpp"
#include "support/io_files.hpp"

using namespace isonomy;
using namespace isonomy::profiling;
using isonomy::test::has;
using isonomy::test::message_of;

TEST_CASE("the canonical alphabet codes letters in alphabetical order and the gap last", "[profiling]") {
  const auto alphabet = Alphabet::canonical();
  CHECK(alphabet.size() == 20);
  CHECK(alphabet.gap_code() == 20);
  CHECK(alphabet.code('A') == 0);
  CHECK(alphabet.code('Y') == 19);
  CHECK(alphabet.code('-') == 20);
  for (const char c : std::string("XBZJUOa*. 1")) CHECK(alphabet.code(c) == -1);
  CHECK(alphabet.code('\0') == -1);
  CHECK(alphabet.code(static_cast<char>(0xC3)) == -1);
  CHECK(alphabet.letters() == "ACDEFGHIKLMNPQRSTVWY");
  CHECK(alphabet == Alphabet("ACDEFGHIKLMNPQRSTVWY"));
  CHECK_FALSE(alphabet == Alphabet("ACGT"));
}

TEST_CASE("an alphabet takes one to thirty distinct printable letters", "[profiling]") {
  CHECK(Alphabet("A").size() == 1);
  CHECK(Alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcd").size() == 30);
  CHECK_THROWS_AS(Alphabet(""), ValueError);
  CHECK_THROWS_AS(Alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcde"), ValueError);
  CHECK(has(message_of<ValueError>([] { Alphabet("ACGA"); }), "'A' stands at places 0 and 3"));
  CHECK(has(message_of<ValueError>([] { Alphabet("AC-G"); }), "gap"));
  CHECK_THROWS_AS(Alphabet("A C"), ValueError);
  CHECK_THROWS_AS(Alphabet("A\tC"), ValueError);
  CHECK_THROWS_AS(Alphabet("\xC3\xA4"), ValueError);
  CHECK_THROWS_AS(Alphabet(std::string_view("A\0", 2)), ValueError);
}

TEST_CASE("the N-terminal half of a TMD is half its length rounded to even", "[profiling]") {
  const std::vector<std::pair<index_t, index_t>> expected{{0, 0}, {1, 0},  {2, 1},  {3, 2},   {5, 2},   {6, 3},  {7, 4},
                                                          {9, 4}, {11, 6}, {13, 6}, {21, 10}, {23, 12}, {25, 12}};
  for (const auto& [length, half] : expected) {
    INFO(length);
    CHECK(tmd_n_length(length) == half);
    CHECK(part_range(Part::tmd_n, 10, length, 10) == Range{10, half});
    CHECK(part_range(Part::tmd_c, 10, length, 10) == Range{10 + half, length - half});
  }
}

TEST_CASE("the thirteen parts are ranges of the window", "[profiling]") {
  const index_t a = 7, length = 21, b = 5, x = 4;
  const auto at = [&](Part part) { return part_range(part, a, length, b, x); };
  CHECK(at(Part::tmd) == Range{7, 21});
  CHECK(at(Part::tmd_n) == Range{7, 10});
  CHECK(at(Part::tmd_c) == Range{17, 11});
  CHECK(at(Part::jmd_n) == Range{0, 7});
  CHECK(at(Part::jmd_c) == Range{28, 5});
  CHECK(at(Part::ext_n) == Range{3, 4});
  CHECK(at(Part::ext_c) == Range{28, 4});
  CHECK(at(Part::tmd_jmd) == Range{0, 33});
  CHECK(at(Part::jmd_n_tmd_n) == Range{0, 17});
  CHECK(at(Part::tmd_c_jmd_c) == Range{17, 16});
  CHECK(at(Part::tmd_e) == Range{3, 29});
  CHECK(at(Part::ext_n_tmd_n) == Range{3, 14});
  CHECK(at(Part::tmd_c_ext_c) == Range{17, 15});
}

TEST_CASE("an extension is cut to its flank and empty by default", "[profiling]") {
  CHECK(part_range(Part::ext_n, 10, 20, 10) == Range{10, 0});
  CHECK(part_range(Part::tmd_e, 10, 20, 10) == Range{10, 20});
  CHECK(part_range(Part::ext_n, 10, 20, 10, 10) == Range{0, 10});
  CHECK(part_range(Part::ext_n, 3, 20, 10, 4) == Range{0, 3});
  CHECK(part_range(Part::ext_c, 3, 20, 2, 4) == Range{23, 2});
  CHECK(part_range(Part::tmd_jmd, 0, 0, 0) == Range{0, 0});
  CHECK_THROWS_AS(part_range(Part::tmd, -1, 20, 10), ValueError);
  CHECK_THROWS_AS(part_range(Part::tmd, 10, -1, 10), ValueError);
  CHECK_THROWS_AS(part_range(Part::tmd, 10, 20, -1), ValueError);
  CHECK_THROWS_AS(part_range(Part::tmd, 10, 20, 10, -1), ValueError);
  CHECK_THROWS_AS(part_range(static_cast<Part>(13), 10, 20, 10), ValueError);
}

TEST_CASE("part names read back in either case", "[profiling]") {
  for (const Part part : all_parts(4)) {
    CHECK(parse_part(part_name(part)) == part);
    CHECK(parse_part(part_label(part)) == part);
  }
  CHECK(part_name(Part::tmd_c_jmd_c) == "tmd_c_jmd_c");
  CHECK(part_label(Part::jmd_n_tmd_n) == "JMD_N_TMD_N");
  CHECK(parse_part("Tmd_N") == Part::tmd_n);
  CHECK(parse_part(" TMD ") == Part::tmd);
  for (const char* name : {"", "tm", "tmd_", "TMD-N", "jmd"}) CHECK_THROWS_AS(parse_part(name), ValueError);
  const auto message = message_of<ValueError>([] { parse_part("juxta"); });
  CHECK(has(message, "'juxta'"));
  for (const Part part : all_parts(1)) CHECK(has(message, part_name(part)));
}

TEST_CASE("the part lists hold three, eight and thirteen parts", "[profiling]") {
  CHECK(default_parts() == std::vector<Part>{Part::tmd, Part::jmd_n_tmd_n, Part::tmd_c_jmd_c});
  CHECK(all_parts(0).size() == 8);
  for (const Part part : all_parts(0)) CHECK_FALSE(has(part_name(part), "ext"));
  CHECK(all_parts(4).size() == 13);
  CHECK_THROWS_AS(all_parts(-1), ValueError);
}
