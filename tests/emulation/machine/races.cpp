#include "internal.hpp"
namespace emulation {
namespace thread {
void atomic_access(const void*, std::size_t) {}
}  // namespace thread
}  // namespace emulation
