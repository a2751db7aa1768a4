// Arithmetic whose bits do not depend on compiler flags: unfused steps, fixed-order sums, error-free transforms, total
// order.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy {

/// Whether T holds `value` without rounding it: double all numbers up to 2^53 in size, of those up to 2^54 the even
/// ones, and so on.
template <Real T, class Element>
[[nodiscard]] constexpr bool holds_exactly(Element value) {
  if constexpr (std::integral<Element>) {
    using Unsigned = std::make_unsigned_t<Element>;
    auto size = static_cast<Unsigned>(value);
    if constexpr (std::signed_integral<Element>)
      if (value < 0) size = static_cast<Unsigned>(Unsigned{0} - size);
    return size == 0 ||
           static_cast<int>(std::bit_width(size)) - std::countr_zero(size) <= std::numeric_limits<T>::digits;
  } else {
    return true;
  }
}

/// x as it is, through a register that compilers cannot see into: what made it cannot fuse with what takes it.
[[nodiscard]] ISONOMY_HD inline double opaque(double x) {
#if defined(__CUDA_ARCH__)
  return __dmul_rn(x, 1);
#else
#if defined(__x86_64__)
  __asm__("" : "+x"(x));
#else
  __asm__("" : "+m"(x));
#endif
  return x;
#endif
}

/// a*b rounded once. A compiler that contracts expressions may not fuse it into a following addition.
[[nodiscard]] ISONOMY_HD inline double rounded_product(double a, double b) {
#if defined(__CUDA_ARCH__)
  return __dmul_rn(a, b);
#else
  return opaque(a * b);
#endif
}

/// n doubles, in as many registers as the processor that is compiled for needs. Every product is rounded before
/// anything is added to it, as rounded_product() does, so that bits do not depend on what compilers contract. How wide
/// registers are follows the flags that a unit is compiled with; results are the same.
template <index_t n>
class RoundedLanes {
 public:
  static constexpr index_t size = n;

  /// The same number in every lane.
  [[gnu::always_inline]] RoundedLanes(double x = 0) {  // NOLINT: numbers mix in formulas
    each([&](std::size_t k) { packs_[k] = x - Pack{}; });
  }
  [[gnu::always_inline]] explicit RoundedLanes(const double* from) {
    each([&](std::size_t k) { std::memcpy(&packs_[k], from + k * width, sizeof(Pack)); });
  }
  [[gnu::always_inline]] void store(double* to) const {
    each([&](std::size_t k) { std::memcpy(to + k * width, &packs_[k], sizeof(Pack)); });
  }

  [[gnu::always_inline]] RoundedLanes& operator+=(const RoundedLanes& b) {
    each([&](std::size_t k) { packs_[k] += b.packs_[k]; });
    return *this;
  }
  [[gnu::always_inline]] RoundedLanes& operator-=(const RoundedLanes& b) {
    each([&](std::size_t k) { packs_[k] -= b.packs_[k]; });
    return *this;
  }
  [[gnu::always_inline]] RoundedLanes& operator*=(const RoundedLanes& b) {
    each([&](std::size_t k) {
      packs_[k] *= b.packs_[k];
#if defined(__x86_64__)
      __asm__("" : "+x"(packs_[k]));
#else
      __asm__("" : "+m"(packs_[k]));
#endif
    });
    return *this;
  }
  [[gnu::always_inline]] RoundedLanes& operator/=(const RoundedLanes& b) {
    each([&](std::size_t k) { packs_[k] /= b.packs_[k]; });
    return *this;
  }
  [[gnu::always_inline]] friend RoundedLanes operator+(RoundedLanes a, const RoundedLanes& b) { return a += b; }
  [[gnu::always_inline]] friend RoundedLanes operator-(RoundedLanes a, const RoundedLanes& b) { return a -= b; }
  [[gnu::always_inline]] friend RoundedLanes operator*(RoundedLanes a, const RoundedLanes& b) { return a *= b; }
  [[gnu::always_inline]] friend RoundedLanes operator/(RoundedLanes a, const RoundedLanes& b) { return a /= b; }

 private:
  static constexpr std::size_t bytes = std::max<std::size_t>(16, __BIGGEST_ALIGNMENT__);
  static constexpr std::size_t width = bytes / sizeof(double), packs = std::size_t{n} / width;
  static_assert(std::size_t{n} % width == 0);
  using Pack [[gnu::vector_size(bytes)]] = double;

  /// f of each pack, written out: a loop over registers would go through memory.
  template <class F>
  [[gnu::always_inline]] static void each(const F& f) {
    each(f, std::make_index_sequence<packs>());
  }
  template <class F, std::size_t... k>
  [[gnu::always_inline]] static void each(const F& f, std::index_sequence<k...>) {
    (f(k), ...);
  }

  Pack packs_[packs];
};

/// A double for formulas: every product is rounded before anything is added to it, as rounded_product does.
///
/// With one Rounded among its operands an operation is a Rounded again; sums and quotients are those of double.
/// Products of two doubles remain the compiler's to fuse, so the variables of a formula are declared Rounded.
struct Rounded {
  double value = 0;

  Rounded() = default;
  ISONOMY_HD Rounded(double x) : value(x) {}            // NOLINT: numbers mix in formulas
  ISONOMY_HD operator double() const { return value; }  // NOLINT

  ISONOMY_HD Rounded operator-() const { return -value; }
  ISONOMY_HD Rounded& operator+=(double x) { return *this = value + x; }
  ISONOMY_HD Rounded& operator-=(double x) { return *this = value - x; }
  ISONOMY_HD Rounded& operator*=(double x) { return *this = rounded_product(value, x); }
  ISONOMY_HD Rounded& operator/=(double x) { return *this = value / x; }
};

/// Operands of which one at least is a Rounded, the other perhaps a plain number.
template <class A, class B>
concept RoundedOperands = (std::same_as<A, Rounded> && (std::same_as<B, Rounded> || std::is_arithmetic_v<B>)) ||
                          (std::is_arithmetic_v<A> && std::same_as<B, Rounded>);

template <class A, class B>
  requires RoundedOperands<A, B>
[[nodiscard]] ISONOMY_HD Rounded operator+(A a, B b) { return static_cast<double>(a) + static_cast<double>(b); }
template <class A, class B>
  requires RoundedOperands<A, B>
[[nodiscard]] ISONOMY_HD Rounded operator-(A a, B b) { return static_cast<double>(a) - static_cast<double>(b); }
template <class A, class B>
  requires RoundedOperands<A, B>
[[nodiscard]] ISONOMY_HD Rounded operator*(A a, B b) {
  return rounded_product(static_cast<double>(a), static_cast<double>(b));
}
template <class A, class B>
  requires RoundedOperands<A, B>
[[nodiscard]] ISONOMY_HD Rounded operator/(A a, B b) { return static_cast<double>(a) / static_cast<double>(b); }

/// Elements per leaf of the one tree that every reduction follows on every backend (Backend<Cpu>::transform_reduce).
inline constexpr index_t reduction_chunk = 4096;

/// x rounded to an integer, halves to even, under the default rounding mode. Inline where the mathematical library
/// would be called: adding and subtracting 1.5*2^52 rounds any |x| < 2^51.
[[nodiscard]] ISONOMY_HD inline double round_half_even(double x) {
#if defined(__CUDA_ARCH__)
  return rint(x);
#else
  constexpr double shift = 0x1.8p52;
  return std::abs(x) < 0x1p51 ? (x + shift) - shift : std::rint(x);
#endif
}

/// 2^exponent as two factors, one of which alone might be no double.
struct PowerOfTwo {
  double first, second;

  ISONOMY_HD explicit PowerOfTwo(int exponent)
      : first(std::ldexp(1.0, exponent / 2)), second(std::ldexp(1.0, exponent - exponent / 2)) {}
  [[nodiscard]] ISONOMY_HD double times(double x) const { return x * first * second; }
};

/// Sequential left-to-right sum, each addition rounded.
template <Real T>
[[nodiscard]] ISONOMY_HD T sum_fixed(const T* x, index_t n) {
  T s = 0;
  for (index_t i = 0; i < n; ++i) s += x[i];
  return s;
}

/// sum_i (a_i - b_i)^2, sequential, every step an explicit fma: one result on every compiler and device.
template <Real T, MemorySpace Space>
[[nodiscard]] ISONOMY_HD T squared_distance_fixed(VectorView<const T, Space> a, VectorView<const T, Space> b) {
  T s = 0;
  for (index_t i = 0; i < a.size; ++i) {
    const T d = a(i) - b(i);
    s = std::fma(d, d, s);
  }
  return s;
}

/// An unevaluated sum high + low, |low| <= ulp(high)/2: about 106 bits (Dekker 1971; Ogita, Rump, Oishi 2005).
struct DoubleDouble {
  double high = 0, low = 0;
};

/// a + b without error (Knuth's two-sum).
[[nodiscard]] ISONOMY_HD inline DoubleDouble two_sum(double a, double b) {
  const double s = a + b;
  const double t = s - a;
  return {s, (a - (s - t)) + (b - t)};
}

/// a * b without error.
[[nodiscard]] ISONOMY_HD inline DoubleDouble two_product(double a, double b) {
  const double p = rounded_product(a, b);
  return {p, std::fma(a, b, -p)};
}

[[nodiscard]] ISONOMY_HD inline DoubleDouble operator+(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble s = two_sum(a.high, b.high);
  const DoubleDouble t = two_sum(a.low, b.low);
  const DoubleDouble u = two_sum(s.high, s.low + t.high);
  return two_sum(u.high, u.low + t.low);
}
[[nodiscard]] ISONOMY_HD inline DoubleDouble operator-(DoubleDouble a) { return {-a.high, -a.low}; }
[[nodiscard]] ISONOMY_HD inline DoubleDouble operator-(DoubleDouble a, DoubleDouble b) { return a + -b; }
[[nodiscard]] ISONOMY_HD inline DoubleDouble operator*(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble p = two_product(a.high, b.high);
  return two_sum(p.high, std::fma(a.high, b.low, std::fma(a.low, b.high, p.low)));
}
/// n log(2^exponent).
[[nodiscard]] ISONOMY_HD inline DoubleDouble log_of_powers(double n, double exponent) {
  constexpr DoubleDouble ln2{0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
  return two_product(n, exponent) * ln2;
}
[[nodiscard]] ISONOMY_HD inline DoubleDouble operator/(DoubleDouble a, double b) {
  const double q = a.high / b;
  const DoubleDouble r = a - two_product(q, b);
  const double q2 = r.high / b;
  const DoubleDouble r2 = r - two_product(q2, b);
  return two_sum(q, q2) + DoubleDouble{r2.high / b, 0};
}

/// The total order of values used by every decision: ascending, -0 equal to +0, NaN last.
template <class T>
[[nodiscard]] ISONOMY_HD bool total_less(T a, T b) {
  if constexpr (Real<T>) {
    if (a != a) return false;
    if (b != b) return true;
  }
  return a < b;
}

/// Ascending by (value, index), NaN last: never a tie.
template <class T, class Position>
[[nodiscard]] ISONOMY_HD bool total_less(T a, Position i, T b, Position j) {
  return total_less(a, b) || (!total_less(b, a) && i < j);
}

}  // namespace isonomy
