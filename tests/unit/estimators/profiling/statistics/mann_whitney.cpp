// The Mann-Whitney test as SciPy decides it, against enumeration and plain formulas.
#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "isonomy/compiled/profiling.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/fit.hpp"
#include "isonomy/estimators/profiling/statistics/column_ranks.hpp"
#include "support/catch.hpp"
#include "support/profiling/data.hpp"

using namespace isonomy;
using namespace isonomy::profiling;

namespace {

/// P(U >= u) over all ways to choose n1 of n1 + n0 ranks.
double enumerated_tail(int n1, int n0, int u) {
  double total = 0, at_least = 0;
  for (unsigned mask = 0; mask < 1u << (n1 + n0); ++mask) {
    int chosen = 0, sum = 0;
    for (int k = 0; k < n1 + n0; ++k)
      if ((mask >> k & 1u) != 0) {
        ++chosen;
        sum += k + 1;
      }
    if (chosen != n1) continue;
    total += 1;
    at_least += sum - n1 * (n1 + 1) / 2 >= u ? 1 : 0;
  }
  return at_least / total;
}

/// The summary of one column by its definition.
RankSummary naive_summary(const std::vector<double>& x, std::size_t n1) {
  RankSummary out;
  for (std::size_t i = 0; i < n1; ++i)
    for (std::size_t j = n1; j < x.size(); ++j) out.twice_u += x[i] > x[j] ? 2u : x[i] == x[j] ? 1u : 0u;
  std::map<double, double> sizes;
  for (const double v : x) sizes[v] += 1;
  for (const auto& [v, t] : sizes) out.ties += t * t * t - t;
  return out;
}

RankSummary of(TwiceU twice_u, double ties = 0, std::uint8_t equal = 0) { return {twice_u, ties, equal}; }

double p_of(const RankSummary& s, index_t n1, index_t n0) { return scipy_mann_whitney_p({s}, n1, n0).front(); }

}  // namespace

TEST_CASE("the exact distribution of U is that of all choices of ranks", "[profiling]") {
  for (const auto& [n1, n0] : {std::pair{1, 1}, {1, 7}, {3, 2}, {4, 4}, {5, 8}, {8, 6}, {8, 8}}) {
    const MannWhitneyDistribution distribution(n1, n0);
    for (int u = (n1 * n0 + 1) / 2; u <= n1 * n0; ++u) {
      INFO(n1 << ", " << n0 << ", " << u);
      CHECK(distribution.upper_tail(u) == Approx(enumerated_tail(n1, n0, u)).epsilon(1e-13));
    }
  }
  CHECK_THROWS_AS(MannWhitneyDistribution(9, 9), ValueError);
  CHECK_THROWS_AS(MannWhitneyDistribution(0, 3), ValueError);
}

TEST_CASE("the exact distribution holds for one large group", "[profiling]") {
  const MannWhitneyDistribution distribution(8, 2000);
  // U of all or all but one of the choices; and half of the mass, up to the probability of the middle, above it.
  double choices = 1;
  for (int i = 1; i <= 8; ++i) choices = choices * (2000 + i) / i;
  CHECK(distribution.upper_tail(16000) == Approx(1 / choices).epsilon(1e-12));
  CHECK(distribution.upper_tail(15999) == Approx(2 / choices).epsilon(1e-12));
  CHECK(distribution.upper_tail(8000) == Approx(0.5).margin(2e-4));
  // The normal approximation with continuity correction is good here.
  const double z = (9500 - 8000 - 0.5) / std::sqrt(8.0 * 2000 * 2009 / 12);
  CHECK(distribution.upper_tail(9500) == Approx(std::erfc(z / std::sqrt(2.0)) / 2).epsilon(0.02));
}

TEST_CASE("p-values are exact, corrected, or 1, as SciPy chooses", "[profiling]") {
  // scipy.stats.mannwhitneyu([1, 2, 3], [4, 5, 6]).pvalue == 0.1; five against five, separated: 2 / 252
  CHECK(p_of(of(0), 3, 3) == 0.1);
  CHECK(p_of(of(18), 3, 3) == 0.1);
  CHECK(p_of(of(0), 5, 5) == rounded(2.0 / 252, 10));
  CHECK(p_of(of(9), 3, 3) == 1);  // twice the tail from the middle on exceeds 1
  // ties: the normal approximation, [1, 1, 2] against [2, 3, 3]: U = 0.5, ties 6 + 6 + 6
  const double spread = std::sqrt(9.0 / 12 * (7 - 18.0 / 30));
  CHECK(p_of(of(1, 18), 3, 3) == rounded(std::erfc((8.5 - 4.5 - 0.5) / spread / std::sqrt(2.0)), 10));
  // both groups above eight rows: the approximation even without ties
  const double wide = std::sqrt(81.0 / 12 * 19);
  CHECK(p_of(of(20), 9, 9) == rounded(std::erfc((71 - 40.5 - 0.5) / wide / std::sqrt(2.0)), 10));
  CHECK(p_of(of(20, 0, 1), 9, 9) == 1);
  CHECK(p_of(of(81, 18 * 18 * 18 - 18, 1), 9, 9) == 1);
  CHECK(scipy_mann_whitney_p({}, 3, 3).empty());
}

TEST_CASE("rank summaries of columns are those of their definition", "[profiling]") {
  isonomy::test::SplitMix64 random(3);
  for (const auto& [n1, n0] : {std::pair{1, 1}, {3, 4}, {20, 13}, {150, 150}}) {
    const index_t rows = n1 + n0, columns = 6;
    std::vector<double> values;
    for (index_t j = 0; j < columns; ++j)
      for (index_t i = 0; i < rows; ++i)
        values.push_back(j == 0 ? 0.5 : static_cast<double>(random.below(j == 1 ? 100000 : 9)) / 100000.0);
    for (const int threads : {1, 3}) {
      Context<Cpu> ctx({.threads = threads});
      const auto device = to_device(ctx, values);
      const auto summaries = rank_summaries<exact>(ctx, device, rows, n1, columns);
      const auto reference = rank_summaries<aaanalysis_1_1>(ctx, device, rows, n1, columns);
      REQUIRE(summaries.size() == 6);
      for (std::size_t j = 0; j < 6; ++j) {
        const auto first = values.begin() + static_cast<std::ptrdiff_t>(j) * rows;
        const auto expected = naive_summary({first, first + rows}, static_cast<std::size_t>(n1));
        CHECK(summaries[j].twice_u == expected.twice_u);
        CHECK(summaries[j].ties == expected.ties);
        CHECK(reference[j].twice_u == expected.twice_u);
      }
      CHECK(summaries[0].equal == 1);
      CHECK(reference[0].equal == 1);
    }
  }
}

TEST_CASE("groups agree where means and spreads do", "[profiling]") {
  Context<Cpu> ctx;
  // the same values in another order; the same mean, another spread; another mean, the same spread
  const std::vector<double> values{0.1, 0.2, 0.3, 0.3, 0.1, 0.2, 0.1, 0.2, 0.3,
                                   0.2, 0.2, 0.2, 0.1, 0.2, 0.3, 0.2, 0.3, 0.4};
  const auto device = to_device(ctx, values);
  const auto summaries = rank_summaries<exact>(ctx, device, 6, 3, 3);
  CHECK(summaries[0].equal == 1);
  CHECK(summaries[1].equal == 0);
  CHECK(summaries[2].equal == 0);
}

TEST_CASE("a run with SciPy's test selects the same features and gives other p-values", "[profiling]") {
  const auto set = isonomy::test::set_of(isonomy::test::synthetic(60));
  const auto scales = isonomy::test::every_scale(12);
  ProfileOptions o;
  Context<Cpu> one({.threads = 1}), four({.threads = 4});
  const auto plain = fit<exact>(one, set, scales, o);
  o.test = Test::mann_whitney_scipy;
  const auto a = fit<exact>(one, set, scales, o), b = fit<exact>(four, set, scales, o);
  CHECK(a.p_value_column == "p_val_mann_whitney");
  REQUIRE(a.features.size() == plain.features.size());
  for (std::size_t i = 0; i < a.features.size(); ++i) {
    CHECK(a.features[i].feature == plain.features[i].feature);
    CHECK(a.features[i].p_value == b.features[i].p_value);
    CHECK(a.features[i].p_val_fdr_bh == b.features[i].p_val_fdr_bh);
    CHECK(std::abs(a.features[i].p_value - plain.features[i].p_value) < 0.01);
    CHECK(rounded(a.features[i].p_value, 10) == a.features[i].p_value);
  }
}
