// Conformance rows of stable_sort_by_key, rank_average and select_k; all exact.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/cases/offsets.hpp"
#include "isonomy/conformance/cases/vectors.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/sort/rank_average.hpp"
#include "isonomy/ops/sort/select_k.hpp"
#include "isonomy/ops/sort/stable_sort_by_key.hpp"

namespace isonomy::conformance {

namespace detail {
/// The order of the references, spelled out: ascending, -0 equal to +0, NaN after everything and equal to NaN.
template <class T>
[[nodiscard]] bool comes_before(T a, T b) {
  const bool a_is_nan = a != a, b_is_nan = b != b;
  return a_is_nan ? false : b_is_nan ? true : a < b;
}
/// Borders of one segment each way: all, several with empty ones, not from the start, none; and as many as there are
/// elements.
[[nodiscard]] inline std::vector<index_t> segmentation(index_t n, int number) {
  switch (number) {
  case 0: return {0, n};
  case 1: return {0, 0, n / 3, n / 3, n};
  case 2: return {n / 4, n / 2, n - n / 4};
  case 3: return {n};
  default: {
    std::vector<index_t> many{0};
    for (index_t s = 0; many.back() < n; ++s) many.push_back(std::min(n, many.back() + s % 3));
    return many;
  }
  }
}
[[nodiscard]] inline Operand<index_t> borders_of(const std::vector<index_t>& borders) {
  Operand<index_t> o(static_cast<index_t>(borders.size()), index_t{2});
  for (index_t s = 0; s < o.rows; ++s) o(s) = borders[static_cast<std::size_t>(s)];
  return o;
}
/// The positions first .. last - 1 in the order of their keys.
template <class Key>
[[nodiscard]] std::vector<index_t> sorted_positions(index_t first, index_t last, const Key& key) {
  std::vector<index_t> order(static_cast<std::size_t>(last - first));
  std::iota(order.begin(), order.end(), first);
  std::stable_sort(order.begin(), order.end(), [&](index_t a, index_t b) { return comes_before(key(a), key(b)); });
  return order;
}

/// What is done to random keys before they are sorted. `halves` have few upper halves and any lower one: bits in the
/// middle decide, and those that would be a sign if halves were keys of their own.
enum class Arrangement { as_drawn, ascending, descending, halves };
template <class T>
void arrange(Operand<T>& x, Arrangement a) {
  if (a == Arrangement::as_drawn) return;
  if (a == Arrangement::halves) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    constexpr int half = 4 * sizeof(T);
    for (index_t i = 0; i < x.rows; ++i) {
      const std::uint64_t bits = random_bits(static_cast<std::uint64_t>(i), 0);
      // Floating-point keys around 1 and -1, whole ones around 0.
      const Bits upper = Real<T> ? static_cast<Bits>(std::bit_cast<Bits>(bits % 2 == 0 ? T(1) : T(-1)) >> half)
                                 : static_cast<Bits>(bits % 5) - Bits{2};
      x(i) = std::bit_cast<T>(
          static_cast<Bits>((upper << half) | (static_cast<Bits>(bits >> 3) & ((Bits{1} << half) - 1))));
    }
    return;
  }
  std::vector<T> values;
  for (index_t i = 0; i < x.rows; ++i) values.push_back(x(i));
  std::stable_sort(values.begin(), values.end(), comes_before<T>);
  if (a == Arrangement::descending) std::reverse(values.begin(), values.end());
  for (index_t i = 0; i < x.rows; ++i) x(i) = values[static_cast<std::size_t>(i)];
}
[[nodiscard]] constexpr const char* name(Arrangement a) {
  constexpr std::array names{"", " ascending", " descending", " in halves"};
  return names[static_cast<std::size_t>(a)];
}
}  // namespace detail

template <>
struct Cases<op::stable_sort_by_key> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::Output<Backend<Tag>, T> keys,
                                            op::Output<Backend<Tag>, index_t> values,
                                            op::Input<Backend<Tag>, index_t> offsets) {
    stable_sort_by_key(ctx, keys, values);
    stable_sort_by_key(ctx, keys, values, offsets);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    for (const Data d : kinds_of_data<T>()) {
      for (const index_t n : {0, 1, 2, 7, 100, 1000, 1024}) {
        for (int s = 0; s < 4; ++s) row<Tag, T, index_t>(rows, {n, n % 2 == 0 ? 1 : 3, s, true, d});
        row<Tag, T, index_t>(rows, {n, n % 2 == 0 ? 1 : 3, 0, false, d});
      }
      row<Tag, T, double>(rows, {300, 1, 1, true, d});
      for (const auto a : {detail::Arrangement::ascending, detail::Arrangement::descending})
        row<Tag, T, index_t>(rows, {1000, 1, 0, false, d, a});
    }
    for (const Shape& s : {Shape{70001, 1, 0, false, Data::ties},
                           {70001, 2, 0, false, Data::random},
                           {70001, 1, 2, true, Data::ties},
                           {5000, 1, 0, false, Data::random, detail::Arrangement::halves},
                           {5000, 1, 1, true, Data::random, detail::Arrangement::halves},
                           {20011, 1, 4, true, Data::ties}})
      row<Tag, T, index_t>(rows, s);
    row<Tag, T, std::uint8_t>(rows, {1000, 1, 1, true, Data::ties});
    row<Tag, T, std::uint8_t>(rows, {1000, 1, 0, false, Data::ties});
    if constexpr (std::same_as<T, float>) row<Tag, T, float>(rows, {1000, 1, 0, false, Data::ties});
    detail::refuses_bad_offsets(rows, op::element_name<T>(), [](Call<Tag>& call, const auto& offsets) {
      const Operand<T> keys = Operand<T>(detail::elements_between_bad_offsets, index_t{1}).fill(Data::random, 1);
      stable_sort_by_key(call.context(), call.output("keys", keys).vector(), call.output("values", keys).vector(),
                         offsets);
    });
    if (!rows.full()) return;
    row<Tag, T, index_t>(rows, {1048601, 1, 0, false, Data::ties});
    if (detail::stands_for_all<T>) row<Tag, T, index_t>(rows, {1048601, 1, 4, true, Data::wide});
    row<Tag, T, double>(rows, {65549, 1, 0, false, Data::wide}, 2);
    rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 20000, [](Call<Tag>& call, index_t n) {
      const Operand<T> keys = Operand<T>(n, index_t{1}).fill(Data::random, 1);
      stable_sort_by_key(call.context(), call.output("keys", keys).vector(), call.output("values", keys).vector());
    });
  }

 private:
  struct Shape {
    index_t n, stride;
    int segmentation;
    bool segmented;
    Data data;
    detail::Arrangement arrangement = detail::Arrangement::as_drawn;
  };

  template <class Tag, class T, class V>
  static void row(Rows<Tag>& rows, const Shape& s, int races = 0) {
    const std::vector<index_t> borders = detail::segmentation(s.n, s.segmentation);
    const std::string label = text::joined(detail::sized(op::element_name<T>(), s.n, s.stride), " ", name(s.data),
                                           detail::name(s.arrangement),
                                           s.segmented ? text::joined(" segmentation ", s.segmentation) : " whole",
                                           std::same_as<V, double>         ? " with doubles"
                                           : std::same_as<V, float>        ? " with floats"
                                           : std::same_as<V, std::uint8_t> ? " with bytes"
                                                                           : "");
    if (!rows.wants(label)) return;
    Operand<T> keys(s.n, s.stride);
    keys.fill(s.data, rows.seed(label));
    detail::arrange(keys, s.arrangement);
    Operand<V> values(s.n, index_t{2});
    if constexpr (Real<V>)
      values.fill(Data::nan, rows.seed(label) + 1);
    else if constexpr (std::same_as<V, std::uint8_t>)
      for (index_t i = 0; i < s.n; ++i) values(i) = static_cast<V>(i % 251);
    else
      for (index_t i = 0; i < s.n; ++i) values(i) = (index_t{1} << 54) + 10 * i + 1;
    const Operand<index_t> offsets = detail::borders_of(borders);
    Operand<T> expected_keys = keys;
    Operand<V> expected_values = values;
    for (std::size_t b = 0; b + 1 < borders.size(); ++b) {
      index_t to = borders[b];
      for (const index_t from :
           detail::sorted_positions(borders[b], borders[b + 1], [&](index_t i) { return keys(i); })) {
        expected_keys(to) = keys(from);
        expected_values(to++) = values(from);
      }
    }
    rows.row(
        label,
        [&](Call<Tag>& call) {
          const auto k = call.moved("keys", keys).vector();
          const auto v = call.moved("values", values).vector();
          if (s.segmented)
            stable_sort_by_key(call.context(), k, v, call.input("offsets", offsets).vector());
          else
            stable_sort_by_key(call.context(), k, v);
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          verdict.moved("values", outcome.of<V>("values"), expected_values);
          verdict.moved("keys", outcome.of<T>("keys"), expected_keys);
        },
        races);
  }
};

template <>
struct Cases<op::rank_average> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::Input<Backend<Tag>, T> x,
                                            op::Input<Backend<Tag>, index_t> offsets,
                                            op::Output<Backend<Tag>, double> out) {
    rank_average(ctx, x, out);
    rank_average(ctx, x, offsets, out);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    for (const Data d : kinds_of_data<T>())
      for (const index_t n : {0, 1, 2, 7, 256, 300})
        for (int s = 0; s < 4; ++s) row<Tag, T>(rows, n, n % 2 == 0 ? 1 : 3, s, d);
    row<Tag, T>(rows, 20011, 1, 4, Data::ties);
    row<Tag, T>(rows, 20011, 2, 0, Data::random);
    detail::refuses_bad_offsets(rows, op::element_name<T>(), [](Call<Tag>& call, const auto& offsets) {
      const Operand<T> x = Operand<T>(detail::elements_between_bad_offsets, index_t{1}).fill(Data::random, 1);
      rank_average(call.context(), call.input("x", x).vector(), offsets,
                   call.output("out", Operand<double>(x.rows, index_t{1})).vector());
    });
    if (!rows.full()) return;
    row<Tag, T>(rows, 1048601, 1, 0, Data::ties);
    if (detail::stands_for_all<T>) row<Tag, T>(rows, 1048601, 1, 4, Data::wide);
    row<Tag, T>(rows, 65549, 1, 0, Data::wide, 2);
    if constexpr (std::same_as<T, std::int32_t>) ranks_beyond_float<Tag>(rows);
    rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 20000, [](Call<Tag>& call, index_t n) {
      const Operand<T> x = Operand<T>(n, index_t{1}).fill(Data::random, 1);
      rank_average(call.context(), call.input("x", x).vector(),
                   call.output("out", Operand<double>(n, index_t{1})).vector());
    });
  }

 private:
  template <class Tag, class T>
  static void row(Rows<Tag>& rows, index_t n, index_t stride, int segmentation, Data d, int races = 0) {
    const std::string label =
        text::joined(detail::sized(op::element_name<T>(), n, stride), " ", name(d), " segmentation ", segmentation);
    if (!rows.wants(label)) return;
    const std::vector<index_t> borders = detail::segmentation(n, segmentation);
    Operand<T> x(n, stride);
    x.fill(d, rows.seed(label));
    const Operand<index_t> offsets = detail::borders_of(borders);
    Operand<double> out(n, index_t{2}), expected = out;
    for (std::size_t s = 0; s + 1 < borders.size(); ++s) {
      const std::vector<index_t> order =
          detail::sorted_positions(borders[s], borders[s + 1], [&](index_t i) { return x(i); });
      for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
        for (end = begin + 1; end < order.size() && !detail::comes_before(x(order[begin]), x(order[end]));) ++end;
        const bool number = x(order[begin]) == x(order[begin]);
        for (std::size_t i = begin; i < end; ++i)
          expected(order[i]) =
              number ? static_cast<double>(begin + end + 1) / 2 : std::numeric_limits<double>::quiet_NaN();
      }
    }
    rows.row(
        label,
        [&](Call<Tag>& call) {
          rank_average(call.context(), call.input("x", x).vector(), call.input("offsets", offsets).vector(),
                       call.output("out", out).vector());
        },
        [&](Verdict& verdict, const Outcome& outcome) { verdict.exact("out", outcome.of<double>("out"), expected); },
        races);
  }

  /// Halves beyond 2^23 are no floats.
  template <class Tag>
  static void ranks_beyond_float(Rows<Tag>& rows) {
    const std::string label = "int32, ranks beyond 2^23";
    if (!rows.wants(label)) return;
    constexpr index_t n = 8388700;
    Operand<std::int32_t> x(n, index_t{1});
    Operand<double> out(n, index_t{1}), expected = out;
    for (index_t i = 0; i < n; ++i) {
      x(i) = static_cast<std::int32_t>(i / 2);
      expected(i) = 2.0 * static_cast<double>(x(i)) + 1.5;
    }
    rows.once(
        label,
        [&](Call<Tag>& call) {
          rank_average(call.context(), call.input("x", x).vector(), call.output("out", out).vector());
        },
        [&](Verdict& verdict, const Outcome& outcome) { verdict.exact("out", outcome.of<double>("out"), expected); });
  }
};

template <>
struct Cases<op::select_k> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::MatrixInput<Backend<Tag>, T> x,
                                            op::MatrixOutput<Backend<Tag>, T> values,
                                            op::MatrixOutput<Backend<Tag>, index_t> indices) {
    select_k(ctx, x, values, indices);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    std::size_t turn = 0;
    for (const Shape s : {Shape{0, 5, 2}, Shape{3, 0, 0}, Shape{2, 4, 0}, Shape{1, 1, 1}, Shape{7, 33, 1},
                          Shape{7, 64, 32}, Shape{7, 33, 5}, Shape{5, 33, 33}, Shape{4, 1000, 10}, Shape{3, 1000, 600}})
      for (const Data d : kinds_of_data<T>())
        for (const Layout l : {all_layouts[turn % 5], all_layouts[(turn + 2) % 5]}) row<Tag, T>(rows, s, l, d), ++turn;
    if (!rows.full()) return;
    for (const Shape s : {Shape{1048601, 2, 1}, Shape{65549, 5, 3}, Shape{1, 1048601, 1}, Shape{2, 65549, 40},
                          Shape{1, 70001, 65549}, Shape{1, 1048601, 1048601}, Shape{900, 1200, 1100}})
      if (s.m * s.n < 500000 || detail::stands_for_all<T>) row<Tag, T>(rows, s, Layout::row, Data::ties);
    row<Tag, T>(rows, {200, 500, 20}, Layout::column, Data::ties, 2);
    rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 1000, [](Call<Tag>& call, index_t n) {
      const Operand<T> x = Operand<T>(n, index_t{200}, Layout::row).fill(Data::random, 1);
      select_k(call.context(), call.input("x", x).matrix(),
               call.output("values", Operand<T>(n, index_t{50}, Layout::row)).matrix(),
               call.output("indices", Operand<index_t>(n, index_t{50}, Layout::row)).matrix());
    });
  }

 private:
  struct Shape {
    index_t m, n, k;
  };

  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const Shape& s, Layout l, Data d, int races = 0) {
    const std::string label =
        text::joined(op::element_name<T>(), " ", s.k, " of ", s.m, "x", s.n, " ", name(l), " ", name(d));
    if (!rows.wants(label)) return;
    Operand<T> x(s.m, s.n, l), values(s.m, s.k, l), expected_values = values;
    Operand<index_t> indices(s.m, s.k, Layout::padded_row), expected_indices = indices;
    x.fill(d, rows.seed(label));
    for (index_t i = 0; i < s.m; ++i) {
      const std::vector<index_t> order = detail::sorted_positions(0, s.n, [&](index_t j) { return x(i, j); });
      for (index_t r = 0; r < s.k; ++r) {
        expected_indices(i, r) = order[static_cast<std::size_t>(r)];
        expected_values(i, r) = x(i, order[static_cast<std::size_t>(r)]);
      }
    }
    rows.row(
        label,
        [&](Call<Tag>& call) {
          select_k(call.context(), call.input("x", x).matrix(), call.moved("values", values).matrix(),
                   call.output("indices", indices).matrix());
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          verdict.exact("indices", outcome.of<index_t>("indices"), expected_indices);
          verdict.moved("values", outcome.of<T>("values"), expected_values);
        },
        races);
  }
};

}  // namespace isonomy::conformance
