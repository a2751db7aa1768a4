// Conformance rows of tridiagonalise and apply_reflectors: residuals of the form, and products with reflectors.
#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/linalg/eigen/tridiagonalise.hpp"

namespace isonomy::conformance {

template <>
struct Cases<op::tridiagonalise> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, MatrixView<const T, typename Backend<Tag>::space> a,
                                            op::Output<Backend<Tag>, T> d, op::MatrixOutput<Backend<Tag>, T> v) {
    tridiagonalise(ctx, a, d, d, v, d);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    for (const Layout l : all_layouts) {
      const Layout other = l == Layout::row ? Layout::column : l == Layout::column ? Layout::spaced : l;
      for (const index_t n : {0, 1, 2, 3, 34}) row<Tag, T>(rows, {n, l, other, Kind::random});
    }
    for (const Kind k :
         {Kind::ties, Kind::zero, Kind::tridiagonal, Kind::graded, Kind::tiny, Kind::huge, Kind::denormal})
      for (const index_t n : {2, 40}) row<Tag, T>(rows, {n, Layout::column, Layout::row, k});
    row<Tag, T>(rows, {100, Layout::padded_row, Layout::padded_column, Kind::random}, 3);
    if (rows.full()) {
      if constexpr (std::same_as<T, double>) row<Tag, T>(rows, {420, Layout::column, Layout::column, Kind::random});
      rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 64, [](Call<Tag>& c, index_t n) {
        call(c, matrix<T>({n, Layout::column, Layout::column, Kind::random}, 1), Outputs<T>(n, Layout::column));
      });
    }
    rows.template throws<ValueError>(text::joined(op::element_name<T>(), ", an infinity"), [](Call<Tag>& c) {
      Operand<T> a = matrix<T>({5, Layout::column, Layout::column, Kind::random}, 1);
      a(4, 0) = std::numeric_limits<T>::infinity();
      call(c, a, Outputs<T>(5, Layout::column));
    });
    rows.template throws<ShapeError>(text::joined(op::element_name<T>(), ", a column too few"), [](Call<Tag>& c) {
      call(c, Operand<T>(3, 2, Layout::row).fill(T(1)), Outputs<T>(3, Layout::column));
    });
  }

 private:
  /// `graded` over many decades, `tiny` and `huge` at the ends of the range; of `tridiagonal` no column needs a
  /// reflector.
  enum class Kind { random, ties, zero, tridiagonal, graded, tiny, huge, denormal };
  struct Shape {
    index_t n;
    Layout a, v;
    Kind kind;
  };
  template <class T>
  struct Outputs {
    Operand<T> d, e, v, taus;

    Outputs(index_t n, Layout l)
        : d(n, index_t{n % 2 + 1}), e(n > 0 ? n - 1 : 0, index_t{1}), v(n, n, l), taus(n > 0 ? n - 1 : 0, index_t{2}) {
      d.fill(T(-7)), e.fill(T(-7)), v.fill(T(-7)), taus.fill(T(-7));
    }
  };

  template <class T>
  [[nodiscard]] static Operand<T> matrix(const Shape& s, std::uint64_t seed) {
    using Limits = std::numeric_limits<T>;
    Operand<T> a(s.n, s.n, s.a);
    for (index_t j = 0; j < s.n; ++j)
      for (index_t i = 0; i < s.n; ++i) {
        const T u = draw<T>(Data::random, seed, i * s.n + j);
        const double place = static_cast<double>(i + j) / static_cast<double>(2 * s.n);
        T& x = a(i, j);
        switch (s.kind) {
        case Kind::ties: x = draw<T>(Data::ties, seed, i * s.n + j); break;
        case Kind::zero: x = 0; break;
        case Kind::tridiagonal: x = i <= j + 1 ? u : T(0); break;
        case Kind::graded: x = u * static_cast<T>(std::pow(10.0, -place * Limits::max_exponent10 * 0.9)); break;
        case Kind::tiny: x = u * std::ldexp(T(1), Limits::min_exponent + 1); break;
        case Kind::huge: x = u * std::ldexp(T(1), Limits::max_exponent - 20); break;
        case Kind::denormal: x = draw<T>(Data::denormal, seed, i * s.n + j); break;
        default: x = u;
        }
        if (i < j) x = i % 2 == 0 ? Limits::quiet_NaN() : T(-55);  // never read
      }
    return a;
  }
  template <class Tag, class T>
  static void call(Call<Tag>& c, const Operand<T>& a, const Outputs<T>& o) {
    tridiagonalise(c.context(), MatrixView<const T, typename Backend<Tag>::space>(c.input("A", a).matrix()),
                   c.output("d", o.d).vector(), c.output("e", o.e).vector(), c.output("reflectors", o.v).matrix(),
                   c.output("taus", o.taus).vector());
  }

  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const Shape& s, int races = 0) {
    constexpr std::array kinds{"random", "ties", "zero", "tridiagonal", "graded", "tiny", "huge", "denormal"};
    const std::string what = text::joined(op::element_name<T>(), " ", s.n, " ", name(s.a), " to ", name(s.v), " ",
                                          kinds[static_cast<std::size_t>(s.kind)]);
    if (!rows.wants(what)) return;
    const Operand<T> a = matrix<T>(s, rows.seed(what));
    const Outputs<T> sent(s.n, s.v);
    rows.row(
        what, [&](Call<Tag>& c) { call(c, a, sent); },
        [&](Verdict& verdict, const Outcome& outcome) {
          Outputs<T> got = sent;
          for (auto& [key, o] : {std::pair<const char*, Operand<T>*>{"d", &got.d},
                                 {"e", &got.e},
                                 {"reflectors", &got.v},
                                 {"taus", &got.taus}}) {
            const std::vector<T> storage = outcome.of<T>(key);
            for (index_t j = 0; j < o->columns; ++j)
              for (index_t i = 0; i < o->rows; ++i) (*o)(i, j) = storage[static_cast<std::size_t>(o->at(i, j))];
            verdict.exact("a gap of an output", storage, *o);
          }
          judge(verdict, a, got);
        },
        races);
  }
  template <class T>
  static void judge(Verdict& verdict, const Operand<T>& a, const Outputs<T>& o) {
    const auto d =
        op::tridiagonalise::of_result<T>(a.elements(), o.d.line(), o.e.line(), o.v.elements(), o.taus.line());
    if (!d) return;
    constexpr std::array names{"", "Q*T*Q^T - A", "", "reflectors", "taus, times the square of a reflector, less 2,"};
    verdict.mismatch(names[static_cast<std::size_t>(d->view)], d->row, d->column, d->value, d->reference, d->bound);
  }
};

template <>
struct Cases<op::apply_reflectors> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, MatrixView<const T, typename Backend<Tag>::space> v,
                                            op::Input<Backend<Tag>, T> taus, op::MatrixOutput<Backend<Tag>, T> c) {
    apply_reflectors(ctx, v, taus, true, c);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    for (const Layout l : all_layouts)
      for (const index_t n : {0, 1, 2, 3, 40})
        for (const index_t m : {1, 5}) row<Tag, T>(rows, {n, m, l, (n + m) % 2 == 0, 1});
    for (const bool transpose : {false, true}) {
      row<Tag, T>(rows, {70, 0, Layout::column, transpose, 1});
      row<Tag, T>(rows, {70, 30, Layout::row, transpose, std::numeric_limits<T>::max() / 64});
      row<Tag, T>(rows, {140, 9, Layout::column, transpose, 1}, 3);
    }
    if (rows.full()) {
      row<Tag, T>(rows, {400, 210, Layout::column, false, 1});
      rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 64, [](Call<Tag>& c, index_t n) {
        const Shape s{n, n, Layout::column, false, 1};
        call(c, s, reflectors<T>(s, 1), taus_of(reflectors<T>(s, 1)), columns<T>(s, 1));
      });
    }
    rows.template throws<ShapeError>(text::joined(op::element_name<T>(), ", a row too many"), [](Call<Tag>& c) {
      const Shape s{4, 2, Layout::column, false, 1}, other{3, 2, Layout::column, false, 1};
      call(c, s, reflectors<T>(s, 1), taus_of(reflectors<T>(s, 1)), columns<T>(other, 1));
    });
  }

 private:
  struct Shape {
    index_t n, m;
    Layout layout;
    bool transpose;
    double scale;
  };
  /// Beneath the first subdiagonal; the rest is never read.
  template <class T>
  [[nodiscard]] static Operand<T> reflectors(const Shape& s, std::uint64_t seed) {
    Operand<T> v(s.n, s.n, s.layout);
    for (index_t j = 0; j < s.n; ++j)
      for (index_t i = 0; i < s.n; ++i)
        v(i, j) = i > j + 1 ? draw<T>(Data::random, seed, i * s.n + j) : std::numeric_limits<T>::quiet_NaN();
    return v;
  }
  /// 2 over the square of each reflector; every fifth is none.
  template <class T>
  [[nodiscard]] static Operand<T> taus_of(const Operand<T>& v) {
    Operand<T> taus(v.rows > 0 ? v.rows - 1 : 0, index_t{v.rows % 3 + 1});
    for (index_t j = 0; j < taus.rows; ++j) {
      long double square = 1;
      for (index_t i = j + 2; i < v.rows; ++i) square += static_cast<long double>(v(i, j)) * v(i, j);
      taus(j) = j % 5 == 4 ? T(0) : static_cast<T>(2 / square);
    }
    return taus;
  }
  template <class T>
  [[nodiscard]] static Operand<T> columns(const Shape& s, std::uint64_t seed) {
    Operand<T> c(s.n, s.m, s.layout == Layout::row ? Layout::spaced : s.layout);
    c.fill(Data::random, seed + 1);
    for (index_t j = 0; j < s.m; ++j)
      for (index_t i = 0; i < s.n; ++i) c(i, j) *= static_cast<T>(s.scale);
    return c;
  }
  template <class Tag, class T>
  static void call(Call<Tag>& call, const Shape& s, const Operand<T>& v, const Operand<T>& taus, const Operand<T>& c) {
    using Space = typename Backend<Tag>::space;
    apply_reflectors(call.context(), MatrixView<const T, Space>(call.input("reflectors", v).matrix()),
                     VectorView<const T, Space>(call.input("taus", taus).vector()), s.transpose,
                     call.output("C", c).matrix());
  }

  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const Shape& s, int races = 0) {
    const std::string what = text::joined(op::element_name<T>(), " ", s.n, "x", s.m, " ", name(s.layout),
                                          s.transpose ? " transposed" : "", s.scale != 1 ? " huge" : "");
    if (!rows.wants(what)) return;
    const std::uint64_t seed = rows.seed(what);
    const Operand<T> v = reflectors<T>(s, seed), taus = taus_of(v), c = columns<T>(s, seed);
    const Operand<T> expected = product(s, v, taus, c);
    rows.row(
        what, [&](Call<Tag>& k) { call(k, s, v, taus, c); },
        [&](Verdict& verdict, const Outcome& outcome) {
          verdict.template within<op::apply_reflectors::tier>(
              "C", outcome.of<T>("C"), expected, static_cast<double>(8 * (s.n + 2)), [&](index_t, index_t j) {
                long double square = 0;
                for (index_t i = 0; i < s.n; ++i) square += static_cast<long double>(c(i, j)) * c(i, j);
                return static_cast<double>(std::sqrt(square));
              });
        },
        races);
  }
  /// One reflector after the other, from the front door's comment.
  template <class T>
  [[nodiscard]] static Operand<T> product(const Shape& s, const Operand<T>& v, const Operand<T>& taus,
                                          const Operand<T>& c) {
    Operand<T> out = c;
    std::vector<long double> x(static_cast<std::size_t>(s.n));
    for (index_t k = 0; k < s.m; ++k) {
      for (index_t i = 0; i < s.n; ++i) x[static_cast<std::size_t>(i)] = c(i, k);
      for (index_t step = 0; step + 1 < s.n; ++step) {
        const index_t j = s.transpose ? step : s.n - 2 - step;
        long double sum = x[static_cast<std::size_t>(j + 1)];
        for (index_t i = j + 2; i < s.n; ++i) sum += v(i, j) * x[static_cast<std::size_t>(i)];
        x[static_cast<std::size_t>(j + 1)] -= taus(j) * sum;
        for (index_t i = j + 2; i < s.n; ++i) x[static_cast<std::size_t>(i)] -= taus(j) * sum * v(i, j);
      }
      for (index_t i = 0; i < s.n; ++i) out(i, k) = static_cast<T>(x[static_cast<std::size_t>(i)]);
    }
    return out;
  }
};

}  // namespace isonomy::conformance
