// Barriers, operations of a warp and atomic changes: what they give, and what is said of threads that miss each other.
#include <algorithm>
#include <numeric>

#include "support.hpp"

namespace isonomy::test {
namespace {

/// Turns a block's values round by way of shared memory.
struct Reverse {
  const int* in;
  int* out;
  __device__ void operator()() const {
    int* const s = shared_array<int>();
    const unsigned t = threadIdx.x, n = blockDim.x, base = blockIdx.x * n;
    s[t] = in[base + t];
    __syncthreads();
    out[base + t] = s[n - 1 - t];
  }
};

TEST_CASE("a barrier lets every thread see what the others wrote before it") {
  const TestStream stream;
  std::vector<int> values(5 * 100);
  std::iota(values.begin(), values.end(), 0);
  const DeviceArray<int> in(stream, values), out(stream, uninitialised, values.size());
  launch_test(stream, 5, 100, Reverse{in.data(), out.data()}, 100 * sizeof(int));
  const auto got = out.on_host();
  REQUIRE(got.size() == values.size());
  for (std::size_t b = 0; b < 5; ++b)
    for (std::size_t t = 0; t < 100; ++t) REQUIRE(got[b * 100 + t] == values[b * 100 + 99 - t]);
}

/// What every lane of one warp gets from each operation, twelve numbers a lane.
struct WarpOperations {
  static constexpr unsigned results = 12;
  unsigned* out;
  __device__ void operator()() const {
    const unsigned lane = threadIdx.x, all = 0xffffffffu;
    unsigned* const own = out + lane * results;
    own[0] = __shfl_sync(all, lane * 10, 7);
    own[1] = __shfl_down_sync(all, lane, 3u);
    own[2] = __shfl_up_sync(all, lane, 3u);
    own[3] = __shfl_xor_sync(all, lane, 5);
    own[4] = __shfl_down_sync(all, lane, 3u, 8);
    own[5] = __ballot_sync(all, lane % 3 == 0);
    own[6] = __match_any_sync(all, lane % 4);
    own[7] = static_cast<unsigned>(__reduce_add_sync(all, static_cast<int>(lane) - 40));
    own[8] = static_cast<unsigned>(__reduce_min_sync(all, static_cast<int>(lane) - 40));
    own[9] = __reduce_max_sync(all, lane ^ 9u);
    own[10] =
        static_cast<unsigned>(__any_sync(all, lane == 31)) + 2 * static_cast<unsigned>(__all_sync(all, lane < 31));
    // Two halves apart, each under its own mask.
    own[11] = lane < 16 ? __ballot_sync(0x0000ffffu, lane % 2) : __ballot_sync(0xffff0000u, 1);
  }
};

TEST_CASE("lanes of a warp exchange what the operations promise") {
  const TestStream stream;
  constexpr unsigned n = WarpOperations::results;
  const DeviceArray<unsigned> out(stream, uninitialised, 32 * n);
  launch_test(stream, 1, 32, WarpOperations{out.data()});
  const auto got = out.on_host();
  REQUIRE(got.size() == 32 * n);
  for (unsigned lane = 0; lane < 32; ++lane) {
    const unsigned* const own = &got[lane * n];
    CHECK(own[0] == 70);
    CHECK(own[1] == (lane + 3 < 32 ? lane + 3 : lane));
    CHECK(own[2] == (lane >= 3 ? lane - 3 : lane));
    CHECK(own[3] == (lane ^ 5u));
    CHECK(own[4] == (lane % 8 + 3 < 8 ? lane + 3 : lane));
    CHECK(own[5] == 0x49249249u);
    CHECK(own[6] == 0x11111111u << lane % 4);
    CHECK(own[7] == static_cast<unsigned>(31 * 16 - 40 * 32));
    CHECK(own[8] == static_cast<unsigned>(-40));
    CHECK(own[9] == 31);
    CHECK(own[10] == 1);
    CHECK(own[11] == (lane < 16 ? 0xaaaau : 0xffff0000u));
  }
}

/// Every thread of every block changes the same few numbers.
struct Atomics {
  int* sums;
  unsigned* bits;
  double* real;
  unsigned long long* most;
  __device__ void operator()() const {
    const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    atomicAdd(&sums[0], 1);
    atomicMin(&sums[1], -static_cast<int>(i));
    atomicMax(&sums[2], static_cast<int>(i));
    atomicOr(bits, 1u << i % 32);
    atomicAdd(real, 0.5);
    unsigned long long seen = *most, mine = 0;  // the race build: only by atomicCAS below
    do {
      mine = seen;
      seen = atomicCAS(most, mine, i > mine ? i : mine);
    } while (seen != mine);
  }
};

TEST_CASE("atomic changes of all threads are kept") {
  const TestStream stream;
  const DeviceArray<int> sums(stream, {0, 0, 0});
  const DeviceArray<unsigned> bits(stream, {0u});
  const DeviceArray<double> real(stream, {0.0});
  const DeviceArray<unsigned long long> most(stream, {0ull});
  launch_test(stream, 7, 96, Atomics{sums.data(), bits.data(), real.data(), most.data()});
  if (emulation::checks_races()) {  // the plain load before the loop
    CHECK(stream.wait() == cudaErrorLaunchFailure);
    CHECK(mentions(take_fault(), "changed atomically"));
    return;
  }
  CHECK(sums.on_host() == std::vector<int>{7 * 96, -(7 * 96 - 1), 7 * 96 - 1});
  CHECK(bits.on_host() == std::vector<unsigned>{0xffffffffu});
  CHECK(real.on_host() == std::vector<double>{0.5 * 7 * 96});
  CHECK(most.on_host() == std::vector<unsigned long long>{7 * 96 - 1});
}

/// Threads miss each other in one of several ways.
struct Divergence {
  enum Way { different_operations, absent_lane, missing_lane, left_half_waits } way;
  __device__ void operator()() const {
    const unsigned t = threadIdx.x;
    if (way == different_operations && t % 2 == 0) __syncwarp();
    if (way == different_operations && t % 2 == 1) __ballot_sync(0xffffffffu, 1);
    if (way == absent_lane) __syncwarp(0x0000ffffu);
    if (way == missing_lane) __syncwarp();
    if (way == left_half_waits && t < 16) __syncwarp();
    if (way == left_half_waits) __syncthreads();
  }
};

TEST_CASE("threads that miss each other are named") {
  const TestStream stream;
  const auto fault_of = [&](Divergence::Way way, unsigned threads) {
    launch_test(stream, 2, threads, Divergence{way});
    CHECK(stream.wait() == cudaErrorLaunchFailure);
    return take_fault();
  };
  CHECK(mentions(fault_of(Divergence::different_operations, 32), "meets another operation of its warp"));
  CHECK(mentions(fault_of(Divergence::absent_lane, 32), "by a lane that the mask leaves out"));
  CHECK(mentions(fault_of(Divergence::missing_lane, 20), "do not exist"));
  CHECK(mentions(fault_of(Divergence::left_half_waits, 32), "wait elsewhere"));
  launch_test(stream, 2, 32, Divergence{Divergence::missing_lane});
  CHECK(stream.wait() == cudaSuccess);  // the device works again
}

/// Writes the order in which threads of a block ran.
struct TakeTurns {
  unsigned* next;
  unsigned* order;
  __device__ void operator()() const { order[atomicAdd(next, 1u)] = blockIdx.x * blockDim.x + threadIdx.x; }
};

TEST_CASE("the seed decides the order of blocks and threads") {
  const auto order = [](std::uint64_t seed, bool shuffle) {
    const emulation::Settings before = emulation::settings();
    emulation::settings().seed = seed;
    emulation::settings().shuffle = shuffle;
    const TestStream stream;
    const DeviceArray<unsigned> next(stream, {0u}), out(stream, uninitialised, 8 * 32);
    launch_test(stream, 8, 32, TakeTurns{next.data(), out.data()});
    const auto got = out.on_host();
    emulation::settings() = before;
    return got;
  };
  std::vector<unsigned> ascending(8 * 32);
  std::iota(ascending.begin(), ascending.end(), 0u);
  CHECK(order(1, false) == ascending);
  auto one = order(1, true);
  CHECK(one != ascending);
  CHECK(one != order(2, true));
  std::ranges::sort(one);
  CHECK(one == ascending);
}

TEST_CASE("launches, threads and barriers are counted") {
  const TestStream stream;
  const DeviceArray<int> in(stream, std::vector<int>(200)), out(stream, uninitialised, 200);
  must(stream.wait());
  emulation::reset_statistics();
  launch_test(stream, 2, 100, Reverse{in.data(), out.data()}, 100 * sizeof(int));
  launch_test(stream, 1, 32, Divergence{Divergence::missing_lane});
  must(stream.wait());
  const emulation::Statistics counted = emulation::statistics();
  CHECK(counted.launches == 2);
  CHECK(counted.blocks == 3);
  CHECK(counted.threads == 232);
  CHECK(counted.barriers == 2);
  CHECK(counted.warp_operations == 1);
  CHECK(counted.waits == 1);
}

TEST_CASE("launches that a device would refuse are refused") {
  const TestStream stream;
  Reverse kernel{nullptr, nullptr};
  void* arguments[] = {&kernel};
  const auto launched = [&](dim3 grid, dim3 block, std::size_t shared) {
    return cudaLaunchKernel(&run_kernel<Reverse>, grid, block, arguments, shared, stream);
  };
  CHECK(launched(dim3(0), dim3(32), 0) == cudaErrorInvalidConfiguration);
  CHECK(launched(dim3(1), dim3(1025), 0) == cudaErrorInvalidConfiguration);
  CHECK(launched(dim3(1), dim3(32), 48 * 1024 + 1) == cudaErrorInvalidValue);
  CHECK(cudaGetLastError() == cudaErrorInvalidValue);
  CHECK(cudaGetLastError() == cudaSuccess);
  CHECK(cudaFuncSetAttribute(&run_kernel<Reverse>, cudaFuncAttributeMaxDynamicSharedMemorySize, 232449) ==
        cudaErrorInvalidValue);
  CHECK(cudaFuncSetAttribute(&run_kernel<Reverse>, cudaFuncAttributeMaxDynamicSharedMemorySize, 232448) == cudaSuccess);
  CHECK(launched(dim3(1), dim3(32), 232449) == cudaErrorInvalidValue);
  static_cast<void>(cudaGetLastError());
}

}  // namespace
}  // namespace isonomy::test
