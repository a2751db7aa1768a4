// Conformance rows of eigh_batched: each matrix as those of eigh, and what is said of those that cannot be solved.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/cases/linalg/stack.hpp"
#include "isonomy/conformance/cases/linalg/symmetric.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/linalg/eigen/eigh_batched.hpp"

namespace isonomy::conformance {

template <>
struct Cases<op::eigh_batched> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, BatchView<const T, typename Backend<Tag>::space> a,
                                            MatrixView<T, typename Backend<Tag>::space> w,
                                            BatchView<T, typename Backend<Tag>::space> v,
                                            op::Output<Backend<Tag>, index_t> info) {
    eigh_batched(ctx, a, w, v, info);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    for (const Layout l : all_layouts)
      for (const auto& [batches, n] : {std::array<index_t, 2>{5, 1}, {0, 3}, {3, 0}, {19, 5}, {2, 33}})
        row<Tag, T>(rows, {batches, n, l, false, batches % 2 == 0});
    row<Tag, T>(rows, {19, 3, Layout::column, false, true});
    row<Tag, T>(rows, {11, 2, Layout::column, true, false});
    row<Tag, T>(rows, {11, 40, Layout::row, true, true}, 1);
    one_in_all<Tag, T>(rows);
    if (rows.full()) {
      row<Tag, T>(rows, {1500, 3, Layout::column, true, true});
      if constexpr (std::same_as<T, double>) row<Tag, T>(rows, {1, 520, Layout::column, false, false});
      rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 16, [](Call<Tag>& c, index_t batches) {
        const Stack<T> a(batches, 40, 40, Layout::column);
        call(c, a.view(c.input("A", Operand<T>(a.operand).fill(T(1)))), a, Operand<T>(batches, 40, Layout::row));
      });
    }
    refusals<Tag, T>(rows);
  }

 private:
  struct Shape {
    index_t batches, n;
    Layout layout;
    bool hard;  ///< the kinds of matrices in turn, else random ones
    bool bad;   ///< every third holds what is not finite
  };
  [[nodiscard]] static index_t expected(const Shape& s, index_t slot) {
    return s.bad && s.n > 0 && slot % 3 == 1 ? -1 : 0;
  }
  template <class T>
  [[nodiscard]] static Operand<T> matrix(const Shape& s, index_t slot, std::uint64_t seed) {
    const auto kinds = static_cast<index_t>(symmetric_kinds.size());
    const SymmetricKind kind = s.hard ? symmetric_kinds[static_cast<std::size_t>(slot % kinds)] : SymmetricKind::random;
    Operand<T> a = symmetric_matrix<T>(s.n, Layout::column, kind, seed + static_cast<std::uint64_t>(slot));
    if (expected(s, slot) != 0)
      a(s.n - 1, slot % s.n) = slot % 2 == 0 ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::quiet_NaN();
    return a;
  }

  template <class Tag, class T, class View>
  static void call(Call<Tag>& c, const View& a, const Stack<T>& v, const Operand<T>& w) {
    Operand<index_t> info(v.batches, index_t{v.batches % 2 + 1});
    info.fill(index_t{-7});
    eigh_batched(c.context(), BatchView<const T, typename Backend<Tag>::space>(a), c.output("w", w).matrix(),
                 v.view(c.output("V", v.operand)), c.output("info", info).vector());
  }

  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const Shape& s, int races = 0) {
    const std::string what = text::joined(op::element_name<T>(), " ", s.batches, " of ", s.n, " ", name(s.layout),
                                          s.hard ? ", hard" : "", s.bad ? ", some not finite" : "");
    if (!rows.wants(what)) return;
    Stack<T> a(s.batches, s.n, s.n, s.layout);
    for (index_t slot = 0; slot < s.batches; ++slot) {
      const Operand<T> one = matrix<T>(s, slot, rows.seed(what));
      for (index_t j = 0; j < s.n; ++j)
        for (index_t i = 0; i < s.n; ++i) a.at(slot, i, j) = one(i, j);
    }
    compare(rows, what, s, a, races);
  }
  /// One matrix in all slots, by a batch stride of 0.
  template <class Tag, class T>
  static void one_in_all(Rows<Tag>& rows) {
    const std::string what = text::joined(op::element_name<T>(), " 9 times one A");
    if (!rows.wants(what)) return;
    const Shape s{9, 5, Layout::column, false, false};
    Stack<T> a(1, 5, 5, Layout::column);
    a.operand = matrix<T>(s, 0, rows.seed(what));
    compare(rows, what, s, a, 0);
  }
  template <class Tag, class T>
  static void compare(Rows<Tag>& rows, const std::string& what, const Shape& s, const Stack<T>& a, int races) {
    const Layout other = s.layout == Layout::row      ? Layout::column
                         : s.layout == Layout::column ? Layout::spaced
                                                      : s.layout;
    Stack<T> v(s.batches, s.n, s.n, other);
    Operand<T> w(s.batches, s.n, s.layout);
    v.operand.fill(T(-7)), w.fill(T(-7));
    rows.row(
        what,
        [&](Call<Tag>& c) {
          auto given = a.view(c.input("A", a.operand));
          if (given.batches != s.batches) given.batches = s.batches, given.batch_stride = 0;
          call(c, given, v, w);
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          Stack<T> got_v = v;
          Operand<T> got_w = w;
          Operand<index_t> info(s.batches, index_t{s.batches % 2 + 1});
          for (index_t slot = 0; slot < s.batches; ++slot) info(slot) = expected(s, slot);
          verdict.exact("info", outcome.of<index_t>("info"), info);
          got_w.take(outcome.of<T>("w"));
          got_v.operand.take(outcome.of<T>("V"));
          verdict.exact("w, a gap in its storage", outcome.of<T>("w"), got_w);
          verdict.exact("V, a gap in its storage", outcome.of<T>("V"), got_v.operand);
          for (index_t slot = 0; verdict.ok() && slot < s.batches; ++slot)
            judge(verdict, slot, expected(s, slot) == 0, a.one(a.batches == 1 ? 0 : slot), got_w, got_v.one(slot));
        },
        races);
  }
  template <class T>
  static void judge(Verdict& verdict, index_t slot, bool solved, const Operand<T>& a, const Operand<T>& w,
                    const Operand<T>& v) {
    const VectorView<const T> values = w.elements().row(slot);
    const std::optional<op::Deviation> d = solved ? op::eigh::of_result<T>(a.elements(), values, v.elements())
                                                  : op::eigh_batched::not_cleared<T>(values, v.elements());
    if (d)
      verdict.fault("matrix ", slot, ": ", d->view == 1 ? "w" : "V, its residual, its product or its signs,", "(",
                    d->row, ", ", d->column, ") is ", d->value, " instead of ", d->reference, ", bound ", d->bound);
  }

  template <class Tag, class T>
  static void refusals(Rows<Tag>& rows) {
    const auto refused = [&](const char* what, index_t columns, index_t values, index_t batches) {
      rows.template throws<ShapeError>(text::joined(op::element_name<T>(), ", ", what), [=](Call<Tag>& c) {
        const Stack<T> a(2, 3, columns, Layout::column), v(batches, 3, 3, Layout::column);
        call(c, a.view(c.input("A", Operand<T>(a.operand).fill(T(1)))), v, Operand<T>(2, values, Layout::row));
      });
    };
    refused("a column too few", 2, 3, 2);
    refused("an eigenvalue too many", 3, 4, 2);
    refused("a matrix of vectors too few", 3, 3, 1);
  }
};

}  // namespace isonomy::conformance
