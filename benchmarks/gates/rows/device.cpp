// The device's name, versions and peaks.
#include "device.hpp"

#include <algorithm>
#include <cub/version.cuh>
#include <string_view>

#include "../host/host.hpp"
#include "../measure.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/cuda/availability.cuh"
#include "isonomy/cuda/linalg/libraries.cuh"
#include "resident.hpp"

namespace isonomy::gates {
namespace {

/// Double-precision operations a second by the makers' data sheets.
struct DataSheet {
  std::string_view device;
  double flops, tensor_flops;
};
constexpr DataSheet data_sheets[] = {
    {"H200", 34e12, 67e12}, {"H100 80GB HBM3", 34e12, 67e12}, {"A100", 9.7e12, 19.5e12}};

Peak copies(double fraction) {
  constexpr double most = 2.0 * (1U << 30), least = 1 << 16;
  Context<Cuda> ctx = device_context();
  CopyOfBytes bytes(ctx, std::max(least, most * fraction));
  const auto timings =
      time_in_turn({{Role::yardstick, "copy", [&] { bytes.run(); }}}, {Role::yardstick}, 1, Sampling{});
  return {bytes.bytes() / timings.front().median(), "copies within the device, measured"};
}

}  // namespace

std::string why_no_device() { return device::unavailable_reason(); }

Machine describe_machine(double fraction) {
  Machine out;
  Context<Cuda> ctx = device_context();
  cudaDeviceProp properties{};
  int driver = 0, runtime = 0, blas = 0;
  device::require(cudaGetDeviceProperties(&properties, ctx.device()), "cudaGetDeviceProperties");
  device::require(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
  device::require(cudaRuntimeGetVersion(&runtime), "cudaRuntimeGetVersion");
  device::blas(ctx, "cublasGetVersion", [&](cublasHandle_t handle) { return cublasGetVersion(handle, &blas); });
  out.device = properties.name;
  out.driver = device::version_text(driver);
  out.runtime = device::version_text(runtime);
  out.blas = std::to_string(blas);
  out.cub = std::to_string(CUB_VERSION);
  out.processor = processor_name();
  out.threads = threads_of_all_cores();
  out.bytes = copies(fraction);
  out.flops.source = out.tensor_flops.source = text::joined("no data sheet of ", out.device, " here");
  for (const DataSheet& sheet : data_sheets)
    if (out.device.find(sheet.device) != std::string::npos) {
      out.flops = {sheet.flops, "double precision, by the data sheet"};
      out.tensor_flops = {sheet.tensor_flops, "double precision on tensor cores, by the data sheet"};
    }
  return out;
}

}  // namespace isonomy::gates
