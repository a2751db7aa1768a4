// What a fit leaves open, in words.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/normal/start.hpp"
#include "isonomy/io/reports/mixture_report.hpp"

namespace examples {

using isonomy::text::joined;

namespace detail {

inline bool has_contour(const isonomy::io::MixtureFit& fit, std::pair<int, int> pair) {
  return fit.has_error(static_cast<std::size_t>(pair.first)) && fit.has_error(static_cast<std::size_t>(pair.second));
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
            : joined("none of ", starts.tried,
                     " starts met a maximum without a spike; this fit begins at k-means; use fewer "
                     "components, or give a --start"));
}

/// What of the model the data did not settle, in words.
inline void note_result(const isonomy::io::MixtureFit& fit, const std::vector<std::pair<int, int>>& contours,
                        std::vector<std::string>& warnings) {
  note_starts(fit.starts, warnings);
  for (const auto& warning : fit.result.report.warnings) warnings.push_back(warning);
  for (const int k : fit.result.degenerate)
    warnings.push_back(joined("component ", k + 1, " has closed in on a point, where the likelihood has no maximum"));
  for (const auto& pair : contours)
    if (fit.usable() && !has_contour(fit, pair))
      warnings.push_back(joined("there is no contour of ", fit.result.names[static_cast<std::size_t>(pair.first)],
                                " and ", fit.result.names[static_cast<std::size_t>(pair.second)],
                                ": one of them has no error"));
  for (std::size_t i = 0; i < fit.minos.size(); ++i) {
    const auto& error = fit.minos[i];
    if (!fit.has_error(i)) continue;
    for (const auto& [side, status] : {std::pair{"lower", error.lower_status}, std::pair{"upper", error.upper_status}})
      if (status == isonomy::mixture::CrossingStatus::at_bound)
        warnings.push_back(joined(fit.result.names[i], " has no ", side,
                                  " profile error: its bound comes before the likelihood has risen by 1/2"));
      else if (status == isonomy::mixture::CrossingStatus::not_found)
        warnings.push_back(
            joined(fit.result.names[i], " has no ", side,
                   " profile error: the search for it found no end, so far from a parabola is the likelihood on this "
                   "side"));
  }
}

}  // namespace detail
}  // namespace examples
