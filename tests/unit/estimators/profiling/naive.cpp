// Runs on random small data against the definition written out naively, in both arithmetics.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "isonomy/compiled/profiling.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/fit.hpp"
#include "support/catch.hpp"
#include "support/profiling/data.hpp"
#include "support/profiling/naive_profiling.hpp"

using namespace isonomy;
using namespace isonomy::profiling;
using namespace isonomy::test;

namespace {

struct Case {
  NaiveInput input;
  ProfileOptions options;
  bool accept_gaps = false;
  cpu::InstructionSet instruction_set = cpu::best_instruction_set();
};

std::vector<double> random_scale(SplitMix64& random, std::size_t letters,
                                 const std::vector<std::vector<double>>& others) {
  std::vector<double> v(letters);
  const int kind = random.between(0, 11);
  for (double& x : v) {
    if (kind <= 3) x = random.between(0, 1000) / 1000.0;
    if (kind == 4) x = random.between(0, 10) / 10.0;
    if (kind == 5) x = random.between(0, 1);
    if (kind == 6) x = random.unit();
    if (kind == 7) x = random.between(-1000, 1000) / 1000.0;
    if (kind == 8) x = random.between(0, 5000) / 1000.0;
    if (kind == 9) x = (random.unit() - 0.5) * 1e-3;
  }
  if (kind == 10) v.assign(letters, 0.25);
  if (kind == 11) v.assign(letters, 0.5);
  if (kind >= 10 && !others.empty()) {  // an earlier scale again, or moved by less than anything reported
    v = others[static_cast<std::size_t>(random.below(others.size()))];
    if (kind == 11)
      for (double& x : v) x += random.between(-3, 3) * 1e-12;
  }
  return v;
}

Case random_case(std::uint64_t seed) {
  SplitMix64 random(seed);
  Case c;
  ProfileOptions& o = c.options;
  std::string pool = "ACDEFGHIKLMNPQRSTVWYBJOUXZ";
  const int letters = random.between(4, seed % 5 == 0 ? 26 : 20);
  for (int i = 0; i < letters; ++i) {
    const auto at = random.below(pool.size());
    c.input.letters += pool[static_cast<std::size_t>(at)];
    pool.erase(static_cast<std::size_t>(at), 1);
  }
  const int scales = random.between(3, 10);
  for (int d = 0; d < scales; ++d) {
    c.input.scales.push_back(random_scale(random, c.input.letters.size(), c.input.scales));
    const int category = random.between(0, 3);
    c.input.infos.push_back({"S" + std::to_string((d * 7) % 11) + "X" + std::to_string(d),
                             category == 0 ? "" : "Category " + std::to_string(category), "sub", "name", "text"});
  }
  if (random.below(6) == 0)  // the last letters have no value other than 0 in any scale
    for (auto& scale : c.input.scales)
      for (std::size_t a = scale.size() / 2; a < scale.size(); ++a) scale[a] = 0;

  const std::vector<std::vector<std::string>> parts{{"tmd", "jmd_n_tmd_n", "tmd_c_jmd_c"},
                                                    {"tmd"},
                                                    {"tmd_jmd", "tmd_n"},
                                                    {"jmd_n", "tmd", "jmd_c"},
                                                    {"tmd_n", "tmd_c", "tmd_jmd"}};
  c.input.parts = parts[static_cast<std::size_t>(random.below(parts.size()))];
  c.accept_gaps = random.below(4) == 0;
  const int flank_n = random.between(2, 4), flank_c = random.between(2, 4);
  std::vector<int> lengths;  // few, so that the naive form's common denominator stays small
  const int longest = c.accept_gaps ? 7 : random.below(3) == 0 ? 24 : 12;
  for (int i = random.between(1, 4); i > 0; --i) lengths.push_back(random.between(4, longest));
  const bool few_letters = random.below(5) == 0, equal_groups = random.below(12) == 0;
  const int n = random.between(6, 40), tests = random.between(1, n - 1);
  const std::string drawn[2] = {few_letters ? c.input.letters.substr(0, 2) : c.input.letters,
                                few_letters
                                    ? c.input.letters.substr(1, 3)
                                    : c.input.letters + c.input.letters.substr(0, 3) + c.input.letters.substr(0, 2)};
  o.label_test = random.below(4) == 0 ? 7 : 1;
  o.label_ref = random.below(4) == 0 ? -2 : 0;
  const auto add_gaps = [&](std::string s) {
    for (char& x : s)
      if (c.accept_gaps && random.below(12) == 0) x = random.below(2) == 0 ? '-' : 'z';
    return s;
  };
  for (int i = 0; i < n; ++i) {
    const bool test = static_cast<int>(random.below(static_cast<std::uint64_t>(n))) < tests || i == 0;
    NaiveRow row;
    const std::string& from = drawn[test && i != 1 ? 1 : 0];
    const int length = lengths[static_cast<std::size_t>(random.below(lengths.size()))];
    row.jmd_n = add_gaps(random.text(flank_n, from));
    row.tmd = add_gaps(random.text(length, from));
    row.jmd_c = add_gaps(random.text(flank_c, from));
    row.label = test && i != 1 ? o.label_test : o.label_ref;
    c.input.rows.push_back(row);
    if (equal_groups) {  // every row in both groups
      row.label = row.label == o.label_test ? o.label_ref : o.label_test;
      c.input.rows.push_back(row);
    }
  }
  if (equal_groups && random.below(2) == 0)  // in different orders
    std::sort(c.input.rows.begin(), c.input.rows.end(), [&](const NaiveRow& a, const NaiveRow& b) {
      if (a.label != b.label) return a.label < b.label;
      return a.label == o.label_test ? a.tmd < b.tmd : b.tmd < a.tmd;
    });

  o.split_kws = {SegmentOptions{1, random.between(1, 5)}, {}, {}};
  if (random.below(2) == 0) o.split_kws.pattern = PatternOptions{{1, 2}, 1, random.between(1, 3), random.between(3, 5)};
  if (random.below(3) == 0) o.split_kws.pattern = PatternOptions{{2, 3}, 2, 3, 8};
  // Starts beyond the shortest part have no meaning, so steps stay within it.
  if (random.below(3) == 0) o.split_kws.periodic_pattern = PeriodicPatternOptions{{1, 2}};
  if (random.below(8) == 0) o.split_kws.segment.reset(), o.split_kws.periodic_pattern = PeriodicPatternOptions{{2, 2}};
  o.n_filter = random.between(1, 60);
  if (random.below(4) == 0) o.n_pre_filter = random.between(1, 80);
  o.pct_pre_filter = random.between(5, 100);
  o.max_std_test = random.below(3) == 0 ? 0.2 : 0.05 + 0.9 * random.unit();
  o.max_overlap = random.below(3) == 0 ? random.between(0, 1) : random.unit();
  o.max_cor = random.below(4) == 0 ? 1.0 : 0.9 * random.unit() + 0.05;
  o.check_cat = random.below(3) != 0;
  o.redundancy = random.below(2) == 0 ? Redundancy::legacy : Redundancy::exact;
  o.display = {random.between(-12, 5), random.between(10, 25), random.between(5, 12), random.between(5, 12), 0};
  c.instruction_set = static_cast<cpu::InstructionSet>(
      std::min<int>(random.between(0, 2), static_cast<int>(cpu::best_instruction_set())));
  return c;
}

struct Outcome {
  ProfileResult result;
  std::string error;
};

template <class Arithmetic>
Outcome run(const Case& c) {
  std::vector<Part> parts;
  for (const auto& name : c.input.parts) parts.push_back(parse_part(name));
  const Alphabet alphabet(c.input.letters);
  SequenceSet set(parts, {.ext_len = 0, .accept_gaps = c.accept_gaps}, alphabet);
  for (std::size_t i = 0; i < c.input.rows.size(); ++i) {
    const NaiveRow& row = c.input.rows[i];
    set.append({std::to_string(i), row.jmd_n + row.tmd + row.jmd_c, static_cast<index_t>(row.jmd_n.size()),
                static_cast<index_t>(row.tmd.size()), static_cast<index_t>(row.jmd_c.size())},
               row.label);
  }
  std::vector<double> values;
  for (const auto& scale : c.input.scales) values.insert(values.end(), scale.begin(), scale.end());
  Context<Cpu> ctx(cpu::ContextOptions{.threads = 2, .instruction_set = c.instruction_set});
  try {
    return {fit<Arithmetic>(ctx, set, ScaleTable(alphabet, c.input.infos, values), c.options), ""};
  } catch (const Error& error) {
    return {{}, error.what()};
  }
}

struct Tally {
  int cases = 0, features = 0, none_left = 0, undefined = 0;
};

template <class Arithmetic>
void compare(const Case& c, Tally& tally) {
  constexpr bool exactly = std::is_same_v<Arithmetic, exact>;
  const NaiveResult expected = naive_profile(c.input, c.options, exactly);
  const auto [result, error] = run<Arithmetic>(c);
  INFO(Arithmetic::name << ", error: " << error);
  ++tally.cases;
  if (expected.undefined || expected.features.empty()) {
    CHECK(!error.empty());
    ++(expected.undefined ? tally.undefined : tally.none_left);
    return;
  }
  REQUIRE(error.empty());
  CHECK(result.funnel.n_candidates == expected.funnel.n_candidates);
  CHECK(result.funnel.n_within_spread == expected.funnel.n_within_spread);
  CHECK(result.funnel.n_after_prefilter == expected.funnel.n_after_prefilter);
  CHECK(result.funnel.n_final == expected.funnel.n_final);
  REQUIRE(result.features.size() == expected.features.size());
  for (std::size_t i = 0; i < expected.features.size(); ++i) {
    const FeatureRow &a = result.features[i], &b = expected.features[i];
    INFO("row " << i << ": " << a.feature << ' ' << a.abs_auc << ' ' << a.abs_mean_dif << ' ' << a.mean_dif << ' '
                << a.std_test << ' ' << a.std_ref << "\nnaive: " << b.feature << ' ' << b.abs_auc << ' '
                << b.abs_mean_dif << ' ' << b.mean_dif << ' ' << b.std_test << ' ' << b.std_ref);
    REQUIRE(a.feature == b.feature);
    CHECK(a.positions == b.positions);
    CHECK(a.category == b.category);
    CHECK(a.abs_auc == b.abs_auc);
    CHECK(a.abs_mean_dif == b.abs_mean_dif);
    CHECK(a.mean_dif == b.mean_dif);
    CHECK(a.std_test == b.std_test);
    CHECK(a.std_ref == b.std_ref);
    CHECK(std::abs(a.p_value - b.p_value) <= 1e-14);
    CHECK(std::abs(a.p_val_fdr_bh - b.p_val_fdr_bh) <= 1e-13);
    ++tally.features;
  }
}

void compare_seeds(std::uint64_t first, std::uint64_t last) {
  Tally published, integers;
  for (std::uint64_t seed = first; seed < last; ++seed) {
    INFO("seed " << seed);
    const Case c = random_case(seed);
    compare<aaanalysis_1_1>(c, published);
    compare<exact>(c, integers);
  }
  // The draw must not be vacuous.
  for (const Tally& t : {published, integers}) {
    INFO(t.cases << " cases, " << t.features << " features, " << t.none_left << " without, " << t.undefined
                 << " undefined");
    CHECK(t.features > 10 * t.cases);
    CHECK(10 * (t.none_left + t.undefined) < 2 * t.cases);
  }
}

}  // namespace

TEST_CASE("200 random runs equal the definition written out", "[profiling][naive][slow]") { compare_seeds(1, 201); }

TEST_CASE("5000 random runs equal the definition written out", "[profiling][naive][long]") {
  compare_seeds(1000, 6000);
}
