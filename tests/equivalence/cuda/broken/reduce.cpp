// Broken forms of transform, the reductions, inclusive_scan, gather, scatter and nearest_sums on Backend<Cuda>: the kit
// rejects each.
#include "isonomy/conformance/cases/reduce.hpp"
#include "isonomy/backend/compose/override.hpp"
#include "isonomy/conformance/cases/gather.hpp"
#include "isonomy/conformance/cases/inclusive_scan.hpp"
#include "isonomy/conformance/cases/mixture/nearest.hpp"
#include "isonomy/conformance/cases/reduce_rows.hpp"
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
  begins_anew,  ///< each chunk
  sees_no_repeat,
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

  template <class T, class R, class Op, class F>
  static void reduce_rows(context& ctx, MatrixView<const T, space> a, VectorView<R, space> out, R init, const Op& op,
                          const F& f) {
    const bool drops = test::mistake<test::ReduceBreak> == Break::drops_last_element && a.columns > 0;
    Honest::reduce_rows(ctx, a.column_block(0, a.columns - (drops ? 1 : 0)), out, init, op, f);
    if (test::mistake<test::ReduceBreak> != Break::turns_partials || a.columns <= reduction_chunk) return;
    Buffer<R, Cuda> last(ctx, out.size);  // the last chunk first
    const index_t n = (a.columns - 1) / reduction_chunk * reduction_chunk;
    Honest::reduce_rows(ctx, a.column_block(n, a.columns - n), last.view(), init, op, f);
    for (index_t i = 0; i < out.size; ++i) {
      R from = init;
      Honest::copy_to_host<R>(ctx, last.view().subview(i, 1), VectorView<R>(&from, 1));
      Honest::fill(ctx, out.subview(i, 1), Honest::transform_reduce(ctx, a.column_block(0, n).row(i), from, op, f));
    }
  }

  template <class T, class Op>
  static void inclusive_scan(context& ctx, VectorView<const T, space> x, VectorView<T, space> out, const Op& op) {
    const index_t piece = test::mistake<test::ReduceBreak> == Break::begins_anew ? reduction_chunk : x.size;
    for (index_t begin = 0; begin < x.size; begin += piece) {
      const index_t n = x.size - begin < piece ? x.size - begin : piece;
      Honest::inclusive_scan(ctx, x.subview(begin, n), out.subview(begin, n), op);
    }
  }
  template <class T>
  static void gather(context& ctx, MatrixView<const T, space> source, VectorView<const index_t, space> index,
                     MatrixView<T, space> out, Indices indices) {
    const bool drops = test::mistake<test::ReduceBreak> == Break::drops_last_row && index.size > 0;
    const index_t rows = index.size - (drops ? 1 : 0);
    Honest::gather<T>(ctx, source, index.subview(0, rows), out.row_block(0, rows), indices);
  }
  template <class T>
  static void scatter(context& ctx, MatrixView<const T, space> source, VectorView<const index_t, space> index,
                      MatrixView<T, space> out, Indices indices) {
    if (test::mistake<test::ReduceBreak> == Break::sees_no_repeat) {  // each index is one of a row
      Honest::gather<T>(ctx, {source.data, out.rows, 0, 1, 1}, index, {out.data, index.size, 0, 1, 1}, indices);
      indices = Indices::trusted;
    }
    Honest::scatter(ctx, source, index, out, indices);
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

using WithBrokenReduce = Override<Cuda, BrokenReduce, op::transform, op::transform_reduce, op::segmented_reduce,
                                  op::reduce_rows, op::inclusive_scan, op::gather, op::scatter, op::nearest_sums>;

TEST_CASE("broken transforms and reductions on Cuda are rejected", "[cuda]") {
  using enum ReduceBreak;
  rejects<op::transform, WithBrokenReduce>({drops_last_element});
  rejects<op::transform_reduce, WithBrokenReduce>({drops_last_chunk, turns_partials, init_counts_for_each_half});
  rejects<op::segmented_reduce, WithBrokenReduce>({drops_last_chunk});
  rejects<op::reduce_rows, WithBrokenReduce>({drops_last_element, turns_partials});
  rejects<op::inclusive_scan, WithBrokenReduce>({begins_anew});
  rejects<op::gather, WithBrokenReduce>({drops_last_row});
  rejects<op::scatter, WithBrokenReduce>({sees_no_repeat});
}
TEST_CASE("broken sums over clusters on Cuda are rejected", "[cuda]") {
  using enum ReduceBreak;
  rejects<op::nearest_sums, WithBrokenReduce>({drops_last_row, weights_ignored});
}

}  // namespace
}  // namespace isonomy::test
