// eigh_subset of Backend<Cpu>: eigh, of which the last merge and the back-transformation form the vectors wanted alone.
#pragma once

#include <algorithm>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/linalg/eigen/eigh.hpp"
#include "isonomy/ops/linalg/eigen/eigh_subset.hpp"
#include "isonomy/ops/linalg/eigen/spectrum.hpp"

namespace isonomy::cpu {

struct EighSubset {
  /// The bits of Eigh::eigh: what is left out takes no part in what is formed.
  template <Real T>
  static EigenRange eigh_subset(Context& ctx, MatrixView<const T> a, const Spectrum& spectrum, VectorView<T> w,
                                MatrixView<T> v) {
    EigenRange found;
    if (a.rows == 0) return found;
    SymmetricEigenproblem problem(ctx, "eigh_subset", a.rows);
    problem.load(a);
    problem.solve([&](const double* values, index_t* places) {
      problem.sort(values, a.rows, places);
      found = spectrum.of([&](index_t j) { return problem.stored<T>(values[places[j]]); }, a.rows);
      isonomy::detail::require_room(found, a.rows, w.size, v.columns);
      std::copy_n(places + found.first, found.count, places);
      std::sort(places, places + found.count);
      return found.count;
    });
    problem.store(w.subview(0, found.count), v.column_block(0, found.count));
    return found;
  }
};

}  // namespace isonomy::cpu
