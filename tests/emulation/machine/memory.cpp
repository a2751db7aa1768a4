// Device memory that host code may not touch, with red zones between allocations, and pinned host memory.
#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <iterator>
#include <map>
#include <unordered_map>

#include "internal.hpp"
#include "sanitizers.hpp"

namespace emulation {

std::size_t live_resources();

namespace {

constexpr std::size_t page = 4096, red_zone = 256, arena_bytes = std::size_t{1} << 36;
constexpr int fresh = 0xCB, stale = 0xDD;  // what memory holds before its first use and after its last

struct Allocation {
  std::size_t span = 0, bytes = 0;
  int device = 0;
  bool released = false;  // by the host; the stream has not come to it yet
  bool managed = false;
  std::uint32_t born = 0;  // to its stream: as races_begin_work numbers work
};

struct Arena {
  unsigned char* base = nullptr;
  std::size_t used = 0, live_bytes = 0, live_count = 0;
  std::map<std::size_t, std::deque<std::size_t>>
      free_by_span;                               // taken first in, first out: late uses stay visible for long
  std::map<std::size_t, Allocation> allocations;  // by offset
  std::map<const unsigned char*, std::size_t> pinned;
  int open = 0;

  Arena() {
    void* const p = mmap(nullptr, arena_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) std::abort();
    base = static_cast<unsigned char*>(p);
  }
  void protect(std::size_t at, std::size_t span, int mode) const {
    if (mprotect(base + at, span, mode) != 0) std::abort();
  }
  /// Only what is allocated is ever open: what has been given back stays closed for kernels too.
  void enter() {
    if (open++ > 0) return;
    for (const auto& [at, allocation] : allocations) protect(at, allocation.span, PROT_READ | PROT_WRITE);
  }
  void leave() {
    if (--open > 0 || !settings().protect) return;
    for (const auto& [at, allocation] : allocations) protect(at, allocation.span, PROT_NONE);
  }
  /// The allocation that holds p, or the end.
  auto find(const void* p) {
    if (!in_arena(p)) return allocations.end();
    auto next = allocations.upper_bound(static_cast<std::size_t>(static_cast<const unsigned char*>(p) - base));
    return next == allocations.begin() ? allocations.end() : std::prev(next);
  }
};
Arena& arena() {
  static Arena& a = *new Arena;  // outlives what is destroyed at exit
  return a;
}

/// Whole pages; from 64 KiB on in eight steps to the next power of two, so that what is given back fits again.
std::size_t span_for(std::size_t bytes) {
  const std::size_t needed = bytes + 2 * red_zone;
  const std::size_t step = std::max(page, std::bit_floor(needed) / 8);
  return (needed + step - 1) / step * step;
}

std::size_t take_span(Arena& a, std::size_t span) {
  if (auto& fits = a.free_by_span[span]; !fits.empty()) {
    const std::size_t at = fits.front();
    fits.pop_front();
    return at;
  }
  const std::size_t at = a.used;
  if (at + span > arena_bytes) return arena_bytes;
  a.used += span;
  return at;
}

/// Work of the stream; without a stream, done when all streams have run.
template <class F>
void in_order(CUstream_st* stream, F work) {
  if (stream != nullptr) {
    enqueue_call(stream, std::move(work));
    return;
  }
  run_everything();
  const HostAccess open;
  work();
}

void give_span_back(std::size_t at) {
  Arena& a = arena();
  const auto found = a.allocations.find(at);
  unsigned char* const p = a.base + at;
  races_release({p + red_zone, found->second.bytes, found->second.born});
  unpoison(p, found->second.span);
  std::memset(p, stale, found->second.bytes + 2 * red_zone);
  poison(p, found->second.span);
  if (settings().protect) a.protect(at, found->second.span, PROT_NONE);
  a.free_by_span[found->second.span].push_back(at);
  a.allocations.erase(found);
}

}  // namespace

HostAccess::HostAccess() {
  const Lock hold(lock());
  arena().enter();
}
HostAccess::~HostAccess() {
  const Lock hold(lock());
  arena().leave();
}

void* allocate(std::size_t bytes, CUstream_st* stream, int device) {
  Arena& a = arena();
  if (fails_now() || bytes > settings().total_memory || a.live_bytes + bytes > settings().total_memory) return nullptr;
  const std::size_t span = span_for(bytes), at = take_span(a, span);
  if (at == arena_bytes) return nullptr;
  a.allocations[at] = {span, bytes, device, false, false, 0};
  a.live_bytes += bytes;
  ++a.live_count;
  if (a.open > 0 || !settings().protect) a.protect(at, span, PROT_READ | PROT_WRITE);
  ++counts().allocations;
  counts().allocated_bytes += bytes;
  unsigned char* const p = a.base + at + red_zone;
  poison(p - red_zone, span);
  in_order(stream, [at, p, bytes] {
    arena().allocations[at].born = races_begin_work();
    races_begin_block(0);
    unpoison(p - red_zone, bytes + 2 * red_zone);
    std::memset(p - red_zone, fresh, bytes + 2 * red_zone);
    poison(p - red_zone, red_zone);
    poison(p + bytes, red_zone);
  });
  return p;
}

bool release(void* p, CUstream_st* stream) {
  Arena& a = arena();
  const auto found = a.find(p);
  if (found == a.allocations.end() || a.base + found->first + red_zone != p || found->second.released) {
    note_fault("device memory is released that is not allocated");
    return false;
  }
  found->second.released = true;
  a.live_bytes -= found->second.bytes;
  --a.live_count;
  in_order(stream, [at = found->first] { give_span_back(at); });
  return true;
}

void* allocate_pinned(std::size_t bytes) {
  if (fails_now()) return nullptr;
  void* const p = std::aligned_alloc(page, (std::max<std::size_t>(bytes, 1) + page - 1) / page * page);
  if (p == nullptr) return nullptr;
  std::memset(p, fresh, bytes);
  arena().pinned[static_cast<unsigned char*>(p)] = bytes;
  return p;
}
bool release_pinned(void* p) {
  if (arena().pinned.erase(static_cast<unsigned char*>(p)) == 0) {
    note_fault("pinned memory is released that is not allocated");
    return false;
  }
  std::free(p);
  return true;
}

std::size_t free_bytes() { return settings().total_memory - std::min(settings().total_memory, arena().live_bytes); }

std::size_t arena_offset(const void* p) {
  const auto offset = static_cast<std::size_t>(static_cast<const unsigned char*>(p) - arena().base);
  return offset < arena_bytes ? offset : no_offset;
}
Extent accessible_extent(const void* p) {
  Arena& a = arena();
  const auto found = a.find(p);
  if (found == a.allocations.end()) return {p, 0, 0};
  return {a.base + found->first + red_zone, found->second.bytes, found->second.born};
}
bool in_pinned(const void* p, std::size_t bytes) {
  const auto* const first = static_cast<const unsigned char*>(p);
  const auto& pinned = arena().pinned;
  auto next = pinned.upper_bound(first);
  if (next == pinned.begin()) return false;
  const auto& [base, length] = *std::prev(next);
  const auto offset = static_cast<std::size_t>(first - base);
  return offset <= length && bytes <= length - offset;
}
Kind kind(const void* p) {
  Arena& a = arena();
  const auto found = a.find(p);
  if (found != a.allocations.end() && !found->second.released)
    return found->second.managed ? Kind::managed : Kind::device;
  return in_pinned(p, 1) ? Kind::pinned : Kind::unknown;
}

void call_managed(void* p) { arena().find(p)->second.managed = true; }
int device_of(const void* p) { return arena().find(p)->second.device; }

bool is_accessible(const void* p, std::size_t bytes) {
  if (!in_arena(p)) return in_pinned(p, bytes);
  const Extent extent = accessible_extent(p);
  const auto offset = static_cast<std::size_t>(static_cast<const char*>(p) - static_cast<const char*>(extent.first));
  return offset <= extent.bytes && bytes <= extent.bytes - offset;
}
bool device_range(const void* p, std::size_t bytes, const char* what) {
  if (bytes == 0 || is_accessible(p, bytes)) return true;
  note_fault(std::string(what) + ": " + std::to_string(bytes) + " bytes that are not allocated on the device");
  return false;
}

Live live() {
  const Lock hold(lock());
  const Arena& a = arena();
  return {a.live_bytes, a.live_count, a.pinned.size(), live_resources()};
}

}  // namespace emulation
