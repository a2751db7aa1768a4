// Conformance rows of transform, transform_reduce and segmented_reduce.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/cases/memory.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/functional.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/reduce/segmented_reduce.hpp"
#include "isonomy/ops/reduce/transform.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"

namespace isonomy::conformance {

namespace detail {
/// Functors of one rounding per call, so that no compiler can round them differently.
struct Add2 {
  template <class T>
  ISONOMY_HD T operator()(T a, T b) const {
    return a + b;
  }
};
struct PickOf3 {
  template <class T>
  ISONOMY_HD T operator()(T a, T b, T c) const {
    return a < b ? b : c;
  }
};
struct PickOf4 {
  template <class T>
  ISONOMY_HD T operator()(T a, T b, T c, T d) const {
    return a < b ? c : d;
  }
};

/// The tree of transform_reduce, from its definition.
template <class T, class Op, class F, class At>
[[nodiscard]] T fixed_tree(index_t n, const At& at, T init, const Op& op, const F& f) {
  for (index_t begin = 0; begin < n; begin += reduction_chunk) {
    T p = f(at(begin));
    for (index_t i = begin + 1; i < std::min(n, begin + reduction_chunk); ++i) p = op(p, f(at(i)));
    init = op(init, p);
  }
  return init;
}
}  // namespace detail

template <>
struct Cases<op::transform> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::Input<Backend<Tag>, T> x,
                                            op::Output<Backend<Tag>, T> out) {
    transform(ctx, Identity{}, out, x);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    for (const index_t n : detail::vector_sizes)
      for (const index_t stride : detail::vector_strides)
        for (const Data d : {Data::random, Data::nan, Data::ties, Data::denormal}) row<Tag, T>(rows, n, stride, d);
  }

 private:
  /// One to four inputs, the last one in place.
  template <class Tag, class T>
  static void row(Rows<Tag>& rows, index_t n, index_t stride, Data d) {
    const std::string label = text::joined(detail::sized(op::element_name<T>(), n, stride), " ", name(d));
    const std::uint64_t seed = rows.seed(label);
    Operand<T> a(n, stride), b(n, index_t{1}), c(n, index_t{3}), one(n, index_t{2}), two(n, stride),
        three(n, index_t{1});
    a.fill(d, seed);
    b.fill(d, seed + 1);
    c.fill(d, seed + 2);
    Operand<T> expected_one = one, expected_two = two, expected_three = three, expected_c = c;
    for (index_t i = 0; i < n; ++i) {
      expected_one(i) = Identity{}(a(i));
      expected_two(i) = detail::Add2{}(a(i), b(i));
      expected_three(i) = detail::PickOf3{}(a(i), b(i), c(i));
      expected_c(i) = detail::PickOf4{}(a(i), b(i), expected_three(i), c(i));
    }
    rows.row(
        label,
        [&](Context<Tag>& ctx) {
          Uploaded<Tag, T> da(ctx, a), db(ctx, b), dc(ctx, c), done(ctx, one), dtwo(ctx, two), dthree(ctx, three);
          transform(ctx, Identity{}, done.vector(), da.vector());
          transform(ctx, detail::Add2{}, dtwo.vector(), da.vector(), db.vector());
          transform(ctx, detail::PickOf3{}, dthree.vector(), da.vector(), db.vector(), dc.vector());
          transform(ctx, detail::PickOf4{}, dc.vector(), da.vector(), db.vector(), dthree.vector(), dc.vector());
          return std::tuple(done.fetch(ctx), dtwo.fetch(ctx), dthree.fetch(ctx), dc.fetch(ctx), da.fetch(ctx));
        },
        [&](Verdict& verdict, const std::vector<T>& got1, const std::vector<T>& got2, const std::vector<T>& got3,
            const std::vector<T>& got_c, const std::vector<T>& got_a) {
          verdict.exact("out of one input", got1, expected_one);
          verdict.exact("out of two inputs", got2, expected_two);
          verdict.exact("out of three inputs", got3, expected_three);
          verdict.exact("out in place", got_c, expected_c);
          verdict.exact("input", got_a, a);
        });
  }
};

template <>
struct Cases<op::transform_reduce> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::Input<Backend<Tag>, T> x,
                                            op::MatrixInput<Backend<Tag>, T> a, T init) {
    transform_reduce(ctx, x, init, Plus{}, Identity{});
    transform_reduce(ctx, a, init, Plus{}, Identity{});
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    for (const Data d :
         Real<T> ? std::vector<Data>(all_data.begin(), all_data.end()) : std::vector<Data>{Data::random, Data::ties}) {
      for (const index_t n : {index_t{0}, index_t{1}, index_t{7}, reduction_chunk - 1, reduction_chunk,
                              reduction_chunk + 1, 3 * reduction_chunk + 5})
        for (const index_t stride : detail::vector_strides)
          row<Tag>(rows, detail::sized(op::element_name<T>(), n, stride), Operand<T>(n, stride), d, true);
      for (const Layout l : all_layouts)
        for (const auto& [m, n] : {std::pair<index_t, index_t>{0, 3}, {3, 0}, {1, 1}, {7, 5}, {130, 70}, {2, 5000}})
          row<Tag>(rows, text::joined(op::element_name<T>(), " ", m, "x", n, " ", name(l)), Operand<T>(m, n, l), d,
                   false);
    }
  }

 private:
  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const std::string& what, Operand<T> x, Data d, bool vector) {
    const std::string label = text::joined(what, " ", name(d));
    x.fill(d, rows.seed(label));
    const index_t n = x.rows * x.columns;
    const auto at = [&](index_t e) { return x(e % x.rows, e / x.rows); };
    const T init = T(2);
    // Column 0: sum and sum of squares, within the tier; column 1: smallest and largest, which do not round.
    Operand<T> sums(index_t{2}, index_t{1}), extremes(index_t{2}, index_t{1});
    sums(0) = detail::fixed_tree(n, at, init, Plus{}, Identity{});
    sums(1) = detail::fixed_tree(n, at, init, Plus{}, Square{});
    extremes(0) = detail::fixed_tree(n, at, init, Minimum{}, Identity{});
    extremes(1) = detail::fixed_tree(n, at, init, Maximum{}, Identity{});
    double scale[2] = {2, 2};
    for (index_t e = 0; e < n; ++e) {
      scale[0] += std::abs(static_cast<double>(at(e)));
      scale[1] += static_cast<double>(at(e)) * static_cast<double>(at(e));
    }
    const bool same_tree = rows.control().determinism == Determinism::cross_backend;
    // Square rounds once before it is added, and may be fused into the addition.
    rows.row(
        label,
        [&](Context<Tag>& ctx) {
          Uploaded<Tag, T> dx(ctx, x);
          const auto reduce = [&](const auto& op, const auto& f) {
            return vector ? transform_reduce(ctx, dx.vector(), init, op, f)
                          : transform_reduce(ctx, dx.matrix(), init, op, f);
          };
          std::vector<T> s = sums.storage, e = extremes.storage;
          s[2] = reduce(Plus{}, Identity{});
          s[3] = reduce(Plus{}, Square{});
          e[2] = d == Data::nan ? extremes(0) : reduce(Minimum{}, Identity{});  // with NaN the order of operands counts
          e[3] = d == Data::nan ? extremes(1) : reduce(Maximum{}, Identity{});
          return std::tuple(s, e, dx.fetch(ctx));
        },
        [&](Verdict& verdict, const std::vector<T>& s, const std::vector<T>& e, const std::vector<T>& got_x) {
          verdict.within<op::transform_reduce::tier>("sum", s, sums, static_cast<double>(n + 2),
                                                     [&](index_t i, index_t) { return scale[i]; });
          if (same_tree && !same_bits(s[2], sums(0))) verdict.mismatch("sum by the fixed tree", 0, 0, s[2], sums(0), 0);
          // Zeros of either sign are equal here: which one wins depends on the order.
          if (!(e[2] == extremes(0)) && !same_bits(e[2], extremes(0)))
            verdict.mismatch("minimum", 0, 0, e[2], extremes(0), 0);
          if (!(e[3] == extremes(1)) && !same_bits(e[3], extremes(1)))
            verdict.mismatch("maximum", 0, 0, e[3], extremes(1), 0);
          verdict.exact("x", got_x, x);
        });
  }
};

template <>
struct Cases<op::segmented_reduce> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::Input<Backend<Tag>, T> x,
                                            op::Input<Backend<Tag>, index_t> offsets, op::Output<Backend<Tag>, T> out,
                                            T init) {
    segmented_reduce(ctx, x, offsets, out, init, Plus{}, Identity{});
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    const std::vector<std::vector<index_t>> borders{{0},          {0, 0},
                                                    {0, 1},       {0, 0, 3, 3, 10, 10},
                                                    {2, 5, 5, 9}, {0, reduction_chunk, 2 * reduction_chunk + 3, 9000},
                                                    {3, 140000},  {0, 70000, 140000}};
    for (const std::vector<index_t>& offsets : borders)
      for (const index_t stride : detail::vector_strides)
        for (const Data d : Real<T> ? std::vector<Data>(all_data.begin(), all_data.end())
                                    : std::vector<Data>{Data::random, Data::ties})
          if (offsets.back() < 10000 || d == Data::random) row<Tag, T>(rows, offsets, stride, d);
  }

 private:
  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const std::vector<index_t>& borders, index_t stride, Data d) {
    const index_t n = borders.back() + 2, segments = static_cast<index_t>(borders.size()) - 1;
    const std::string label = text::joined(detail::sized(op::element_name<T>(), n, stride), " in ", segments,
                                           " segments from ", borders[0], " ", name(d));
    Operand<T> x(n, stride), out(segments, stride), expected = out;
    Operand<index_t> offsets(segments + 1, stride);
    x.fill(d, rows.seed(label));
    std::vector<double> scale(static_cast<std::size_t>(segments));
    index_t longest = 0;
    for (index_t s = 0; s <= segments; ++s) offsets(s) = borders[static_cast<std::size_t>(s)];
    for (index_t s = 0; s < segments; ++s) {
      const index_t first = offsets(s), size = offsets(s + 1) - first;
      expected(s) = detail::fixed_tree(
          size, [&](index_t i) { return x(first + i); }, T(2), Plus{}, Identity{});
      double sum = 2;
      for (index_t i = 0; i < size; ++i) sum += std::abs(static_cast<double>(x(first + i)));
      scale[static_cast<std::size_t>(s)] = sum;
      longest = std::max(longest, size);
    }
    const bool same_tree = rows.control().determinism == Determinism::cross_backend;
    rows.row(
        label,
        [&](Context<Tag>& ctx) {
          Uploaded<Tag, T> dx(ctx, x), dout(ctx, out);
          Uploaded<Tag, index_t> doffsets(ctx, offsets);
          segmented_reduce(ctx, dx.vector(), doffsets.vector(), dout.vector(), T(2), Plus{}, Identity{});
          return std::tuple(dout.fetch(ctx), dx.fetch(ctx));
        },
        [&](Verdict& verdict, const std::vector<T>& got, const std::vector<T>& got_x) {
          if (same_tree)
            verdict.exact("out", got, expected);
          else
            verdict.within<op::segmented_reduce::tier>(
                "out", got, expected, static_cast<double>(longest + 1),
                [&](index_t s, index_t) { return scale[static_cast<std::size_t>(s)]; });
          verdict.exact("x", got_x, x);
        });
  }
};

}  // namespace isonomy::conformance
