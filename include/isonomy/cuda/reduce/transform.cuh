// transform of Backend<Cuda>: a thread an element.
#pragma once

#include <cstddef>
#include <utility>

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/pieces.cuh"

namespace isonomy::device {

/// One of the inputs. Its number tells it from others of its type.
template <std::size_t number, class T>
struct NumberedInput {
  VectorView<const T, DeviceSpace> view;
};

template <class F, class T, class Numbers, class... In>
struct TransformElement;
template <class F, class T, std::size_t... number, class... In>
struct TransformElement<F, T, std::index_sequence<number...>, In...> : NumberedInput<number, In>... {
  F f;
  VectorView<T, DeviceSpace> out;

  TransformElement(const F& function, VectorView<T, DeviceSpace> to, VectorView<const In, DeviceSpace>... in)
      : NumberedInput<number, In>{in}..., f(function), out(to) {}
  __device__ void operator()(index_t i) const {
    out(i) = f(static_cast<const NumberedInput<number, In>&>(*this).view(i)...);
  }
};

struct Transform {
  /// out(i) = f(in(i)...).
  template <class F, class T, class... In>
  static void transform(Context& ctx, const F& f, VectorView<T, DeviceSpace> out,
                        VectorView<const In, DeviceSpace>... in) {
    for_indices(ctx, out.size, "transform",
                TransformElement<F, T, std::index_sequence_for<In...>, In...>(f, out, in...));
  }
};

}  // namespace isonomy::device
