#include <algorithm>
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
using isonomy::test::TemporaryFolder;

namespace {

std::string data(const std::string& name) { return std::string(ISONOMY_EXAMPLE_DATA) + "/proteins/" + name; }

}  // namespace

TEST_CASE("all layouts of one protein give the same window", "[io][profiling]") {
  const profiling::Window expected{"P", "GHIKLMNPQ", 2, 5, 2};
  for (const std::string& text :
       {"entry sequence tmd_start tmd_stop\nP " + protein + " 8 12", "entry sequence tmd\nP " + protein + " IKLMN",
        std::string("entry jmd_n tmd jmd_c\nP GH IKLMN PQ"),
        std::string("entry jmd_n tmd jmd_c\nP ACDEFGH IKLMN PQRSTVWY"), std::string("entry sequence\nP GHIKLMNPQ")}) {
    INFO(text);
    CHECK(windows_from_table(table_of(text), short_flanks) == std::vector<profiling::Window>{expected});
  }
  WindowOptions anchors = short_flanks;
  anchors.tmd_len = 5;
  const auto windows = windows_from_table(table_of("entry sequence pos\nP " + protein + " 10"), anchors);
  REQUIRE(windows.size() == 1);
  CHECK(windows[0].entry == "P_6-14");
  CHECK(windows[0].residues == expected.residues);
}

TEST_CASE("layouts have an order of precedence", "[io][profiling]") {
  const auto layout = [](std::vector<std::string> columns) {
    return WindowCutter("t", columns, {.tmd_len = 3}).layout();
  };
  CHECK(layout({"entry", "sequence", "tmd_start", "tmd_stop", "jmd_n", "tmd", "jmd_c"}) == SequenceLayout::positions);
  CHECK(layout({"entry", "sequence", "jmd_n", "tmd", "jmd_c", "pos"}) == SequenceLayout::parts);
  CHECK(layout({"entry", "sequence", "tmd", "pos"}) == SequenceLayout::sequence_tmd);
  CHECK(layout({"entry", "sequence", "pos"}) == SequenceLayout::anchors);
  CHECK(layout({"entry", "sequence", "label"}) == SequenceLayout::sequence);
}

TEST_CASE("columns that fit no layout are refused", "[io][profiling]") {
  CHECK(has(refusal("sequence\nACD"), "no column 'entry'"));
  CHECK(has(refusal("entry tmd\nP ACD"), "fit no layout"));
  CHECK(has(refusal("entry jmd_n tmd\nP A C"), "fit no layout"));
  CHECK(has(refusal("entry sequence start stop\nP ACD 1 2"), "expected 'tmd_start'"));
  CHECK(has(refusal("entry sequence stop\nP ACD 2"), "expected 'tmd_stop'"));
  CHECK_THROWS_AS(windows_from_table(table_of("entry sequence pos\nP ACD 2")), ValueError);
  CHECK_THROWS_AS(windows_from_table(table_of("entry sequence\nP ACD"), {.flanks = {-1, 2}}), ValueError);
  CHECK_THROWS_AS(windows_from_table(table_of("entry sequence\nP ACD"), {.flanks = {2, 2}, .ext_len = 3}), ValueError);
  CHECK_THROWS_AS(windows_from_table(table_of("entry sequence\nP ACD"), {.tmd_len = 0}), ValueError);
}

TEST_CASE("bad rows are refused with line and entry", "[io][profiling]") {
  const std::string head = "entry sequence tmd_start tmd_stop\nOK " + protein + " 8 12\nP7 " + protein;
  for (const char* positions : {"0 5", "6 5", "21 22", "5 21", "-1 5"}) {
    const auto message = refusal(head + " " + positions);
    INFO(message);
    CHECK(has(message, "t.tsv:3: "));
    CHECK(has(message, "'P7'"));
  }
  CHECK(has(refusal(head + " x 5"), "t.tsv:3: column 'tmd_start' is 'x'; expected a whole number"));
  CHECK(has(refusal(head + " 5 5.5"), "column 'tmd_stop' is '5.5'"));
  CHECK(has(refusal(head + " 5 ."), "column 'tmd_stop' is ''"));
  CHECK(has(refusal("entry sequence\n. ACD"), "t.tsv:2: the row has no entry"));
  CHECK(has(refusal("entry sequence\nP ."), "t.tsv:2: "));
  CHECK(has(refusal("entry sequence tmd\nP7 ACD EE"), "t.tsv:2: entry 'P7': tmd 'EE' is not contained"));
  CHECK(has(refusal("entry sequence tmd\nP7 ACD ."), "is not contained"));
  CHECK(has(refusal("entry sequence jmd_n tmd jmd_c\nP7 ACDEF A E F"), "no error"));
  CHECK(has(refusal("entry sequence jmd_n tmd jmd_c\nP7 ACDEF A G F"), "tmd 'G' is not contained"));
  CHECK(has(refusal("entry jmd_n tmd jmd_c\nP7 A . C"), "'P7'"));
  CHECK(has(refusal("entry sequence label\nP ACD x"), "column 'label' is 'x'"));
  CHECK(has(refusal("entry sequence label\nP ACD 1.5"), "column 'label' is '1.5'"));
  CHECK(has(refusal("entry sequence label\nP ACD 4294967296"), "32 bits"));
}

TEST_CASE("entries must be distinct", "[io][profiling]") {
  CHECK(has(refusal("entry sequence\nP ACD\nQ ACD\nP ACE"), "t.tsv:4: entry 'P' already stands in line 2"));
  CHECK(has(refusal("entry sequence pos\nP " + protein + " 7,10,7", {.flanks = {2, 2}, .tmd_len = 3}),
            "t.tsv:2: entry 'P': column 'pos' names 7 twice"));
}

TEST_CASE("parts given with positions must match the sequence", "[io][profiling]") {
  const std::string head = "entry sequence tmd_start tmd_stop jmd_n tmd jmd_c\nP7 " + protein;
  CHECK(refusal(head + " 8 12 GH IKLMN PQ") == "no error");
  CHECK(has(refusal(head + " 8 12 HG IKLMN PQ"), "jmd_n + tmd + jmd_c is not contained"));
  CHECK(has(refusal(head + " 7 12 GH IKLMN PQ"), "does not stand at the residues 7 to 12"));
  CHECK(has(refusal(head + " 8 12 GH LLL PQ"), "tmd 'LLL' is not contained"));
}

TEST_CASE("labels and rows go with the windows", "[io][profiling]") {
  const auto out = sequences_from_table(
      table_of("entry sequence pos label\nP " + protein + " 5,10 1\nQ " + protein + " . 0\nR " + protein + " [7] 2"),
      {.flanks = {1, 1}, .tmd_len = 3});
  CHECK(out.windows.size() == 3);
  CHECK(out.labels == std::vector<int>{1, 1, 2});
  CHECK(out.rows == std::vector<index_t>{0, 0, 2});
  CHECK(sequences_from_table(table_of("entry sequence\nP " + protein)).labels.empty());
}

TEST_CASE("anchors without room are listed over all rows, up to ten", "[io][profiling]") {
  std::string text = "entry sequence pos\nP " + protein + " 1,10";
  for (int k = 0; k < 12; ++k) text += "\nQ" + std::to_string(k) + " " + protein + " 20";
  const auto message = refusal(text, {.flanks = {1, 1}, .tmd_len = 3});
  CHECK(has(message, "13 anchors (P:1, Q0:20"));
  CHECK(has(message, "Q8:20, ...)"));
  CHECK(has(message, "jmd_n_len=1, tmd_len=3, jmd_c_len=1"));
  CHECK(has(refusal("entry sequence pos\nP " + protein + " .", {.tmd_len = 3}), "no window is left"));
}

TEST_CASE("entries with gaps can be removed and foreign letters replaced", "[io][profiling]") {
  const auto table = table_of("entry sequence tmd_start tmd_stop label\nP " + protein + " 2 5 1\nQ " + protein +
                              " 8 12 0\nR ACXEFGHIKL 4 6 1");
  WindowOptions options = short_flanks;
  options.remove_entries_with_gaps = true;
  auto out = sequences_from_table(table, options);
  CHECK(out.removed == 1);
  CHECK(out.rows == std::vector<index_t>{1, 2});
  CHECK(out.labels == std::vector<int>{0, 1});
  REQUIRE(out.warnings.size() == 1);
  CHECK(has(out.warnings[0], "1 entries were removed"));
  CHECK(out.windows[1].residues == "CXEFGHI");
  options.replace_non_canonical_aa = true;
  out = sequences_from_table(table, options);
  CHECK(out.removed == 1);
  CHECK(out.replaced == 1);
  CHECK(out.windows[1].residues == "C-EFGHI");
  options.parts = {profiling::Part::tmd};
  CHECK(sequences_from_table(table, options).removed == 0);
  options.parts = profiling::default_parts();
  options.flanks = {30, 30};
  const auto message = message_of<IoError>([&] { sequences_from_table(table, options); });
  CHECK(has(message, "no window is left of 3 rows (3 removed"));
  CHECK(has(message, "jmd_n_len=30, jmd_c_len=30"));
}

TEST_CASE("label lists are cut into windows around each residue", "[io][profiling]") {
  const auto out = sequences_from_table(table_of("entry sequence label\nP ACDEFG 0,1,0,1,1,0\nQ ACD 1,1,1"),
                                        {.flanks = {1, 1}, .tmd_len = 3});
  REQUIRE(out.windows.size() == 2);
  CHECK(out.windows[0] == profiling::Window{"P_pos2", "ACDEF", 1, 3, 1});
  CHECK(out.windows[1].entry == "P_pos3");
  CHECK(out.labels == std::vector<int>{0, 1});
  REQUIRE(out.warnings.size() == 1);
  CHECK(has(out.warnings[0], "1 of 2 sequences are shorter"));
  CHECK(has(refusal("entry sequence label\nP ACDEFG 0,1,0,1,1"), "5 labels for 6 residues"));
  CHECK(has(refusal("entry sequence label\nP ACDEFG 0,1,0,1,1,x"), "column 'label' is 'x'"));
  CHECK(has(refusal("entry sequence label\nP ACDEFG 0,1,0,1,1,0"), "no window is left"));
  const auto brackets = sequences_from_table(
      [] {
        Table table("t.tsv", {"entry", "sequence", "label"});
        table.append(std::vector<std::string>{"P", "ACDEFG", "[0, 1, 0, 1.0, 1, 0]"}, 2);
        return table;
      }(),
      {.flanks = {1, 1}, .tmd_len = 3});
  CHECK(brackets.windows == std::vector(out.windows.begin(), out.windows.end()));
  CHECK(brackets.labels == out.labels);
}

TEST_CASE("a protein whose label is ignored has none a residue, as the first or another", "[io][profiling]") {
  const WindowOptions options{.flanks = {1, 1}, .tmd_len = 3, .groups = GroupLabels{"1", "0", "NA"}};
  for (const std::string rows : {"P ACDEFG 0,1,0,1,1,0\nQ ACDEF NA", "Q ACDEF NA\nP ACDEFG 0,1,0,1,1,0"}) {
    INFO(rows);
    const auto out = sequences_from_table(table_of("entry sequence label\n" + rows), options);
    CHECK(out.labels == std::vector<int>{0, 1});
    CHECK(out.ignored == 1);
  }
}

TEST_CASE("lists of labels are read as Python writes them", "[io][profiling]") {
  for (const char* list : {"['E', 'H', 'E', 'E', 'H']", " [\"E\",\"H\",\"E\",\"E\",\"H\"] "}) {
    Table table("t.tsv", {"entry", "sequence", "label"});
    table.append(std::vector<std::string>{"P", "ACDEF", list}, 2);
    CHECK(sequences_from_table(table, {.flanks = {0, 0}, .tmd_len = 1, .groups = GroupLabels{"E", "H", {}}}).labels ==
          std::vector<int>{1, 0, 1, 1, 0});
  }
}

TEST_CASE("even windows lie around a bond and are positive if both its residues are", "[io][profiling]") {
  const auto out =
      sequences_from_table(table_of("entry sequence label\nP ACDEFG 0,1,1,1,0,1"), {.flanks = {0, 0}, .tmd_len = 4});
  REQUIRE(out.windows.size() == 3);
  CHECK(out.windows[0] == profiling::Window{"P_2|3", "ACDE", 0, 4, 0});
  CHECK(out.windows[2].entry == "P_4|5");
  CHECK(out.labels == std::vector<int>{1, 1, 0});
}

TEST_CASE("even windows go by the labels of the groups and check every residue's", "[io][profiling]") {
  const auto labels = [](const std::string& list, GroupLabels groups) {
    return sequences_from_table(table_of("entry sequence label\nP ACDEFG " + list),
                                {.flanks = {0, 0}, .tmd_len = 4, .groups = std::move(groups)})
        .labels;
  };
  CHECK(labels("0,1,1,1,0,1", {}) == std::vector<int>{1, 1, 0});
  CHECK(labels("-1,1,1,1,-1,1", {.reference = "-1"}) == std::vector<int>{1, 1, 0});
  CHECK(labels("1,0,0,0,1,0", {.test = "0", .reference = "1"}) == std::vector<int>{1, 1, 0});
  CHECK(labels("H,E,E,E,H,E", {.test = "E", .reference = "H"}) == std::vector<int>{1, 1, 0});
  CHECK(labels("0,1,1,1,-1,1", {.ignored = "-1"}) == std::vector<int>{1, 1});
  const std::string head = "entry sequence label\nP ACDEFG ";
  CHECK(has(refusal(head + "2,1,1,1,0,1", {.flanks = {0, 0}, .tmd_len = 4}),
            "t.tsv:2: column 'label' is '2' at residue 1; expected 1 (label_test) or 0 (label_ref)"));
  CHECK(has(refusal(head + "0,1,1,1,0,2", {.flanks = {0, 0}, .tmd_len = 3, .groups = GroupLabels{}}),
            "is '2' at residue 6"));
}

TEST_CASE("labels may be numbers, texts, true and false; rows of the ignored one are left out", "[io][profiling]") {
  const std::string rows = "entry sequence label\nP ACD substrate\nQ ACD other\nR ACD unknown\nS ACD other";
  WindowOptions options{.flanks = {1, 1}, .groups = GroupLabels{"substrate", "other", "unknown"}};
  const auto out = sequences_from_table(table_of(rows), options);
  CHECK(out.labels == std::vector<int>{1, 0, 0});
  CHECK(out.rows == std::vector<index_t>{0, 1, 3});
  CHECK(out.ignored == 1);
  REQUIRE(out.warnings.size() == 1);
  CHECK(has(out.warnings[0], "1 rows or windows were left out"));
  options.groups->ignored.reset();
  CHECK(has(refusal(rows, options),
            "t.tsv:4: column 'label' is 'unknown'; expected substrate (label_test) or other (label_ref)"));
  options.groups = GroupLabels{};
  const auto truth = sequences_from_table(
      table_of("entry sequence label\nP ACD True\nQ ACD FALSE\nR ACD 1.0\nS ACD 0\nT ACD +1"), options);
  CHECK(truth.labels == std::vector<int>{1, 0, 1, 0, 1});
  CHECK(
      has(refusal("entry sequence label\nP ACD yes", options),
          "is 'yes'; expected 1 (label_test) or 0 (label_ref); drop the row, name other labels, or set label_ignore"));
  CHECK(sequences_from_table(table_of("entry sequence label\nP ACD tRuE\nQ ACD fALSE"), options).labels ==
        std::vector<int>{1, 0});
  options.groups = GroupLabels{"1", "", {}};
  CHECK(has(refusal("entry sequence label\nP ACD 0", options), "expected 1 (label_test) or '' (label_ref)"));
  options.groups = GroupLabels{"True", "False", {}};
  CHECK(sequences_from_table(table_of("entry sequence label\nP ACD 1\nQ ACD False"), options).labels ==
        std::vector<int>{1, 0});
  // A number is no name for a group of another name.
  options.groups = GroupLabels{"substrate", "other", {}};
  CHECK(has(refusal("entry sequence label\nP ACD 1", options), "is '1'"));
  CHECK_THROWS_AS(GroupReader({"1", "1.0", {}}), ValueError);
  CHECK_THROWS_AS(GroupReader({"true", "0", "1"}), ValueError);
}

TEST_CASE("the bundled protein tables load with their published counts", "[io][profiling]") {
  const auto gsec = read_sequences(data("DOM_GSEC.tsv"));
  CHECK(gsec.windows.size() == 126);
  CHECK(std::count(gsec.labels.begin(), gsec.labels.end(), 1) == 63);
  CHECK(std::count_if(gsec.windows.begin(), gsec.windows.end(), [](const auto& w) { return w.tmd_len == 23; }) == 122);
  CHECK(gsec.windows == windows_from_table(read_table(data("DOM_GSEC.tsv"))));
  const auto amylo = read_sequences(data("SEQ_AMYLO.tsv"), {.flanks = {0, 0}});
  CHECK(amylo.windows.size() == 1414);
  CHECK(std::count(amylo.labels.begin(), amylo.labels.end(), 1) == 511);
  for (const auto& window : amylo.windows) CHECK(window.tmd_len == 6);
}

TEST_CASE("the residue table gives 176,285 windows of 41 residues", "[io][profiling]") {
  const auto out = read_sequences(data("AA_SA.tsv"));
  CHECK(out.windows.size() == 176'285);
  CHECK(std::count(out.labels.begin(), out.labels.end(), 1) == 95'109);
  CHECK(std::all_of(out.windows.begin(), out.windows.end(), [](const auto& w) { return w.residues.size() == 41; }));
  CHECK(out.windows[0].entry == "SA_1_pos20");
}

TEST_CASE("rows can be appended in pieces", "[io][profiling]") {
  WindowCutter cutter("t", {"entry", "sequence"}, short_flanks);
  SequenceWindows first, second;
  cutter.cut(std::vector<std::string>{"P", protein}, 2, first);
  cutter.cut(std::vector<std::string>{"Q", protein}, 3, second);
  CHECK(first.windows.size() == 1);
  CHECK(second.windows.size() == 1);
  CHECK(second.rows == std::vector<index_t>{1});
  CHECK_THROWS_AS(cutter.cut(std::vector<std::string>{"P", protein}, 4, second), IoError);
}

TEST_CASE("FASTA entries become a table of sequences", "[io][profiling]") {
  const TemporaryFolder folder;
  const auto path = folder.file("f", ">P x\nACDEF\n>Q\nACD\n");
  const auto windows = windows_from_table(sequence_table(read_fasta(path), path), {.flanks = {1, 1}});
  REQUIRE(windows.size() == 2);
  CHECK(windows[0].entry == "P");
  CHECK(windows[1] == profiling::Window{"Q", "ACD", 1, 1, 1});
}
