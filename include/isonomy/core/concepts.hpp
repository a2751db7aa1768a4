// What counts as a number, an index and a memory space.
#pragma once

#include <concepts>
#include <type_traits>

namespace isonomy {

/// The two floating-point types every backend must support.
template <class T>
concept Real = std::same_as<T, float> || std::same_as<T, double>;

/// Signed integers that may number rows, columns and neighbours.
template <class T>
concept Index = std::signed_integral<T> && sizeof(T) >= 4;

/// The types of whole numbers; bool is none.
template <class T>
concept Whole = std::integral<T> && !std::same_as<T, bool>;

/// False, but only once T is known: what a static_assert asks in a form that must not be called.
template <class T>
inline constexpr bool never = false;

/// Memory that the host can read and write.
struct HostSpace {};
/// Memory of an accelerator: a host pointer to it must not be dereferenced.
struct DeviceSpace {};

template <class S>
concept MemorySpace = std::same_as<S, HostSpace> || std::same_as<S, DeviceSpace>;

}  // namespace isonomy
