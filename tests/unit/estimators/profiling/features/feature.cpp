#include <string>
#include <vector>

#include "isonomy/estimators/profiling/features/enumerate_splits.hpp"
#include "isonomy/estimators/profiling/features/feature.hpp"
#include "support/catch.hpp"
#include "support/io_files.hpp"

using namespace isonomy;
using namespace isonomy::profiling;
using isonomy::test::has;
using isonomy::test::message_of;

namespace {

const ScaleInfo coil{"QIAN880106", "Conformation", "Coil", "Coil (N-terminal)", "Weights for coil"};

std::string shown(Part part, const Split& split, const DisplayCoordinates& display = {}) {
  return positions_string(positions(part, split, display));
}

}  // namespace

TEST_CASE("feature ids read back", "[profiling]") {
  CHECK(feature_id(Part::tmd_c_jmd_c, Segment{2, 3}, "QIAN880106") == "TMD_C_JMD_C-Segment(2,3)-QIAN880106");
  for (const Part part : all_parts(4))
    for (const auto& split :
         enumerate(SplitOptions{{SegmentOptions{2, 3}}, PatternOptions{}, PeriodicPatternOptions{}})) {
      const Feature feature{part, split, "X_1 (a)"};
      CHECK(parse_feature(feature_id(feature)) == feature);
    }
  CHECK(parse_feature("tmd-Segment( 1, 2 )-A") == Feature{Part::tmd, Segment{1, 2}, "A"});
}

TEST_CASE("malformed feature ids are refused with the id", "[profiling]") {
  for (const char* id : {"", "TMD", "TMD-Segment(1,2)", "TMD-Segment(1,2)-A-B", "TMD-Segment(1,2)-", "-Segment(1,2)-A",
                         "TMDX-Segment(1,2)-A", "TMD-Segment(3,2)-A", "TMD-Pattern(N,4,1)-A", "TMD-Pattern(X,1,4)-A",
                         "TMD-PeriodicPattern(N,i+3/4)-A", "TMD--A"}) {
    INFO(id);
    CHECK_THROWS_AS(parse_feature(id), ValueError);
  }
  CHECK(has(message_of<ValueError>([] { parse_feature("TMD-Segment(3,2)-A"); }), "'TMD-Segment(3,2)-A'"));
  CHECK(has(message_of<ValueError>([] { parse_feature("TMD-Segment(1,2)"); }), "2 fields"));
}

TEST_CASE("positions follow the display lengths", "[profiling]") {
  CHECK(shown(Part::tmd_c_jmd_c, Segment{2, 3}) == "27,28,29,30,31,32,33");
  CHECK(shown(Part::tmd, Segment{1, 2}) == "11,12,13,14,15,16,17,18,19,20");
  CHECK(shown(Part::tmd, Segment{2, 2}) == "21,22,23,24,25,26,27,28,29,30");
  CHECK(shown(Part::tmd, Pattern{Terminus::c, {1, 4, 8}}) == "23,27,30");
  CHECK(shown(Part::jmd_n, PeriodicPattern{Terminus::n, 3, 4, 2}) == "2,5,9");
  CHECK(shown(Part::jmd_n, Pattern{Terminus::n, {1}}, {.start = 0}) == "0");
  CHECK(shown(Part::jmd_n, Segment{1, 1}, {.start = -3, .jmd_n_len = 3}) == "-3,-2,-1");
  CHECK(shown(Part::tmd_c, Segment{1, 1}, {.tmd_len = 23}) == "23,24,25,26,27,28,29,30,31,32,33");
  CHECK(shown(Part::tmd_e, Segment{1, 1}, {.tmd_len = 1, .ext_len = 2}) == "9,10,11,12,13");
}

TEST_CASE("positions use the floating segment rule", "[profiling]") {
  CHECK(shown(Part::tmd, Segment{11, 11}, {.tmd_len = 30}) == "38,39");
  CHECK(shown(Part::tmd, Segment{11, 11}, {.tmd_len = 15}) == "24");
}

TEST_CASE("a split that does not fit its display length is an error that names both", "[profiling]") {
  const auto pattern = message_of<ValueError>([] {
    positions(Part::jmd_n, Pattern{Terminus::n, {1, 4, 11}}, DisplayCoordinates{});
  });
  CHECK(has(pattern, "Pattern(N,1,4,11)"));
  CHECK(has(pattern, "display length 10"));
  CHECK_THROWS_AS(positions(Part::tmd, PeriodicPattern{Terminus::n, 3, 4, 4}, {.tmd_len = 3}), ValueError);
  for (const index_t length : {1, 2, 3, 5, 8})
    CHECK_THROWS_AS(positions(Part::tmd, Segment{1, 12}, {.tmd_len = length}), ValueError);
  CHECK_THROWS_AS(positions(Part::jmd_n, Segment{1, 1}, {.jmd_n_len = 0}), ValueError);
  CHECK_THROWS_AS(positions(Part::ext_n, Segment{1, 1}, DisplayCoordinates{}), ValueError);
}

TEST_CASE("a segment of less than one residue is shown at no position, a pattern beyond its part is refused",
          "[profiling]") {
  CHECK(shown_positions(Part::tmd_n, Segment{1, 11}).empty());
  CHECK(shown_positions(Part::tmd_n, Segment{2, 11}) == std::vector<index_t>{11});
  CHECK(shown_positions(Part::jmd_n, Segment{1, 1}, {.jmd_n_len = 0}).empty());
  CHECK_THROWS_AS(shown_positions(Part::tmd_n, Pattern{Terminus::n, {4, 11}}), ValueError);
  CHECK_THROWS_AS(shown_positions(Part::tmd, PeriodicPattern{Terminus::n, 3, 4, 4}, {.tmd_len = 3}), ValueError);
}

TEST_CASE("display coordinates are checked", "[profiling]") {
  CHECK_NOTHROW(validate(DisplayCoordinates{}));
  CHECK_NOTHROW(validate(DisplayCoordinates{.start = -5, .tmd_len = 1, .jmd_n_len = 0, .jmd_c_len = 0}));
  CHECK_NOTHROW(validate(DisplayCoordinates{.ext_len = 10}));
  CHECK_THROWS_AS(validate(DisplayCoordinates{.tmd_len = 0}), ValueError);
  CHECK_THROWS_AS(validate(DisplayCoordinates{.jmd_n_len = -1}), ValueError);
  CHECK_THROWS_AS(validate(DisplayCoordinates{.jmd_c_len = -1}), ValueError);
  CHECK_THROWS_AS(validate(DisplayCoordinates{.ext_len = -1}), ValueError);
  CHECK_THROWS_AS(validate(DisplayCoordinates{.ext_len = 11}), ValueError);
  CHECK_THROWS_AS(validate(DisplayCoordinates{.jmd_c_len = 3, .ext_len = 4}), ValueError);
  CHECK_THROWS_AS(validate(DisplayCoordinates{.tmd_len = index_t{1} << 62}), ValueError);
  CHECK_THROWS_AS(validate(DisplayCoordinates{.start = index_t{1} << 62}), ValueError);
}

TEST_CASE("positions are joined by commas", "[profiling]") {
  CHECK(positions_string({}).empty());
  CHECK(positions_string({7}) == "7");
  CHECK(positions_string({-1, 0, 12}) == "-1,0,12");
}

TEST_CASE("feature names shorten segments and periodic patterns", "[profiling]") {
  const auto name = [](Part part, const Split& split) { return feature_name({part, split, "QIAN880106"}, coil); };
  CHECK(name(Part::tmd_c_jmd_c, Segment{2, 3}) == "Coil [27-33]");
  CHECK(name(Part::jmd_n, Segment{1, 5}) == "Coil [1,2]");
  CHECK(name(Part::jmd_n, Segment{1, 10}) == "Coil [1]");
  CHECK(name(Part::tmd, Pattern{Terminus::n, {1, 4, 8}}) == "Coil [11,14,18]");
  CHECK(name(Part::jmd_n, PeriodicPattern{Terminus::n, 3, 4, 2}) == "Coil [2..3/4..9]");
}

TEST_CASE("feature descriptions say scale, residues, split and part", "[profiling]") {
  const auto text = [](Part part, const Split& split) {
    return feature_description({part, split, "QIAN880106"}, coil);
  };
  CHECK(
      text(Part::tmd_c_jmd_c, Segment{2, 3}) ==
      "Coil (N-terminal) (Conformation: Coil), averaged over residues 27-33: segment 2 of 3 of the C-terminal half of "
      "the TMD and the JMD-C.");
  CHECK(has(text(Part::tmd, Segment{1, 1}), "all of the TMD."));
  CHECK(has(text(Part::jmd_n, Segment{1, 10}), "over residue 1: segment 1 of 10 of the JMD-N."));
  CHECK(
      has(text(Part::tmd, Pattern{Terminus::c, {1, 4}}), "27, 30: a pattern counted from the C-terminus of the TMD."));
  CHECK(
      has(text(Part::tmd, PeriodicPattern{Terminus::n, 3, 4, 1}), "steps of 3 and 4 from the N-terminus of the TMD."));
  for (const Part part : all_parts(0)) CHECK(has(text(part, Segment{1, 1}), "the "));
  CHECK(has(feature_description({Part::tmd, Segment{1, 1}, "X"}, {"X", "", "", "N", ""}), "N (no category)"));
}
