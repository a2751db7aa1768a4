// Device memory: forbidden to the host, filled before its first use, bounded, counted, and failing where it is told to.
#include <algorithm>
#include <cstring>

#include "support.hpp"

namespace isonomy::test {
namespace {

struct WriteAt {
  int* out;
  __device__ void operator()() const { *out = static_cast<int>(threadIdx.x); }
};

TEST_CASE("host code that touches device memory is killed") {
  const TestStream stream;
  const DeviceArray<int> x(stream, {1, 2, 3});
  must(stream.wait());
  CHECK(mentions(end_of_child([&] { std::printf("%d\n", x.data()[1]); }), "signal 11"));
  CHECK(mentions(end_of_child([&] { x.data()[1] = 5; }), "signal 11"));
  const std::string open = end_of_child([&] {
    const emulation::HostAccess access;
    std::fprintf(stderr, "%d\n", x.data()[1]);
  });
  CHECK(open == "exit 0\n2\n");
}

TEST_CASE("memory that has been given back is closed to the host, and filled anew for its next owner") {
  const TestStream stream;
  constexpr std::size_t bytes = 1000003;  // no other test has memory that fits
  char* p = nullptr;
  must(cudaMallocAsync(&p, bytes, stream));
  must(cudaMemsetAsync(p, 7, bytes, stream));
  must(cudaFreeAsync(p, stream));
  must(stream.wait());
  char* q = nullptr;
  must(cudaMallocAsync(&q, bytes, stream));
  CHECK(q == p);
  std::vector<unsigned char> got(bytes);
  must(cudaMemcpyAsync(got.data(), q, bytes, cudaMemcpyDeviceToHost, stream));
  CHECK(std::ranges::count(got, 0xCB) == static_cast<std::ptrdiff_t>(bytes));
  must(cudaFreeAsync(q, stream));
  CHECK(cudaFreeAsync(q, stream) == cudaErrorInvalidValue);
  CHECK(mentions(take_fault(), "not allocated"));
  static_cast<void>(cudaGetLastError());
}

TEST_CASE("a kernel that leaves an allocation is named where memory is checked") {
  const auto said = [](std::ptrdiff_t at) {
    return end_of_child([at] {
      const TestStream stream;
      const DeviceArray<int> x(stream, uninitialised, 10);
      launch_test(stream, 1, 1, WriteAt{x.data() + at});
      std::fprintf(stderr, "%s\n", stream.wait() == cudaSuccess ? "went on" : emulation::fault().c_str());
    });
  };
#if defined(__SANITIZE_ADDRESS__)
  const char* const expected = "use-after-poison";
#else
  const char* const expected = emulation::checks_races() ? "outside of any allocation" : "went on";
#endif
  CHECK(mentions(said(10), expected));
  CHECK(mentions(said(-1), expected));
  CHECK(mentions(said(9), "went on"));
}

TEST_CASE("copies know where their memory is and how much of it") {
  const TestStream stream;
  const DeviceArray<int> x(stream, {1, 2, 3}), y(stream, uninitialised, 3);
  std::vector<int> host(3);
  CHECK(cudaMemcpyAsync(x.data(), host.data(), 12, cudaMemcpyDeviceToHost, stream) == cudaErrorInvalidValue);
  CHECK(cudaMemcpyAsync(host.data(), x.data(), 12, cudaMemcpyHostToDevice, stream) == cudaErrorInvalidValue);
  CHECK(cudaMemcpyAsync(host.data(), x.data(), 16, cudaMemcpyDeviceToHost, stream) == cudaErrorLaunchFailure);
  CHECK(mentions(take_fault(), "a copy reads: 16 bytes that are not allocated"));
  emulation::reset_statistics();
  must(cudaMemcpyAsync(y.data(), x.data(), 12, cudaMemcpyDeviceToDevice, stream));
  must(cudaMemcpyAsync(host.data(), y.data(), 12, cudaMemcpyDefault, stream));
  CHECK(host == std::vector<int>{1, 2, 3});
  must(cudaMemcpyAsync(y.data(), host.data(), 8, cudaMemcpyHostToDevice, stream));
  const emulation::Statistics counted = emulation::statistics();
  CHECK(counted.copies == 3);
  CHECK(counted.bytes_within_device == 12);
  CHECK(counted.bytes_to_host == 12);
  CHECK(counted.bytes_to_device == 8);
  static_cast<void>(cudaGetLastError());
}

TEST_CASE("rows of a copy in two dimensions leave what lies between them") {
  const TestStream stream;
  const DeviceArray<int> x(stream, std::vector<int>(12, 9));
  const std::vector<int> rows{1, 2, 3, 4, 5, 6};
  must(cudaMemcpy2DAsync(x.data(), 16, rows.data(), 8, 8, 3, cudaMemcpyHostToDevice, stream));
  CHECK(x.on_host() == std::vector<int>{1, 2, 9, 9, 3, 4, 9, 9, 5, 6, 9, 9});
  CHECK(cudaMemcpy2DAsync(x.data(), 4, rows.data(), 8, 8, 3, cudaMemcpyHostToDevice, stream) ==
        cudaErrorInvalidPitchValue);
  static_cast<void>(cudaGetLastError());
}

TEST_CASE("pinned memory is used in stream order, pageable memory when the call is made") {
  const TestStream stream;
  int* pinned = nullptr;
  must(cudaMallocHost(&pinned, sizeof(int)));
  int pageable = 1;
  *pinned = 1;
  const DeviceArray<int> a(stream, uninitialised, 1), b(stream, uninitialised, 1);
  must(cudaMemcpyAsync(a.data(), &pageable, sizeof(int), cudaMemcpyHostToDevice, stream));
  must(cudaMemcpyAsync(b.data(), pinned, sizeof(int), cudaMemcpyHostToDevice, stream));
  pageable = *pinned = 2;
  CHECK(a.on_host() == std::vector<int>{1});
  CHECK(b.on_host() == std::vector<int>{2});
  must(cudaMemcpyAsync(pinned, a.data(), sizeof(int), cudaMemcpyDeviceToHost, stream));
  CHECK(*pinned == 2);  // not yet
  must(stream.wait());
  CHECK(*pinned == 1);
  must(cudaFreeHost(pinned));
}

TEST_CASE("every allocation can be told to fail") {
  const auto all = [] {
    cudaStream_t stream = nullptr;
    cudaEvent_t event = nullptr;
    cudaMemPool_t pool = nullptr;
    void *device = nullptr, *pinned = nullptr;
    cudaMemPoolProps properties{};
    properties.allocType = cudaMemAllocationTypePinned;
    properties.location = {cudaMemLocationTypeDevice, 0};
    cudaError_t error = cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
    if (error == cudaSuccess) error = cudaEventCreateWithFlags(&event, cudaEventDisableTiming);
    if (error == cudaSuccess) error = cudaMemPoolCreate(&pool, &properties);
    if (error == cudaSuccess) error = cudaMallocFromPoolAsync(&device, 100, pool, stream);
    if (error == cudaSuccess) error = cudaHostAlloc(&pinned, 100, cudaHostAllocDefault);
    if (pinned != nullptr) must(cudaFreeHost(pinned));
    if (device != nullptr) must(cudaFreeAsync(device, stream));
    if (event != nullptr) must(cudaEventDestroy(event));
    if (stream != nullptr) must(cudaStreamDestroy(stream));
    if (pool != nullptr) must(cudaMemPoolDestroy(pool));
    return error;
  };
  for (std::uint64_t n = 1; n <= 5; ++n) {
    emulation::fail_allocation(n);
    CHECK(all() == cudaErrorMemoryAllocation);
    CHECK(!emulation::failure_is_pending());
  }
  emulation::fail_allocation(6);
  CHECK(all() == cudaSuccess);
  CHECK(emulation::failure_is_pending());
  emulation::fail_allocation(0);
  CHECK(emulation::live().device_allocations == 0);
  CHECK(emulation::live().pinned_allocations == 0);
  CHECK(emulation::live().resources == 0);
  static_cast<void>(cudaGetLastError());
}

TEST_CASE("memory has an end, and what is released is free at once") {
  const TestStream stream;
  const emulation::Settings before = emulation::settings();
  emulation::settings().total_memory = 1000;
  std::size_t free = 0, total = 0;
  {
    const DeviceArray<char> x(stream, uninitialised, 600);
    must(cudaMemGetInfo(&free, &total));
    CHECK(free == 400);
    CHECK(total == 1000);
    void* p = nullptr;
    CHECK(cudaMallocAsync(&p, 401, stream) == cudaErrorMemoryAllocation);
  }
  must(cudaMemGetInfo(&free, &total));
  CHECK(free == 1000);
  emulation::settings() = before;
  static_cast<void>(cudaGetLastError());
}

TEST_CASE("pointers are known by where they point") {
  const TestStream stream;
  const DeviceArray<int> x(stream, uninitialised, 3);
  int* pinned = nullptr;
  must(cudaMallocHost(&pinned, 12));
  const int host = 0;
  cudaPointerAttributes a{};
  must(cudaPointerGetAttributes(&a, x.data() + 1));
  CHECK(a.type == cudaMemoryTypeDevice);
  CHECK(a.devicePointer == x.data() + 1);
  must(cudaPointerGetAttributes(&a, pinned));
  CHECK(a.type == cudaMemoryTypeHost);
  must(cudaPointerGetAttributes(&a, &host));
  CHECK(a.type == cudaMemoryTypeUnregistered);
  int* managed = nullptr;
  must(cudaMallocManaged(&managed, 12));
  must(cudaPointerGetAttributes(&a, managed + 2));
  CHECK((a.type == cudaMemoryTypeManaged && a.devicePointer == managed + 2));
  must(cudaFree(managed));
  must(cudaFreeHost(pinned));
}

TEST_CASE("what is not released is told when the program ends") {
  const auto said = [](void (*leak)()) {
    return end_of_child([leak] {
      leak();
      std::exit(0);
    });
  };
  CHECK(mentions(said([] {
                   void* p = nullptr;
                   must(cudaMalloc(&p, 10));
                 }),
                 "not released at exit: 1 device allocations (10 bytes)"));
  CHECK(mentions(said([] {
                   cudaStream_t s = nullptr;
                   must(cudaStreamCreate(&s));
                 }),
                 "1 streams, events, pools and handles"));
  CHECK(mentions(said([] {}), "exit 0"));
}

TEST_CASE("a machine without a device or a driver says so") {
  const emulation::Settings before = emulation::settings();
  int n = -1;
  emulation::settings().devices = 0;
  CHECK(cudaGetDeviceCount(&n) == cudaErrorNoDevice);
  CHECK(n == 0);
  emulation::settings().driver_version = 0;
  CHECK(cudaGetDeviceCount(&n) == cudaErrorInsufficientDriver);
  emulation::settings() = before;
  must(cudaGetDeviceCount(&n));
  CHECK(n == 1);
  CHECK(cudaSetDevice(1) == cudaErrorInvalidDevice);
  static_cast<void>(cudaGetLastError());
}

}  // namespace
}  // namespace isonomy::test
