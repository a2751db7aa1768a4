// The structs of DLPack, legacy and 1.x, laid out as its header lays them out; that header is not needed.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace isonomy::dlpack {

enum class DeviceType : std::int32_t { cpu = 1, cuda = 2, cuda_host = 3, cuda_managed = 13 };

/// Where memory is. The number of a device counts for CUDA memory alone; it is 0 elsewhere.
struct Device {
  std::int32_t device_type, device_id;

  [[nodiscard]] constexpr DeviceType type() const { return static_cast<DeviceType>(device_type); }
  [[nodiscard]] static constexpr Device of(DeviceType type, int id = 0) {
    return {static_cast<std::int32_t>(type), id};
  }
};

struct DataType {
  static constexpr std::uint8_t integer = 0, unsigned_integer = 1, floating = 2, boolean = 6;

  std::uint8_t code, bits;
  std::uint16_t lanes;
};

// Each may alias: the same memory is written by code that knows it as the struct of dlpack/dlpack.h.

/// DLTensor: memory, and what lies in it. Strides are in elements; null, in old tensors: compact, row-major.
struct [[gnu::may_alias]] Tensor {
  void* data;
  Device device;
  std::int32_t ndim;
  DataType dtype;
  std::int64_t* shape;
  std::int64_t* strides;
  std::uint64_t byte_offset;
};

/// DLManagedTensor, "legacy": no version, no flags.
struct [[gnu::may_alias]] ManagedTensor {
  Tensor dl_tensor;
  void* manager_ctx;
  void (*deleter)(ManagedTensor*);
};

struct Version {
  std::uint32_t major_number, minor_number;
};
/// That of the tensors which are exported: whoever reads any 1.x reads it. They have strides, as 1.2 asks for.
inline constexpr Version exported_version{1, 0};

/// Flags of versioned tensors; the last concerns elements of less than a byte, which no view has.
inline constexpr std::uint64_t read_only = 1, is_copied = 2, sub_byte_padded = 4;
inline constexpr std::uint64_t known_flags = read_only | is_copied | sub_byte_padded;

/// DLManagedTensorVersioned, of DLPack 1.x. All up to `flags` stays where it is in later versions.
struct [[gnu::may_alias]] ManagedTensorVersioned {
  Version version;
  void* manager_ctx;
  void (*deleter)(ManagedTensorVersioned*);
  std::uint64_t flags;
  Tensor dl_tensor;
};

static_assert(sizeof(void*) == 8, "the layout below is that of 64-bit machines");
static_assert(offsetof(Tensor, device) == 8 && offsetof(Tensor, ndim) == 16 && offsetof(Tensor, dtype) == 20 &&
              offsetof(Tensor, shape) == 24 && offsetof(Tensor, strides) == 32 && offsetof(Tensor, byte_offset) == 40 &&
              sizeof(Tensor) == 48 && sizeof(DataType) == 4);
static_assert(offsetof(ManagedTensor, manager_ctx) == 48 && offsetof(ManagedTensor, deleter) == 56 &&
              sizeof(ManagedTensor) == 64);
static_assert(offsetof(ManagedTensorVersioned, manager_ctx) == 8 && offsetof(ManagedTensorVersioned, deleter) == 16 &&
              offsetof(ManagedTensorVersioned, flags) == 24 && offsetof(ManagedTensorVersioned, dl_tensor) == 32 &&
              sizeof(ManagedTensorVersioned) == 80);

/// A DLTensor, as any header declares it.
template <class T>
concept TensorLike = sizeof(T) == sizeof(Tensor) && requires(T t) {
  t.data, t.device, t.ndim, t.dtype, t.byte_offset;
};
/// A DLManagedTensor or a DLManagedTensorVersioned, as any header declares it.
template <class T>
concept ManagedLike = requires(T t) {
  t.manager_ctx, t.deleter;
}
&&TensorLike<decltype(T::dl_tensor)>;

/// Which of the two structs above it is.
template <ManagedLike Foreign>
using Own = std::conditional_t < requires(Foreign t) {
  t.version, t.flags;
}
, ManagedTensorVersioned, ManagedTensor > ;

}  // namespace isonomy::dlpack
