// select_candidates on the host: a histogram finds the bin of the k-th largest, so that only its values are ordered.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "isonomy/core/error.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cpu/context.hpp"
#include "isonomy/cpu/memory.hpp"
#include "isonomy/ops/sort/select_candidates.hpp"

namespace isonomy::cpu {

struct SelectCandidates {
  /// On one thread: it reads x four times.
  static CandidateCut select_candidates(Context& ctx, VectorView<const double> x, index_t k, double margin,
                                        VectorView<index_t> places, VectorView<double> values) {
    CandidateCut cut;
    double top = -1;
    each(ctx, x, [&](index_t, double v) {
      cut.counted += v >= 0 ? 1 : 0;
      top = top < v ? v : top;
    });
    if (cut.counted == 0) return cut;
    find_cut(ctx, x, std::min(k, cut.counted), top, cut);
    const double least = CandidateCut::least(cut.value, margin);
    each(ctx, x, [&](index_t i, double v) {
      if (!(v >= least)) return;
      places(cut.chosen) = i;
      values(cut.chosen++) = v + 0.0;
    });
    return cut;
  }

 private:
  static constexpr std::size_t bins = 1024;

  /// f(place, value) for all of x, a few thousand between looks at the caller's wish to stop.
  template <class F>
  static void each(Context& ctx, VectorView<const double> x, const F& f) {
    constexpr index_t between_looks = 1 << 16;
    for (index_t begin = 0; begin < x.size; begin += between_looks) {
      if (ctx.control().stop.stop_requested()) throw Cancelled("select_candidates");
      const index_t end = std::min(x.size, begin + between_looks);
      if (x.stride == 1)
        for (index_t i = begin; i < end; ++i) f(i, x.data[i]);
      else
        for (index_t i = begin; i < end; ++i) f(i, x(i));
    }
  }
  static void find_cut(Context& ctx, VectorView<const double> x, index_t k, double top, CandidateCut& cut) {
    // All in one bin where the quotients could leave the range of doubles.
    const double per_value = top >= 0x1p-900 && top <= 0x1p900 ? static_cast<double>(bins - 1) / top : 0.0;
    const auto bin_of = [&](double v) {
      return !(v >= 0) ? bins : per_value > 0 ? static_cast<std::size_t>(v * per_value) : std::size_t{0};
    };
    std::array<index_t, bins + 1> count{};
    each(ctx, x, [&](index_t, double v) { ++count[bin_of(v)]; });
    std::size_t bin = bins - 1;
    index_t above = 0;
    while (above + count[bin] < k) above += count[bin--];
    const auto size = static_cast<std::size_t>(count[bin]);
    const auto room = Memory::allocate(ctx, size * sizeof(double), "select_candidates");
    double* const inside = static_cast<double*>(room.get());
    double* end = inside;
    each(ctx, x, [&](index_t, double v) {
      if (bin_of(v) == bin) *end++ = v + 0.0;
    });
    double* const place = inside + (k - above - 1);
    std::nth_element(inside, place, end, std::greater<>());
    cut.value = *place;
    if (place + 1 != end)
      cut.next = *std::max_element(place + 1, end);
    else if (k < cut.counted)
      each(ctx, x, [&](index_t, double v) {
        if (v >= 0 && bin_of(v) < bin) cut.next = std::max(cut.next, v + 0.0);
      });
  }
};

}  // namespace isonomy::cpu
