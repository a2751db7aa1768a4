// What the figures of a profiling run have in common: the data, the colours, the axis of residues.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "../profile/summary.hpp"
#include "canvas.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/features/feature.hpp"
#include "isonomy/estimators/profiling/result.hpp"

namespace examples {

using isonomy::index_t;
using isonomy::text::joined;

/// What the figures of a run show.
struct FigureData {
  const isonomy::profiling::ProfileResult& result;
  isonomy::profiling::DisplayCoordinates display;
  std::string title;

  std::string group_sizes() const {
    return joined(
        {with_commas(result.rows_test), " test and ", with_commas(result.rows_reference), " reference sequences"});
  }
};

inline constexpr const char *higher_colour = "'#b2182b'", *lower_colour = "'#2166ac'", *grey = "'#777777'";

namespace detail {

/// The least of 1, 2, 5, 10, 20, ... that cuts `length` into at most ten steps.
inline index_t tick_step(index_t length) {
  index_t power = 1;
  for (;; power *= 10)
    for (const index_t step : {power, 2 * power, 5 * power})
      if (length / step <= 10) return step;
}

}  // namespace detail

/// The x axis of residue numbers: range, ticks, borders of the parts. With `names`, the parts' names above the plot
/// and the TMD shaded.
inline void residue_axis(Canvas& canvas, const isonomy::profiling::DisplayCoordinates& d, bool names) {
  const auto total = d.jmd_n_len + d.tmd_len + d.jmd_c_len;
  const double first = static_cast<double>(d.start) - 0.5, tmd = first + static_cast<double>(d.jmd_n_len),
               jmd_c = tmd + static_cast<double>(d.tmd_len), last = first + static_cast<double>(total);
  canvas.add({"set xrange [", Canvas::number(first), ":", Canvas::number(last), "]\nset xtics ",
              detail::tick_step(total), " nomirror out scale 0.5 textcolor rgb '#333333'"});
  if (names)
    canvas.add({"set object rectangle from first ", Canvas::number(tmd), ", graph 0 to first ", Canvas::number(jmd_c),
                ", graph 1 behind fillcolor rgb '#f4f4f4' fillstyle solid noborder"});
  for (const double border : {tmd, jmd_c})
    if (border > first && border < last)
      canvas.add({"set arrow from first ", Canvas::number(border), ", graph 0 to first ", Canvas::number(border),
                  ", graph 1 nohead front linewidth 1 linecolor rgb '#888888'"});
  const std::pair<const char*, std::pair<double, double>> parts[] = {
      {"JMD-N", {first, tmd}}, {"TMD", {tmd, jmd_c}}, {"JMD-C", {jmd_c, last}}};
  for (const auto& [part, range] : parts)
    if (names && range.second > range.first)
      canvas.text(part, joined("first ", Canvas::number((range.first + range.second) / 2), ", graph 1"),
                  "center offset 0,0.6 textcolor rgb '#555555'");
}

/// The residues that a feature is drawn at.
inline std::vector<index_t> shown_positions(const isonomy::profiling::FeatureRow& row,
                                            const isonomy::profiling::DisplayCoordinates& display) {
  const auto feature = isonomy::profiling::parse_feature(row.feature);
  return isonomy::profiling::shown_positions(feature.part, feature.split, display);
}

}  // namespace examples
