// Conformance rows of copy, fill, iota and for_each.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/cases/vectors.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/memory.hpp"

namespace isonomy::conformance {

namespace detail {
/// What is no std::exception arrives too.
struct ThrowNumber {
  index_t index;
  void operator()(index_t i) const {
    if (i == index) throw 5;
  }
};
/// Writes the last three indices of more calls than memory has elements.
struct WriteLast {
  std::int64_t* out;
  index_t n;
  ISONOMY_HD void operator()(index_t i) const {
    if (i >= n - 3) out[i - (n - 3)] += i;
  }
};
/// A request to stop ends an operation that writes `size` elements, whatever they hold: nothing else takes long.
template <class T, class Tag>
void stops_writing(Rows<Tag>& rows, const std::string& label,
                   const std::function<void(Call<Tag>&, VectorView<T, typename Backend<Tag>::space>)>& run) {
  if constexpr (stands_for_all<T>)
    rows.stops(text::joined(op::element_name<T>(), label), 1 << 20, [&](Call<Tag>& call, index_t size) {
      Buffer<T, Tag> out(call.context(), size, "a row");
      const auto last = out.view().subview(size - 1, 1);
      std::vector<T> value{T(9)};  // which nothing that is written has
      Backend<Tag>::copy_from_host(call.context(), VectorView<const T>(value.data(), 1), last);
      run(call, out.view());
      Backend<Tag>::copy_to_host(call.context(), VectorView<const T, typename Backend<Tag>::space>(last),
                                 VectorView<T>(value.data(), 1));
      call.result("last", value[0]);
    });
}
}  // namespace detail

template <>
struct Cases<op::copy> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::Input<Backend<Tag>, T> x,
                                            op::Output<Backend<Tag>, T> y, op::MatrixInput<Backend<Tag>, T> a,
                                            op::MatrixOutput<Backend<Tag>, T> b) {
    copy(ctx, x, y);
    copy(ctx, a, b);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    for (const Data d :
         Real<T> ? std::vector<Data>{Data::nan, Data::ties, Data::wide} : std::vector<Data>{Data::wide}) {
      for (const index_t n : detail::vector_sizes)
        for (const index_t from : {0, 1, 2, 5})
          for (const index_t to : detail::vector_strides) vector<Tag, T>(rows, n, from, to, d);
      for (const Layout from : all_layouts)
        for (const Layout to : all_layouts)
          for (const auto& [m, n] : {std::pair<index_t, index_t>{0, 3}, {3, 0}, {1, 1}, {5, 9}, {130, 17}, {64, 96}})
            matrix<Tag, T>(rows, m, n, from, to, d);
    }
    for (const index_t n : {1, 1000})
      for (const index_t stride : detail::vector_strides) {
        to_and_from<Tag, T>(rows, n, stride, true);
        to_and_from<Tag, T>(rows, n, stride, false);
      }
    if constexpr (Real<T>) vector<Tag, T>(rows, 1000, 1, 2, Data::denormal);
    if constexpr (std::same_as<T, float>) aligned(rows);
    if (!rows.full()) return;
    if constexpr (std::same_as<T, float>) far_apart(rows);
    for (const index_t n : detail::huge_sizes) vector<Tag, T>(rows, n, 1, n < 100000 ? 2 : 1, Data::wide);
    for (const auto& [m, n] : detail::huge_shapes)
      matrix<Tag, T>(rows, m, n, Layout::row, n < 100 ? Layout::row : Layout::column, Data::wide);
    stops<Tag, T>(rows);
  }

 private:
  template <class Tag, class T>
  static void vector(Rows<Tag>& rows, index_t n, index_t from, index_t to, Data d) {
    row<Tag>(rows, text::joined("vector ", detail::sized(op::element_name<T>(), n, from), " to ", to, " ", name(d)), d,
             Operand<T>(n, from), Operand<T>(n, to),
             [](Context<Tag>& ctx, auto& x, auto& y) { copy(ctx, x.vector(), y.vector()); });
  }
  template <class Tag, class T>
  static void matrix(Rows<Tag>& rows, index_t m, index_t n, Layout from, Layout to, Data d) {
    row<Tag>(
        rows,
        text::joined("matrix ", op::element_name<T>(), " ", m, "x", n, " ", name(from), " to ", name(to), " ", name(d)),
        d, Operand<T>(m, n, from), Operand<T>(m, n, to),
        [](Context<Tag>& ctx, auto& x, auto& y) { copy(ctx, x.matrix(), y.matrix()); });
  }
  /// One element to all places, in long columns and in short ones.
  template <class Tag, class T>
  static void stops(Rows<Tag>& rows) {
    using Space = typename Backend<Tag>::space;
    const std::vector<T> one{T(3)};
    detail::stops_writing<T, Tag>(rows, ", vector asked to stop", [&](Call<Tag>& call, auto out) {
      copy(call.context(), VectorView<const T, Space>(call.input("one", one).data, out.size, 0), out);
    });
    for (const index_t m : {index_t{16}, index_t{1} << 18})
      detail::stops_writing<T, Tag>(
          rows, text::joined(", matrix of ", m, " rows asked to stop"), [&](Call<Tag>& call, auto out) {
            const index_t n = out.size / m;
            copy(call.context(), MatrixView<const T, Space>(call.input("one", one).data, m, n, 0, 0),
                 MatrixView<T, Space>(out.data, m, n, 1, m));
          });
  }
  /// Every allocation starts at a multiple of 256 bytes.
  template <class Tag>
  static void aligned(Rows<Tag>& rows) {
    rows.row(
        "where memory starts",
        [](Call<Tag>& call) {
          std::vector<std::int32_t> rests;
          std::vector<typename Backend<Tag>::allocation> all;
          for (const std::size_t bytes : {1u, 8u, 100u, 1000u, 40u, 5000u}) {
            all.push_back(Backend<Tag>::allocate(call.context(), bytes, "a row"));
            rests.push_back(static_cast<std::int32_t>(reinterpret_cast<std::uintptr_t>(all.back().get()) % 256));
          }
          begin_operation(call.context(), "an allocation");  // which is none
          call.result("bytes beyond a multiple of 256", *std::max_element(rests.begin(), rests.end()));
        },
        [](Verdict& verdict, const Outcome& outcome) {
          const char* const what = "bytes beyond a multiple of 256";
          verdict.exact(what, outcome.of<std::int32_t>(what), contiguous(std::vector<std::int32_t>{0}));
        });
  }
  /// Three elements of which the last lies beyond 2^31 others; passed over where there is no room for so many.
  template <class Tag>
  static void far_apart(Rows<Tag>& rows) {
    const std::vector<float> values{1, 2, 3};
    for (const bool from_afar : {true, false})
      rows.once(
          from_afar ? "from places beyond 2^31" : "to places beyond 2^31",
          [&](Call<Tag>& call) {
            const auto here = call.input("values", values);
            auto there = call.output("copies", contiguous(std::vector<float>(3))).vector();
            try {
              copy_by_way_of(call.context(), here, from_afar, there);
            } catch (const OutOfMemory&) {
              copy(call.context(), here, there);
            }
          },
          [&](Verdict& verdict, const Outcome& outcome) {
            verdict.exact("copies", outcome.of<float>("copies"), contiguous(values));
          });
  }
  /// Through places far apart, which one of both ways reaches one by one.
  template <class Ctx>
  static void copy_by_way_of(Ctx& ctx, ConstVector<float, Ctx> from, bool from_afar,
                             VectorView<float, typename Ctx::space> to) {
    constexpr index_t stride = (index_t{1} << 30) + 3;
    Buffer<float, typename Ctx::tag> room(ctx, 2 * stride + 1, "a row");
    const VectorView<float, typename Ctx::space> afar(room.data(), 3, stride);
    const auto one_by_one = [&](auto source, auto out) {
      for (index_t i = 0; i < 3; ++i) copy(ctx, ConstVector<float, Ctx>(source.subview(i, 1)), out.subview(i, 1));
    };
    from_afar ? one_by_one(from, afar) : copy(ctx, from, afar);
    from_afar ? copy(ctx, ConstVector<float, Ctx>(afar), to) : one_by_one(afar, to);
  }
  /// The backend's copy_from_host and copy_to_host, with gaps on both sides.
  template <class Tag, class T>
  static void to_and_from(Rows<Tag>& rows, index_t n, index_t stride, bool from_host) {
    using Space = typename Backend<Tag>::space;
    const std::string label =
        text::joined(from_host ? "from host " : "to host ", detail::sized(op::element_name<T>(), n, stride));
    if (!rows.wants(label)) return;
    Operand<T> there(n, stride), here(n, index_t{3});
    (from_host ? here : there).fill(Data::nan, rows.seed(label));
    Operand<T> expected = from_host ? there : here;
    for (index_t i = 0; i < n; ++i) expected(i) = from_host ? here(i) : there(i);
    rows.row(
        label,
        [&](Call<Tag>& call) {
          begin_operation(call.context(), "a transfer");  // transfers themselves are no operations
          if (from_host) {
            const auto source = call.host_input("source", here.storage);
            Backend<Tag>::copy_from_host(call.context(), VectorView<const T>(source.data() + here.offset, n, 3),
                                         call.moved("out", there).vector());
          } else {
            const auto out = call.host_moved("out", here.storage);
            Backend<Tag>::copy_to_host(call.context(), VectorView<const T, Space>(call.input("source", there).vector()),
                                       VectorView<T>(out.data() + here.offset, n, 3));
          }
        },
        [&](Verdict& verdict, const Outcome& outcome) { verdict.moved("out", outcome.of<T>("out"), expected); });
  }
  template <class Tag, class T, class Copy>
  static void row(Rows<Tag>& rows, const std::string& label, Data d, Operand<T> x, const Operand<T>& y,
                  const Copy& copying) {
    if (!rows.wants(label)) return;
    x.fill(d, rows.seed(label));
    Operand<T> expected = y;
    for (index_t i = 0; i < x.rows; ++i)
      for (index_t j = 0; j < x.columns; ++j) expected(i, j) = x(i, j);
    rows.row(
        label, [&](Call<Tag>& call) { copying(call.context(), call.input("source", x), call.moved("out", y)); },
        [&](Verdict& verdict, const Outcome& outcome) { verdict.moved("out", outcome.of<T>("out"), expected); });
  }
};

namespace detail {
/// fill, iota and for_each: one output, no input.
template <class Tag, class T>
void output_row(Rows<Tag>& rows, const std::string& label, index_t n, index_t stride,
                const std::function<T(index_t)>& expected_at,
                const std::function<void(Context<Tag>&, VectorView<T, typename Backend<Tag>::space>)>& run) {
  if (!rows.wants(label)) return;
  const Operand<T> out(n, stride);
  Operand<T> expected = out;
  for (index_t i = 0; i < n; ++i) expected(i) = expected_at(i);
  rows.row(
      label, [&](Call<Tag>& call) { run(call.context(), call.moved("out", out).vector()); },
      [&](Verdict& verdict, const Outcome& outcome) { verdict.moved("out", outcome.of<T>("out"), expected); });
}

/// The sizes and strides that such operations are run on.
template <class Tag, class Row>
void each_size(const Rows<Tag>& rows, const Row& row) {
  for (const index_t n : vector_sizes)
    for (const index_t stride : vector_strides) row(n, stride);
  if (rows.full())
    for (const index_t n : huge_sizes) row(n, n < 100000 ? 2 : 1);
}

/// Values that a detour through another type or a canonical NaN would spoil, each with its name.
template <class T>
[[nodiscard]] std::vector<std::pair<const char*, T>> telling_values() {
  std::vector<std::pair<const char*, T>> values{{"three", T(3)},
                                                {"zero", T(0)},
                                                {"minus one", static_cast<T>(-1)},
                                                {"wide", draw<T>(Data::wide, 1, 5)},
                                                {"largest", std::numeric_limits<T>::max()},
                                                {"lowest", std::numeric_limits<T>::lowest()}};
  if constexpr (Real<T>) {
    values.push_back({"minus zero", -T(0)});
    values.push_back({"denormal", 5 * std::numeric_limits<T>::denorm_min()});
    values.push_back({"infinite", -std::numeric_limits<T>::infinity()});
    values.push_back({"nan", nan_with<T>(1234, true)});
  }
  return values;
}

struct WriteTriple {
  std::int64_t* out;
  index_t stride;
  ISONOMY_HD void operator()(index_t i) const { out[i * stride] = 3 * i + 1; }
};
/// Counts the calls for each index: one is wanted.
struct CountCall {
  std::int64_t* out;
  index_t stride;
  ISONOMY_HD void operator()(index_t i) const { ++out[i * stride]; }
};
}  // namespace detail

template <>
struct Cases<op::fill> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::Output<Backend<Tag>, T> out, T value) {
    fill(ctx, out, value);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    for (const auto& [what, value] : detail::telling_values<T>())
      detail::each_size(rows, [&, what = what, value = value](index_t n, index_t stride) {
        if (n > 20011 && value != T(3)) return;
        detail::output_row<Tag, T>(
            rows, text::joined(detail::sized(op::element_name<T>(), n, stride), " ", what), n, stride,
            [value](index_t) { return value; }, [value](Context<Tag>& ctx, auto out) { fill(ctx, out, value); });
      });
    detail::stops_writing<T, Tag>(rows, ", asked to stop",
                                  [](Call<Tag>& call, auto out) { fill(call.context(), out, T(3)); });
  }
};

template <>
struct Cases<op::iota> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::Output<Backend<Tag>, T> out, T first) {
    iota(ctx, out, first);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    for (const auto& [what, first] : {std::pair<const char*, T>{"from 5", T(5)},
                                      {"from 0", T(0)},
                                      {"from wide", draw<T>(Data::wide, 1, 5)},
                                      {"from below", std::numeric_limits<T>::is_signed ? static_cast<T>(-700) : T(1)}})
      detail::each_size(rows, [&, what = what, first = first](index_t n, index_t stride) {
        detail::output_row<Tag, T>(
            rows, text::joined(detail::sized(op::element_name<T>(), n, stride), " ", what), n, stride,
            [first](index_t i) { return static_cast<T>(first + static_cast<T>(i)); },
            [first](Context<Tag>& ctx, auto out) { iota(ctx, out, first); });
      });
    if constexpr (sizeof(T) == 8)
      if (rows.full()) beyond_float<Tag, T>(rows);
    detail::stops_writing<T, Tag>(rows, ", asked to stop",
                                  [](Call<Tag>& call, auto out) { iota(call.context(), out, T(0)); });
  }

 private:
  /// Indices beyond 2^24 are no floats.
  template <class Tag, class T>
  static void beyond_float(Rows<Tag>& rows) {
    const std::string label = text::joined(op::element_name<T>(), ", beyond 2^24");
    if (!rows.wants(label)) return;
    const Operand<T> out((index_t{1} << 24) + 5, index_t{1});
    Operand<T> expected = out;
    for (index_t i = 0; i < out.rows; ++i) expected(i) = static_cast<T>(i);
    rows.once(
        label, [&](Call<Tag>& call) { iota(call.context(), call.output("out", out).vector()); },
        [&](Verdict& verdict, const Outcome& outcome) { verdict.exact("out", outcome.of<T>("out"), expected); });
  }
};

template <>
struct Cases<op::for_each> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::AnyIndexed f) {
    for_each(ctx, index_t{}, f);
  };

  template <class Tag, class>
  static void run(Rows<Tag>& rows) {
    if (rows.full()) many_calls(rows);
    using Number = std::int64_t;
    detail::each_size(rows, [&](index_t n, index_t stride) {
      detail::output_row<Tag, Number>(
          rows, detail::sized("triples", n, stride), n, stride, [](index_t i) { return 3 * i + 1; },
          [](Context<Tag>& ctx, auto out) {
            for_each(ctx, out.size, detail::WriteTriple{out.data, out.stride});
          });
      detail::output_row<Tag, Number>(
          rows, detail::sized("calls", n, stride), n, stride, [](index_t) { return Operand<Number>::guard + 1; },
          [](Context<Tag>& ctx, auto out) {
            for_each(ctx, out.size, detail::CountCall{out.data, out.stride});
          });
    });
    rows.template throws<ShapeError>("fewer than no calls", [](Call<Tag>& call) {
      for_each(call.context(), index_t{-1}, detail::WriteTriple{nullptr, 1});
    });
    if constexpr (std::same_as<typename Backend<Tag>::space, HostSpace>)
      for (const index_t n : {1, 1000, 70000})
        for (const index_t at : {index_t{0}, n / 2, n - 1})
          rows.propagates(text::joined("an exception in call ", at, " of ", n),
                          [=](Call<Tag>& call) { for_each(call.context(), n, detail::ThrowAt{at}); });
    if constexpr (std::same_as<typename Backend<Tag>::space, HostSpace>)
      rows.template throws<int>("an exception that is a number",
                                [](Call<Tag>& call) { for_each(call.context(), 1000, detail::ThrowNumber{500}); });
    rows.stops("asked to stop", 100000, [](Call<Tag>& call, index_t n) {
      const std::vector<double> zeros(static_cast<std::size_t>(n));
      for_each(call.context(), n, detail::BusyAt{call.output("out", contiguous(zeros)).vector().data});
    });
  }

 private:
  /// More calls than 32 bits count.
  template <class Tag>
  static void many_calls(Rows<Tag>& rows) {
    constexpr index_t n = (index_t{1} << 32) + 11;
    const std::vector<std::int64_t> zeros(3);
    rows.once(
        "calls beyond 2^32",
        [&](Call<Tag>& call) {
          for_each(call.context(), n, detail::WriteLast{call.output("out", contiguous(zeros)).vector().data, n});
        },
        [](Verdict& verdict, const Outcome& outcome) {
          verdict.exact("out", outcome.of<std::int64_t>("out"),
                        contiguous(std::vector<std::int64_t>{n - 3, n - 2, n - 1}));
        });
  }
};

}  // namespace isonomy::conformance
