// Conformance rows of log_diagonal_sum_batched: the exact sum of the library's logarithms, near those of long double.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/cases/linalg/solve_triangular.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/tolerance.hpp"
#include "isonomy/ops/linalg/log_diagonal_sum.hpp"

namespace isonomy::conformance {

template <>
struct Cases<op::log_diagonal_sum_batched> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, BatchView<const T, typename Backend<Tag>::space> l,
                                            ConstVector<index_t, Context<Tag>> info, op::Output<Backend<Tag>, T> out) {
    log_diagonal_sum_batched(ctx, l, info, out);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    for (const Layout l : all_layouts)
      for (const Diagonal d : {Diagonal::usual, Diagonal::ones, Diagonal::denormal, Diagonal::huge, Diagonal::special})
        row<Tag, T>(rows, {3, 17, l, d});
    for (const index_t batches : {0, 1, 2})
      for (const index_t n : {0, 1, 64}) row<Tag, T>(rows, {batches, n, Layout::column, Diagonal::usual});
    row<Tag, T>(rows, {5000, 2, Layout::row, Diagonal::special}, 3);
    if (rows.full()) {
      row<Tag, T>(rows, {65550, 3, Layout::row, Diagonal::special});
      row<Tag, T>(rows, {1048602, 1, Layout::column, Diagonal::usual});
      row<Tag, T>(rows, {1, 1030, Layout::column, Diagonal::usual});
    }
    for (const T bad : {T(0), T(-0.0), T(-2)}) refused<Tag, T>(rows, bad);
    rows.template throws<ShapeError>(text::joined(op::element_name<T>(), ", an out too many"), [](Call<Tag>& call) {
      const detail::Stacked<T> l(2, 3, 3, Layout::column);
      log_diagonal_sum_batched(call.context(), l.view(call.input("L", l.operand).matrix()),
                               call.input("info", Operand<index_t>(2, index_t{1})).vector(),
                               call.output("out", Operand<T>(3, index_t{1})).vector());
    });
  }

 private:
  /// `special`: NaN, infinity, and matrices that have failed, whose diagonals are -1.
  enum class Diagonal { usual, ones, denormal, huge, special };
  struct Batch {
    index_t batches, n;
    Layout layout;
    Diagonal kind;
  };

  template <class T>
  [[nodiscard]] static std::string label(const Batch& s) {
    constexpr const char* kinds[] = {"usual", "ones", "denormal", "huge", "special"};
    return text::joined(op::element_name<T>(), " ", s.batches, " of ", s.n, " ", name(s.layout), " ",
                        kinds[static_cast<int>(s.kind)]);
  }
  [[nodiscard]] static index_t info(const Batch& s, index_t b) {
    return s.kind == Diagonal::special && b % 3 == 1 ? b + 1 : 0;
  }
  template <class T>
  [[nodiscard]] static T element(const Batch& s, std::uint64_t seed, index_t b, index_t i) {
    using Limits = std::numeric_limits<T>;
    const double u = random_unit(seed, static_cast<std::uint64_t>(b * s.n + i));
    if (info(s, b) != 0) return T(-1);
    switch (s.kind) {
    case Diagonal::ones: return static_cast<T>(1 + (u - 0.5) * 0x1p-18);
    case Diagonal::denormal: return static_cast<T>(1 + std::floor(1000 * u)) * Limits::denorm_min();
    case Diagonal::huge: return static_cast<T>((Limits::max)() * (0.5 + u / 2));
    case Diagonal::special:
      if (i == 0 && b % 3 == 2) return b % 2 == 0 ? Limits::quiet_NaN() : Limits::infinity();
      [[fallthrough]];
    default: return static_cast<T>(std::pow(10.0, 6 * u - 3));
    }
  }

  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const Batch& s, int races = 0) {
    const std::string what = label<T>(s);
    if (!rows.wants(what)) return;
    detail::Stacked<T> l(s.batches, s.n, s.n, s.layout);
    Operand<T> expected(s.batches, index_t{2});
    Operand<index_t> infos(s.batches, index_t{3});
    std::vector<long double> sums, magnitudes;
    for (index_t b = 0; b < s.batches; ++b) {
      double sum = 0;
      sums.push_back(0), magnitudes.push_back(0);
      infos(b) = info(s, b);
      for (index_t i = 0; i < s.n; ++i) {
        for (index_t j = 0; j < s.n; ++j) l(b, i, j) = T(-3);  // beside the diagonal nobody looks
        const T x = l(b, i, i) = element<T>(s, rows.seed(what), b, i);
        if (infos(b) == 0) sum += isonomy::detail::fixed_logarithm(static_cast<double>(x));
        sums.back() += std::log(static_cast<long double>(x));
        magnitudes.back() += std::abs(std::log(static_cast<long double>(x)));
      }
      expected(b) = infos(b) == 0 ? static_cast<T>(sum) : std::numeric_limits<T>::quiet_NaN();
    }
    Operand<T> out = expected;
    out.fill(T(-7));
    rows.row(
        what,
        [&](Call<Tag>& call) {
          log_diagonal_sum_batched(call.context(), l.view(call.input("L", l.operand).matrix()),
                                   call.input("info", infos).vector(), call.output("out", out).vector());
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          const std::vector<T> got = outcome.of<T>("out");
          verdict.exact("out", got, expected);
          for (index_t b = 0; b < s.batches; ++b) {
            const auto sum = static_cast<double>(sums[static_cast<std::size_t>(b)]);
            const T found = got[static_cast<std::size_t>(expected.at(b, 0))];
            if (infos(b) != 0 || !std::isfinite(sum)) continue;
            // Each logarithm is off by two units at most; the sums and the rounding at the end come to it.
            const double bound = Tight<2>::bound<T>(1, std::abs(sum)) +
                                 Tight<2>::bound<double>(static_cast<double>(s.n + 4),
                                                         static_cast<double>(magnitudes[static_cast<std::size_t>(b)]));
            if (!verdict.close(static_cast<double>(found), sum, bound))
              verdict.mismatch("sum of logarithms", b, 0, found, static_cast<T>(sum), bound);
          }
        },
        races);
  }

  template <class Tag, class T>
  static void refused(Rows<Tag>& rows, T bad) {
    const char* const sign = bad == 0 ? std::signbit(bad) ? "-0" : "0" : "-2";
    detail::Stacked<T> l(3, 4, 4, Layout::column);
    for (index_t b = 0; b < 3; ++b)
      for (index_t i = 0; i < 4; ++i) l(b, i, i) = b == 2 && i == 3 ? bad : T(2);
    Operand<index_t> infos(3, index_t{1});
    infos.fill(index_t{0});
    rows.template throws<ValueError>(
        text::joined(op::element_name<T>(), ", ", sign, " on a diagonal"), [=](Call<Tag>& call) {
          log_diagonal_sum_batched(call.context(), l.view(call.input("L", l.operand).matrix()),
                                   call.input("info", infos).vector(),
                                   call.output("out", Operand<T>(3, index_t{1})).vector());
        });
  }
};

}  // namespace isonomy::conformance
