// says: Chain: one of its backends works in HostSpace and another in DeviceSpace
#include "isonomy/backend/compose.hpp"
#include "isonomy/ops/memory.hpp"
#include "support/device_backend.hpp"

#ifdef MISTAKE
using AcrossSpaces = isonomy::Chain<isonomy::test::Device, isonomy::Cpu>;
#else
using AcrossSpaces = isonomy::Chain<isonomy::test::Device, isonomy::Cpu, isonomy::Staging::copy>;
#endif
void fill_across_spaces(isonomy::Context<AcrossSpaces>& ctx, isonomy::VectorView<double, isonomy::DeviceSpace> x) {
  isonomy::fill(ctx, x, 1.0);
}
