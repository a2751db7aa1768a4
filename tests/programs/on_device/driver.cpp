// The driver of the emulated device in programs: ISONOMY_EMULATED_DRIVER is its version as CUDA counts it, 0 for none.
#include <cstdlib>

#include "emulation/machine/control.hpp"

namespace {

const bool driver_is_set = [] {
  if (const char* version = std::getenv("ISONOMY_EMULATED_DRIVER"))
    emulation::settings().driver_version = std::atoi(version);
  return true;
}();

}  // namespace
