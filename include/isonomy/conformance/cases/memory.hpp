// Conformance rows of copy, fill, iota and for_each.
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/memory.hpp"

namespace isonomy::conformance {

namespace detail {
/// Vector sizes: empty, one, odd, above a chunk of any loop.
inline constexpr std::array<index_t, 5> vector_sizes{0, 1, 7, 1000, 20011};
inline constexpr std::array<index_t, 3> vector_strides{1, 2, 5};

[[nodiscard]] inline std::string sized(const char* type, index_t n, index_t stride) {
  return text::joined(type, " ", n, " stride ", stride);
}
}  // namespace detail

template <>
struct Cases<op::copy> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::Input<Backend<Tag>, T> x,
                                            op::Output<Backend<Tag>, T> y, op::MatrixInput<Backend<Tag>, T> a,
                                            op::MatrixOutput<Backend<Tag>, T> b) {
    copy(ctx, x, y);
    copy(ctx, a, b);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    for (const index_t n : detail::vector_sizes)
      for (const index_t from : detail::vector_strides)
        for (const index_t to : detail::vector_strides)
          row<Tag>(rows, text::joined("vector ", detail::sized(op::element_name<T>(), n, from), " to ", to),
                   Operand<T>(n, from), Operand<T>(n, to),
                   [](Context<Tag>& ctx, auto& x, auto& y) { copy(ctx, x.vector(), y.vector()); });
    for (const Layout from : all_layouts)
      for (const Layout to : all_layouts)
        for (const auto& [m, n] : {std::pair<index_t, index_t>{0, 3}, {3, 0}, {1, 1}, {5, 9}, {130, 17}})
          row<Tag>(rows,
                   text::joined("matrix ", op::element_name<T>(), " ", m, "x", n, " ", name(from), " to ", name(to)),
                   Operand<T>(m, n, from), Operand<T>(m, n, to),
                   [](Context<Tag>& ctx, auto& x, auto& y) { copy(ctx, x.matrix(), y.matrix()); });
  }

 private:
  template <class Tag, class T, class Copy>
  static void row(Rows<Tag>& rows, const std::string& label, Operand<T> x, const Operand<T>& y, const Copy& copying) {
    x.fill(Data::nan, rows.seed(label));
    Operand<T> expected = y;
    for (index_t i = 0; i < x.rows; ++i)
      for (index_t j = 0; j < x.columns; ++j) expected(i, j) = x(i, j);
    rows.row(
        label,
        [&](Context<Tag>& ctx) {
          Uploaded<Tag, T> dx(ctx, x), dy(ctx, y);
          copying(ctx, dx, dy);
          return std::tuple(dy.fetch(ctx), dx.fetch(ctx));
        },
        [&](Verdict& verdict, const std::vector<T>& got, const std::vector<T>& got_x) {
          verdict.exact("out", got, expected);
          verdict.exact("source", got_x, x);
        });
  }
};

namespace detail {
/// fill and iota: one output, no input.
template <class Tag, class T, class Expected, class Run>
void output_rows(Rows<Tag>& rows, const Expected& expected_at, const Run& run) {
  for (const index_t n : vector_sizes)
    for (const index_t stride : vector_strides) {
      const Operand<T> out(n, stride);
      Operand<T> expected = out;
      for (index_t i = 0; i < n; ++i) expected(i) = expected_at(i);
      rows.row(
          sized(op::element_name<T>(), n, stride),
          [&](Context<Tag>& ctx) {
            Uploaded<Tag, T> dout(ctx, out);
            run(ctx, dout);
            return std::tuple(dout.fetch(ctx));
          },
          [&](Verdict& verdict, const std::vector<T>& got) { verdict.exact("out", got, expected); });
    }
}

struct WriteTriple {
  std::int64_t* out;
  index_t stride;
  ISONOMY_HD void operator()(index_t i) const { out[i * stride] = 3 * i + 1; }
};
}  // namespace detail

template <>
struct Cases<op::fill> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::Output<Backend<Tag>, T> out, T value) {
    fill(ctx, out, value);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    detail::output_rows<Tag, T>(
        rows, [](index_t) { return T(3); }, [](Context<Tag>& ctx, auto& out) { fill(ctx, out.vector(), T(3)); });
  }
};

template <>
struct Cases<op::iota> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::Output<Backend<Tag>, T> out, T first) {
    iota(ctx, out, first);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    detail::output_rows<Tag, T>(
        rows, [](index_t i) { return static_cast<T>(5 + i); },
        [](Context<Tag>& ctx, auto& out) { iota(ctx, out.vector(), T(5)); });
  }
};

template <>
struct Cases<op::for_each> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::AnyIndexed f) {
    for_each(ctx, index_t{}, f);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    detail::output_rows<Tag, std::int64_t>(
        rows, [](index_t i) { return 3 * i + 1; },
        [](Context<Tag>& ctx, auto& out) {
          const auto v = out.vector();
          for_each(ctx, v.size, detail::WriteTriple{v.data, v.stride});
        });
  }
};

}  // namespace isonomy::conformance
