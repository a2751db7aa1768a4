// HostMemory: the memory members of a backend that works in host memory, counted and limited.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <limits>
#include <memory>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "isonomy/backend/plain_context.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy {

inline constexpr std::size_t buffer_alignment = 256;

/// Returns host memory and takes it off the books of the context that gave it.
struct ReleaseHostMemory {
  std::shared_ptr<Counters> counters;
  std::size_t bytes = 0;
  void* block = nullptr;  ///< what the memory lies in, unless it is by itself
  void operator()(void* p) const noexcept {
    if (block != nullptr)
      ::operator delete(block);
    else
      ::operator delete (p, std::align_val_t{buffer_alignment});
    if (counters) counters->released(bytes);
  }
};

/// What a backend in host memory derives from: `struct Backend<mine::Tag> : HostMemory<mine::Context>`.
///
/// The context shares its counters, as PlainContext does.
template <class Ctx>
struct HostMemory {
  using allocation = std::unique_ptr<void, ReleaseHostMemory>;

  /// So many bytes, uninitialised and aligned. OutOfMemory names `purpose`, where the machine has no more or the
  /// context's limit is reached.
  [[nodiscard]] static allocation allocate(Ctx& ctx, std::size_t bytes, const char* purpose) {
    take_room(ctx.control(), ctx.counters(), bytes, purpose);
    void* block = nullptr;
    void* const p = bytes < large ? ::operator new (bytes, std::align_val_t{buffer_alignment}, std::nothrow)
                                  : aligned_within(block, bytes);
    if (p == nullptr) {
      ctx.counters().released(bytes);
      throw OutOfMemory(purpose, bytes, 0);
    }
    return allocation(p, ReleaseHostMemory{ctx.shared_counters(), bytes, block});
  }

  // What brings data here and back is no operation: a request to stop does not end it.
  template <class T>
  static void copy_from_host(Ctx&, VectorView<const T> source, VectorView<T> out) {
    move_elements(source, out);
  }
  template <class T>
  static void copy_to_host(Ctx&, VectorView<const T> source, VectorView<T> out) {
    move_elements(source, out);
  }
  static void synchronize(Ctx&) {}

 private:
  static constexpr std::size_t large = std::size_t{1} << 17;

  /// Large memory within a block: glibc maps large aligned blocks anew each time, with a fault for every page, where it
  /// keeps others for the next.
  [[nodiscard]] static void* aligned_within(void*& block, std::size_t bytes) {
    if (bytes > std::numeric_limits<std::size_t>::max() - buffer_alignment) return nullptr;
    std::size_t room = bytes + buffer_alignment;
    block = ::operator new(room, std::nothrow);
    if (block == nullptr) return nullptr;
    void* p = block;
    std::align(buffer_alignment, bytes, p, room);
    ask_for_huge_pages(p, bytes);
    return p;
  }
  /// One entry of the table of pages then stands for 2 MiB. A wish: without it everything works, slower. It holds for
  /// these pages of the heap, whoever has them later; errno is left as it was.
  static void ask_for_huge_pages([[maybe_unused]] void* p, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__)
    constexpr std::size_t page = std::size_t{1} << 21;
    if (bytes < 2 * page || std::align(page, page, p, bytes) == nullptr) return;
    const int before = errno;
    static_cast<void>(madvise(p, bytes / page * page, MADV_HUGEPAGE));
    errno = before;
#endif
  }

 protected:
  template <class T>
  static void move_elements(VectorView<const T> source, VectorView<T> out) {
    if (source.stride == 1 && out.stride == 1) {
      if (source.size > 0) std::memcpy(out.data, source.data, sizeof(T) * static_cast<std::size_t>(source.size));
      return;
    }
    for (index_t i = 0; i < source.size; ++i) out(i) = source(i);
  }
};

}  // namespace isonomy
