// A feature is part x split x scale: its id, its display positions, its name and its description.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/features/parts.hpp"
#include "isonomy/estimators/profiling/features/split.hpp"
#include "isonomy/estimators/profiling/scales/scale_table.hpp"

namespace isonomy::profiling {

/// The mean of `scale` over the residues of `part` that `split` picks.
struct Feature {
  Part part = Part::tmd;
  Split split;
  std::string scale;
  bool operator==(const Feature&) const = default;
};

/// Where features are drawn: the number of the first residue and lengths that need not be those of any sequence.
struct DisplayCoordinates {
  index_t start = 1, tmd_len = 20, jmd_n_len = 10, jmd_c_len = 10, ext_len = 0;
  bool operator==(const DisplayCoordinates&) const = default;
};

/// "TMD_C_JMD_C-Segment(2,3)-QIAN880106".
inline std::string feature_id(Part part, const Split& split, std::string_view scale) {
  return text::joined(part_label(part), "-", label(split), "-", scale);
}
inline std::string feature_id(const Feature& feature) { return feature_id(feature.part, feature.split, feature.scale); }

/// The feature of that id. The part may be in either case, blanks in part and split are ignored.
/// ValueError naming the id unless it has three fields, a known part, a valid split and a scale.
inline Feature parse_feature(std::string_view id) {
  const auto fields = text::fields(id, '-');
  if (fields.size() != 3)
    throw ValueError(text::joined("parse_feature: ", text::quoted(id), " has ", fields.size(),
                                  " fields between '-'; expected PART-SPLIT-SCALE; correct the id"));
  if (fields[2].empty())
    throw ValueError(text::joined(
        {"parse_feature: ", text::quoted(id), " names no scale; expected PART-SPLIT-SCALE; complete the id"}));
  try {
    return {parse_part(fields[0]), parse_split(fields[1]), std::string(fields[2])};
  } catch (const ValueError& error) {
    throw ValueError(text::joined("parse_feature: ", text::quoted(id), ": ", error.what()));
  }
}

/// Nothing. ValueError if tmd_len < 1, a flank is negative, ext_len is negative or longer than a flank, or a number is
/// beyond 10^9, which is a mistake and would exhaust memory.
inline void validate(const DisplayCoordinates& display) {
  const auto require = [](bool ok, const char* name, index_t value, const std::string& rule) {
    if (!ok)
      throw ValueError(text::joined(
          {"DisplayCoordinates: ", name, "=", value, "; expected ", rule, "; correct the display coordinates"}));
  };
  constexpr index_t most = 1'000'000'000;
  const auto within = [](index_t value, index_t least) { return value >= least && value <= most; };
  require(within(display.start, -most), "start", display.start, "-10^9 to 10^9");
  require(within(display.tmd_len, 1), "tmd_len", display.tmd_len, "1 to 10^9");
  require(within(display.jmd_n_len, 0), "jmd_n_len", display.jmd_n_len, "0 to 10^9");
  require(within(display.jmd_c_len, 0), "jmd_c_len", display.jmd_c_len, "0 to 10^9");
  require(display.ext_len >= 0 && display.ext_len <= std::min(display.jmd_n_len, display.jmd_c_len), "ext_len",
          display.ext_len, text::joined("0 to the shorter flank, ", std::min(display.jmd_n_len, display.jmd_c_len)));
}

/// The residue numbers that a feature is shown at, ascending, from the display lengths and not from the data.
///
/// Published position columns use SegmentRule::floating, and nothing for a segment of less than one residue there; so
/// does this. ValueError naming split, part and display length if a pattern reaches beyond.
inline std::vector<index_t> shown_positions(Part part, const Split& split, const DisplayCoordinates& display = {},
                                            SegmentRule rule = SegmentRule::floating) {
  validate(display);
  const Range range = part_range(part, display.jmd_n_len, display.tmd_len, display.jmd_c_len, display.ext_len);
  if (!std::holds_alternative<Segment>(split) && required_length(split) > range.length)
    throw ValueError(
        text::joined("DisplayCoordinates: ", label(split), " does not fit ", part_label(part),
                     " at its display length ", range.length, " (it needs ", required_length(split),
                     "); expected a split that picks a residue; raise the display lengths or drop the feature"));
  std::vector<index_t> out = indices(split, range.length, rule);
  for (index_t& position : out) position += display.start + range.offset;
  std::sort(out.begin(), out.end());
  return out;
}

/// The same. ValueError for a segment of less than one residue too.
inline std::vector<index_t> positions(Part part, const Split& split, const DisplayCoordinates& display = {},
                                      SegmentRule rule = SegmentRule::floating) {
  auto out = shown_positions(part, split, display, rule);
  if (out.empty())
    throw ValueError(
        text::joined("DisplayCoordinates: ", label(split), " has no residue of ", part_label(part),
                     " at its display length (it needs ", required_length(split),
                     "); expected a split that picks a residue; raise the display lengths or drop the feature"));
  return out;
}

/// "27,28,29": the numbers joined by commas.
inline std::string positions_string(const std::vector<index_t>& positions) {
  std::string out;
  for (const index_t position : positions) {
    if (!out.empty()) out += ',';
    out += std::to_string(position);
  }
  return out;
}

/// A short name: the subcategory of the scale and the positions, "Coil [27-33]". Segments of more than two residues are
/// shown as a range, periodic patterns as "21..3/4..39", everything else as the list. Errors as positions().
/// Source: the names that the reference package prints.
inline std::string feature_name(const Feature& feature, const ScaleInfo& scale,
                                const DisplayCoordinates& display = {}) {
  const auto at = positions(feature.part, feature.split, display);
  std::string shown = positions_string(at);
  if (std::holds_alternative<Segment>(feature.split) && at.size() > 2) shown = text::joined(at.front(), "-", at.back());
  if (const auto* p = std::get_if<PeriodicPattern>(&feature.split))
    shown = text::joined(at.front(), "..", p->step1, "/", p->step2, "..", at.back());
  return text::joined(scale.subcategory, " [", shown, "]");
}

namespace detail {

inline std::string_view part_in_words(Part part) {
  switch (part) {
  case Part::tmd: return "the TMD";
  case Part::tmd_n: return "the N-terminal half of the TMD";
  case Part::tmd_c: return "the C-terminal half of the TMD";
  case Part::jmd_n: return "the JMD-N";
  case Part::jmd_c: return "the JMD-C";
  case Part::ext_n: return "the end of the JMD-N beside the TMD";
  case Part::ext_c: return "the start of the JMD-C beside the TMD";
  case Part::tmd_jmd: return "the TMD with both flanks";
  case Part::jmd_n_tmd_n: return "the JMD-N and the N-terminal half of the TMD";
  case Part::tmd_c_jmd_c: return "the C-terminal half of the TMD and the JMD-C";
  case Part::tmd_e: return "the TMD extended into both flanks";
  case Part::ext_n_tmd_n: return "the N-terminal half of the TMD extended into the JMD-N";
  case Part::tmd_c_ext_c: return "the C-terminal half of the TMD extended into the JMD-C";
  }
  return "a part";
}

inline std::string split_in_words(const Split& split) {
  if (const auto* s = std::get_if<Segment>(&split))
    return s->n == 1 ? "all" : text::joined("segment ", s->i, " of ", s->n);
  const auto end = [](Terminus t) { return t == Terminus::n ? std::string("N-terminus") : std::string("C-terminus"); };
  if (const auto* p = std::get_if<Pattern>(&split)) return "a pattern counted from the " + end(p->terminus);
  const auto& p = std::get<PeriodicPattern>(split);
  return text::joined("alternate steps of ", p.step1, " and ", p.step2, " from the ", end(p.terminus));
}

}  // namespace detail

/// One plain sentence: what is averaged, at which residues, how they lie in the part. Errors as positions().
inline std::string feature_description(const Feature& feature, const ScaleInfo& scale,
                                       const DisplayCoordinates& display = {}) {
  const auto at = positions(feature.part, feature.split, display);
  const bool range = std::holds_alternative<Segment>(feature.split) && at.size() > 2;
  const std::string shown = range ? text::joined(at.front(), "-", at.back()) : text::listed(at, at.size());
  const std::string group =
      scale.category.empty() ? "no category" : text::joined(scale.category, ": ", scale.subcategory);
  return text::joined(scale.name, " (", group, "), averaged over ", at.size() == 1 ? "residue " : "residues ", shown,
                      ": ", detail::split_in_words(feature.split), " of ", detail::part_in_words(feature.part), ".");
}

}  // namespace isonomy::profiling
