// Symmetric matrices that are known to be hard, for the rows of eigenproblems.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "isonomy/conformance/data.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy::conformance {

/// `clusters` has few eigenvalues, many times each; `glued` many that differ by less than rounding (Wilkinson's
/// matrices of 21 rows, weakly coupled); `graded` elements over many decades; `tiny` and `huge` the ends of the
/// range; `paired` has as many eigenvalues -1 as 1.
enum class SymmetricKind {
  random,
  ties,
  zero,
  ones,
  identity,
  clusters,
  glued,
  graded,
  tiny,
  huge,
  denormal,
  low_rank,
  paired
};
inline constexpr std::array symmetric_kinds{SymmetricKind::ties,     SymmetricKind::zero,     SymmetricKind::ones,
                                            SymmetricKind::identity, SymmetricKind::clusters, SymmetricKind::glued,
                                            SymmetricKind::graded,   SymmetricKind::tiny,     SymmetricKind::huge,
                                            SymmetricKind::denormal, SymmetricKind::low_rank};
[[nodiscard]] inline const char* name(SymmetricKind s) {
  constexpr std::array names{"random", "ties", "zero", "ones",     "identity",    "clusters", "glued",
                             "graded", "tiny", "huge", "denormal", "of low rank", "paired"};
  return names[static_cast<std::size_t>(s)];
}

/// The size of elements of a random matrix of that kind.
template <class T>
[[nodiscard]] T symmetric_unit(SymmetricKind kind) {
  using Limits = std::numeric_limits<T>;
  return kind == SymmetricKind::tiny   ? std::ldexp(T(1), Limits::min_exponent + 1)
         : kind == SymmetricKind::huge ? std::ldexp(T(1), Limits::max_exponent - 20)
                                       : T(1);
}
/// Element (i, j) of the lower triangle.
template <class T>
[[nodiscard]] T symmetric_element(SymmetricKind s, std::uint64_t seed, index_t n, index_t i, index_t j) {
  using Limits = std::numeric_limits<T>;
  const T u = draw<T>(Data::random, seed, i * n + j);
  const double place = static_cast<double>(i + j) / static_cast<double>(2 * n);
  switch (s) {
  case SymmetricKind::ties: return draw<T>(Data::ties, seed, i * n + j);
  case SymmetricKind::zero: return (i + j) % 2 == 0 ? T(0) : -T(0);
  case SymmetricKind::ones: return T(1);
  case SymmetricKind::identity: return i == j ? T(3) : T(0);
  case SymmetricKind::clusters:  // two reflectors' worth of coupling in a matrix of few eigenvalues
    return static_cast<T>((i == j ? static_cast<double>(i % 3) : 0) + (i % 11 == 0 && j % 11 == 0 ? 0.5 : 0));
  case SymmetricKind::glued:
    return i == j       ? static_cast<T>(std::abs(i % 21 - 10))
           : i == j + 1 ? (j % 21 == 20 ? Limits::epsilon() : T(1))
                        : T(0);
  case SymmetricKind::graded: return u * static_cast<T>(std::pow(10.0, -place * Limits::max_exponent10 * 0.9));
  case SymmetricKind::tiny:
  case SymmetricKind::huge: return u * symmetric_unit<T>(s);
  case SymmetricKind::denormal: return draw<T>(Data::denormal, seed, i * n + j);
  case SymmetricKind::low_rank:
    return static_cast<T>(double{draw<T>(Data::ties, seed, i)} * double{draw<T>(Data::ties, seed, j)} + 1);
  case SymmetricKind::paired: return i == j + 1 && j % 2 == 0 ? T(1) : T(0);
  default: return u;
  }
}
/// What lies above the diagonal is never read.
template <class T>
[[nodiscard]] Operand<T> symmetric_matrix(index_t n, Layout layout, SymmetricKind kind, std::uint64_t seed) {
  Operand<T> a(n, n, layout);
  for (index_t j = 0; j < n; ++j)
    for (index_t i = 0; i < n; ++i)
      a(i, j) = i >= j ? symmetric_element<T>(kind, seed, n, i, j)
                       : (i % 2 == 0 ? std::numeric_limits<T>::quiet_NaN() : T(-55));
  return a;
}

}  // namespace isonomy::conformance
