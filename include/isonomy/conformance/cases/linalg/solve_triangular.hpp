// Conformance rows of solve_triangular and solve_triangular_batched: exact solutions, residuals, zeros on the diagonal.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/linalg/solve_triangular.hpp"

namespace isonomy::conformance {

namespace detail {

/// What L and the unknowns are: in `exact` and `tiny` systems every step of any order is exact; `random` ones are
/// dominated by the diagonal. `nan_right` has NaN in the middle of the first column of B, `nan_left` below the diagonal
/// of L, `zero` a zero on the diagonal of every second L, in the middle, and another one behind it.
enum class System { exact, tiny, random, nan_right, nan_left, zero };

/// A batch of systems, of one slot for solve_triangular.
template <class T>
struct Systems {
  index_t batches, n, columns;
  Layout of_l, of_b;
  Triangle triangle;
  System kind;

  [[nodiscard]] std::string label() const {
    constexpr std::array kinds{"exact", "tiny", "random", "NaN in B", "NaN in L", "zero"};
    return text::joined(op::element_name<T>(), " ", batches, " of ", n, "x", columns, " L ", name(of_l), " B ",
                        name(of_b), triangle == Triangle::lower ? " lower " : " upper ",
                        kinds[static_cast<std::size_t>(kind)]);
  }
  [[nodiscard]] bool within(index_t i, index_t k) const { return triangle == Triangle::lower ? k <= i : k >= i; }
  /// Unknowns are found in this order.
  [[nodiscard]] index_t in_order(index_t step) const { return triangle == Triangle::lower ? step : n - 1 - step; }
  [[nodiscard]] index_t info(index_t b) const { return kind == System::zero && b % 2 == 0 && n > 0 ? n / 2 + 1 : 0; }

  /// Elements beyond the diagonal are NaN: nobody reads them.
  [[nodiscard]] T left(std::uint64_t seed, index_t b, index_t i, index_t k) const {
    if (!within(i, k)) return std::numeric_limits<T>::quiet_NaN();
    if (info(b) != 0 && i == k && (i + 1 == info(b) || i + 1 == n)) return i + 1 == n && n % 2 == 0 ? T(-0.0) : T(0);
    const double u = random_unit(seed, static_cast<std::uint64_t>((b * n + i) * n + k));
    if (kind == System::nan_left && i != k && i == in_order(n - 1) && k == in_order(0))
      return std::numeric_limits<T>::quiet_NaN();
    if (kind == System::exact || kind == System::tiny)
      return i == k ? T(u < 0.3 ? -2 : u < 0.6 ? 4 : 1) : T(u < 0.1 ? -1 : u > 0.9 ? 1 : 0);
    return static_cast<T>(i == k ? 1 + u : (2 * u - 1) / std::sqrt(static_cast<double>(n)));
  }
  /// Whole numbers, none 0, or their multiples of the least normal number.
  [[nodiscard]] T unknown(std::uint64_t seed, index_t b, index_t i, index_t j) const {
    const double u = random_unit(seed, static_cast<std::uint64_t>((b * n + i) * columns + j), 1);
    const auto whole = static_cast<T>(u < 0.5 ? -1 - std::floor(6 * u) : 1 + std::floor(6 * (u - 0.5)));
    return kind == System::tiny ? whole * std::numeric_limits<T>::denorm_min() * 4 : whole;
  }
};

/// Matrices one after the other along their longer stride; in padded layouts a guard row lies between them.
template <class T>
struct Stacked {
  index_t batches, rows, columns;
  bool by_rows;
  index_t apart;
  Operand<T> operand;

  Stacked(index_t count, index_t m, index_t n, Layout l)
      : batches(count), rows(m), columns(n), by_rows(l == Layout::row || l == Layout::padded_row),
        apart((by_rows ? m : n) + (l == Layout::row || l == Layout::column ? 0 : 1)),
        operand(by_rows ? apart * count : m, by_rows ? n : apart * count, l) {}

  [[nodiscard]] T& operator()(index_t b, index_t i, index_t j) { return operand.storage[at(b, i, j)]; }
  [[nodiscard]] std::size_t at(index_t b, index_t i, index_t j) const {
    return static_cast<std::size_t>(by_rows ? operand.at(b * apart + i, j) : operand.at(i, b * apart + j));
  }
  template <class U, MemorySpace Space>
  [[nodiscard]] BatchView<U, Space> view(const MatrixView<U, Space>& m) const {
    return {m.data,       batches,        rows, columns, apart * (by_rows ? m.row_stride : m.column_stride),
            m.row_stride, m.column_stride};
  }
};

/// L, and B with the unknowns that are known.
template <class T>
struct SystemData {
  Stacked<T> l, b, x;

  SystemData(const Systems<T>& s, std::uint64_t seed)
      : l(s.batches, s.n, s.n, s.of_l), b(s.batches, s.n, s.columns, s.of_b), x(b) {
    for (index_t slot = 0; slot < s.batches; ++slot) {
      for (index_t i = 0; i < s.n; ++i)
        for (index_t k = 0; k < s.n; ++k) l(slot, i, k) = s.left(seed, slot, i, k);
      for (index_t j = 0; j < s.columns; ++j) fill_column(s, seed, slot, j);
    }
  }

 private:
  void fill_column(const Systems<T>& s, std::uint64_t seed, index_t slot, index_t j) {
    for (index_t i = 0; i < s.n; ++i) {
      double sum = 0;  // exact where the kind is
      for (index_t k = 0; k < s.n; ++k)
        if (s.within(i, k)) sum += double{l(slot, i, k)} * double{s.unknown(seed, slot, k, j)};
      x(slot, i, j) = s.unknown(seed, slot, i, j);
      b(slot, i, j) = s.kind == System::nan_left ? x(slot, i, j) : static_cast<T>(sum);
    }
    if (s.kind == System::nan_right && j == 0 && s.n > 0)
      b(slot, s.in_order(s.n / 2), j) = std::numeric_limits<T>::quiet_NaN();
    if (s.info(slot) != 0)
      for (index_t i = 0; i < s.n; ++i) x(slot, i, j) = b(slot, i, j) = T(i % 5) - 2;
  }
};

/// Known solutions exactly, others by their residual; slots with a zero on the diagonal and gaps untouched.
template <class T>
void check_unknowns(Verdict& verdict, const Systems<T>& s, const SystemData<T>& data, const std::vector<T>& got) {
  const bool known = s.kind == System::exact || s.kind == System::tiny;
  Stacked<T> expected = data.x;
  for (index_t b = 0; b < s.batches; ++b) {
    if (known || s.info(b) != 0) continue;
    for (index_t j = 0; j < s.columns; ++j)
      for (index_t i = 0; i < s.n; ++i) {
        const index_t step = s.in_order(i);
        const bool number = !((s.kind == System::nan_right && j == 0 && step >= s.n / 2) ||
                              (s.kind == System::nan_left && s.n > 1 && step == s.n - 1));
        const T found = got[data.b.at(b, i, j)];
        long double sum = 0, magnitude = 0;
        for (index_t k = 0; k < s.n && number; ++k)
          if (s.within(i, k)) {
            const long double term =
                static_cast<long double>(data.l.operand.storage[data.l.at(b, i, k)]) * got[data.b.at(b, k, j)];
            sum += term;
            magnitude += std::abs(term);
          }
        const T right = data.b.operand.storage[data.b.at(b, i, j)];
        const double bound =
            op::solve_triangular::tier::bound<T>(static_cast<double>(s.n + 1), static_cast<double>(magnitude));
        if (number ? !verdict.close(static_cast<double>(sum - right), 0, bound) : found == found)
          verdict.mismatch("L*X", i, j, number ? static_cast<T>(sum) : found, right, bound);
        expected(b, i, j) = found;
      }
  }
  verdict.exact("B", got, expected.operand);
}

template <class T>
[[nodiscard]] Operand<index_t> infos_of(const Systems<T>& s) {
  Operand<index_t> info(s.batches, index_t{2});
  for (index_t b = 0; b < s.batches; ++b) info(b) = s.info(b);
  return info;
}

/// The shapes, layouts and kinds of both operations.
template <class T, class Row>
void each_system(index_t batches, const Row& row) {
  using S = System;
  constexpr std::array triangles{Triangle::lower, Triangle::upper};
  for (const Triangle t : triangles) {
    for (const Layout l : all_layouts) {
      const Layout b = l == Layout::row ? Layout::column : l;
      for (const index_t n : {0, 1, 2, 5, 33}) row(Systems<T>{batches, n, n == 5 ? 9 : 3, l, b, t, S::exact});
      for (const S kind : {S::random, S::tiny, S::nan_right, S::nan_left, S::zero})
        row(Systems<T>{batches, 40, 7, l, b, t, kind});
    }
    row(Systems<T>{batches, 4, 0, Layout::column, Layout::column, t, S::exact});
    row(Systems<T>{batches, 1, 2, Layout::column, Layout::row, t, S::zero});
    row(Systems<T>{batches, 130, 50, Layout::column, Layout::row, t, S::random});
    row(Systems<T>{batches, 101, 1, Layout::row, Layout::padded_column, t, S::random});
  }
}

}  // namespace detail

template <>
struct Cases<op::solve_triangular> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, ConstMatrix<T, Context<Tag>> l,
                                            MatrixView<T, typename Backend<Tag>::space> b) {
    solve_triangular(ctx, l, b);
    solve_triangular(ctx, l, b, Triangle::upper);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    using S = detail::System;
    detail::each_system<T>(1, [&](const detail::Systems<T>& s) { row<Tag, T>(rows, s); });
    row<Tag, T>(rows, {1, 203, 70, Layout::padded_row, Layout::spaced, Triangle::lower, S::random}, 3);
    if (rows.full()) {
      row<Tag, T>(rows, {1, 2, 65549, Layout::column, Layout::column, Triangle::lower, S::exact});
      row<Tag, T>(rows, {1, 1, 1048601, Layout::column, Layout::row, Triangle::upper, S::exact});
      row<Tag, T>(rows, {1, 1030, 2, Layout::row, Layout::column, Triangle::upper, S::random});
      rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 256, [](Call<Tag>& call, index_t n) {
        Operand<T> l(n, n, Layout::column), b(n, n, Layout::column);
        l.fill(T(0)), b.fill(T(1));
        for (index_t i = 0; i < n; ++i) l(i, i) = T(2);
        solve_triangular(call.context(), call.input("L", l).matrix(), call.output("B", b).matrix());
      });
    }
    refused<Tag, T>(rows, "a row too few", 3, 2);
    refused<Tag, T>(rows, "a column too few", 2, 3);
  }

 private:
  template <class Tag, class T>
  static void refused(Rows<Tag>& rows, const char* what, index_t columns, index_t of_b) {
    rows.template throws<ShapeError>(text::joined(op::element_name<T>(), ", ", what), [=](Call<Tag>& call) {
      solve_triangular(call.context(), call.input("L", Operand<T>(3, columns, Layout::column)).matrix(),
                       call.output("B", Operand<T>(of_b, 2, Layout::column)).matrix());
    });
  }
  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const detail::Systems<T>& s, int races = 0) {
    const std::string what = s.label();
    if (!rows.wants(what)) return;
    const detail::SystemData<T> data(s, rows.seed(what));
    constexpr const char* named = "the pivot that it names";
    rows.row(
        what,
        [&](Call<Tag>& call) {
          const auto l = data.l.view(call.input("L", data.l.operand).matrix())[0];
          const auto b = data.b.view(call.output("B", data.b.operand).matrix())[0];
          index_t pivot = 0;
          try {
            solve_triangular(call.context(), l, b, s.triangle);
          } catch (const SingularMatrix& e) {
            pivot = e.pivot;
          }
          call.result(named, pivot);
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          if (outcome.of<index_t>(named).front() != s.info(0))
            verdict.fault("it names pivot ", outcome.of<index_t>(named).front(), " instead of ", s.info(0));
          detail::check_unknowns(verdict, s, data, outcome.of<T>("B"));
        },
        races);
  }
};

template <>
struct Cases<op::solve_triangular_batched> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, BatchView<const T, typename Backend<Tag>::space> l,
                                            BatchView<T, typename Backend<Tag>::space> b,
                                            op::Output<Backend<Tag>, index_t> info) {
    solve_triangular_batched(ctx, l, b, info);
    solve_triangular_batched(ctx, l, b, info, Triangle::upper);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    using S = detail::System;
    for (const index_t batches : {3, 0})
      detail::each_system<T>(batches, [&](const detail::Systems<T>& s) {
        if (batches > 0 || s.n == 33) row<Tag, T>(rows, s);
      });
    row<Tag, T>(rows, {70, 50, 5, Layout::padded_row, Layout::spaced, Triangle::lower, S::zero}, 3);
    if (rows.full()) {
      row<Tag, T>(rows, {65550, 2, 3, Layout::row, Layout::column, Triangle::lower, S::zero});
      row<Tag, T>(rows, {2, 3, 65549, Layout::column, Layout::row, Triangle::upper, S::exact});
      if constexpr (std::same_as<T, float>)
        row<Tag, T>(rows, {1048602, 1, 1, Layout::column, Layout::column, Triangle::upper, S::zero});
      rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 256, [](Call<Tag>& call, index_t batches) {
        constexpr index_t n = 48;
        Operand<T> l(n, n, Layout::column), b(n, n * batches, Layout::column);
        l.fill(T(0)), b.fill(T(1));
        for (index_t i = 0; i < n; ++i) l(i, i) = T(2);
        using Space = typename Backend<Tag>::space;
        solve_triangular_batched(call.context(),
                                 BatchView<T, Space>(call.input("L", l).matrix().data, batches, n, n, 0, 1, n),
                                 BatchView<T, Space>(call.output("B", b).matrix().data, batches, n, n, n * n, 1, n),
                                 call.output("info", Operand<index_t>(batches, index_t{1})).vector());
      });
    }
    rows.template throws<ShapeError>(text::joined(op::element_name<T>(), ", an info too many"), [](Call<Tag>& call) {
      const detail::Stacked<T> l(2, 3, 3, Layout::column), b(2, 3, 1, Layout::column);
      solve_triangular_batched(call.context(), l.view(call.input("L", l.operand).matrix()),
                               b.view(call.output("B", b.operand).matrix()),
                               call.output("info", Operand<index_t>(3, index_t{1})).vector());
    });
  }

 private:
  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const detail::Systems<T>& s, int races = 0) {
    const std::string what = s.label();
    if (!rows.wants(what)) return;
    const detail::SystemData<T> data(s, rows.seed(what));
    const Operand<index_t> expected = detail::infos_of(s);
    Operand<index_t> info = expected;
    info.fill(index_t{-1});
    rows.row(
        what,
        [&](Call<Tag>& call) {
          solve_triangular_batched(call.context(), data.l.view(call.input("L", data.l.operand).matrix()),
                                   data.b.view(call.output("B", data.b.operand).matrix()),
                                   call.output("info", info).vector(), s.triangle);
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          verdict.exact("info", outcome.of<index_t>("info"), expected);
          detail::check_unknowns(verdict, s, data, outcome.of<T>("B"));
        },
        races);
  }
};

}  // namespace isonomy::conformance
