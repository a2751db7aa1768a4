// select_candidates of Backend<Reference>: all elements sorted, then looked at once more in their order.
#pragma once

#include <algorithm>

#include "isonomy/core/view.hpp"
#include "isonomy/ops/sort/select_candidates.hpp"
#include "isonomy/reference/context.hpp"
#include "isonomy/reference/loop.hpp"
#include "isonomy/reference/memory.hpp"
#include "isonomy/reference/sort/order.hpp"

namespace isonomy::reference {

struct SelectCandidates {
  static CandidateCut select_candidates(Context& ctx, VectorView<const double> x, index_t k, double margin,
                                        VectorView<index_t> places, VectorView<double> values) {
    constexpr const char* operation = "select_candidates";
    CandidateCut cut;
    const Array<double> counted(ctx, x.size, operation);
    for_indices(ctx, x.size, operation, [&](index_t i) {
      if (x(i) >= 0) counted[cut.counted++] = x(i) == 0 ? 0.0 : x(i);
    });
    if (cut.counted == 0) return cut;
    Sorter<double> sorter(ctx, cut.counted, operation);
    const Keyed<double>* const sorted = sorter.sort(VectorView<const double>(counted.data(), cut.counted));
    const index_t last = cut.counted - std::min(k, cut.counted);
    cut.value = sorted[last].key;
    if (last > 0) cut.next = sorted[last - 1].key;
    for_indices(ctx, x.size, operation, [&](index_t i) {
      if (!(x(i) >= 0) || x(i) < cut.value - margin) return;
      places(cut.chosen) = i;
      values(cut.chosen++) = x(i) == 0 ? 0.0 : x(i);
    });
    return cut;
  }
};

}  // namespace isonomy::reference
