// gemm_batched of Backend<Cpu>: a task for each of many small products, else all threads on one after the other.
#pragma once

#include <cstddef>

#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/gemm.hpp"
#include "isonomy/cpu/parallel.hpp"
#include "isonomy/cpu/scratch.hpp"

namespace isonomy::cpu {

struct GemmBatched {
  /// Each matrix has the bits of gemm: its chains do not depend on who runs them.
  template <Real T>
  static void gemm_batched(Context& ctx, T alpha, BatchView<const T> a, BatchView<const T> b, T beta,
                           BatchView<T> out) {
    constexpr const char* operation = "gemm_batched";
    constexpr index_t fills_threads = index_t{1} << 20;  // elements of a product that has tasks enough by itself
    if (out.rows == 0 || out.columns == 0) return;
    const auto product = [&](index_t s) { return Gemm::product<T>(ctx, operation, alpha, a[s], b[s], beta, out[s]); };
    if (out.batches < ctx.threads() || out.rows * out.columns >= fills_threads) {
      for (index_t s = 0; s < out.batches; ++s) product(s).run();
      return;
    }
    const std::size_t bytes = Gemm::gemm_workspace<T>(ctx, out.rows, out.columns, a.columns);
    Rooms rooms(ctx, out.batches, (bytes + sizeof(double) - 1) / sizeof(double), operation);
    parallel_for(ctx, out.batches, 1, operation, [&](index_t s) {
      const auto room = rooms.take();
      product(s).run_alone(reinterpret_cast<T*>(room.get()));
    });
  }
};

}  // namespace isonomy::cpu
