// Feature matrices and tables of chosen features: errors, invariances, and agreement with each other.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "isonomy/compiled/profiling.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/tables/feature_matrix.hpp"
#include "isonomy/estimators/profiling/tables/feature_table.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/profiling/data.hpp"

using namespace isonomy;
using namespace isonomy::profiling;
using Catch::Matchers::Contains;
using isonomy::test::synthetic;

namespace {

std::vector<Feature> features_of(const std::vector<std::string>& ids) { return parse_features(ids); }

const std::vector<std::string> some{"TMD-Segment(1,1)-ANDN920101", "TMD_C_JMD_C-Pattern(C,3,6,10)-KLEP840101",
                                    "JMD_N_TMD_N-PeriodicPattern(N,i+3/4,2)-KYTJ820101", "TMD-Segment(7,15)-BIGC670101",
                                    "TMD-Segment(1,1)-ANDN920101"};

const ScaleTable& scales() {
  static const ScaleTable table = aaontology();
  return table;
}

std::string refusal(const SequenceSet& set, const std::string& id) {
  Context<Cpu> ctx;
  return ::test::message<ValueError>([&] {
    static_cast<void>(feature_matrix(ctx, set, scales(), features_of({some[0], id})));
  });
}

}  // namespace

TEST_CASE("a feature matrix refuses features that do not fit, naming feature and row", "[profiling]") {
  const auto set = isonomy::test::set_of(synthetic(6));
  CHECK_THAT(refusal(set, "JMD_N-Segment(1,2)-ANDN920101"),
             Contains("JMD_N-Segment(1,2)-ANDN920101") && Contains("jmd_n") && Contains("tmd, jmd_n_tmd_n"));
  CHECK_THAT(refusal(set, "TMD-Segment(1,2)-NONE"), Contains("TMD-Segment(1,2)-NONE") && Contains("'NONE'"));
  CHECK_THAT(refusal(set, "TMD-Segment(1,90)-ANDN920101"),
             Contains("TMD-Segment(1,90)-ANDN920101 needs 90 residues of tmd and row 1 has"));
  CHECK_THAT(refusal(set, "TMD-Pattern(N,1,40)-ANDN920101"), Contains("needs 40 residues"));
  CHECK_THAT(refusal(set, "TMD-PeriodicPattern(C,i+3/4,35)-ANDN920101"), Contains("needs 35 residues"));
  Context<Cpu> ctx;
  CHECK_THROWS_AS(feature_matrix(ctx, set, scales(), {}), ValueError);
  const std::vector<Feature> invalid{{Part::tmd, Segment{3, 2}, "ANDN920101"}};
  CHECK_THROWS_AS(feature_matrix(ctx, set, scales(), invalid), ValueError);
  SequenceSet other({Part::tmd}, {}, Alphabet("ACD"));
  CHECK_THAT(
      ::test::message<ValueError>([&] { static_cast<void>(feature_matrix(ctx, other, scales(), features_of(some))); }),
      Contains("one alphabet"));
  for (const char* id : {"TMD-Segment(1,2)", "TMD-Segment(1,2)-A-B", "LOOP-Segment(1,2)-ANDN920101",
                         "TMD-Helix(1,2)-ANDN920101", "TMD-Pattern(N,4,1)-ANDN920101", "TMD-Pattern(X,1,4)-ANDN920101",
                         "TMD-Segment(0,2)-ANDN920101", "TMD-Pattern(N)-ANDN920101"})
    CHECK_THROWS_AS(features_of({id}), ValueError);
}

TEST_CASE("the shortest row decides which split is too long", "[profiling]") {
  SequenceSet set({Part::tmd});
  for (const std::string_view residues : {std::string_view("ACDEFGHIKL"), std::string_view("ACDE")})
    set.append_parts("X", std::span(&residues, 1), 1);
  CHECK_THAT(refusal(set, "TMD-Segment(2,5)-ANDN920101"), Contains("needs 5 residues of tmd and row 2 has 4"));
  Context<Cpu> ctx;
  CHECK(feature_matrix(ctx, set, scales(), features_of({"TMD-Segment(2,4)-ANDN920101"})).rows() == 2);
}

TEST_CASE("a split of gaps only has no value, and feature and row are named", "[profiling]") {
  SequenceSet set({Part::tmd}, {.ext_len = 0, .accept_gaps = true});
  for (const std::string_view residues :
       {std::string_view("ACDEFG"), std::string_view("ACDE--"), std::string_view("ACDE--")})
    set.append_parts("X", std::span(&residues, 1), 1);
  CHECK_THAT(refusal(set, "TMD-Segment(3,3)-ANDN920101"),
             Contains("TMD-Segment(3,3)-ANDN920101 has no value in row 2 of 3"));
  Context<Cpu> ctx;
  const auto x = feature_matrix(ctx, set, scales(), features_of({"TMD-Segment(2,2)-ANDN920101"}));
  // E alone in the rows with gaps
  const auto e = scales().values(scales().find("ANDN920101").value())[3];
  CHECK(x.view()(1, 0) == e);
  CHECK(x.view()(2, 0) == e);
}

TEST_CASE("feature values are the rounded means of the scale", "[profiling]") {
  const auto rows = synthetic(20);
  const auto set = isonomy::test::set_of(rows);
  Context<Cpu> ctx;
  const auto features = features_of(some);
  const auto x = feature_matrix<exact>(ctx, set, scales(), features);
  REQUIRE(x.rows() == 20);
  REQUIRE(x.columns() == 5);
  for (index_t i = 0; i < 20; ++i) {
    for (std::size_t j = 0; j < features.size(); ++j) {
      const auto text = part_residues(rows.windows[static_cast<std::size_t>(i)], features[j].part);
      const auto at = indices(features[j].split, static_cast<index_t>(text.size()), SegmentRule::integer);
      double sum = 0;
      for (const index_t k : at)
        sum += scales().values(scales().find(features[j].scale).value())[static_cast<std::size_t>(
            Alphabet::canonical().code(text[static_cast<std::size_t>(k)]))];
      CHECK(std::abs(x.view()(i, static_cast<index_t>(j)) - sum / static_cast<double>(at.size())) <= 0.5001e-5);
    }
    CHECK(x.view()(i, 0) == x.view()(i, 4));
  }
}

TEST_CASE("feature matrices and tables do not depend on threads, and matrices follow their rows", "[profiling]") {
  const auto rows = synthetic(60);
  std::vector<int> reversed;
  for (int i = 59; i >= 0; --i) reversed.push_back(i);
  const auto set = isonomy::test::set_of(rows), turned = isonomy::test::set_of(isonomy::test::pick(rows, reversed));
  const auto features = features_of(some);
  Context<Cpu> one({.threads = 1}), four({.threads = 4});
  const auto x = feature_matrix<aaanalysis_1_1>(one, set, scales(), features);
  const auto y = feature_matrix<aaanalysis_1_1>(four, set, scales(), features);
  const auto z = feature_matrix<aaanalysis_1_1>(one, turned, scales(), features);
  for (index_t i = 0; i < 60; ++i)
    for (index_t j = 0; j < 5; ++j) {
      CHECK(x.view()(i, j) == y.view()(i, j));
      CHECK(x.view()(i, j) == z.view()(59 - i, j));
    }
  for (const Test test : {Test::mann_whitney, Test::t_test, Test::mann_whitney_scipy}) {
    const auto a = describe_features<exact>(one, set, scales(), features, {.test = test});
    const auto b = describe_features<exact>(four, turned, scales(), features, {.test = test});
    for (std::size_t j = 0; j < features.size(); ++j) {
      CHECK(a.features[j].mean_dif == b.features[j].mean_dif);
      CHECK(a.features[j].std_test == b.features[j].std_test);
      CHECK(a.features[j].abs_auc == b.features[j].abs_auc);
      CHECK(a.features[j].p_value == b.features[j].p_value);
    }
  }
}

TEST_CASE("a feature table describes the columns of the matrix in the order given", "[profiling]") {
  const auto set = isonomy::test::set_of(synthetic(40));
  Context<Cpu> ctx;
  const auto features = features_of(some);
  const auto x = feature_matrix<exact>(ctx, set, scales(), features);
  const auto table = describe_features<exact>(ctx, set, scales(), features);
  REQUIRE(table.features.size() == 5);
  for (std::size_t j = 0; j < 5; ++j) {
    const FeatureRow& f = table.features[j];
    CHECK(f.feature == some[j]);
    double mean[2] = {0, 0};
    for (index_t i = 0; i < 40; ++i) mean[i < 20 ? 1 : 0] += x.view()(i, static_cast<index_t>(j)) / 20;
    CHECK(f.mean_dif == Approx(mean[1] - mean[0]).margin(1e-6));
    CHECK(f.abs_mean_dif == std::abs(f.mean_dif));
    CHECK(f.p_val_fdr_bh >= f.p_value);
  }
  CHECK(table.features[0].p_value == table.features[4].p_value);
}

TEST_CASE("the residues of a single row are listed for its group, gaps included", "[profiling]") {
  SequenceSet set({Part::tmd}, {.ext_len = 0, .accept_gaps = true});
  for (const auto& [residues, label] :
       {std::pair{std::string_view("ACDE-GHIKL"), 0}, {"LKIHGFEDCA", 1}, {"LKIHGFEDCC", 1}})
    set.append_parts("X", std::span(&residues, 1), label);
  Context<Cpu> ctx;
  const DisplayCoordinates display{.start = 1, .tmd_len = 10, .jmd_n_len = 0, .jmd_c_len = 0};
  const auto table = describe_features(ctx, set, scales(),
                                       features_of({"TMD-Segment(1,2)-ANDN920101", "TMD-Pattern(C,1,4)-ANDN920101",
                                                    "TMD-PeriodicPattern(N,i+3/4,2)-ANDN920101"}),
                                       {.display = display});
  CHECK(table.amino_acids_test.empty());
  CHECK(table.amino_acids_reference == std::vector<std::string>{"ACDE-", "H-L", "C---K"});
}

TEST_CASE("a feature table refuses bad labels and splits off the display", "[profiling]") {
  auto rows = synthetic(6);
  Context<Cpu> ctx;
  const auto features = features_of(some);
  CHECK_THROWS_AS(describe_features(ctx, isonomy::test::set_of(rows), scales(), features, {.label_test = 0}),
                  ValueError);
  CHECK_THROWS_AS(describe_features(ctx, isonomy::test::set_of(rows), scales(), features,
                                    {.display = {.tmd_len = 1, .jmd_c_len = 1}}),
                  ValueError);
  rows.labels[2] = 7;
  CHECK_THAT(::test::message<ValueError>(
                 [&] { static_cast<void>(describe_features(ctx, isonomy::test::set_of(rows), scales(), features)); }),
             Contains("row 3 has the label 7"));
}
