// Streams run late, and in an order that only their events decide.
#include "support.hpp"

namespace isonomy::test {
namespace {

struct Store {
  int* out;
  int value;
  __device__ void operator()() const { *out = value; }
};
struct CopyOne {
  const int* in;
  int* out;
  __device__ void operator()() const { *out = *in; }
};

TEST_CASE("work waits until something waits for it") {
  const TestStream stream;
  const DeviceArray<int> x(stream, {0});
  emulation::reset_statistics();
  launch_test(stream, 1, 1, Store{x.data(), 5});
  CHECK(emulation::statistics().launches == 1);
  CHECK(emulation::statistics().blocks == 0);
  must(stream.wait());
  CHECK(emulation::statistics().blocks == 1);
  emulation::settings().lazy = false;
  launch_test(stream, 1, 1, Store{x.data(), 6});
  CHECK(emulation::statistics().blocks == 2);
  emulation::settings().lazy = true;
}

TEST_CASE("asking again and again whether a stream is done comes to an end") {
  const TestStream stream;
  const DeviceArray<int> x(stream, {0});
  launch_test(stream, 1, 1, Store{x.data(), 5});
  int asked = 0;
  while (cudaStreamQuery(stream) == cudaErrorNotReady) ++asked;
  CHECK(asked == 3);  // the allocation, the copy, the kernel
}

TEST_CASE("default streams are there, unmade, where they are named") {
  for (const cudaStream_t stream : {cudaStreamLegacy, cudaStreamPerThread}) {
    const TestStream own;
    const DeviceArray<int> x(own, {0});
    must(own.wait());
    launch_test(stream, 1, 1, Store{x.data(), 5});
    must(cudaStreamSynchronize(stream));
    CHECK(x.on_host().front() == 5);
    int device = -1;
    must(cudaStreamGetDevice(stream, &device));
    CHECK((device == 0 && cudaStreamDestroy(stream) == cudaErrorInvalidResourceHandle));
    static_cast<void>(cudaGetLastError());
  }
}

/// What a second stream reads of what the first writes, with or without an event between them.
int read_behind(bool with_event, std::uint64_t seed) {
  emulation::settings().seed = seed;
  const TestStream first, second;
  const DeviceArray<int> x(first, {1}), y(first, {0});
  must(first.wait());
  cudaEvent_t written = nullptr;
  must(cudaEventCreateWithFlags(&written, cudaEventDisableTiming));
  launch_test(first, 1, 1, Store{x.data(), 2});
  must(cudaEventRecord(written, first));
  if (with_event) must(cudaStreamWaitEvent(second, written));
  launch_test(second, 1, 1, CopyOne{x.data(), y.data()});
  must(second.wait());
  must(cudaEventDestroy(written));
  return y.on_host().front();
}

TEST_CASE("one stream sees what another wrote only behind an event") {
  const std::uint64_t before = emulation::settings().seed;
  bool stale = false;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CHECK(read_behind(true, seed) == 2);
    stale = stale || read_behind(false, seed) == 1;
  }
  CHECK(stale);
  emulation::settings().seed = before;
}

TEST_CASE("events tell when they are reached and how long it took") {
  const TestStream stream;
  const DeviceArray<int> x(stream, {0});
  cudaEvent_t begin = nullptr, end = nullptr, plain = nullptr;
  must(cudaEventCreate(&begin));
  must(cudaEventCreate(&end));
  must(cudaEventCreateWithFlags(&plain, cudaEventDisableTiming));
  must(cudaEventRecord(begin, stream));
  launch_test(stream, 1, 1, Store{x.data(), 1});
  must(cudaEventRecord(end, stream));
  must(cudaEventRecord(plain, stream));
  float elapsed = -1;
  CHECK(cudaEventElapsedTime(&elapsed, begin, end) == cudaErrorNotReady);
  must(cudaEventSynchronize(end));
  must(cudaEventElapsedTime(&elapsed, begin, end));
  CHECK(elapsed > 0);
  CHECK(cudaEventElapsedTime(&elapsed, begin, plain) == cudaErrorInvalidResourceHandle);
  for (const cudaEvent_t e : {begin, end, plain}) must(cudaEventDestroy(e));
  static_cast<void>(cudaGetLastError());
}

TEST_CASE("a fault of a kernel is told by every later wait, and later kernels do not run") {
  const TestStream stream;
  const DeviceArray<int> x(stream, {0});
  must(stream.wait());
  emulation::note_fault("made up");
  CHECK(stream.wait() == cudaErrorLaunchFailure);
  CHECK(std::string(cudaGetErrorString(cudaErrorLaunchFailure)) == "made up");
  emulation::clear_fault();
  CHECK(stream.wait() == cudaSuccess);
  static_cast<void>(cudaGetLastError());
}

TEST_CASE("the default stream is a fault") {
  void* p = nullptr;
  must(cudaMalloc(&p, 4));
  CHECK(cudaMemsetAsync(p, 0, 4) == cudaErrorLaunchFailure);
  CHECK(mentions(take_fault(), "default stream"));
  must(cudaFree(p));
}

TEST_CASE("a stream that is gone takes no work") {
  cudaStream_t stream = nullptr;
  must(cudaStreamCreate(&stream));
  must(cudaStreamDestroy(stream));
  CHECK(cudaStreamSynchronize(stream) == cudaErrorInvalidResourceHandle);
  CHECK(cudaStreamDestroy(stream) == cudaErrorInvalidResourceHandle);
  static_cast<void>(cudaGetLastError());
}

}  // namespace
}  // namespace isonomy::test
