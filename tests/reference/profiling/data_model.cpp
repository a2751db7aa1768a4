// Parts, splits, positions and names against those of AAanalysis 1.1.0 (tests/reference/profiling).
#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "isonomy/estimators/profiling/features/enumerate_splits.hpp"
#include "isonomy/estimators/profiling/features/feature.hpp"
#include "isonomy/estimators/profiling/scales/aaontology.hpp"
#include "isonomy/io/sequences/sequence_table.hpp"
#include "isonomy/io/text/numbers.hpp"
#include "isonomy/io/text/tsv.hpp"
#include "support/catch.hpp"

using namespace isonomy;
using namespace isonomy::profiling;

namespace {

io::Table golden_table(const std::string& name) {
  return io::read_table(std::string(ISONOMY_TEST_DATA) + "/profiling/" + name);
}

index_t number(const io::Table& table, index_t row, std::string_view column) {
  return io::parse_integer(table, row, table.column(column));
}

DisplayCoordinates display_of(const io::Table& table, index_t row) {
  DisplayCoordinates display{number(table, row, "start"), number(table, row, "tmd_len"),
                             number(table, row, "jmd_n_len"), number(table, row, "jmd_c_len")};
  if (table.find("ext_len")) display.ext_len = number(table, row, "ext_len");
  return display;
}

/// The input columns of a layout in parts.tsv; the position layout also has parts where a row gives them.
std::vector<std::string> input_columns(const io::Table& table, index_t row) {
  const auto layout = table.cell(row, "layout");
  if (layout == "part") return {"jmd_n", "tmd", "jmd_c"};
  if (layout == "sequence_tmd") return {"sequence", "tmd"};
  if (layout == "sequence") return {"sequence"};
  if (layout == "anchor") return {"sequence", "pos"};
  REQUIRE(layout == "position");
  if (table.cell(row, "in_tmd").empty()) return {"sequence", "tmd_start", "tmd_stop"};
  return {"sequence", "tmd_start", "tmd_stop", "jmd_n", "tmd", "jmd_c"};
}

/// "Segment(n_split_min=1,n_split_max=15);Pattern(steps=[3,4],...)" as options.
SplitOptions options_of(std::string_view text) {
  const auto value = [](std::string_view arguments, const std::string& name) {
    const auto at = arguments.find(name + "=");
    REQUIRE(at != std::string_view::npos);
    return arguments.substr(at + name.size() + 1);
  };
  const auto integer = [&](std::string_view arguments, const std::string& name) {
    return std::stoi(std::string(value(arguments, name)));
  };
  const auto steps = [&](std::string_view arguments) {
    auto list = value(arguments, "steps").substr(1);
    list = list.substr(0, list.find(']'));
    std::vector<int> out;
    for (const auto field : isonomy::text::fields(list, ',')) out.push_back(std::stoi(std::string(field)));
    return out;
  };
  SplitOptions options{{}, {}, {}};
  for (const auto family : isonomy::text::fields(text, ';')) {
    const auto kind = family.substr(0, family.find('('));
    const auto arguments = family.substr(kind.size());
    if (kind == "Segment") {
      options.segment = SegmentOptions{integer(arguments, "n_split_min"), integer(arguments, "n_split_max")};
    } else if (kind == "Pattern") {
      options.pattern = PatternOptions{steps(arguments), integer(arguments, "n_min"), integer(arguments, "n_max"),
                                       integer(arguments, "len_max")};
    } else {
      REQUIRE(kind == "PeriodicPattern");
      options.periodic_pattern = PeriodicPatternOptions{steps(arguments)};
    }
  }
  return options;
}

}  // namespace

TEST_CASE("parts of all layouts equal the reference's", "[reference][profiling]") {
  const auto table = golden_table("parts.tsv");
  index_t compared = 0, mislocated = 0;
  for (index_t row = 0; row < table.size();) {
    const auto columns = input_columns(table, row);
    std::vector<std::string> names{"entry"}, cells{std::string(table.cell(row, "in_entry"))};
    for (const auto& column : columns) {
      names.push_back(column);
      cells.emplace_back(table.cell(row, "in_" + column));
    }
    io::Table input("parts.tsv", names);
    input.append(cells, table.line(row));
    io::WindowOptions options;
    options.flanks = {number(table, row, "jmd_n_len"), number(table, row, "jmd_c_len")};
    options.ext_len = number(table, row, "ext_len");
    if (!table.cell(row, "tmd_len").empty()) options.tmd_len = number(table, row, "tmd_len");
    options.replace_non_canonical_aa = table.cell(row, "replace_non_canonical") == "1";
    // One input row gives one output row, or as many as it has anchors.
    for (auto window : io::windows_from_table(input, options)) {
      INFO("line " << table.line(row));
      REQUIRE(row < table.size());
      const std::string jmd_n(table.cell(row, "in_jmd_n")), tmd(table.cell(row, "in_tmd"));
      const std::string joined = jmd_n + tmd + std::string(table.cell(row, "in_jmd_c"));
      const auto first = joined.find(tmd);
      if (table.cell(row, "layout") == "part" && first != jmd_n.size()) {
        // The reference takes the first occurrence of the TMD in the joined parts, we take the TMD that was given.
        CHECK(part_residues(window, Part::jmd_n).back() == jmd_n.back());
        window = window_from_positions(window.entry, joined, static_cast<index_t>(first) + 1,
                                       static_cast<index_t>(first + tmd.size()), options.flanks);
        ++mislocated;
      }
      CHECK(window.entry == table.cell(row, "entry"));
      for (const Part part : all_parts(1))
        CHECK(part_residues(window, part, options.ext_len) == table.cell(row, part_name(part)));
      ++row;
      ++compared;
    }
  }
  CHECK(compared == table.size());
  CHECK(compared > 100);
  CHECK(mislocated == 2);
}

TEST_CASE("enumerated splits equal the reference's", "[reference][profiling]") {
  const auto table = golden_table("splits.tsv");
  std::map<std::string, std::pair<std::string, std::vector<Split>>> sets;
  for (index_t row = 0; row < table.size(); ++row) {
    auto& [options, splits] = sets[std::string(table.cell(row, "name"))];
    if (!table.cell(row, "split_kws").empty()) options = table.cell(row, "split_kws");
    CHECK(label(parse_split(table.cell(row, "split"))) == table.cell(row, "split"));
    // The reference repeats the splits of equal steps; ours are distinct, or two features would share an id.
    const auto split = parse_split(table.cell(row, "split"));
    if (std::find(splits.begin(), splits.end(), split) == splits.end()) splits.push_back(split);
  }
  CHECK(sets.size() >= 8);
  for (const auto& [name, set] : sets) {
    INFO(name);
    const auto& [options, splits] = set;
    // Families come in the order of the caller's dictionary there, in a fixed order here.
    std::vector<Split> ordered;
    for (std::size_t kind = 0; kind < 3; ++kind)
      for (const auto& split : splits)
        if (split.index() == kind) ordered.push_back(split);
    CHECK(enumerate(options_of(options)) == ordered);
  }
}

TEST_CASE("positions equal the reference's wherever it gives some", "[reference][profiling]") {
  const auto table = golden_table("positions.tsv");
  index_t refused = 0;
  for (index_t row = 0; row < table.size(); ++row) {
    const auto display = display_of(table, row);
    const Part part = parse_part(table.cell(row, "part"));
    const Split split = parse_split(table.cell(row, "split"));
    const auto expected = table.cell(row, "positions");
    INFO("line " << table.line(row));
    if (expected == "IndexError" || expected.empty()) {
      CHECK_THROWS_AS(positions(part, split, display), ValueError);
      ++refused;
    } else {
      CHECK(positions_string(positions(part, split, display)) == expected);
    }
  }
  CHECK(refused > 0);
  CHECK(refused < table.size() / 2);
}

TEST_CASE("positions, categories and names of published features equal the reference's", "[reference][profiling]") {
  const auto scales = aaontology();
  for (const char* name : {"dom_gsec_default_legacy.tsv", "dom_gsec_default_exact.tsv", "syn1000_default.tsv",
                           "syn10000_default.tsv", "n_filter1000.tsv"}) {
    const auto table = golden_table(name);
    for (index_t row = 0; row < table.size(); ++row) {
      const auto feature = parse_feature(table.cell(row, "feature"));
      CHECK(feature_id(feature) == table.cell(row, "feature"));
      CHECK(positions_string(positions(feature.part, feature.split)) == table.cell(row, "positions"));
      const auto scale = scales.find(feature.scale);
      REQUIRE(scale);
      CHECK(scales.info(*scale).category == table.cell(row, "category"));
      CHECK(scales.info(*scale).subcategory == table.cell(row, "subcategory"));
      CHECK(scales.info(*scale).name == table.cell(row, "scale_name"));
    }
  }
}

TEST_CASE("feature names equal the reference's and descriptions hold its facts", "[reference][profiling]") {
  const auto table = golden_table("feature_names.tsv");
  const auto scales = aaontology();
  for (index_t row = 0; row < table.size(); ++row) {
    const auto feature = parse_feature(table.cell(row, "feature"));
    const auto& info = scales.info(scales.find(feature.scale).value());
    const auto display = display_of(table, row);
    INFO("line " << table.line(row));
    CHECK(feature_name(feature, info, display) == table.cell(row, "name"));
    // Descriptions are our own sentences about the same scale, category and residues.
    const auto text = feature_description(feature, info, display);
    const std::string_view theirs = table.cell(row, "description");
    const auto open = theirs.find("(positions ") + 11;
    const auto residues = std::string(theirs.substr(open, theirs.find(')', open) - open));
    CHECK(text.find(residues + ":") != std::string::npos);
    CHECK(text.find(info.name + " (" + info.category + ": " + info.subcategory + ")") == 0);
  }
}
