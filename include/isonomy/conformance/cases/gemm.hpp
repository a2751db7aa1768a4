// Conformance rows of gemm and syrk against triple loops.
#pragma once

#include <array>
#include <string>
#include <tuple>
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
/// Empty, one, odd, tall, wide, a long sum, and above the blocks of Backend<Cpu> (384 steps, 480 rows, 192 and 3072
/// columns, 3840 rows).
inline constexpr std::array product_shapes{ProductShape{0, 3, 2},    ProductShape{3, 0, 2},  ProductShape{2, 3, 0},
                                           ProductShape{1, 1, 1},    ProductShape{1, 7, 1},  ProductShape{5, 3, 7},
                                           ProductShape{17, 31, 13}, ProductShape{64, 2, 3}, ProductShape{2, 3, 64},
                                           ProductShape{49, 97, 9}};
inline constexpr std::array large_product_shapes{ProductShape{500, 20, 200}, ProductShape{30, 1000, 20},
                                                 ProductShape{3900, 1, 2}, ProductShape{1, 2, 3100}};

template <class T>
struct Factors {
  T alpha, beta;
};
/// None above 1 in magnitude, so that they cannot magnify an underflow.
template <class T>
inline constexpr std::array factors{Factors<T>{1, 0}, Factors<T>{T(-0.75), 0}, Factors<T>{1, 1},
                                    Factors<T>{T(0.5), T(-0.25)}};

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
[[nodiscard]] std::string label(index_t m, index_t k, index_t n, Layout l, Data d, Factors<T> f) {
  return text::joined(op::element_name<T>(), " ", m, "x", k, "x", n, " ", name(l), " ", name(d), " alpha ",
                      std::to_string(f.alpha), " beta ", std::to_string(f.beta));
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
    for (const detail::ProductShape s : detail::large_product_shapes)
      for (const detail::Factors<T> f : detail::factors<T>)
        row<Tag>(rows, s, all_layouts[turn++ % all_layouts.size()], Data::random, f);
  }

 private:
  template <class Tag, class T>
  static void row(Rows<Tag>& rows, detail::ProductShape s, Layout l, Data d, detail::Factors<T> f) {
    const std::string label = detail::label(s.m, s.k, s.n, l, d, f);
    const std::uint64_t seed = rows.seed(label);
    Operand<T> a(s.m, s.k, l), b(s.k, s.n, detail::other(l, 1)), out(s.m, s.n, detail::other(l, 2));
    a.fill(d, seed);
    b.fill(d, seed + 1);
    detail::old_values(out, d, seed + 2, f.beta);
    const detail::Product<T> expected(a, b, out, f);
    rows.row(
        label,
        [&](Context<Tag>& ctx) {
          Uploaded<Tag, T> da(ctx, a), db(ctx, b), dout(ctx, out);
          gemm(ctx, f.alpha, da.matrix(), db.matrix(), f.beta, dout.matrix());
          return std::tuple(dout.fetch(ctx), da.fetch(ctx), db.fetch(ctx));
        },
        [&](Verdict& verdict, const std::vector<T>& got, const std::vector<T>& got_a, const std::vector<T>& got_b) {
          expected.template check<op::gemm::tier>(verdict, got, s.k);
          verdict.exact("A", got_a, a);
          verdict.exact("B", got_b, b);
        });
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
    for (const index_t columns : {100, 530})
      for (const detail::Factors<T> f : detail::factors<T>)
        row<Tag>(rows, columns == 100 ? 400 : 3, columns, all_layouts[turn++ % all_layouts.size()], Data::random, f);
  }

 private:
  /// A is n x k; out need not be symmetric before.
  template <class Tag, class T>
  static void row(Rows<Tag>& rows, index_t n, index_t k, Layout l, Data d, detail::Factors<T> f) {
    const std::string label = detail::label(k, n, k, l, d, f);
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
        [&](Context<Tag>& ctx) {
          Uploaded<Tag, T> da(ctx, a), dout(ctx, out);
          syrk(ctx, f.alpha, da.matrix(), f.beta, dout.matrix());
          return std::tuple(dout.fetch(ctx), da.fetch(ctx));
        },
        [&](Verdict& verdict, const std::vector<T>& got, const std::vector<T>& got_a) {
          expected.template check<op::syrk::tier>(verdict, got, n);
          verdict.exact("A", got_a, a);
        });
  }
};

}  // namespace isonomy::conformance
