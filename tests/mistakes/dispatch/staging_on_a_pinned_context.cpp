// says: isonomy::compose::ContextOn<isonomy::Chain<isonomy::Without<isonomy::Cpu, isonomy::op::gemm> >
#include "isonomy/backend/compose.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "support/device_backend.hpp"

using ProductsElsewhere =
    isonomy::Chain<isonomy::Without<isonomy::Cpu, isonomy::op::gemm>, isonomy::test::Device, isonomy::Staging::copy>;

void multiply_where_it_is(isonomy::Context<ProductsElsewhere>& ctx, isonomy::MatrixView<const double> a,
                          isonomy::MatrixView<double> out) {
#ifdef MISTAKE
  auto here = isonomy::pinned(ctx);
  isonomy::gemm(here, 1.0, a, a, 0.0, out);
#else
  isonomy::gemm(ctx, 1.0, a, a, 0.0, out);
#endif
}
