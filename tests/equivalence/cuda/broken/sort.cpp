// Broken forms of stable_sort_by_key, rank_average, select_k and select_candidates on Backend<Cuda>: the kit rejects
// each.
#include <cmath>

#include "isonomy/backend/compose/override.hpp"
#include "isonomy/conformance/cases/select_candidates.hpp"
#include "isonomy/conformance/cases/sort.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "rejected.hpp"
#include "support/catch.hpp"

namespace isonomy::test {

/// The operations of Backend<Cuda>, and what is done to their results.
struct BrokenSort {};
enum class SortBreak { none, ties_turn, zeros_lose_their_sign, ranks_lose_their_halves, columns_turn, margin_is_lost };

/// Exchanges what belongs to two neighbours that are equal.
template <class T, class V>
struct TurnTies {
  VectorView<const T, DeviceSpace> keys;
  VectorView<V, DeviceSpace> values;
  ISONOMY_HD void operator()(index_t pair) const {
    const index_t i = 2 * pair;
    if (i + 1 >= keys.size || keys(i) != keys(i + 1)) return;
    const V value = values(i);
    values(i) = values(i + 1);
    values(i + 1) = value;
  }
};
template <class T>
struct DropSign {
  VectorView<T, DeviceSpace> x;
  ISONOMY_HD void operator()(index_t i) const {
    if (x(i) == 0) x(i) = 0;
  }
};
struct DropHalf {
  VectorView<double, DeviceSpace> x;
  ISONOMY_HD void operator()(index_t i) const { x(i) = std::floor(x(i)); }
};

}  // namespace isonomy::test

template <>
struct isonomy::Backend<isonomy::test::BrokenSort> {
  using tag = test::BrokenSort;
  using space = DeviceSpace;
  using context = device::Context;
  using Honest = Backend<Cuda>;

  static constexpr const char* name() { return "BrokenSort"; }
  static bool available() noexcept { return true; }

  template <class K, class V, class... Offsets>
  static void stable_sort_by_key(context& ctx, VectorView<K, space> keys, VectorView<V, space> values,
                                 Offsets... offsets) {
    Honest::stable_sort_by_key(ctx, keys, values, offsets...);
    if (test::mistake<test::SortBreak> == test::SortBreak::ties_turn)
      Honest::for_each(ctx, keys.size / 2, test::TurnTies<K, V>{keys, values});
    if (test::mistake<test::SortBreak> == test::SortBreak::zeros_lose_their_sign)
      Honest::for_each(ctx, keys.size, test::DropSign<K>{keys});
  }
  template <class T>
  static void rank_average(context& ctx, VectorView<const T, space> x, VectorView<const index_t, space> offsets,
                           VectorView<double, space> out) {
    Honest::rank_average(ctx, x, offsets, out);
    if (test::mistake<test::SortBreak> == test::SortBreak::ranks_lose_their_halves)
      Honest::for_each(ctx, out.size, test::DropHalf{out});
  }
  template <class T>
  static void select_k(context& ctx, MatrixView<const T, space> x, MatrixView<T, space> values,
                       MatrixView<index_t, space> indices) {
    Honest::select_k(ctx, x, values, indices);
    if (test::mistake<test::SortBreak> == test::SortBreak::columns_turn)
      for (index_t i = 0; i < values.rows; ++i)
        Honest::for_each(ctx, values.columns / 2, test::TurnTies<T, index_t>{values.row(i), indices.row(i)});
  }
  static CandidateCut select_candidates(context& ctx, VectorView<const double, space> x, index_t k, double margin,
                                        VectorView<index_t, space> places, VectorView<double, space> values) {
    if (test::mistake<test::SortBreak> == test::SortBreak::margin_is_lost) margin = 0;
    return Honest::select_candidates(ctx, x, k, margin, places, values);
  }
};

namespace isonomy::test {
namespace {

using WithBrokenSort =
    Override<Cuda, BrokenSort, op::stable_sort_by_key, op::rank_average, op::select_k, op::select_candidates>;

TEST_CASE("broken sorts, ranks and selections on Cuda are rejected", "[cuda]") {
  using enum SortBreak;
  rejects<op::stable_sort_by_key, WithBrokenSort>({ties_turn, zeros_lose_their_sign});
  rejects<op::rank_average, WithBrokenSort>({ranks_lose_their_halves});
  rejects<op::select_k, WithBrokenSort>({columns_turn});
  rejects<op::select_candidates, WithBrokenSort, double>({margin_is_lost});
}

}  // namespace
}  // namespace isonomy::test
