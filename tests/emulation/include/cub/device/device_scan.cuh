// Stand-in for cub::DeviceScan: running sums of one range, in stream order; the result may stand in place of what was
// read.
#pragma once

#include "emulation/cub.hpp"

namespace cub {

struct DeviceScan {
  template <class I, class O, class F, class T, class N>
  static cudaError_t ExclusiveScan(void* temporary, std::size_t& bytes, I in, O out, F combine, T init, N n,
                                   cudaStream_t stream = nullptr) {
    return emulation::cub_call(temporary, bytes, emulation::cub_bytes(static_cast<std::int64_t>(n)), stream, [=] {
      if (!emulation::in_device(in, n, "CUB scan reads") || !emulation::in_device(out, n, "CUB scan writes")) return;
      T until = init;
      for (N i = 0; i < n; ++i) {
        const T own = in[i];
        out[i] = until;
        until = combine(until, own);
      }
    });
  }
  template <class I, class O, class N>
  static cudaError_t ExclusiveSum(void* temporary, std::size_t& bytes, I in, O out, N n,
                                  cudaStream_t stream = nullptr) {
    using T = std::iter_value_t<I>;
    return ExclusiveScan(
        temporary, bytes, in, out, [](T a, T b) { return static_cast<T>(a + b); }, T{}, n, stream);
  }
  template <class I, class O, class F, class N>
  static cudaError_t InclusiveScan(void* temporary, std::size_t& bytes, I in, O out, F combine, N n,
                                   cudaStream_t stream = nullptr) {
    using T = std::iter_value_t<I>;
    return emulation::cub_call(temporary, bytes, emulation::cub_bytes(static_cast<std::int64_t>(n)), stream, [=] {
      if (!emulation::in_device(in, n, "CUB scan reads") || !emulation::in_device(out, n, "CUB scan writes")) return;
      T until{};
      for (N i = 0; i < n; ++i) out[i] = until = i == 0 ? T(in[i]) : T(combine(until, in[i]));
    });
  }
  template <class I, class O, class N>
  static cudaError_t InclusiveSum(void* temporary, std::size_t& bytes, I in, O out, N n,
                                  cudaStream_t stream = nullptr) {
    using T = std::iter_value_t<I>;
    return InclusiveScan(
        temporary, bytes, in, out, [](T a, T b) { return static_cast<T>(a + b); }, n, stream);
  }
};

}  // namespace cub
