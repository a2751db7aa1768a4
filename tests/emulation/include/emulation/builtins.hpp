// Words and built-ins of kernels, as nvcc knows them.
#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "../../machine/device.hpp"

#define __global__
#define __device__
#define __host__
#define __shared__
#define __forceinline__ inline __attribute__((always_inline))
#define __grid_constant__
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))

namespace emulation {

/// One of `threadIdx.x` and its like: asks the machine whenever it is read.
template <unsigned (*value)()>
struct Coordinate {
  operator unsigned() const { return value(); }
};
/// Grids and blocks have one dimension here.
template <unsigned (*value)(), unsigned others>
struct Coordinates {
  Coordinate<value> x;
  static constexpr unsigned y = others, z = others;
};

template <class T>
concept Shuffled = std::is_arithmetic_v<T> &&(sizeof(T) == 4 || sizeof(T) == 8);

template <Shuffled T>
std::uint64_t as_bits(T v) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &v, sizeof v);
  return bits;
}
template <Shuffled T>
T from_bits(std::uint64_t bits) {
  T v;
  std::memcpy(&v, &bits, sizeof v);
  return v;
}
template <Shuffled T>
T shuffle(unsigned mask, T v, unsigned lane) {
  return from_bits<T>(thread::exchange(thread::Operation::shuffle, mask, as_bits(v), lane));
}
inline unsigned own_lane() { return thread::index() % 32; }

}  // namespace emulation

inline constexpr emulation::Coordinates<&emulation::thread::index, 0> threadIdx{};
inline constexpr emulation::Coordinates<&emulation::thread::block, 0> blockIdx{};
inline constexpr emulation::Coordinates<&emulation::thread::threads, 1> blockDim{};
inline constexpr emulation::Coordinates<&emulation::thread::blocks, 1> gridDim{};
inline constexpr int warpSize = 32;

inline void __syncthreads() { emulation::thread::barrier(false); }
inline int __syncthreads_count(int predicate) { return static_cast<int>(emulation::thread::barrier(predicate != 0)); }
inline int __syncthreads_or(int predicate) { return emulation::thread::barrier(predicate != 0) != 0; }
inline int __syncthreads_and(int predicate) { return emulation::thread::barrier(predicate == 0) == 0; }
inline void __syncwarp(unsigned mask = 0xffffffffu) {
  emulation::thread::exchange(emulation::thread::Operation::sync, mask, 0, 0);
}
inline void __threadfence() {}
inline void __threadfence_block() {}

template <emulation::Shuffled T>
T __shfl_sync(unsigned mask, T v, int lane, int width = 32) {
  const unsigned w = static_cast<unsigned>(width);
  return emulation::shuffle(mask, v, (emulation::own_lane() & ~(w - 1)) + (static_cast<unsigned>(lane) & (w - 1)));
}
template <emulation::Shuffled T>
T __shfl_down_sync(unsigned mask, T v, unsigned d, int width = 32) {
  const unsigned w = static_cast<unsigned>(width), lane = emulation::own_lane();
  return emulation::shuffle(mask, v, (lane & (w - 1)) + d < w ? lane + d : lane);
}
template <emulation::Shuffled T>
T __shfl_up_sync(unsigned mask, T v, unsigned d, int width = 32) {
  const unsigned w = static_cast<unsigned>(width), lane = emulation::own_lane();
  return emulation::shuffle(mask, v, (lane & (w - 1)) >= d ? lane - d : lane);
}
template <emulation::Shuffled T>
T __shfl_xor_sync(unsigned mask, T v, int bits, int width = 32) {
  const unsigned w = static_cast<unsigned>(width), lane = emulation::own_lane();
  const unsigned other = lane ^ static_cast<unsigned>(bits);
  return emulation::shuffle(mask, v, other < (lane & ~(w - 1)) + w ? other : lane);
}
inline unsigned __ballot_sync(unsigned mask, int predicate) {
  return static_cast<unsigned>(
      emulation::thread::exchange(emulation::thread::Operation::ballot, mask, predicate != 0 ? 1 : 0, 0));
}
inline int __any_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) != 0; }
inline int __all_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) == mask; }
template <emulation::Shuffled T>
unsigned __match_any_sync(unsigned mask, T v) {
  return static_cast<unsigned>(
      emulation::thread::exchange(emulation::thread::Operation::match, mask, emulation::as_bits(v), 0));
}
template <emulation::Shuffled T>
unsigned __match_all_sync(unsigned mask, T v, int* all) {
  *all = __match_any_sync(mask, v) == mask;
  return *all != 0 ? mask : 0;
}

namespace emulation {

template <class T>
concept Reduced = std::same_as<T, int> || std::same_as<T, unsigned>;
template <Reduced T>
T reduce(thread::Operation operation, unsigned mask, T v) {
  return static_cast<T>(thread::exchange(operation, mask, as_bits(v), 0));
}

}  // namespace emulation

template <emulation::Reduced T>
T __reduce_add_sync(unsigned mask, T v) {
  return emulation::reduce(emulation::thread::Operation::add, mask, v);
}
template <emulation::Reduced T>
T __reduce_min_sync(unsigned mask, T v) {
  using enum emulation::thread::Operation;
  return emulation::reduce(std::is_signed_v<T> ? smallest_signed : smallest, mask, v);
}
template <emulation::Reduced T>
T __reduce_max_sync(unsigned mask, T v) {
  using enum emulation::thread::Operation;
  return emulation::reduce(std::is_signed_v<T> ? largest_signed : largest, mask, v);
}
inline unsigned __reduce_and_sync(unsigned mask, unsigned v) {
  return emulation::reduce(emulation::thread::Operation::all_bits, mask, v);
}
inline unsigned __reduce_or_sync(unsigned mask, unsigned v) {
  return emulation::reduce(emulation::thread::Operation::any_bits, mask, v);
}
inline unsigned __reduce_xor_sync(unsigned mask, unsigned v) {
  return emulation::reduce(emulation::thread::Operation::odd_bits, mask, v);
}

inline int __popc(unsigned x) { return std::popcount(x); }
inline int __popcll(unsigned long long x) { return std::popcount(x); }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __ffsll(long long x) { return __builtin_ffsll(x); }
inline int __clz(int x) { return std::countl_zero(static_cast<unsigned>(x)); }
inline int __clzll(long long x) { return std::countl_zero(static_cast<unsigned long long>(x)); }
inline unsigned __umulhi(unsigned a, unsigned b) { return static_cast<unsigned>(std::uint64_t{a} * b >> 32); }
namespace emulation {
__extension__ using Wide = __int128;
__extension__ using WideUnsigned = unsigned __int128;
}  // namespace emulation
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
  return static_cast<unsigned long long>(static_cast<emulation::WideUnsigned>(a) * b >> 64);
}
inline long long __mul64hi(long long a, long long b) {
  return static_cast<long long>(static_cast<emulation::Wide>(a) * b >> 64);
}
inline long long __double_as_longlong(double x) { return std::bit_cast<long long>(x); }
inline double __longlong_as_double(long long x) { return std::bit_cast<double>(x); }
inline int __float_as_int(float x) { return std::bit_cast<int>(x); }
inline unsigned __float_as_uint(float x) { return std::bit_cast<unsigned>(x); }
inline float __int_as_float(int x) { return std::bit_cast<float>(x); }
inline float __uint_as_float(unsigned x) { return std::bit_cast<float>(x); }
inline double __dadd_rn(double a, double b) { return a + b; }
inline double __dsub_rn(double a, double b) { return a - b; }
inline double __dmul_rn(double a, double b) { return a * b; }
inline double __ddiv_rn(double a, double b) { return a / b; }
inline double __dsqrt_rn(double a) { return std::sqrt(a); }
inline double __fma_rn(double a, double b, double c) { return std::fma(a, b, c); }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fsub_rn(float a, float b) { return a - b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __fsqrt_rn(float a) { return std::sqrt(a); }
inline float __fmaf_rn(float a, float b, float c) { return std::fma(a, b, c); }
template <class T>
T __ldg(const T* p) {
  return *p;
}
