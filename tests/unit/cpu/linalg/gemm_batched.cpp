// gemm_batched of Backend<Cpu>: the bits of gemm in every matrix, whichever way the threads are filled.
#include <vector>

#include "isonomy/compiled/linalg.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/linalg/gemm_batched.hpp"
#include "support/catch.hpp"

using namespace isonomy;

TEST_CASE("each matrix of a batch has the bits of gemm", "[gemm]") {
  constexpr index_t m = 17, k = 400, n = 9, batches = 6;
  std::vector<double> x(batches * m * k), y(batches * k * n), old(batches * m * n);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 2 * random_unit(1, i) - 1;
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = 2 * random_unit(2, i) - 1;
  for (std::size_t i = 0; i < old.size(); ++i) old[i] = 2 * random_unit(3, i) - 1;
  const BatchView<const double> a(x.data(), batches, m, k, m * k, k, 1), b(y.data(), batches, k, n, k * n, 1, k);
  for (const int threads : {1, 4, 16})  // a task for each matrix, and all threads on each
    for (const bool by_rows : {true, false}) {
      Context<Cpu> ctx(cpu::ContextOptions{.threads = threads});
      std::vector<double> together = old, alone = old;
      const auto outputs = [&](std::vector<double>& v) {
        return by_rows ? BatchView<double>(v.data(), batches, m, n, m * n, n, 1)
                       : BatchView<double>(v.data(), batches, m, n, m * n, 1, m);
      };
      gemm_batched(ctx, -0.75, a, b, 0.5, outputs(together));
      for (index_t s = 0; s < batches; ++s) gemm(ctx, -0.75, a[s], b[s], 0.5, outputs(alone)[s]);
      CHECK(together == alone);
    }
}

TEST_CASE("products of a batch known by hand", "[gemm]") {
  Context<Cpu> ctx;
  const std::vector<double> x{1, 2, 3, 4}, y{5, 6, 7, 8};  // two rows of two, two columns of two
  std::vector<double> out{-1, -1};
  gemm_batched(ctx, 2.0, BatchView<const double>(x.data(), 2, 1, 2, 2, 2, 1),
               BatchView<const double>(y.data(), 2, 2, 1, 2, 1, 2), 0.0,
               BatchView<double>(out.data(), 2, 1, 1, 1, 1, 1));
  CHECK(out == std::vector<double>{34, 106});
}
