// What Backend<Cuda> takes for granted of the CUDA runtime: each belief that the stand-in encodes, as a check for a
// device.
#include <cstdint>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "isonomy/cuda/launch.cuh"
#include "support/catch.hpp"

namespace isonomy::test {

/// Adds to each number; kernels have names outside of unnamed namespaces.
struct AddTo {
  int* x;
  int n, by;
  __device__ void operator()(const device::Group& g) const {
    for (index_t i = g.first(); i < n; i += g.step()) x[i] += by;
  }
};
struct DoNothing {
  __device__ void operator()(const device::Group&) const {}
};

namespace {

/// A launch past the checks of device::launch.
cudaError_t launched(Context<Cuda>& ctx, unsigned blocks, unsigned threads, std::size_t shared_bytes) {
  DoNothing kernel;
  void* arguments[] = {&kernel};
  const cudaError_t error =
      cudaLaunchKernel(&device::entry<DoNothing>, dim3(blocks), dim3(threads), arguments, shared_bytes, ctx.stream());
  CHECK(cudaGetLastError() == error);
  CHECK(cudaGetLastError() == cudaSuccess);
  return error;
}

TEST_CASE("runtime: a launch that cannot be is refused at once, and the next one runs", "[cuda][beliefs]") {
  Context<Cuda> ctx;
  CHECK(launched(ctx, 1, 64, 48 * 1024 + 4) == cudaErrorInvalidValue);
  CHECK(launched(ctx, 1, 1025, 0) == cudaErrorInvalidConfiguration);
  CHECK(launched(ctx, 0, 64, 0) == cudaErrorInvalidConfiguration);
  CHECK(launched(ctx, 1, 0, 0) == cudaErrorInvalidConfiguration);
  CHECK(launched(ctx, 1, 1024, 48 * 1024) == cudaSuccess);
  CHECK(cudaStreamSynchronize(ctx.stream()) == cudaSuccess);
}

TEST_CASE("runtime: an error is found by the call that made it, and taken once", "[cuda][beliefs]") {
  Context<Cuda> ctx;
  CHECK(cudaSetDevice(-1) == cudaErrorInvalidDevice);
  CHECK(cudaPeekAtLastError() == cudaErrorInvalidDevice);
  CHECK(cudaGetLastError() == cudaErrorInvalidDevice);
  CHECK(cudaGetLastError() == cudaSuccess);
  CHECK(cudaStreamSynchronize(ctx.stream()) == cudaSuccess);
}

TEST_CASE("runtime: work of a stream runs in its order, with the arguments of its launch", "[cuda][beliefs]") {
  Context<Cuda> ctx;
  const int n = 1000;
  auto x = to_device(ctx, std::vector<int>(n, 1));
  AddTo kernel{x.data(), n, 0};
  for (kernel.by = 1; kernel.by <= 20; ++kernel.by) device::launch(ctx, 3, 64, kernel);
  kernel = {nullptr, 0, 0};
  CHECK(to_host(ctx, x) == std::vector<int>(n, 211));
}

TEST_CASE("runtime: pageable memory has been read, or written, when a copy returns", "[cuda][beliefs]") {
  Context<Cuda> ctx;
  for (const std::size_t n : {std::size_t{1}, std::size_t{1000}, std::size_t{1} << 20}) {
    std::vector<int> there(n, 5), back(n, 0);
    Buffer<int, Cuda> x(ctx, static_cast<index_t>(n));
    const std::size_t bytes = n * sizeof(int);
    CHECK(cudaMemcpyAsync(x.data(), there.data(), bytes, cudaMemcpyHostToDevice, ctx.stream()) == cudaSuccess);
    there.assign(n, 7);
    CHECK(cudaMemcpyAsync(back.data(), x.data(), bytes, cudaMemcpyDeviceToHost, ctx.stream()) == cudaSuccess);
    CHECK(back == std::vector<int>(n, 5));
  }
}

TEST_CASE("runtime: nothing is copied and nothing set without an error", "[cuda][beliefs]") {
  Context<Cuda> ctx;
  int x = 0;
  Buffer<int, Cuda> there(ctx, 1);
  CHECK(cudaMemcpyAsync(there.data(), &x, 0, cudaMemcpyHostToDevice, ctx.stream()) == cudaSuccess);
  CHECK(cudaMemcpyAsync(&x, there.data(), 0, cudaMemcpyDeviceToHost, ctx.stream()) == cudaSuccess);
  CHECK(cudaMemsetAsync(there.data(), 0, 0, ctx.stream()) == cudaSuccess);
}

TEST_CASE("runtime: an event that nobody recorded is complete, and one behind work in time is", "[cuda][beliefs]") {
  Context<Cuda> ctx;
  cudaEvent_t event = nullptr;
  REQUIRE(cudaEventCreateWithFlags(&event, cudaEventDisableTiming) == cudaSuccess);
  CHECK(cudaEventQuery(event) == cudaSuccess);
  CHECK(cudaEventSynchronize(event) == cudaSuccess);
  CHECK(cudaStreamWaitEvent(ctx.stream(), event) == cudaSuccess);
  auto x = to_device(ctx, std::vector<int>(100, 1));
  device::launch(ctx, 1, 32, AddTo{x.data(), 100, 1});
  CHECK(cudaEventRecord(event, ctx.stream()) == cudaSuccess);
  CHECK(cudaEventSynchronize(event) == cudaSuccess);
  CHECK(cudaEventQuery(event) == cudaSuccess);
  CHECK(to_host(ctx, x) == std::vector<int>(100, 2));
  CHECK(cudaEventDestroy(event) == cudaSuccess);
}

TEST_CASE("runtime: a stream that waits for an event of another one sees what came before it", "[cuda][beliefs]") {
  Context<Cuda> first, second;
  const int n = 100000;
  auto x = to_device(first, std::vector<int>(n, 1));
  cudaEvent_t event = nullptr;
  REQUIRE(cudaEventCreateWithFlags(&event, cudaEventDisableTiming) == cudaSuccess);
  for (int i = 0; i < 20; ++i) device::launch(first, 1, 32, AddTo{x.data(), n, 1});
  CHECK(cudaEventRecord(event, first.stream()) == cudaSuccess);
  CHECK(cudaStreamWaitEvent(second.stream(), event) == cudaSuccess);
  std::vector<int> out(n);
  Backend<Cuda>::copy_to_host(second, VectorView<const int, DeviceSpace>(x.data(), n), VectorView<int>(out.data(), n));
  CHECK(out == std::vector<int>(n, 21));
  CHECK(cudaEventDestroy(event) == cudaSuccess);
}

TEST_CASE("runtime: who waits for an event waits for what it was recorded behind then", "[cuda][beliefs]") {
  Context<Cuda> first, second;
  const int n = 100000;
  auto x = to_device(first, std::vector<int>(n, 1));
  cudaEvent_t event = nullptr;
  REQUIRE(cudaEventCreateWithFlags(&event, cudaEventDisableTiming) == cudaSuccess);
  for (int i = 0; i < 20; ++i) device::launch(first, 1, 32, AddTo{x.data(), n, 1});
  CHECK(cudaEventRecord(event, first.stream()) == cudaSuccess);
  CHECK(cudaStreamWaitEvent(second.stream(), event) == cudaSuccess);
  CHECK(cudaEventRecord(event, second.stream()) == cudaSuccess);  // not that of the wait before, or neither would end
  CHECK(cudaStreamWaitEvent(first.stream(), event) == cudaSuccess);
  std::vector<int> out(n);
  Backend<Cuda>::copy_to_host(second, VectorView<const int, DeviceSpace>(x.data(), n), VectorView<int>(out.data(), n));
  CHECK(out == std::vector<int>(n, 21));
  CHECK(cudaStreamSynchronize(first.stream()) == cudaSuccess);
  CHECK(cudaEventDestroy(event) == cudaSuccess);
}

TEST_CASE("runtime: memory of one stream may be written by another between two events", "[cuda][beliefs]") {
  Context<Cuda> owner, other;
  const int n = 100000;
  cudaEvent_t event = nullptr;
  REQUIRE(cudaEventCreateWithFlags(&event, cudaEventDisableTiming) == cudaSuccess);
  for (int i = 1; i <= 20; ++i) {
    auto x = to_device(owner, std::vector<int>(n, i));  // where the one before was
    CHECK(cudaEventRecord(event, owner.stream()) == cudaSuccess);
    CHECK(cudaStreamWaitEvent(other.stream(), event) == cudaSuccess);
    device::launch(other, 1, 32, AddTo{x.data(), n, 1});
    CHECK(cudaEventRecord(event, other.stream()) == cudaSuccess);
    CHECK(cudaStreamWaitEvent(owner.stream(), event) == cudaSuccess);
    if (i % 2 == 0) CHECK(to_host(owner, x) == std::vector<int>(n, i + 1));
  }
  CHECK(cudaStreamSynchronize(owner.stream()) == cudaSuccess);
  CHECK(cudaEventDestroy(event) == cudaSuccess);
}

TEST_CASE("runtime: memory of a pool is aligned, and free for its stream once it is given back", "[cuda][beliefs]") {
  Context<Cuda> ctx;
  std::uint64_t held = 0, held_before = 0;
  for (int i = 0; i < 100; ++i) {
    const Buffer<char, Cuda> x(ctx, index_t{1} << 20), odd(ctx, 1), next(ctx, 3);
    for (const auto* const b : {&x, &odd, &next}) CHECK(reinterpret_cast<std::uintptr_t>(b->data()) % 256 == 0);
    REQUIRE(cudaMemPoolGetAttribute(ctx.state()->pool(), cudaMemPoolAttrReservedMemCurrent, &held) == cudaSuccess);
    if (i == 0) held_before = held;
  }
  CHECK(held == held_before);
}

TEST_CASE("runtime: no bytes are a null pointer, which may be given back", "[cuda][beliefs]") {
  void* p = &p;
  CHECK(cudaMalloc(&p, 0) == cudaSuccess);
  CHECK(p == nullptr);
  CHECK(cudaFree(nullptr) == cudaSuccess);
  CHECK(cudaFreeHost(nullptr) == cudaSuccess);
}

TEST_CASE("runtime: too much memory is an error that leaves nothing behind", "[cuda][beliefs]") {
  Context<Cuda> ctx;
  std::size_t free = 0, total = 0;
  REQUIRE(cudaMemGetInfo(&free, &total) == cudaSuccess);
  CHECK(free <= total);
  void* p = nullptr;
  CHECK(cudaMallocFromPoolAsync(&p, total + (std::size_t{1} << 30), ctx.state()->pool(), ctx.stream()) ==
        cudaErrorMemoryAllocation);
  CHECK(cudaGetLastError() == cudaErrorMemoryAllocation);
  const Buffer<int, Cuda> x(ctx, 10);
  CHECK(cudaStreamSynchronize(ctx.stream()) == cudaSuccess);
}

TEST_CASE("runtime: memory is known by its kind, that of the host without an error", "[cuda][beliefs]") {
  Context<Cuda> ctx;
  const int here = 0;
  const Buffer<int, Cuda> there(ctx, 1);
  void* pinned = nullptr;
  REQUIRE(cudaMallocHost(&pinned, 16) == cudaSuccess);
  const auto kind = [](const void* p) {
    cudaPointerAttributes attributes{};
    CHECK(cudaPointerGetAttributes(&attributes, p) == cudaSuccess);
    return attributes.type;
  };
  CHECK(kind(&here) == cudaMemoryTypeUnregistered);
  CHECK(kind(there.data()) == cudaMemoryTypeDevice);
  CHECK(kind(pinned) == cudaMemoryTypeHost);
  CHECK(cudaFreeHost(pinned) == cudaSuccess);
}

TEST_CASE("runtime: versions are told, and a device has the limits that kernels count on", "[cuda][beliefs]") {
  int driver = 0, runtime = 0, warp = 0, threads = 0, shared = 0;
  CHECK(cudaDriverGetVersion(&driver) == cudaSuccess);
  CHECK(cudaRuntimeGetVersion(&runtime) == cudaSuccess);
  CHECK(driver / 1000 >= runtime / 1000);
  CHECK(cudaDeviceGetAttribute(&warp, cudaDevAttrWarpSize, 0) == cudaSuccess);
  CHECK(cudaDeviceGetAttribute(&threads, cudaDevAttrMaxThreadsPerBlock, 0) == cudaSuccess);
  CHECK(cudaDeviceGetAttribute(&shared, cudaDevAttrMaxSharedMemoryPerBlock, 0) == cudaSuccess);
  CHECK(warp == device::warp_lanes);
  CHECK(threads == 1024);
  CHECK(shared == 48 * 1024);
}

}  // namespace
}  // namespace isonomy::test
