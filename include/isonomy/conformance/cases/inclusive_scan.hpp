// Conformance rows of inclusive_scan; all exact.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/cases/reductions.hpp"
#include "isonomy/conformance/cases/vectors.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/functional.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/reduce/inclusive_scan.hpp"

namespace isonomy::conformance {

namespace detail {
/// Functions x -> scale*x + shift modulo 2^32, in the halves of a number: associative and exact, and any other order of
/// operands shows.
struct ComposeHalves {
  ISONOMY_HD std::int64_t operator()(std::int64_t first, std::int64_t then) const {
    const auto a = static_cast<std::uint64_t>(first), b = static_cast<std::uint64_t>(then);
    const std::uint64_t scale = ((a >> 32) | 1) * ((b >> 32) | 1);
    const std::uint64_t shift = (a & 0xffffffffu) * ((b >> 32) | 1) + (b & 0xffffffffu);
    return static_cast<std::int64_t>(scale << 32 | (shift & 0xffffffffu));
  }
};
struct BusyMaximum {
  template <class T>
  ISONOMY_HD T operator()(T a, T b) const {
    return Maximum{}(a, Busy{}(b));
  }
};
/// The scan from its definition: the totals of chunks before that of i, and that chunk up to i.
template <class T, class Op>
[[nodiscard]] Operand<T> scanned(const Operand<T>& x, Operand<T> out, const Op& op) {
  T before{};
  for (index_t first = 0; first < x.rows; first += reduction_chunk) {
    T fold = x(first);
    for (index_t i = first; i < std::min(x.rows, first + reduction_chunk); ++i) {
      if (i > first) fold = op(fold, x(i));
      out(i) = first == 0 ? fold : op(before, fold);
    }
    before = first == 0 ? fold : op(before, fold);
  }
  return out;
}
}  // namespace detail

template <>
struct Cases<op::inclusive_scan> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::Input<Backend<Tag>, T> x,
                                            op::Output<Backend<Tag>, T> out) {
    inclusive_scan(ctx, x, out, Plus{});
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    for (const Data d : kinds_of_data<T>())
      for (const index_t n : detail::reduction_sizes)
        if (detail::fits<T>(d, n)) row<Tag, T>(rows, n, n % 2 == 0 ? 1 : 3, d);
    row<Tag, T>(rows, 64 * reduction_chunk, 1, Data::random);
    if (rows.full() && detail::stands_for_all<T>)
      for (const index_t n : detail::huge_sizes) row<Tag, T>(rows, n, 1, Data::random, n < 100000 ? 2 : 0);
    if constexpr (std::same_as<typename Backend<Tag>::space, HostSpace>)
      rows.propagates(text::joined(op::element_name<T>(), ", an exception of the operator"), [](Call<Tag>& call) {
        std::vector<T> x(20011, T(2));
        x.back() = T(3);
        inclusive_scan(call.context(), call.input("x", x), call.output("out", contiguous(x)).vector(),
                       detail::ThrowOn<T>{T(3)});
      });
    rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 100000, [](Call<Tag>& call, index_t n) {
      const std::vector<T> x(static_cast<std::size_t>(n), T(3));
      inclusive_scan(call.context(), call.input("x", x), call.output("out", contiguous(x)).vector(),
                     detail::BusyMaximum{});
    });
  }

 private:
  template <class Tag, class T>
  static void row(Rows<Tag>& rows, index_t n, index_t stride, Data d, int races = 0) {
    const std::string label = text::joined(detail::sized(op::element_name<T>(), n, stride), " ", name(d));
    if (!rows.wants(label)) return;
    const Operand<T> x = Operand<T>(n, stride).fill(d, rows.seed(label)), out(n, index_t{2});
    // Sums of the ends of the range are not defined.
    const bool summable = !std::signed_integral<T> || d != Data::mixed;
    const Operand<T> last = detail::scanned(x, out, detail::Second{});
    const Operand<T> sums = summable ? detail::scanned(x, out, Plus{}) : out;
    const Operand<T> in_place = summable ? detail::scanned(x, x, Plus{}) : x;
    constexpr bool composes = std::same_as<T, std::int64_t>;
    Operand<T> composed = out;
    if constexpr (composes) composed = detail::scanned(x, out, detail::ComposeHalves{});
    rows.row(
        label,
        [&](Call<Tag>& call) {
          auto& ctx = call.context();
          const auto from = call.input("x", x).vector();
          inclusive_scan(ctx, from, call.output("last", out).vector(), detail::Second{});
          if constexpr (composes)
            inclusive_scan(ctx, from, call.output("compositions", out).vector(), detail::ComposeHalves{});
          if (!summable) return;
          inclusive_scan(ctx, from, call.output("sums", out).vector(), Plus{});
          const auto there = call.output("sums in place", x).vector();
          inclusive_scan(ctx, there, there, Plus{});
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          verdict.exact("last", outcome.of<T>("last"), last);
          if constexpr (composes) verdict.exact("compositions", outcome.of<T>("compositions"), composed);
          if (!summable) return;
          verdict.exact("sums", outcome.of<T>("sums"), sums);
          verdict.exact("sums in place", outcome.of<T>("sums in place"), in_place);
        },
        races);
  }
};

}  // namespace isonomy::conformance
