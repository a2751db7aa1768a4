// Lanes of one element each: the form of the lane functions that every processor and device runs, and that defines the
// bits of all others.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "isonomy/core/config.hpp"
#include "isonomy/core/numeric.hpp"

/// A lane function is written once, in an .inl file, in terms of a type Lanes: a vector register of `width` doubles and
/// the operations below. The files are read once for every instruction set, each time inside a namespace with a Lanes
/// of its own. So that every form has the same bits,
/// - a product never feeds an addition except through fma: compilers may fuse those two;
/// - maximum(a, b) is b where either is NaN;
/// - nothing else is called.
namespace isonomy::lanes {

/// The bits of 2^(i/16), correctly rounded, less i * 2^48, so that adding k * 2^48 to element k mod 16 gives 2^(k/16).
struct SixteenthPowers {
  std::uint64_t bits[16];
};
inline constexpr SixteenthPowers sixteenth_powers{
    {0x3ff0000000000000, 0x3fefb5586cf9890f, 0x3fef72b83c7d517b, 0x3fef387a6e756238, 0x3fef06fe0a31b715,
     0x3feedea64c123422, 0x3feebfdad5362a27, 0x3feeab07dd485429, 0x3feea09e667f3bcd, 0x3feea11473eb0187,
     0x3feeace5422aa0db, 0x3feec49182a3f090, 0x3feee89f995ad3ad, 0x3fef199bdd85529c, 0x3fef5818dcfba487,
     0x3fefa4afa2a490da}};

struct Lanes {
  using Vector = double;
  static constexpr int width = 1;

  ISONOMY_HD static double all(double x) { return x; }
  ISONOMY_HD static double load(const double* p) { return *p; }
  ISONOMY_HD static double load(const float* p) { return static_cast<double>(*p); }
  /// Asks for elements that are loaded soon. No effect on results.
  template <class T>
  ISONOMY_HD static void prefetch(const T*) {}
  ISONOMY_HD static void store(double* p, double v) { *p = v; }
  ISONOMY_HD static double add(double a, double b) { return a + b; }
  ISONOMY_HD static double subtract(double a, double b) { return a - b; }
  ISONOMY_HD static double multiply(double a, double b) { return rounded_product(a, b); }
  ISONOMY_HD static double divide(double a, double b) { return a / b; }
  ISONOMY_HD static double fma(double a, double b, double c) { return std::fma(a, b, c); }
  ISONOMY_HD static double maximum(double a, double b) { return a > b ? a : b; }
  /// -|x|.
  ISONOMY_HD static double negative(double x) { return -std::fabs(x); }
  /// a where the sign bit of x is set, else b.
  ISONOMY_HD static double where_negative(double x, double a, double b) { return std::signbit(x) ? a : b; }

  /// 2^(k/16) for the integer k in the lowest bits of `shifted`, a sum k/16 + 1.5*2^48; -16336 <= k <= 16000.
  ISONOMY_HD static double power_of_sixteenth(double shifted) {
    static constexpr SixteenthPowers table = sixteenth_powers;  // a device function has no access to the other
    const std::uint64_t k = bits(shifted);
    return number(table.bits[k & 15] + (k << 48));
  }
  /// Binary exponent of a normal x > 0, and x over two to it, in [1, 2).
  ISONOMY_HD static double exponent(double x) { return static_cast<double>(bits(x) >> 52) - 1023; }
  ISONOMY_HD static double significand(double x) { return number((bits(x) & significand_bits) | one_bits); }

 private:
  static constexpr std::uint64_t significand_bits = 0x000fffffffffffff, one_bits = 0x3ff0000000000000;

  ISONOMY_HD static std::uint64_t bits(double x) {
    std::uint64_t b;
    std::memcpy(&b, &x, sizeof b);
    return b;
  }
  ISONOMY_HD static double number(std::uint64_t b) {
    double x;
    std::memcpy(&x, &b, sizeof x);
    return x;
  }
};

#include "isonomy/core/lanes/elementary_functions.inl"

}  // namespace isonomy::lanes
