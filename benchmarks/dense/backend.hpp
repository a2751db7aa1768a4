// A backend of ours as a library of the benchmark.
#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"
#include "isonomy/ops/linalg/eigen/eigh.hpp"
#include "isonomy/ops/linalg/eigen/eigh_subset.hpp"
#include "isonomy/ops/linalg/eigen/spectrum.hpp"
#include "isonomy/ops/linalg/eigen/tridiagonalise.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/linalg/solve_triangular.hpp"
#include "isonomy/ops/linalg/syrk.hpp"
#include "isonomy/version.hpp"
#include "library.hpp"

namespace isonomy::dense {

template <class T, class Tag>
void factor_each(Context<Tag>& ctx, index_t n, index_t count, T* a) {
  std::vector<index_t> info(static_cast<std::size_t>(count));
  cholesky_batched(ctx, BatchView<T>(a, count, n, n, n * n, 1, n), VectorView<index_t>(info.data(), count));
  for (const index_t failing : info)
    if (failing != 0) throw std::runtime_error("isonomy: a matrix is not positive definite");
}

/// The backend of that tag, in host memory.
template <class T, class Tag>
[[nodiscard]] Library<T> library_of(const char* name) {
  const auto ctx = std::make_shared<Context<Tag>>();
  Library<T> out;
  out.name = name;
  out.version = text::joined(version_string, ", ", cpu::name(ctx->instruction_set()));
  out.set_threads = [ctx](int threads) { *ctx = Context<Tag>(cpu::ContextOptions{.threads = threads}); };
  out.gemm = [ctx](index_t n, const T* a, const T* b, T* c) {
    gemm(*ctx, T(1), column_major(a, n, n), column_major(b, n, n), T(0), column_major(c, n, n));
  };
  out.syrk = [ctx](index_t n, const T* a, T* c) {
    syrk(*ctx, T(1), column_major(a, n, n), T(0), column_major(c, n, n));
  };
  out.potrf = [ctx](index_t n, T* a) { cholesky(*ctx, column_major(a, n, n)); };
  out.trsm = [ctx](index_t n, const T* l, T* b) {
    solve_triangular(*ctx, column_major(l, n, n), column_major(b, n, sides));
  };
  const auto line = [](T* x, index_t n) { return VectorView<T>(x, n); };
  out.sytrd = [ctx, line](index_t n, const T* a, T* results) {
    const Spectral<T> s(results, n);
    tridiagonalise(*ctx, column_major(a, n, n), line(s.first, n), line(s.second, n - 1), column_major(s.square, n, n),
                   line(s.third, n - 1));
  };
  out.syevd = [ctx, line](index_t n, const T* a, T* results) {
    const Spectral<T> s(results, n);
    eigh(*ctx, column_major(a, n, n), line(s.first, n), column_major(s.square, n, n));
  };
  out.below = [ctx, line](index_t n, const T* a, T* results) {
    const Spectral<T> s(results, n);
    *s.count = static_cast<T>(
        eigh_subset(*ctx, column_major(a, n, n), Spectrum::negative(), line(s.first, n), column_major(s.square, n, n))
            .count);
  };
  out.potrf_batch = [ctx](index_t n, index_t count, T* a) { factor_each<T, Tag>(*ctx, n, count, a); };
  return out;
}

}  // namespace isonomy::dense
