#include <string>
#include <vector>

#include "isonomy/estimators/profiling/sequences/window.hpp"
#include "support/catch.hpp"
#include "support/io_files.hpp"

using namespace isonomy;
using namespace isonomy::profiling;
using isonomy::test::has;
using isonomy::test::message_of;

namespace {

const std::string protein = "ACDEFGHIKLMNPQRSTVWY";

/// The three base parts of a window, joined by '|'.
std::string shown(const Window& w) {
  CHECK(w.residues.size() == static_cast<std::size_t>(w.jmd_n_len + w.tmd_len + w.jmd_c_len));
  return std::string(part_residues(w, Part::jmd_n)) + "|" + std::string(part_residues(w, Part::tmd)) + "|" +
         std::string(part_residues(w, Part::jmd_c));
}

}  // namespace

TEST_CASE("positions are 1-based and inclusive", "[profiling]") {
  const auto window = window_from_positions("P1", protein, 8, 12, {3, 2});
  CHECK(window == Window{"P1", "FGHIKLMNPQ", 3, 5, 2});
  CHECK(shown(window) == "FGH|IKLMN|PQ");
}

TEST_CASE("missing flanks are padded with gaps on their outer side", "[profiling]") {
  CHECK(shown(window_from_positions("P", protein, 3, 5, {4, 2})) == "--AC|DEF|GH");
  CHECK(shown(window_from_positions("P", protein, 17, 19, {2, 4})) == "RS|TVW|Y---");
  CHECK(shown(window_from_positions("P", protein, 1, 20, {3, 3})) == "---|ACDEFGHIKLMNPQRSTVWY|---");
  CHECK(shown(window_from_positions("P", "ACD", 2, 2, {2, 2})) == "-A|C|D-");
  CHECK(shown(window_from_positions("P", protein, 1, 1, {0, 0})) == "|A|");
  CHECK(shown(window_from_positions("P", protein, 5, 6, {4, 14})) == "ACDE|FG|HIKLMNPQRSTVWY");
}

TEST_CASE("positions outside the sequence are refused with the entry", "[profiling]") {
  for (const auto& [start, stop] :
       std::vector<std::pair<index_t, index_t>>{{0, 5}, {-3, 5}, {6, 5}, {21, 21}, {5, 21}}) {
    INFO(start << " " << stop);
    CHECK_THROWS_AS(window_from_positions("P1", protein, start, stop), ValueError);
  }
  const auto message = message_of<ValueError>([] { window_from_positions("P05067", protein, 5, 21); });
  CHECK(has(message, "entry 'P05067'"));
  CHECK(has(message, "tmd_stop=21 in a sequence of 20 residues"));
  CHECK_THROWS_AS(window_from_positions("", protein, 1, 2), ValueError);
  CHECK_THROWS_AS(window_from_positions("P", "", 1, 2), ValueError);
  CHECK_THROWS_AS(window_from_positions("P", protein, 1, 2, {-1, 0}), ValueError);
  CHECK_THROWS_AS(window_from_positions("P", protein, 1, 2, {index_t{1} << 60, 0}), ValueError);
}

TEST_CASE("given parts keep their split points where the TMD also occurs earlier", "[profiling]") {
  // Joined to AALLAALLCC, the first LL stands in the flank.
  CHECK(shown(window_from_parts("P", "AALLAA", "LL", "CC", {4, 2})) == "LLAA|LL|CC");
}

TEST_CASE("given flanks are cut at their far end or padded", "[profiling]") {
  CHECK(shown(window_from_parts("P", "ACDE", "FG", "HIKL", {2, 3})) == "DE|FG|HIK");
  CHECK(shown(window_from_parts("P", "AC", "FG", "H", {4, 3})) == "--AC|FG|H--");
  CHECK(shown(window_from_parts("P", "", "FG", "", {2, 1})) == "--|FG|-");
  CHECK(shown(window_from_parts("P", "AC", "FG", "HI", {0, 0})) == "|FG|");
  CHECK_THROWS_AS(window_from_parts("P", "AC", "", "HI"), ValueError);
}

TEST_CASE("a TMD is found at its first occurrence", "[profiling]") {
  CHECK(shown(window_from_tmd("P", "AALLCCLLDD", "LL", {2, 2})) == "AA|LL|CC");
  CHECK(has(message_of<ValueError>([] { window_from_tmd("P7", protein, "LLL"); }), "entry 'P7': tmd 'LLL'"));
  CHECK_THROWS_AS(window_from_tmd("P", protein, ""), ValueError);
  CHECK_THROWS_AS(window_from_tmd("P", "", "A"), ValueError);
}

TEST_CASE("a whole sequence keeps what lies between the flanks as TMD", "[profiling]") {
  CHECK(shown(window_from_sequence("P", protein, {3, 4})) == "ACD|EFGHIKLMNPQRS|TVWY");
  CHECK(shown(window_from_sequence("P", "ACDEFG", {0, 0})) == "|ACDEFG|");
  CHECK(shown(window_from_sequence("P", "ACDEFG", {2, 3})) == "AC|D|EFG");
}

TEST_CASE("a sequence shorter than its flanks is lengthened with gaps", "[profiling]") {
  // a = 3, b = 3, N = 6: one gap at the right end, TMD at residue 4.
  CHECK(shown(window_from_sequence("P", "ACDEFG", {3, 3})) == "ACD|E|FG-");
  // a = 6 >= N: first a gap for the TMD, then the right flank.
  CHECK(shown(window_from_sequence("P", "ACDEFG", {6, 2})) == "ACDEFG|-|--");
  CHECK(shown(window_from_sequence("P", "AC", {4, 0})) == "AC--|-|");
  // a = 0: the gaps stand at the left end.
  CHECK(shown(window_from_sequence("P", "ACD", {0, 5})) == "|-|--ACD");
  CHECK(shown(window_from_sequence("P", "ACD", {0, 3})) == "|-|ACD");
  CHECK_THROWS_AS(window_from_sequence("P", ""), ValueError);
}

TEST_CASE("an anchored TMD is centred, one residue longer to the right for even lengths", "[profiling]") {
  CHECK(anchored_tmd(10, 1) == std::pair<index_t, index_t>{10, 10});
  CHECK(anchored_tmd(10, 5) == std::pair<index_t, index_t>{8, 12});
  CHECK(anchored_tmd(10, 2) == std::pair<index_t, index_t>{10, 11});
  CHECK(anchored_tmd(10, 4) == std::pair<index_t, index_t>{9, 12});
  const auto odd = window_from_anchor("P", protein, 10, 3, {2, 1});
  CHECK(odd.entry == "P_7-12");
  CHECK(shown(odd) == "HI|KLM|N");
  const auto even = window_from_anchor("P", protein, 10, 4, {2, 1});
  CHECK(even.entry == "P_7-13");
  CHECK(shown(even) == "HI|KLMN|P");
}

TEST_CASE("an anchor without room is refused", "[profiling]") {
  CHECK(window_from_anchor("P", protein, 4, 3, {2, 2}).entry == "P_1-7");
  CHECK(window_from_anchor("P", protein, 17, 3, {2, 2}).entry == "P_14-20");
  for (const index_t pos : {index_t{-1}, index_t{0}, index_t{3}, index_t{18}, index_t{21}, index_t{1} << 62})
    CHECK_THROWS_AS(window_from_anchor("P", protein, pos, 3, {2, 2}), ValueError);
  CHECK_THROWS_AS(window_from_anchor("P", protein, 10, 0, {2, 2}), ValueError);
  CHECK_THROWS_AS(window_from_anchor("P", protein, 10, index_t{1} << 62, {2, 2}), ValueError);
}

TEST_CASE("anchors of many rows keep their order; offenders are listed up to ten", "[profiling]") {
  const auto windows =
      windows_from_anchors({{"P", protein, {10, 5}}, {"Q", protein, {}}, {"R", protein, {7}}}, 3, {1, 1});
  REQUIRE(windows.size() == 3);
  CHECK(windows[0].entry == "P_8-12");
  CHECK(windows[1].entry == "P_3-7");
  CHECK(windows[2].entry == "R_5-9");
  std::vector<index_t> outside;
  for (index_t pos = 101; pos <= 112; ++pos) outside.push_back(pos);
  const auto message = message_of<ValueError>([&] {
    windows_from_anchors({{"P", protein, {1, 10}}, {"Q", protein, outside}}, 3, {1, 1});
  });
  CHECK(has(message, "13 anchors"));
  CHECK(has(message, "P:1, Q:101"));
  CHECK(has(message, "Q:109, ..."));
  CHECK_FALSE(has(message, "Q:110"));
  CHECK_THROWS_AS(windows_from_anchors({{"P", protein, {}}}, 3), ValueError);
  CHECK_THROWS_AS(windows_from_anchors({{"P", protein, {10}}}, 0), ValueError);
}

TEST_CASE("an extension must fit both flanks", "[profiling]") {
  CHECK_NOTHROW(validate(Flanks{10, 4}, 4));
  CHECK_THROWS_AS(validate(Flanks{10, 4}, 5), ValueError);
  CHECK_THROWS_AS(validate(Flanks{10, 4}, -1), ValueError);
}

TEST_CASE("gaps are looked for in the given parts", "[profiling]") {
  const auto window = window_from_positions("P", protein, 3, 5, {4, 2});
  CHECK(has_gap(window));
  CHECK_FALSE(has_gap(window, {Part::tmd, Part::jmd_c}));
  CHECK_FALSE(has_gap(window, {Part::tmd_e}, 2));
  CHECK(has_gap(window, {Part::tmd_e}, 3));
}

TEST_CASE("letters outside the alphabet become gaps", "[profiling]") {
  auto window = window_from_positions("P", "AXCDbE*", 1, 7, {0, 0});
  CHECK(replace_unknown(window) == 3);
  CHECK(window.residues == "A-CD-E-");
  CHECK(replace_unknown(window) == 0);
}

TEST_CASE("features are checked against scales and windows", "[profiling]") {
  const ScaleTable scales(Alphabet("AC"), {{"S", "", "", "", ""}}, {0, 1});
  CHECK_NOTHROW(validate(Feature{Part::tmd, Segment{1, 1}, "S"}, scales));
  CHECK(has(message_of<ValueError>([&] {
              validate(Feature{Part::tmd, Segment{1, 1}, "T"}, scales);
            }),
            "TMD-Segment(1,1)-T names the scale 'T'"));
  const std::vector<Window> windows{window_from_sequence("P", protein, {2, 2}),
                                    window_from_sequence("Q", "ACDEF", {2, 2})};
  CHECK_NOTHROW(validate(Feature{Part::tmd_jmd, Pattern{Terminus::n, {1, 5}}, "S"}, windows));
  const auto message = message_of<ValueError>([&] { validate(Feature{Part::tmd, Segment{1, 2}, "S"}, windows); });
  CHECK(has(message, "TMD-Segment(1,2)-S needs 2 residues and entry 'Q' has 1 ('D')"));
}

TEST_CASE("windows keep the number of their first residue, which is none of their properties", "[profiling]") {
  CHECK(window_from_positions("P", protein, 8, 12, {3, 2}).first == 5);
  CHECK(window_from_positions("P", protein, 2, 3, {4, 2}).first == -2);
  CHECK(window_from_parts("P", "ACD", "EF", "G", {2, 2}).first == 2);
  CHECK(window_from_parts("P", "D", "EF", "G", {2, 2}).first == 0);
  CHECK(window_from_sequence("P", "ACD", {0, 5}).first == -2);
  CHECK(window_from_sequence("P", "ACD", {5, 5}).first == 1);
  CHECK(window_from_anchor("P", protein, 10, 5, {2, 2}).first == 6);
  CHECK(window_from_positions("P", "AACD", 2, 3, {0, 0}) == window_from_positions("P", "ACD", 1, 2, {0, 0}));
}
