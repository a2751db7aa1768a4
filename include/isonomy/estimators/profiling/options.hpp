// Options of a profiling run, named after the published system's arguments, and their checks.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/features/enumerate_splits.hpp"
#include "isonomy/estimators/profiling/features/feature.hpp"

namespace isonomy::profiling {

/// What two features share when one makes the other redundant: the characters of their position strings (the published
/// default) or the positions.
enum class Redundancy { legacy, exact };

/// Which p-value a run reports: Mann-Whitney by the normal approximation without tie correction, Student's t, or
/// Mann-Whitney as SciPy decides it (exact for small groups without ties, else with tie and continuity correction,
/// rounded to 10 decimals), which evaluates every feature row by row.
enum class Test { mann_whitney, t_test, mann_whitney_scipy };

/// Defaults are those of AAanalysis 1.1.0.
struct ProfileOptions {
  SplitOptions split_kws{};
  int label_test = 1, label_ref = 0;
  std::int64_t n_filter = 100;                 ///< features to keep, at least 1
  std::optional<std::int64_t> n_pre_filter{};  ///< candidates to keep before statistics; else pct_pre_filter
  int pct_pre_filter = 5;                      ///< percent of all candidates, 5 to 100
  double max_std_test = 0.2;                   ///< largest spread within the test group, in (0, 1)
  double max_overlap = 0.5, max_cor = 0.5;     ///< limits of redundancy, in [0, 1]
  bool check_cat = true;                       ///< compare features of one category only
  Redundancy redundancy = Redundancy::legacy;
  Test test = Test::mann_whitney;  ///< AAanalysis: parametric, vectorized
  DisplayCoordinates display{};    ///< AAanalysis: start, tmd_len, jmd_n_len, jmd_c_len
};

/// Nothing. ValueError naming the first option outside its domain.
inline void validate(const ProfileOptions& o) {
  const auto require = [](bool ok, std::initializer_list<text::Piece> what, const char* rule) {
    if (!ok) throw ValueError(text::joined("ProfileOptions: ", text::joined(what), "; expected ", rule));
  };
  validate(o.split_kws);
  validate(o.display);
  require(o.label_test != o.label_ref, {"label_test and label_ref are both ", o.label_test},
          "two different labels; name the label of each group");
  require(o.n_filter >= 1, {"n_filter=", o.n_filter}, "at least 1; raise it");
  require(!o.n_pre_filter || *o.n_pre_filter >= 1, {"n_pre_filter=", o.n_pre_filter.value_or(1)},
          "at least 1; raise it or leave it out");
  require(o.pct_pre_filter >= 5 && o.pct_pre_filter <= 100, {"pct_pre_filter=", o.pct_pre_filter},
          "5 to 100 percent; 5 is the default");
  require(o.max_std_test > 0 && o.max_std_test < 1, {"max_std_test=", text::decimals(o.max_std_test)},
          "a number above 0 and below 1; 0.2 is the default");
  require(o.max_overlap >= 0 && o.max_overlap <= 1, {"max_overlap=", text::decimals(o.max_overlap)},
          "0 to 1; 0.5 is the default");
  require(o.max_cor >= 0 && o.max_cor <= 1, {"max_cor=", text::decimals(o.max_cor)}, "0 to 1; 0.5 is the default");
}

}  // namespace isonomy::profiling
