// Arrays of other libraries on a device: where they are, in which order streams go on, and who gives memory back when.
#include <cuda_runtime.h>

#include <algorithm>

#include "isonomy/cuda/cuda.cuh"
#include "isonomy/cuda/interop/array_interface.cuh"
#include "isonomy/cuda/interop/dlpack.cuh"
#include "isonomy/ops/memory.hpp"
#include "support/catch.hpp"
#if defined(ISONOMY_EMULATED_DEVICE)
#include "emulation/machine/control.hpp"
#endif

namespace isonomy::test::others {
namespace {

namespace dl = isonomy::dlpack;
using DeviceInts = VectorView<const int, DeviceSpace>;

constexpr int many = 1000;

/// A stream as another library has it.
struct OtherStream {
  cudaStream_t stream{};
  OtherStream() { device::require(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate"); }
  ~OtherStream() {
    static_cast<void>(cudaStreamSynchronize(stream));
    static_cast<void>(cudaStreamDestroy(stream));
  }
  OtherStream(const OtherStream&) = delete;
};

/// Numbers of another library on the device, with a tensor of them that says how often its deleter has been called.
struct OtherInts {
  int* data = nullptr;
  int* pinned = nullptr;
  int host[1] = {};
  std::int64_t shape[1] = {many}, strides[1] = {1};
  int deleted = 0;
  cudaStream_t idle_on_deletion = nullptr;  ///< has ended all its work by then, where there is one
  dl::ManagedTensorVersioned tensor{{1, 2}, this, &count, 0, {}};

  explicit OtherInts(bool managed = false) {
    if (managed)
      device::require(cudaMallocManaged(&data, many * sizeof(int)), "cudaMallocManaged");
    else
      device::require(cudaMalloc(reinterpret_cast<void**>(&data), many * sizeof(int)), "cudaMalloc");
    device::require(cudaMallocHost(reinterpret_cast<void**>(&pinned), many * sizeof(int)), "cudaMallocHost");
    tensor.dl_tensor = {data, {2, 0}, 1, dl::data_type<int>(), shape, strides, 0};
  }
  ~OtherInts() {
    static_cast<void>(cudaFree(data));
    static_cast<void>(cudaFreeHost(pinned));
  }
  OtherInts(const OtherInts&) = delete;
  static void count(dl::ManagedTensorVersioned* t) {
    auto* const self = static_cast<OtherInts*>(t->manager_ctx);
    ++self->deleted;
    if (self->idle_on_deletion != nullptr) CHECK(cudaStreamQuery(self->idle_on_deletion) == cudaSuccess);
  }
  /// Queues what makes every number `byte` times 0x01010101.
  void write(int byte, cudaStream_t stream) const {
    device::require(cudaMemsetAsync(data, byte, many * sizeof(int), stream), "cudaMemsetAsync");
  }
  [[nodiscard]] array_interface::Fields fields() const {
    return {{many}, "<i4", reinterpret_cast<std::uintptr_t>(data)};
  }
};
bool all_are(const std::vector<int>& x, int byte) {
  return std::ranges::count(x, byte * 0x01010101) == many && x.size() == static_cast<std::size_t>(many);
}

TEST_CASE("a tensor on the device is read after what its producer's stream has been given", "[cuda][small]") {
  Context<Cuda> ctx;
  const OtherStream own;
  OtherInts x;
  for (int round = 1; round <= 24; ++round) {
    const cudaStream_t streams[] = {own.stream, cudaStreamLegacy, cudaStreamPerThread};
    const cudaStream_t producer = streams[round % 3];
    x.write(round, producer);
    const auto held = device::from_dlpack<DeviceInts>(ctx, &x.tensor, producer);
    CHECK((held.view().data == x.data && held.view().size == many && held.view().stride == 1));
    CHECK(all_are(to_host<Context<Cuda>, int>(ctx, held.view()), round));
    CHECK(x.deleted == round - 1);
  }
  CHECK(x.deleted == 24);
}

TEST_CASE("the deleter is called when the context's work has ended", "[cuda][small]") {
  Context<Cuda> ctx;
  OtherInts x;
  x.idle_on_deletion = ctx.stream();
  {
    auto held = device::from_dlpack<VectorView<int, DeviceSpace>>(ctx, &x.tensor, {});
    auto moved = std::move(held);
    fill(ctx, moved.view(), 5);
    CHECK(x.deleted == 0);
  }
  CHECK(x.deleted == 1);
}

TEST_CASE("managed memory is taken for what it is", "[cuda][small]") {
  Context<Cuda> ctx;
  OtherInts managed(true), plain;
  for (const int type : {2, 13}) {
    managed.tensor.dl_tensor.device = {type, 0};
    managed.write(type, ctx.stream());
    CHECK(all_are(to_host<Context<Cuda>, int>(ctx, device::from_dlpack<DeviceInts>(ctx, &managed.tensor, {}).view()),
                  type));
  }
  plain.tensor.dl_tensor.device = {13, 0};
  CHECK_THROWS_AS(device::from_dlpack<DeviceInts>(ctx, &plain.tensor, {}), ValueError);
  CHECK((plain.deleted == 1 && managed.deleted == 2));
}

TEST_CASE("tensors that are not on the context's device, or whose stream is not, are refused and given back once",
          "[cuda][small]") {
  struct Row {
    void (*change)(OtherInts&);
    const char* said;
    device::ForeignStream producer = {};
  };
  const Row rows[] = {
      {[](OtherInts& x) { x.tensor.dl_tensor.data = x.host; }, "the host's or nobody's; it must be where"},
      {[](OtherInts& x) { x.tensor.dl_tensor.data = x.pinned; }, "is pinned memory of the host"},
      {[](OtherInts& x) { x.shape[0] = index_t{1} << 40; }, "the last byte of the array, at 0x"},
      {[](OtherInts& x) {
         x.tensor.dl_tensor.device = {2, 1};
       },
       "is on device 1 and the context on device 0"},
      {[](OtherInts& x) {
         x.tensor.dl_tensor.device = {1, 0};
       },
       "is in host memory, and the view"},
      {[](OtherInts& x) {
         x.tensor.dl_tensor.device = {3, 0};
       },
       "copy it by to_device"},
      {[](OtherInts& x) { x.strides[0] = -1; }, "stride -1 on axis 0"},
      {[](OtherInts&) {}, "the stream is 0", cudaStream_t{}},
      {[](OtherInts& x) { x.shape[0] = 0, x.tensor.dl_tensor.data = nullptr; }, "taken"}};
  Context<Cuda> ctx;
  for (const Row& row : rows) {
    OtherInts x;
    row.change(x);
    std::string said = "taken";
    try {
      static_cast<void>(device::from_dlpack<DeviceInts>(ctx, &x.tensor, row.producer));
    } catch (const InvalidArgument& e) {
      said = e.what();
    }
    INFO(row.said << " in: " << said);
    CHECK((said.find(row.said) != std::string::npos && x.deleted == 1));
  }
}

TEST_CASE("a buffer that is handed over is used and given back in the order of streams", "[cuda][small]") {
  Context<Cuda> ctx;
  const OtherStream consumer;
  int* pinned = nullptr;
  device::require(cudaMallocHost(reinterpret_cast<void**>(&pinned), many * sizeof(int)), "cudaMallocHost");
  for (int round = 1; round <= 16; ++round) {
    Buffer<int, Cuda> x(ctx, many);
    const int* const data = x.data();
    fill(ctx, x.view(), round);
    auto tensor = device::to_dlpack(ctx, std::move(x), consumer.stream);
    CHECK((tensor->dl_tensor.data == data && tensor->dl_tensor.device.device_type == 2 &&
           tensor->flags == dl::is_copied));
    device::require(cudaMemcpyAsync(pinned, data, many * sizeof(int), cudaMemcpyDeviceToHost, consumer.stream),
                    "cudaMemcpyAsync");
    tensor.reset();  // while the consumer is at work
    Buffer<int, Cuda> next(ctx, many);
    fill(ctx, next.view(), -1);
    ctx.wait("test");
    device::require(cudaStreamSynchronize(consumer.stream), "cudaStreamSynchronize");
    CHECK(std::ranges::count(pinned, pinned + many, round) == many);
  }
  CHECK(ctx.counters().bytes_allocated == 0);
  Matrix<double, Cuda> kept(ctx, 3, 2);
  const auto legacy = device::to_dlpack<dl::ManagedTensor>(ctx, kept.view(), {});
  CHECK((legacy->dl_tensor.ndim == 2 && legacy->dl_tensor.shape[0] == 3 && legacy->dl_tensor.strides[1] == 3));
  Buffer<int, Cuda> mine(ctx, many);
  CHECK_THROWS_AS(device::to_dlpack(ctx, std::move(mine), cudaStream_t{}), ValueError);
  CHECK(mine.size() == many);
  CHECK_THROWS_AS(device::to_dlpack(ctx, VectorView<int, DeviceSpace>(pinned, many), {}), ValueError);
  device::require(cudaFreeHost(pinned), "cudaFreeHost");
}

TEST_CASE("an array of the CUDA array interface is used in the order of streams", "[cuda][small]") {
  Context<Cuda> ctx;
  const OtherStream producer;
  const OtherInts x;
  auto fields = x.fields();
  for (int round = 1; round <= 24; ++round) {
    const cudaStream_t streams[] = {producer.stream, cudaStreamLegacy, cudaStreamPerThread};
    const cudaStream_t stream = streams[round % 3];
    x.write(round, stream);
    fields.stream = reinterpret_cast<std::uintptr_t>(stream);
    const auto v = device::from_fields<DeviceInts>(ctx, fields);
    Buffer<int, Cuda> copied(ctx, many);
    copy(ctx, v, copied.view());
    device::let_wait(ctx, stream);
    x.write(round + 1, stream);  // after it has been read
    CHECK(all_are(to_host(ctx, copied), round));
    device::require(cudaStreamSynchronize(stream), "cudaStreamSynchronize");  // the next round has another one
  }
  const auto back = device::to_fields(ctx, DeviceInts(x.data, many / 2, 2));
  CHECK((back.data == fields.data && back.read_only && back.typestr == "<i4" && back.strides->front() == 8));
  CHECK(back.stream == reinterpret_cast<std::uintptr_t>(ctx.stream()));
  CHECK(device::from_fields<DeviceInts>(ctx, back).stride == 2);
  fields.version = 2, fields.stream = {};
  CHECK(device::from_fields<DeviceInts>(ctx, fields).data == x.data);
  fields.stream = 0;
  CHECK_THROWS_AS(device::from_fields<DeviceInts>(ctx, fields), ValueError);
  std::vector<int> host(many);
  CHECK_THROWS_AS(device::from_fields<DeviceInts>(ctx, {{many}, "<i4", reinterpret_cast<std::uintptr_t>(host.data())}),
                  ValueError);
  CHECK(device::from_fields<DeviceInts>(ctx, {{0}, "<i4"}).size == 0);
}

#if defined(ISONOMY_EMULATED_DEVICE)  // which has a second device where it is told to, and fails where it is told to
TEST_CASE("streams and memory of another device are refused", "[cuda]") {
  emulation::settings().devices = 2;
  {
    const OtherInts x;
    Context<Cuda> ctx;
    Context<Cuda> other(device::ContextOptions{{}, 1});
    CHECK_THROWS_AS(device::wait_for(ctx, other.stream()), ValueError);
    CHECK_THROWS_AS(device::from_fields<DeviceInts>(other, x.fields()), ValueError);
    OtherInts y;
    y.tensor.dl_tensor.device = {2, 1};  // it is on 0
    CHECK_THROWS_AS(device::from_dlpack<DeviceInts>(other, &y.tensor, {}), ValueError);
    CHECK(y.deleted == 1);
  }
  emulation::settings().devices = 1;
}

TEST_CASE("a tensor is given back once where the device fails while it is taken", "[cuda]") {
  Context<Cuda> ctx;
  const OtherStream producer;
  OtherInts x;
  emulation::fail_allocation(1);  // of the event
  CHECK_THROWS_AS(device::from_dlpack<DeviceInts>(ctx, &x.tensor, producer.stream), DeviceError);
  CHECK(x.deleted == 1);
}
#endif

}  // namespace
}  // namespace isonomy::test::others
