// Letters of sequences: those of several bytes, those that nobody sees, blanks, stops and foreign ones.
#include <string>
#include <vector>

#include "isonomy/estimators/profiling/sequences/sequence_set.hpp"
#include "isonomy/io/sequences/sequence_table.hpp"
#include "support/catch.hpp"
#include "support/io_files.hpp"
#include "support/profiling/sequence_tables.hpp"

using namespace isonomy;
using namespace isonomy::io;
using isonomy::test::has;
using isonomy::test::message_of;
using isonomy::test::protein;
using isonomy::test::refusal;
using isonomy::test::short_flanks;
using isonomy::test::table_of;

TEST_CASE("a letter of several bytes is one residue, in every layout", "[io][profiling]") {
  // An en dash, an accented letter and a letter beyond the basic plane: 3, 2 and 4 bytes.
  const std::string odd = "AC\u2013EFGH\u00C9KLMN\U0001D400QRSTVWY";
  const profiling::Window expected{"P", "GH\u00C9KLMN\U0001D400Q", 2, 5, 2};
  for (const std::string& text :
       {"entry sequence tmd_start tmd_stop\nP " + odd + " 8 12", "entry sequence tmd\nP " + odd + " \u00C9KLMN",
        std::string("entry jmd_n tmd jmd_c\nP FGH \u00C9KLMN \U0001D400QR"),
        std::string("entry sequence\nP GH\u00C9KLMN\U0001D400Q"),
        "entry sequence tmd_start tmd_stop jmd_n tmd jmd_c\nP " + odd + " 8 12 GH \u00C9KLMN \U0001D400Q"}) {
    INFO(text);
    CHECK(windows_from_table(table_of(text), short_flanks) == std::vector<profiling::Window>{expected});
  }
  WindowOptions around = short_flanks;
  around.tmd_len = 5;
  const auto anchored = windows_from_table(table_of("entry sequence pos\nP " + odd + " 10"), around);
  REQUIRE(anchored.size() == 1);
  CHECK(anchored[0].residues == expected.residues);
  const auto each = windows_from_table(
      table_of("entry sequence label\nP " + odd + " 0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0"), around);
  REQUIRE(each.size() == 12);
  CHECK(each[5].residues == expected.residues);

  WindowOptions options = short_flanks;
  options.replace_non_canonical_aa = true;
  const auto replaced =
      sequences_from_table(table_of("entry sequence tmd_start tmd_stop\nP " + odd + " 8 12"), options);
  CHECK(replaced.windows[0].residues == "GH-KLMN-Q");
  CHECK(replaced.replaced == 2);
}

TEST_CASE("foreign letters are named with the number of their residue", "[io][profiling]") {
  const auto message = [](const std::string& sequence) {
    const auto windows =
        windows_from_table(table_of("entry sequence tmd_start tmd_stop\nP " + sequence + " 8 12"), short_flanks);
    return message_of<ValueError>([&] { profiling::SequenceSet().append(windows.at(0), 1); });
  };
  CHECK(has(message("ACDEFGHI\u2013LXXPQRSTVWY"), "holds '\u2013' (U+2013) at residue 9, 'X' at residue 11;"));
  // Seven residues of the window precede the protein.
  const auto early = profiling::window_from_positions("P", "AxC", 1, 2, {7, 1});
  CHECK(has(message_of<ValueError>([&] { profiling::SequenceSet({profiling::Part::tmd}).append(early, 1); }),
            "'x' at residue 2"));
}

TEST_CASE("letters that nobody sees are refused wherever they stand, since each would move what follows",
          "[io][profiling]") {
  WindowOptions options = short_flanks;
  const auto row = [](const std::string& sequence) {
    return "entry sequence tmd_start tmd_stop\nP " + sequence + " 8 12";
  };
  for (const bool replaced : {false, true}) {
    options.replace_non_canonical_aa = replaced;
    CHECK(has(refusal(row("ACDEFGHI\u00A0\u200BMNPQRSTVWY"), options),
              "t.tsv:2: entry 'P' holds U+00A0 (no-break space) at residue 9, U+200B (zero width space) at residue 10; "
              "expected"));
    CHECK(has(refusal(row("\uFEFFACDEFGHIKLMNPQRSTVWY"), options), "U+FEFF (zero width no-break space) at residue 1;"));
    CHECK(has(refusal(row("ACDEFGH\U000E0041KLMNPQRSTVWY"), options), "holds U+E0041 at residue 8;"));
    CHECK(has(refusal(row("ACE\u0301EFGHIKLMNPQRSTVWY"), options), "(U+0301) at residue 4;"));
    CHECK(has(refusal(row("ACDEFGHIKLMNPQRSTVW\x01"), options), "U+0001 at residue 20;"));
  }
  CHECK(has(refusal("entry jmd_n tmd jmd_c\nP AC DEF G\u200EH", short_flanks), "U+200E at residue 2;"));
  options.drop_non_canonical = true;
  const auto out = sequences_from_table(table_of(row(protein) + "\nQ \u200B" + protein + " 8 12"), options);
  CHECK(out.rows == std::vector<index_t>{0});
  CHECK(out.dropped == std::vector<std::string>{"Q (line 3: U+200B (zero width space) at residue 1)"});
}

TEST_CASE("what stands for a missing value is no sequence", "[io][profiling]") {
  for (const std::string word : {"NA", "NaN", "nan", "None", "NULL", "#N/A"}) {
    INFO(word);
    CHECK(has(refusal("entry sequence\nP " + word, {.flanks = {0, 0}, .upper_case = true}),
              "t.tsv:2: column 'sequence' is '" + word + "', which stands for a missing value"));
    CHECK(
        has(refusal("entry sequence tmd\nP ANANA " + word, {.flanks = {1, 1}, .upper_case = true}), "column 'tmd' is"));
  }
  Table table("t.tsv", {"entry", "jmd_n", "tmd", "jmd_c"});
  table.append(std::vector<std::string>{"P", "NA", "N A", "NA"}, 2);
  CHECK(windows_from_table(table, short_flanks) == std::vector<profiling::Window>{{"P", "NANANA", 2, 2, 2}});
}

TEST_CASE("blanks, line ends and a final stop are no residues, in tables as in FASTA", "[io][profiling]") {
  Table table("t.tsv", {"entry", "sequence", "tmd_start", "tmd_stop"});
  table.append(std::vector<std::string>{"P", " ACDEF GHIKL\r\nMNPQR\tSTVWY* ", "8", "12"}, 2);
  CHECK(windows_from_table(table, short_flanks) == std::vector<profiling::Window>{{"P", "GHIKLMNPQ", 2, 5, 2}});
  Table parts("t.tsv", {"entry", "jmd_n", "tmd", "jmd_c"});
  parts.append(std::vector<std::string>{"P", "G H", "IK\nLMN", "PQ*"}, 2);
  CHECK(windows_from_table(parts, {.flanks = {2, 3}}) == std::vector<profiling::Window>{{"P", "GHIKLMNPQ-", 2, 5, 3}});
  const auto stop = [](const std::string& sequence) {
    return windows_from_table(table_of("entry sequence\nP " + sequence), {.flanks = {1, 1}})[0].residues;
  };
  CHECK(stop("ACDE*") == "ACDE");
  CHECK(stop("AC*E**") == "AC*E*");
  CHECK(has(refusal("entry sequence\nP *"), "sequence is empty"));
}

TEST_CASE("lower case can be read as upper case", "[io][profiling]") {
  WindowOptions options{.flanks = {1, 1}, .upper_case = true};
  CHECK(windows_from_table(table_of("entry sequence\nP acD\u00E9f"), options)[0].residues == "ACD\u00E9F");
  options.upper_case = false;
  CHECK(windows_from_table(table_of("entry sequence\nP acDf"), options)[0].residues == "acDf");
}

TEST_CASE("entries with foreign letters can be dropped and are listed", "[io][profiling]") {
  WindowOptions options = short_flanks;
  options.drop_non_canonical = true;
  const auto out = sequences_from_table(table_of("entry sequence tmd_start tmd_stop\nP " + protein +
                                                 " 2 5\nQ ACDEFXHIKL 5 7\nR ACDEFGHIKX 4 6\nS "
                                                 "ACDE\u2013GHIKL 4 6"),
                                        options);
  CHECK(out.rows == std::vector<index_t>{0, 2});  // a gap is no letter, and R has its X beyond the window
  CHECK(out.dropped ==
        std::vector<std::string>{"Q (line 3: 'X' at residue 6)", "S (line 5: '\u2013' (U+2013) at residue 5)"});
  REQUIRE(out.warnings.size() == 1);
  CHECK(has(out.warnings[0], "2 entries were dropped because of letters that are no amino acid: Q (line 3"));
  CHECK(has(refusal("entry sequence\nP ACX", options), "1 because of foreign letters"));
}
