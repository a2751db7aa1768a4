// A gnuplot script under construction: a picture of so many pixels, its title, panels, labels and axes.
#pragma once

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gnuplot.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/numbers.hpp"

namespace examples {

using isonomy::text::joined;

/// <name>.gnuplot draws <name>.svg from the tables (name and text), all in one folder.
struct Figure {
  std::string name, script;
  std::vector<std::pair<std::string, std::string>> tables;
};

/// At most `most` characters of UTF-8 text, the last one "…" if something is cut.
inline std::string shortened(std::string_view text, std::size_t most) {
  std::size_t count = 0, keep = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) continue;
    if (count + 1 == most) keep = at;
    if (++count > most) return joined(text.substr(0, keep), "…");
  }
  return std::string(text);
}

/// The largest of 1, 2 or 5 times a power of ten that is at most `limit`, which is above 0.
inline double round_step(double limit) {
  const double power = std::pow(10, std::floor(std::log10(limit)));
  return (limit >= 5 * power ? 5 : limit >= 2 * power ? 2 : 1) * power;
}

/// Collects the script. Pixels count from the top left corner.
class Canvas {
 public:
  Canvas(const std::string& name, int width, int height, const std::string& title, const std::string& subtitle)
      : width_(width), height_(height) {
    add({"# Draws ", name, ".svg from the tables beside it: gnuplot ", name, ".gnuplot > ", name, ".svg"});
    add({"set terminal svg size ", width, ",", height, " dynamic font 'sans-serif,13' background '#ffffff'"});
    add("set encoding utf8\nset datafile separator tab\nset datafile missing 'nan'\nunset key\nset multiplot");
    text(title, at(18, 28), "font ',18'");
    text(subtitle, at(18, 54), "font ',13' textcolor rgb '#555555'");
  }

  static std::string number(double value) { return isonomy::io::number_text(value); }

  void add(const std::string& line) { script_ += line + "\n"; }
  void add(std::initializer_list<isonomy::text::Piece> line) { add(joined(line)); }
  const std::string& script() const { return script_; }

  /// A place on the picture.
  std::string at(double x, double y) const {
    return joined("screen ", number(x / width_), ", screen ", number(1 - y / height_));
  }
  /// A label at a place in any coordinates; never interpreted, whatever it holds.
  void text(std::string_view what, const std::string& place, const std::string& style) {
    add({"set label ", gnuplot_string(what), " at ", place, " noenhanced front ", style});
  }
  void box(double left, double top, double right, double bottom, const std::string& colour) {
    add({"set object rectangle from ", at(left, bottom), " to ", at(right, top), " fillcolor rgb ", colour,
         " fillstyle solid noborder"});
  }

  /// Where the next plot goes; nothing of the former panel but the axes' style remains.
  void panel(double left, double right, double top, double bottom) {
    add("unset label\nunset object\nunset arrow\nunset xlabel\nset border 1 linecolor rgb '#888888'");
    add({"set lmargin at screen ", number(left / width_), "\nset rmargin at screen ", number(right / width_)});
    add({"set tmargin at screen ", number(1 - top / height_), "\nset bmargin at screen ",
         number(1 - bottom / height_)});
  }

 private:
  int width_, height_;
  std::string script_;
};

}  // namespace examples
