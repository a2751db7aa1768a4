// Faults planted into transform, transform_reduce, segmented_reduce, reduce_rows and inclusive_scan.
#include <algorithm>
#include <vector>

#include "isonomy/conformance/cases/inclusive_scan.hpp"
#include "isonomy/conformance/cases/reduce.hpp"
#include "isonomy/conformance/cases/reduce_rows.hpp"
#include "support/catch.hpp"
#include "support/planted/judge.hpp"

namespace isonomy::test {

template <>
struct Special<op::transform> {
  template <class Honest, class F, class T, class... In>
  static void run(const Honest& honest, index_t, cpu::Context&, const F& f, VectorView<T> out,
                  VectorView<const In>... in) {
    const index_t n = out.size - 1;
    if (n > 0)
      honest(f, out.subview(1, n), in.subview(0, n)...);
    else
      honest(f, out, in...);
  }
};

template <>
struct Special<op::transform_reduce> {
  template <class Honest, class X, class R, class Op, class F>
  static R run(const Honest& honest, index_t number, cpu::Context& ctx, X x, R init, const Op& op, const F& f) {
    switch (number) {
    case 0: return honest(shortened(x, reduction_chunk), init, op, f);
    case 1: return honest(shortened(x, 65535), init, op, f);
    case 2: return honest(shortened(x, 1 << 20), init, op, f);
    case 3: return op(honest(x, init, op, f), init);  // init counts twice
    case 4: return in_another_order(honest, x, init, op, f);
    default: return ctx.threads() == 1 ? honest(x, init, op, f) : halves(honest, x, init, op, f);
    }
  }

 private:
  template <class T>
  static VectorView<const T> shortened(VectorView<const T> x, index_t n) {
    return x.size > n ? x.subview(0, n) : x;
  }
  template <class T>
  static MatrixView<const T> shortened(MatrixView<const T> x, index_t n) {
    return x.columns > n ? x.column_block(0, n) : x.rows > n ? x.row_block(0, n) : x;
  }
  /// Operands exchanged: only an operator that does not commute shows it.
  template <class Honest, class X, class R, class Op, class F>
  static R in_another_order(const Honest& honest, X x, R init, const Op& op, const F& f) {
    return honest(
        x, init, [&](R a, R b) { return op(b, a); }, f);
  }
  /// The second half first, in every third call: as partials that are added in the order in which they come.
  template <class Honest, class T, class R, class Op, class F>
  static R halves(const Honest& honest, VectorView<const T> x, R init, const Op& op, const F& f) {
    static int call = 0;
    const index_t n = x.size / 2;
    if (++call % 3 != 0 || n < 2 * reduction_chunk) return honest(x, init, op, f);
    return honest(x.subview(0, n), honest(x.subview(n, x.size - n), init, op, f), op, f);
  }
  template <class Honest, class T, class R, class Op, class F>
  static R halves(const Honest& honest, MatrixView<const T> x, R init, const Op& op, const F& f) {
    return honest(x, init, op, f);
  }
};

template <>
struct Special<op::segmented_reduce> {
  template <class Honest, class T, class R, class Op, class F>
  static void run(const Honest& honest, index_t number, cpu::Context&, VectorView<const T> x,
                  VectorView<const index_t> offsets, VectorView<R> out, R init, const Op& op, const F& f) {
    std::vector<R> old;
    for (index_t s = 0; s < out.size; ++s) old.push_back(out(s));
    honest(x, offsets, out, init, op, f);
    for (index_t s = 0; s < out.size; ++s) {
      const index_t size = offsets(s + 1) - offsets(s);
      if (number == 0 && size == 0) out(s) = old[static_cast<std::size_t>(s)];
      if (number == 1 && size > 65535) out(s) = old[static_cast<std::size_t>(s)];
      if (number == 2 && s > 65535) out(s) = old[static_cast<std::size_t>(s)];
      if (number == 3 && size > 0) out(s) = op(out(s), f(x(offsets(s))));  // the first element twice
    }
  }
};

template <>
struct Special<op::reduce_rows> {
  template <class Honest, class T, class R, class Op, class F>
  static void run(const Honest& honest, index_t number, cpu::Context&, MatrixView<const T> a, VectorView<R> out, R init,
                  const Op& op, const F& f) {
    const auto first = [&](index_t n) { return a.columns > n ? a.column_block(0, n) : a; };
    if (number == 1) return honest(first(65535), out, init, op, f);
    if (number == 2)
      return honest(
          a, out, init, [&](R x, R y) { return op(y, x); }, f);
    honest(number == 0 ? first(reduction_chunk) : a, out, init, op, f);
    if (number == 3 && a.columns > 0)
      for (index_t i = 0; i < out.size; ++i) out(i) = op(out(i), init);
  }
};

template <>
struct Special<op::inclusive_scan> {
  template <class Honest, class T, class Op>
  static void run(const Honest& honest, index_t number, cpu::Context&, VectorView<const T> x, VectorView<T> out,
                  const Op& op) {
    if (number == 0) {
      for (index_t begin = 0; begin < x.size; begin += reduction_chunk) {
        const index_t n = std::min(reduction_chunk, x.size - begin);
        honest(x.subview(begin, n), out.subview(begin, n), op);
      }
    } else if (number == 1) {
      for (index_t i = 0; i < x.size; ++i) out(i) = i == 0 ? x(i) : op(out(i - 1), x(i));
    } else {
      honest(x, out, [&](T a, T b) { return op(b, a); });
    }
  }
};

namespace {

Facts transform_facts() {
  return {"transform",
          {"the first input", "the second input", "the third input", "the fourth input"},
          {0, 1, 2, 3},
          {0, 1},
          usual_kinds({Kind::ignores_stop, Kind::swallows_exceptions, Kind::narrows_output}),
          {65535, 1 << 20},
          {},
          {},
          {"shifts by one"}};
}
Facts transform_reduce_facts() {
  return {"transform_reduce",
          {"x"},
          {0},
          {0},
          {Kind::narrows_output, Kind::changes_with_instructions, Kind::changes_with_time, Kind::races,
           Kind::ignores_stop, Kind::swallows_exceptions, Kind::ignores_limit, Kind::keeps_memory,
           Kind::throws_sometimes},
          {65535, 1 << 20},
          {65535, 1 << 20},
          {},
          {"takes the first chunk alone", "ends at 65535", "ends at 2^20", "counts init twice", "exchanges operands",
           "adds halves in the order in which they come"}};
}
Facts segmented_reduce_facts() {
  return {"segmented_reduce",
          {"x", "the offsets"},
          {0},
          {0},
          usual_kinds({Kind::ignores_stop, Kind::swallows_exceptions, Kind::narrows_output}),
          {65535, 1 << 20},
          {},
          {},
          {"leaves empty segments", "leaves segments beyond 65535 elements", "leaves segments beyond the 65536th",
           "counts the first element twice"}};
}
Facts reduce_rows_facts() {
  return {"reduce_rows",
          {"A"},
          {},
          {0},
          usual_kinds({Kind::ignores_stop, Kind::ignores_limit, Kind::swallows_exceptions, Kind::narrows_output}),
          {65535, 1 << 20},
          {65535, 1 << 20},
          {},
          {"takes the first chunk alone", "ends at column 65535", "exchanges operands", "counts init twice"}};
}
Facts inclusive_scan_facts() {
  return {"inclusive_scan",
          {"x"},
          {0},
          {0},
          usual_kinds({Kind::ignores_stop, Kind::ignores_limit, Kind::swallows_exceptions, Kind::narrows_output}),
          {65535, 1 << 20},
          {},
          {},
          {"begins anew in each chunk", "adds in one chain", "exchanges operands"}};
}

}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into reductions", "[planted]") {
  judge_sample<op::transform>(transform_facts());
  judge_sample<op::transform_reduce>(transform_reduce_facts());
  judge_sample<op::segmented_reduce>(segmented_reduce_facts());
  judge_sample<op::reduce_rows>(reduce_rows_facts());
  judge_sample<op::inclusive_scan>(inclusive_scan_facts());
}
TEST_CASE("the kit catches every fault planted into reductions", "[planted][long]") {
  judge_all<op::transform>(transform_facts());
  judge_all<op::transform_reduce>(transform_reduce_facts());
  judge_all<op::segmented_reduce>(segmented_reduce_facts());
  judge_all<op::reduce_rows>(reduce_rows_facts());
  judge_all<op::inclusive_scan>(inclusive_scan_facts());
}

}  // namespace isonomy::test
