// What surrounds a profiling run against the golden tables of AAanalysis 1.1.0: feature matrices and tables, position
// tables, pruning, and SciPy's Mann-Whitney test.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isonomy/compiled/profiling.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/fit.hpp"
#include "isonomy/estimators/profiling/stability/pruning.hpp"
#include "isonomy/estimators/profiling/tables/feature_matrix.hpp"
#include "isonomy/estimators/profiling/tables/feature_table.hpp"
#include "isonomy/estimators/profiling/tables/position_table.hpp"
#include "isonomy/io/sequences/scale_table.hpp"
#include "support/catch.hpp"
#include "support/profiling/data.hpp"
#include "support/profiling/rows.hpp"

using namespace isonomy;
using namespace isonomy::profiling;
using namespace isonomy::test;

namespace {

/// The columns of a golden table from `first` on as features.
std::vector<Feature> features_of(const io::Table& table, std::size_t first) {
  std::vector<Feature> out;
  for (std::size_t j = first; j < table.columns().size(); ++j) out.push_back(parse_feature(table.columns()[j]));
  return out;
}

/// make_golden.py's tied_matrix, column by column.
std::vector<double> tied_columns(std::uint64_t seed, index_t n, index_t columns) {
  SplitMix64 random(seed);
  std::vector<double> out;
  for (index_t j = 0; j < columns; ++j) {
    const double low = static_cast<double>(random.below(1000)) / 1000.0;
    const double high = static_cast<double>(1000 + random.below(1000)) / 1000.0;
    std::vector<std::size_t> rows(static_cast<std::size_t>(n));
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    std::vector<double> column(rows.size(), low);
    for (std::size_t i = 0; i < rows.size() / 3; ++i) {
      std::swap(rows[i], rows[i + static_cast<std::size_t>(random.below(rows.size() - i))]);
      column[rows[i]] = high;
    }
    out.insert(out.end(), column.begin(), column.end());
  }
  return out;
}

std::vector<Feature> features_of(const std::vector<FeatureRow>& rows) {
  std::vector<Feature> out;
  for (const FeatureRow& row : rows) out.push_back(parse_feature(row.feature));
  return out;
}

/// Values that differ from the golden ones by more than `most`.
int differing_values(const io::Table& table, std::size_t first, const Matrix<double, Cpu>& x, double most = 0) {
  int differing = 0;
  for (index_t i = 0; i < table.size(); ++i)
    for (index_t j = 0; j < x.columns(); ++j)
      if (!(std::abs(x.view()(i, j) - number_of(table.cell(i, static_cast<index_t>(first) + j))) <= most)) ++differing;
  return differing;
}

std::vector<Part> value_parts() { return {Part::tmd, Part::jmd_n_tmd_n, Part::tmd_c_jmd_c, Part::tmd_jmd}; }

}  // namespace

TEST_CASE("feature values of DOM_GSEC equal the reference's to the last bit", "[reference][profiling]") {
  const auto table = golden("dom_gsec_feature_values.tsv");
  std::vector<int> rows{0, 1};
  for (int i = 60; i < 68; ++i) rows.push_back(i);
  const auto set = set_of(isonomy::test::pick(dom_gsec(), rows));
  Context<Cpu> ctx;
  const auto features = features_of(table, 1);
  CHECK(differing_values(table, 1, feature_matrix<aaanalysis_1_1>(ctx, set, aaontology(), features)) == 0);
  CHECK(differing_values(table, 1, feature_matrix<exact>(ctx, set, aaontology(), features)) == 0);
}

TEST_CASE("feature values of sequences with gaps equal the reference's to the last bit", "[reference][profiling]") {
  const auto table = golden("feature_values_gaps.tsv");
  LabelledWindows rows;
  for (index_t i = 0; i < table.size(); ++i) {
    rows.windows.push_back(window_from_parts(table.cell(i, "entry"), table.cell(i, "jmd_n"), table.cell(i, "tmd"),
                                             table.cell(i, "jmd_c")));
    rows.labels.push_back(0);
  }
  const auto set = set_of(rows, value_parts(), {.ext_len = 0, .accept_gaps = true});
  Context<Cpu> ctx;
  CHECK(differing_values(table, 4, feature_matrix<aaanalysis_1_1>(ctx, set, aaontology(), features_of(table, 4))) == 0);
}

TEST_CASE("decimal ties fall as in the reference, or to even", "[reference][profiling]") {
  const auto table = golden("feature_values_ties.tsv");
  LabelledWindows rows;
  for (index_t i = 0; i < table.size(); ++i) {
    rows.windows.push_back(window_from_parts(table.cell(i, "entry"), table.cell(i, "jmd_n"), table.cell(i, "tmd"),
                                             table.cell(i, "jmd_c")));
    rows.labels.push_back(0);
  }
  const auto set = set_of(rows, value_parts());
  Context<Cpu> ctx;
  const auto features = features_of(table, 4);
  CHECK(differing_values(table, 4, feature_matrix<aaanalysis_1_1>(ctx, set, aaontology(), features)) == 0);
  const auto exactly = feature_matrix<exact>(ctx, set, aaontology(), features);
  CHECK(differing_values(table, 4, exactly, 1.0001e-5) == 0);
  const int moved = differing_values(table, 4, exactly);
  CHECK(moved > 0);
  CHECK(moved < 100);
}

TEST_CASE("segments follow the rule that the reference uses in each place", "[reference][profiling]") {
  const auto table = golden("feature_values_boundary.tsv");
  Context<Cpu> ctx;
  const auto scales = aaontology();
  int two_rules = 0;
  for (index_t i = 0; i < table.size(); ++i) {
    SequenceSet set({Part::tmd});
    for (const int label : {1, 0}) {
      const std::string_view residues = table.cell(i, "tmd");
      set.append_parts("X", std::span(&residues, 1), label);
    }
    const std::vector<Feature> feature{parse_feature(table.cell(i, "feature"))};
    const double by_integers = number_of(table.cell(i, "integer_rule")),
                 by_floats = number_of(table.cell(i, "float_rule"));
    INFO("line " << table.line(i));
    CHECK(feature_matrix<aaanalysis_1_1>(ctx, set, scales, feature).view()(0, 0) == by_integers);
    CHECK(feature_matrix<exact>(ctx, set, scales, feature).view()(0, 0) == by_integers);
    const index_t length = io::parse_integer(table, i, table.column("length"));
    const auto described = describe_features<aaanalysis_1_1>(
        ctx, set, scales, feature, {.display = {.tmd_len = length, .jmd_n_len = 0, .jmd_c_len = 0}});
    CHECK(described.features.front().positions == table.cell(i, "positions"));
    // The residues averaged tell the rule: their mean is the reference's value.
    const std::string& residues = described.amino_acids_test.front();
    std::string_view view = residues;
    SequenceSet piece({Part::tmd});
    piece.append_parts("X", std::span(&view, 1), 1);
    CHECK(feature_matrix<aaanalysis_1_1>(ctx, piece, scales, {{parse_feature("TMD-Segment(1,1)-ANDN920101")}})
              .view()(0, 0) == by_floats);
    two_rules += by_integers != by_floats ? 1 : 0;
  }
  CHECK(two_rules > 10);
}

TEST_CASE("statistics of given features equal the reference's tables", "[reference][profiling]") {
  const auto scales = aaontology();
  Context<Cpu> ctx;
  SECTION("two groups") {
    const auto set = set_of(dom_gsec());
    for (const bool parametric : {false, true}) {
      const auto expected = golden_features(parametric ? "df_feat_parametric.tsv" : "df_feat.tsv",
                                            parametric ? "p_val_ttest_indep" : "p_val_mann_whitney");
      DescribeOptions options;
      if (parametric) options.test = Test::t_test;
      const auto table = describe_features<aaanalysis_1_1>(ctx, set, scales, features_of(expected), options);
      check_rows(table.features, expected);
      CHECK(table.p_value_column == (parametric ? "p_val_ttest_indep" : "p_val_mann_whitney"));
      CHECK(table.amino_acids_test.empty());
      CHECK(table.amino_acids_reference.empty());
    }
  }
  SECTION("one test sequence") {
    const auto golden_table = golden("df_feat_single.tsv");
    const auto expected = golden_features("df_feat_single.tsv");
    auto rows = isonomy::test::pick(dom_gsec(), std::vector<int>{3, 70, 71, 72, 73, 74, 75});
    rows.labels = {1, 0, 0, 0, 0, 0, 0};
    const auto table = describe_features<aaanalysis_1_1>(ctx, set_of(rows), scales, features_of(expected));
    check_rows(table.features, expected);
    REQUIRE(table.amino_acids_test.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
      CHECK(table.amino_acids_test[i] == golden_table.cell(static_cast<index_t>(i), "amino_acids_test"));
    CHECK(table.amino_acids_reference.empty());
  }
}

TEST_CASE("position tables equal the reference's", "[reference][profiling]") {
  const auto features = golden_features("dom_gsec_default_legacy.tsv");
  const auto table = golden("df_pos.tsv");
  const auto column = [](std::string_view name) {
    return name == "abs_mean_dif" ? FeatureColumn::abs_mean_dif
           : name == "mean_dif"   ? FeatureColumn::mean_dif
           : name == "std_test"   ? FeatureColumn::std_test
           : name == "std_ref"    ? FeatureColumn::std_ref
                                  : FeatureColumn::abs_auc;
  };
  const auto aggregate = [](std::string_view name) {
    return name == "count" ? Aggregate::count
           : name == "sum" ? Aggregate::sum
           : name == "std" ? Aggregate::deviation
                           : Aggregate::mean;
  };
  int compared = 0;
  for (index_t row = 0; row < table.size(); ++row) {
    PositionTableOptions options;
    options.aggregate = aggregate(table.cell(row, "value_type"));
    options.normalize = table.cell(row, "normalize") == "1";
    const auto ours = position_table(features, column(table.cell(row, "col_val")), options);
    const auto group = std::find(ours.groups.begin(), ours.groups.end(), table.cell(row, "category"));
    REQUIRE(group != ours.groups.end());
    REQUIRE(ours.columns.size() == 40);
    for (std::size_t p = 0; p < 40; ++p) {
      INFO("line " << table.line(row) << ", position " << p + 1);
      const double theirs = number_of(table.cell(row, "p" + ours.columns[p]));
      const double value = ours(static_cast<std::size_t>(group - ours.groups.begin()), p);
      // The total of a normalised table is a sum in another order.
      if (options.normalize)
        CHECK(std::abs(value - theirs) <= 1e-14 * std::abs(theirs));
      else
        CHECK((value == theirs || (std::isnan(value) && std::isnan(theirs))));
      ++compared;
    }
  }
  CHECK(compared == 40 * table.size());

  const auto parts_table = golden("df_pos_parts.tsv");
  std::vector<Part> parts;
  for (std::size_t j = 1; j < parts_table.columns().size(); ++j) parts.push_back(parse_part(parts_table.columns()[j]));
  const auto by_part = over_parts(position_table(features, FeatureColumn::abs_auc), parts);
  REQUIRE(by_part.groups.size() == static_cast<std::size_t>(parts_table.size()));
  for (std::size_t g = 0; g < by_part.groups.size(); ++g) {
    CHECK(by_part.groups[g] == parts_table.cell(static_cast<index_t>(g), 0));
    for (std::size_t j = 0; j < parts.size(); ++j) {
      const double theirs = number_of(parts_table.cell(static_cast<index_t>(g), static_cast<index_t>(j) + 1));
      CHECK(std::abs(by_part(g, j) - theirs) <= 1e-15);
    }
  }
}

TEST_CASE("pruning keeps the reference's features in its order", "[reference][profiling]") {
  const auto features = golden_features("n_filter1000.tsv");
  const auto set = set_of(dom_gsec());
  const auto scales = aaontology();
  const auto table = golden("prune.tsv");
  Context<Cpu> ctx;
  index_t compared = 0;
  for (index_t row = 0; row < table.size();) {
    const std::string method(table.cell(row, "method")), limit(table.cell(row, "limit"));
    const auto kept = method == "variance"
                          ? prune_by_variance<aaanalysis_1_1>(ctx, set, scales, features, number_of(limit))
                          : prune_by_correlation<aaanalysis_1_1>(ctx, set, scales, features, number_of(limit));
    INFO(method << " " << limit);
    std::size_t i = 0;
    for (; row < table.size() && table.cell(row, "method") == method && table.cell(row, "limit") == limit; ++row, ++i) {
      REQUIRE(i < kept.size());
      CHECK(kept[i].feature == table.cell(row, "feature"));
      ++compared;
    }
    CHECK(i == kept.size());
  }
  CHECK(compared == 1262);
}

TEST_CASE("the correlation filter keeps the reference's columns", "[reference][profiling]") {
  const auto table = golden("filter_correlation.tsv");
  std::vector<double> values;
  index_t samples = 0;
  for (; table.cell(samples, 0).starts_with("x"); ++samples)
    for (index_t j = 1; j <= 10; ++j) values.push_back(number_of(table.cell(samples, j)));
  Context<Cpu> ctx;
  for (index_t row = samples; row < table.size(); ++row) {
    const double limit = number_of(table.cell(row, 0).substr(5));
    std::vector<index_t> expected;
    for (index_t j = 1; j <= 10; ++j)
      if (table.cell(row, j) == "1") expected.push_back(j - 1);
    INFO(table.cell(row, 0));
    CHECK(filter_correlation<aaanalysis_1_1>(ctx, row_major(values.data(), samples, 10), limit) == expected);
  }
  CHECK(table.size() - samples == 4);
}

TEST_CASE("where a correlation equals the limit the reference's columns are kept", "[reference][profiling]") {
  const auto table = golden("correlation_ties.tsv");
  Context<Cpu> ctx;
  for (index_t row = 0; row < table.size(); ++row) {
    const auto n = static_cast<index_t>(number_of(table.cell(row, "samples")));
    const auto by_column = tied_columns(static_cast<std::uint64_t>(number_of(table.cell(row, "seed"))), n, 8);
    const auto columns = column_major(by_column.data(), n, index_t{8});
    std::vector<double> by_row;
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j < 8; ++j) by_row.push_back(columns(i, j));
    std::vector<FeatureRow> features(8);
    for (std::size_t j = 0; j < features.size(); ++j) features[j].abs_auc = 0.5 - 0.01 * static_cast<double>(j);
    const std::string_view method = table.cell(row, "method");
    const double limit = number_of(table.cell(row, "max_cor"));
    std::string kept(8, '0');
    for (const index_t j : method == "rows"
                               ? filter_correlation<aaanalysis_1_1>(ctx, row_major(by_row.data(), n, 8), limit)
                           : method == "columns" ? filter_correlation<aaanalysis_1_1>(ctx, columns, limit)
                                                 : prune_by_correlation<aaanalysis_1_1>(ctx, columns, features, limit))
      kept[static_cast<std::size_t>(j)] = '1';
    INFO("seed " << table.cell(row, "seed") << ", " << method);
    CHECK(kept == table.cell(row, "kept"));
  }
  CHECK(table.size() == 180);
}

TEST_CASE("where a variance equals the threshold the reference's columns are kept", "[reference][profiling]") {
  const auto table = golden("variance_ties.tsv");
  Context<Cpu> ctx;
  for (index_t row = 0; row < table.size(); ++row) {
    const auto n = static_cast<index_t>(number_of(table.cell(row, "samples")));
    const auto count = static_cast<index_t>(number_of(table.cell(row, "columns")));
    const auto by_column = tied_columns(static_cast<std::uint64_t>(number_of(table.cell(row, "seed"))), n, count);
    const auto columns = column_major(by_column.data(), n, count);
    std::vector<double> by_row;
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j < count; ++j) by_row.push_back(columns(i, j));
    const auto x = table.cell(row, "method") == "rows" ? row_major(by_row.data(), n, count) : columns;
    INFO("seed " << table.cell(row, "seed") << ", " << table.cell(row, "method"));
    const double threshold = number_of(table.cell(row, "threshold"));
    if (table.cell(row, "kept") == "0") {
      CHECK_THROWS_AS(prune_by_variance<aaanalysis_1_1>(ctx, x, threshold), ValueError);
      continue;
    }
    std::string kept(static_cast<std::size_t>(count), '0');
    for (const index_t j : prune_by_variance<aaanalysis_1_1>(ctx, x, threshold))
      kept[static_cast<std::size_t>(j)] = '1';
    CHECK(kept == table.cell(row, "kept"));
  }
  CHECK(table.size() == 120);
}

TEST_CASE("SciPy's Mann-Whitney test gives the reference's table on DOM_GSEC", "[reference][profiling]") {
  ProfileOptions o;
  o.test = Test::mann_whitney_scipy;
  Context<Cpu> ctx;
  check_rows(fit<aaanalysis_1_1>(ctx, set_of(dom_gsec()), aaontology(), o).features,
             golden_features("vectorized_false.tsv"));
}

TEST_CASE("SciPy's Mann-Whitney test gives the reference's tables for small groups", "[reference][profiling]") {
  const auto table = golden("small_groups.tsv");
  const auto scales = io::read_scales(golden_path("user_scales.tsv"), golden_path("user_categories.tsv"));
  const std::string name = GENERATE("one_one", "two_three", "one_eight", "constant_middle", "ten_nine");
  const std::string variant = GENERATE("vectorized=false", "candidates;vectorized=false");
  const auto expected = feature_rows(table, "p_value", [&](index_t row) {
    return table.cell(row, "set") == name && table.cell(row, "variant") == variant;
  });
  if (expected.empty()) return;
  INFO(name << ", " << variant);
  ProfileOptions o;
  o.n_filter = 15;
  o.test = Test::mann_whitney_scipy;
  if (variant.starts_with("candidates")) {
    o.split_kws = {SegmentOptions{1, 2}, {}, {}};
    o.n_filter = 54;
    o.pct_pre_filter = 100;
    o.max_std_test = 0.9;
    o.max_cor = o.max_overlap = 1;
  }
  Context<Cpu> ctx;
  const auto set = set_of(golden_windows("small_groups_input.tsv", name), default_parts(), {}, scales.alphabet());
  check_rows(fit<aaanalysis_1_1>(ctx, set, scales, o).features, expected);
}
