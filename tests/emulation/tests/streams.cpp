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
  const cudaError_t error = second.wait();
  must(cudaEventDestroy(written));
  if (error == cudaSuccess) return y.on_host().front();
  CHECK((emulation::checks_races() && !with_event));
  CHECK(mentions(take_fault(), "work of another stream"));
  return 1;  // that build tells, in any order
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

/// What is said where one stream allocates, writes and gives back, and another uses the memory in between, with the
/// waits that are named: for the allocation, and before memory goes back.
std::string said_of_two(bool waits_for_it, bool is_waited_for, bool copies) {
  const TestStream owner, other;
  int* x = nullptr;
  int* pinned = nullptr;
  cudaEvent_t event = nullptr;
  must(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  must(cudaMallocHost(&pinned, sizeof(int)));
  *pinned = 5;
  must(cudaMallocAsync(&x, sizeof(int), owner));
  must(cudaEventRecord(event, owner));
  if (waits_for_it) must(cudaStreamWaitEvent(other, event));
  if (copies)
    must(cudaMemcpyAsync(x, pinned, sizeof(int), cudaMemcpyHostToDevice, other));
  else
    launch_test(other, 1, 1, Store{x, 5});
  must(cudaEventRecord(event, other));
  if (is_waited_for) must(cudaStreamWaitEvent(owner, event));
  must(cudaFreeAsync(x, owner));
  static_cast<void>(owner.wait());
  static_cast<void>(other.wait());
  must(cudaEventDestroy(event));
  must(cudaFreeHost(pinned));
  return take_fault();
}

TEST_CASE("memory that two streams use is allocated before and given back behind the other's work") {
  for (const bool copies : {true, false}) {
    CHECK(said_of_two(true, true, copies).empty());
    if (!emulation::checks_races()) continue;  // others see it in some orders
    CHECK(mentions(said_of_two(false, true, copies), "allocation"));
    CHECK_FALSE(said_of_two(true, false, copies).empty());  // who comes first sees it
  }
}

TEST_CASE("what the host has waited for needs no event") {
  const TestStream first, second;
  const DeviceArray<int> x(first, {1});
  launch_test(first, 1, 1, Store{x.data(), 2});
  must(first.wait());
  launch_test(second, 1, 1, Store{x.data(), 3});
  while (cudaStreamQuery(second) == cudaErrorNotReady) {
  }
  CHECK(x.on_host().front() == 3);
  CHECK(emulation::fault().empty());
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
