// What the parts of the machine know of each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "control.hpp"
#include "device.hpp"

namespace emulation {

/// Held by every call: one host thread at a time, which may be another one each time.
using Lock = std::lock_guard<std::recursive_mutex>;
std::recursive_mutex& lock();

Statistics& counts();

/// Whether the allocation that begins now is the one that fail_allocation named.
bool fails_now();

/// Whether a kernel has failed: no later kernel runs.
bool kernels_stopped();
void stop_kernels();

/// Counts streams, events, pools and handles.
void count_resource(int change);

// ---------------------------------------------------------------- memory.cpp

/// Device memory of these bytes, filled with a pattern in stream order, or at once without a stream; null when memory
/// is out.
void* allocate(std::size_t bytes, CUstream_st* stream, int device);
/// Gives it back in stream order, or when all streams have run; false where it is not allocated.
bool release(void* p, CUstream_st* stream);
void* allocate_pinned(std::size_t bytes);
bool release_pinned(void* p);
std::size_t free_bytes();

/// Makes allocated device memory managed in name; the host may touch it no more than other device memory.
void call_managed(void* p);

enum class Kind { unknown, device, managed, pinned };
Kind kind(const void* p);
/// The device of allocated device memory.
int device_of(const void* p);
/// Where p lies in what device memory can be, allocated or not; no_offset: elsewhere.
constexpr std::size_t no_offset = ~std::size_t{0};
std::size_t arena_offset(const void* p);
inline bool in_arena(const void* p) { return arena_offset(p) != no_offset; }
/// The allocation that begins at or before p in device memory, as far as kernels may use it.
struct Extent {
  const void* first = nullptr;
  std::size_t bytes = 0;
  std::uint32_t born = 0;  ///< what races_begin_work said when the stream came to the allocation; 0: it has not
};
Extent accessible_extent(const void* p);
/// Whether kernels may read or write these bytes of pinned memory.
bool in_pinned(const void* p, std::size_t bytes);
/// As device_range, without a fault.
bool is_accessible(const void* p, std::size_t bytes);

// ---------------------------------------------------------------- streams.cpp

struct Stream;
/// The stream of a handle, null where there is none; a null handle and cudaStreamLegacy are the default stream.
std::shared_ptr<Stream> find_stream(CUstream_st* handle);
CUstream_st* create_stream(unsigned flags, int device);
bool destroy_stream(CUstream_st* handle);
/// Whether the handle is one of the streams that are there without being made.
inline bool is_default(CUstream_st* handle) { return reinterpret_cast<std::uintptr_t>(handle) <= 2; }
unsigned stream_flags(CUstream_st* handle);
int stream_device(CUstream_st* handle);
/// How far streams, by their numbers, are known to have come.
using Known = std::map<std::uint64_t, std::uint64_t>;
/// A point in a stream: what had been queued when it was taken.
struct Mark {
  std::shared_ptr<Stream> stream;
  std::uint64_t position = 0;
  std::shared_ptr<const Known> known;  ///< of an event: what its stream knows once it is reached
};
/// Where a piece of work stands: in which stream, 0 for none, and how many came before it there, and itself.
struct Place {
  std::uint64_t stream = 0, position = 0;
};
Place running_work();
/// Whether that work comes before the running one by its stream, by events, or because the host waited between.
bool comes_before_running(const Place& work);
/// What the running work's stream knows behind it.
Known known_behind_running();
/// The host has waited for the mark: what it queues from now on comes behind it.
void host_waited(const Mark& mark);
Mark mark_end(const std::shared_ptr<Stream>& stream);
bool is_reached(const Mark& mark);
void run_to(const Mark& mark);
/// Runs one piece of work of the stream, if there is one.
void run_one(const std::shared_ptr<Stream>& stream);
void queue_wait(const std::shared_ptr<Stream>& stream, const Mark& mark);

// ---------------------------------------------------------------- block.cpp

/// Numbers for the order of things, each drawn from the seed.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t draw() {  // splitmix64
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>((draw() >> 32) * n >> 32); }  // n < 2^32
  void shuffle(std::vector<unsigned>& v) {
    for (std::size_t i = v.size(); i > 1; --i) std::swap(v[i - 1], v[below(i)]);
  }

 private:
  std::uint64_t state_;
};

constexpr std::size_t shared_capacity = 232448;  ///< of a block, as compute capability 9.0 has it

/// The running thread's stack, and where it is, for the race checker.
bool on_own_stack(const void* p);

// ---------------------------------------------------------------- races.cpp

/// Whether this host thread runs code of a kernel now, whose accesses are checked.
#if defined(ISONOMY_EMULATION_RACES)
extern thread_local constinit bool in_kernel;
inline void set_in_kernel(bool on) { in_kernel = on; }
/// A piece of work that uses memory begins: a launch, a copy, an allocation. Its number.
std::uint32_t races_begin_work();
/// A copy or a fill reads or writes these bytes, in work of its own.
void races_use(const void* p, std::size_t bytes, bool write);
/// An allocation goes back: all that used it must have come before.
void races_release(const Extent& extent);
void races_begin_block(std::size_t shared_bytes);
void races_barrier();
void races_warp_sync(unsigned warp, unsigned mask);
#else
inline void set_in_kernel(bool) {}
inline std::uint32_t races_begin_work() { return 1; }
inline void races_use(const void*, std::size_t, bool) {}
inline void races_release(const Extent&) {}
inline void races_begin_block(std::size_t) {}
inline void races_barrier() {}
inline void races_warp_sync(unsigned, unsigned) {}
#endif

/// The machine's own code is not the kernel's, wherever the linker took its templates from.
struct OutsideKernel {
  OutsideKernel() { set_in_kernel(false); }
  ~OutsideKernel() { set_in_kernel(true); }
};

}  // namespace emulation

/// Dynamic shared memory of the running block: what `extern __shared__` in kernels names.
extern unsigned char isonomy_shared_memory[];
