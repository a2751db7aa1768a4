// Tolerance tiers as types: bounds derived from precision, reduction length and scale, never tuned.
#pragma once

#include <cmath>
#include <limits>
#include <string>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"

namespace isonomy {

/// gamma(k) = k*eps / (1 - k*eps) with eps the unit roundoff: the standard bound for k rounded steps (Higham
/// 2002, 3.1).
template <Real T>
[[nodiscard]] double gamma(double k) {
  const double ke = k * static_cast<double>(std::numeric_limits<T>::epsilon()) / 2;
  return ke < 1 ? ke / (1 - ke) : std::numeric_limits<double>::infinity();
}

/// Same bits; NaN equals NaN. Integers, structure, decisions, fixed-order sums.
struct Exact {
  static constexpr const char* name = "Exact";
  template <class T>
  static double bound(double, double) {
    return 0;
  }
};

/// |a - r| <= C * gamma(K) * scale entrywise; C = 2 covers any two summation orders of K terms.
template <int C = 2>
struct Tight {
  static constexpr const char* name = "Tight";
  template <Real T>
  static double bound(double reduction_length, double scale) {
    // Each step may also underflow, by at most the smallest denormal.
    return C * (gamma<T>(reduction_length) * scale +
                (1 + reduction_length) * static_cast<double>(std::numeric_limits<T>::denorm_min()));
  }
};

/// A declared band |a - r| <= absolute + relative*|r|, with the reason in the type.
template <class Band>
struct Banded {
  static constexpr const char* name = "Banded";
  template <class T>
  static double bound(double, double reference) {
    return Band::absolute + Band::relative * std::abs(reference);
  }
};

}  // namespace isonomy
