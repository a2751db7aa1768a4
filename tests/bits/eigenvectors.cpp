// Eigenvalues and vectors by way of a band, as of large matrices, of a small one.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "bits/results.hpp"

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/cpu/linalg/eigen/eigh.hpp"

using namespace isonomy;

void bits::eigenvectors() {
  constexpr index_t n = 100, band = 7;
  std::vector<double> a(n * n), w(n), v(n * n);
  for (index_t j = 0; j < n; ++j)
    for (index_t i = j; i < n; ++i)
      a[static_cast<std::size_t>(j * n + i)] = random_unit(5, static_cast<std::uint64_t>(j * n + i)) - 0.5;
  Context<Cpu> ctx;
  cpu::SymmetricEigenproblem problem(ctx, "bits", n, band);
  problem.load(MatrixView<const double>(column_major(a.data(), n, n)));
  problem.solve();
  problem.store(view(w), column_major(v.data(), n, n));
  bits::Line("eigenvectors.by_band").add(w).add(v);
}
