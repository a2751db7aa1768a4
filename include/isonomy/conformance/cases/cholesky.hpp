// Conformance rows of cholesky_batched: residuals, failing pivots known exactly, untouched upper triangles.
#pragma once

#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"

namespace isonomy::conformance {

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
        for (const index_t n : {0, 1, 2, 5, 33}) row<Tag, T>(rows, batches, n, l, Plant::nothing, false);
      for (const index_t n : {1, 5, 40, 150})
        for (const Plant p : plants)
          if (p < Plant::nan_below || n > 1) row<Tag, T>(rows, 2, n, l, p, false);
      row<Tag, T>(rows, 2, 40, l, Plant::nothing, true);
    }
  }

 private:
  /// What is planted into every second matrix of a batch; the other matrices must come out as if alone.
  enum class Plant { nothing, negative_pivot, zero_pivot, nan_on_diagonal, nan_below, nan_above };
  static constexpr std::array plants{Plant::nothing,         Plant::negative_pivot, Plant::zero_pivot,
                                     Plant::nan_on_diagonal, Plant::nan_below,      Plant::nan_above};
  static constexpr const char* name_of(Plant p) {
    constexpr std::array names{"definite",  "negative pivot", "zero pivot", "NaN on the diagonal",
                               "NaN below", "NaN above"};
    return names[static_cast<std::size_t>(p)];
  }

  /// Matrix entries from small integers times powers of two, so that every step of any factorisation of it is exact and
  /// the failing pivot is certain; `graded` ones are random with rows scaled over many decades.
  template <class Tag, class T>
  // A row reads from top to bottom: inputs, run, check. NOLINTNEXTLINE(readability-function-size)
  static void row(Rows<Tag>& rows, index_t batches, index_t n, Layout l, Plant plant, bool graded) {
    const std::string label = text::joined(
        {op::element_name<T>(), " ", batches, " of ", n, " ", name(l), " ", graded ? "graded" : name_of(plant)});
    const std::uint64_t seed = rows.seed(label);
    const bool by_rows = l == Layout::row || l == Layout::padded_row;
    Operand<T> a(by_rows ? n * batches : n, by_rows ? n : n * batches, l);
    const auto element = [&](index_t b, index_t i, index_t j) {
      return by_rows ? a.at(b * n + i, j) : a.at(i, b * n + j);
    };
    const index_t pivot = n / 2;  // from 0
    Operand<index_t> expected_info(batches, index_t{2}), info(batches, index_t{2});
    info.fill(index_t{-1});
    for (index_t b = 0; b < batches; ++b) {
      const Plant here = b % 2 == 0 ? plant : Plant::nothing;
      expected_info(b) = here == Plant::nothing || here == Plant::nan_above ? 0 : pivot + 1;
      const std::vector<T> matrix = graded ? graded_matrix<T>(n, seed + static_cast<std::uint64_t>(b))
                                           : exact_matrix<T>(n, seed + static_cast<std::uint64_t>(b), here, pivot);
      for (index_t i = 0; i < n; ++i)
        for (index_t j = 0; j < n; ++j) {
          T& x = a.storage[static_cast<std::size_t>(element(b, i, j))];
          x = i >= j ? matrix[static_cast<std::size_t>(i * n + j)] : T(-55);  // never read
          if (here == Plant::nan_on_diagonal && i == pivot && j == pivot) x = std::numeric_limits<T>::quiet_NaN();
          if (here == Plant::nan_below && i == pivot && j == 0) x = std::numeric_limits<T>::quiet_NaN();
          if (here == Plant::nan_above && i < j) x = std::numeric_limits<T>::quiet_NaN();
        }
    }
    rows.row(
        label,
        [&](Context<Tag>& ctx) {
          Uploaded<Tag, T> da(ctx, a);
          Uploaded<Tag, index_t> dinfo(ctx, info);
          const auto m = da.matrix();
          cholesky_batched(ctx,
                           BatchView<T, typename Backend<Tag>::space>(m.data, batches, n, n,
                                                                      n * (by_rows ? m.row_stride : m.column_stride),
                                                                      m.row_stride, m.column_stride),
                           dinfo.vector());
          return std::tuple(da.fetch(ctx), dinfo.fetch(ctx));
        },
        [&](Verdict& verdict, const std::vector<T>& got, const std::vector<index_t>& got_info) {
          verdict.exact("info", got_info, expected_info);
          Operand<T> expected = a;  // lower triangles are replaced below by what was found, after their own check
          for (index_t b = 0; b < batches; ++b) {
            const auto old = [&](index_t i, index_t j) {
              return a.storage[static_cast<std::size_t>(element(b, i, j))];
            };
            const auto factor = [&](index_t i, index_t j) { return got[static_cast<std::size_t>(element(b, i, j))]; };
            for (index_t i = 0; i < n; ++i)
              for (index_t j = 0; j <= i; ++j) {
                expected.storage[static_cast<std::size_t>(element(b, i, j))] = factor(i, j);
                if (expected_info(b) != 0) continue;
                long double sum = 0, magnitude = 0;
                for (index_t p = 0; p <= j; ++p) {
                  sum += static_cast<long double>(factor(i, p)) * factor(j, p);
                  magnitude += std::abs(static_cast<long double>(factor(i, p)) * factor(j, p));
                }
                const double bound =
                    op::cholesky_batched::tier::bound<T>(static_cast<double>(n + 1), static_cast<double>(magnitude));
                if (!(std::abs(sum - old(i, j)) <= bound) || !(factor(i, i) > 0))
                  verdict.mismatch("L*L^T", i, j, static_cast<T>(sum), old(i, j), bound);
              }
          }
          verdict.exact("A above the diagonal", got, expected);
        });
  }

  /// L*D*L^T by rows, L unit lower with few small integers, D powers of 4 except a planted pivot.
  template <class T>
  static std::vector<T> exact_matrix(index_t n, std::uint64_t seed, Plant plant, index_t pivot) {
    std::vector<double> l(static_cast<std::size_t>(n * n)), d(static_cast<std::size_t>(n));
    for (index_t i = 0; i < n; ++i) {
      d[static_cast<std::size_t>(i)] = i % 2 == 0 ? 4 : 16;
      l[static_cast<std::size_t>(i * n + i)] = 1;
      for (index_t j = 0; j < i; ++j) {
        const double u = random_unit(seed, static_cast<std::uint64_t>(i * n + j));
        l[static_cast<std::size_t>(i * n + j)] = u < 0.1 ? -1 : u > 0.9 ? 1 : 0;
      }
    }
    if (n > 0 && plant == Plant::negative_pivot) d[static_cast<std::size_t>(pivot)] = -4;
    if (n > 0 && plant == Plant::zero_pivot) d[static_cast<std::size_t>(pivot)] = 0;
    std::vector<T> a(static_cast<std::size_t>(n * n));
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j < n; ++j) {
        double sum = 0;
        for (index_t p = 0; p < n; ++p)
          sum += l[static_cast<std::size_t>(i * n + p)] * d[static_cast<std::size_t>(p)] *
                 l[static_cast<std::size_t>(j * n + p)];
        a[static_cast<std::size_t>(i * n + j)] = static_cast<T>(sum);
      }
    return a;
  }

  /// S*(R*R^T + n*I)*S with random R and S from 1 down to 1e-6.
  template <class T>
  static std::vector<T> graded_matrix(index_t n, std::uint64_t seed) {
    std::vector<T> a(static_cast<std::size_t>(n * n));
    const auto r = [&](index_t i, index_t j) { return draw<double>(Data::random, seed, i * n + j); };
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j < n; ++j) {
        double sum = i == j ? static_cast<double>(n) : 0;
        for (index_t p = 0; p < n; ++p) sum += r(i, p) * r(j, p);
        a[static_cast<std::size_t>(i * n + j)] =
            static_cast<T>(sum * std::pow(10.0, -6.0 * static_cast<double>(i + j) / static_cast<double>(2 * n)));
      }
    return a;
  }
};

}  // namespace isonomy::conformance
