// says: isonomy::DeviceSpace>
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/linalg/gemm.hpp"

#ifdef MISTAKE
void multiply_at_the_host(isonomy::Context<isonomy::Cpu>& ctx, isonomy::MatrixView<double, isonomy::DeviceSpace> a,
                          isonomy::MatrixView<double> out) {
#else
void multiply_at_the_host(isonomy::Context<isonomy::Cpu>& ctx, isonomy::MatrixView<double, isonomy::HostSpace> a,
                          isonomy::MatrixView<double> out) {
#endif
  isonomy::gemm(ctx, 1.0, a, a, 0.0, out);
}
