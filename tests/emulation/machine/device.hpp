// What the stand-in headers ask of the machine: work in stream order, memory, and the threads of a running block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

struct CUstream_st;

namespace emulation {

/// Work of a stream.
struct Task {
  Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  virtual ~Task() = default;
  virtual void run() = 0;
  [[nodiscard]] virtual bool ready() const { return true; }  ///< whether it can run without running another stream
};

/// Queues work that may touch device memory; false where there is no such stream.
bool enqueue(CUstream_st* stream, std::unique_ptr<Task> work);

template <class F>
bool enqueue_call(CUstream_st* stream, F work) {
  struct Call final : Task {
    explicit Call(F&& f) : work(std::move(f)) {}
    void run() override { work(); }
    F work;
  };
  return enqueue(stream, std::make_unique<Call>(std::move(work)));
}

/// Runs call(data) once per thread of each block; from within a task.
void run_grid(unsigned blocks, unsigned threads, std::size_t shared_bytes, void (*call)(const void*), const void* data);

/// Notes a fault and goes on.
void note_fault(const std::string& what);
/// Ends the running kernel, whose fault has been noted, from within a thread: nothing on its stack is destroyed.
[[noreturn]] void end_kernel();

/// Whether all bytes from p on are device memory that is allocated, or pinned host memory; else notes a fault that
/// names `what`.
bool device_range(const void* p, std::size_t bytes, const char* what);
void count_vendor_call();

/// What the built-ins of kernels stand on; each is called by a thread of the running block.
namespace thread {

[[nodiscard]] unsigned index();
[[nodiscard]] unsigned block();
[[nodiscard]] unsigned threads();
[[nodiscard]] unsigned blocks();

/// Waits for the whole block; returns for how many of its threads `predicate` held.
unsigned barrier(bool predicate);

enum class Operation : std::uint8_t {
  sync,
  shuffle,
  ballot,
  match,
  add,
  smallest_signed,
  largest_signed,
  smallest,
  largest,
  all_bits,
  any_bits,
  odd_bits
};

/// What the lanes named in `mask` make of their values; each of them must call it with the same mask.
///
/// Shuffle returns the value of lane `source`; the others combine all values.
std::uint64_t exchange(Operation operation, unsigned mask, std::uint64_t value, unsigned source);

/// Told before an atomic change; plain accesses tell of themselves in the race build.
void atomic_access(const void* p, std::size_t bytes);

}  // namespace thread

}  // namespace emulation
