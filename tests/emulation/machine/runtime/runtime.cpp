// The CUDA runtime on the emulated device: errors, devices and launches.
#include "../../include/emulation/runtime.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "runtime.hpp"

namespace emulation {
namespace {

thread_local cudaError_t last_error = cudaSuccess;
thread_local int device = 0;

constexpr int processors = 3, threads_per_processor = 2048, blocks_per_processor = 32, shared_reserved = 1024;
constexpr int shared_without_leave = 48 * 1024, shared_per_processor = 228 * 1024;

/// Kernels that may have more than 48 KiB of shared memory, and how much.
std::unordered_map<const void*, std::size_t>& shared_limits() {
  static auto& limits = *new std::unordered_map<const void*, std::size_t>;
  return limits;
}

}  // namespace

cudaError_t answer(cudaError_t error) {
  if (error != cudaSuccess) last_error = error;
  return error;
}
cudaError_t status() { return answer(fault().empty() ? cudaSuccess : cudaErrorLaunchFailure); }
cudaError_t missing_device() {
  if (settings().driver_version < 13000) return answer(cudaErrorInsufficientDriver);
  return settings().devices < 1 ? answer(cudaErrorNoDevice) : cudaSuccess;
}
int current_device() { return device; }

cudaError_t check_launch(const void* kernel, dim3 grid, dim3 block, std::size_t shared_bytes) {
  const Lock hold(lock());
  if (missing_device() != cudaSuccess) return missing_device();
  if (kernels_stopped()) return answer(cudaErrorLaunchFailure);
  if (grid.x == 0 || grid.x > 0x7fffffffu || block.x == 0 || block.x > 1024)
    return answer(cudaErrorInvalidConfiguration);
  if (grid.y != 1 || grid.z != 1 || block.y != 1 || block.z != 1) {
    note_fault("the emulated device launches grids and blocks of one dimension");
    return answer(cudaErrorInvalidConfiguration);
  }
  const auto limit = shared_limits().find(kernel);
  const std::size_t allowed = limit == shared_limits().end() ? shared_without_leave : limit->second;
  if (shared_bytes > std::max<std::size_t>(allowed, shared_without_leave)) return answer(cudaErrorInvalidValue);
  return cudaSuccess;
}

cudaError_t queue_launch(cudaStream_t stream, std::unique_ptr<Task> launch) {
  const Lock hold(lock());
  ++counts().launches;
  return answer(enqueue(stream, std::move(launch)) ? cudaSuccess : cudaErrorInvalidResourceHandle);
}

cudaError_t set_shared_limit(const void* kernel, cudaFuncAttribute attribute, int value) {
  const Lock hold(lock());
  if (attribute == cudaFuncAttributePreferredSharedMemoryCarveout) return cudaSuccess;
  if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize || value < 0 ||
      static_cast<std::size_t>(value) > shared_capacity)
    return answer(cudaErrorInvalidValue);
  shared_limits()[kernel] = static_cast<std::size_t>(value);
  return cudaSuccess;
}

cudaError_t count_resident_blocks(int* blocks, const void*, int threads, std::size_t shared_bytes) {
  if (threads < 1 || threads > 1024) return answer(cudaErrorInvalidValue);
  const int by_threads = threads_per_processor / ((threads + 31) / 32 * 32);
  const std::size_t by_shared = shared_per_processor / (shared_bytes + shared_reserved);
  *blocks = std::min({by_threads, blocks_per_processor, static_cast<int>(by_shared)});
  return cudaSuccess;
}

}  // namespace emulation

using namespace emulation;

const char* cudaGetErrorName(cudaError_t error) {
  switch (error) {
  case cudaSuccess: return "cudaSuccess";
  case cudaErrorInvalidValue: return "cudaErrorInvalidValue";
  case cudaErrorMemoryAllocation: return "cudaErrorMemoryAllocation";
  case cudaErrorInitializationError: return "cudaErrorInitializationError";
  case cudaErrorInvalidConfiguration: return "cudaErrorInvalidConfiguration";
  case cudaErrorInvalidPitchValue: return "cudaErrorInvalidPitchValue";
  case cudaErrorInvalidDevicePointer: return "cudaErrorInvalidDevicePointer";
  case cudaErrorInvalidMemcpyDirection: return "cudaErrorInvalidMemcpyDirection";
  case cudaErrorInsufficientDriver: return "cudaErrorInsufficientDriver";
  case cudaErrorNoDevice: return "cudaErrorNoDevice";
  case cudaErrorInvalidDevice: return "cudaErrorInvalidDevice";
  case cudaErrorNoKernelImageForDevice: return "cudaErrorNoKernelImageForDevice";
  case cudaErrorInvalidResourceHandle: return "cudaErrorInvalidResourceHandle";
  case cudaErrorNotReady: return "cudaErrorNotReady";
  case cudaErrorIllegalAddress: return "cudaErrorIllegalAddress";
  case cudaErrorLaunchOutOfResources: return "cudaErrorLaunchOutOfResources";
  case cudaErrorLaunchFailure: return "cudaErrorLaunchFailure";
  case cudaErrorNotSupported: return "cudaErrorNotSupported";
  case cudaErrorUnknown: return "cudaErrorUnknown";
  }
  return "unrecognized error code";
}
const char* cudaGetErrorString(cudaError_t error) {
  if (error != cudaErrorLaunchFailure) return cudaGetErrorName(error);
  static thread_local std::string text;  // what a real device cannot tell
  text = fault();
  return text.c_str();
}
cudaError_t cudaGetLastError() {
  const cudaError_t error = last_error;
  last_error = cudaSuccess;
  return error;
}
cudaError_t cudaPeekAtLastError() { return last_error; }

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 0;
  if (missing_device() != cudaSuccess) return missing_device();
  *count = settings().devices;
  return cudaSuccess;
}
cudaError_t cudaGetDevice(int* number) {
  *number = device;
  return missing_device();
}
cudaError_t cudaSetDevice(int number) {
  if (missing_device() != cudaSuccess) return missing_device();
  if (number < 0 || number >= settings().devices) return answer(cudaErrorInvalidDevice);
  device = number;
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int number) {
  if (missing_device() != cudaSuccess) return missing_device();
  if (number < 0 || number >= settings().devices) return answer(cudaErrorInvalidDevice);
  switch (attribute) {
  case cudaDevAttrMaxThreadsPerBlock: *value = 1024; break;
  case cudaDevAttrMaxGridDimX: *value = 0x7fffffff; break;
  case cudaDevAttrMaxSharedMemoryPerBlock: *value = shared_without_leave; break;
  case cudaDevAttrWarpSize: *value = 32; break;
  case cudaDevAttrMaxRegistersPerBlock: *value = 65536; break;
  case cudaDevAttrClockRate: *value = 1980000; break;
  case cudaDevAttrMultiProcessorCount: *value = processors; break;
  case cudaDevAttrMemoryClockRate: *value = 3201000; break;
  case cudaDevAttrGlobalMemoryBusWidth: *value = 6144; break;
  case cudaDevAttrL2CacheSize: *value = 62914560; break;
  case cudaDevAttrMaxThreadsPerMultiProcessor: *value = threads_per_processor; break;
  case cudaDevAttrAsyncEngineCount: *value = 3; break;
  case cudaDevAttrUnifiedAddressing: *value = 1; break;
  case cudaDevAttrComputeCapabilityMajor: *value = 9; break;
  case cudaDevAttrComputeCapabilityMinor: *value = 0; break;
  case cudaDevAttrMaxSharedMemoryPerMultiprocessor: *value = shared_per_processor; break;
  case cudaDevAttrManagedMemory: *value = 0; break;
  case cudaDevAttrMaxSharedMemoryPerBlockOptin: *value = static_cast<int>(shared_capacity); break;
  case cudaDevAttrMaxBlocksPerMultiprocessor: *value = blocks_per_processor; break;
  case cudaDevAttrReservedSharedMemoryPerBlock: *value = shared_reserved; break;
  case cudaDevAttrMemoryPoolsSupported: *value = 1; break;
  default: return answer(cudaErrorInvalidValue);
  }
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int number) {
  const auto value = [number](cudaDeviceAttr attribute) {
    int v = 0;
    static_cast<void>(cudaDeviceGetAttribute(&v, attribute, number));
    return v;
  };
  int warp = 0;
  if (const cudaError_t error = cudaDeviceGetAttribute(&warp, cudaDevAttrWarpSize, number); error != cudaSuccess)
    return error;
  cudaDeviceProp p{};
  std::strcpy(p.name, "emulated device");
  p.totalGlobalMem = settings().total_memory;
  p.sharedMemPerBlock = shared_without_leave;
  p.regsPerBlock = value(cudaDevAttrMaxRegistersPerBlock);
  p.warpSize = warp;
  p.maxThreadsPerBlock = value(cudaDevAttrMaxThreadsPerBlock);
  p.maxGridSize[0] = value(cudaDevAttrMaxGridDimX);
  p.maxGridSize[1] = p.maxGridSize[2] = 65535;
  p.major = value(cudaDevAttrComputeCapabilityMajor);
  p.minor = value(cudaDevAttrComputeCapabilityMinor);
  p.multiProcessorCount = processors;
  p.asyncEngineCount = value(cudaDevAttrAsyncEngineCount);
  p.unifiedAddressing = 1;
  p.memoryBusWidth = value(cudaDevAttrGlobalMemoryBusWidth);
  p.l2CacheSize = value(cudaDevAttrL2CacheSize);
  p.maxThreadsPerMultiProcessor = threads_per_processor;
  p.sharedMemPerMultiprocessor = shared_per_processor;
  p.sharedMemPerBlockOptin = shared_capacity;
  p.maxBlocksPerMultiProcessor = blocks_per_processor;
  p.reservedSharedMemPerBlock = shared_reserved;
  p.memoryPoolsSupported = 1;
  *properties = p;
  return cudaSuccess;
}
cudaError_t cudaDriverGetVersion(int* version) {
  *version = settings().driver_version;
  return cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}
