// DLPack: views of other libraries' tensors in host memory, and tensors made of ours; nothing is copied.
#pragma once

#include <climits>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/interop/dlpack_structs.hpp"
#include "isonomy/interop/foreign_array.hpp"

namespace isonomy::dlpack {

/// How a tensor names the type T.
template <interop::Exchanged T>
[[nodiscard]] constexpr DataType data_type() {
  if (std::same_as<T, bool>) return {DataType::boolean, CHAR_BIT, 1};
  const auto code = std::is_floating_point_v<T> ? DataType::floating
                    : std::is_signed_v<T>       ? DataType::integer
                                                : DataType::unsigned_integer;
  return {code, static_cast<std::uint8_t>(CHAR_BIT * sizeof(T)), 1};
}

namespace detail {

/// A tensor that has been taken over, with the call of its deleter.
using Ownership = std::unique_ptr<void, void (*)(void*) noexcept>;

template <class Managed>
void call_deleter(void* tensor) noexcept {
  auto* const managed = static_cast<Managed*>(tensor);
  if (managed->deleter != nullptr) managed->deleter(managed);
}

/// A tensor in the words that all rules are written in: what only versioned ones say is empty for others.
struct Imported {
  const char* operation;
  const Tensor& tensor;
  std::uint64_t flags = 0;
  bool must_have_strides = false;
};

[[noreturn, gnu::cold]] inline void refuse(const char* operation, std::initializer_list<text::Piece> pieces) {
  throw ValueError(text::joined(operation, ": the tensor ", text::joined(pieces)));
}

inline std::string name(DataType t) {
  constexpr const char* names[] = {"int", "uint", "float", "handle", "bfloat", "complex", "bool"};
  return t.code < std::size(names) ? text::joined(names[t.code], int{t.bits})
                                   : text::joined("code ", int{t.code}, " of ", int{t.bits}, " bits");
}

/// Host memory, pinned or not, for views of the host; device memory, managed or not, for views of the device.
///
/// Pinned memory would do for kernels too, at the speed of the bus, and managed memory for the host, while no kernel
/// runs: both would surprise, so neither is meant unless a view of that space is asked for.
inline void check_device(const char* operation, Device device, bool on_host) {
  using enum DeviceType;
  const DeviceType type = device.type();
  if (on_host ? type == cpu || type == cuda_host : type == cuda || type == cuda_managed) return;
  if (type == cpu || type == cuda_host)
    refuse(operation, {"is in host memory, and the view that is asked for is of a device; copy it by to_device"});
  if (type == cuda || type == cuda_managed)
    refuse(operation, {"is on a CUDA device, and the view that is asked for is of host memory; ask for a device view "
                       "by isonomy/cuda/interop/dlpack.cuh, or pass a copy in host memory"});
  throw Unsupported(
      text::joined(operation, ": the tensor is on a device of type ", device.device_type,
                   "; types 1 (CPU), 2 (CUDA), 3 (CUDA host) and 13 (CUDA managed) are known; pass a copy "
                   "in host memory"));
}

inline void check_type(const char* operation, DataType has, DataType wanted) {
  if (has.lanes != 1)
    refuse(operation, {"has elements of ", int{has.lanes}, " lanes; 1 is meant; pass one with a further axis instead"});
  if (has.code != wanted.code || has.bits != wanted.bits)
    refuse(operation, {"has elements of type ", name(has), ", and the view that is asked for of ", name(wanted),
                       "; nothing is converted; convert it where it is made, or ask for a view of its type"});
}

/// The tensor as an array of any library; what DLPack alone knows of is checked here.
[[nodiscard]] inline interop::Description described(const Imported& from, DataType wanted, bool on_host) {
  const Tensor& t = from.tensor;
  if ((from.flags & ~known_flags) != 0)
    throw Unsupported(text::joined(from.operation, ": the tensor has flags ", from.flags,
                                   "; bits above 2 have no meaning yet that is known here; export it as version 1.0"));
  check_device(from.operation, t.device, on_host);
  check_type(from.operation, t.dtype, wanted);
  if (t.ndim < 0) refuse(from.operation, {"has ", t.ndim, " axes; it must have 0 or more; pass another"});
  if (t.ndim > 0 && t.shape == nullptr)
    refuse(from.operation, {"has ", t.ndim, " axes and no shape; it must have an extent for each; pass another"});
  if (t.ndim > 0 && t.strides == nullptr && from.must_have_strides)
    refuse(from.operation, {"has no strides; since version 1.2 it must have one for each axis; fill them in"});
  const auto first = reinterpret_cast<std::uintptr_t>(t.data);
  if (t.byte_offset > UINTPTR_MAX - first)
    refuse(from.operation, {"has a byte_offset of ", t.byte_offset, ", beyond all memory; pass another"});
  const auto axes = static_cast<std::size_t>(t.ndim);
  interop::Description array;
  array.data = t.data == nullptr ? nullptr : static_cast<const char*>(t.data) + t.byte_offset;
  array.extents = {t.shape, axes};
  if (t.strides != nullptr) array.strides.emplace(t.strides, axes);
  array.read_only = (from.flags & read_only) != 0;
  return array;
}

template <class View>
[[nodiscard]] View checked_view(const Imported& from) {
  using T = std::remove_const_t<typename interop::Axes<View>::element>;
  constexpr bool on_host = std::same_as<typename interop::Axes<View>::space, HostSpace>;
  return interop::checked_view<View>(from.operation, described(from, data_type<T>(), on_host));
}

inline void check_version(const char* operation, Version version) {
  if (version.major_number != 1)
    throw Unsupported(text::joined(operation, ": the tensor is of DLPack ", version.major_number, ".",
                                   version.minor_number,
                                   "; only versions 1.x can be read; ask its producer for one (max_version)"));
}

}  // namespace detail

/// A view, and the tensor of another library that it looks into, whose deleter is called when this goes.
template <class View>
class Held {
 public:
  /// What from_dlpack returns.
  Held(detail::Ownership tensor, View view, bool copied) : tensor_(std::move(tensor)), view_(view), copied_(copied) {}

  [[nodiscard]] const View& view() const noexcept { return view_; }
  /// The producer says that nobody else has this memory: it is a copy made for the import.
  [[nodiscard]] bool is_copied() const noexcept { return copied_; }

 private:
  detail::Ownership tensor_;
  View view_;
  bool copied_;
};

namespace detail {

/// Takes the tensor over first, so that its deleter is called whichever rule refuses it.
template <class View, ManagedLike Foreign>
[[nodiscard]] Held<View> taken(const char* operation, Foreign* tensor) {
  using Managed = Own<Foreign>;
  if (tensor == nullptr) refuse(operation, {"is a null pointer; there must be one; check how it was exported"});
  auto* const managed = reinterpret_cast<Managed*>(tensor);
  Ownership owner(managed, &call_deleter<Managed>);
  Imported from{operation, managed->dl_tensor};
  if constexpr (std::same_as<Managed, ManagedTensorVersioned>) {
    check_version(operation, managed->version);
    from.flags = managed->flags;
    from.must_have_strides = managed->version.minor_number >= 2;
  }
  const View view = checked_view<View>(from);
  return Held<View>(std::move(owner), view, (from.flags & is_copied) != 0);
}

}  // namespace detail

/// A view of a tensor in host memory, which is taken over: `from_dlpack<MatrixView<const double>>(tensor)`.
///
/// `tensor` is a DLManagedTensor or a DLManagedTensorVersioned, from our header or from dlpack/dlpack.h. The view says
/// what is wanted: its type of elements, which must be the tensor's, as many axes, host memory (CPU, or CUDA host), and
/// const elements where the tensor may be read-only or repeats elements (strides of 0).
///
/// From the call on the tensor belongs to what is returned. **If it is refused, its deleter has been called, once, when
/// the exception arrives**; the caller must not use it in either case.
/// Errors: ShapeError (axes, extents, strides), ValueError (device, type, data, alignment, read-only), Unsupported
/// (another major version, devices and flags that are not known). Work of a device that still writes to pinned memory
/// is not waited for: the producer waits for it.
template <class View, ManagedLike Foreign>
[[nodiscard]] Held<View> from_dlpack(Foreign* tensor) {
  static_assert(std::same_as<typename interop::Axes<View>::space, HostSpace>,
                "device views come from isonomy/cuda/interop/dlpack.cuh, which orders streams");
  return detail::taken<View>("from_dlpack", tensor);
}

/// A view of a DLTensor in host memory that somebody else keeps for as long as it is used.
///
/// Such a tensor has no version and no flags: whether it may be written is for the caller to know.
template <class View, TensorLike Foreign>
[[nodiscard]] View borrow(const Foreign& tensor) {
  static_assert(std::same_as<typename interop::Axes<View>::space, HostSpace>, "a DLTensor says nothing of streams");
  return detail::checked_view<View>({"borrow", reinterpret_cast<const Tensor&>(tensor)});
}

/// Calls the deleter of a tensor that nobody has taken over.
struct CallDeleter {
  template <class Managed>
  void operator()(Managed* tensor) const noexcept {
    detail::call_deleter<Managed>(tensor);
  }
};
/// A tensor for another library: `release()` hands it over.
template <class Managed = ManagedTensorVersioned>
using Exported = std::unique_ptr<Managed, CallDeleter>;

/// What owns the memory of a tensor whose memory somebody else keeps.
struct NoOwner {};

namespace detail {

/// A tensor with all that it points to.
template <class Managed, class Owner>
struct Export {
  Managed tensor{};
  interop::Layout layout;
  Owner owner;

  static void destroy(Managed* tensor) noexcept { delete static_cast<Export*>(tensor->manager_ctx); }
};

template <class Managed, class View, class Owner>
[[nodiscard]] Exported<Managed> exported(View view, Owner owner, Device device, std::uint64_t flags = 0) {
  using Axes = interop::Axes<View>;
  using T = typename Axes::element;
  constexpr bool versioned = std::same_as<Managed, ManagedTensorVersioned>;
  static_assert(versioned || !std::is_const_v<T>,
                "a legacy tensor cannot say that it is read-only: export ManagedTensorVersioned, or a mutable view");
  auto made =
      std::unique_ptr<Export<Managed, Owner>>(new Export<Managed, Owner>{{}, Axes::layout(view), std::move(owner)});
  Managed& managed = made->tensor;
  managed.dl_tensor = {const_cast<std::remove_const_t<T>*>(view.data),
                       device,
                       Axes::count,
                       data_type<std::remove_const_t<T>>(),
                       made->layout.extents.data(),
                       made->layout.strides.data(),
                       0};
  managed.manager_ctx = made.get();
  managed.deleter = &Export<Managed, Owner>::destroy;
  if constexpr (versioned) {
    managed.version = exported_version;
    managed.flags = flags | (std::is_const_v<T> ? read_only : 0);
  }
  return Exported<Managed>(&made.release()->tensor);
}

}  // namespace detail

/// A tensor for another library that looks at the view's memory, which `owner` keeps: `to_dlpack(view(x),
/// std::move(x))`.
///
/// The owner is moved into the tensor and destroyed by its deleter, on whatever thread that is called; its memory must
/// stay where it is when it is moved, as that of vectors, buffers and shared pointers does. Views of const elements are
/// read-only. `to_dlpack<ManagedTensor>(...)` makes a legacy tensor, for those who do not read versions.
template <class Managed = ManagedTensorVersioned, class View, class Owner>
  requires(!std::is_reference_v<Owner>)
[[nodiscard]] Exported<Managed> to_dlpack(View view, Owner&& owner) {
  static_assert(std::same_as<typename interop::Axes<View>::space, HostSpace>,
                "device memory is exported by isonomy/cuda/interop/dlpack.cuh, which orders streams");
  return detail::exported<Managed>(view, std::forward<Owner>(owner), Device::of(DeviceType::cpu));
}
/// The same for memory that the caller keeps until the tensor's deleter is called.
template <class Managed = ManagedTensorVersioned, class View>
[[nodiscard]] Exported<Managed> to_dlpack(View view) {
  return to_dlpack<Managed>(view, NoOwner{});
}
/// A buffer, handed over: nobody else has its memory then.
template <class Managed = ManagedTensorVersioned, class T, class Tag>
[[nodiscard]] Exported<Managed> to_dlpack(Buffer<T, Tag>&& buffer) {
  const auto view = buffer.view();
  return detail::exported<Managed>(view, std::move(buffer), Device::of(DeviceType::cpu), is_copied);
}
/// A matrix, handed over; column-major, as its strides say.
template <class Managed = ManagedTensorVersioned, class T, class Tag>
[[nodiscard]] Exported<Managed> to_dlpack(Matrix<T, Tag>&& matrix) {
  const auto view = matrix.view();
  return detail::exported<Managed>(view, std::move(matrix), Device::of(DeviceType::cpu), is_copied);
}

}  // namespace isonomy::dlpack
