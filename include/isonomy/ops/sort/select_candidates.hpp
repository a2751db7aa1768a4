// select_candidates: all elements that may be among the k largest of numbers known to within a margin.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/functional.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/memory.hpp"
#include "isonomy/ops/reduce/transform.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"
#include "isonomy/ops/sort/stable_sort_by_key.hpp"

namespace isonomy {

/// Where the k largest end, and how many elements were chosen.
struct CandidateCut {
  index_t counted = 0;  ///< elements that count: those of at least 0
  index_t chosen = 0;
  double value = -std::numeric_limits<double>::infinity();  ///< the k-th largest, or the least where fewer count
  double next = -std::numeric_limits<double>::infinity();   ///< the one behind it, -infinity where there is none
  bool operator==(const CandidateCut&) const = default;

  /// The least value that is chosen.
  [[nodiscard]] static ISONOMY_HD double least(double value, double margin) {
    return value - margin > 0 ? value - margin : 0.0;
  }
};

namespace detail {

/// Elements that do not count as one number below all that do, zeros without a sign.
struct CountedOrLess {
  ISONOMY_HD double operator()(double x) const { return x >= 0 ? x + 0.0 : -1.0; }
};
struct AtLeast {
  double least;
  ISONOMY_HD index_t operator()(double x) const { return x >= least ? 1 : 0; }
};

}  // namespace detail

namespace op {
/// All that may be among the k largest.
struct select_candidates : Declaration {
  static constexpr const char* name = "select_candidates";
  using elements = std::tuple<double>;
  template <class B, class = double>
  static constexpr bool own = requires(ContextOf<B>& c, Input<B, double> x, index_t k, double margin,
                                       Output<B, index_t> places, Output<B, double> values) {
    CandidateCut(B::select_candidates(c, x, k, margin, places, values));
  };
  template <class B, class = double>
  static constexpr bool derived = requires {
    requires Runs<transform, B, double>;
    requires Runs<transform_reduce, B, index_t>;
    requires Runs<stable_sort_by_key, B, double>;
    requires Runs<stable_sort_by_key, B, index_t>;
    requires Runs<copy, B, double>;
    requires Runs<copy, B, index_t>;
    requires Runs<iota, B, index_t>;
  };
  template <class B, class... A>
  static CandidateCut call(A&&... arguments) {
    return B::select_candidates(std::forward<A>(arguments)...);
  }
  template <class B, class T, class Ctx>
    requires requires(const Ctx& c, index_t n) { B::select_candidates_workspace(c, n); }
  static std::size_t workspace(const Ctx& ctx, index_t size) { return B::select_candidates_workspace(ctx, size); }
  /// Sorts all by value, and those chosen by place again.
  template <class Ctx>
  static CandidateCut derive(Ctx& ctx, VectorView<const double, typename Ctx::space> x, index_t k, double margin,
                             VectorView<index_t, typename Ctx::space> places,
                             VectorView<double, typename Ctx::space> values) {
    const index_t n = x.size;
    Buffer<double, typename Ctx::tag> sorted(ctx, n, "select_candidates");
    Buffer<index_t, typename Ctx::tag> order(ctx, n, "select_candidates");
    isonomy::transform(ctx, isonomy::detail::CountedOrLess{}, sorted.view(), x);
    isonomy::iota(ctx, order.view(), index_t{0});
    isonomy::stable_sort_by_key(ctx, sorted.view(), order.view());
    const auto number_from = [&](double least) {
      return isonomy::transform_reduce(ctx, sorted.view(), index_t{0}, Plus{}, isonomy::detail::AtLeast{least});
    };
    CandidateCut cut;
    cut.counted = number_from(0);
    if (cut.counted == 0) return cut;
    const index_t last = n - std::min(k, cut.counted);
    const auto at = [&](index_t i) {
      double value = 0;
      copy_to_host(ctx, sorted.view().subview(i, 1), VectorView<double>(&value, 1));
      return value;
    };
    cut.value = at(last);
    if (k < cut.counted) cut.next = at(last - 1);
    cut.chosen = number_from(CandidateCut::least(cut.value, margin));
    const auto chosen_places = order.view().subview(n - cut.chosen, cut.chosen);
    const auto chosen_values = sorted.view().subview(n - cut.chosen, cut.chosen);
    isonomy::stable_sort_by_key(ctx, chosen_places, chosen_values);
    isonomy::copy(ctx, VectorView<const index_t, typename Ctx::space>(chosen_places), places.subview(0, cut.chosen));
    isonomy::copy(ctx, VectorView<const double, typename Ctx::space>(chosen_values), values.subview(0, cut.chosen));
    return cut;
  }
};
}  // namespace op

/// The elements of x that may be among the k largest when each is known to within margin / 2: those of at least the
/// k-th largest less margin, and at least 0; with an infinite margin all that count.
///
/// Elements below 0 and NaN do not count; where fewer than k count, all that do are chosen. Their places, ascending,
/// and their values come first in `places` and `values`, which have room for all of x and are not written behind them.
/// Zeros come without a sign.
///
/// Errors: ShapeError, AliasError, ValueError for k < 1 or a margin that is not at least 0, OutOfMemory. O(n) in own
/// forms, O(n log n) in the derived one, with a workspace of up to n values and places. Moves values and compares them,
/// hence the same for every backend and thread count.
template <ContextLike Ctx>
  requires Runs < op::select_candidates, backend_of<Ctx>,
double > [[nodiscard]] CandidateCut select_candidates(Ctx& ctx, VectorView<const double, typename Ctx::space> x,
                                                      index_t k, double margin,
                                                      VectorView<index_t, typename Ctx::space> places,
                                                      VectorView<double, typename Ctx::space> values) {
  static constexpr const char* operation = "select_candidates";
  check::usable(x, operation, "x");
  check::usable(places, operation, "places");
  check::usable(values, operation, "values");
  check::equal(places.size, "places", x.size, "x", operation);
  check::equal(values.size, "values", x.size, "x", operation);
  check::distinct(places, operation, "places");
  check::distinct(values, operation, "values");
  if (k < 1 || !(margin >= 0))
    throw ValueError(text::joined(operation, ": k is ", k, " and margin ", text::decimals(margin),
                                  "; k must be at least 1 and margin at least 0"));
  check::apart(operation, {{x, "x"}, {values, "values"}, {places, "places"}});
  begin_operation(ctx, operation);
  if (x.size == 0) return {};
  return invoke<op::select_candidates, double>(ctx, x, k, margin, places, values);
}

/// The bytes that select_candidates() among `size` elements takes from the context at most; 0 where the backend does
/// not say, by a member select_candidates_workspace(ctx, size).
template <ContextLike Ctx>
[[nodiscard]] std::size_t select_candidates_workspace(const Ctx& ctx, index_t size) {
  return workspace_of<op::select_candidates, double>(ctx, size);
}

}  // namespace isonomy
