// Conformance rows of gather and scatter; copies, so payloads count.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/cases/vectors.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/gather.hpp"

namespace isonomy::conformance {

namespace detail {

/// `few` rows of `columns` elements, by index from or to `many`.
struct Movement {
  index_t many, few, columns;
};
/// Below and above the pieces of Backend<Cpu>, both ways.
inline constexpr std::array movements{Movement{0, 0, 3},   Movement{5, 0, 2},    Movement{1, 1, 1},
                                      Movement{7, 5, 9},   Movement{130, 64, 3}, Movement{64, 64, 64},
                                      Movement{3, 2, 9000}};
inline constexpr std::array huge_movements{Movement{65549, 65549, 1}, Movement{1048601, 1048601, 1},
                                           Movement{2, 2, 65549}, Movement{1, 1, 1048601}};

/// Any index, some of them several times; or, of a permutation, the first.
[[nodiscard]] inline Operand<index_t> indices_of(const Movement& m, bool unique, index_t stride, std::uint64_t seed) {
  Operand<index_t> index(m.few, stride);
  if (!unique) {
    for (index_t i = 0; i < m.few; ++i)
      index(i) = static_cast<index_t>(random_bits(seed, static_cast<std::uint64_t>(i)) >> 8) % m.many;
    return index;
  }
  std::vector<index_t> all(static_cast<std::size_t>(m.many));
  std::iota(all.begin(), all.end(), index_t{0});
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(m.few); ++i) {
    std::swap(all[i], all[i + random_bits(seed, i) % (all.size() - i)]);
    index(static_cast<index_t>(i)) = all[i];
  }
  return index;
}

/// row(movement, layout, kind) for each of the rows of both.
template <class T, class Row>
void each_movement(bool full, const Row& row) {
  for (const Layout l : all_layouts)
    for (const Movement& m : movements) row(m, l, Data::random);
  for (const Layout l : {Layout::padded_column, Layout::spaced})
    for (const Data d : kinds_of_data<T>()) row(Movement{11, 7, 4}, l, d);
  if (full && stands_for_all<T>)
    for (const Movement& m : huge_movements) row(m, Layout::column, Data::wide);
}

/// run(call, index) with 2000 indices into as many, of which one or two break a rule, must throw ValueError.
template <class Tag, class Run>
void refuses_bad_indices(Rows<Tag>& rows, const char* element, bool unique, const Run& run) {
  const auto refuses = [&](const char* what, index_t position, index_t value) {
    rows.template throws<ValueError>(text::joined(element, ", ", what), [=](Call<Tag>& call) {
      Operand<index_t> index(2000, index_t{2});
      for (index_t i = 0; i < index.rows; ++i) index(i) = 1999 - i;
      index(position) = value;
      run(call, call.input("index", index).vector());
    });
  };
  refuses("the first index negative", 0, -1);
  refuses("an index beyond the end", 1234, 2000);
  refuses("the last index far beyond the end", 1999, std::numeric_limits<index_t>::max());
  if (!unique) return;
  refuses("the first index repeated", 0, 7);
  refuses("the last index equal to the one before", 1999, 1);
}

/// Two long rows, all of one element, so that little is prepared for what is moved.
template <class T, class Tag, class Move>
void stops_moving(Rows<Tag>& rows, const Move& move) {
  if (!stands_for_all<T>) return;
  using Space = typename Backend<Tag>::space;
  rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), index_t{1} << 20, [&](Call<Tag>& call, index_t n) {
    Buffer<T, Tag> out(call.context(), 2 * n, "two rows");
    const MatrixView<const T, Space> source(call.input("one", std::vector<T>{T(3)}).data, 2, n, 0, 0);
    move(call.context(), source, call.input("index", std::vector<index_t>{1, 0}), row_major<Space>(out.data(), 2, n));
    std::vector<T> last(1);
    const VectorView<const T, Space> there = out.view().subview(2 * n - 1, 1);
    Backend<Tag>::copy_to_host(call.context(), there, VectorView<T>(last.data(), 1));
    call.result("last", last[0]);
  });
}

}  // namespace detail

template <>
struct Cases<op::gather> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::Input<Backend<Tag>, T> x,
                                            op::Input<Backend<Tag>, index_t> index, op::Output<Backend<Tag>, T> y,
                                            op::MatrixInput<Backend<Tag>, T> a, op::MatrixOutput<Backend<Tag>, T> b) {
    gather(ctx, x, index, y);
    gather(ctx, a, index, b);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    detail::each_movement<T>(rows.full(),
                             [&](const detail::Movement& m, Layout l, Data d) { row<Tag, T>(rows, m, l, d); });
    detail::refuses_bad_indices(rows, op::element_name<T>(), false, [](Call<Tag>& call, const auto& index) {
      const std::vector<T> x(2000, T(3));
      gather(call.context(), call.input("source", x), index,
             call.output("out", Operand<T>(index.size, index_t{1})).vector());
    });
    detail::stops_moving<T>(rows,
                            [](auto& ctx, auto source, auto index, auto out) { gather(ctx, source, index, out); });
  }

 private:
  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const detail::Movement& m, Layout l, Data d) {
    const std::string label = text::joined(op::element_name<T>(), " ", m.few, " rows of ", m.many, "x", m.columns, " ",
                                           name(l), " ", name(d));
    if (!rows.wants(label)) return;
    const std::uint64_t seed = rows.seed(label);
    const index_t stride = l == Layout::spaced ? 3 : 1;
    const Operand<T> source = Operand<T>(m.many, m.columns, l).fill(d, seed);
    const Operand<index_t> index = detail::indices_of(m, false, stride, seed + 1);
    const Operand<T> out(m.few, m.columns, l), column_out(m.few, stride);
    Operand<T> expected = out, expected_column = column_out;
    for (index_t i = 0; i < m.few; ++i) {
      for (index_t j = 0; j < m.columns; ++j) expected(i, j) = source(index(i), j);
      expected_column(i) = source(index(i), 0);
    }
    rows.row(
        label,
        [&](Call<Tag>& call) {
          const auto from = call.input("source", source).matrix();
          const auto at = call.input("index", index).vector();
          gather(call.context(), from, at, call.moved("out", out).matrix());
          gather(call.context(), from, at, call.moved("out of trusted indices", out).matrix(), Indices::trusted);
          gather(call.context(), from.column(0), at, call.moved("out of a column", column_out).vector());
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          verdict.moved("out", outcome.of<T>("out"), expected);
          verdict.moved("out of trusted indices", outcome.of<T>("out of trusted indices"), expected);
          verdict.moved("out of a column", outcome.of<T>("out of a column"), expected_column);
        });
  }
};

template <>
struct Cases<op::scatter> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::Input<Backend<Tag>, T> x,
                                            op::Input<Backend<Tag>, index_t> index, op::Output<Backend<Tag>, T> y,
                                            op::MatrixInput<Backend<Tag>, T> a, op::MatrixOutput<Backend<Tag>, T> b) {
    scatter(ctx, x, index, y);
    scatter(ctx, a, index, b);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    detail::each_movement<T>(rows.full(),
                             [&](const detail::Movement& m, Layout l, Data d) { row<Tag, T>(rows, m, l, d); });
    detail::refuses_bad_indices(rows, op::element_name<T>(), true, [](Call<Tag>& call, const auto& index) {
      const std::vector<T> x(static_cast<std::size_t>(index.size), T(3));
      scatter(call.context(), call.input("source", x), index, call.input("out", Operand<T>(2000, index_t{1})).vector());
    });
    detail::stops_moving<T>(rows,
                            [](auto& ctx, auto source, auto index, auto out) { scatter(ctx, source, index, out); });
  }

 private:
  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const detail::Movement& m, Layout l, Data d) {
    const std::string label = text::joined(op::element_name<T>(), " ", m.few, " rows to ", m.many, "x", m.columns, " ",
                                           name(l), " ", name(d));
    if (!rows.wants(label)) return;
    const std::uint64_t seed = rows.seed(label);
    const index_t stride = l == Layout::spaced ? 3 : 1;
    const Operand<T> source = Operand<T>(m.few, m.columns, l).fill(d, seed);
    const Operand<index_t> index = detail::indices_of(m, true, stride, seed + 1);
    const Operand<T> out = Operand<T>(m.many, m.columns, l).fill(d, seed + 2);
    const Operand<T> column_out = Operand<T>(m.many, stride).fill(d, seed + 3);
    Operand<T> expected = out, expected_column = column_out;
    for (index_t i = 0; i < m.few; ++i) {
      for (index_t j = 0; j < m.columns; ++j) expected(index(i), j) = source(i, j);
      expected_column(index(i)) = source(i, 0);
    }
    rows.row(
        label,
        [&](Call<Tag>& call) {
          const auto from = call.input("source", source).matrix();
          const auto at = call.input("index", index).vector();
          scatter(call.context(), from, at, call.moved("out", out).matrix());
          scatter(call.context(), from, at, call.moved("out of trusted indices", out).matrix(), Indices::trusted);
          scatter(call.context(), from.column(0), at, call.moved("out of a column", column_out).vector());
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          verdict.moved("out", outcome.of<T>("out"), expected);
          verdict.moved("out of trusted indices", outcome.of<T>("out of trusted indices"), expected);
          verdict.moved("out of a column", outcome.of<T>("out of a column"), expected_column);
        });
  }
};

}  // namespace isonomy::conformance
