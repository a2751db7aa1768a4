// Broken forms of transform, the reductions, inclusive_scan, scatter and nearest_sums on Backend<Cuda>: the kit rejects
// each.
#include "isonomy/conformance/cases/reduce.hpp"
#include "isonomy/backend/compose/override.hpp"
#include "isonomy/conformance/cases/gather.hpp"
#include "isonomy/conformance/cases/inclusive_scan.hpp"
#include "isonomy/conformance/cases/mixture/nearest.hpp"
#include "isonomy/conformance/cases/reduce_rows.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/cuda/cuda.cuh"
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
inline ReduceBreak reduce_break = ReduceBreak::none;

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
    const index_t n = out.size - (test::reduce_break == Break::drops_last_element && out.size > 0 ? 1 : 0);
    Honest::transform(ctx, f, out.subview(0, n), in.subview(0, n)...);
  }

  template <class T, class R, class Op, class F>
  static R transform_reduce(context& ctx, VectorView<const T, space> x, R init, const Op& op, const F& f) {
    const index_t chunks = x.size / reduction_chunk, n = chunks * reduction_chunk, half = chunks / 2 * reduction_chunk;
    const auto reduce = [&](index_t first, index_t count, R from) {
      return Honest::transform_reduce(ctx, x.subview(first, count), from, op, f);
    };
    switch (test::reduce_break) {
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
    if (test::reduce_break != Break::drops_last_chunk || out.size == 0) return;
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
    const bool drops = test::reduce_break == Break::drops_last_element && a.columns > 0;
    Honest::reduce_rows(ctx, a.column_block(0, a.columns - (drops ? 1 : 0)), out, init, op, f);
    if (test::reduce_break != Break::turns_partials || a.columns <= reduction_chunk) return;
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
    const index_t piece = test::reduce_break == Break::begins_anew ? reduction_chunk : x.size;
    for (index_t begin = 0; begin < x.size; begin += piece) {
      const index_t n = x.size - begin < piece ? x.size - begin : piece;
      Honest::inclusive_scan(ctx, x.subview(begin, n), out.subview(begin, n), op);
    }
  }
  template <class T>
  static void scatter(context& ctx, MatrixView<const T, space> source, VectorView<const index_t, space> index,
                      MatrixView<T, space> out, Indices indices) {
    if (test::reduce_break == Break::sees_no_repeat) {  // each index is one of a row
      Honest::gather<T>(ctx, {source.data, out.rows, 0, 1, 1}, index, {out.data, index.size, 0, 1, 1}, indices);
      indices = Indices::trusted;
    }
    Honest::scatter(ctx, source, index, out, indices);
  }

  template <Real T>
  static void nearest_sums(context& ctx, const NearestCentres& term, MatrixView<const T, space> x,
                           VectorView<const T, space> weights, MatrixView<double, space> out) {
    const bool drops = test::reduce_break == Break::drops_last_row;
    Honest::nearest_sums<T>(ctx, term, x.row_block(0, x.rows - (drops ? 1 : 0)),
                            test::reduce_break == Break::weights_ignored ? VectorView<const T, space>() : weights, out);
  }
};

namespace isonomy::test {
namespace {

using WithBrokenReduce = Override<Cuda, BrokenReduce, op::transform, op::transform_reduce, op::segmented_reduce,
                                  op::reduce_rows, op::inclusive_scan, op::scatter, op::nearest_sums>;

/// Rows of floats that fail with this break.
template <class Op>
[[nodiscard]] std::int64_t failures(ReduceBreak what) {
  reduce_break = what;
  Context<WithBrokenReduce> ctx;
  conformance::Plan plan;
  plan.level = conformance::Level::quick;
  plan.first_failure = what != ReduceBreak::none;
  conformance::OperationResult result{Op::name};
  conformance::Rows<WithBrokenReduce> rows(ctx, plan, result);
  conformance::Cases<Op>::template run<WithBrokenReduce, float>(rows);
  reduce_break = ReduceBreak::none;
  return result.failed;
}

TEST_CASE("broken transforms and reductions on Cuda are rejected", "[cuda]") {
  CHECK(failures<op::transform>(ReduceBreak::none) == 0);
  CHECK(failures<op::transform>(ReduceBreak::drops_last_element) > 0);
  CHECK(failures<op::transform_reduce>(ReduceBreak::none) == 0);
  CHECK(failures<op::transform_reduce>(ReduceBreak::drops_last_chunk) > 0);
  CHECK(failures<op::transform_reduce>(ReduceBreak::turns_partials) > 0);
  CHECK(failures<op::transform_reduce>(ReduceBreak::init_counts_for_each_half) > 0);
  CHECK(failures<op::segmented_reduce>(ReduceBreak::none) == 0);
  CHECK(failures<op::segmented_reduce>(ReduceBreak::drops_last_chunk) > 0);
  CHECK(failures<op::reduce_rows>(ReduceBreak::none) == 0);
  CHECK(failures<op::reduce_rows>(ReduceBreak::drops_last_element) > 0);
  CHECK(failures<op::reduce_rows>(ReduceBreak::turns_partials) > 0);
  CHECK(failures<op::inclusive_scan>(ReduceBreak::none) == 0);
  CHECK(failures<op::inclusive_scan>(ReduceBreak::begins_anew) > 0);
  CHECK(failures<op::scatter>(ReduceBreak::none) == 0);
  CHECK(failures<op::scatter>(ReduceBreak::sees_no_repeat) > 0);
}
TEST_CASE("broken sums over clusters on Cuda are rejected", "[cuda]") {
  CHECK(failures<op::nearest_sums>(ReduceBreak::none) == 0);
  CHECK(failures<op::nearest_sums>(ReduceBreak::drops_last_row) > 0);
  CHECK(failures<op::nearest_sums>(ReduceBreak::weights_ignored) > 0);
}

}  // namespace
}  // namespace isonomy::test
