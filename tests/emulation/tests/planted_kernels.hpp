// Three kernels whose threads work together, each with places where a mistake can be planted.
#pragma once

#include "support.hpp"

namespace isonomy::test {
namespace {

enum class Plant {
  nothing,
  missing_barrier,
  missing_warp_sync,
  out_of_bounds,
  wrong_mask,
  early_exit,
  plain_add,
  host_pointer,
  unwritten,
  device_out_of_bounds,
  device_race
};

constexpr unsigned whole_warp = 0xffffffffu;

/// Sum of each piece of 1024 numbers by a tree of halves: within a warp by shuffles, then over the warps' sums.
template <Plant plant>
struct TreeSum {
  static constexpr unsigned threads = 256, piece = 1024;
  static constexpr std::size_t shared_bytes = threads / 32 * sizeof(double);
  const double* x;
  double* out;
  __device__ void operator()() const {
    double* const sums = shared_array<double>();
    const unsigned t = threadIdx.x, lane = t % 32, warp = t / 32;
    const double* const own = x + blockIdx.x * piece + t;
    double v = (own[0] + own[256]) + (own[512] + own[768]);
    if (plant == Plant::device_out_of_bounds && blockIdx.x == gridDim.x - 1) v += own[769];
    if (plant == Plant::early_exit && lane == 31) return;
    const unsigned mask =
        plant == Plant::wrong_mask && t >= 224 ? 0x0000ffffu : whole_warp;  // the last warp forgets its upper half
    for (unsigned d = 16; d > 0; d /= 2) v += __shfl_down_sync(mask, v, d);
    if (lane == 0) sums[plant == Plant::out_of_bounds ? warp + 1 : warp] = v;
    if (plant != Plant::missing_barrier) __syncthreads();
    if (warp != 0) return;
    v = lane < threads / 32 ? sums[lane] : 0.0;
    for (unsigned d = 4; d > 0; d /= 2) v += __shfl_down_sync(whole_warp, v, d);
    if (lane == 0) out[plant == Plant::device_race ? 0 : blockIdx.x] = v;
  }
};

/// The k-th smallest key of each row: a histogram of eight bits at a time in shared memory, scanned by one warp.
template <Plant plant>
struct SelectKey {
  static constexpr unsigned threads = 256, bins = 256;
  struct Shared {
    unsigned count[bins], prefix, wanted;
  };
  static constexpr std::size_t shared_bytes = sizeof(Shared);
  const unsigned* x;
  unsigned n, k;
  unsigned* out;

  __device__ void count(Shared& s, const unsigned* row, unsigned mask, int shift) const {
    const unsigned prefix = s.prefix;
    for (unsigned i = threadIdx.x; i < n; i += threads) {
      if ((row[i] & mask) != prefix) continue;
      const unsigned bin = row[i] >> shift & 255u;
      if (plant == Plant::plain_add)
        ++s.count[bin];
      else
        atomicAdd(&s.count[plant == Plant::out_of_bounds ? bin + 2 : bin], 1u);
    }
  }
  __device__ void choose(Shared& s, int shift) const {  // by one warp, eight bins a lane
    const unsigned lane = threadIdx.x;
    unsigned own = 0;
    for (unsigned b = 0; b < 8; ++b) own += s.count[lane * 8 + b];
    unsigned until = own;
    for (unsigned d = 1; d < 32; d *= 2) {
      const unsigned mask = plant == Plant::wrong_mask ? ~((1u << d) - 1) : whole_warp;
      const unsigned other = plant == Plant::wrong_mask && lane < d ? 0u : __shfl_up_sync(mask, until, d);
      if (lane >= d) until += other;
    }
    unsigned before = until - own;
    const unsigned wanted = s.wanted;
    if (plant != Plant::missing_warp_sync) __syncwarp();
    if (wanted <= before || wanted > until) return;
    for (unsigned b = 0; b < 8; ++b) {
      const unsigned here = s.count[lane * 8 + b];
      if (wanted <= before + here) {
        s.prefix |= (lane * 8 + b) << shift;
        s.wanted = wanted - before;
        return;
      }
      before += here;
    }
  }
  __device__ void operator()() const {
    Shared& s = *shared_array<Shared>();
    const unsigned t = threadIdx.x;
    if (t == 0) s.prefix = 0, s.wanted = k;
    unsigned mask = 0;
    for (int shift = 24; shift >= 0; shift -= 8) {
      if (plant != Plant::unwritten) s.count[t] = 0;
      __syncthreads();
      count(s, x + blockIdx.x * n, mask, shift);
      if (plant != Plant::missing_barrier) __syncthreads();
      if (t < 32) choose(s, shift);
      if (plant == Plant::early_exit && t == 255 && shift == 8) return;
      __syncthreads();
      mask |= 255u << shift;
    }
    if (t == 0) out[blockIdx.x] = s.prefix;
  }
};

/// A histogram of each segment in shared memory: a block walks its segment, atomic additions count.
template <Plant plant>
struct SegmentHistogram {
  static constexpr unsigned threads = 128, bins = 100;
  static constexpr std::size_t shared_bytes = bins * sizeof(unsigned);
  const unsigned char* code;
  const long long* borders;
  const long long* host_borders;
  unsigned* out;
  __device__ void operator()() const {
    unsigned* const count = shared_array<unsigned>();
    const long long* const border = (plant == Plant::host_pointer ? host_borders : borders) + blockIdx.x;
    for (unsigned b = threadIdx.x; b < bins; b += threads) count[b] = 0;
    if (plant != Plant::missing_barrier) __syncthreads();
    for (long long i = border[0] + threadIdx.x; i < border[1]; i += threads) {
      if (plant == Plant::plain_add)
        ++count[code[i]];
      else
        atomicAdd(&count[code[i] + (plant == Plant::out_of_bounds ? 1 : 0)], 1u);
    }
    __syncthreads();
    for (unsigned b = threadIdx.x; b < bins; b += threads) out[blockIdx.x * bins + b] = count[b];
  }
};

/// The same bits each time, without a generator of its own.
inline std::uint64_t mixed(std::uint64_t i) {
  i = (i ^ (i >> 30)) * 0xbf58476d1ce4e5b9u;
  i = (i ^ (i >> 27)) * 0x94d049bb133111ebu;
  return i ^ (i >> 31);
}

/// "right", "wrong result", or the text of the fault.
inline std::string judged(bool right) {
  const std::string text = take_fault();
  return !text.empty() ? text : right ? "right" : "wrong result";
}

template <Plant plant>
std::string run_tree_sum() {
  using Kernel = TreeSum<plant>;
  constexpr std::size_t pieces = 40;
  std::vector<double> x(pieces * Kernel::piece);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(mixed(i + 1) >> 11) * 0x1p-53 - 0.5;
  std::vector<double> expected;
  for (std::size_t p = 0; p < pieces; ++p) {
    double t[256];
    for (std::size_t i = 0; i < 256; ++i) {
      const double* const own = &x[p * Kernel::piece + i];
      t[i] = (own[0] + own[256]) + (own[512] + own[768]);
    }
    for (std::size_t w = 0; w < 8; ++w) {
      for (std::size_t d = 16; d > 0; d /= 2)
        for (std::size_t i = 0; i < d; ++i) t[32 * w + i] += t[32 * w + i + d];
      t[w] = t[32 * w];
    }
    for (std::size_t d = 4; d > 0; d /= 2)
      for (std::size_t i = 0; i < d; ++i) t[i] += t[i + d];
    expected.push_back(t[0]);
  }
  const TestStream stream;
  const DeviceArray<double> in(stream, x), out(stream, std::vector<double>(pieces, 0.0));
  launch_test(stream, pieces, Kernel::threads, Kernel{in.data(), out.data()}, Kernel::shared_bytes);
  return judged(out.on_host() == expected);
}

template <Plant plant>
std::string run_select_key() {
  using Kernel = SelectKey<plant>;
  constexpr std::size_t rows = 20, n = 3000;
  constexpr unsigned k = 77;
  std::vector<unsigned> x(rows * n), expected;
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<unsigned>(mixed(i + 7)) >> (i % 5 == 0 ? 12 : 0);
  for (std::size_t r = 0; r < rows; ++r) {
    std::vector<unsigned> row(&x[r * n], &x[r * n] + n);
    std::ranges::sort(row);
    expected.push_back(row[k - 1]);
  }
  const TestStream stream;
  const DeviceArray<unsigned> in(stream, x), out(stream, uninitialised, rows);
  launch_test(stream, rows, Kernel::threads, Kernel{in.data(), n, k, out.data()}, Kernel::shared_bytes);
  return judged(out.on_host() == expected);
}

template <Plant plant>
std::string run_segment_histogram() {
  using Kernel = SegmentHistogram<plant>;
  const std::vector<long long> borders{0, 1000, 1000, 1007, 6000, 9000};
  std::vector<unsigned char> code(9000);
  std::vector<unsigned> expected(5 * Kernel::bins);
  for (std::size_t i = 0; i < code.size(); ++i) code[i] = static_cast<unsigned char>(mixed(i + 3) % Kernel::bins);
  for (std::size_t s = 0; s < 5; ++s)
    for (auto i = borders[s]; i < borders[s + 1]; ++i) ++expected[s * Kernel::bins + code[static_cast<std::size_t>(i)]];
  const TestStream stream;
  const DeviceArray<unsigned char> in(stream, code);
  const DeviceArray<long long> on_device(stream, borders);
  const DeviceArray<unsigned> out(stream, uninitialised, expected.size());
  launch_test(stream, 5, Kernel::threads, Kernel{in.data(), on_device.data(), borders.data(), out.data()},
              Kernel::shared_bytes);
  return judged(out.on_host() == expected);
}

}  // namespace
}  // namespace isonomy::test
