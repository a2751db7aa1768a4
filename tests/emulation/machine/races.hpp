// What the hooks of the race build and the race checker tell each other.
#pragma once

#include <array>
#include <cstddef>

namespace emulation {

/// Told of every access that a kernel makes; ends the kernel where it is a race or a wrong address.
void check_access(const void* address, std::size_t bytes, bool write, bool atomic);

}  // namespace emulation
