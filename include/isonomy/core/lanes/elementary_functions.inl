// Elementary functions of lanes; read inside a namespace that has Lanes (see core/lanes/scalar.hpp).

/// Two registers as one of twice the width: independent steps that hide each other's latency.
template <class L>
struct Twice {
  struct Vector {
    typename L::Vector low, high;
  };
  static constexpr int width = 2 * L::width;

  [[gnu::always_inline]] ISONOMY_HD static Vector all(double x) { return {L::all(x), L::all(x)}; }
  template <class T>
  [[gnu::always_inline]] ISONOMY_HD static Vector load(const T* p) {
    return {L::load(p), L::load(p + L::width)};
  }
  template <class T>
  [[gnu::always_inline]] ISONOMY_HD static void prefetch(const T* p) {
    L::prefetch(p);
    if constexpr (width > 8) L::prefetch(p + L::width);  // a cache line has 64 bytes
  }
  [[gnu::always_inline]] ISONOMY_HD static void store(double* p, const Vector& v) {
    L::store(p, v.low);
    L::store(p + L::width, v.high);
  }
  [[gnu::always_inline]] ISONOMY_HD static Vector add(const Vector& a, const Vector& b) {
    return {L::add(a.low, b.low), L::add(a.high, b.high)};
  }
  [[gnu::always_inline]] ISONOMY_HD static Vector subtract(const Vector& a, const Vector& b) {
    return {L::subtract(a.low, b.low), L::subtract(a.high, b.high)};
  }
  [[gnu::always_inline]] ISONOMY_HD static Vector multiply(const Vector& a, const Vector& b) {
    return {L::multiply(a.low, b.low), L::multiply(a.high, b.high)};
  }
  [[gnu::always_inline]] ISONOMY_HD static Vector divide(const Vector& a, const Vector& b) {
    return {L::divide(a.low, b.low), L::divide(a.high, b.high)};
  }
  [[gnu::always_inline]] ISONOMY_HD static Vector fma(const Vector& a, const Vector& b, const Vector& c) {
    return {L::fma(a.low, b.low, c.low), L::fma(a.high, b.high, c.high)};
  }
  [[gnu::always_inline]] ISONOMY_HD static Vector maximum(const Vector& a, const Vector& b) {
    return {L::maximum(a.low, b.low), L::maximum(a.high, b.high)};
  }
  [[gnu::always_inline]] ISONOMY_HD static Vector negative(const Vector& x) {
    return {L::negative(x.low), L::negative(x.high)};
  }
  [[gnu::always_inline]] ISONOMY_HD static Vector where_negative(const Vector& x, const Vector& a, const Vector& b) {
    return {L::where_negative(x.low, a.low, b.low), L::where_negative(x.high, a.high, b.high)};
  }
  [[gnu::always_inline]] ISONOMY_HD static Vector power_of_sixteenth(const Vector& x) {
    return {L::power_of_sixteenth(x.low), L::power_of_sixteenth(x.high)};
  }
  [[gnu::always_inline]] ISONOMY_HD static Vector exponent(const Vector& x) {
    return {L::exponent(x.low), L::exponent(x.high)};
  }
  [[gnu::always_inline]] ISONOMY_HD static Vector significand(const Vector& x) {
    return {L::significand(x.low), L::significand(x.high)};
  }
};

/// 2^t for t <= 1000, at most 1.2 units in the last place off; 2^-1021 below -1021 and for NaN. t = k/16 + r with |r| <=
/// 1/32; 2^r - 1 = r q(r) with q of degree 5 (tests/reference/elementary/coefficients.py).
template <class L>
[[gnu::always_inline]] ISONOMY_HD inline typename L::Vector exp2(typename L::Vector t) {
  const auto shift = L::all(0x1.8p48);  // its unit in the last place is 1/16
  t = L::maximum(t, L::all(-1021));
  const auto shifted = L::add(t, shift);
  const auto r = L::subtract(t, L::subtract(shifted, shift)), r2 = L::multiply(r, r);
  auto q = L::fma(L::all(0x1.430a49610efc6p-13), r, L::all(0x1.5d89be4c12513p-10));
  q = L::fma(q, r2, L::fma(L::all(0x1.3b2ab6fb09b31p-7), r, L::all(0x1.c6b08d6e8a384p-5)));
  q = L::fma(q, r2, L::fma(L::all(0x1.ebfbdff82c594p-3), r, L::all(0x1.62e42fefa39fdp-1)));
  const auto power = L::power_of_sixteenth(shifted);
  return L::fma(L::multiply(power, r), q, power);
}

/// The natural logarithm of a normal x > 0, at most 2 units in the last place off where |x - 1| > 2^-20, else 2^-53
/// relative to x - 1. x = 2^k (1 + f), sqrt(1/2) <= 1 + f < sqrt(2); log(1 + f) = 2 artanh(f / (2 + f)) by its series.
template <class L>
[[gnu::always_inline]] ISONOMY_HD inline typename L::Vector logarithm(typename L::Vector x) {
  using Vector = typename L::Vector;
  const Vector half = L::all(0.5), one = L::all(1), m = L::significand(x), k = L::exponent(x);
  const Vector below = L::subtract(m, L::all(0x1.6a09e667f3bcdp+0));  // sqrt(2)
  const Vector f = L::subtract(L::where_negative(below, m, L::multiply(m, half)), one);
  const Vector exponent = L::where_negative(below, k, L::add(k, one));
  const Vector s = L::divide(f, L::add(f, L::all(2))), s2 = L::multiply(s, s);
  Vector series = L::all(2.0 / 23);
  for (int j = 21; j >= 3; j -= 2) series = L::fma(series, s2, L::all(2.0 / j));
  // log(1 + f) = f - s (f - s^2 series): the first term is exact.
  const Vector rest = L::multiply(s, L::fma(L::multiply(s2, L::all(-1)), series, f));
  // ln 2 in two parts, the first with so few bits that its product with k is exact.
  const Vector low = L::fma(exponent, L::all(0x1.ef35793c76730p-45), L::multiply(rest, L::all(-1)));
  return L::fma(exponent, L::all(0x1.62e42fefa3800p-1), L::add(f, low));
}
