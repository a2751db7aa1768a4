// What the tests of the emulated device share: a stream, device memory, launches of functors, and deaths in a child
// process.
#pragma once

#include <cuda_runtime.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <type_traits>
#include <vector>

#include "emulation/machine/control.hpp"
#include "support/catch.hpp"

extern __shared__ __align__(16) unsigned char isonomy_shared_memory[];

namespace isonomy::test {
namespace {

/// Fails the test where a call of the runtime fails.
inline void must(cudaError_t error) {
  if (error != cudaSuccess) FAIL(cudaGetErrorName(error) << ": " << cudaGetErrorString(error));
}

/// A stream of its own.
class TestStream {
 public:
  TestStream() { must(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
  ~TestStream() { static_cast<void>(cudaStreamDestroy(stream_)); }
  TestStream(const TestStream&) = delete;
  TestStream& operator=(const TestStream&) = delete;
  operator cudaStream_t() const { return stream_; }
  /// Waits; the error, if a kernel has failed.
  cudaError_t wait() const { return cudaStreamSynchronize(stream_); }

 private:
  cudaStream_t stream_ = nullptr;
};

struct Uninitialised {};
inline constexpr Uninitialised uninitialised{};

/// Device memory in stream order.
template <class T>
class DeviceArray {
 public:
  DeviceArray(cudaStream_t stream, Uninitialised, std::size_t n) : stream_(stream), size_(n) {
    must(cudaMallocAsync(&data_, n * sizeof(T), stream));
  }
  DeviceArray(cudaStream_t stream, const std::vector<T>& from) : DeviceArray(stream, uninitialised, from.size()) {
    must(cudaMemcpyAsync(data_, from.data(), from.size() * sizeof(T), cudaMemcpyHostToDevice, stream));
  }
  ~DeviceArray() { static_cast<void>(cudaFreeAsync(data_, stream_)); }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;
  [[nodiscard]] T* data() const { return data_; }
  /// The elements; empty where a kernel has failed.
  [[nodiscard]] std::vector<T> on_host() const {
    std::vector<T> out(size_);
    if (cudaMemcpyAsync(out.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost, stream_) != cudaSuccess)
      return {};
    return out;
  }

 private:
  cudaStream_t stream_;
  T* data_ = nullptr;
  std::size_t size_;
};

template <class K>
__global__ void run_kernel(const __grid_constant__ K kernel) {
  kernel();
}

/// Queues blocks of threads that each call the kernel.
template <class K>
void launch_test(cudaStream_t stream, unsigned blocks, unsigned threads, K kernel, std::size_t shared_bytes = 0) {
  static_assert(std::is_trivially_copyable_v<K>);
  void* arguments[] = {&kernel};
  must(cudaLaunchKernel(&run_kernel<K>, dim3(blocks), dim3(threads), arguments, shared_bytes, stream));
}

/// Shared memory of the running block.
template <class T>
T* shared_array() {
  return reinterpret_cast<T*>(isonomy_shared_memory);
}

/// The text of the fault, which is then forgotten.
inline std::string take_fault() {
  const std::string text = emulation::fault();
  emulation::clear_fault();
  return text;
}

inline bool mentions(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// How a child process ended that ran f: "signal 11" or "exit 1", and what it said.
template <class F>
std::string end_of_child(F f) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], 2);
    dup2(ends[1], 1);
    signal(SIGSEGV, SIG_DFL);  // Catch2's own handler would report the parent's test
    f();
    _exit(0);
  }
  close(ends[1]);
  std::string text;
  char part[4096];
  for (ssize_t n = 0; (n = read(ends[0], part, sizeof part)) > 0;) text.append(part, static_cast<std::size_t>(n));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return (WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                              : "exit " + std::to_string(WEXITSTATUS(status))) +
         "\n" + text;
}

}  // namespace
}  // namespace isonomy::test
