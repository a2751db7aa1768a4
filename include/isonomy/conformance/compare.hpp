// Comparison under a tier: every element of a storage, the first five mismatches with bound and ratio.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iomanip>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "isonomy/conformance/data.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/tolerance.hpp"

namespace isonomy::conformance {

/// Same bits; any NaN equals any NaN.
template <class T>
[[nodiscard]] bool same_bits(T a, T b) {
  if constexpr (Real<T>) {
    if (a != a || b != b) return a != a && b != b;
    return a == b && std::signbit(a) == std::signbit(b);
  } else {
    return a == b;
  }
}

/// Collects mismatches of one row.
class Verdict {
 public:
  [[nodiscard]] bool ok() const { return mismatches_ == 0; }
  [[nodiscard]] std::string text() const {
    return text::joined(mismatches_, mismatches_ == 1 ? " mismatch" : " mismatches", text_.str());
  }

  template <class T>
  void mismatch(const char* what, index_t i, index_t j, T actual, T expected, double bound) {
    if (++mismatches_ > 5) return;
    text_ << "\n    " << what << "(" << i << ", " << j << "): " << std::setprecision(17) << +actual << " instead of "
          << +expected;
    if (bound > 0) {
      const double difference = std::abs(static_cast<double>(actual) - static_cast<double>(expected));
      text_ << ", bound " << std::setprecision(3) << bound << ", " << difference / bound << " times it";
    }
  }
  template <class... Pieces>
  void fault(const Pieces&... pieces) {
    if (++mismatches_ <= 5) ((text_ << "\n    ") << ... << pieces);
  }

  /// The largest error over its bound; beyond 1 it was too large.
  [[nodiscard]] double ratio() const { return ratio_; }

  /// Every element of the storage has the expected bits.
  template <class T>
  void exact(const char* what, const std::vector<T>& actual, const Operand<T>& expected) {
    within<Exact>(what, actual, expected, 0, [](index_t, index_t) { return 0.0; });
  }

  /// Elements of the operand lie within the tier's bound, with scale(i, j) as its scale; NaN and infinities agree, gaps
  /// have the same bits.
  template <class Tier, class T, class Scale>
  void within(const char* what, const std::vector<T>& actual, const Operand<T>& expected, double reduction_length,
              const Scale& scale) {
    if (actual.size() != expected.storage.size()) return fault(what, " came back with another size");
    if (same_bytes(actual, expected)) return;
    std::vector<bool> inside(actual.size());
    for (index_t j = 0; j < expected.columns; ++j)
      for (index_t i = 0; i < expected.rows; ++i) {
        const auto e = static_cast<std::size_t>(expected.at(i, j));
        inside[e] = true;
        const T a = actual[e], r = expected.storage[e];
        if (same_bits(a, r)) continue;
        double bound = 0;
        if constexpr (Real<T>) {
          bound = Tier::template bound<T>(reduction_length, scale(i, j));
          if (bound > 0 && std::isfinite(a) && std::isfinite(r) &&
              close(static_cast<double>(a), static_cast<double>(r), bound))
            continue;
        }
        mismatch(what, i, j, a, r, bound);
      }
    std::string gap = what;
    gap += ", a gap in its storage";
    for (std::size_t e = 0; e < actual.size(); ++e)
      if (!inside[e] && !same_bits(actual[e], expected.storage[e]))
        mismatch(gap.c_str(), static_cast<index_t>(e), 0, actual[e], expected.storage[e], 0);
  }

  /// Every element is a copy: the payloads of NaNs count.
  template <class T>
  void moved(const char* what, const std::vector<T>& actual, const Operand<T>& expected) {
    if (same_bytes(actual, expected)) return;
    exact(what, actual, expected);
    for (std::size_t e = 0; e < std::min(actual.size(), expected.storage.size()); ++e)
      if (same_bits(actual[e], expected.storage[e]) && std::memcmp(&actual[e], &expected.storage[e], sizeof(T)) != 0)
        fault(what, ": element ", e,
              " of its storage is a NaN with another payload or sign than the one it was copied from");
  }

  /// Is the value within its bound? Notes by how much.
  [[nodiscard]] bool close(double value, double expected, double bound) {
    const double difference = std::abs(value - expected);
    if (!(difference <= bound)) return false;
    if (bound > 0) ratio_ = std::max(ratio_, difference / bound);
    return true;
  }

 private:
  template <class T>
  static bool same_bytes(const std::vector<T>& actual, const Operand<T>& expected) {
    return actual.size() == expected.storage.size() &&
           (actual.empty() || std::memcmp(actual.data(), expected.storage.data(), sizeof(T) * actual.size()) == 0);
  }

  std::int64_t mismatches_ = 0;
  double ratio_ = 0;
  std::ostringstream text_;
};

}  // namespace isonomy::conformance
