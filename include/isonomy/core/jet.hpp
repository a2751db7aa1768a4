// Numbers that carry their derivatives: forward-mode differentiation of functions written for any number type.
#pragma once

#include <cmath>
#include <type_traits>

#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"

namespace isonomy {

/// A value with its gradient in P variables and, if `second`, its Hessian (lower triangle by rows). Every operation is
/// the chain rule, exact up to rounding. On host and device; O(P) or O(P^2) per operation.
template <int P, bool second = false>
struct Jet {
  static_assert(P >= 1 && P <= 16, "a Jet carries 1 to 16 derivatives");
  static constexpr int pairs = second ? P * (P + 1) / 2 : 0;

  double value = 0;
  double gradient[P] = {};
  double hessian[second ? pairs : 1] = {};

  Jet() = default;
  /// A constant.
  ISONOMY_HD Jet(double constant) : value(constant) {}  // NOLINT: numbers mix in formulas
  /// Variable number `index` at `x`.
  [[nodiscard]] ISONOMY_HD static Jet variable(double x, int index) {
    Jet j(x);
    j.gradient[index] = 1;
    return j;
  }

  /// f(u) for a function with value f, first derivative d1 and second derivative d2 at u.
  [[nodiscard]] ISONOMY_HD static Jet chain(const Jet& u, double f, Rounded d1, [[maybe_unused]] Rounded d2) {
    Jet r(f);
    for (int i = 0; i < P; ++i) r.gradient[i] = d1 * u.gradient[i];
    if constexpr (second)
      for (int i = 0, k = 0; i < P; ++i)
        for (int j = 0; j <= i; ++j, ++k) r.hessian[k] = d1 * u.hessian[k] + d2 * u.gradient[i] * u.gradient[j];
    return r;
  }

  ISONOMY_HD friend Jet operator+(const Jet& a, const Jet& b) {
    Jet r(a.value + b.value);
    for (int i = 0; i < P; ++i) r.gradient[i] = a.gradient[i] + b.gradient[i];
    for (int k = 0; k < pairs; ++k) r.hessian[k] = a.hessian[k] + b.hessian[k];
    return r;
  }
  ISONOMY_HD friend Jet operator-(const Jet& a, const Jet& b) { return a + -b; }
  ISONOMY_HD friend Jet operator-(const Jet& a) {
    Jet r(-a.value);
    for (int i = 0; i < P; ++i) r.gradient[i] = -a.gradient[i];
    for (int k = 0; k < pairs; ++k) r.hessian[k] = -a.hessian[k];
    return r;
  }
  ISONOMY_HD friend Jet operator*(const Jet& a, const Jet& b) {
    const Rounded u = a.value, v = b.value;
    Jet r(u * v);
    for (int i = 0; i < P; ++i) r.gradient[i] = v * a.gradient[i] + u * b.gradient[i];
    if constexpr (second)
      for (int i = 0, k = 0; i < P; ++i)
        for (int j = 0; j <= i; ++j, ++k)
          r.hessian[k] =
              v * a.hessian[k] + u * b.hessian[k] +
              (rounded_product(a.gradient[i], b.gradient[j]) + rounded_product(a.gradient[j], b.gradient[i]));
    return r;
  }
  ISONOMY_HD friend Jet operator/(const Jet& a, const Jet& b) {
    const Rounded q = 1 / b.value;
    return a * chain(b, q, -q * q, 2 * q * q * q);
  }
  ISONOMY_HD Jet& operator+=(const Jet& b) { return *this = *this + b; }
  ISONOMY_HD Jet& operator-=(const Jet& b) { return *this = *this - b; }
  ISONOMY_HD Jet& operator*=(const Jet& b) { return *this = *this * b; }
  ISONOMY_HD Jet& operator/=(const Jet& b) { return *this = *this / b; }
  ISONOMY_HD friend bool operator<(const Jet& a, const Jet& b) { return a.value < b.value; }
  ISONOMY_HD friend bool operator>(const Jet& a, const Jet& b) { return a.value > b.value; }
  ISONOMY_HD friend bool operator<=(const Jet& a, const Jet& b) { return a.value <= b.value; }
  ISONOMY_HD friend bool operator>=(const Jet& a, const Jet& b) { return a.value >= b.value; }

  ISONOMY_HD friend Jet exp(const Jet& x) {
    const double e = std::exp(x.value);
    return chain(x, e, e, e);
  }
  ISONOMY_HD friend Jet expm1(const Jet& x) {
    const double e = std::exp(x.value);
    return chain(x, std::expm1(x.value), e, e);
  }
  ISONOMY_HD friend Jet log(const Jet& x) {
    const Rounded q = 1 / x.value;
    return chain(x, std::log(x.value), q, -q * q);
  }
  ISONOMY_HD friend Jet log1p(const Jet& x) {
    const Rounded q = 1 / (1 + x.value);
    return chain(x, std::log1p(x.value), q, -q * q);
  }
  ISONOMY_HD friend Jet sqrt(const Jet& x) {
    const double s = std::sqrt(x.value);
    return chain(x, s, 0.5 / s, -0.25 / (s * x.value));
  }
  ISONOMY_HD friend Jet pow(const Jet& x, double n) {
    return chain(x, std::pow(x.value, n), n * Rounded(std::pow(x.value, n - 1)),
                 n * (n - 1) * Rounded(std::pow(x.value, n - 2)));
  }
  ISONOMY_HD friend Jet pow(const Jet& x, const Jet& y) { return exp(y * log(x)); }
  ISONOMY_HD friend Jet sin(const Jet& x) {
    const double s = std::sin(x.value);
    return chain(x, s, std::cos(x.value), -s);
  }
  ISONOMY_HD friend Jet cos(const Jet& x) {
    const double c = std::cos(x.value);
    return chain(x, c, -std::sin(x.value), -c);
  }
  ISONOMY_HD friend Jet tanh(const Jet& x) {
    const Rounded t = std::tanh(x.value), d = 1 - t * t;
    return chain(x, t, d, -2 * t * d);
  }
  ISONOMY_HD friend Jet atan(const Jet& x) {
    const Rounded d = 1 / std::fma(x.value, x.value, 1.0);
    return chain(x, std::atan(x.value), d, -2 * x.value * d * d);
  }
  ISONOMY_HD friend Jet erf(const Jet& x) {
    const Rounded d = two_over_root_pi * Rounded(std::exp(-x.value * x.value));
    return chain(x, std::erf(x.value), d, -2 * x.value * d);
  }
  ISONOMY_HD friend Jet erfc(const Jet& x) {
    const Rounded d = -two_over_root_pi * Rounded(std::exp(-x.value * x.value));
    return chain(x, std::erfc(x.value), d, -2 * x.value * d);
  }
  ISONOMY_HD friend Jet abs(const Jet& x) { return x.value < 0 ? -x : x; }

 private:
  static constexpr double two_over_root_pi = 0x1.20dd750429b6dp+0;
};

}  // namespace isonomy
