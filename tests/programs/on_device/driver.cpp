// The driver of the emulated device in programs, where ISONOMY_EMULATED_DRIVER gives its version as CUDA counts it; 0:
// none.
#include <cstdlib>

#include "emulation/machine/control.hpp"

namespace {

const bool driver_is_set = [] {
  if (const char* version = std::getenv("ISONOMY_EMULATED_DRIVER"))
    emulation::settings().driver_version = std::atoi(version);
  return true;
}();

}  // namespace
