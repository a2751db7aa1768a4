// Conformance rows of eigh_subset: which eigenvalues, in what order, and vectors by residual and orthogonality.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/cases/linalg/symmetric.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/linalg/eigen/eigh_subset.hpp"
#include "isonomy/ops/linalg/eigen/spectrum.hpp"

namespace isonomy::conformance {

template <>
struct Cases<op::eigh_subset> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, MatrixView<const T, typename Backend<Tag>::space> a,
                                            op::Output<Backend<Tag>, T> w,
                                            MatrixView<T, typename Backend<Tag>::space> v) {
    eigh_subset(ctx, a, Spectrum::negative(), w, v);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    using enum Part;
    for (const Layout l : all_layouts) {
      const Layout other = l == Layout::row ? Layout::column : l == Layout::column ? Layout::spaced : l;
      for (const index_t n : {0, 1, 2, 5})
        for (const Part part : {all, negative}) row<Tag, T>(rows, {n, l, other, SymmetricKind::random, part});
      row<Tag, T>(rows, {33, l, other, SymmetricKind::random, fewer});
      row<Tag, T>(rows, {66, l, other, SymmetricKind::random, middle});
    }
    for (const SymmetricKind kind : symmetric_kinds) {
      row<Tag, T>(rows, {2, Layout::column, Layout::row, kind, fewer});
      for (const Part part : {negative, not_negative, middle})
        row<Tag, T>(rows, {40, Layout::column, Layout::row, kind, part});
    }
    row<Tag, T>(rows, {8, Layout::column, Layout::row, SymmetricKind::paired, fewer});
    for (const Part part : {middle, fewer})
      row<Tag, T>(rows, {100, Layout::padded_row, Layout::padded_column, SymmetricKind::glued, part}, 3);
    row<Tag, T>(rows, {70, Layout::column, Layout::column, SymmetricKind::clusters, none});
    if (rows.full()) {
      row<Tag, T>(rows, {150, Layout::row, Layout::row, SymmetricKind::low_rank, not_negative});
      if constexpr (std::same_as<T, double>)
        row<Tag, T>(rows, {420, Layout::column, Layout::column, SymmetricKind::random, fewer});
      rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 64, [](Call<Tag>& c, index_t n) {
        call(c, plain<T>(n), Spectrum::negative(), Operand<T>(n, index_t{1}), Operand<T>(n, n, Layout::column));
      });
    }
    refusals<Tag, T>(rows);
  }

 private:
  /// `middle` are eigenvalues from a quarter to twice the size of an element.
  enum class Part { all, negative, not_negative, fewer, middle, none };
  struct Shape {
    index_t n;
    Layout a, v;
    SymmetricKind kind;
    Part part;
  };
  template <class T>
  [[nodiscard]] static Spectrum spectrum_of(const Shape& s) {
    const double unit = double{symmetric_unit<T>(s.kind)};
    switch (s.part) {
    case Part::negative: return Spectrum::negative();
    case Part::not_negative: return Spectrum::at_least(0);
    case Part::fewer: return Spectrum::smaller_sign_class();
    case Part::middle: return Spectrum::between(unit / 4, unit * 2);
    case Part::none: return Spectrum::between(unit, unit);
    default: return Spectrum::whole();
    }
  }
  template <class T>
  [[nodiscard]] static Operand<T> plain(index_t n) {
    return symmetric_matrix<T>(n, Layout::column, SymmetricKind::random, 1);
  }

  template <class Tag, class T>
  static void call(Call<Tag>& call, const Operand<T>& a, const Spectrum& s, const Operand<T>& w, const Operand<T>& v) {
    const EigenRange found =
        eigh_subset(call.context(), MatrixView<const T, typename Backend<Tag>::space>(call.input("A", a).matrix()), s,
                    call.output("w", w).vector(), call.output("V", v).matrix());
    call.result("first", found.first);
    call.result("count", found.count);
  }

  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const Shape& s, int races = 0) {
    constexpr std::array parts{"all", "below 0", "from 0", "the smaller sign class", "the middle", "none"};
    const std::string what = text::joined(op::element_name<T>(), " ", s.n, " ", name(s.a), " to ", name(s.v), " ",
                                          name(s.kind), ", ", parts[static_cast<std::size_t>(s.part)]);
    if (!rows.wants(what)) return;
    const Operand<T> a = symmetric_matrix<T>(s.n, s.a, s.kind, rows.seed(what));
    const index_t room = s.part == Part::fewer ? s.n / 2 : s.n;
    Operand<T> w(room + s.n % 2, index_t{s.n % 2 + 1}), v(s.n, room, s.v);
    w.fill(T(-7)), v.fill(T(-7));
    const Spectrum spectrum = spectrum_of<T>(s);
    rows.row(
        what, [&](Call<Tag>& c) { call(c, a, spectrum, w, v); },
        [&](Verdict& verdict, const Outcome& outcome) {
          Operand<T> got_w = w, got_v = v;
          got_w.take(outcome.of<T>("w"));
          got_v.take(outcome.of<T>("V"));
          verdict.exact("w, a gap in its storage", outcome.of<T>("w"), got_w);
          verdict.exact("V, a gap in its storage", outcome.of<T>("V"), got_v);
          const EigenRange found{outcome.of<index_t>("first").front(), outcome.of<index_t>("count").front()};
          if (found.first < 0 || found.count < 0 || found.count > room)
            return verdict.fault("eigenvalues ", found.first, " and ", found.count, " in all cannot be");
          using View = MatrixView<const T>;
          const auto arguments = [&](const Operand<T>& values, const Operand<T>& vectors) {
            return std::tuple<View, Spectrum, VectorView<const T>, View>(a.elements(), spectrum, values.line(),
                                                                         vectors.elements());
          };
          if (s.n > 0) judge(verdict, op::eigh_subset::deviation(arguments(w, v), arguments(got_w, got_v), found));
        },
        races);
  }
  static void judge(Verdict& verdict, const std::optional<op::Deviation>& d) {
    if (!d) return;
    const char* const what = d->view == 1   ? "w, its order, its range or its rest,"
                             : d->view == 2 ? "V, its residual, its product, its signs or its rest,"
                                            : "the eigenvalues chosen, their first or their number,";
    verdict.mismatch(what, d->row, d->column, d->value, d->reference, d->bound);
  }

  template <class Tag, class T>
  static void refusals(Rows<Tag>& rows) {
    using Limits = std::numeric_limits<double>;
    const std::string of = op::element_name<T>();
    const auto outputs = [](Call<Tag>& c, const Operand<T>& a, const Spectrum& s, index_t values, index_t vectors) {
      call(c, a, s, Operand<T>(values, index_t{1}), Operand<T>(a.rows, vectors, Layout::column));
    };
    for (const bool infinite : {false, true})
      rows.template throws<ValueError>(
          text::joined(of, infinite ? ", an infinity" : ", a NaN", " in the lower triangle"), [=](Call<Tag>& c) {
            Operand<T> a = plain<T>(40);
            a(39, infinite ? 0 : 39) = static_cast<T>(infinite ? -Limits::infinity() : Limits::quiet_NaN());
            outputs(c, a, Spectrum::negative(), 40, 40);
          });
    const auto refused = [&](const char* what, const Spectrum& s, index_t values, index_t vectors) {
      rows.template throws<ValueError>(text::joined(of, ", ", what),
                                       [=](Call<Tag>& c) { outputs(c, plain<T>(33), s, values, vectors); });
    };
    refused("an end that is NaN", Spectrum::at_least(Limits::quiet_NaN()), 33, 33);
    refused("ends that descend", Spectrum::between(1, 0.5), 33, 33);
    refused("an element of w too few", Spectrum::whole(), 32, 33);
    refused("a column of V too few", Spectrum::at_least(-1000), 33, 32);
    rows.template throws<ShapeError>(text::joined(of, ", a row of V too many"), [](Call<Tag>& c) {
      call(c, plain<T>(3), Spectrum::whole(), Operand<T>(3, index_t{1}), Operand<T>(4, 3, Layout::column));
    });
    rows.template throws<ShapeError>(text::joined(of, ", a column of A too few"), [](Call<Tag>& c) {
      call(c, Operand<T>(3, 2, Layout::row).fill(T(1)), Spectrum::whole(), Operand<T>(3, index_t{1}),
           Operand<T>(3, 3, Layout::column));
    });
  }
};

}  // namespace isonomy::conformance
