// The names of compositions, put together while compiling.
#pragma once

#include <array>
#include <cstddef>

#include "isonomy/backend/operation.hpp"

namespace isonomy::compose {

/// A composition's name, put together while compiling from the pieces that `Pieces::get()` lists.
template <class Pieces>
struct Name {
 private:
  static constexpr std::size_t size = [] {
    std::size_t n = 1;
    for (const char* piece : Pieces::get())
      for (; *piece != '\0'; ++piece) ++n;
    return n;
  }();

 public:
  static constexpr std::array<char, size> text = [] {
    std::array<char, size> joined{};
    std::size_t n = 0;
    for (const char* piece : Pieces::get())
      for (; *piece != '\0'; ++piece) joined[n++] = *piece;
    return joined;
  }();
};

/// The pieces of "<first><verb><operation>, <operation><preposition><second>".
template <class... Ops>
[[nodiscard]] constexpr auto phrase(const char* first, const char* verb, const char* preposition, const char* second) {
  constexpr std::size_t operations = 2 * sizeof...(Ops);
  std::array<const char*, operations + 3> pieces{first};
  std::size_t n = 1;
  ((pieces[n] = n == 1 ? verb : ", ", pieces[n + 1] = Ops::name, n += 2), ...);
  pieces[operations + 1] = preposition;
  pieces[operations + 2] = second;
  return pieces;
}

template <class B>
struct GenericPieces {
  static constexpr auto get() { return std::array<const char*, 2>{B::name(), " (generic)"}; }
};
/// Whose form of the operation runs on B: that of a backend, or the library's.
template <class Op, class B, class... T>
[[nodiscard]] constexpr const char* form_of() {
  if constexpr (Has<Op, B, T...>)
    return runner_of<Op, B, T...>();
  else
    return Name<GenericPieces<B>>::text.data();
}

}  // namespace isonomy::compose
