// Operators new and delete that count for HeapBytes::of_program(): for one source file of a program that runs the kit.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>

#include "isonomy/conformance/heap.hpp"

namespace isonomy::conformance::detail {

/// The size stands in front of what is given out, which keeps its alignment.
[[nodiscard]] inline std::size_t room_in_front(std::size_t alignment) noexcept {
  return std::max(alignment, alignof(std::max_align_t));
}
[[nodiscard]] inline void* counted_new(std::size_t bytes, std::size_t alignment) noexcept {
  const std::size_t front = room_in_front(alignment);
  if (bytes > std::numeric_limits<std::size_t>::max() / 2) return nullptr;
  void* const start = std::aligned_alloc(front, (bytes + 2 * front - 1) / front * front);
  if (start == nullptr) return nullptr;
  std::memcpy(start, &bytes, sizeof bytes);
  HeapBytes::of_program().taken(bytes);
  return static_cast<std::byte*>(start) + front;
}
[[nodiscard]] inline void* counted_new_or_throw(std::size_t bytes, std::size_t alignment) {
  void* const p = counted_new(bytes, alignment);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}
inline void counted_delete(void* p, std::size_t alignment) noexcept {
  if (p == nullptr) return;
  void* const start = static_cast<std::byte*>(p) - room_in_front(alignment);
  std::size_t bytes = 0;
  std::memcpy(&bytes, start, sizeof bytes);
  HeapBytes::of_program().given_back(bytes);
  std::free(start);
}
inline constexpr std::size_t usual_alignment = alignof(std::max_align_t);

}  // namespace isonomy::conformance::detail

void* operator new(std::size_t bytes) {
  return isonomy::conformance::detail::counted_new_or_throw(bytes, isonomy::conformance::detail::usual_alignment);
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return isonomy::conformance::detail::counted_new(bytes, isonomy::conformance::detail::usual_alignment);
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return isonomy::conformance::detail::counted_new_or_throw(bytes, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t bytes, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return isonomy::conformance::detail::counted_new(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* p) noexcept {
  isonomy::conformance::detail::counted_delete(p, isonomy::conformance::detail::usual_alignment);
}
void operator delete(void* p, std::size_t) noexcept { operator delete(p); }
void operator delete(void* p, std::align_val_t alignment) noexcept {
  isonomy::conformance::detail::counted_delete(p, static_cast<std::size_t>(alignment));
}
void operator delete(void* p, std::size_t, std::align_val_t alignment) noexcept { operator delete(p, alignment); }
