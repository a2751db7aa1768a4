// Rows that tie: equal rows, few kinds of rows, groups that hold the same rows. Their features are evaluated together,
// with the bits that they have one by one.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "isonomy/compiled/profiling.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/fit.hpp"
#include "isonomy/estimators/profiling/search/equal_rows.hpp"
#include "isonomy/estimators/profiling/search/selection.hpp"
#include "support/catch.hpp"
#include "support/profiling/data.hpp"
#include "support/profiling/stages.hpp"

using namespace isonomy;
using namespace isonomy::profiling;

namespace isonomy::test {
namespace {

constexpr std::string_view amino_acids = "ACDEFGHIKLMNPQRSTVWY";

enum class Tie { none, identical, two_kinds, constant_but_one, same_groups, same_groups_in_other_order, five_lengths };

/// n windows of a kind of tie; some have gaps where `gaps`.
LabelledWindows tied(Tie kind, int n, bool gaps = false) {
  SplitMix64 random(17 + static_cast<std::uint64_t>(kind));
  const auto window = [&](int tmd) {
    const std::string jmd_n =
        gaps && random.below(2) == 0 ? "--" + random.text(8, amino_acids) : random.text(10, amino_acids);
    return window_from_parts("e", jmd_n, random.text(tmd, amino_acids), random.text(10, amino_acids));
  };
  std::vector<Window> kinds;
  const int distinct = kind == Tie::none                         ? n
                       : kind == Tie::same_groups                ? n / 2
                       : kind == Tie::same_groups_in_other_order ? n / 2
                       : kind == Tie::two_kinds                  ? 2
                       : kind == Tie::five_lengths               ? 5
                                                                 : 1;
  for (int k = 0; k < distinct; ++k) kinds.push_back(window(kind == Tie::five_lengths ? 20 + k : 21));
  LabelledWindows out;
  for (int i = 0; i < n; ++i) {
    const int place = kind == Tie::none                         ? i
                      : kind == Tie::same_groups                ? i / 2
                      : kind == Tie::same_groups_in_other_order ? (i % 2 == 0 ? i / 2 : (i / 2 * 7 + 3) % distinct)
                                                                : static_cast<int>(random.below(kinds.size()));
    Window w = kinds[static_cast<std::size_t>(place)];
    if (kind == Tie::constant_but_one) w.residues[20] = random.letter(amino_acids);
    out.windows.push_back(std::move(w));
    out.labels.push_back(i % 2);
  }
  return out;
}

/// Every 97th feature by one evaluator that was asked for all, and by one that is asked for each.
template <class Arithmetic>
void check_together(const LabelledWindows& rows, const ScaleTable& scales) {
  const auto set = set_of(rows, default_parts(), {.ext_len = 0, .accept_gaps = true});
  Context<Cpu> ctx({.threads = 2});
  Stages<Arithmetic> together(ctx, set, scales), alone(ctx, set, scales);
  std::vector<Candidate> all;
  for (std::uint32_t s = 0; s < together.first_places.size(); ++s) {
    bool empty = false;
    for (std::size_t g = 0; g < together.packed.groups(); ++g)
      empty = empty || together.first_places.residues(g, s) == 0;
    for (std::uint32_t d = 0; d < static_cast<std::uint32_t>(scales.size()) && !empty; ++d) all.push_back({s, d});
  }
  together.first_pass.prepare(all);
  CHECK(together.first_pass.evaluated() == 0);
  for (std::size_t i = 0; i < all.size(); i += 97) {
    const Separation x = together.first_pass(all[i]), y = alone.first_pass(all[i]);
    INFO(together.id(all[i]) << ": " << x.difference << ", " << y.difference << "; " << x.std_test << ", "
                             << y.std_test);
    REQUIRE((x.difference == y.difference && x.std_test == y.std_test));
  }
}

/// A first pass that counts what it is asked for.
struct CountingPass {
  GroupRows rows;
  static constexpr bool order_free = true;
  std::size_t evaluated = 0;
  void prepare(std::span<const Candidate> features) { evaluated += features.size(); }
  Separation operator()(const Candidate& f) const { return {0, std::sqrt((f.split * 37 % 1000) * 1e-4)}; }
  GroupRows group_rows() const { return rows; }
};

}  // namespace

TEST_CASE("a repeated sum has the bits of its additions one by one", "[profiling]") {
  SplitMix64 random(5);
  const auto check = [](double sum, double x, std::int64_t count) {
    double plain = sum;
    for (std::int64_t i = 0; i < count; ++i) plain += x;
    INFO(sum << " + " << count << " * " << x);
    REQUIRE(repeated_sum(sum, x, count) == plain);
  };
  for (int i = 0; i < 3000; ++i) {
    const std::int64_t count = random.between(0, i % 50 == 0 ? 100000 : 300);
    const double third = random.between(-1000, 1000) / 3000.0, tiny = random.unit() * 0x1p-40;
    // Few bits, so that halves between two doubles come up.
    const double tie = std::ldexp(random.between(1, 15), random.between(-56, -50));
    check(0, third, count);
    check(random.between(-50, 50), third, count);
    check(random.unit(), tiny, count);
    check(1 + random.between(0, 3) * 0x1p-52, tie, count);
    check(-1 - random.between(0, 3) * 0x1p-52, -tie, count);
    check(random.between(-2, 2), tie, count);
  }
  check(1, 0, 1000);
  check(0, 0, 1000);
  check(0x1p60, 1, 1000);
  check(0x1p53 - 4, 1, 1000);
  check(0, 0x1p-1074, 100000);
}

TEST_CASE("features evaluated together have the bits of features evaluated one by one", "[profiling][slow]") {
  const ScaleTable bundled = every_scale(30);
  std::vector<ScaleInfo> infos;
  std::vector<double> values;
  SplitMix64 random(9);
  for (int d = 0; d < 20; ++d) {  // full mantissas, both signs, large and small, one constant
    infos.push_back({"S" + std::to_string(d), "c", "s", "n", ""});
    for (int a = 0; a < 20; ++a) values.push_back(d == 0 ? 0.3 : (random.unit() - 0.5) * std::ldexp(1.0, d - 10));
  }
  const ScaleTable own(Alphabet::canonical(), infos, values);
  for (const Tie kind : {Tie::none, Tie::identical, Tie::two_kinds, Tie::constant_but_one, Tie::same_groups,
                         Tie::same_groups_in_other_order, Tie::five_lengths})
    for (const ScaleTable* scales : {&bundled, &own}) {
      INFO("kind " << static_cast<int>(kind));
      const bool several = kind == Tie::five_lengths;
      check_together<aaanalysis_1_1>(tied(kind, 300), *scales);
      check_together<exact>(tied(kind, several ? 3000 : 600), *scales);
    }
  check_together<aaanalysis_1_1>(tied(Tie::two_kinds, 300, true), bundled);
  check_together<exact>(tied(Tie::two_kinds, 2000, true), bundled);
}

TEMPLATE_TEST_CASE("rows that tie everywhere are not read feature by feature", "[profiling][slow]", exact,
                   aaanalysis_1_1) {
  const ScaleTable scales = every_scale(20);
  ProfileOptions options;
  options.n_filter = 20;
  for (const Tie kind :
       {Tie::identical, Tie::two_kinds, Tie::constant_but_one, Tie::same_groups, Tie::same_groups_in_other_order}) {
    INFO("kind " << static_cast<int>(kind));
    const auto set = set_of(tied(kind, 1000));
    Context<Cpu> ctx;
    const auto result = fit<TestType>(ctx, set, scales, options);
    CHECK(result.funnel.n_within_spread > 20);
    // Of 29,700 candidates all or most tie: what is reported, and few more, is read row by row.
    CHECK(result.evaluated_row_by_row < 600);
    const auto again = fit<TestType>(ctx, set, scales, options);
    REQUIRE(again.features.size() == result.features.size());
    for (std::size_t i = 0; i < again.features.size(); ++i)
      CHECK(again.features[i].feature == result.features[i].feature);
  }
}

TEST_CASE("groups with the same rows are known as such, in one order or in another", "[profiling]") {
  const ScaleTable scales = every_scale(200);
  const auto compared = [&](LabelledWindows rows) {
    const auto set = set_of(rows);
    Context<Cpu> ctx;
    return Stages<exact>(ctx, set, scales).first_pass.group_rows();
  };
  CHECK(compared(tied(Tie::none, 40)) == GroupRows::differ);
  CHECK(compared(tied(Tie::same_groups, 40)) == GroupRows::same_in_order);
  CHECK(compared(tied(Tie::same_groups_in_other_order, 38)) == GroupRows::same);
  LabelledWindows rows = tied(Tie::same_groups, 40);
  rows.windows.push_back(rows.windows.front());
  rows.labels.push_back(0);
  CHECK(compared(rows) == GroupRows::differ);  // the same kinds of rows, one of them more often
  rows.windows.push_back(rows.windows[2]);
  rows.labels.push_back(1);
  CHECK(compared(rows) == GroupRows::differ);  // as many rows, of the same kinds
  CHECK(compared(tied(Tie::identical, 40)) == GroupRows::same_in_order);
}

TEST_CASE("where no candidate differs the variances decide, and few candidates are evaluated", "[profiling]") {
  Context<Cpu> ctx;
  const auto all = [&] {
    std::vector<double> difference, variance;
    std::vector<Spread> spread;
    for (std::uint32_t i = 0; i < 5000; ++i) {
      difference.push_back(i % 7 * 1e-13);
      variance.push_back((i * 37 % 1000) * 1e-4 + (i % 3) * 1e-13);
      spread.push_back(i % 11 == 0 ? Spread::above : Spread::below);
    }
    return Candidates<Cpu>{
        to_device(ctx, difference), to_device(ctx, variance), to_device(ctx, spread), 1, 1e-12, 1e-12};
  };
  const auto id = [](const Candidate& f) { return f; };
  CountingPass known{GroupRows::same}, unknown{GroupRows::differ};
  const Selection fast = select(ctx, all(), 1234, 0.3, known, id), slow = select(ctx, all(), 1234, 0.3, unknown, id);
  CHECK((fast.same_rows && !slow.same_rows));
  CHECK(known.evaluated < 10);  // of one variance, at the cut
  CHECK(unknown.evaluated > 4500);
  REQUIRE(fast.survivors.size() == 1234);
  REQUIRE(slow.survivors.size() == 1234);
  for (std::size_t i = 0; i < 1234; ++i) {
    CHECK(fast.survivors[i].feature == slow.survivors[i].feature);
    CHECK(fast.survivors[i].difference == 0);
  }
}

TEST_CASE("features of rows that are all equal come in the order of their ids", "[profiling]") {
  const ScaleTable scales = every_scale(20);
  const auto set = set_of(tied(Tie::identical, 400));
  Context<Cpu> ctx;
  ProfileOptions options{.n_filter = 50, .pct_pre_filter = 100, .max_cor = 1, .check_cat = false};
  const auto result = fit(ctx, set, scales, options);
  REQUIRE(result.features.size() == 50);
  for (std::size_t i = 1; i < result.features.size(); ++i)
    CHECK(result.features[i - 1].feature < result.features[i].feature);
  CHECK(result.features.front().feature.starts_with("JMD_N_TMD_N-Pattern(C,1,4)-"));
}

}  // namespace isonomy::test
