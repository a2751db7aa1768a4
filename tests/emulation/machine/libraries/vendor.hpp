// What the stand-ins for vendor libraries share: calls in stream order, workspaces, handles.
#pragma once

#include <cstring>
#include <utility>

#include "../runtime/runtime.hpp"

namespace emulation {

template <class F>
bool queue_vendor_call(CUstream_st* stream, F work) {
  const Lock hold(lock());
  count_vendor_call();
  return !kernels_stopped() && enqueue_call(stream, std::move(work));
}

/// Writes all of a workspace, as a library may.
inline bool use_workspace(void* workspace, std::size_t bytes, const char* what) {
  if (!device_range(workspace, bytes, what)) return false;
  if (bytes > 0) std::memset(workspace, 0xEE, bytes);
  return true;
}

template <class Handle>
Handle* create_handle() {
  const Lock hold(lock());
  if (missing_device() != cudaSuccess || fails_now()) return nullptr;
  count_resource(1);
  return new Handle;
}
template <class Handle>
bool destroy_handle(Handle* handle) {
  const Lock hold(lock());
  if (handle == nullptr) return false;
  delete handle;
  count_resource(-1);
  return true;
}

}  // namespace emulation
