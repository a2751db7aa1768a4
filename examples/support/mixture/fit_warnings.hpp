// What a fit leaves open, in words.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/normal/start.hpp"
#include "isonomy/io/reports/mixture_report.hpp"
#include "mixture_options.hpp"

namespace examples {

using isonomy::text::joined;

namespace detail {

/// Places of two parameters among those of the fit; nothing where it lacks one.
inline std::optional<std::pair<int, int>> places_of(const isonomy::io::MixtureFit& fit,
                                                    const std::pair<std::string, std::string>& pair) {
  const auto& names = fit.result.names;
  const auto first = std::find(names.begin(), names.end(), pair.first);
  const auto second = std::find(names.begin(), names.end(), pair.second);
  if (first == names.end() || second == names.end()) return {};
  return std::pair{static_cast<int>(first - names.begin()), static_cast<int>(second - names.begin())};
}

inline bool has_contour(const isonomy::io::MixtureFit& fit, const std::optional<std::pair<int, int>>& places) {
  return places && fit.has_error(static_cast<std::size_t>(places->first)) &&
         fit.has_error(static_cast<std::size_t>(places->second));
}

/// What the search for starting values leaves open, in words.
inline void note_starts(const isonomy::mixture::Starts& starts, std::vector<std::string>& warnings) {
  if (starts.late())
    warnings.push_back(joined("the best of ", starts.tried, " starts was number ", starts.first, ", and ",
                              starts.met_same, " met its maximum; there may be a better one: raise --starts"));
  else if (starts.tried > 0 && starts.met_same == 0)
    warnings.push_back(
        starts.tried == 1
            ? joined("no search for a start, but k-means alone: there are fewer than 5 points a component, "
                     "or --starts is 1 and it ended in a spike; use fewer components, or give a --start")
            : joined(
                  "none of ", starts.tried,
                  " starts met a maximum inside the bounds and without a spike; this fit begins at k-means; use fewer "
                  "components, or give a --start"));
}

/// What of the model the data did not settle, in words.
inline void note_result(MixtureRun& run, const std::vector<std::pair<std::string, std::string>>& contours) {
  const isonomy::io::MixtureFit& fit = run.fit;
  std::vector<std::string>& warnings = run.warnings;
  if (!run.begun_again) note_starts(fit.starts, warnings);
  for (const auto& warning : fit.result.report.warnings) warnings.push_back(warning);
  for (const int k : fit.result.degenerate)
    warnings.push_back(joined("component ", k + 1, " has closed in on a point, where the likelihood has no maximum"));
  for (const auto& pair : contours) {
    const auto places = places_of(fit, pair);
    if (fit.usable() && !has_contour(fit, places))
      warnings.push_back(joined("there is no contour of ", pair.first, " and ", pair.second,
                                places ? ": one of them has no error" : ": the model chosen does not have both"));
  }
  for (std::size_t i = 0; i < fit.minos.size(); ++i) {
    const auto& error = fit.minos[i];
    if (!fit.has_error(i)) continue;
    for (const auto& [side, status] : {std::pair{"lower", error.lower_status}, std::pair{"upper", error.upper_status}})
      if (status == isonomy::mixture::CrossingStatus::at_bound)
        warnings.push_back(joined(fit.result.names[i], " has no ", side,
                                  " profile error: its bound comes before the likelihood has risen by 1/2"));
      else if (status == isonomy::mixture::CrossingStatus::others_at_bound)
        warnings.push_back(joined(fit.result.names[i], " has no ", side,
                                  " profile error: the likelihood rises by 1/2 only because a weight can be no smaller "
                                  "than 1e-12, which is much of what lies in the range; try a wider --range"));
      else if (status == isonomy::mixture::CrossingStatus::not_found)
        warnings.push_back(
            joined(fit.result.names[i], " has no ", side,
                   " profile error: the search for it found no end, so far from a parabola is the likelihood on this "
                   "side"));
  }
}

}  // namespace detail
}  // namespace examples
