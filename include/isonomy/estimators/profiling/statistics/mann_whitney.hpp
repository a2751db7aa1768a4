// The Mann-Whitney U test as SciPy decides it: exact for small groups without ties, else by the normal distribution.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/statistics/auc.hpp"

namespace isonomy::profiling {

/// What the test needs of one feature besides the sizes of its groups.
struct RankSummary {
  TwiceU twice_u = 0;
  double ties = 0;         ///< sum of t^3 - t over groups of t equal values, 0 where all differ
  std::uint8_t equal = 0;  ///< 1 if means and spreads of the two groups are equal
};

/// P(U <= u) of the Mann-Whitney statistic of n1 and n0 values without ties, for every u up to half of n1 n0; the
/// distribution is symmetric. Counts are coefficients of the Gaussian binomial of n1 + n0 over n1 (Mann and Whitney
/// 1947). Memory n1 n0 / 2 doubles, time min(n1, n0) times that.
class MannWhitneyDistribution {
 public:
  /// ValueError unless both groups have rows and one has at most 8, or the counts outgrow doubles.
  MannWhitneyDistribution(index_t n1, index_t n0) : pairs_(n1 * n0) {
    const index_t smaller = std::min(n1, n0), larger = std::max(n1, n0);
    if (smaller < 1 || smaller > exact_up_to)
      throw ValueError(text::joined("MannWhitneyDistribution: groups of ", n1, " and ", n0,
                                    " rows; expected at least 1 in each and at most ", exact_up_to,
                                    " in one; use the normal approximation"));
    const auto half = static_cast<std::size_t>(pairs_ / 2);
    cumulative_.assign(half + 1, 0.0);
    cumulative_[0] = 1;
    double total = 1;
    for (index_t i = 1; i <= smaller; ++i) {  // times (1 - q^(larger + i)), over (1 - q^i)
      const auto up = static_cast<std::size_t>(larger + i), down = static_cast<std::size_t>(i);
      for (std::size_t k = half; k >= up; --k) cumulative_[k] -= cumulative_[k - up];
      for (std::size_t k = down; k <= half; ++k) cumulative_[k] += cumulative_[k - down];
      total *= static_cast<double>(larger + i) / static_cast<double>(i);
    }
    double sum = 0;
    for (double& c : cumulative_) {
      sum += c;
      c = sum / total;
    }
  }

  /// P(U >= u) for u of at least n1 n0 / 2.
  [[nodiscard]] double upper_tail(index_t u) const {
    return cumulative_[static_cast<std::size_t>(std::clamp(pairs_ - u, index_t{0}, pairs_ / 2))];
  }

  /// The larger of the two sizes below which SciPy prefers this distribution.
  static constexpr index_t exact_up_to = 8;

 private:
  index_t pairs_;
  std::vector<double> cumulative_;
};

/// Two-sided p-values of features with the same two groups, as scipy.stats.mannwhitneyu(method="auto") gives them: the
/// exact distribution if one group has at most 8 rows and the feature has no ties, else the normal approximation with
/// tie and continuity correction; 1 where means and spreads agree; rounded to 10 decimals.
[[nodiscard]] inline std::vector<double> scipy_mann_whitney_p(const std::vector<RankSummary>& features, index_t n_test,
                                                              index_t n_reference) {
  const double n1 = static_cast<double>(n_test), n0 = static_cast<double>(n_reference), n = n1 + n0;
  const TwiceU twice_pairs = 2 * static_cast<TwiceU>(n_test) * static_cast<TwiceU>(n_reference);
  const bool exactable = std::min(n_test, n_reference) <= MannWhitneyDistribution::exact_up_to;
  const bool untied = std::any_of(features.begin(), features.end(), [](const RankSummary& f) { return f.ties == 0; });
  std::vector<MannWhitneyDistribution> exact;
  if (exactable && untied) exact.emplace_back(n_test, n_reference);
  std::vector<double> out;
  out.reserve(features.size());
  for (const RankSummary& f : features) {
    const TwiceU larger = std::max(f.twice_u, twice_pairs - f.twice_u);
    double p = 1;
    if (f.equal != 0) {
      // The reference does not test where nothing differs.
    } else if (exactable && f.ties == 0) {
      p = 2 * exact.front().upper_tail(static_cast<index_t>(larger / 2));
    } else {
      const double spread = std::sqrt(n1 * n0 / 12 * ((n + 1) - f.ties / (n * (n - 1))));
      const double z = (static_cast<double>(larger) * 0.5 - n1 * n0 / 2 - 0.5) / spread;
      p = std::erfc(z / std::sqrt(2.0));
    }
    out.push_back(rounded(std::clamp(p, 0.0, 1.0), 10));
  }
  return out;
}

}  // namespace isonomy::profiling
