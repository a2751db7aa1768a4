// Profiling written out from its definition: full rows x candidates matrices, no moments, no histograms, no shortcuts.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "isonomy/estimators/profiling/options.hpp"
#include "isonomy/estimators/profiling/result.hpp"
#include "isonomy/estimators/profiling/scales/scale_table.hpp"
#include "support/profiling/naive_splits.hpp"

namespace isonomy::test {

struct NaiveRow {
  std::string jmd_n, tmd, jmd_c;
  int label = 0;
};

struct NaiveInput {
  std::vector<std::string> parts;  ///< names as in tables
  std::vector<NaiveRow> rows;
  std::string letters;
  std::vector<profiling::ScaleInfo> infos;
  std::vector<std::vector<double>> scales;  ///< a value a letter
};

struct NaiveResult {
  std::vector<profiling::FeatureRow> features;
  profiling::Funnel funnel;
  bool undefined = false;  ///< a second pass without residues in some row, or a split without display positions
};

namespace naive {

__extension__ using wide = __int128;
__extension__ using quad = __float128;

/// A.1.
inline double pairwise(const double* a, std::size_t m) {
  if (m < 8) return std::accumulate(a, a + m, 0.0);
  if (m > 128) {
    const std::size_t h = m / 2 - m / 2 % 8;
    return pairwise(a, h) + pairwise(a + h, m - h);
  }
  double r[8];
  std::copy(a, a + 8, r);
  std::size_t i = 8;
  for (; i + 8 <= m; i += 8)
    for (std::size_t k = 0; k < 8; ++k) r[k] += a[i + k];
  double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
  for (; i < m; ++i) sum += a[i];
  return sum;
}

inline double rounded(double y, double power) { return std::rint(y * power) / power; }

struct Statistics {
  double difference = 0, std_test = 0, std_ref = 0;
  bool missing = false;
};

/// Mean difference and spreads in the published arithmetic: plain sums in row order, every step rounded.
inline Statistics published_statistics(const std::vector<double>& w, const std::vector<bool>& is_test) {
  double mean[2] = {0, 0}, squares[2] = {0, 0}, n[2] = {0, 0};
  for (std::size_t i = 0; i < w.size(); ++i) mean[is_test[i]] += w[i], n[is_test[i]] += 1;
  for (int k : {0, 1}) mean[k] /= n[k];
  for (std::size_t i = 0; i < w.size(); ++i) {
    volatile double d = w[i] - mean[is_test[i]], square = d * d;
    squares[is_test[i]] += square;
  }
  return {mean[1] - mean[0], std::sqrt(squares[1] / n[1]), std::sqrt(squares[0] / n[0]),
          std::isnan(mean[0]) || std::isnan(mean[1])};
}

/// The same of rationals m[i] / (c[i] * denominator) without any rounding but the last; all fits 127 bits.
inline Statistics rational_statistics(const std::vector<std::int64_t>& m, const std::vector<std::int64_t>& c,
                                      std::int64_t denominator, const std::vector<bool>& is_test) {
  std::int64_t common = 1;
  for (const std::int64_t x : c) {
    if (x == 0) return {0, 0, 0, true};
    common = std::lcm(common, x);
  }
  wide sum[2] = {0, 0}, squares[2] = {0, 0}, n[2] = {0, 0};
  for (std::size_t i = 0; i < m.size(); ++i) {
    const wide x = wide{m[i]} * (common / c[i]);
    const int k = is_test[i];
    sum[k] += x, squares[k] += x * x, n[k] += 1;
  }
  const quad unit = static_cast<quad>(common) * static_cast<quad>(denominator);
  const auto spread = [&](int k) {
    const quad variance = static_cast<quad>(n[k] * squares[k] - sum[k] * sum[k]) / static_cast<quad>(n[k] * n[k]);
    return std::sqrt(static_cast<double>(variance / unit / unit));
  };
  const quad difference = static_cast<quad>(sum[1] * n[0] - sum[0] * n[1]) / static_cast<quad>(n[0] * n[1]);
  return {static_cast<double>(difference / unit), spread(1), spread(0), false};
}

/// m / n rounded to an integer, halves to even; n > 0.
inline std::int64_t half_even(wide m, wide n) {
  wide q = m / n, r = m % n;
  if (r < 0) r += n, --q;
  if (2 * r > n || (2 * r == n && q % 2 != 0)) ++q;
  return static_cast<std::int64_t>(q);
}

/// A scale as integers over a denominator: decimals of at most six places as they are, all else in steps of 2^-38 of
/// the power of two above its largest magnitude (2^-44 at least).
struct IntegerScale {
  std::vector<std::int64_t> numerators;
  std::int64_t denominator = 0;
  explicit IntegerScale(const std::vector<double>& values) {
    double largest = 0;
    for (const double v : values) largest = std::max(largest, std::abs(v));
    for (std::int64_t k = 1; k <= 1000000 && denominator == 0; k *= 10)
      if (std::all_of(values.begin(), values.end(), [&](double v) {
            const double m = std::nearbyint(v * static_cast<double>(k));
            return std::abs(m) < 0x1p31 && m / static_cast<double>(k) == v;
          }))
        denominator = k;
    if (denominator == 0) {
      int exponent = 0;
      std::frexp(largest, &exponent);
      denominator = std::int64_t{1} << std::clamp(38 - exponent, 0, 44);
    }
    for (const double v : values)
      numerators.push_back(static_cast<std::int64_t>(std::nearbyint(v * static_cast<double>(denominator))));
  }
};

inline double correlation(const std::vector<double>& x, const std::vector<double>& y) {
  if (x == y && std::set<double>(x.begin(), x.end()).size() > 1) return 1;
  const double n = static_cast<double>(x.size());
  const double mx = std::accumulate(x.begin(), x.end(), 0.0) / n, my = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0, xy = 0, yy = 0;
  for (std::size_t a = 0; a < x.size(); ++a)
    xx += (x[a] - mx) * (x[a] - mx), xy += (x[a] - mx) * (y[a] - my), yy += (y[a] - my) * (y[a] - my);
  if (std::set<double>(x.begin(), x.end()).size() < 2 || std::set<double>(y.begin(), y.end()).size() < 2)
    return std::numeric_limits<double>::quiet_NaN();
  return std::min(1.0, xy / (std::sqrt(xx) * std::sqrt(yy)));
}

/// Welford's means and deviations, as pandas adds them up; x stands behind y in the table.
inline double one_pass_correlation(const std::vector<double>& x, const std::vector<double>& y) {
  double mx = 0, my = 0, xx = 0, xy = 0, yy = 0;
  for (std::size_t a = 0; a < x.size(); ++a) {
    const double dx = x[a] - mx, dy = y[a] - my, share = 1 / static_cast<double>(a + 1);
    mx = mx + share * dx;
    my = my + share * dy;
    xx = xx + (x[a] - mx) * dx;
    yy = yy + (y[a] - my) * dy;
    xy = xy + (x[a] - mx) * dy;
  }
  const double divisor = std::sqrt(xx * yy);
  return divisor == 0 ? std::numeric_limits<double>::quiet_NaN() : std::max(-1.0, std::min(1.0, xy / divisor));
}

/// On sets of characters or of positions.
template <class T>
bool overlap(const std::set<T>& f, const std::set<T>& g, double limit) {
  std::size_t common = 0;
  for (const T& x : f) common += g.count(x);
  return static_cast<double>(common) / static_cast<double>(f.size() + g.size() - common) >= limit || common == f.size();
}

struct Feature {
  std::string id;
  std::size_t part, split, scale;
  Statistics first, second;
  double abs_auc = 0, abs_mean_dif = 0, p = 0, q = 0;
};

}  // namespace naive

/// The definition, step by step. `exact`: integers throughout and the integer segment rule; else the published
/// floating-point arithmetic. Mann-Whitney only.
inline NaiveResult naive_profile(const NaiveInput& in, const profiling::ProfileOptions& o, bool exact) {
  NaiveResult out;
  const std::size_t n = in.rows.size();
  std::vector<bool> is_test;
  std::vector<std::vector<std::string>> residues;  // rows x parts
  int shortest = std::numeric_limits<int>::max();
  for (const NaiveRow& row : in.rows) {
    is_test.push_back(row.label == o.label_test);
    residues.emplace_back();
    for (const auto& part : in.parts) {
      residues.back().push_back(naive::part_of(part, row.jmd_n, row.tmd, row.jmd_c));
      shortest = std::min(shortest, static_cast<int>(residues.back().back().size()));
    }
  }
  const auto splits = naive::splits(naive::clamped(o.split_kws, shortest));
  std::vector<naive::IntegerScale> integers;
  for (const auto& scale : in.scales) integers.emplace_back(scale);

  // Positions to show.
  const auto numbers = [&](index_t first, index_t count) {
    std::vector<index_t> list(static_cast<std::size_t>(count));
    std::iota(list.begin(), list.end(), first);
    return list;
  };
  const auto& view = o.display;
  const auto jmd_n = numbers(view.start, view.jmd_n_len), tmd = numbers(view.start + view.jmd_n_len, view.tmd_len),
             jmd_c = numbers(view.start + view.jmd_n_len + view.tmd_len, view.jmd_c_len);
  std::vector<std::vector<std::vector<index_t>>> shown(in.parts.size());
  for (std::size_t p = 0; p < in.parts.size(); ++p)
    for (const auto& split : splits) {
      const auto part = naive::part_of(in.parts[p], jmd_n, tmd, jmd_c);
      std::vector<index_t> at;
      for (const int i : split.indices(static_cast<int>(part.size()), !exact)) {
        if (i < 0 || i >= static_cast<int>(part.size()))
          out.undefined = true;
        else
          at.push_back(part[static_cast<std::size_t>(i)]);
      }
      if (at.empty()) out.undefined = true;
      std::sort(at.begin(), at.end());
      shown[p].push_back(at);
    }
  if (out.undefined) return out;

  // Values of one split in one row: letter numbers in order, -1 for a gap.
  const auto letters_at = [&](std::size_t row, std::size_t part, std::size_t split, bool float_rule) {
    const std::string& text = residues[row][part];
    std::vector<int> list;
    for (const int i : splits[split].indices(static_cast<int>(text.size()), float_rule)) {
      const auto at = in.letters.find(text[static_cast<std::size_t>(i)]);
      list.push_back(at == std::string::npos ? -1 : static_cast<int>(at));
    }
    return list;
  };
  const auto counted = [](const std::vector<int>& letters) {
    return static_cast<std::int64_t>(letters.size()) - std::count(letters.begin(), letters.end(), -1);
  };

  // Pass 1.
  std::vector<naive::Feature> features;
  for (std::size_t p = 0; p < in.parts.size(); ++p)
    for (std::size_t s = 0; s < splits.size(); ++s) {
      std::vector<std::vector<int>> rows;
      for (std::size_t i = 0; i < n; ++i) rows.push_back(letters_at(i, p, s, !exact));
      for (std::size_t d = 0; d < in.scales.size(); ++d) {
        ++out.funnel.n_candidates;
        naive::Statistics first;
        std::vector<double> w;
        std::vector<std::int64_t> m, c;
        for (const auto& letters : rows) {
          double sum = 0;
          m.push_back(0);
          for (const int a : letters)
            if (a >= 0) {
              sum += static_cast<double>(static_cast<float>(in.scales[d][static_cast<std::size_t>(a)]));
              m.back() += integers[d].numerators[static_cast<std::size_t>(a)];
            }
          c.push_back(counted(letters));
          w.push_back(sum / static_cast<double>(c.back()));
        }
        first = exact ? naive::rational_statistics(m, c, integers[d].denominator, is_test)
                      : naive::published_statistics(w, is_test);
        if (first.missing || !(first.std_test <= o.max_std_test)) continue;
        ++out.funnel.n_within_spread;
        std::string label = in.parts[p];
        for (char& x : label) x = static_cast<char>(std::toupper(x));
        features.push_back({label + "-" + splits[s].label + "-" + in.infos[d].id, p, s, d, first, {}});
      }
    }

  // Pre-filter.
  const std::int64_t n_filter = std::min(o.n_filter, out.funnel.n_candidates);
  std::int64_t n_pre =
      static_cast<std::int64_t>(static_cast<double>(out.funnel.n_candidates) * (o.pct_pre_filter / 100.0));
  n_pre = o.n_pre_filter ? *o.n_pre_filter : std::max(n_pre, n_filter);
  std::sort(features.begin(), features.end(), [](const naive::Feature& f, const naive::Feature& g) {
    const double df = std::abs(f.first.difference), dg = std::abs(g.first.difference);
    if (df != dg) return df > dg;
    return f.first.std_test != g.first.std_test ? f.first.std_test < g.first.std_test : f.id < g.id;
  });
  if (static_cast<std::int64_t>(features.size()) > n_pre) features.erase(features.begin() + n_pre, features.end());
  out.funnel.n_after_prefilter = static_cast<std::int64_t>(features.size());

  // Pass 2.
  const double n1 = static_cast<double>(std::count(is_test.begin(), is_test.end(), true)),
               n0 = static_cast<double>(n) - n1;
  for (auto& f : features) {
    std::vector<std::int64_t> key;  // 10^5 X
    std::vector<double> x;
    for (std::size_t i = 0; i < n; ++i) {
      const auto letters = letters_at(i, f.part, f.split, false);
      if (counted(letters) == 0) {
        out.undefined = true;
        return out;
      }
      std::vector<double> v;
      naive::wide m = 0;
      for (const int a : letters) {
        v.push_back(a < 0 ? 0.0 : in.scales[f.scale][static_cast<std::size_t>(a)]);
        m += a < 0 ? 0 : integers[f.scale].numerators[static_cast<std::size_t>(a)];
      }
      key.push_back(naive::half_even(m * 100000, naive::wide{integers[f.scale].denominator} * counted(letters)));
      x.push_back(naive::rounded(naive::pairwise(v.data(), v.size()) / static_cast<double>(counted(letters)), 1e5));
    }
    if (exact)
      for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<double>(key[i]);  // ranks alone
    double rank_sum = 0;
    for (std::size_t i = 0; i < n; ++i)
      if (is_test[i]) {
        double below = 0, equal = 0;
        for (std::size_t j = 0; j < n; ++j) below += x[j] < x[i], equal += x[j] == x[i];
        rank_sum += below + (equal + 1) / 2;
      }
    const double u1 = rank_sum - n1 * (n1 + 1) / 2, u0 = n1 * n0 - u1;
    f.second = exact ? naive::rational_statistics(key, std::vector<std::int64_t>(n, 1), 100000, is_test)
                     : naive::published_statistics(x, is_test);
    f.abs_auc = std::abs(naive::rounded(u1 / (n1 * n0) - 0.5, 1e3));
    f.abs_mean_dif = naive::rounded(std::abs(f.first.difference), 1e6);
    const double z = (std::min(u1, u0) - n1 * n0 / 2) / std::sqrt(n1 * n0 * (n1 + n0 + 1) / 12);
    f.p = std::erfc(std::abs(z) / std::sqrt(2.0));
  }
  for (auto& f : features) {  // Benjamini-Hochberg
    f.q = 1;
    for (const auto& g : features)
      if (g.p >= f.p) {
        const auto rank = std::count_if(features.begin(), features.end(), [&](const auto& h) { return h.p <= g.p; });
        f.q = std::min(f.q, g.p * static_cast<double>(features.size()) / static_cast<double>(rank));
      }
  }

  // Redundancy.
  std::stable_sort(features.begin(), features.end(), [](const naive::Feature& f, const naive::Feature& g) {
    return f.abs_auc != g.abs_auc ? f.abs_auc > g.abs_auc : f.abs_mean_dif > g.abs_mean_dif;
  });
  const auto text = [&](const naive::Feature& f) {
    std::string joined;
    for (const index_t x : shown[f.part][f.split]) joined += (joined.empty() ? "" : ",") + std::to_string(x);
    return joined;
  };
  const auto characters = [&](const naive::Feature& f) {
    const std::string t = text(f);
    return std::set<char>(t.begin(), t.end());
  };
  const auto places = [&](const naive::Feature& f) {
    std::set<std::string> result;  // the package cuts the text at commas, so that an empty one is one empty place
    if (shown[f.part][f.split].empty()) result.insert("");
    for (const index_t x : shown[f.part][f.split]) result.insert(std::to_string(x));
    return result;
  };
  std::vector<naive::Feature> kept;
  for (const auto& f : features) {
    if (static_cast<std::int64_t>(kept.size()) == n_filter) break;
    const bool redundant = std::any_of(kept.begin(), kept.end(), [&](const naive::Feature& g) {
      const std::string &cf = in.infos[f.scale].category, &cg = in.infos[g.scale].category;
      if (o.check_cat && (cf.empty() || cf != cg)) return false;
      const bool overlapping = o.redundancy == profiling::Redundancy::legacy
                                   ? naive::overlap(characters(f), characters(g), o.max_overlap)
                                   : naive::overlap(places(f), places(g), o.max_overlap);
      const auto &earlier = in.scales[std::min(f.scale, g.scale)], &later = in.scales[std::max(f.scale, g.scale)];
      const double r = exact ? naive::correlation(earlier, later) : naive::one_pass_correlation(later, earlier);
      return overlapping && r > o.max_cor;
    });
    if (!redundant) kept.push_back(f);
  }
  out.funnel.n_after_redundancy = out.funnel.n_final = static_cast<std::int64_t>(kept.size());

  // The published order.
  const auto twice = [](double x) { return naive::rounded(naive::rounded(x, 1e6), 1e3); };
  for (const auto& f : kept) {
    const auto& info = in.infos[f.scale];
    out.features.push_back({f.id,
                            info.category,
                            info.subcategory,
                            info.name,
                            info.description,
                            twice(f.abs_auc),
                            naive::rounded(f.abs_mean_dif, 1e3),
                            twice(f.second.difference),
                            twice(f.second.std_test),
                            twice(f.second.std_ref),
                            f.p,
                            f.q,
                            text(f),
                            {}});
  }
  return out;
}

}  // namespace isonomy::test
