// The whole runs that golden tables exist for: sequences, scales, options and the reference's answer.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isonomy/estimators/profiling/options.hpp"
#include "isonomy/io/sequences/scale_table.hpp"
#include "support/profiling/data.hpp"
#include "support/sha256.hpp"

namespace isonomy::test {

struct GoldenRun {
  profiling::SequenceSet set;
  profiling::ScaleTable scales;
  profiling::ProfileOptions options;
  std::vector<profiling::FeatureRow> expected;
};

/// Names of golden_run(): a table, or the data set and variant of small_groups.tsv.
inline std::vector<std::string> golden_run_names() {
  std::vector<std::string> names{"dom_gsec_default_legacy",
                                 "dom_gsec_default_exact",
                                 "n_filter1000",
                                 "parametric",
                                 "gaps_default",
                                 "halves",
                                 "anchor_dom_gsec40_20scales",
                                 "boundary_run",
                                 "syn1000_default",
                                 "syn10000_default"};
  for (const std::string set : {"one_one", "two_three", "one_eight", "constant_middle", "ten_nine"})
    for (const std::string variant : {"default", "parametric=true"}) {
      names.push_back(set + " " + variant);
      if (set != "one_eight" && set != "ten_nine") names.push_back(set + " candidates;" + variant);
    }
  return names;
}

inline GoldenRun golden_run(const std::string& name) {
  profiling::ProfileOptions o;
  if (const auto space = name.find(' '); space != std::string::npos) {
    const std::string set = name.substr(0, space), variant = name.substr(space + 1);
    o.n_filter = 15;
    if (variant.starts_with("candidates")) {
      o.split_kws = {profiling::SegmentOptions{1, 2}, {}, {}};
      o.n_filter = 54;
      o.pct_pre_filter = 100;
      o.max_std_test = 0.9;
      o.max_cor = o.max_overlap = 1;
    }
    if (variant.ends_with("parametric=true")) o.test = profiling::Test::t_test;
    auto scales = io::read_scales(golden_path("user_scales.tsv"), golden_path("user_categories.tsv"));
    const auto table = golden("small_groups.tsv");
    auto rows =
        set_of(golden_windows("small_groups_input.tsv", set), profiling::default_parts(), {}, scales.alphabet());
    return {std::move(rows), std::move(scales), o, feature_rows(table, "p_value", [&](index_t row) {
              return table.cell(row, "set") == set && table.cell(row, "variant") == variant;
            })};
  }
  const std::string p_value = name == "parametric" ? "p_val_ttest_indep" : "p_val_mann_whitney";
  auto expected = golden_features(name + ".tsv", p_value);
  if (name == "syn1000_default") return {set_of(synthetic(1000)), profiling::aaontology(), o, std::move(expected)};
  if (name == "syn10000_default") return {set_of(synthetic(10000)), profiling::aaontology(), o, std::move(expected)};
  if (name == "gaps_default")
    return {set_of(golden_windows("gaps_input.tsv"), profiling::default_parts(), {.ext_len = 0, .accept_gaps = true}),
            profiling::aaontology(), o, std::move(expected)};
  if (name == "anchor_dom_gsec40_20scales") {
    o.n_filter = 50;
    return {set_of(dom_gsec40()), anchor_scales(), o, std::move(expected)};
  }
  if (name == "boundary_run") {
    o.n_filter = 200;
    o.redundancy = profiling::Redundancy::exact;
    o.max_overlap = 1;
    return {set_of(golden_windows("boundary_input.tsv")), anchor_scales(), o, std::move(expected)};
  }
  if (name == "halves")
    return {set_of(dom_gsec(), {profiling::Part::tmd_n, profiling::Part::tmd_c}), profiling::aaontology(), o,
            std::move(expected)};
  if (name == "dom_gsec_default_exact") o.redundancy = profiling::Redundancy::exact;
  if (name == "n_filter1000") o.n_filter = 1000;
  if (name == "parametric") o.test = profiling::Test::t_test;
  return {set_of(dom_gsec()), profiling::aaontology(), o, std::move(expected)};
}

/// The first 16 digits of the SHA-256 of ids joined by line ends, as anchors.tsv has it.
inline std::string hash_of(const std::vector<std::string>& ids) {
  std::string joined;
  for (const auto& id : ids) joined += (joined.empty() ? "" : "\n") + id;
  return sha256(joined).substr(0, 16);
}
inline std::string hash_of_sorted(std::vector<std::string> ids) {
  std::sort(ids.begin(), ids.end());
  return hash_of(ids);
}

inline std::vector<std::string> ids_of(const std::vector<profiling::FeatureRow>& features) {
  std::vector<std::string> ids;
  for (const auto& f : features) ids.push_back(f.feature);
  return ids;
}

/// One row of anchors.tsv as data, scales and options.
struct Anchor {
  LabelledWindows rows;
  std::vector<profiling::Part> parts = profiling::default_parts();
  index_t ext_len = 0;
  profiling::ScaleTable scales = profiling::aaontology();
  profiling::ProfileOptions options;
};

inline Anchor anchor_of(std::string_view arguments) {
  std::map<std::string, std::string> given;
  for (const auto field : isonomy::text::fields(arguments, ';')) {
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
  profiling::ProfileOptions& o = a.options;
  const std::string data = take("data", "dom_gsec");
  const profiling::Flanks flanks{std::stoi(take("part_jmd_n_len", "10")), std::stoi(take("part_jmd_c_len", "10"))};
  a.rows = data == "syn1000" ? synthetic(1000) : data == "dom_gsec40" ? dom_gsec40() : dom_gsec(flanks);
  a.ext_len = o.display.ext_len = std::stoi(take("ext_len", "0"));
  const std::string parts = take("parts", "");
  if (parts == "all") {
    a.parts = profiling::all_parts(a.ext_len);
  } else if (!parts.empty()) {
    a.parts.clear();
    for (const auto name : isonomy::text::fields(parts, ',')) a.parts.push_back(profiling::parse_part(name));
  }
  if (take("scales", "") == "top60_20_first20") a.scales = anchor_scales();
  const std::string split = take("split", "");
  if (split == "segments") o.split_kws = {profiling::SegmentOptions{2, 7}, {}, {}};
  if (split == "other_steps")
    o.split_kws = {profiling::SegmentOptions{1, 3}, profiling::PatternOptions{{1, 2, 5}, 1, 3, 8},
                   profiling::PeriodicPatternOptions{{2, 5}}};
  o.redundancy = take("redundancy", "legacy") == "exact" ? profiling::Redundancy::exact : profiling::Redundancy::legacy;
  o.check_cat = take("check_cat", "true") == "true";
  o.test = take("parametric", "false") == "true" ? profiling::Test::t_test : profiling::Test::mann_whitney;
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
  if (!given.empty()) throw ValueError("anchor_of: unknown argument " + given.begin()->first);
  return a;
}

}  // namespace isonomy::test
