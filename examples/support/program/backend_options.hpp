// The options by which a program's user names a backend and a device.
#pragma once

#include "backend.hpp"
#include "command_line.hpp"

namespace examples {

inline void add_backend_options(const OptionGroup& group, BackendOptions& backend) {
  group.choice(
      "--backend", backend.name, {"auto", "cpu", "cuda"},
      "what computes: cpu, cuda (an NVIDIA GPU, in programs built with -DISONOMY_CUDA=ON), or auto, which is "
      "cuda where there is one; the result is the same, bit for bit, and the report says what was used and why");
  group.option("--device", backend.device, "INT", "number of the GPU, from 0; default the first");
}

}  // namespace examples
