// Conformance rows of transform, transform_reduce and segmented_reduce.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/cases/offsets.hpp"
#include "isonomy/conformance/cases/reductions.hpp"
#include "isonomy/conformance/cases/vectors.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/functional.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/reduce/segmented_reduce.hpp"
#include "isonomy/ops/reduce/transform.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"

namespace isonomy::conformance {

template <>
struct Cases<op::transform> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::Input<Backend<Tag>, T> x,
                                            op::Output<Backend<Tag>, T> out) {
    transform(ctx, Identity{}, out, x);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    for (const Data d : kinds_of_data<T>())
      for (const index_t n : detail::vector_sizes)
        for (const index_t stride : {0, 1, 2, 5})
          if (n < 10000 || d == Data::wide) inputs<Tag, T>(rows, n, stride, d);
    for (const index_t n : detail::vector_sizes)
      for (int place = 0; place < 4; ++place) in_place<Tag, T>(rows, n, place);
    if (rows.full())
      for (const index_t n : detail::huge_sizes)
        if (n < 100000 || detail::stands_for_all<T>) inputs<Tag, T>(rows, n, 1, Data::wide);
    if constexpr (std::same_as<typename Backend<Tag>::space, HostSpace>)
      rows.propagates(text::joined(op::element_name<T>(), ", an exception of the last call"), [](Call<Tag>& call) {
        std::vector<T> x(20011, T(2));
        x.back() = T(3);
        transform(call.context(), detail::ThrowOn<T>{T(3)}, call.output("out", contiguous(x)).vector(),
                  call.input("x", x));
      });
    rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 100000, [](Call<Tag>& call, index_t n) {
      const std::vector<T> x(static_cast<std::size_t>(n), T(3));
      transform(call.context(), detail::Busy{}, call.output("out", contiguous(x)).vector(), call.input("x", x));
    });
  }

 private:
  /// One to four inputs of T, and two of other types.
  template <class Tag, class T>
  static void inputs(Rows<Tag>& rows, index_t n, index_t stride, Data d) {
    const std::string label = text::joined(detail::sized(op::element_name<T>(), n, stride), " ", name(d));
    if (!rows.wants(label)) return;
    const std::uint64_t seed = rows.seed(label);
    Operand<T> a(n, stride), b(n, index_t{1}), c(n, index_t{3}), e(n, index_t{2}), out(n, std::max(stride, index_t{1}));
    a.fill(d, seed), b.fill(d, seed + 1), c.fill(d, seed + 2), e.fill(d, seed + 3);
    Operand<std::int64_t> wide(n, index_t{2});
    Operand<std::int32_t> narrow_numbers(n, index_t{1});
    wide.fill(Data::wide, seed + 4), narrow_numbers.fill(Data::ties, seed + 5);
    std::array<Operand<T>, 4> expected{out, out, out, out};
    Operand<std::int64_t> mixed(n, index_t{3}), expected_mixed = mixed;
    for (index_t i = 0; i < n; ++i) {
      expected[0](i) = Identity{}(a(i));
      expected[1](i) = detail::Add2{}(a(i), b(i));
      expected[2](i) = detail::PickOf3{}(a(i), b(i), c(i));
      expected[3](i) = detail::PickOf4{}(a(i), b(i), c(i), e(i));
      expected_mixed(i) = detail::PickWide{}(narrow_numbers(i), wide(i), a(i));
    }
    rows.row(
        label,
        [&](Call<Tag>& call) {
          auto& ctx = call.context();
          const auto da = call.input("the first input", a).vector(), db = call.input("the second input", b).vector();
          const auto dc = call.input("the third input", c).vector(), de = call.input("the fourth input", e).vector();
          transform(ctx, Identity{}, call.output("out of one input", out).vector(), da);
          transform(ctx, detail::Add2{}, call.output("out of two inputs", out).vector(), da, db);
          transform(ctx, detail::PickOf3{}, call.output("out of three inputs", out).vector(), da, db, dc);
          transform(ctx, detail::PickOf4{}, call.output("out of four inputs", out).vector(), da, db, dc, de);
          transform(ctx, detail::PickWide{}, call.output("out of mixed inputs", mixed).vector(),
                    call.input("the int32 input", narrow_numbers).vector(),
                    call.input("the int64 input", wide).vector(), da);
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          constexpr std::array names{"out of one input", "out of two inputs", "out of three inputs",
                                     "out of four inputs"};
          for (std::size_t k = 0; k < names.size(); ++k) verdict.exact(names[k], outcome.of<T>(names[k]), expected[k]);
          verdict.exact("out of mixed inputs", outcome.of<std::int64_t>("out of mixed inputs"), expected_mixed);
        });
  }

  /// out is the input at one of four places.
  template <class Tag, class T>
  static void in_place(Rows<Tag>& rows, index_t n, int place) {
    const std::string label = text::joined(op::element_name<T>(), " ", n, ", in place of input ", place + 1);
    if (!rows.wants(label)) return;
    std::array<Operand<T>, 4> x;
    for (std::size_t k = 0; k < 4; ++k) {
      x[k] = Operand<T>(n, static_cast<index_t>(k % 3 + 1));
      x[k].fill(Data::random, rows.seed(label) + k);
    }
    const auto at = static_cast<std::size_t>(place);
    Operand<T> expected = x[at];
    for (index_t i = 0; i < n; ++i) expected(i) = detail::PickOf4{}(x[0](i), x[1](i), x[2](i), x[3](i));
    rows.row(
        label,
        [&](Call<Tag>& call) {
          std::array<VectorView<T, typename Backend<Tag>::space>, 4> v;
          for (std::size_t k = 0; k < 4; ++k)
            v[k] = (k == at ? call.output("out", x[k]) : call.input("an input", x[k])).vector();
          transform(call.context(), detail::PickOf4{}, v[at], v[0], v[1], v[2], v[3]);
        },
        [&](Verdict& verdict, const Outcome& outcome) { verdict.exact("out", outcome.of<T>("out"), expected); });
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
    for (const Data d : kinds_of_data<T>()) {
      for (const index_t n : detail::reduction_sizes)
        for (const index_t stride : {0, 1, 2, 5})
          if (detail::fits<T>(d, n)) vector<Tag, T>(rows, n, stride, d);
      for (const Layout l : all_layouts)
        for (const auto& [m, n] : {std::pair<index_t, index_t>{0, 3}, {3, 0}, {1, 1}, {7, 5}, {130, 70}, {2, 5000}})
          if (detail::fits<T>(d, m * n)) matrix<Tag, T>(rows, m, n, l, d);
    }
    if constexpr (Real<T>)
      for (const Determinism d : {Determinism::fast, Determinism::run_to_run, Determinism::cross_backend})
        of_class<Tag, T>(rows, d);
    if constexpr (std::same_as<T, std::int32_t>)
      if (rows.full()) many_elements(rows);
    if (rows.full()) {
      for (const index_t n : detail::huge_sizes)
        vector<Tag, T>(rows, n, 1, Real<T> ? Data::mixed : Data::ties, n < 100000 ? 2 : 0);
      for (const auto& [m, n] : detail::huge_shapes)
        if (m * n < 200000 || detail::stands_for_all<T>) matrix<Tag, T>(rows, m, n, Layout::row, Data::ties);
    }
    if constexpr (std::same_as<typename Backend<Tag>::space, HostSpace>)
      for (const bool in_functor : {true, false})
        rows.propagates(
            text::joined(op::element_name<T>(), ", an exception of the ", in_functor ? "function" : "operator"),
            [in_functor](Call<Tag>& call) {
              std::vector<T> x(20011, T(2));
              x.back() = T(3);
              static_cast<void>(in_functor ? transform_reduce(call.context(), call.input("x", x), T(0), Plus{},
                                                              detail::ThrowOn<T>{T(3)})
                                           : transform_reduce(call.context(), call.input("x", x), T(0),
                                                              detail::ThrowOn<T>{T(3)}, Identity{}));
            });
    rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 100000, [](Call<Tag>& call, index_t n) {
      const std::vector<T> x(static_cast<std::size_t>(n), T(3));
      call.result("sum", transform_reduce(call.context(), call.input("x", x), T(0), Maximum{}, detail::Busy{}));
    });
  }

 private:
  template <class Tag, class T>
  static void vector(Rows<Tag>& rows, index_t n, index_t stride, Data d, int races = 0) {
    row<Tag>(rows, detail::sized(op::element_name<T>(), n, stride), Operand<T>(n, stride), d, races,
             [](auto& x) { return x.vector(); });
  }
  template <class Tag, class T>
  static void matrix(Rows<Tag>& rows, index_t m, index_t n, Layout l, Data d) {
    row<Tag>(rows, text::joined(op::element_name<T>(), " ", m, "x", n, " ", name(l)), Operand<T>(m, n, l), d, 0,
             [](auto& x) { return x.matrix(); });
  }

  /// More elements than 32 bits count: one, repeated.
  template <class Tag>
  static void many_elements(Rows<Tag>& rows) {
    constexpr index_t n = (index_t{1} << 32) + 11;
    rows.once(
        "elements beyond 2^32",
        [](Call<Tag>& call) {
          const auto one = call.input("x", std::vector<std::int32_t>{3});
          const VectorView<const std::int32_t, typename Backend<Tag>::space> x(one.data, n, 0);
          call.result("sum",
                      transform_reduce(call.context(), x, std::int64_t{2}, Plus{}, detail::Widen<std::int32_t>{}));
        },
        [](Verdict& verdict, const Outcome& outcome) {
          verdict.exact("sum", outcome.of<std::int64_t>("sum"), contiguous(std::vector<std::int64_t>{2 + 3 * n}));
        });
  }
  /// What a caller asks for counts, whatever the class of the rows' context: the bits of the one tree under
  /// cross_backend, sums within the tier under every class.
  template <class Tag, class T>
  static void of_class(Rows<Tag>& rows, Determinism determinism) {
    const std::string label = text::joined(op::element_name<T>(), ", asked for ", isonomy::name(determinism));
    if (!rows.wants(label)) return;
    const Operand<T> x = Operand<T>(3 * reduction_chunk + 5, index_t{1}).fill(Data::mixed, rows.seed(label));
    const T expected = detail::fixed_tree(
        x.rows, [&](index_t i) { return x(i); }, T(2), Plus{}, Identity{});
    double scale = 2;
    for (index_t i = 0; i < x.rows; ++i) scale += std::abs(static_cast<double>(x(i)));
    const double bound = determinism == Determinism::cross_backend
                             ? 0
                             : op::transform_reduce::tier::bound<T>(static_cast<double>(x.rows + 1), scale);
    rows.row(
        label,
        [&](Call<Tag>& call) {
          const struct Asked {
            Determinism& determinism;
            Determinism before;
            ~Asked() { determinism = before; }
          } asked{call.context().control().determinism,
                  std::exchange(call.context().control().determinism, determinism)};
          call.result("sum", transform_reduce(call.context(), call.input("x", x).vector(), T(2), Plus{}, Identity{}));
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          const T got = outcome.of<T>("sum")[0];
          if (!verdict.close(static_cast<double>(got), static_cast<double>(expected), bound))
            verdict.mismatch("sum", 0, 0, got, expected, bound);
        });
  }

  template <class Tag, class T, class View>
  static void row(Rows<Tag>& rows, const std::string& what, Operand<T> x, Data d, int races, const View& view_of) {
    const std::string label = text::joined(what, " ", name(d));
    if (!rows.wants(label)) return;
    x.fill(d, rows.seed(label));
    const bool same_tree = rows.control().determinism == Determinism::cross_backend;
    const detail::Reductions<T> expected(
        x.rows * x.columns, d, [&](index_t e) { return x(e % x.rows, e / x.rows); }, same_tree);
    rows.row(
        label,
        [&](Call<Tag>& call) {
          const auto v = view_of(call.input("x", x));
          expected.each([&](const char* name, const auto& init, const auto& op, const auto& f) {
            call.result(name, transform_reduce(call.context(), v, init, op, f));
          });
        },
        [&](Verdict& verdict, const Outcome& outcome) { expected.check(verdict, outcome, same_tree); }, races);
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
    const std::vector<std::vector<index_t>> borders{
        {0}, {0, 0}, {0, 1}, {0, 0, 3, 3, 10, 10}, {2, 5, 5, 9}, {0, reduction_chunk, 2 * reduction_chunk + 3, 9000}};
    for (const std::vector<index_t>& offsets : borders)
      for (const index_t stride : detail::vector_strides)
        for (const Data d : kinds_of_data<T>())
          if (detail::fits<T>(d, offsets.back())) row<Tag, T>(rows, offsets, stride, d);
    for (const std::vector<index_t>& offsets : {std::vector<index_t>{3, 140000}, {0, 70000, 140000}})
      for (const index_t stride : detail::vector_strides) row<Tag, T>(rows, offsets, stride, Data::random);
    detail::refuses_bad_offsets(rows, op::element_name<T>(), [](Call<Tag>& call, const auto& offsets) {
      const std::vector<T> x(detail::elements_between_bad_offsets, T(3));
      segmented_reduce(call.context(), call.input("x", x), offsets,
                       call.output("out", Operand<T>(offsets.size - 1, index_t{1})).vector(), T(0), Plus{}, Identity{});
    });
    if (rows.full()) {
      for (const index_t n : detail::huge_sizes) {
        if (n > 100000 && !detail::stands_for_all<T>) continue;
        std::vector<index_t> many{0};
        for (index_t s = 0; s < n; ++s) many.push_back(many.back() + s % 3);
        row<Tag, T>(rows, many, 1, Data::ties);
        row<Tag, T>(rows, {0, n}, 1, Real<T> ? Data::mixed : Data::ties, n < 100000 ? 2 : 0);
      }
    }
    if constexpr (std::same_as<typename Backend<Tag>::space, HostSpace>)
      for (const bool in_functor : {true, false})
        rows.propagates(
            text::joined(op::element_name<T>(), ", an exception of the ", in_functor ? "function" : "operator"),
            [in_functor](Call<Tag>& call) {
              std::vector<T> x(20011, T(2));
              x.back() = T(3);
              const auto here = call.input("x", x);
              const auto offsets = call.input("offsets", std::vector<index_t>{0, 7, 9000, 20011});
              const auto out = call.output("out", contiguous(std::vector<T>(3))).vector();
              if (in_functor)
                segmented_reduce(call.context(), here, offsets, out, T(0), Plus{}, detail::ThrowOn<T>{T(3)});
              else
                segmented_reduce(call.context(), here, offsets, out, T(0), detail::ThrowOn<T>{T(3)}, Identity{});
            });
    rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 100000, [](Call<Tag>& call, index_t n) {
      const std::vector<T> x(static_cast<std::size_t>(n), T(3));
      std::vector<index_t> offsets;
      for (index_t s = 0; s <= 1000; ++s) offsets.push_back(s * (n / 1000));
      segmented_reduce(call.context(), call.input("x", x), call.input("offsets", offsets),
                       call.output("out", contiguous(std::vector<T>(1000))).vector(), T(0), Maximum{}, detail::Busy{});
    });
  }

 private:
  template <class Tag, class T>
  // A row reads from top to bottom: inputs, reference, run, check. NOLINTNEXTLINE(readability-function-size)
  static void row(Rows<Tag>& rows, const std::vector<index_t>& borders, index_t stride, Data d, int races = 0) {
    const index_t n = borders.back() + 2, segments = static_cast<index_t>(borders.size()) - 1;
    const std::string label = text::joined(detail::sized(op::element_name<T>(), n, stride), " in ", segments,
                                           " segments from ", borders[0], " ", name(d));
    if (!rows.wants(label)) return;
    using Wide = typename detail::Widen<T>::type;
    Operand<T> x(n, stride), out(segments, stride), sums = out, last = out;
    Operand<Wide> wide_out(segments, index_t{2}), wide = wide_out;
    Operand<index_t> offsets(segments + 1, stride);
    x.fill(d, rows.seed(label));
    std::vector<double> scale(static_cast<std::size_t>(segments));
    index_t longest = 0;
    // The bits of transform_reduce, where the backend has it.
    constexpr bool both = Runs<op::transform_reduce, Backend<Tag>, T>;
    const bool by_segment = both && Real<T> && segments <= 5;
    // Sums of the ends of the range are not defined.
    const bool summable = !std::signed_integral<T> || d != Data::mixed;
    const detail::Widen<T> widen = detail::widen<T>(d == Data::mixed ? (std::int64_t{1} << 61) : n);
    for (index_t s = 0; s <= segments; ++s) offsets(s) = borders[static_cast<std::size_t>(s)];
    for (index_t s = 0; s < segments; ++s) {
      const index_t first = offsets(s), size = offsets(s + 1) - first;
      const auto at = [&](index_t i) { return x(first + i); };
      if (summable) {
        sums(s) = detail::fixed_tree(size, at, T(2), Plus{}, Identity{});
        wide(s) = detail::fixed_tree(size, at, Wide{2}, Plus{}, widen);
      }
      last(s) = detail::fixed_tree(size, at, T(2), detail::Second{}, Identity{});
      double sum = 2;
      for (index_t i = 0; i < size; ++i) sum += std::abs(static_cast<double>(at(i)));
      scale[static_cast<std::size_t>(s)] = sum;
      longest = std::max(longest, size);
    }
    const bool same_tree = rows.control().determinism == Determinism::cross_backend;
    rows.row(
        label,
        [&](Call<Tag>& call) {
          const auto dx = call.input("x", x).vector();
          const auto doffsets = call.input("offsets", offsets).vector();
          const auto reduce = [&](auto to, auto init, const auto& op, const auto& f) {
            segmented_reduce(call.context(), dx, doffsets, to, init, op, f);
          };
          reduce(call.output("last", out).vector(), T(2), detail::Second{}, Identity{});
          if (!summable) return;
          reduce(call.output("sums", out).vector(), T(2), Plus{}, Identity{});
          reduce(call.output("sums in a wider type", wide_out).vector(), Wide{2}, Plus{}, widen);
          if constexpr (both) {
            if (!by_segment) return;
            std::vector<T> sums_of_segments;
            for (index_t s = 0; s < segments; ++s)
              sums_of_segments.push_back(transform_reduce(
                  call.context(), dx.subview(offsets(s), offsets(s + 1) - offsets(s)), T(2), Plus{}, Identity{}));
            static_cast<void>(call.host_output("sums by transform_reduce", sums_of_segments));
          }
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          const auto compare = [&](const char* name, const auto& got, const auto& expected) {
            if (same_tree) return verdict.exact(name, got, expected);
            verdict.template within<op::segmented_reduce::tier>(
                name, got, expected, static_cast<double>(longest + 1),
                [&](index_t s, index_t) { return scale[static_cast<std::size_t>(s)]; });
          };
          verdict.exact("last", outcome.of<T>("last"), last);
          if (!summable) return;
          compare("sums", outcome.of<T>("sums"), sums);
          if (by_segment) {
            const std::vector<T> got = outcome.of<T>("sums"), alone = outcome.of<T>("sums by transform_reduce");
            for (index_t s = 0; s < segments; ++s) {
              const T value = got[static_cast<std::size_t>(out.at(s, 0))], other = alone[static_cast<std::size_t>(s)];
              if (!same_bits(value, other)) verdict.mismatch("sums, beside transform_reduce", s, 0, value, other, 0);
            }
          }
          compare("sums in a wider type", outcome.of<Wide>("sums in a wider type"), wide);
        },
        races);
  }
};

}  // namespace isonomy::conformance
