// May this process use CUDA, and if not, why not: asked without throwing or printing.
#pragma once

#include <cuda_runtime.h>

#include <string>

#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/cuda/status.cuh"

namespace isonomy::device {

/// A version as the runtime counts it, 13000, as people do, "13.0".
[[nodiscard]] inline std::string version_text(int version) {
  return text::joined(version / 1000, ".", version % 1000 / 10);
}

/// The oldest driver that the runtime of this version goes by: any of the same first number.
[[nodiscard]] inline int least_driver_version(int runtime) { return runtime / 1000 * 1000; }

/// What reports say of a device. DeviceError if it cannot be asked.
[[nodiscard]] inline DeviceDescription describe_device(int number) {
  cudaDeviceProp properties{};
  int driver = 0, runtime = 0;
  require(cudaGetDeviceProperties(&properties, number), "cudaGetDeviceProperties");
  require(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
  require(cudaRuntimeGetVersion(&runtime), "cudaRuntimeGetVersion");
  return {number, properties.name, text::joined(properties.major, ".", properties.minor), version_text(driver),
          version_text(least_driver_version(runtime))};
}

/// Devices of this process; 0 where there is no driver, none that is new enough, or no device.
[[nodiscard]] inline int device_count() noexcept {
  int count = 0;
  if (cudaGetDeviceCount(&count) == cudaSuccess) return count;
  static_cast<void>(cudaGetLastError());
  return 0;
}

/// Why there is no device, for people; empty where there is one.
[[nodiscard]] inline std::string unavailable_reason() {
  int count = 0, driver = 0, runtime = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  static_cast<void>(cudaGetLastError());
  if (error == cudaSuccess && count > 0) return {};
  static_cast<void>(cudaDriverGetVersion(&driver));
  static_cast<void>(cudaRuntimeGetVersion(&runtime));
  if (driver == 0)
    return text::joined("no NVIDIA driver on this machine, and one for CUDA ",
                        version_text(least_driver_version(runtime)), " or newer is needed");
  if (driver < least_driver_version(runtime))
    return text::joined("the NVIDIA driver is for CUDA ", version_text(driver), ", and at least CUDA ",
                        version_text(least_driver_version(runtime)), " is needed");
  if (error == cudaSuccess || error == cudaErrorNoDevice) return "no NVIDIA device is visible to this process";
  return text::joined("the devices cannot be counted: ", cudaGetErrorString(error));
}

}  // namespace isonomy::device
