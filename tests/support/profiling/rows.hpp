// Comparison of feature tables with golden ones.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "isonomy/estimators/profiling/result.hpp"
#include "support/catch.hpp"

namespace isonomy::test {

/// Identity, order, positions and texts exactly; the five statistics to the last bit; p-values within 1e-10 (and the
/// last bit of a number that was rounded to 10 decimals). At most five rows are shown.
inline void check_rows(const std::vector<profiling::FeatureRow>& ours,
                       const std::vector<profiling::FeatureRow>& golden) {
  REQUIRE(ours.size() == golden.size());
  int differing = 0;
  for (std::size_t i = 0; i < golden.size() && differing < 5; ++i) {
    const profiling::FeatureRow &a = ours[i], &b = golden[i];
    const auto close = [](double x, double y) {
      return std::abs(x - y) <= 1.000001e-10 || (std::isnan(x) && std::isnan(y));
    };
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

}  // namespace isonomy::test
