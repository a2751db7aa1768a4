// Matrices of any shape for the rows of qr and svd: ordinary ones, and kinds on which factorisations go wrong.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "isonomy/conformance/rows.hpp"

namespace isonomy::conformance {

/// `triangle` needs no reflector, and has negative numbers on its diagonal; `diagonal` has each singular value three
/// times, one of them 0; `gap` has columns of 0, `repeated` each column several times; `low_rank` has rank 2; `graded`
/// elements over many decades, by rows and by columns; `tiny` and `huge` the ends of the range, both at once in
/// `uneven`.
enum class RectangleKind {
  random,
  ties,
  zero,
  ones,
  triangle,
  diagonal,
  gap,
  repeated,
  low_rank,
  graded,
  tiny,
  huge,
  uneven,
  denormal
};
[[nodiscard]] inline const char* name(RectangleKind k) {
  constexpr std::array names{"random",   "ties",        "zero",   "ones", "triangle", "diagonal", "with a gap",
                             "repeated", "of low rank", "graded", "tiny", "huge",     "uneven",   "denormal"};
  return names[static_cast<std::size_t>(k)];
}

/// A matrix that is factored, and how it and what comes out lie in memory.
struct Rectangle {
  index_t m, n;
  Layout a, out;
  RectangleKind kind;

  /// The layout of a second output.
  [[nodiscard]] static constexpr Layout other(Layout l) {
    return l == Layout::row ? Layout::column : l == Layout::column ? Layout::spaced : l;
  }

  template <class T>
  [[nodiscard]] T element(std::uint64_t seed, index_t i, index_t j) const {
    using Limits = std::numeric_limits<T>;
    const index_t place = j * m + i;
    const T x = draw<T>(Data::random, seed, place);
    const double along = static_cast<double>(i + j) / static_cast<double>(m + n);
    switch (kind) {
    case RectangleKind::ties: return draw<T>(Data::ties, seed, place);
    case RectangleKind::zero: return place % 2 == 0 ? T(0) : -T(0);
    case RectangleKind::ones: return T(1);
    case RectangleKind::triangle: return i > j ? T(0) : i == j ? T(j % 3 - 1) : x;
    case RectangleKind::diagonal: return i == j ? T((j % 2 == 0 ? 1 : -1) * (j / 3 % 4)) : T(0);
    case RectangleKind::gap: return j % 5 == 1 ? T(0) : x;
    case RectangleKind::repeated: return draw<T>(Data::random, seed, j % 4 * m + i) * T(j % 3 - 1);
    case RectangleKind::low_rank:
      return static_cast<T>(double{draw<T>(Data::random, seed, i)} * double{draw<T>(Data::random, seed, m + j)} +
                            double{draw<T>(Data::ties, seed, i)});
    case RectangleKind::graded: return x * static_cast<T>(std::pow(10.0, -along * Limits::max_exponent10 * 0.9));
    case RectangleKind::tiny: return x * std::ldexp(T(1), Limits::min_exponent + 1);
    case RectangleKind::huge: return x * std::ldexp(T(1), Limits::max_exponent - 20);
    case RectangleKind::uneven:
      return std::ldexp(x, j % 2 == 0 ? Limits::max_exponent - 20 : Limits::min_exponent + 20);
    case RectangleKind::denormal: return draw<T>(Data::denormal, seed, place);
    default: return x;
    }
  }
  template <class T>
  [[nodiscard]] Operand<T> matrix(std::uint64_t seed) const {
    Operand<T> made(m, n, a);
    for (index_t j = 0; j < n; ++j)
      for (index_t i = 0; i < m; ++i) made(i, j) = element<T>(seed, i, j);
    return made;
  }
};

}  // namespace isonomy::conformance
