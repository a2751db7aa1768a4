// Whole profiling runs against the golden tables and hashes of AAanalysis 1.1.0, bit for bit.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "isonomy/backend/cpu.hpp"
#include "isonomy/estimators/profiling/fit.hpp"
#include "isonomy/io/scale_table.hpp"
#include "support/catch.hpp"
#include "support/profiling_data.hpp"
#include "support/profiling_stages.hpp"
#include "support/sha256.hpp"

using namespace isonomy;
using namespace isonomy::profiling;
using namespace isonomy::test;

namespace {

/// Identity, order, positions and texts exactly; the five statistics to the last bit; p-values within 1e-10.
void check_equal(const std::vector<FeatureRow>& ours, const std::vector<FeatureRow>& golden) {
  REQUIRE(ours.size() == golden.size());
  int differing = 0;
  for (std::size_t i = 0; i < golden.size() && differing < 5; ++i) {
    const FeatureRow &a = ours[i], &b = golden[i];
    const auto close = [](double x, double y) { return std::abs(x - y) <= 1e-10 || (std::isnan(x) && std::isnan(y)); };
    const bool names = a.feature == b.feature && a.category == b.category && a.positions == b.positions &&
                       (b.subcategory.empty() || a.subcategory == b.subcategory) &&
                       (b.scale_name.empty() || a.scale_name == b.scale_name);
    const bool statistics = a.abs_auc == b.abs_auc && a.abs_mean_dif == b.abs_mean_dif && a.mean_dif == b.mean_dif &&
                            a.std_test == b.std_test && a.std_ref == b.std_ref;
    const bool p_values = close(a.p_value, b.p_value) && close(a.p_val_fdr_bh, b.p_val_fdr_bh);
    INFO("row " << i << ": " << a.feature << " [" << a.positions << "] " << a.abs_auc << ' ' << a.abs_mean_dif << ' '
                << a.mean_dif << ' ' << a.std_test << ' ' << a.std_ref << ' ' << a.p_value << ' ' << a.p_val_fdr_bh
                << "\ngolden: " << b.feature << " [" << b.positions << "] " << b.abs_auc << ' ' << b.abs_mean_dif << ' '
                << b.mean_dif << ' ' << b.std_test << ' ' << b.std_ref << ' ' << b.p_value << ' ' << b.p_val_fdr_bh);
    CHECK(names);
    CHECK(statistics);
    CHECK(p_values);
    differing += names && statistics && p_values ? 0 : 1;
  }
}

std::vector<FeatureRow> run(const SequenceSet& set, const ScaleTable& scales, const ProfileOptions& options = {}) {
  Context<Cpu> ctx;
  return fit<aaanalysis_1_1>(ctx, set, scales, options).features;
}

ScaleTable user_scales() { return io::read_scales(golden_path("user_scales.tsv"), golden_path("user_categories.tsv")); }

std::string hash_of(const std::vector<std::string>& ids) {
  std::string joined;
  for (const auto& id : ids) joined += (joined.empty() ? "" : "\n") + id;
  return sha256(joined).substr(0, 16);
}
std::string hash_of_sorted(std::vector<std::string> ids) {
  std::sort(ids.begin(), ids.end());
  return hash_of(ids);
}
std::vector<std::string> ids_of(const std::vector<FeatureRow>& features) {
  std::vector<std::string> ids;
  for (const auto& f : features) ids.push_back(f.feature);
  return ids;
}

/// One row of anchors.tsv as data, scales and options.
struct Anchor {
  LabelledWindows rows;
  std::vector<Part> parts = default_parts();
  index_t ext_len = 0;
  ScaleTable scales = aaontology();
  ProfileOptions options;
};

Anchor anchor_of(std::string_view arguments) {
  std::map<std::string, std::string> given;
  for (const auto field : profiling::detail::fields(arguments, ';')) {
    const auto equals = field.find('=');
    if (equals != std::string_view::npos)
      given.emplace(std::string(field.substr(0, equals)), std::string(field.substr(equals + 1)));
  }
  const auto take = [&](const std::string& key, const std::string& fallback) {
    const auto at = given.find(key);
    if (at == given.end()) return fallback;
    std::string value = at->second;
    given.erase(at);
    return value;
  };
  Anchor a;
  ProfileOptions& o = a.options;
  const std::string data = take("data", "dom_gsec");
  const Flanks flanks{std::stoi(take("part_jmd_n_len", "10")), std::stoi(take("part_jmd_c_len", "10"))};
  a.rows = data == "syn1000" ? synthetic(1000) : data == "dom_gsec40" ? dom_gsec40() : dom_gsec(flanks);
  a.ext_len = o.display.ext_len = std::stoi(take("ext_len", "0"));
  const std::string parts = take("parts", "");
  if (parts == "all") {
    a.parts = all_parts(a.ext_len);
  } else if (!parts.empty()) {
    a.parts.clear();
    for (const auto name : profiling::detail::fields(parts, ',')) a.parts.push_back(parse_part(name));
  }
  if (take("scales", "") == "top60_20_first20") a.scales = anchor_scales();
  const std::string split = take("split", "");
  if (split == "segments") o.split_kws = {SegmentOptions{2, 7}, {}, {}};
  if (split == "other_steps")
    o.split_kws = {SegmentOptions{1, 3}, PatternOptions{{1, 2, 5}, 1, 3, 8}, PeriodicPatternOptions{{2, 5}}};
  o.redundancy = take("redundancy", "legacy") == "exact" ? Redundancy::exact : Redundancy::legacy;
  o.check_cat = take("check_cat", "true") == "true";
  o.test = take("parametric", "false") == "true" ? Test::t_test : Test::mann_whitney;
  o.n_filter = std::stoi(take("n_filter", "100"));
  if (const auto n = take("n_pre_filter", ""); !n.empty()) o.n_pre_filter = std::stoi(n);
  o.pct_pre_filter = std::stoi(take("pct_pre_filter", "5"));
  o.max_std_test = std::stod(take("max_std_test", "0.2"));
  o.max_cor = std::stod(take("max_cor", "0.5"));
  o.max_overlap = std::stod(take("max_overlap", "0.5"));
  o.label_test = std::stoi(take("label_test", "1"));
  o.label_ref = std::stoi(take("label_ref", "0"));
  o.display.start = std::stoi(take("start", "1"));
  o.display.tmd_len = std::stoi(take("tmd_len", "20"));
  o.display.jmd_n_len = std::stoi(take("jmd_n_len", "10"));
  o.display.jmd_c_len = std::stoi(take("jmd_c_len", "10"));
  take("n_batches", "");         // changes the reference's FDR alone
  take("n_sample_batches", "");  // and this one its pass 1, see below
  REQUIRE(given.empty());
  return a;
}

}  // namespace

TEST_CASE("sha256 gives the published test vectors and the hashes of the synthetic data", "[reference][profiling]") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256(as_lines(synthetic(1000))) == "af9714c10ed8e88bef247d94ea1e2209278f0bc90b85763cb0e289e92da8b595");
  CHECK(sha256(as_lines(synthetic(10000))) == "48e7f06dae41b872bf7cc5363d24aba2ab84ab19b525688d4fc3dcafbd590be2");
}

TEST_CASE("runs on DOM_GSEC equal the reference's tables", "[reference][profiling]") {
  const auto set = set_of(dom_gsec());
  const auto scales = aaontology();
  ProfileOptions o;
  SECTION("legacy redundancy") { check_equal(run(set, scales, o), golden_features("dom_gsec_default_legacy.tsv")); }
  SECTION("exact redundancy") {
    o.redundancy = Redundancy::exact;
    check_equal(run(set, scales, o), golden_features("dom_gsec_default_exact.tsv"));
  }
  SECTION("as many features as remain") {
    o.n_filter = 1000;
    check_equal(run(set, scales, o), golden_features("n_filter1000.tsv"));
  }
  SECTION("t-test") {
    o.test = Test::t_test;
    check_equal(run(set, scales, o), golden_features("parametric.tsv", "p_val_ttest_indep"));
  }
}

TEST_CASE("the funnel of DOM_GSEC is the published one", "[reference][profiling]") {
  Context<Cpu> ctx;
  const auto funnel = fit<aaanalysis_1_1>(ctx, set_of(dom_gsec()), aaontology()).funnel;
  CHECK(funnel.n_candidates == 580140);
  CHECK(funnel.n_within_spread == 515862);
  CHECK(funnel.n_after_prefilter == 29007);
  CHECK(funnel.n_after_redundancy == 100);
  CHECK(funnel.n_final == 100);
}

TEST_CASE("the package's own anchor is met: 80 rows of DOM_GSEC, 20 scales, 50 features", "[reference][profiling]") {
  ProfileOptions o;
  o.n_filter = 50;
  check_equal(run(set_of(dom_gsec40()), anchor_scales(), o), golden_features("anchor_dom_gsec40_20scales.tsv"));
}

TEST_CASE("runs on 1,000 synthetic sequences equal the reference's table", "[reference][profiling]") {
  check_equal(run(set_of(synthetic(1000)), aaontology()), golden_features("syn1000_default.tsv"));
}

TEST_CASE("runs on 10,000 synthetic sequences equal the reference's table", "[reference][profiling]") {
  check_equal(run(set_of(synthetic(10000)), aaontology()), golden_features("syn10000_default.tsv"));
}

TEST_CASE("runs on sequences with gaps equal the reference's table", "[reference][profiling]") {
  const auto set = set_of(golden_windows("gaps_input.tsv"), default_parts(), {.ext_len = 0, .accept_gaps = true});
  check_equal(run(set, aaontology()), golden_features("gaps_default.tsv"));
}

TEST_CASE("parts at which the two segment rules differ give the reference's table", "[reference][profiling]") {
  ProfileOptions o;
  o.n_filter = 200;
  o.redundancy = Redundancy::exact;
  o.max_overlap = 1;
  check_equal(run(set_of(golden_windows("boundary_input.tsv")), anchor_scales(), o),
              golden_features("boundary_run.tsv"));
}

TEST_CASE("small groups with scales of many digits give the reference's tables", "[reference][profiling]") {
  const auto table = golden("small_groups.tsv");
  const auto scales = user_scales();
  const std::string name = GENERATE("one_one", "two_three", "one_eight", "constant_middle", "ten_nine");
  const std::string variant = GENERATE("default", "parametric=true", "candidates;default", "candidates;parametric=true");
  const auto expected = feature_rows(table, "p_value", [&](index_t row) {
    return table.cell(row, "set") == name && table.cell(row, "variant") == variant;
  });
  if (expected.empty()) return;
  INFO(name << ", " << variant);
  ProfileOptions o;
  o.n_filter = 15;
  if (variant.starts_with("candidates")) {
    o.split_kws = {SegmentOptions{1, 2}, {}, {}};
    o.n_filter = 54;
    o.pct_pre_filter = 100;
    o.max_std_test = 0.9;
    o.max_cor = o.max_overlap = 1;
  }
  if (variant.ends_with("parametric=true")) o.test = Test::t_test;
  const auto set = set_of(golden_windows("small_groups_input.tsv", name), default_parts(), {}, scales.alphabet());
  check_equal(run(set, scales, o), expected);
}

TEST_CASE("every hash of chosen features equals the reference's", "[reference][profiling]") {
  const auto table = golden("anchors.tsv");
  std::map<std::string, std::vector<index_t>> lists;
  for (index_t row = 0; row < table.size(); ++row) lists[std::string(table.cell(row, "name"))].push_back(row);
  CHECK(lists.size() == 30);
  int compared = 0;
  for (const auto& [name, rows] : lists) {
    INFO("anchor " << name << ": " << table.cell(rows.front(), "arguments"));
    const Anchor anchor = anchor_of(table.cell(rows.front(), "arguments"));
    const auto set = set_of(anchor.rows, anchor.parts, {.ext_len = anchor.ext_len, .accept_gaps = false});
    const auto selected = ids_of(run(set, anchor.scales, anchor.options));
    std::vector<std::string> before;
    if (rows.size() == 4) {
      Context<Cpu> ctx;
      Stages<aaanalysis_1_1> stages(ctx, set, anchor.scales, anchor.options);
      for (const auto f : stages.prefiltered()) before.push_back(stages.id(f));
    }
    for (const index_t row : rows) {
      const auto list = table.cell(row, "list");
      // The reference's sample batches take the spread from E[w^2] - E[w]^2, which permutes near-ties.
      if (name == "n_sample_batches_4" && list == "prefiltered_ordered") continue;
      const auto& ids = list.starts_with("selected") ? selected : before;
      INFO(list);
      CHECK(std::to_string(ids.size()) == table.cell(row, "count"));
      CHECK((list.ends_with("sorted") ? hash_of_sorted(ids) : hash_of(ids)) == table.cell(row, "sha256_16"));
      ++compared;
    }
  }
  CHECK(compared == 109);
}

TEST_CASE("pass 1 of sampled candidates has the reference's bits", "[reference][profiling]") {
  const auto set = set_of(dom_gsec());
  const auto scales = aaontology();
  Context<Cpu> ctx;
  Stages<aaanalysis_1_1> stages(ctx, set, scales);
  const auto table = golden("dom_gsec_pass1_sample.tsv");
  int equal = 0;
  for (index_t row = 0; row < table.size(); ++row) {
    const std::string id(table.cell(row, "feature"));
    const auto s = stages.first_pass(stages.find(id));
    const bool same = std::abs(s.difference) == number_of(table.cell(row, "abs_mean_dif_hex")) &&
                      s.std_test == number_of(table.cell(row, "std_test_hex"));
    INFO(id);
    CHECK(same);
    equal += same ? 1 : 0;
  }
  CHECK(equal == 201);
}

TEST_CASE("sampled pre-filtered features have the reference's statistics and places", "[reference][profiling]") {
  const auto set = set_of(dom_gsec());
  const auto scales = aaontology();
  Context<Cpu> ctx;
  Stages<aaanalysis_1_1> stages(ctx, set, scales);
  const auto order = stages.prefiltered();
  CHECK(stages.within_spread == 515862);
  const auto table = golden("dom_gsec_prefiltered_sample.tsv");
  for (index_t row = 0; row < table.size(); ++row) {
    const auto f = order.at(static_cast<std::size_t>(io::parse_integer(table, row, table.column("rank"))));
    INFO(table.cell(row, "feature"));
    CHECK(stages.id(f) == table.cell(row, "feature"));
    const auto s = stages.second_pass(f);
    CHECK(rounded(std::abs(stages.first_pass(f).difference), 6) == number_of(table.cell(row, "abs_mean_dif")));
    CHECK(rounded(s.difference, 6) == number_of(table.cell(row, "mean_dif")));
    CHECK(rounded(s.std_test, 6) == number_of(table.cell(row, "std_test")));
    CHECK(rounded(s.std_reference, 6) == number_of(table.cell(row, "std_ref")));
  }
}
