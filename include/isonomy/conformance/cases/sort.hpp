// Conformance rows of stable_sort_by_key, rank_average and select_k; all exact.
#pragma once

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/cases/memory.hpp"
#include "isonomy/conformance/rows.hpp"
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
/// Borders of one segment each way: all, several with empty ones, not from the start, two that are large.
[[nodiscard]] inline std::vector<std::vector<index_t>> segmentations(index_t n) {
  return {{0, n}, {0, 0, n / 3, n / 3, n}, {n / 4, n / 2, n - n / 4}, {n}};
}
[[nodiscard]] inline Operand<index_t> borders_of(const std::vector<index_t>& borders) {
  Operand<index_t> o(static_cast<index_t>(borders.size()), index_t{2});
  for (index_t s = 0; s < o.rows; ++s) o(s) = borders[static_cast<std::size_t>(s)];
  return o;
}
template <class T>
[[nodiscard]] std::vector<Data> sort_data() {
  return Real<T> ? std::vector<Data>(all_data.begin(), all_data.end())
                 : std::vector<Data>{Data::random, Data::ties, Data::mixed, Data::duplicates};
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
    for (const Data d : detail::sort_data<T>()) {
      for (const index_t n : {0, 1, 2, 7, 100, 1000})
        for (std::size_t s = 0; s < 4; ++s)
          for (const bool segmented : {false, true})
            if (segmented || s == 0) row<Tag, T>(rows, n, s, segmented, d, n % 2 == 0 ? 1 : 3);
    }
    row<Tag, T>(rows, 70001, 0, false, Data::ties, 1);
    row<Tag, T>(rows, 70001, 0, false, Data::random, 2);
    row<Tag, T>(rows, 70001, 2, true, Data::ties, 1);
  }

 private:
  template <class Tag, class T>
  static void row(Rows<Tag>& rows, index_t n, std::size_t segmentation, bool segmented, Data d, index_t stride) {
    const std::vector<index_t> borders = detail::segmentations(n)[segmentation];
    const std::string label = text::joined(detail::sized(op::element_name<T>(), n, stride), " ", name(d),
                                           segmented ? text::joined(" segmentation ", segmentation) : " whole");
    Operand<T> keys(n, stride);
    keys.fill(d, rows.seed(label));
    Operand<index_t> values(n, index_t{2});
    const Operand<index_t> offsets = detail::borders_of(borders);
    for (index_t i = 0; i < n; ++i) values(i) = 10 * i + 1;
    Operand<T> expected_keys = keys;
    Operand<index_t> expected_values = values;
    for (std::size_t s = 0; s + 1 < borders.size(); ++s) {
      std::vector<std::pair<T, index_t>> pairs;
      for (index_t i = borders[s]; i < borders[s + 1]; ++i) pairs.emplace_back(keys(i), values(i));
      std::stable_sort(pairs.begin(), pairs.end(),
                       [](const auto& a, const auto& b) { return detail::comes_before(a.first, b.first); });
      for (index_t i = borders[s]; i < borders[s + 1]; ++i) {
        expected_keys(i) = pairs[static_cast<std::size_t>(i - borders[s])].first;
        expected_values(i) = pairs[static_cast<std::size_t>(i - borders[s])].second;
      }
    }
    rows.row(
        label,
        [&](Context<Tag>& ctx) {
          Uploaded<Tag, T> dkeys(ctx, keys);
          Uploaded<Tag, index_t> dvalues(ctx, values), doffsets(ctx, offsets);
          if (segmented)
            stable_sort_by_key(ctx, dkeys.vector(), dvalues.vector(), doffsets.vector());
          else
            stable_sort_by_key(ctx, dkeys.vector(), dvalues.vector());
          return std::tuple(dvalues.fetch(ctx), dkeys.fetch(ctx));
        },
        [&](Verdict& verdict, const std::vector<index_t>& got_values, const std::vector<T>& got_keys) {
          verdict.exact("values", got_values, expected_values);
          verdict.exact("keys", got_keys, expected_keys);
        });
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
    if constexpr (requires(Context<Tag> & c, VectorView<T, typename Backend<Tag>::space> x,
                           VectorView<const index_t, typename Backend<Tag>::space> o,
                           VectorView<double, typename Backend<Tag>::space> y) { rank_average(c, x, o, y); })
      for (const Data d : detail::sort_data<T>())
        for (const index_t n : {0, 1, 2, 7, 300})
          for (std::size_t s = 0; s < 4; ++s) row<Tag, T>(rows, n, s, d, n % 2 == 0 ? 1 : 3);
  }

 private:
  template <class Tag, class T>
  static void row(Rows<Tag>& rows, index_t n, std::size_t segmentation, Data d, index_t stride) {
    const std::vector<index_t> borders = detail::segmentations(n)[segmentation];
    const std::string label =
        text::joined(detail::sized(op::element_name<T>(), n, stride), " ", name(d), " segmentation ", segmentation);
    Operand<T> x(n, stride);
    x.fill(d, rows.seed(label));
    const Operand<index_t> offsets = detail::borders_of(borders);
    Operand<double> out(n, index_t{2}), expected = out;
    for (std::size_t s = 0; s + 1 < borders.size(); ++s)
      for (index_t i = borders[s]; i < borders[s + 1]; ++i) {
        double less = 0, equal = 0;
        for (index_t j = borders[s]; j < borders[s + 1]; ++j) {
          less += x(j) < x(i);
          equal += x(j) == x(i);
        }
        expected(i) = x(i) == x(i) ? less + (equal + 1) / 2 : std::numeric_limits<double>::quiet_NaN();
      }
    rows.row(
        label,
        [&](Context<Tag>& ctx) {
          Uploaded<Tag, T> dx(ctx, x);
          Uploaded<Tag, index_t> doffsets(ctx, offsets);
          Uploaded<Tag, double> dout(ctx, out);
          rank_average(ctx, dx.vector(), doffsets.vector(), dout.vector());
          return std::tuple(dout.fetch(ctx), dx.fetch(ctx));
        },
        [&](Verdict& verdict, const std::vector<double>& got, const std::vector<T>& got_x) {
          verdict.exact("out", got, expected);
          verdict.exact("x", got_x, x);
        });
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
    struct Shape {
      index_t m, n, k;
    };
    std::size_t turn = 0;
    for (const Shape s : {Shape{0, 5, 2}, Shape{3, 0, 0}, Shape{2, 4, 0}, Shape{1, 1, 1}, Shape{7, 33, 1},
                          Shape{7, 33, 5}, Shape{5, 33, 33}, Shape{4, 1000, 10}, Shape{3, 1000, 600}})
      for (const Data d : detail::sort_data<T>())
        for (const Layout l : {all_layouts[turn % 5], all_layouts[(turn + 2) % 5]})
          row<Tag, T>(rows, s.m, s.n, s.k, l, d), ++turn;
  }

 private:
  template <class Tag, class T>
  static void row(Rows<Tag>& rows, index_t m, index_t n, index_t k, Layout l, Data d) {
    const std::string label =
        text::joined(op::element_name<T>(), " ", k, " of ", m, "x", n, " ", name(l), " ", name(d));
    Operand<T> x(m, n, l), values(m, k, l), expected_values = values;
    Operand<index_t> indices(m, k, Layout::padded_row), expected_indices = indices;
    x.fill(d, rows.seed(label));
    for (index_t i = 0; i < m; ++i) {
      std::vector<index_t> order(static_cast<std::size_t>(n));
      for (index_t j = 0; j < n; ++j) order[static_cast<std::size_t>(j)] = j;
      std::stable_sort(order.begin(), order.end(),
                       [&](index_t a, index_t b) { return detail::comes_before(x(i, a), x(i, b)); });
      for (index_t r = 0; r < k; ++r) {
        expected_indices(i, r) = order[static_cast<std::size_t>(r)];
        expected_values(i, r) = x(i, order[static_cast<std::size_t>(r)]);
      }
    }
    rows.row(
        label,
        [&](Context<Tag>& ctx) {
          Uploaded<Tag, T> dx(ctx, x), dvalues(ctx, values);
          Uploaded<Tag, index_t> dindices(ctx, indices);
          select_k(ctx, dx.matrix(), dvalues.matrix(), dindices.matrix());
          return std::tuple(dindices.fetch(ctx), dvalues.fetch(ctx), dx.fetch(ctx));
        },
        [&](Verdict& verdict, const std::vector<index_t>& got_indices, const std::vector<T>& got_values,
            const std::vector<T>& got_x) {
          verdict.exact("indices", got_indices, expected_indices);
          verdict.exact("values", got_values, expected_values);
          verdict.exact("x", got_x, x);
        });
  }
};

}  // namespace isonomy::conformance
