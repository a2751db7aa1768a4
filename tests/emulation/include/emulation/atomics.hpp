// Atomic functions of kernels, for the element types that a device has them for.
#pragma once

#include <concepts>
#include <type_traits>

#include "emulation/builtins.hpp"

namespace emulation {

template <class T, class... Choices>
concept AnyOf = (std::same_as<T, Choices> || ...);
template <class T>
concept AtomicInteger = AnyOf<T, int, unsigned, unsigned long long>;
/// Minima, maxima and bits exist for signed 64-bit integers too; sums do not.
template <class T>
concept AtomicWide = AtomicInteger<T> || std::same_as<T, long long>;
template <class T>
concept AtomicSum = AtomicInteger<T> || AnyOf<T, float, double>;

/// Replaces *p by change(*p) and returns what it was; not an access that the race build sees as plain.
template <class T, class F>
__attribute__((noinline, no_sanitize_thread)) T change_atomically(T* p, F change) {
  thread::atomic_access(p, sizeof(T));
  const T old = *p;
  *p = change(old);
  return old;
}

}  // namespace emulation

template <emulation::AtomicSum T>
T atomicAdd(T* p, std::type_identity_t<T> v) {
  return emulation::change_atomically(p, [v](T old) {
    if constexpr (std::is_integral_v<T>) {
      using Wrapping = std::make_unsigned_t<T>;
      return static_cast<T>(static_cast<Wrapping>(old) + static_cast<Wrapping>(v));
    } else {
      return old + v;
    }
  });
}
template <emulation::AnyOf<int, unsigned> T>
T atomicSub(T* p, std::type_identity_t<T> v) {
  return emulation::change_atomically(p, [v](T old) { return static_cast<T>(old - v); });
}
template <emulation::AtomicWide T>
T atomicMin(T* p, std::type_identity_t<T> v) {
  return emulation::change_atomically(p, [v](T old) { return v < old ? v : old; });
}
template <emulation::AtomicWide T>
T atomicMax(T* p, std::type_identity_t<T> v) {
  return emulation::change_atomically(p, [v](T old) { return old < v ? v : old; });
}
template <emulation::AtomicInteger T>
T atomicAnd(T* p, std::type_identity_t<T> v) {
  return emulation::change_atomically(p, [v](T old) { return old & v; });
}
template <emulation::AtomicInteger T>
T atomicOr(T* p, std::type_identity_t<T> v) {
  return emulation::change_atomically(p, [v](T old) { return old | v; });
}
template <emulation::AtomicInteger T>
T atomicXor(T* p, std::type_identity_t<T> v) {
  return emulation::change_atomically(p, [v](T old) { return old ^ v; });
}
template <class T>
  requires(emulation::AtomicInteger<T> || std::same_as<T, float>)
T atomicExch(T* p, std::type_identity_t<T> v) {
  return emulation::change_atomically(p, [v](T) { return v; });
}
template <class T>
  requires(emulation::AtomicInteger<T> || std::same_as<T, unsigned short>)
T atomicCAS(T* p, std::type_identity_t<T> expected, std::type_identity_t<T> wanted) {
  return emulation::change_atomically(p, [=](T old) { return old == expected ? wanted : old; });
}
inline unsigned atomicInc(unsigned* p, unsigned last) {
  return emulation::change_atomically(p, [=](unsigned old) { return old >= last ? 0 : old + 1; });
}
