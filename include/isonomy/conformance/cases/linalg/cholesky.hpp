// Conformance rows of cholesky and cholesky_batched: residuals, failing pivots known exactly, untouched upper
// triangles.
#pragma once

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
#include "isonomy/ops/linalg/cholesky.hpp"

namespace isonomy::conformance {

namespace detail {

/// Square matrices one after the other along their longer stride; in padded layouts a guard row lies between them.
template <class T>
struct SquareMatrices {
  index_t batches, n;
  bool by_rows;
  index_t apart;  // rows or columns from one to the next
  Operand<T> operand;

  SquareMatrices(index_t count, index_t size, Layout l)
      : batches(count), n(size), by_rows(l == Layout::row || l == Layout::padded_row),
        apart(l == Layout::row || l == Layout::column ? size : size + 1),
        operand(by_rows ? apart * count : size, by_rows ? size : apart * count, l) {}

  [[nodiscard]] std::size_t at(index_t b, index_t i, index_t j) const {
    return static_cast<std::size_t>(by_rows ? operand.at(b * apart + i, j) : operand.at(i, b * apart + j));
  }
  template <MemorySpace Space>
  [[nodiscard]] BatchView<T, Space> view(const MatrixView<T, Space>& m) const {
    return {m.data, batches, n, n, apart * (by_rows ? m.row_stride : m.column_stride), m.row_stride, m.column_stride};
  }
};

/// Lower triangles by rows. `exact` ones are L*D*L^T with L unit lower of few small integers and D powers of 4, all
/// times a power of 4: every step of any factorisation of them is exact, so that the failing pivot is certain. `tiny`
/// ones are denormal, `huge` ones beyond the range of a narrower type. `graded` ones have rows over many decades,
/// `dominant` ones are random with a diagonal that leaves no doubt about signs.
enum class Definite { exact, tiny, huge, graded, dominant };

template <class T>
[[nodiscard]] T scale_of(Definite kind) {
  using Limits = std::numeric_limits<T>;
  const int exponent = kind == Definite::tiny   ? (Limits::min_exponent - Limits::digits) / 2 * 2 + 2
                       : kind == Definite::huge ? (Limits::max_exponent - 24) / 2 * 2
                                                : 0;
  return std::ldexp(T{1}, exponent);
}

/// `pivot` takes the place of a power of 4 in D.
template <class T>
[[nodiscard]] std::vector<T> exact_matrix(index_t n, std::uint64_t seed, T scale, index_t at, double pivot) {
  std::vector<double> l(static_cast<std::size_t>(n * n)), d(static_cast<std::size_t>(n));
  for (index_t i = 0; i < n; ++i) {
    d[static_cast<std::size_t>(i)] = i == at ? pivot : i % 2 == 0 ? 4 : 16;
    l[static_cast<std::size_t>(i * n + i)] = 1;
    for (index_t j = 0; j < i; ++j) {
      const double u = random_unit(seed, static_cast<std::uint64_t>(i * n + j));
      l[static_cast<std::size_t>(i * n + j)] = u < 0.1 ? -1 : u > 0.9 ? 1 : 0;
    }
  }
  std::vector<T> a(static_cast<std::size_t>(n * n));
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j <= i; ++j) {
      double sum = 0;
      for (index_t p = 0; p <= j; ++p)
        sum += l[static_cast<std::size_t>(i * n + p)] * d[static_cast<std::size_t>(p)] *
               l[static_cast<std::size_t>(j * n + p)];
      if (sum == 0 && i != j && (i + j) % 2 == 0) sum = -0.0;
      a[static_cast<std::size_t>(i * n + j)] = static_cast<T>(sum) * scale;
    }
  return a;
}

template <class T>
[[nodiscard]] std::vector<T> rounded_matrix(index_t n, std::uint64_t seed, bool graded, index_t at, double pivot) {
  std::vector<T> a(static_cast<std::size_t>(n * n));
  const auto size = static_cast<double>(n);
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j <= i; ++j) {
      const double grade = graded ? std::pow(10.0, -6.0 * static_cast<double>(i + j) / (2 * size)) : 1;
      const double u = draw<double>(Data::random, seed, i * n + j);
      a[static_cast<std::size_t>(i * n + j)] = static_cast<T>(grade * (i != j                 ? u
                                                                       : i == at && pivot < 0 ? -size
                                                                                              : size + u * u));
    }
  return a;
}

}  // namespace detail

template <>
struct Cases<op::cholesky_batched> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, BatchView<T, typename Backend<Tag>::space> a,
                                            op::Output<Backend<Tag>, index_t> info) {
    cholesky_batched(ctx, a, info);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    for (const Layout l : {Layout::column, Layout::row, Layout::padded_column, Layout::padded_row}) {
      for (const index_t batches : {0, 1, 3})
        for (const index_t n : {0, 1, 2, 5, 33, 64})
          row<Tag, T>(rows, {batches, n, l, Definite::exact, Plant::nothing});
      for (const index_t n : {1, 5, 40})
        for (const Plant p : plants)
          if (p < Plant::nan_below || n > 1) row<Tag, T>(rows, {2, n, l, Definite::exact, p});
      for (const Plant p : {Plant::nothing, Plant::negative_pivot, Plant::last_pivot, Plant::negative_from_there})
        if (rows.full() || l == Layout::padded_row) row<Tag, T>(rows, {2, 150, l, Definite::exact, p});
      for (const Definite kind : {Definite::tiny, Definite::huge, Definite::graded, Definite::dominant})
        for (const Plant p : {Plant::nothing, Plant::negative_pivot}) row<Tag, T>(rows, {2, 40, l, kind, p});
    }
    if (rows.full()) vast<Tag, T>(rows);
    refusals<Tag, T>(rows);
  }

 private:
  friend struct Cases<op::cholesky>;
  using Definite = detail::Definite;
  /// What is planted into every second matrix of a batch; the other matrices must come out as if alone.
  enum class Plant {
    nothing,
    negative_pivot,
    first_pivot,
    last_pivot,
    infinite_pivot,
    zero_pivot,
    nan_on_diagonal,
    nan_below,
    nan_above,
    negative_from_there
  };
  static constexpr std::array plants{Plant::nothing,         Plant::negative_pivot, Plant::first_pivot,
                                     Plant::last_pivot,      Plant::infinite_pivot, Plant::zero_pivot,
                                     Plant::nan_on_diagonal, Plant::nan_below,      Plant::nan_above};
  struct Batch {
    index_t batches, n;
    Layout layout;
    Definite kind;
    Plant plant;

    [[nodiscard]] Plant in(index_t b) const { return b % 2 == 0 ? plant : Plant::nothing; }
    /// From 0. An infinite pivot is positive, and stands last, where it meets no other element.
    [[nodiscard]] index_t pivot() const {
      return plant == Plant::first_pivot                                    ? 0
             : plant == Plant::last_pivot || plant == Plant::infinite_pivot ? n - 1
                                                                            : n / 2;
    }
    [[nodiscard]] index_t info(index_t b) const {
      const Plant here = in(b);
      return n == 0 || here == Plant::nothing || here == Plant::nan_above || here == Plant::infinite_pivot
                 ? 0
                 : pivot() + 1;
    }
  };

  template <class T>
  [[nodiscard]] static std::string label(const Batch& s) {
    constexpr std::array kinds{"exact", "tiny", "huge", "graded", "dominant"};
    constexpr std::array names{
        "definite",   "negative pivot",      "first pivot", "last pivot", "infinite pivot",
        "zero pivot", "NaN on the diagonal", "NaN below",   "NaN above",  "negative from a pivot on"};
    return text::joined(op::element_name<T>(), " ", s.batches, " of ", s.n, " ", name(s.layout), " ",
                        kinds[static_cast<std::size_t>(s.kind)], ", ", names[static_cast<std::size_t>(s.plant)]);
  }

  /// Beyond 2^16 and 2^20 matrices, and 2^20 elements of one; the largest of float alone, for its time. A side of 2^16
  /// cannot be: it would take 2^32 elements and 10^14 steps. Even numbers, so that the last is definite.
  template <class Tag, class T>
  static void vast(Rows<Tag>& rows) {
    row<Tag, T>(rows, {65550, 3, Layout::row, Definite::exact, Plant::zero_pivot});
    row<Tag, T>(rows, {65552, 2, Layout::column, Definite::dominant, Plant::negative_pivot});
    if constexpr (std::same_as<T, float>) {
      row<Tag, T>(rows, {1048602, 1, Layout::column, Definite::exact, Plant::negative_pivot});
      row<Tag, T>(rows, {1, 1030, Layout::column, Definite::dominant, Plant::nothing});
    }
    row<Tag, T>(rows, {1, 400, Layout::row, Definite::dominant, Plant::nothing});
    row<Tag, T>(rows, {96, 70, Layout::column, Definite::dominant, Plant::negative_pivot}, 3);
    rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 256, [](Call<Tag>& call, index_t batches) {
      constexpr index_t n = 48;
      detail::SquareMatrices<T> a(batches, n, Layout::column);
      for (index_t b = 0; b < batches; ++b)
        for (index_t i = 0; i < n; ++i) a.operand.storage[a.at(b, i, i)] = T(100 * n);
      cholesky_batched(call.context(), a.view(call.output("A", a.operand).matrix()),
                       call.output("info", Operand<index_t>(batches, index_t{1})).vector());
    });
  }
  template <class Tag, class T>
  static void refusals(Rows<Tag>& rows) {
    const auto refused = [&](const char* what, index_t columns, index_t infos) {
      rows.template throws<ShapeError>(text::joined(op::element_name<T>(), ", ", what), [=](Call<Tag>& call) {
        const MatrixView<T, typename Backend<Tag>::space> m =
            call.output("A", Operand<T>(6, columns, Layout::row)).matrix();
        cholesky_batched(call.context(),
                         BatchView<T, typename Backend<Tag>::space>(m.data, 2, 3, columns, 3 * columns, columns, 1),
                         call.output("info", Operand<index_t>(infos, index_t{1})).vector());
      });
    };
    refused("a column too few", 2, 2);
    refused("an info too many", 3, 3);
  }

  template <class T>
  [[nodiscard]] static detail::SquareMatrices<T> matrices(const Batch& s, std::uint64_t seed) {
    detail::SquareMatrices<T> a(s.batches, s.n, s.layout);
    for (index_t b = 0; b < s.batches; ++b) {
      const Plant here = s.in(b);
      const bool rounded = s.kind == Definite::graded || s.kind == Definite::dominant;
      const bool negative = here == Plant::negative_pivot || here == Plant::first_pivot || here == Plant::last_pivot;
      const bool planted = negative || here == Plant::zero_pivot;
      const index_t at = planted ? s.pivot() : index_t{-1};
      const double pivot = negative ? -4 : 0;
      const std::uint64_t own = seed + static_cast<std::uint64_t>(b);
      const std::vector<T> matrix = rounded ? detail::rounded_matrix<T>(s.n, own, s.kind == Definite::graded, at, pivot)
                                            : detail::exact_matrix<T>(s.n, own, detail::scale_of<T>(s.kind), at, pivot);
      for (index_t i = 0; i < s.n; ++i)
        for (index_t j = 0; j < s.n; ++j) {
          T& x = a.operand.storage[a.at(b, i, j)];
          x = i >= j ? matrix[static_cast<std::size_t>(i * s.n + j)] : T(-55);  // never read
          if ((here == Plant::nan_on_diagonal && i == s.pivot() && j == i) ||
              (here == Plant::nan_below && i == s.pivot() && j == 0) || (here == Plant::nan_above && i < j))
            x = std::numeric_limits<T>::quiet_NaN();
          if (here == Plant::negative_from_there && i >= s.pivot() && j == i) x = T(-4);
          if (here == Plant::infinite_pivot && i == s.pivot() && j == i) x = std::numeric_limits<T>::infinity();
        }
    }
    return a;
  }

  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const Batch& s, int races = 0) {
    const std::string what = label<T>(s);
    if (!rows.wants(what)) return;
    const detail::SquareMatrices<T> a = matrices<T>(s, rows.seed(what));
    Operand<index_t> expected_info(s.batches, index_t{2}), info(s.batches, index_t{2});
    info.fill(index_t{-1});
    for (index_t b = 0; b < s.batches; ++b) expected_info(b) = s.info(b);
    rows.row(
        what,
        [&](Call<Tag>& call) {
          cholesky_batched(call.context(), a.view(call.output("A", a.operand).matrix()),
                           call.output("info", info).vector());
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          verdict.exact("info", outcome.of<index_t>("info"), expected_info);
          const std::vector<T> got = outcome.of<T>("A");
          Operand<T> expected = a.operand;  // lower triangles are replaced by what was found, after their own check
          for (index_t b = 0; b < s.batches; ++b) {
            if (s.info(b) == 0 && s.in(b) != Plant::infinite_pivot) residual<T>(verdict, a, got, b);
            for (index_t i = 0; i < s.n; ++i)
              for (index_t j = 0; j <= i; ++j) expected.storage[a.at(b, i, j)] = got[a.at(b, i, j)];
          }
          verdict.exact("A above the diagonal and between matrices", got, expected);
        },
        races);
  }

  template <class T>
  static void residual(Verdict& verdict, const detail::SquareMatrices<T>& a, const std::vector<T>& got, index_t b) {
    using Extended = long double;
    std::vector<Extended> l(static_cast<std::size_t>(a.n * a.n));
    for (index_t i = 0; i < a.n; ++i)
      for (index_t j = 0; j <= i; ++j) l[static_cast<std::size_t>(i * a.n + j)] = got[a.at(b, i, j)];
    for (index_t i = 0; i < a.n; ++i)
      for (index_t j = 0; j <= i; ++j) {
        const Extended *const x = &l[static_cast<std::size_t>(i * a.n)], *const y =
                                                                             &l[static_cast<std::size_t>(j * a.n)];
        Extended sum = 0, magnitude = 0;
        for (index_t p = 0; p <= j; ++p) {
          const Extended product = x[p] * y[p];
          sum += product;
          magnitude += std::abs(product);
        }
        const T old = a.operand.storage[a.at(b, i, j)];
        const double bound =
            op::cholesky_batched::tier::bound<T>(static_cast<double>(a.n + 1), static_cast<double>(magnitude));
        // The difference in extended precision: rounded to T, both might be the same.
        if (!verdict.close(static_cast<double>(sum - old), 0, bound) || !(x[i] > 0))
          verdict.mismatch("L*L^T", i, j, static_cast<T>(sum), old, bound);
      }
  }
};

template <>
struct Cases<op::cholesky> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, MatrixView<T, typename Backend<Tag>::space> a) {
    cholesky(ctx, a);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    for (const Layout l : {Layout::column, Layout::row, Layout::padded_column, Layout::padded_row}) {
      for (const index_t n : {0, 1, 2, 5, 33, 64, 130}) row<Tag, T>(rows, {1, n, l, Definite::exact, Plant::nothing});
      for (const Plant p : Batched::plants) row<Tag, T>(rows, {1, l == Layout::column ? 5 : 40, l, Definite::exact, p});
      for (const Definite kind : {Definite::tiny, Definite::huge, Definite::graded})
        row<Tag, T>(rows, {1, 40, l, kind, Plant::negative_pivot});
    }
    for (const Plant p : {Plant::nothing, Plant::last_pivot})
      row<Tag, T>(rows, {1, 203, Layout::padded_row, Definite::exact, p}, p == Plant::nothing ? 3 : 0);
    if (rows.full()) vast<Tag, T>(rows);
    rows.template throws<ShapeError>(text::joined(op::element_name<T>(), ", a column too few"), [](Call<Tag>& call) {
      cholesky(call.context(), call.output("A", Operand<T>(3, 2, Layout::column)).matrix());
    });
  }

 private:
  using Batched = Cases<op::cholesky_batched>;
  using Definite = detail::Definite;
  using Plant = Batched::Plant;
  using Matrix = Batched::Batch;

  /// 2^20 elements and more; a matrix with a side of 2^16 cannot be.
  template <class Tag, class T>
  static void vast(Rows<Tag>& rows) {
    if constexpr (std::same_as<T, float>)
      row<Tag, T>(rows, {1, 1030, Layout::column, Definite::dominant, Plant::nothing});
    row<Tag, T>(rows, {1, 400, Layout::row, Definite::dominant, Plant::nothing});
    rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 512, [](Call<Tag>& call, index_t n) {
      Operand<T> a(n, n, Layout::column);
      a.fill(T(0));
      for (index_t i = 0; i < n; ++i) a(i, i) = T(2);
      cholesky(call.context(), call.output("A", a).matrix());
    });
  }

  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const Matrix& s, int races = 0) {
    const std::string what = Batched::label<T>(s);
    if (!rows.wants(what)) return;
    const detail::SquareMatrices<T> a = Batched::matrices<T>(s, rows.seed(what));
    const index_t expected = s.info(0);
    rows.row(
        what,
        [&](Call<Tag>& call) {
          const auto matrix = a.view(call.output("A", a.operand).matrix())[0];
          index_t pivot = 0;
          try {
            cholesky(call.context(), matrix);
          } catch (const NotPositiveDefinite& e) {
            pivot = e.batch == 0 ? e.pivot : -1;
          }
          call.result("the pivot that it names", pivot);
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          Operand<index_t> pivot(1, index_t{1});
          pivot.storage = {expected};
          pivot.offset = 0;
          verdict.exact("the pivot that it names", outcome.of<index_t>("the pivot that it names"), pivot);
          const std::vector<T> got = outcome.of<T>("A");
          if (expected == 0 && s.plant != Plant::infinite_pivot) Batched::residual<T>(verdict, a, got, 0);
          Operand<T> rest = a.operand;  // the lower triangle has its own check
          for (index_t i = 0; i < s.n; ++i)
            for (index_t j = 0; j <= i; ++j) rest.storage[a.at(0, i, j)] = got[a.at(0, i, j)];
          verdict.exact("A above the diagonal and around it", got, rest);
        },
        races);
  }
};

}  // namespace isonomy::conformance
