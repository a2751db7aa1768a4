// The smallest program a user would write: exits with 0 if the installed library multiplies two matrices.
#include <isonomy/isonomy.hpp>

int main() {
  isonomy::Context<isonomy::Cpu> ctx;
  isonomy::Matrix<double, isonomy::Cpu> a(ctx, 2, 2), b(ctx, 2, 2), out(ctx, 2, 2);
  const auto x = a.view(), y = b.view(), z = out.view();
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 2; ++j) {
      x(i, j) = i + 2.0 * j;
      y(i, j) = i == j ? 3.0 : 0.0;
    }
  isonomy::gemm(ctx, 1.0, a.view(), b.view(), 0.0, out.view());
  return z(1, 1) == 9.0 && z(0, 1) == 6.0 ? 0 : 1;
}
