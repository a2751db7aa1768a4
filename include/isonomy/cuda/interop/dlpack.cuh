// DLPack on a device: tensors of other libraries as device views, and tensors made of ours, in the order of streams.
#pragma once

#include <cuda_runtime.h>

#include <concepts>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/interop/foreign.cuh"
#include "isonomy/cuda/tag.hpp"
#include "isonomy/interop/dlpack.hpp"

namespace isonomy::device {

/// A device view, and the tensor of another library that it looks into.
///
/// When this goes, the host waits for what the context has queued, and then calls the tensor's deleter: whatever the
/// producer does with the memory comes after its last use here.
template <class View>
class Held {
 public:
  Held(std::shared_ptr<State> state, dlpack::Held<View> held) : state_(std::move(state)), held_(std::move(held)) {}
  ~Held() {
    if (!state_) return;
    static_cast<void>(cudaStreamSynchronize(state_->stream()));
    static_cast<void>(cudaGetLastError());
  }
  Held(Held&&) noexcept = default;
  Held& operator=(Held&&) = delete;

  [[nodiscard]] const View& view() const noexcept { return held_.view(); }
  [[nodiscard]] bool is_copied() const noexcept { return held_.is_copied(); }

 private:
  std::shared_ptr<State> state_;
  dlpack::Held<View> held_;
};

/// A view of a tensor on the context's device, which is taken over: `from_dlpack<VectorView<const double,
/// DeviceSpace>>(ctx, tensor, stream)`.
///
/// What dlpack::from_dlpack says holds here too, the call of the deleter for a tensor that is refused included. The
/// memory is CUDA's or CUDA managed; CUDA is asked where it is. `producer` is the stream on which the tensor's elements
/// are made: the context's work comes after it, and the host does not wait. None: they are there already.
template <class View, dlpack::ManagedLike Foreign>
[[nodiscard]] Held<View> from_dlpack(Context& ctx, Foreign* tensor, ForeignStream producer) {
  static_assert(std::same_as<typename interop::Axes<View>::space, DeviceSpace>,
                "views of host memory come from dlpack::from_dlpack, in isonomy/interop/dlpack.hpp");
  constexpr const char* operation = "from_dlpack";
  dlpack::Held<View> held = dlpack::detail::taken<View>(operation, tensor);
  const auto& device = reinterpret_cast<const dlpack::Own<Foreign>*>(tensor)->dl_tensor.device;
  const bool managed = device.type() == dlpack::DeviceType::cuda_managed;
  if (!managed && device.device_id != ctx.device())
    throw ValueError(text::joined(operation, ": the tensor is on device ", device.device_id,
                                  " and the context on device ", ctx.device(),
                                  "; they must be on one; make a context on that device, or copy the tensor"));
  check_memory(operation, ctx, held.view(), managed);
  wait_for(ctx, producer, operation);
  return Held<View>(ctx.state(), std::move(held));
}

/// An owner of device memory that goes after what the consumer's stream has been given by then.
template <class Owner>
class AfterConsumer {
 public:
  AfterConsumer(std::shared_ptr<State> state, ForeignStream consumer, Owner owner)
      : state_(std::move(state)), consumer_(consumer), owner_(std::move(owner)) {}
  ~AfterConsumer() {
    if (!state_ || !consumer_) return;
    try {
      put_in_order(state_->device(), *consumer_, state_->stream());
    } catch (const DeviceError&) {  // the device has failed: there is no order left to keep, and nobody to tell
    }
  }
  AfterConsumer(AfterConsumer&&) noexcept = default;
  AfterConsumer& operator=(AfterConsumer&&) = delete;

 private:
  std::shared_ptr<State> state_;
  ForeignStream consumer_;
  Owner owner_;
};

namespace detail {

template <class Managed, class View, class Owner>
[[nodiscard]] dlpack::Exported<Managed> exported(const Context& ctx, View view, ForeignStream consumer, Owner owner,
                                                 std::uint64_t flags) {
  return dlpack::detail::exported<Managed>(view, AfterConsumer<Owner>(ctx.state(), consumer, std::move(owner)),
                                           dlpack::Device::of(dlpack::DeviceType::cuda, ctx.device()), flags);
}

}  // namespace detail

/// A tensor for another library that looks at a device view, which `owner` keeps.
///
/// `consumer` is the stream on which it will be used: what that is given from now on comes after the context's work,
/// and memory goes back after what it has been given when the deleter is called, so it must live until then. None: the
/// consumer waits by itself, and calls the deleter when its work has ended. Owners as for dlpack::to_dlpack.
/// ValueError for memory that is not the context's device's, or a stream that is not.
template <class Managed = dlpack::ManagedTensorVersioned, class View, class Owner = dlpack::NoOwner>
  requires(!std::is_reference_v<Owner>)
[[nodiscard]] dlpack::Exported<Managed> to_dlpack(Context& ctx, View view, ForeignStream consumer, Owner&& owner = {}) {
  static_assert(std::same_as<typename interop::Axes<View>::space, DeviceSpace>,
                "host memory is exported by dlpack::to_dlpack, in isonomy/interop/dlpack.hpp");
  check_memory("to_dlpack", ctx, view);
  let_wait(ctx, consumer, "to_dlpack");
  return detail::exported<Managed>(ctx, view, consumer, std::forward<Owner>(owner), 0);
}
/// A buffer of this context, handed over; it stays the caller's if the stream is refused.
template <class Managed = dlpack::ManagedTensorVersioned, class T>
[[nodiscard]] dlpack::Exported<Managed> to_dlpack(Context& ctx, Buffer<T, Cuda>&& buffer, ForeignStream consumer) {
  let_wait(ctx, consumer, "to_dlpack");
  const auto view = buffer.view();
  return detail::exported<Managed>(ctx, view, consumer, std::move(buffer), dlpack::is_copied);
}
/// A matrix, in the same way; column-major, as its strides say.
template <class Managed = dlpack::ManagedTensorVersioned, class T>
[[nodiscard]] dlpack::Exported<Managed> to_dlpack(Context& ctx, Matrix<T, Cuda>&& matrix, ForeignStream consumer) {
  let_wait(ctx, consumer, "to_dlpack");
  const auto view = matrix.view();
  return detail::exported<Managed>(ctx, view, consumer, std::move(matrix), dlpack::is_copied);
}

}  // namespace isonomy::device
