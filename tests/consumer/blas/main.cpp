// What somebody with OpenBLAS writes first: a product and a factor by it, and an operation that is inherited.
#include <cmath>
#include <iostream>
#include <vector>

#include "isonomy/blas/blas.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"
#include "isonomy/ops/linalg/syrk.hpp"
#include "isonomy/ops/memory.hpp"

using namespace isonomy;

int main() {
  Context<CpuBlas> ctx;
  const std::vector<double> x{1, 2, 3, 4, 5, 7};
  std::vector<double> squares(4);
  syrk(ctx, 1, column_major(x.data(), 3, 2), 0, column_major(squares.data(), 2, 2));
  std::vector<index_t> info(1);
  fill(ctx, view(info), index_t{-1});
  std::vector<double> factor = squares;
  cholesky_batched(ctx, BatchView<double>(factor.data(), 1, 2, 2, 4, 1, 2), view(info));
  std::cout << squares[0] << ' ' << squares[1] << ' ' << squares[2] << ' ' << squares[3] << ", factor " << factor[0]
            << ' ' << factor[1] << ' ' << factor[3] << '\n';
  const bool right = squares == std::vector<double>{14, 35, 35, 90} && info[0] == 0 &&
                     std::abs(factor[0] * factor[0] - 14) < 1e-12 && std::abs(factor[1] * factor[0] - 35) < 1e-12;
  return right ? 0 : 1;
}
