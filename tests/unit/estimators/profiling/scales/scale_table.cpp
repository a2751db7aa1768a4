#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "isonomy/estimators/profiling/scales/aaontology.hpp"
#include "isonomy/estimators/profiling/scales/scale_correlation.hpp"
#include "isonomy/estimators/profiling/scales/scale_table.hpp"
#include "isonomy/io/sequences/scale_table.hpp"
#include "isonomy/io/text/tsv.hpp"
#include "support/catch.hpp"
#include "support/io_files.hpp"
#include "support/sha256.hpp"

using namespace isonomy;
using namespace isonomy::profiling;
using isonomy::test::has;
using isonomy::test::message_of;

namespace {

ScaleInfo named(const std::string& id) { return {id, "Category", "Subcategory", "name of " + id, ""}; }

ScaleTable three_letters(std::vector<double> values) {
  std::vector<ScaleInfo> infos;
  for (std::size_t d = 0; d < values.size() / 3; ++d)
    infos.push_back(named(std::string("S").append(std::to_string(d))));
  return ScaleTable(Alphabet("ABC"), std::move(infos), std::move(values));
}

std::string data(const std::string& name) { return std::string(ISONOMY_EXAMPLE_DATA) + "/aaontology/" + name; }

}  // namespace

TEST_CASE("a scale table gives values, infos and places", "[profiling]") {
  const auto table = three_letters({0, 0.5, 1, 3, 2, 1});
  CHECK(table.size() == 2);
  CHECK(table.alphabet() == Alphabet("ABC"));
  CHECK(table.values(1)[0] == 3);
  CHECK(table.info(1).id == "S1");
  CHECK(table.find("S1") == index_t{1});
  CHECK_FALSE(table.find("S2"));
  CHECK_THROWS_AS(table.values(2), ValueError);
  CHECK_THROWS_AS(table.info(-1), ValueError);
}

TEST_CASE("a scale table refuses bad input and names the scales", "[profiling]") {
  const auto make = [](std::vector<ScaleInfo> infos, std::vector<double> values) {
    ScaleTable(Alphabet("AB"), std::move(infos), std::move(values));
  };
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(make({}, {}), ValueError);
  CHECK_THROWS_AS(make({named("X")}, {1}), ShapeError);
  CHECK_THROWS_AS(make({named("X")}, {1, 2, 3}), ShapeError);
  CHECK(has(message_of<ValueError>([&] {
              make({named("X"), named("Y"), named("X")}, {1, 2, 3, 4, 5, 6});
            }),
            "scale 2 has the id 'X' of scale 0"));
  CHECK(has(message_of<ValueError>([&] { make({named("X"), named("Y")}, {1, 2, nan, 4}); }), "Y"));
  CHECK_THROWS_AS(make({named("X")}, {1, infinity}), ValueError);
  CHECK(has(message_of<ValueError>([&] { make({named("A-1")}, {1, 2}); }), "'A-1' with '-'"));
  CHECK_THROWS_AS(make({named("")}, {1, 2}), ValueError);
  CHECK_THROWS_AS(make({named("A\tB")}, {1, 2}), ValueError);
  CHECK_NOTHROW(make({ScaleInfo{"X", "", "", "", ""}}, {1, 2}));
}

TEST_CASE("the denominator is the smallest power of ten that makes every value an integer", "[profiling]") {
  const auto table =
      three_letters({0,        1, 2, 0,         0.5, 1, 0.25,    0.5, 1, 0.123, 0.5, 1, 0.1234, 0, 1, 0.12345, 1, 0,
                     0.123456, 1, 0, 0.1234567, 1,   0, 1.0 / 3, 0,   1, -0.7,  0.3, 1, 4e9,    0, 1, -0.0,    1, 2});
  const std::vector<index_t> expected{1, 10, 100, 1000, 10000, 100000, 1000000, 0, 0, 10, 0, 1};
  REQUIRE(table.size() == static_cast<index_t>(expected.size()));
  for (index_t d = 0; d < table.size(); ++d) {
    INFO(d);
    CHECK(table.denominator(d) == expected[static_cast<std::size_t>(d)]);
  }
  CHECK(table.numerators(3, 1000) == std::vector<std::int32_t>{123, 500, 1000});
  CHECK(table.numerators(1, 1000) == std::vector<std::int32_t>{0, 500, 1000});
  CHECK(table.numerators(9, 10) == std::vector<std::int32_t>{-7, 3, 10});
  CHECK(has(message_of<ValueError>([&] { static_cast<void>(table.numerators(3, 100)); }), "scale S3, letter A"));
  CHECK_THROWS_AS(table.numerators(0, 0), ValueError);
  CHECK_THROWS_AS(table.numerators(0, -10), ValueError);
}

TEST_CASE("a value one unit in the last place beside a thousandth has no denominator", "[profiling]") {
  CHECK(three_letters({0.123, 0, 1}).denominator(0) == 1000);
  CHECK(three_letters({std::nextafter(0.123, 1.0), 0, 1}).denominator(0) == 0);
}

TEST_CASE("correlation is signed, exact for equal scales and NaN for constant ones", "[profiling]") {
  const auto table = three_letters({0, 0.5, 1, 1, 0.5, 0, 0, 1, 1, 5, 5, 5, 0, 0.5, 1});
  CHECK(table.correlation(0, 0) == 1.0);
  CHECK(table.correlation(0, 4) == 1.0);
  CHECK(std::fabs(table.correlation(0, 1) + 1) < 1e-15);
  CHECK(std::fabs(table.correlation(0, 2) - std::sqrt(3.0) / 2) < 1e-15);
  CHECK(table.correlation(2, 0) == table.correlation(0, 2));
  CHECK(std::isnan(table.correlation(0, 3)));
  CHECK(std::isnan(table.correlation(3, 3)));
  CHECK_THROWS_AS(table.correlation(0, 5), ValueError);
}

namespace {

/// Two scales over the amino acids, 1 for the letters named and 0 for all others.
ScaleTable classes(const std::string& first, const std::string& second, double one = 1) {
  const Alphabet amino_acids = Alphabet::canonical();
  std::vector<double> values;
  for (const std::string& letters : {first, second})
    for (const char letter : amino_acids.letters())
      values.push_back(letters.find(letter) != std::string::npos ? one : 0);
  return ScaleTable(amino_acids, {named("S0"), named("S1")}, std::move(values));
}

/// Pairs whose correlation is a decimal, and what pandas 3.1.1 makes of it.
struct DecimalCorrelation {
  std::string first, second;
  double limit, one_pass;
};
const std::vector<DecimalCorrelation>& decimal_correlations() {
  static const std::vector<DecimalCorrelation> pairs{
      {"CE", "CMPT", 0.25, 0x1.0000000000001p-2},
      {"VY", "IKVW", 0.25, 0x1.ffffffffffffep-3},
      {"GKMT", "ADEGKNPRTV", 0.25, 0.25},
      {"CDEFGHIKMR", "CEFGIMNRVW", 0.4, 0x1.9999999999998p-2},
      {"DGILMPRTVY", "CDGLNRSTVY", 0.4, 0.4},
      {"ACDEFHNPTV", "CDEFILNPST", 0.4, 0x1.999999999999dp-2},
      {"CLNPQRTVWY", "CPQT", 0.5, 0x1.ffffffffffffep-2},
      {"EHQY", "ACEFHQSTVY", 0.5, 0.5},
      {"DFGIKMNRSY", "FNSY", 0.5, 0x1.0000000000002p-1},
      {"CEFGIMPTVW", "CFGHMPQTVW", 0.6, 0.6},
      {"ADFGHLQVWY", "ADGHLNPVWY", 0.6, 0x1.3333333333332p-1},
  };
  return pairs;
}

}  // namespace

TEST_CASE("a correlation that is a decimal rounds as it does in pandas", "[profiling]") {
  for (const auto& [first, second, limit, one_pass] : decimal_correlations()) {
    INFO(first << ' ' << second);
    const auto table = classes(first, second);
    CHECK(table.correlation(0, 1) == one_pass);
    CHECK(correlates_above(table, 0, 1, limit, CorrelationRule::one_pass) == (one_pass > limit));
  }
}

TEST_CASE("correlations of the bundled scales have the bits of pandas", "[profiling]") {
  const auto table = aaontology();
  std::string bytes;
  for (index_t d = 0; d < table.size(); ++d)
    for (index_t e = 0; e <= d; ++e) {
      const auto bits = std::bit_cast<std::uint64_t>(table.correlation(d, e));
      for (int k = 0; k < 64; k += 8) bytes += static_cast<char>(bits >> k & 0xff);
    }
  CHECK(isonomy::test::sha256(bytes) == "eb4fec3819edd092cb8d7f2936721928b2e2e01cbe7cba01b6c6909321899de8");
}

TEST_CASE("an exact correlation equal to the limit is not above it", "[profiling]") {
  for (const auto& [first, second, limit, one_pass] : decimal_correlations())
    for (const double one : {1.0, 0.001, 1e6, 0.123456}) {
      INFO(first << ' ' << second << ' ' << one);
      const auto table = classes(first, second, one);
      const auto above = [&](double x) { return correlates_above(table, 0, 1, x, CorrelationRule::exact); };
      CHECK_FALSE(above(limit));
      CHECK_FALSE(above(std::nextafter(limit, 1.0)));
      CHECK(above(std::nextafter(limit, 0.0)));
      CHECK(above(limit - 1e-6));
      CHECK_FALSE(above(1.0));
      CHECK(above(0.0));
    }
}

TEST_CASE("exact correlation decides for any sign, size and number of digits", "[profiling]") {
  const auto above = [](std::vector<double> values, double limit) {
    return correlates_above(three_letters(std::move(values)), 0, 1, limit, CorrelationRule::exact);
  };
  CHECK_FALSE(above({0, 0.5, 1, 1, 0.5, 0}, 0));  // anti-correlated
  CHECK_FALSE(above({0, 0, 1, 5, 5, 5}, 0));      // constant
  CHECK_FALSE(above({1, 0, 1, 0, 2, 0}, 0));      // -1
  CHECK_FALSE(above({0, 1, 2, 1, 0, 1}, 0));      // none
  CHECK(above({-1e-40, 0, 1e-40, 3e300, 4e300, 5e300}, 0.999999));
  CHECK_FALSE(above({-1e-40, 0, 1e-40, 3e300, 4e300, 5e300}, 1));
  CHECK(above({0.1234567, 0.2, 0.7, 0.1234567, 0.2, 0.70000001}, 0.9999));
  CHECK(above({-2147483647, 0, 2147483647, -2147483647, 1, 2147483647}, 0.999999));
  CHECK_FALSE(above({-2147483647, 0, 2147483647, -2147483647, 1, 2147483647}, 1));
}

TEST_CASE("scales are selected in the given order", "[profiling]") {
  const auto table = three_letters({0, 0.5, 1, 1, 0.5, 0, 0, 1, 1});
  const auto chosen = table.select({"S2", "S0"});
  CHECK(chosen.size() == 2);
  CHECK(chosen.info(0).id == "S2");
  CHECK(chosen.values(1)[1] == 0.5);
  CHECK(chosen.find("S0") == index_t{1});
  CHECK(has(message_of<ValueError>([&] { static_cast<void>(table.select({"S0", "NO", "NE"})); }), "NO, NE"));
  CHECK_THROWS_AS(table.select({}), ValueError);
  CHECK_THROWS_AS(table.select({"S0", "S0"}), ValueError);
}

TEST_CASE("the bundled scales equal the published table cell by cell", "[profiling]") {
  const auto bundled = aaontology();
  const auto read = io::read_scales(data("scales.tsv"), data("scales_cat.tsv"));
  REQUIRE(bundled.size() == 586);
  REQUIRE(read.size() == 586);
  CHECK(bundled.alphabet() == read.alphabet());
  CHECK(bundled.alphabet() == Alphabet::canonical());
  for (index_t d = 0; d < bundled.size(); ++d) {
    CHECK(bundled.info(d) == read.info(d));
    for (std::size_t a = 0; a < 20; ++a) CHECK(bundled.values(d)[a] == read.values(d)[a]);
  }
}

TEST_CASE("the bundled subcategories equal the published table cell by cell", "[profiling]") {
  const auto bundled = aaontology_subcategories();
  const auto table = io::read_table(data("subcat.tsv"));
  REQUIRE(bundled.size() == 74);
  REQUIRE(table.size() == 74);
  const auto number = [](int value) { return value == 0 ? std::string() : std::to_string(value); };
  for (index_t row = 0; row < 74; ++row) {
    const auto& info = bundled[static_cast<std::size_t>(row)];
    CHECK(info.category == table.cell(row, "category"));
    CHECK(info.name == table.cell(row, "subcategory"));
    CHECK(number(info.cluster) == table.cell(row, "cluster"));
    CHECK(number(info.interpret_grade) == table.cell(row, "interpret_grade"));
    CHECK(number(info.top_explain) == table.cell(row, "top_explain"));
    CHECK(info.description == table.cell(row, "subcategory_description"));
    CHECK(info.references == table.cell(row, "key_references"));
  }
}

TEST_CASE("the bundled scales have the published properties", "[profiling]") {
  const auto table = aaontology();
  std::map<std::string, int> categories;
  std::set<std::pair<std::string, std::string>> subcategories;
  std::set<std::vector<double>> columns;
  for (index_t d = 0; d < table.size(); ++d) {
    const auto v = table.values(d);
    ++categories[table.info(d).category];
    subcategories.emplace(table.info(d).category, table.info(d).subcategory);
    columns.emplace(v.begin(), v.end());
    const auto numerators = table.numerators(d, 1000);
    CHECK(*std::min_element(numerators.begin(), numerators.end()) == 0);
    CHECK(*std::max_element(numerators.begin(), numerators.end()) == 1000);
    CHECK(table.denominator(d) >= 1);
    CHECK(table.denominator(d) <= 1000);
  }
  CHECK(categories == std::map<std::string, int>{{"Conformation", 224},
                                                 {"Polarity", 111},
                                                 {"ASA/Volume", 64},
                                                 {"Composition", 58},
                                                 {"Shape", 45},
                                                 {"Energy", 36},
                                                 {"Structure-Activity", 31},
                                                 {"Others", 17}});
  CHECK(subcategories.size() == 74);
  CHECK(columns.size() == 580);
  for (const auto& [x, y] : std::vector<std::pair<std::string, std::string>>{{"GUYH850101", "KOEH090105"},
                                                                             {"LEVM780101", "PRAM900102"},
                                                                             {"LEVM780102", "PRAM900103"},
                                                                             {"RICJ880101", "RICJ880102"},
                                                                             {"PUNT030101", "KOEH090107"},
                                                                             {"PUNT030102", "KOEH090108"}})
    CHECK(table.correlation(*table.find(x), *table.find(y)) == 1.0);
}

TEST_CASE("no two bundled scales correlate within 3e-6 of one half", "[profiling]") {
  const auto table = aaontology();
  double closest = 1;
  for (index_t d = 0; d < table.size(); ++d)
    for (index_t e = 0; e < d; ++e) closest = std::min(closest, std::fabs(table.correlation(d, e) - 0.5));
  CHECK(closest > 2e-6);
  CHECK(closest < 4e-6);
}

TEST_CASE("the bundled scales can be restricted to AAindex and to classified ones", "[profiling]") {
  CHECK(aaontology({.just_aaindex = true}).size() == 553);
  CHECK(aaontology({.unclassified_out = true}).size() == 532);
  CHECK(aaontology({.just_aaindex = true, .unclassified_out = true}).size() == 499);
}
