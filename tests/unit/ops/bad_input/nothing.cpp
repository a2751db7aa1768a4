// Every operation accepts nothing.
#include <vector>

#include "isonomy/compiled/linalg.hpp"
#include "isonomy/compiled/mixture.hpp"
#include "isonomy/compiled/profiling.hpp"
#include "isonomy/isonomy.hpp"
#include "support/catch.hpp"
#include "support/inputs.hpp"

using namespace isonomy;
using test::Inputs;

TEST_CASE("every operation accepts nothing", "[operations]") {
  Inputs in;
  const VectorView<double> v;
  const MatrixView<double> m;
  const VectorView<index_t> i;
  const std::vector<index_t> zero{0};
  CHECK_NOTHROW(gemm(in.ctx, 1.0, m, m, 0.0, m));
  CHECK_NOTHROW(syrk(in.ctx, 1.0, m, 0.0, m));
  CHECK_NOTHROW(cholesky_batched(in.ctx, BatchView<double>(), i));
  CHECK_NOTHROW(cholesky(in.ctx, m));
  CHECK_NOTHROW(solve_triangular(in.ctx, m, m));
  CHECK_NOTHROW(log_diagonal_sum_batched(in.ctx, BatchView<const double>(), i, v));
  CHECK_NOTHROW(solve_triangular_batched(in.ctx, BatchView<double>(), BatchView<double>(), i));
  CHECK_NOTHROW(eigh(in.ctx, m, v, m));
  CHECK(eigh_subset(in.ctx, m, Spectrum::negative(), v, m) == EigenRange{});
  CHECK_NOTHROW(eigh_batched(in.ctx, BatchView<const double>(), m, BatchView<double>(), i));
  CHECK_NOTHROW(tridiagonalise(in.ctx, m, v, v, m, v));
  CHECK_NOTHROW(apply_reflectors(in.ctx, m, v, false, m));
  CHECK_NOTHROW(qr(in.ctx, m, m, m));
  CHECK_NOTHROW(svd(in.ctx, m, m, v, m));
  CHECK_NOTHROW(copy(in.ctx, v, v));
  CHECK_NOTHROW(copy(in.ctx, m, m));
  CHECK_NOTHROW(fill(in.ctx, v, 1.0));
  CHECK_NOTHROW(iota(in.ctx, v));
  CHECK_NOTHROW(for_each(in.ctx, 0, [](index_t) {}));
  CHECK_NOTHROW(transform(in.ctx, Square{}, v, v));
  CHECK_NOTHROW(segmented_reduce(in.ctx, v, view(zero), v, 0.0, Plus{}, Identity{}));
  CHECK_NOTHROW(reduce_rows(in.ctx, m, v, 0.0, Plus{}, Identity{}));
  CHECK_NOTHROW(reduce_columns(in.ctx, m, v, 0.0, Plus{}, Identity{}));
  CHECK_NOTHROW(inclusive_scan(in.ctx, v, v, Plus{}));
  CHECK_NOTHROW(gather(in.ctx, v, i, v));
  CHECK_NOTHROW(gather(in.ctx, m, i, m));
  CHECK_NOTHROW(scatter(in.ctx, v, i, v));
  CHECK_NOTHROW(scatter(in.ctx, m, i, m));
  CHECK_NOTHROW(gemm_batched(in.ctx, 1.0, BatchView<double>(), BatchView<double>(), 0.0, BatchView<double>()));
  CHECK_NOTHROW(stable_sort_by_key(in.ctx, v, i));
  CHECK_NOTHROW(rank_average(in.ctx, v, v));
  CHECK_NOTHROW(select_k(in.ctx, m, m, MatrixView<index_t>()));
  CHECK_NOTHROW(synchronize(in.ctx));
}
