// says: isonomy::Chain<isonomy::Without<isonomy::Cpu, isonomy::op::select_k> >
#include "isonomy/backend/compose.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/sort/select_k.hpp"

#ifdef MISTAKE
using NobodyHas = isonomy::Chain<isonomy::Without<isonomy::Cpu, isonomy::op::select_k>>;
#else
using NobodyHas = isonomy::Chain<isonomy::Without<isonomy::Cpu, isonomy::op::gemm>>;
#endif
void select_by_nobody(isonomy::Context<NobodyHas>& ctx, isonomy::MatrixView<const double> x,
                      isonomy::MatrixView<double> values, isonomy::MatrixView<isonomy::index_t> indices) {
  isonomy::select_k(ctx, x, values, indices);
}
