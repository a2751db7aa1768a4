// Amino-acid scales with their categories: values, common denominators, correlations, selection.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/scales/alphabet.hpp"

namespace isonomy::profiling {

/// What a scale is called. An empty category means that it is missing: such a scale shares its category with no other.
struct ScaleInfo {
  std::string id, category, subcategory, name, description;
  bool operator==(const ScaleInfo&) const = default;
};

/// D scales over one alphabet. Immutable, so that it can be shared between runs and threads.
class ScaleTable {
 public:
  /// Scale d has the value `values[d * alphabet.size() + a]` for letter a.
  /// ShapeError if the count of values is wrong; ValueError for an empty table, an empty or repeated id, an id with '-'
  /// or a control character (feature ids could not be read back), or values that are not finite, naming the scales.
  ScaleTable(Alphabet alphabet, std::vector<ScaleInfo> infos, std::vector<double> values)
      : alphabet_(std::move(alphabet)), infos_(std::move(infos)), values_(std::move(values)) {
    const auto letters = static_cast<std::size_t>(alphabet_.size());
    if (infos_.empty()) throw ValueError("ScaleTable: no scale; expected at least one; pass one ScaleInfo a scale");
    if (values_.size() != infos_.size() * letters)
      throw ShapeError(text::joined("ScaleTable: ", values_.size(), " values for ", infos_.size(), " scales and ",
                                    letters, " letters; expected their product; pass the values scale after scale"));
    index_ids();
    require_finite();
    denominators_.reserve(infos_.size());
    for (index_t d = 0; d < size(); ++d) denominators_.push_back(find_denominator(this->values(d)));
  }

  /// The number of scales.
  index_t size() const noexcept { return static_cast<index_t>(infos_.size()); }
  const Alphabet& alphabet() const noexcept { return alphabet_; }
  /// Id and categories of scale d. ValueError if d is not in [0, size()), as for every member that takes a scale.
  const ScaleInfo& info(index_t d) const { return infos_[checked(d)]; }
  /// The values of scale d in letter order.
  std::span<const double> values(index_t d) const {
    const auto letters = static_cast<std::size_t>(alphabet_.size());
    return std::span<const double>(values_).subspan(checked(d) * letters, letters);
  }

  /// The smallest k of 1, 10, ..., 10^6 such that every value equals fl(m / k) for a 32-bit integer m; else 0.
  index_t denominator(index_t d) const { return denominators_[checked(d)]; }

  /// The integers m with value = fl(m / denominator), in letter order. ValueError naming the scale and the letter if
  /// one of the values is no such quotient.
  std::vector<std::int32_t> numerators(index_t d, index_t denominator) const {
    std::vector<std::int32_t> out;
    for (const double v : values(d)) {
      const auto m = numerator(v, denominator);
      if (!m)
        throw ValueError(text::joined(
            {"ScaleTable::numerators: scale ", info(d).id, ", letter ", alphabet_.letters()[out.size()], ": ",
             text::decimals(v), " is not a 32-bit integer divided by ", denominator,
             "; expected a multiple; use a multiple of denominator(d), or the floating-point path where it is 0"}));
      out.push_back(*m);
    }
    return out;
  }

  /// The place of the scale of that id, or nothing.
  std::optional<index_t> find(std::string_view id) const {
    const auto at = places_.find(std::string(id));
    return at == places_.end() ? std::nullopt : std::optional(at->second);
  }

  /// The table of these scales in this order. ValueError listing unknown ids, or for none or a repeated one.
  ScaleTable select(const std::vector<std::string>& ids) const {
    std::vector<ScaleInfo> infos;
    std::vector<double> chosen;
    std::vector<std::string> unknown;
    for (const auto& id : ids) {
      const auto d = find(id);
      if (!d) {
        unknown.push_back(id);
        continue;
      }
      infos.push_back(info(*d));
      const auto v = values(*d);
      chosen.insert(chosen.end(), v.begin(), v.end());
    }
    if (!unknown.empty())
      throw ValueError(text::joined("ScaleTable::select: ", unknown.size(), " ids are not in the table of ", size(),
                                    " scales: ", text::listed(unknown), "; expected known ids; correct them"));
    return ScaleTable(alphabet_, std::move(infos), std::move(chosen));
  }

  /// Signed Pearson correlation of two scales over the letters, in [-1, 1]; exactly 1 for equal values, NaN if one of
  /// them is constant. The bits are those of DataFrame.corr() of pandas 2.2 to 3.1: one pass in letter order over means
  /// and deviations (Welford 1962), in which the scale that stands later in the table comes first.
  double correlation(index_t d, index_t e) const {
    const auto x = values(std::max(d, e)), y = values(std::min(d, e));
    Rounded mean_x = 0, mean_y = 0, xx = 0, xy = 0, yy = 0;
    for (std::size_t a = 0; a < x.size(); ++a) {
      const Rounded from_x = x[a] - mean_x, from_y = y[a] - mean_y, share = 1 / static_cast<double>(a + 1);
      mean_x += share * from_x;
      mean_y += share * from_y;
      xx += (x[a] - mean_x) * from_x;
      yy += (y[a] - mean_y) * from_y;
      xy += (x[a] - mean_x) * from_y;
    }
    const double divisor = std::sqrt(xx * yy);
    return divisor != 0 ? std::clamp<double>(xy / divisor, -1.0, 1.0) : std::numeric_limits<double>::quiet_NaN();
  }

 private:
  std::size_t checked(index_t d) const {
    if (d < 0 || d >= size())
      throw ValueError(text::joined(
          {"ScaleTable: scale ", d, " of ", size(), "; expected 0 to ", size() - 1, "; use find() to look up an id"}));
    return static_cast<std::size_t>(d);
  }

  void index_ids() {
    for (index_t d = 0; d < size(); ++d) {
      const std::string& id = infos_[static_cast<std::size_t>(d)].id;
      const std::string where = text::joined("ScaleTable: scale ", d, " has the id ", text::quoted(id));
      if (id.empty()) throw ValueError(text::joined("ScaleTable: scale ", d, " has no id; expected one; name it"));
      if (id.find(gap_letter) != std::string::npos)
        throw ValueError(where +
                         " with '-', which separates the fields of feature ids; expected none; use '_' instead");
      if (std::any_of(id.begin(), id.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }))
        throw ValueError(where + " with a control character; expected printable text; rename it");
      const auto [at, added] = places_.emplace(id, d);
      if (!added)
        throw ValueError(text::joined(where, " of scale ", at->second, "; expected distinct ids; drop duplicates"));
    }
  }

  void require_finite() const {
    std::vector<std::string> broken;
    for (index_t d = 0; d < size(); ++d) {
      const auto v = values(d);
      if (!std::all_of(v.begin(), v.end(), [](double x) { return std::isfinite(x); })) broken.push_back(info(d).id);
    }
    if (!broken.empty())
      throw ValueError(text::joined("ScaleTable: values of ", broken.size(), " scales are NaN or infinite: ",
                                    text::listed(broken), "; expected finite numbers; fill or drop these scales"));
  }

  static std::optional<std::int32_t> numerator(double value, index_t denominator) {
    if (denominator < 1) return std::nullopt;
    const auto k = static_cast<double>(denominator);
    const double m = std::nearbyint(value * k);
    if (std::fabs(m) > std::numeric_limits<std::int32_t>::max() || m / k != value) return std::nullopt;
    return static_cast<std::int32_t>(m);
  }

  static index_t find_denominator(std::span<const double> v) {
    for (index_t k = 1; k <= 1'000'000; k *= 10)
      if (std::all_of(v.begin(), v.end(), [k](double x) { return numerator(x, k).has_value(); })) return k;
    return 0;
  }

  Alphabet alphabet_;
  std::vector<ScaleInfo> infos_;
  std::vector<double> values_;
  std::vector<index_t> denominators_;
  std::unordered_map<std::string, index_t> places_;
};

}  // namespace isonomy::profiling
