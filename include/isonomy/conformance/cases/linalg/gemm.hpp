// Conformance rows of gemm and syrk against triple loops.
#pragma once

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/linalg/syrk.hpp"

namespace isonomy::conformance {

namespace detail {

struct ProductShape {
  index_t m, k, n;
};
/// Empty, one, odd, tall, wide, a long sum, and above the blocks of Backend<Cpu> (at most 384 steps, 480 rows, 192 and
/// 3072 columns, 3840 rows).
inline constexpr std::array product_shapes{ProductShape{0, 3, 2},    ProductShape{3, 0, 2},   ProductShape{2, 3, 0},
                                           ProductShape{1, 1, 1},    ProductShape{1, 7, 1},   ProductShape{5, 3, 7},
                                           ProductShape{17, 31, 13}, ProductShape{64, 2, 3},  ProductShape{2, 3, 64},
                                           ProductShape{49, 97, 9},  ProductShape{64, 64, 64}};
inline constexpr std::array large_product_shapes{ProductShape{500, 20, 200}, ProductShape{30, 1000, 20},
                                                 ProductShape{3900, 1, 2}, ProductShape{1, 2, 3100}};
/// Beyond 2^16 and 2^20 rows, steps and columns, and beyond 2^20 elements of the output.
inline constexpr std::array huge_product_shapes{
    ProductShape{65549, 2, 1},   ProductShape{2, 65549, 3},   ProductShape{1, 2, 65549},  ProductShape{1048601, 1, 2},
    ProductShape{1, 1048601, 1}, ProductShape{2, 1, 1048601}, ProductShape{1100, 2, 1000}};

template <class T>
struct Factors {
  T alpha, beta;
};
/// 0, 1 and -1 invite shortcuts; those of a denormal must not lose it. At most 2, which the bound's allowance for
/// underflow covers.
template <class T>
inline constexpr std::array scalars{T(1), T(0), -T(0), T(-1), T(2), T(-0.75), 3 * std::numeric_limits<T>::denorm_min()};
/// Pairs that rows take in turn.
template <class T>
inline constexpr std::array factors{Factors<T>{1, 0}, Factors<T>{T(-0.75), 0}, Factors<T>{1, 1},
                                    Factors<T>{T(0.5), T(-0.25)}, Factors<T>{T(2), T(-1)}};

/// The reference alpha*A*B + beta*old and the scale of its bound.
template <class T>
struct Product {
  Operand<T> value;
  std::vector<double> scale;

  Product(const Operand<T>& a, const Operand<T>& b, const Operand<T>& old, Factors<T> f)
      : value(old), scale(static_cast<std::size_t>(old.rows * old.columns)) {
    for (index_t i = 0; i < old.rows; ++i)
      for (index_t j = 0; j < old.columns; ++j) {
        T sum = 0;
        double magnitude = 0;
        for (index_t p = 0; p < a.columns; ++p) {
          sum += a(i, p) * b(p, j);
          magnitude += std::abs(static_cast<double>(a(i, p)) * static_cast<double>(b(p, j)));
        }
        value(i, j) = f.beta == 0 ? f.alpha * sum : f.alpha * sum + f.beta * old(i, j);
        scale[static_cast<std::size_t>(i * old.columns + j)] =
            std::abs(static_cast<double>(f.alpha)) * magnitude +
            (f.beta == 0 ? 0 : std::abs(static_cast<double>(f.beta) * static_cast<double>(old(i, j))));
      }
  }
  template <class Tier>
  void check(Verdict& verdict, const std::vector<T>& out, index_t k) const {
    verdict.within<Tier>("out", out, value, static_cast<double>(k + 2),
                         [&](index_t i, index_t j) { return scale[static_cast<std::size_t>(i * value.columns + j)]; });
  }
};

template <class T>
[[nodiscard]] std::string number(T x) {
  return x == 3 * std::numeric_limits<T>::denorm_min() ? std::string("denormal") : std::to_string(x);
}
template <class T>
[[nodiscard]] std::string label(ProductShape s, Layout l, Data d, Factors<T> f) {
  return text::joined(op::element_name<T>(), " ", s.m, "x", s.k, "x", s.n, " ", name(l), " ", name(d), " alpha ",
                      number(f.alpha), " beta ", number(f.beta));
}

/// Layouts that differ between the operands of one row.
[[nodiscard]] constexpr Layout other(Layout l, int step) {
  return all_layouts[(static_cast<std::size_t>(l) + static_cast<std::size_t>(step)) % all_layouts.size()];
}

/// beta == 0 must not read out, so it starts as NaN.
template <class T>
void old_values(Operand<T>& out, Data kind, std::uint64_t seed, T beta) {
  if (beta == 0)
    out.fill(std::numeric_limits<T>::quiet_NaN());
  else
    out.fill(kind, seed);
}

}  // namespace detail

template <>
struct Cases<op::gemm> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, T s, op::MatrixInput<Backend<Tag>, T> a,
                                            op::MatrixOutput<Backend<Tag>, T> out) {
    gemm(ctx, s, a, a, s, out);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    std::size_t turn = 0;
    for (const detail::ProductShape s : detail::product_shapes)
      for (const Layout l : all_layouts)
        for (const Data d : all_data) row<Tag>(rows, s, l, d, detail::factors<T>[turn++ % detail::factors<T>.size()]);
    for (const T alpha : detail::scalars<T>)
      for (const T beta : detail::scalars<T>)
        for (const Data d : {Data::random, Data::ties, Data::nan})
          row<Tag, T>(rows, {5, 3, 7}, all_layouts[turn++ % all_layouts.size()], d, {alpha, beta});
    // Nothing to add: alpha*0 is NaN for an infinite alpha and for NaN.
    for (const T alpha : {std::numeric_limits<T>::infinity(), std::numeric_limits<T>::quiet_NaN()})
      for (const T beta : {T(0), T(1)}) row<Tag, T>(rows, {3, 0, 2}, Layout::row, Data::random, {alpha, beta});
    for (const index_t n : {7, 64}) {
      from_one_matrix<Tag, T>(rows, n, false);
      from_one_matrix<Tag, T>(rows, n, true);
      repeated<Tag, T>(rows, n);
    }
    for (const detail::ProductShape s : detail::large_product_shapes)
      for (const detail::Factors<T> f : detail::factors<T>)
        row<Tag>(rows, s, all_layouts[turn++ % all_layouts.size()], Data::random, f);
    if (!rows.full()) return;
    for (const detail::ProductShape s : detail::huge_product_shapes)
      row<Tag, T>(rows, s, turn++ % 2 == 0 ? Layout::row : Layout::column, Data::random, {T(-1), T(0.5)});
    row<Tag, T>(rows, {130, 2000, 120}, Layout::row, Data::mixed, {1, 0}, 3);
    for (const index_t k : {65549, 1048601}) sparse<Tag, T>(rows, k);
    rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 128, [](Call<Tag>& call, index_t n) {
      const Operand<T> a = Operand<T>(n, n, Layout::column).fill(T(1));
      gemm(call.context(), T(1), call.input("A", a).matrix(), call.input("B", a).matrix(), T(0),
           call.output("out", a).matrix());
    });
  }

 private:
  template <class Tag, class T>
  static void row(Rows<Tag>& rows, detail::ProductShape s, Layout l, Data d, detail::Factors<T> f, int races = 0) {
    const std::string label = detail::label(s, l, d, f);
    if (!rows.wants(label)) return;
    const std::uint64_t seed = rows.seed(label);
    // A million neighbours with gaps would be a matter of memory alone.
    const bool vast = s.m * s.k + s.k * s.n + s.m * s.n > 1000000;
    Operand<T> a(s.m, s.k, l), b(s.k, s.n, vast ? l : detail::other(l, 1)),
        out(s.m, s.n, vast ? l : detail::other(l, 2));
    a.fill(d, seed);
    b.fill(d, seed + 1);
    detail::old_values(out, d, seed + 2, f.beta);
    compare(rows, label, a, b, out, f, races);
  }
  template <class Tag, class T>
  static void compare(Rows<Tag>& rows, const std::string& label, const Operand<T>& a, const Operand<T>& b,
                      const Operand<T>& out, detail::Factors<T> f, int races = 0) {
    const detail::Product<T> expected(a, b, out, f);
    rows.row(
        label,
        [&](Call<Tag>& call) {
          gemm(call.context(), f.alpha, call.input("A", a).matrix(), call.input("B", b).matrix(), f.beta,
               call.output("out", out).matrix());
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          expected.template check<op::gemm::tier>(verdict, outcome.of<T>("out"), a.columns);
        },
        races);
  }

  /// A long sum of which four terms are not 0, the first, the last and those about 2^16: its bound is small beside each
  /// of them, while that of as many random terms is larger than their sum in float.
  template <class Tag, class T>
  static void sparse(Rows<Tag>& rows, index_t k) {
    const std::string label = text::joined(op::element_name<T>(), " 3x", k, "x2 with few terms");
    if (!rows.wants(label)) return;
    Operand<T> a(3, k, Layout::row), b(k, 2, Layout::column), out(3, 2, Layout::row);
    a.fill(T(0)), b.fill(T(1)), out.fill(T(0));
    for (const index_t p : {index_t{0}, index_t{65535}, index_t{65536}, k - 1})
      for (index_t i = 0; i < 3; ++i) a(i, p) = static_cast<T>(i + 1);
    compare<Tag, T>(rows, label, a, b, out, {T(1), T(0)});
  }
  /// A and B are views of the same memory: A*A, and A*transposed(A).
  template <class Tag, class T>
  static void from_one_matrix(Rows<Tag>& rows, index_t n, bool transpose) {
    const std::string label =
        text::joined(op::element_name<T>(), " ", n, "x", n, " times ", transpose ? "its transpose" : "itself");
    if (!rows.wants(label)) return;
    Operand<T> a(n, n, Layout::padded_row), out(n, n, Layout::column);
    a.fill(Data::random, rows.seed(label));
    Operand<T> b = a;
    if (transpose) std::swap(b.row_stride, b.column_stride);
    const detail::Product<T> expected(a, b, out, {1, 0});
    rows.row(
        label,
        [&](Call<Tag>& call) {
          const MatrixView<const T, typename Backend<Tag>::space> there = call.input("A", a).matrix();
          gemm(call.context(), T(1), there, transpose ? transposed(there) : there, T(0),
               call.output("out", out).matrix());
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          expected.template check<op::gemm::tier>(verdict, outcome.of<T>("out"), n);
        });
  }
  /// One row of A and one column of B, repeated by a stride of 0.
  template <class Tag, class T>
  static void repeated(Rows<Tag>& rows, index_t n) {
    const std::string label = text::joined(op::element_name<T>(), " ", n, "x", n, " repeated");
    if (!rows.wants(label)) return;
    Operand<T> a(1, n, Layout::row), b(n, 1, Layout::column), out(n, n, Layout::row);
    a.fill(Data::random, rows.seed(label)), b.fill(Data::random, rows.seed(label) + 1);
    a.rows = b.columns = n;
    a.row_stride = b.column_stride = 0;
    compare<Tag, T>(rows, label, a, b, out, {T(1), T(0)});
  }
};

template <>
struct Cases<op::syrk> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, T s, op::MatrixInput<Backend<Tag>, T> a,
                                            op::MatrixOutput<Backend<Tag>, T> out) {
    syrk(ctx, s, a, s, out);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    std::size_t turn = 0;
    for (const detail::ProductShape s : detail::product_shapes)
      for (const Layout l : all_layouts)
        for (const Data d : all_data)
          row<Tag>(rows, s.k, s.m, l, d, detail::factors<T>[turn++ % detail::factors<T>.size()]);
    for (const T alpha : detail::scalars<T>)
      for (const T beta : detail::scalars<T>)
        for (const Data d : {Data::random, Data::ties, Data::nan})
          row<Tag, T>(rows, 3, 6, all_layouts[turn++ % all_layouts.size()], d, {alpha, beta});
    for (const index_t columns : {100, 530})
      for (const detail::Factors<T> f : detail::factors<T>)
        row<Tag>(rows, columns == 100 ? 400 : 3, columns, all_layouts[turn++ % all_layouts.size()], Data::random, f);
    if (!rows.full()) return;
    for (const auto& [n, k] : {std::pair<index_t, index_t>{65549, 3}, {1048601, 1}, {2, 1100}})
      row<Tag, T>(rows, n, k, turn++ % 2 == 0 ? Layout::row : Layout::column, Data::random, {T(-1), T(0.5)});
    row<Tag, T>(rows, 2000, 120, Layout::row, Data::mixed, {1, 0}, 3);
    rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 128, [](Call<Tag>& call, index_t n) {
      const Operand<T> a = Operand<T>(n, n, Layout::column).fill(T(1));
      syrk(call.context(), T(1), call.input("A", a).matrix(), T(0), call.output("out", a).matrix());
    });
  }

 private:
  /// A is n x k; out need not be symmetric before.
  template <class Tag, class T>
  static void row(Rows<Tag>& rows, index_t n, index_t k, Layout l, Data d, detail::Factors<T> f, int races = 0) {
    const std::string label = detail::label({k, n, k}, l, d, f);
    if (!rows.wants(label)) return;
    const std::uint64_t seed = rows.seed(label);
    Operand<T> a(n, k, l), out(k, k, detail::other(l, 2));
    a.fill(d, seed);
    detail::old_values(out, d, seed + 2, f.beta);
    Operand<T> a_transposed = a;
    std::swap(a_transposed.rows, a_transposed.columns);
    std::swap(a_transposed.row_stride, a_transposed.column_stride);
    const detail::Product<T> expected(a_transposed, a, out, f);
    rows.row(
        label,
        [&](Call<Tag>& call) {
          syrk(call.context(), f.alpha, call.input("A", a).matrix(), f.beta, call.output("out", out).matrix());
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          expected.template check<op::syrk::tier>(verdict, outcome.of<T>("out"), n);
        },
        races);
  }
};

}  // namespace isonomy::conformance
