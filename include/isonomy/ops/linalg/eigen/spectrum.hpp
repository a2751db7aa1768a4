// Spectrum: which eigenvalues of a symmetric matrix are meant, by their value or by the class of their sign.
#pragma once

#include <limits>

#include "isonomy/core/config.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy {

/// Eigenvalues first .. first + count - 1 of a matrix, in ascending order from 0.
struct EigenRange {
  index_t first = 0, count = 0;
  bool operator==(const EigenRange&) const = default;
};

/// The eigenvalues x with from <= x < below, in units of the matrix; or, of those below 0 and those that are not, the
/// fewer, those below 0 where there are as many.
///
/// An infinite end leaves out nothing, not even an eigenvalue beyond what its type can hold.
struct Spectrum {
  double from = -std::numeric_limits<double>::infinity(), below = std::numeric_limits<double>::infinity();
  bool fewer_of_sign = false;  ///< then `from` and `below` say nothing

  [[nodiscard]] static constexpr Spectrum whole() { return {}; }
  [[nodiscard]] static constexpr Spectrum negative() { return under(0); }
  [[nodiscard]] static constexpr Spectrum under(double x) { return {whole().from, x}; }
  [[nodiscard]] static constexpr Spectrum at_least(double x) { return {x}; }
  [[nodiscard]] static constexpr Spectrum between(double from, double below) { return {from, below}; }
  [[nodiscard]] static constexpr Spectrum smaller_sign_class() { return {whole().from, whole().below, true}; }

  /// Which of n ascending numbers x(0), x(1), ... are meant.
  template <class Values>
  [[nodiscard]] constexpr EigenRange of(const Values& x, index_t n) const {
    const auto less = [&](double bound) {
      index_t count = 0;
      while (count < n && x(count) < bound) ++count;
      return count;
    };
    if (fewer_of_sign) {
      const index_t negatives = less(0);
      return negatives <= n - negatives ? EigenRange{0, negatives} : EigenRange{negatives, n - negatives};
    }
    const index_t first = from == whole().from ? 0 : less(from), end = below == whole().below ? n : less(below);
    return {first, end > first ? end - first : 0};
  }
};

}  // namespace isonomy
