// eigh_batched of Backend<Cpu>: a task for each of many small matrices, else, and where memory does not do for that,
// all threads on one after the other.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/eigen/eigh.hpp"
#include "isonomy/cpu/parallel.hpp"
#include "isonomy/cpu/scratch.hpp"
#include "isonomy/ops/linalg/eigen/eigh_batched.hpp"

namespace isonomy::cpu {

struct EighBatched {
  /// Each matrix has the bits of eigh, which do not depend on how many threads there are.
  template <Real T>
  static void eigh_batched(Context& ctx, BatchView<const T> a, MatrixView<T> w, BatchView<T> v,
                           VectorView<index_t> info) {
    constexpr index_t fills_threads = 512;     // rows of a matrix whose products have tasks enough by themselves
    constexpr index_t gains_by_threads = 128;  // of one whose products have some
    const index_t n = a.rows;
    const auto solve = [&](SymmetricEigenproblem& problem, index_t s) {
      info(s) = isonomy::detail::eigen_status([&] {
        problem.load(a[s]);
        problem.solve();
      });
      if (info(s) == 0) return problem.store(w.row(s), v[s]);
      constexpr T nothing = std::numeric_limits<T>::quiet_NaN();
      for (index_t j = 0; j < n; ++j) {
        w(s, j) = nothing;
        for (index_t i = 0; i < n; ++i) v[s](i, j) = nothing;
      }
    };
    const auto alone = static_cast<std::size_t>(std::min<index_t>(a.batches, ctx.threads()));  // at once
    if (n == 0) {
      for (index_t s = 0; s < info.size; ++s) info(s) = 0;
    } else if (n >= fills_threads || (n >= gains_by_threads && a.batches < ctx.threads()) ||
               alone * SymmetricEigenproblem::workspace(ctx, n) > room_left(ctx.control(), ctx.counters())) {
      SymmetricEigenproblem problem(ctx, operation, n);
      for (index_t s = 0; s < a.batches; ++s) solve(problem, s);
    } else {
      Workspaces<Alone> workspaces;
      parallel_for(ctx, a.batches, 1, operation, [&](index_t s) { solve(workspaces.take(ctx, n)->problem, s); });
    }
  }

 private:
  static constexpr const char* operation = "eigh_batched";
  /// One thread's.
  struct Alone {
    Alone(const Context& of, index_t n) : ctx(of.for_one_thread()), problem(ctx, operation, n) {}
    Context ctx;
    SymmetricEigenproblem problem;
  };
};

}  // namespace isonomy::cpu
