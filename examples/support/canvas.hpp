// A gnuplot script under construction: a picture of so many pixels, its title, panels, labels and axes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gnuplot.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/estimators/profiling/features.hpp"
#include "isonomy/estimators/profiling/result.hpp"
#include "isonomy/io/numbers.hpp"
#include "summary.hpp"

namespace examples {

using isonomy::index_t;

/// <name>.gnuplot draws <name>.svg from the tables (name and text), all in one folder.
struct Figure {
  std::string name, script;
  std::vector<std::pair<std::string, std::string>> tables;
};

/// What the figures of a run show.
struct FigureData {
  const isonomy::profiling::ProfileResult& result;
  isonomy::profiling::DisplayCoordinates display;
  std::string title;

  std::string group_sizes() const {
    return with_commas(result.rows_test) + " test and " + with_commas(result.rows_reference) + " reference sequences";
  }
};

inline constexpr const char *higher_colour = "'#b2182b'", *lower_colour = "'#2166ac'", *grey = "'#777777'";

/// At most `most` characters of UTF-8 text, the last one "…" if something is cut.
inline std::string shortened(std::string_view text, std::size_t most) {
  std::size_t count = 0, keep = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) continue;
    if (count + 1 == most) keep = at;
    if (++count > most) return std::string(text.substr(0, keep)) + "…";
  }
  return std::string(text);
}

/// Collects the script. Pixels count from the top left corner.
class Canvas {
 public:
  Canvas(const std::string& name, int width, int height, const std::string& title, const std::string& subtitle)
      : width_(width), height_(height) {
    add("# Draws " + name + ".svg from the tables beside it: gnuplot " + name + ".gnuplot > " + name + ".svg");
    add("set terminal svg size " + std::to_string(width) + "," + std::to_string(height) +
        " dynamic font 'sans-serif,13' background '#ffffff'");
    add("set encoding utf8\nset datafile separator tab\nset datafile missing 'nan'\nunset key\nset multiplot");
    text(title, at(18, 28), "font ',18'");
    text(subtitle, at(18, 54), "font ',13' textcolor rgb '#555555'");
  }

  static std::string number(double value) { return isonomy::io::number_text(value); }

  void add(const std::string& line) { script_ += line + "\n"; }
  const std::string& script() const { return script_; }

  /// A place on the picture.
  std::string at(double x, double y) const {
    return "screen " + number(x / width_) + ", screen " + number(1 - y / height_);
  }
  /// A label at a place in any coordinates; never interpreted, whatever it holds.
  void text(std::string_view what, const std::string& place, const std::string& style) {
    add("set label " + gnuplot_string(what) + " at " + place + " noenhanced front " + style);
  }
  void box(double left, double top, double right, double bottom, const std::string& colour) {
    add("set object rectangle from " + at(left, bottom) + " to " + at(right, top) + " fillcolor rgb " + colour +
        " fillstyle solid noborder");
  }

  /// Where the next plot goes; nothing of the former panel but the axes' style remains.
  void panel(double left, double right, double top, double bottom) {
    add("unset label\nunset object\nunset arrow\nunset xlabel\nset border 1 linecolor rgb '#888888'");
    add("set lmargin at screen " + number(left / width_) + "\nset rmargin at screen " + number(right / width_));
    add("set tmargin at screen " + number(1 - top / height_) + "\nset bmargin at screen " +
        number(1 - bottom / height_));
  }

  /// The x axis of residue numbers: range, ticks, borders of the parts. With `names`, the parts' names above the plot
  /// and the TMD shaded.
  void residue_axis(const isonomy::profiling::DisplayCoordinates& d, bool names) {
    const auto total = d.jmd_n_len + d.tmd_len + d.jmd_c_len;
    const double first = static_cast<double>(d.start) - 0.5, tmd = first + static_cast<double>(d.jmd_n_len),
                 jmd_c = tmd + static_cast<double>(d.tmd_len), last = first + static_cast<double>(total);
    add("set xrange [" + number(first) + ":" + number(last) + "]\nset xtics " + std::to_string(tick_step(total)) +
        " nomirror out scale 0.5 textcolor rgb '#333333'");
    if (names)
      add("set object rectangle from first " + number(tmd) + ", graph 0 to first " + number(jmd_c) +
          ", graph 1 behind fillcolor rgb '#f4f4f4' fillstyle solid noborder");
    for (const double border : {tmd, jmd_c})
      if (border > first && border < last)
        add("set arrow from first " + number(border) + ", graph 0 to first " + number(border) +
            ", graph 1 nohead front linewidth 1 linecolor rgb '#888888'");
    const std::pair<const char*, std::pair<double, double>> parts[] = {
        {"JMD-N", {first, tmd}}, {"TMD", {tmd, jmd_c}}, {"JMD-C", {jmd_c, last}}};
    for (const auto& [part, range] : parts)
      if (names && range.second > range.first)
        text(part, "first " + number((range.first + range.second) / 2) + ", graph 1",
             "center offset 0,0.6 textcolor rgb '#555555'");
  }

 private:
  /// The least of 1, 2, 5, 10, 20, ... that cuts `length` into at most ten steps.
  static index_t tick_step(index_t length) {
    index_t power = 1;
    for (;; power *= 10)
      for (const index_t step : {power, 2 * power, 5 * power})
        if (length / step <= 10) return step;
  }

  int width_, height_;
  std::string script_;
};

/// The residues that a feature is drawn at.
inline std::vector<index_t> shown_positions(const isonomy::profiling::FeatureRow& row,
                                            const isonomy::profiling::DisplayCoordinates& display) {
  const auto feature = isonomy::profiling::parse_feature(row.feature);
  return isonomy::profiling::positions(feature.part, feature.split, display);
}

}  // namespace examples
