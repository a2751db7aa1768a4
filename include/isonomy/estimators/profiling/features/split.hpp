// A split: which residues of a part are averaged; its label and its indices for a given part length.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy::profiling {

/// The end of a part from which positions are counted.
enum class Terminus : char { n = 'N', c = 'C' };

/// The i-th of n contiguous pieces, 1 <= i <= n.
struct Segment {
  int i = 1, n = 1;
  bool operator==(const Segment&) const = default;
};

/// Single residues at ascending 1-based positions, counted from `terminus`.
struct Pattern {
  Terminus terminus = Terminus::n;
  std::vector<int> positions;
  bool operator==(const Pattern&) const = default;
};

/// Positions start, start+step1, start+step1+step2, start+2*step1+step2, ... as far as the part reaches.
struct PeriodicPattern {
  Terminus terminus = Terminus::n;
  int step1 = 3, step2 = 4, start = 1;
  bool operator==(const PeriodicPattern&) const = default;
};

using Split = std::variant<Segment, Pattern, PeriodicPattern>;

/// How the boundary of a segment is rounded: floor(L*j/n) in integers, or the product fl(fl(L/n)*j) cut to an integer,
/// which loses the last residue at some lengths (15, 30, 49, 60, ...). Display positions and the reference use this.
enum class SegmentRule { integer, floating };

/// The text of a split in feature ids: "Segment(2,3)", "Pattern(N,1,4,8)", "PeriodicPattern(C,i+3/4,2)".
inline std::string label(const Split& split) {
  if (const auto* s = std::get_if<Segment>(&split)) return text::joined("Segment(", s->i, ",", s->n, ")");
  const auto terminus = [](Terminus t) { return static_cast<char>(t); };
  if (const auto* p = std::get_if<Pattern>(&split)) {
    std::string out = text::joined("Pattern(", terminus(p->terminus));
    for (const int position : p->positions) out += text::joined(",", position);
    return out + ")";
  }
  const auto& p = std::get<PeriodicPattern>(split);
  return text::joined("PeriodicPattern(", terminus(p.terminus), ",i+", p.step1, "/", p.step2, ",", p.start, ")");
}

/// Nothing. ValueError unless 1 <= i <= n; positions present, >= 1 and strictly ascending; steps and start >= 1.
inline void validate(const Split& split) {
  const auto reject = [&](const char* what) {
    throw ValueError(text::joined("Split: ", label(split), " ", what, "; correct the split"));
  };
  const auto known = [](Terminus t) { return t == Terminus::n || t == Terminus::c; };
  if (const auto* s = std::get_if<Segment>(&split)) {
    if (s->i < 1 || s->i > s->n) reject("names no segment; expected 1 <= i <= n");
  } else if (const auto* p = std::get_if<Pattern>(&split)) {
    if (!known(p->terminus)) reject("has no valid terminus; expected N or C");
    if (p->positions.empty()) reject("has no position; expected at least one");
    int last = 0;
    for (const int position : p->positions) {
      if (position <= last) reject("has positions that do not ascend from 1; expected 1 <= p1 < p2 < ...");
      last = position;
    }
  } else {
    const auto& q = std::get<PeriodicPattern>(split);
    if (!known(q.terminus)) reject("has no valid terminus; expected N or C");
    if (q.step1 < 1 || q.step2 < 1 || q.start < 1)
      reject("has a number below 1; expected steps and start of at least 1");
  }
}

/// The shortest part on which `split` is meaningful: n of a segment, the last position of a pattern, the start of a
/// periodic pattern.
inline index_t required_length(const Split& split) {
  if (const auto* s = std::get_if<Segment>(&split)) return s->n;
  if (const auto* p = std::get_if<Pattern>(&split)) return p->positions.empty() ? 0 : p->positions.back();
  return std::get<PeriodicPattern>(split).start;
}

/// First index of segment j+1 (and the end of segment j) of n in a part of `length`, 0 <= j <= n.
inline index_t segment_boundary(index_t length, index_t n, index_t j, SegmentRule rule) {
  if (rule == SegmentRule::integer) return length * j / n;
  const double width = static_cast<double>(length) / static_cast<double>(n);
  return static_cast<index_t>(width * static_cast<double>(j));
}

/// The 0-based indices of `split` in a part of `length` residues, in the order of summation: ascending for segments and
/// N-terminal patterns, descending for C-terminal ones.
/// Empty for a segment without residues (n > length) and for a periodic pattern that starts beyond the part.
/// ValueError for an invalid split, a negative length, or a pattern that does not fit. Linear in the result.
inline std::vector<index_t> indices(const Split& split, index_t length, SegmentRule rule) {
  validate(split);
  if (length < 0)
    throw ValueError(text::joined("indices: length=", length, "; expected at least 0; pass the length of a part"));
  std::vector<index_t> out;
  const auto from = [length](Terminus t, index_t position) {
    return t == Terminus::n ? position - 1 : length - position;
  };
  if (const auto* s = std::get_if<Segment>(&split)) {
    const index_t stop = segment_boundary(length, s->n, s->i, rule);
    for (index_t k = segment_boundary(length, s->n, s->i - 1, rule); k < stop; ++k) out.push_back(k);
  } else if (const auto* p = std::get_if<Pattern>(&split)) {
    if (p->positions.back() > length)
      throw ValueError(text::joined(
          {"indices: ", label(split), " needs ", p->positions.back(), " residues and the part has ", length,
           "; expected a part that holds the last position; drop the pattern or lengthen the part"}));
    for (const int position : p->positions) out.push_back(from(p->terminus, position));
  } else {
    const auto& q = std::get<PeriodicPattern>(split);
    bool odd = true;
    for (index_t position = q.start; position <= length; position += odd ? q.step1 : q.step2, odd = !odd)
      out.push_back(from(q.terminus, position));
  }
  return out;
}

/// The split of that label, blanks ignored. ValueError naming the text and the three forms.
inline Split parse_split(std::string_view text) {
  const std::string s = text::without_blanks(text);
  const auto reject = [&](const std::string& why) {
    throw ValueError(text::joined(
        {"parse_split: ", text::quoted(text), " ", why,
         "; expected Segment(i,n), Pattern(N|C,p1,p2,...) or PeriodicPattern(N|C,i+s1/s2,start); correct the split"}));
  };
  const auto open = s.find('(');
  if (open == std::string::npos || s.back() != ')' || open + 1 >= s.size()) reject("has no arguments in parentheses");
  const std::string kind = s.substr(0, open);
  const auto arguments = text::fields(std::string_view(s).substr(open + 1, s.size() - open - 2), ',');
  const auto number = [&](std::string_view field) {
    const auto value = text::whole_number(field);
    if (!value) reject(text::joined("has ", text::quoted(field), " where a whole number belongs"));
    return value.value_or(0);
  };
  const auto terminus = [&](std::string_view field) {
    if (field != "N" && field != "C")
      reject(text::joined("has ", text::quoted(field), " where the terminus N or C belongs"));
    return field == "N" ? Terminus::n : Terminus::c;
  };
  Split out;
  if (kind == "Segment") {
    if (arguments.size() != 2) reject(text::joined("has ", arguments.size(), " arguments instead of 2"));
    out = Segment{number(arguments[0]), number(arguments[1])};
  } else if (kind == "Pattern") {
    Pattern p{terminus(arguments[0]), {}};
    for (std::size_t k = 1; k < arguments.size(); ++k) p.positions.push_back(number(arguments[k]));
    out = std::move(p);
  } else if (kind == "PeriodicPattern") {
    if (arguments.size() != 3) reject(text::joined("has ", arguments.size(), " arguments instead of 3"));
    const auto slash = arguments[1].find('/');
    if (!arguments[1].starts_with("i+") || slash == std::string_view::npos) reject("has no steps of the form i+s1/s2");
    out = PeriodicPattern{terminus(arguments[0]), number(arguments[1].substr(2, slash - 2)),
                          number(arguments[1].substr(slash + 1)), number(arguments[2])};
  } else {
    reject("is of the unknown kind " + text::quoted(kind));
  }
  validate(out);
  return out;
}

}  // namespace isonomy::profiling
