// What the program asks of the device before and beside the gates; nothing here needs nvcc.
#pragma once

#include <string>

#include "../report.hpp"

namespace isonomy::gates {

/// Why no gate can run; empty where there is a device.
[[nodiscard]] std::string why_no_device();
/// Device, versions and peaks. Copies within the device are measured over `fraction` of two gibibytes.
[[nodiscard]] Machine describe_machine(double fraction);

}  // namespace isonomy::gates
