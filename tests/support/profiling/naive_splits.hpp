// Parts and splits written out from their definitions, as lists of indices.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "isonomy/estimators/profiling/features/enumerate_splits.hpp"

namespace isonomy::test::naive {

/// Works on residues and on display coordinates alike.
template <class List>
List part_of(const std::string& name, const List& jmd_n, const List& tmd, const List& jmd_c) {
  const auto half = static_cast<std::ptrdiff_t>(std::nearbyint(static_cast<double>(tmd.size()) / 2));
  const List tmd_n(tmd.begin(), tmd.begin() + half), tmd_c(tmd.begin() + half, tmd.end());
  const auto join = [](List a, const List& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  };
  if (name == "tmd") return tmd;
  if (name == "tmd_n") return tmd_n;
  if (name == "tmd_c") return tmd_c;
  if (name == "jmd_n") return jmd_n;
  if (name == "jmd_c") return jmd_c;
  if (name == "tmd_jmd") return join(join(jmd_n, tmd), jmd_c);
  if (name == "jmd_n_tmd_n") return join(jmd_n, tmd_n);
  return join(tmd_c, jmd_c);
}

struct Split {
  std::string label;
  std::function<std::vector<int>(int length, bool float_rule)>
      indices;  ///< 0-based, out of range where it does not fit
};

/// All three families; `o` is already clamped.
inline std::vector<Split> splits(const profiling::SplitOptions& o) {
  std::vector<Split> out;
  if (o.segment)
    for (int n = o.segment->n_split_min; n <= o.segment->n_split_max; ++n)
      for (int i = 1; i <= n; ++i)
        out.push_back(
            {"Segment(" + std::to_string(i) + "," + std::to_string(n) + ")", [=](int length, bool float_rule) {
               const auto boundary = [&](int j) {
                 if (!float_rule) return length * j / n;
                 const double width = static_cast<double>(length) / n;
                 return static_cast<int>(width * j);
               };
               std::vector<int> list;
               for (int k = boundary(i - 1); k < boundary(i); ++k) list.push_back(k);
               return list;
             }});
  if (o.pattern) {
    const auto& p = *o.pattern;
    std::set<std::vector<int>> tuples;
    for (int k = p.n_min; k <= p.n_max; ++k) {
      std::vector<std::size_t> digits(static_cast<std::size_t>(k), 0);  // every step tuple of length k
      for (;;) {
        std::vector<int> at;
        int sum = 0;
        for (const std::size_t d : digits) at.push_back(sum += p.steps[d]);
        if (sum <= p.len_max)
          for (int shift = 1 - at.front(); shift + at.back() <= p.len_max; ++shift) {
            std::vector<int> moved = at;
            for (int& x : moved) x += shift;
            tuples.insert(moved);
          }
        std::size_t d = 0;
        while (d < digits.size() && ++digits[d] == p.steps.size()) digits[d++] = 0;
        if (d == digits.size()) break;
      }
    }
    for (const char terminus : {'N', 'C'})
      for (const auto& tuple : tuples) {
        std::string label = std::string("Pattern(") + terminus;
        for (const int x : tuple) label += "," + std::to_string(x);
        out.push_back({label + ")", [=](int length, bool) {
                         std::vector<int> list;
                         for (const int x : tuple) list.push_back(terminus == 'N' ? x - 1 : length - x);
                         return list;
                       }});
      }
  }
  if (o.periodic_pattern)
    for (const char terminus : {'N', 'C'})
      for (const int s1 : o.periodic_pattern->steps)
        for (const int s2 : o.periodic_pattern->steps)
          for (int start = 1; start <= s1; ++start) {
            const std::string label = std::string("PeriodicPattern(") + terminus + ",i+" + std::to_string(s1) + "/" +
                                      std::to_string(s2) + "," + std::to_string(start) + ")";
            if (std::any_of(out.begin(), out.end(), [&](const Split& s) { return s.label == label; })) continue;
            out.push_back({label, [=](int length, bool) {
                             std::vector<int> list;
                             int position = start;
                             for (int step = 0; position <= length; position += step++ % 2 == 0 ? s1 : s2)
                               list.push_back(terminus == 'N' ? position - 1 : length - position);
                             return list;
                           }});
          }
  return out;
}

/// Automatic clamping to the shortest part.
inline profiling::SplitOptions clamped(profiling::SplitOptions o, int shortest) {
  if (o.segment && o.segment->n_split_max > shortest) {
    o.segment->n_split_max = std::max(1, shortest);
    o.segment->n_split_min = std::min(o.segment->n_split_min, o.segment->n_split_max);
  }
  if (o.pattern && o.pattern->len_max > shortest) o.pattern.reset();
  if (o.periodic_pattern && shortest < o.periodic_pattern->steps[0]) o.periodic_pattern.reset();
  if (splits(o).empty()) o = {profiling::SegmentOptions{1, std::max(1, shortest)}, {}, {}};
  return o;
}

}  // namespace isonomy::test::naive
