// Broken forms of transform, transform_reduce, segmented_reduce and nearest_sums on Backend<Cuda>: the kit rejects
// each.
#include "isonomy/conformance/cases/reduce.hpp"
#include "isonomy/backend/compose/override.hpp"
#include "isonomy/conformance/cases/mixture/nearest.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "rejected.hpp"
#include "support/catch.hpp"

namespace isonomy::test {

/// The operations of Backend<Cuda>, with a mistake in them.
struct BrokenReduce {};
enum class ReduceBreak {
  none,
  drops_last_element,
  drops_last_chunk,
  turns_partials,
  init_counts_for_each_half,
  drops_last_row,
  weights_ignored
};

}  // namespace isonomy::test

template <>
struct isonomy::Backend<isonomy::test::BrokenReduce> {
  using tag = test::BrokenReduce;
  using space = DeviceSpace;
  using context = device::Context;
  using Honest = Backend<Cuda>;
  using Break = test::ReduceBreak;

  static constexpr const char* name() { return "BrokenReduce"; }
  static bool available() noexcept { return true; }

  template <class F, class T, class... In>
  static void transform(context& ctx, const F& f, VectorView<T, space> out, VectorView<const In, space>... in) {
    const index_t n =
        out.size - (test::mistake<test::ReduceBreak> == Break::drops_last_element && out.size > 0 ? 1 : 0);
    Honest::transform(ctx, f, out.subview(0, n), in.subview(0, n)...);
  }

  template <class T, class R, class Op, class F>
  static R transform_reduce(context& ctx, VectorView<const T, space> x, R init, const Op& op, const F& f) {
    const index_t chunks = x.size / reduction_chunk, n = chunks * reduction_chunk, half = chunks / 2 * reduction_chunk;
    const auto reduce = [&](index_t first, index_t count, R from) {
      return Honest::transform_reduce(ctx, x.subview(first, count), from, op, f);
    };
    switch (test::mistake<test::ReduceBreak>) {
    case Break::drops_last_chunk: return reduce(0, n, init);
    case Break::turns_partials: return reduce(0, half, reduce(half, x.size - half, init));
    case Break::init_counts_for_each_half: return op(reduce(0, half, init), reduce(half, x.size - half, init));
    default: return reduce(0, x.size, init);
    }
  }
  template <class T, class R, class Op, class F>
  static R transform_reduce(context& ctx, MatrixView<const T, space> x, R init, const Op& op, const F& f) {
    return Honest::transform_reduce(ctx, x, init, op, f);
  }

  template <class T, class R, class Op, class F>
  static void segmented_reduce(context& ctx, VectorView<const T, space> x, VectorView<const index_t, space> offsets,
                               VectorView<R, space> out, R init, const Op& op, const F& f) {
    Honest::segmented_reduce(ctx, x, offsets, out, init, op, f);
    if (test::mistake<test::ReduceBreak> != Break::drops_last_chunk || out.size == 0) return;
    // The last segment without its last chunk.
    index_t last[2];
    Honest::copy_to_host<index_t>(ctx, offsets.subview(out.size - 1, 2), VectorView<index_t>(last, 2));
    const index_t size = (last[1] - last[0]) / reduction_chunk * reduction_chunk;
    const R partial = Honest::transform_reduce(ctx, x.subview(last[0], size), init, op, f);
    Honest::fill(ctx, out.subview(out.size - 1, 1), partial);
  }

  template <Real T>
  static void nearest_sums(context& ctx, const NearestCentres& term, MatrixView<const T, space> x,
                           VectorView<const T, space> weights, MatrixView<double, space> out) {
    const bool drops = test::mistake<test::ReduceBreak> == Break::drops_last_row;
    Honest::nearest_sums<T>(
        ctx, term, x.row_block(0, x.rows - (drops ? 1 : 0)),
        test::mistake<test::ReduceBreak> == Break::weights_ignored ? VectorView<const T, space>() : weights, out);
  }
};

namespace isonomy::test {
namespace {

using WithBrokenReduce =
    Override<Cuda, BrokenReduce, op::transform, op::transform_reduce, op::segmented_reduce, op::nearest_sums>;

TEST_CASE("broken transforms and reductions on Cuda are rejected", "[cuda]") {
  using enum ReduceBreak;
  rejects<op::transform, WithBrokenReduce>({drops_last_element});
  rejects<op::transform_reduce, WithBrokenReduce>({drops_last_chunk, turns_partials, init_counts_for_each_half});
  rejects<op::segmented_reduce, WithBrokenReduce>({drops_last_chunk});
}
TEST_CASE("broken sums over clusters on Cuda are rejected", "[cuda]") {
  using enum ReduceBreak;
  rejects<op::nearest_sums, WithBrokenReduce>({drops_last_row, weights_ignored});
}

}  // namespace
}  // namespace isonomy::test
