// What the rows of vectors share: sizes, strides and functors.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <utility>

#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy::conformance::detail {

/// Vector sizes: empty, one, odd, whole blocks, above a chunk of any loop; and those that are for the level `full`,
/// beyond 2^16 and 2^20.
inline constexpr std::array<index_t, 6> vector_sizes{0, 1, 7, 1000, 1024, 20011};
inline constexpr std::array<index_t, 2> huge_sizes{65549, 1048601};
inline constexpr std::array<index_t, 3> vector_strides{1, 2, 5};
/// A million elements are there for code that element types share: one of each size stands for all.
template <class T>
inline constexpr bool stands_for_all = std::same_as<T, float> || std::same_as<T, std::int64_t>;
/// Matrices beyond 2^16 and 2^20 rows and columns.
inline constexpr std::array<std::pair<index_t, index_t>, 5> huge_shapes{
    {{65549, 2}, {2, 65549}, {1048601, 1}, {1, 1048601}, {1100, 1000}}};

[[nodiscard]] inline std::string sized(const char* type, index_t n, index_t stride) {
  return text::joined(type, " ", n, " stride ", stride);
}

/// Steps that no compiler shortens: what takes long enough to be stopped.
struct Busy {
  template <class T>
  ISONOMY_HD T operator()(T x) const {
    std::uint64_t h = static_cast<std::uint64_t>(x) + 1;
    for (int i = 0; i < 64; ++i) h = h * 6364136223846793005u + 1442695040888963407u;
    return static_cast<T>(h >> 60);
  }
};
struct BusyAt {
  double* out;
  ISONOMY_HD void operator()(index_t i) const { out[i] = Busy{}(static_cast<double>(i)); }
};
/// Throws at one index. Not for devices.
struct ThrowAt {
  index_t index;
  void operator()(index_t i) const {
    if (i == index) throw FunctorError("the functor of the kit threw");
  }
};
/// Throws at one value. Not for devices.
template <class T>
struct ThrowOn {
  T value;
  T operator()(T x) const {
    if (x == value) throw FunctorError("the functor of the kit threw");
    return x;
  }
  T operator()(T a, T b) const { return (*this)(b) + a; }
};

}  // namespace isonomy::conformance::detail
