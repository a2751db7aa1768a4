// Barriers, operations of a warp and atomic changes: what they give, and what is said of threads that miss each other.
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
  const DeviceArray<int> in(stream, values), out(stream, values.size());
  launch_test(stream, 5, 100, Reverse{in.data(), out.data()}, 100 * sizeof(int));
  const auto got = out.on_host();
  REQUIRE(got.size() == values.size());
  for (std::size_t b = 0; b < 5; ++b)
    for (std::size_t t = 0; t < 100; ++t) REQUIRE(got[b * 100 + t] == values[b * 100 + 99 - t]);
}

}  // namespace
}  // namespace isonomy::test
