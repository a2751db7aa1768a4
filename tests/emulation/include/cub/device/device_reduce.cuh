// Stand-in for cub::DeviceReduce: one range to one value, in ascending order, in stream order.
#pragma once

#include <limits>

#include "emulation/cub.hpp"

namespace cub {

struct DeviceReduce {
  template <class I, class O, class N, class F, class T>
  static cudaError_t Reduce(void* temporary, std::size_t& bytes, I in, O out, N n, F combine, T init,
                            cudaStream_t stream = nullptr) {
    return TransformReduce(
        temporary, bytes, in, out, n, combine, [](const auto& x) { return x; }, init, stream);
  }
  template <class I, class O, class N, class F, class G, class T>
  static cudaError_t TransformReduce(void* temporary, std::size_t& bytes, I in, O out, N n, F combine, G transform,
                                     T init, cudaStream_t stream = nullptr) {
    return emulation::cub_call(temporary, bytes, emulation::cub_bytes(static_cast<std::int64_t>(n)), stream, [=] {
      if (!emulation::in_device(in, n, "CUB reduce reads") || !emulation::in_device(out, 1, "CUB reduce writes"))
        return;
      T value = init;
      for (N i = 0; i < n; ++i) value = combine(value, transform(in[i]));
      *out = value;
    });
  }
  template <class I, class O, class N>
  static cudaError_t Sum(void* temporary, std::size_t& bytes, I in, O out, N n, cudaStream_t stream = nullptr) {
    using T = std::iter_value_t<I>;
    return Reduce(
        temporary, bytes, in, out, n, [](T a, T b) { return static_cast<T>(a + b); }, T{}, stream);
  }
  template <class I, class O, class N>
  static cudaError_t Min(void* temporary, std::size_t& bytes, I in, O out, N n, cudaStream_t stream = nullptr) {
    using T = std::iter_value_t<I>;
    return Reduce(
        temporary, bytes, in, out, n, [](T a, T b) { return b < a ? b : a; }, std::numeric_limits<T>::max(), stream);
  }
  template <class I, class O, class N>
  static cudaError_t Max(void* temporary, std::size_t& bytes, I in, O out, N n, cudaStream_t stream = nullptr) {
    using T = std::iter_value_t<I>;
    return Reduce(
        temporary, bytes, in, out, n, [](T a, T b) { return a < b ? b : a; }, std::numeric_limits<T>::lowest(), stream);
  }
};

}  // namespace cub
