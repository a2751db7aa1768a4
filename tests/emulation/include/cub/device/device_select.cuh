// Stand-in for cub::DeviceSelect: what is chosen of one range, in its order, and how many, in stream order.
#pragma once

#include "emulation/cub.hpp"

namespace cub {

struct DeviceSelect {
  template <class I, class F, class O, class C>
  static cudaError_t Flagged(void* temporary, std::size_t& bytes, I in, F flags, O out, C count, std::int64_t n,
                             cudaStream_t stream = nullptr) {
    return emulation::cub_call(temporary, bytes, emulation::cub_bytes(n), stream, [=] {
      if (emulation::in_device(flags, n, "CUB select reads flags"))
        keep(in, out, count, n, [=](std::int64_t i) { return static_cast<bool>(flags[i]); });
    });
  }
  template <class I, class O, class C, class P>
  static cudaError_t If(void* temporary, std::size_t& bytes, I in, O out, C count, std::int64_t n, P wanted,
                        cudaStream_t stream = nullptr) {
    return emulation::cub_call(temporary, bytes, emulation::cub_bytes(n), stream, [=] {
      keep(in, out, count, n, [=](std::int64_t i) { return static_cast<bool>(wanted(in[i])); });
    });
  }
  template <class I, class O, class C>
  static cudaError_t Unique(void* temporary, std::size_t& bytes, I in, O out, C count, std::int64_t n,
                            cudaStream_t stream = nullptr) {
    return emulation::cub_call(temporary, bytes, emulation::cub_bytes(n), stream, [=] {
      keep(in, out, count, n, [=](std::int64_t i) { return i == 0 || !(in[i - 1] == in[i]); });
    });
  }

 private:
  template <class I, class O, class C, class P>
  static void keep(I in, O out, C count, std::int64_t n, P wanted) {
    if (!emulation::in_device(in, n, "CUB select reads") ||
        !emulation::in_device(count, 1, "CUB select writes its count"))
      return;
    std::int64_t chosen = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      if (!wanted(i)) continue;
      if (!emulation::in_device(out + chosen, 1, "CUB select writes")) return;
      out[chosen++] = in[i];
    }
    *count = static_cast<std::iter_value_t<C>>(chosen);
  }
};

}  // namespace cub
