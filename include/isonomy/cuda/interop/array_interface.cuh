// The CUDA array interface: arrays of other libraries as device views, and its fields of ours, in the order of streams.
#pragma once

#include <cuda_runtime.h>

#include <concepts>
#include <cstdint>

#include "isonomy/core/concepts.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/interop/foreign.cuh"
#include "isonomy/interop/array_interface.hpp"

namespace isonomy::device {

/// A view of an array on the context's device, as `__cuda_array_interface__` describes it; version 2 has no stream.
///
/// The context's work comes after what the fields' stream has been given, without a wait of the host. **They own
/// nothing**: the caller keeps the array for as long as the view is used, and before it is written or given back on
/// another stream calls `let_wait(ctx, stream)`. ShapeError, ValueError, or Unsupported for another version, as for
/// host memory; and ValueError where CUDA does not know the memory as this device's, or managed.
template <class View>
[[nodiscard]] View from_fields(Context& ctx, const array_interface::Fields& fields) {
  static_assert(std::same_as<typename interop::Axes<View>::space, DeviceSpace>,
                "views of host memory come from array_interface::from_fields");
  const View view = array_interface::detail::checked_view<View>("from_fields", fields);
  check_memory("from_fields", ctx, view);
  if (fields.stream) wait_for(ctx, reinterpret_cast<cudaStream_t>(*fields.stream), "from_fields");
  return view;
}

/// The fields of a device view, with the context's stream, which whoever uses them waits for. The caller keeps the
/// memory for as long.
template <class View>
[[nodiscard]] array_interface::Fields to_fields(const Context& ctx, const View& view) {
  static_assert(std::same_as<typename interop::Axes<View>::space, DeviceSpace>,
                "views of host memory are described by array_interface::to_fields");
  check_memory("to_fields", ctx, view);
  array_interface::Fields fields = array_interface::detail::fields_of(view);
  fields.stream = reinterpret_cast<std::uintptr_t>(ctx.stream());
  return fields;
}

}  // namespace isonomy::device
