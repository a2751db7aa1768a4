// What the rows of reductions share: functors, the one tree from its definition, and the reductions that every row
// makes of its data.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "isonomy/conformance/compare.hpp"
#include "isonomy/conformance/storage.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/functional.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/tolerance.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"

namespace isonomy::conformance::detail {

// Functors of one rounding per call, so that no compiler can round them differently.
struct Add2 {
  template <class T>
  ISONOMY_HD T operator()(T a, T b) const {
    if constexpr (std::signed_integral<T>) return a < b ? a : b;  // sums of the ends of the range are not defined
    return a + b;
  }
};
struct PickOf3 {
  template <class T>
  ISONOMY_HD T operator()(T a, T b, T c) const {
    return a < b ? b : c;
  }
};
struct PickOf4 {
  template <class T>
  ISONOMY_HD T operator()(T a, T b, T c, T d) const {
    return a < b ? c : d;
  }
};
struct PickWide {
  template <class T>
  ISONOMY_HD std::int64_t operator()(std::int32_t a, std::int64_t b, T c) const {
    return a > 0 || c != c ? b : -b;
  }
};
/// Does not commute: the last element is left.
struct Second {
  template <class T>
  ISONOMY_HD T operator()(T, T b) const {
    return b;
  }
};
/// Into a type that holds what T cannot: doubles of floats, and 64 bits with a step that makes sums pass 2^60.
template <class T>
struct Widen {
  using type = std::conditional_t<Real<T>, double, std::int64_t>;
  std::int64_t step = 0;
  ISONOMY_HD type operator()(T x) const { return static_cast<type>(x) + static_cast<type>(step); }
};
template <class T>
[[nodiscard]] Widen<T> widen(index_t n) {
  return {Real<T> ? 0 : (std::int64_t{1} << 61) / (n + 1) / 2 * 2 + 1};
}

/// x -> scale*x + shift modulo 2^64: its composition is associative and exact, and depends on the order of all
/// operands.
struct Affine {
  std::uint64_t scale = 1, shift = 0;
};
struct AffineOf {
  template <class T>
  ISONOMY_HD Affine operator()(T x) const {
    return {2 * static_cast<std::uint64_t>(static_cast<std::int64_t>(x)) + 3, static_cast<std::uint64_t>(1)};
  }
};
struct Compose {
  ISONOMY_HD Affine operator()(Affine a, Affine b) const { return {a.scale * b.scale, a.shift * b.scale + b.shift}; }
};

/// The tree of transform_reduce, from its definition.
template <class R, class Op, class F, class At>
[[nodiscard]] R fixed_tree(index_t n, const At& at, R init, const Op& op, const F& f) {
  for (index_t begin = 0; begin < n; begin += reduction_chunk) {
    R p = f(at(begin));
    for (index_t i = begin + 1; i < std::min(n, begin + reduction_chunk); ++i) p = op(p, f(at(i)));
    init = op(init, p);
  }
  return init;
}

inline constexpr std::array<index_t, 8> reduction_sizes{
    0, 1, 7, 50, reduction_chunk - 1, reduction_chunk, reduction_chunk + 1, 3 * reduction_chunk + 5};
/// Do so many wide integers add up within T?
template <class T>
[[nodiscard]] constexpr bool fits(Data d, index_t n) {
  return d != Data::wide || !std::signed_integral<T> || n <= 50;
}

/// The reductions of one sequence, from their definitions.
template <class T>
class Reductions {
 public:
  using Wide = typename Widen<T>::type;

  template <class At>
  Reductions(index_t n, Data d, const At& at, bool same_tree)
      : init_(d == Data::denormal ? 0 : 2), n_(n), sums_(Real<T> || std::unsigned_integral<T> || d != Data::mixed),
        squares_(sums_ && (Real<T> || std::unsigned_integral<T> || d != Data::wide)),
        order_(d != Data::nan || same_tree), composed_(d == Data::random || d == Data::ties),
        widened_(!std::same_as<T, double> && (Real<T> || d != Data::mixed)), widen_(widen<T>(n)) {
    if (sums_) sum_ = fixed_tree(n, at, init_, Plus{}, Identity{});
    if (squares_) square_ = fixed_tree(n, at, init_, Plus{}, Square{});
    smallest_ = fixed_tree(n, at, init_, Minimum{}, Identity{});
    largest_ = fixed_tree(n, at, init_, Maximum{}, Identity{});
    last_ = fixed_tree(n, at, init_, Second{}, Identity{});
    if (widened_) wide_ = fixed_tree(n, at, Wide{2}, Plus{}, widen_);
    if (composed_) composition_ = fixed_tree(n, at, Affine{5, 7}, Compose{}, AffineOf{});
    for (index_t e = 0; e < n; ++e) {
      const auto x = static_cast<double>(at(e));
      scale_ += std::abs(x);
      square_scale_ += x * x;
    }
  }

  /// reduce(name, init, op, f) for each of them that these data have.
  template <class Reduce>
  void each(const Reduce& reduce) const {
    if (sums_) reduce("sum", init_, Plus{}, Identity{});
    if (squares_) reduce("sum of squares", init_, Plus{}, Square{});
    if (order_) {  // with NaN the tree counts
      reduce("minimum", init_, Minimum{}, Identity{});
      reduce("maximum", init_, Maximum{}, Identity{});
    }
    reduce("last", init_, Second{}, Identity{});
    if (widened_) reduce("sum in a wider type", Wide{2}, Plus{}, widen_);
    if (composed_) reduce("composition", Affine{5, 7}, Compose{}, AffineOf{});
  }

  void check(Verdict& verdict, const Outcome& outcome, bool same_tree) const {
    if (sums_) sum(verdict, "sum", outcome.of<T>("sum")[0], sum_, scale_, same_tree);
    // Square rounds once before it is added, and may be fused into the addition.
    if (squares_) sum(verdict, "sum of squares", outcome.of<T>("sum of squares")[0], square_, square_scale_, false);
    if (order_) {
      extreme(verdict, "minimum", outcome.of<T>("minimum")[0], smallest_);
      extreme(verdict, "maximum", outcome.of<T>("maximum")[0], largest_);
    }
    const T last = outcome.of<T>("last")[0];
    if (!same_bits(last, last_)) verdict.mismatch("last", 0, 0, last, last_, 0);
    if (widened_)
      sum(verdict, "sum in a wider type", outcome.of<Wide>("sum in a wider type")[0], wide_, scale_, same_tree);
    if (!composed_) return;
    const Affine got = outcome.of<Affine>("composition")[0];
    if (got.scale != composition_.scale || got.shift != composition_.shift)
      verdict.fault("composition: another function; the order of all operands counts");
  }

 private:
  template <class R>
  void sum(Verdict& verdict, const char* what, R value, R expected, double scale, bool exactly) const {
    if (same_bits(value, expected)) return;
    double bound = 0;
    if constexpr (Real<R>) {
      const auto a = static_cast<double>(value), r = static_cast<double>(expected);
      bound = exactly ? 0
                      : op::transform_reduce::tier::bound<R>(static_cast<double>(n_ + 2),
                                                             scale + static_cast<double>(init_));
      if (std::isfinite(a) && std::isfinite(r) && verdict.close(a, r, bound)) return;
    }
    verdict.mismatch(what, 0, 0, value, expected, bound);
  }
  /// Zeros of either sign are equal here: which one is left depends on the order.
  static void extreme(Verdict& verdict, const char* what, T value, T expected) {
    if (!(value == expected) && !(value != value && expected != expected))
      verdict.mismatch(what, 0, 0, value, expected, 0);
  }

  T init_;  // nothing that would swallow denormals
  index_t n_;
  bool sums_, squares_, order_, composed_, widened_;
  Widen<T> widen_;
  T sum_ = 0, square_ = 0, smallest_ = 0, largest_ = 0, last_ = 0;
  Wide wide_ = 0;
  Affine composition_;
  double scale_ = 0, square_scale_ = 0;
};

}  // namespace isonomy::conformance::detail
