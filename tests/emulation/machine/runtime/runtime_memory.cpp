// The CUDA runtime on the emulated device: memory and copies.
#include <cstring>
#include <vector>

#include "../../include/emulation/runtime.hpp"
#include "runtime.hpp"

using namespace emulation;

struct CUmemPoolHandle_st {
  std::uint64_t release_threshold = 0;
};

namespace {

cudaError_t give(void** pointer, void* memory) {
  *pointer = memory;
  return answer(memory != nullptr ? cudaSuccess : cudaErrorMemoryAllocation);
}

/// Rows of a copy, a whole copy being one row.
struct Rows {
  std::size_t to_pitch = 0, from_pitch = 0, width = 0, height = 0;
  [[nodiscard]] std::size_t span(std::size_t pitch) const { return height == 0 ? 0 : (height - 1) * pitch + width; }
};

void copy_rows(void* to, const void* from, const Rows& r) {
  for (std::size_t i = 0; i < r.height; ++i)
    std::memmove(static_cast<char*>(to) + i * r.to_pitch, static_cast<const char*>(from) + i * r.from_pitch, r.width);
}

/// Tells of rows of device memory that are read or written.
void use_rows(const void* p, std::size_t pitch, const Rows& r, bool write) {
  for (std::size_t i = 0; i < r.height; ++i) races_use(static_cast<const char*>(p) + i * pitch, r.width, write);
}

cudaMemcpyKind kind_of(const void* to, const void* from, cudaMemcpyKind kind) {
  if (kind != cudaMemcpyDefault) return kind;
  const bool to_device = in_arena(to), from_device = in_arena(from);
  if (to_device) return from_device ? cudaMemcpyDeviceToDevice : cudaMemcpyHostToDevice;
  return from_device ? cudaMemcpyDeviceToHost : cudaMemcpyHostToHost;
}

void count_copy(cudaMemcpyKind kind, std::size_t bytes) {
  ++counts().copies;
  if (kind == cudaMemcpyHostToDevice) counts().bytes_to_device += bytes;
  if (kind == cudaMemcpyDeviceToHost) counts().bytes_to_host += bytes;
  if (kind == cudaMemcpyDeviceToDevice) counts().bytes_within_device += bytes;
}

/// Pageable memory has been read when the call returns, and written too; pinned memory is used in stream order.
cudaError_t copy(void* to, const void* from, const Rows& r, cudaMemcpyKind wanted, cudaStream_t stream) {
  const Lock hold(lock());
  if (missing_device() != cudaSuccess) return missing_device();
  if (find_stream(stream) == nullptr) return answer(cudaErrorInvalidResourceHandle);
  if (r.width > r.to_pitch || r.width > r.from_pitch) return answer(cudaErrorInvalidPitchValue);
  const cudaMemcpyKind kind = kind_of(to, from, wanted);
  if (kind < cudaMemcpyHostToHost || kind > cudaMemcpyDeviceToDevice) return answer(cudaErrorInvalidMemcpyDirection);
  if (r.width == 0 || r.height == 0) return status();
  const bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
  const bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
  if (to_device != in_arena(to) || from_device != in_arena(from)) return answer(cudaErrorInvalidValue);
  count_copy(kind, r.width * r.height);
  const auto run = [=](const void* source, std::size_t pitch) {
    if (to_device && !device_range(to, r.span(r.to_pitch), "a copy writes")) return;
    if (from_device && !device_range(source, r.span(pitch), "a copy reads")) return;
    if (from_device) use_rows(source, pitch, r, false);
    if (to_device) use_rows(to, r.to_pitch, r, true);
    copy_rows(to, source, {r.to_pitch, pitch, r.width, r.height});
  };
  if (!from_device && !in_pinned(from, r.span(r.from_pitch))) {
    std::vector<unsigned char> staged(r.width * r.height);
    copy_rows(staged.data(), from, {r.width, r.from_pitch, r.width, r.height});
    enqueue_call(stream, [=, staged = std::move(staged)] { run(staged.data(), r.width); });
  } else {
    enqueue_call(stream, [=] { run(from, r.from_pitch); });
  }
  if (!to_device && !in_pinned(to, r.span(r.to_pitch))) return cudaStreamSynchronize(stream);
  return status();
}

}  // namespace

cudaError_t cudaMemPoolCreate(cudaMemPool_t* pool, const cudaMemPoolProps* properties) {
  const Lock hold(lock());
  if (missing_device() != cudaSuccess) return missing_device();
  if (properties->allocType != cudaMemAllocationTypePinned || properties->location.type != cudaMemLocationTypeDevice ||
      properties->location.id < 0 || properties->location.id >= settings().devices)
    return answer(cudaErrorInvalidValue);
  if (fails_now()) return answer(cudaErrorMemoryAllocation);
  *pool = new CUmemPoolHandle_st;
  count_resource(1);
  return cudaSuccess;
}
cudaError_t cudaMemPoolDestroy(cudaMemPool_t pool) {
  const Lock hold(lock());
  if (pool == nullptr) return answer(cudaErrorInvalidValue);
  delete pool;
  count_resource(-1);
  return cudaSuccess;
}
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t pool, cudaMemPoolAttr attribute, void* value) {
  const Lock hold(lock());
  if (pool == nullptr || value == nullptr) return answer(cudaErrorInvalidValue);
  if (attribute == cudaMemPoolAttrReleaseThreshold) std::memcpy(&pool->release_threshold, value, sizeof(std::uint64_t));
  return cudaSuccess;
}
cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t pool, cudaMemPoolAttr attribute, void* value) {
  const Lock hold(lock());
  if (pool == nullptr || value == nullptr) return answer(cudaErrorInvalidValue);
  if (attribute < cudaMemPoolAttrReleaseThreshold) return answer(cudaErrorNotSupported);
  const std::uint64_t held = live().device_bytes;
  std::memcpy(value, attribute == cudaMemPoolAttrReleaseThreshold ? &pool->release_threshold : &held, sizeof held);
  return cudaSuccess;
}
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t pool, std::size_t) {
  return answer(pool != nullptr ? cudaSuccess : cudaErrorInvalidValue);
}
cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int device) {
  static CUmemPoolHandle_st common;
  if (device < 0 || device >= settings().devices) return answer(cudaErrorInvalidDevice);
  *pool = &common;
  return cudaSuccess;
}

cudaError_t cudaMalloc(void** pointer, std::size_t bytes) {
  const Lock hold(lock());
  if (missing_device() != cudaSuccess) return missing_device();
  *pointer = nullptr;
  return bytes == 0 ? cudaSuccess : give(pointer, allocate(bytes, nullptr, current_device()));
}
cudaError_t cudaMallocManaged(void** pointer, std::size_t bytes, unsigned flags) {
  if (bytes == 0 || flags != cudaMemAttachGlobal) return answer(cudaErrorInvalidValue);
  const Lock hold(lock());
  const cudaError_t error = cudaMalloc(pointer, bytes);
  if (error == cudaSuccess) call_managed(*pointer);
  return error;
}
cudaError_t cudaFree(void* pointer) {
  const Lock hold(lock());
  if (pointer == nullptr) return cudaSuccess;
  return answer(release(pointer, nullptr) ? cudaSuccess : cudaErrorInvalidValue);
}
cudaError_t cudaMallocAsync(void** pointer, std::size_t bytes, cudaStream_t stream) {
  const Lock hold(lock());
  if (missing_device() != cudaSuccess) return missing_device();
  if (kernels_stopped()) return answer(cudaErrorLaunchFailure);
  *pointer = nullptr;
  if (find_stream(stream) == nullptr) return answer(cudaErrorInvalidResourceHandle);
  if (stream == nullptr) note_fault("memory is allocated on the default stream");
  return bytes == 0 ? cudaSuccess : give(pointer, allocate(bytes, stream, stream_device(stream)));
}
cudaError_t cudaMallocFromPoolAsync(void** pointer, std::size_t bytes, cudaMemPool_t pool, cudaStream_t stream) {
  return pool == nullptr ? answer(cudaErrorInvalidValue) : cudaMallocAsync(pointer, bytes, stream);
}
cudaError_t cudaMallocAsync(void** pointer, std::size_t bytes, cudaMemPool_t pool, cudaStream_t stream) {
  return cudaMallocFromPoolAsync(pointer, bytes, pool, stream);
}
cudaError_t cudaFreeAsync(void* pointer, cudaStream_t stream) {
  const Lock hold(lock());
  if (find_stream(stream) == nullptr) return answer(cudaErrorInvalidResourceHandle);
  if (pointer == nullptr) return cudaSuccess;
  return answer(release(pointer, stream) ? cudaSuccess : cudaErrorInvalidValue);
}
cudaError_t cudaHostAlloc(void** pointer, std::size_t bytes, unsigned) {
  const Lock hold(lock());
  if (missing_device() != cudaSuccess) return missing_device();
  return give(pointer, allocate_pinned(bytes));
}
cudaError_t cudaMallocHost(void** pointer, std::size_t bytes, unsigned flags) {
  return cudaHostAlloc(pointer, bytes, flags);
}
cudaError_t cudaFreeHost(void* pointer) {
  const Lock hold(lock());
  if (pointer == nullptr) return cudaSuccess;
  return answer(release_pinned(pointer) ? cudaSuccess : cudaErrorInvalidValue);
}
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  const Lock hold(lock());
  if (missing_device() != cudaSuccess) return missing_device();
  *free = free_bytes();
  *total = settings().total_memory;
  return cudaSuccess;
}
cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* pointer) {
  const Lock hold(lock());
  if (missing_device() != cudaSuccess) return missing_device();
  *attributes = {};
  void* const p = const_cast<void*>(pointer);
  switch (kind(pointer)) {
  case Kind::device: *attributes = {cudaMemoryTypeDevice, device_of(pointer), p, nullptr, {}}; break;
  case Kind::managed: *attributes = {cudaMemoryTypeManaged, device_of(pointer), p, p, {}}; break;
  case Kind::pinned: *attributes = {cudaMemoryTypeHost, current_device(), p, p, {}}; break;
  case Kind::unknown: *attributes = {cudaMemoryTypeUnregistered, -2, nullptr, p, {}}; break;
  }
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
  return copy(to, from, {bytes, bytes, bytes, 1}, kind, stream);
}
cudaError_t cudaMemcpy2DAsync(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
                              std::size_t width, std::size_t height, cudaMemcpyKind kind, cudaStream_t stream) {
  return copy(to, from, {to_pitch, from_pitch, width, height}, kind, stream);
}
cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  const Lock hold(lock());
  run_everything();
  ++counts().waits;
  const HostAccess open;
  const cudaMemcpyKind meant = kind_of(to, from, kind);
  if (bytes > 0 && (in_arena(to) != (meant == cudaMemcpyHostToDevice || meant == cudaMemcpyDeviceToDevice) ||
                    in_arena(from) != (meant == cudaMemcpyDeviceToHost || meant == cudaMemcpyDeviceToDevice)))
    return answer(cudaErrorInvalidValue);
  count_copy(meant, bytes);
  if ((!in_arena(to) || device_range(to, bytes, "a copy writes")) &&
      (!in_arena(from) || device_range(from, bytes, "a copy reads")))
    std::memcpy(to, from, bytes);
  return status();
}
cudaError_t cudaMemset2DAsync(void* pointer, std::size_t pitch, int value, std::size_t width, std::size_t height,
                              cudaStream_t stream) {
  const Lock hold(lock());
  if (width > pitch) return answer(cudaErrorInvalidValue);
  if (width == 0 || height == 0) return status();
  if (!in_arena(pointer)) return answer(cudaErrorInvalidValue);
  ++counts().memsets;
  const bool queued = enqueue_call(stream, [=] {
    if (!device_range(pointer, (height - 1) * pitch + width, "a fill writes")) return;
    use_rows(pointer, pitch, {pitch, pitch, width, height}, true);
    for (std::size_t i = 0; i < height; ++i) std::memset(static_cast<char*>(pointer) + i * pitch, value, width);
  });
  return queued ? status() : answer(cudaErrorInvalidResourceHandle);
}
cudaError_t cudaMemsetAsync(void* pointer, int value, std::size_t bytes, cudaStream_t stream) {
  return cudaMemset2DAsync(pointer, bytes, value, bytes, 1, stream);
}
cudaError_t cudaMemset(void* pointer, int value, std::size_t bytes) {
  const Lock hold(lock());
  run_everything();
  const HostAccess open;
  if (device_range(pointer, bytes, "a fill writes")) std::memset(pointer, value, bytes);
  return status();
}
