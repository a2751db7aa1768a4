// Reports of runs and of the conformance kit as JSON: one schema, every member there, margins that are not known said
// so.
#include <limits>
#include <string>
#include <vector>

#include "isonomy/conformance/report.hpp"
#include "isonomy/conformance/report_json.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/io/reports/report_json.hpp"
#include "isonomy/io/text/json_reader.hpp"
#include "isonomy/io/text/source.hpp"
#include "support/catch.hpp"

using namespace isonomy;

namespace {

io::JsonValue report_back(const std::string& text) { return io::read_json(io::Source::of_memory("report.json", text)); }

/// The text of a member that may lie deeper: {"decisions", "0", "margin"}.
std::string member_at(const io::JsonValue& value, const std::vector<std::string>& path) {
  const io::JsonValue* here = &value;
  for (const std::string& key : path) {
    here = here->kind == io::JsonValue::Kind::array ? &here->elements.at(std::stoul(key)) : here->find(key);
    if (here == nullptr) return "missing";
  }
  using Kind = io::JsonValue::Kind;
  return here->kind == Kind::boolean ? (here->truth ? "true" : "false")
         : here->kind == Kind::null  ? "null"
                                     : here->text;
}

}  // namespace

TEST_CASE("the report of a run is written with every member of the schema", "[io]") {
  Report report;
  report.estimator = "mixture::fit";
  report.used = {
      "Gpu", "auto", {{"Other", "finds no device"}}, DeviceDescription{1, "Fast One", "9.0", "13.1", "13.0"}};
  report.operations = {{"gemm", "Cpu", {{"Gpu", "k above 1024"}, {"Other", "has no form of its own"}}},
                       {"syrk", "Cpu (generic)", {}}};
  report.precision = "double";
  report.math_mode = fixed_math;
  report.determinism = "same bits";
  report.bytes_moved = 8;
  report.bytes_peak = 1024;
  report.stages = {{"start", 0.5}};
  report.warnings = {"a \"warning\""};
  report.decisions = {{"components: BIC", "2", 1.5},
                      {"redundancy", "100", Decision::not_known},
                      {"start", "1 of 1", Decision::no_runner_up},
                      {"odd", "-", -std::numeric_limits<double>::infinity()}};
  const io::JsonValue json = report_back(io::report_text(report));
  CHECK(json.keys == std::vector<std::string>{"schema", "version", "kind", "estimator", "used", "operations",
                                              "determinism", "math_mode", "precision", "bytes_moved", "bytes_peak",
                                              "stages", "warnings", "decisions"});
  CHECK(member_at(json, {"schema"}) == "isonomy-report");
  CHECK(member_at(json, {"version"}) == "1");
  CHECK(member_at(json, {"kind"}) == "run");
  CHECK(member_at(json, {"used", "backend"}) == "Gpu");
  CHECK(member_at(json, {"used", "asked"}) == "auto");
  CHECK(member_at(json, {"used", "declined", "0", "reason"}) == "finds no device");
  CHECK(member_at(json, {"used", "device", "number"}) == "1");
  CHECK(member_at(json, {"used", "device", "name"}) == "Fast One");
  CHECK(member_at(json, {"used", "device", "compute_capability"}) == "9.0");
  CHECK(member_at(json, {"used", "device", "driver"}) == "13.1");
  CHECK(member_at(json, {"used", "device", "least_driver"}) == "13.0");
  CHECK(member_at(json, {"operations", "0", "declined", "0", "backend"}) == "Gpu");
  CHECK(member_at(json, {"operations", "0", "declined", "1", "reason"}) == "has no form of its own");
  CHECK(member_at(json, {"operations", "1", "backend"}) == "Cpu (generic)");
  CHECK(member_at(json, {"math_mode"}) == fixed_math);
  CHECK(member_at(json, {"bytes_moved"}) == "8");
  CHECK(member_at(json, {"stages", "0", "seconds"}) == "0.5");
  CHECK(member_at(json, {"warnings", "0"}) == "a \"warning\"");
  CHECK(member_at(json, {"decisions", "0", "margin"}) == "1.5");
  CHECK(member_at(json, {"decisions", "1", "margin"}) == "null");
  CHECK(member_at(json, {"decisions", "2", "margin"}) == "missing");
  CHECK(member_at(json, {"decisions", "3", "margin"}) == "null");
  const io::JsonValue nothing = report_back(io::report_text(Report{}));
  CHECK(nothing.keys == json.keys);
  CHECK(member_at(nothing, {"used", "asked"}) == "null");
  CHECK(member_at(nothing, {"used", "device"}) == "null");
}

TEST_CASE("the report of the conformance kit is written with every row and 16 digits of each hash", "[io]") {
  using conformance::RowStatus;
  conformance::Report report{"acme::Gpu"};
  report.level = "full";
  report.seed = std::numeric_limits<std::uint64_t>::max();
  report.determinism = "run_to_run";
  report.operations.push_back({"gemm", 1, 1, 1, {"gemm, float 3x4: wrong"}});
  report.operations[0].smallest = "0";
  report.operations[0].largest = "1100000 x 1";
  report.operations[0].rows = {{"float 3x4", RowStatus::failed, 0xAB, 0xFEDCBA9876543210, 1.5},
                               {"double", RowStatus::passed},
                               {"int", RowStatus::declined, 0, 0, std::numeric_limits<double>::infinity()},
                               {"any", RowStatus::skipped}};
  const io::JsonValue json = report_back(conformance::report_text(report));
  CHECK(json.keys == std::vector<std::string>{"schema", "version", "kind", "backend", "level", "seed", "determinism",
                                              "conforms", "contexts", "operations"});
  CHECK(member_at(json, {"kind"}) == "conformance");
  CHECK(member_at(json, {"seed"}) == "18446744073709551615");
  CHECK(member_at(json, {"conforms"}) == "false");
  CHECK(json.find("operations")->elements.at(0).keys == std::vector<std::string>{"operation", "passed", "failed",
                                                                                 "declined", "smallest", "largest",
                                                                                 "rows", "failures"});
  CHECK(member_at(json, {"operations", "0", "largest"}) == "1100000 x 1");
  CHECK(member_at(json, {"operations", "0", "failures", "0"}) == "gemm, float 3x4: wrong");
  const io::JsonValue& rows = *json.find("operations")->elements[0].find("rows");
  REQUIRE(rows.elements.size() == 4);
  CHECK(rows.elements[0].keys == std::vector<std::string>{"row", "verdict", "decisions", "bits", "ratio"});
  CHECK(member_at(rows, {"0", "decisions"}) == "00000000000000ab");
  CHECK(member_at(rows, {"0", "bits"}) == "fedcba9876543210");
  CHECK(member_at(rows, {"0", "ratio"}) == "1.5");
  CHECK(member_at(rows, {"2", "ratio"}) == "null");
  CHECK(member_at(rows, {"0", "verdict"}) == "failed");
  CHECK(member_at(rows, {"1", "verdict"}) == "passed");
  CHECK(member_at(rows, {"2", "verdict"}) == "declined");
  CHECK(member_at(rows, {"3", "verdict"}) == "skipped");
}
