// Broken forms of the sums over mixtures on Backend<Cuda>: the kit rejects each.
#include "isonomy/conformance/cases/mixture/mixture.hpp"
#include "isonomy/backend/compose/override.hpp"
#include "isonomy/conformance/cases/mixture/multivariate.hpp"
#include "isonomy/conformance/cases/mixture/weighted.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "rejected.hpp"
#include "support/catch.hpp"

namespace isonomy::test {

/// The operations of Backend<Cuda>, with a mistake in them.
struct BrokenMixture {};
enum class MixtureBreak {
  none,
  last_block_is_lost,
  points_are_narrowed,
  weights_begin_anew,
  nan_counts_as_0,
  strides_are_ignored,
  last_row_is_lost
};

/// A copy of points that went through float.
struct NarrowPoint {
  VectorView<const double, DeviceSpace> x;
  VectorView<double, DeviceSpace> out;
  ISONOMY_HD void operator()(index_t i) const { out(i) = static_cast<float>(x(i)); }
};
/// A copy of weights in which NaN is 0.
struct DropNan {
  VectorView<const double, DeviceSpace> x;
  VectorView<double, DeviceSpace> out;
  ISONOMY_HD void operator()(index_t i) const { out(i) = x(i) > 0 ? x(i) : 0; }
};

}  // namespace isonomy::test

template <>
struct isonomy::Backend<isonomy::test::BrokenMixture> {
  using tag = test::BrokenMixture;
  using space = DeviceSpace;
  using context = device::Context;
  using Honest = Backend<Cuda>;
  using Break = test::MixtureBreak;
  using Points = VectorView<const double, space>;
  using Matrix = MatrixView<const double, space>;
  using Shares = MatrixView<double, space>;

  static constexpr const char* name() { return "BrokenMixture"; }
  static bool available() noexcept { return true; }

  template <class Term>
  static void mixture_sums(context& ctx, const Term& term, MixtureOrder order, Points x, Shares out) {
    if (test::mistake<Break> == Break::last_block_is_lost) {  // its outputs are what was in memory
      const index_t whole = x.size / block_points;
      if (whole > 0)
        Honest::mixture_sums<Term, double>(ctx, term, order, x.subview(0, whole * block_points),
                                           out.column_block(0, whole));
      return;
    }
    const bool narrows = test::mistake<Break> == Break::points_are_narrowed;
    const device::Room<double> room(ctx, narrows ? x.size : 0, "mixture_sums");
    Honest::mixture_sums<Term, double>(ctx, term, order, narrows ? changed<test::NarrowPoint>(ctx, x, room) : x, out);
  }
  template <class Term>
  static void weighted_mixture_sums(context& ctx, const Weighted<Term>& term, MixtureOrder order, Points x,
                                    Points weights, Shares out) {
    if (test::mistake<Break> != Break::weights_begin_anew) {
      const bool drops = test::mistake<Break> == Break::nan_counts_as_0;
      const device::Room<double> room(ctx, drops ? x.size : 0, "weighted_mixture_sums");
      if (drops) weights = changed<test::DropNan>(ctx, weights, room);
      return Honest::weighted_mixture_sums<Term, double>(ctx, term, order, x, weights, out);
    }
    for (index_t b = 0; b < out.columns; ++b) {  // a block takes the weights of the first
      const index_t first = b * block_points, left = x.size - first, n = left < block_points ? left : block_points;
      Honest::weighted_mixture_sums<Term, double>(ctx, term, order, x.subview(first, n), weights.subview(0, n),
                                                  out.column_block(b, 1));
    }
  }
  static void multivariate_mixture_sums(context& ctx, const MultivariateNormals& term, MixtureOrder order, Matrix x,
                                        Shares out) {
    if (test::mistake<Break> == Break::strides_are_ignored) x = Matrix(x.data, x.rows, x.columns, x.columns, 1);
    const bool loses = test::mistake<Break> == Break::last_row_is_lost;
    Honest::multivariate_mixture_sums<double>(ctx, term, order, x.row_block(0, x.rows - (loses ? 1 : 0)), out);
  }
  static void weighted_multivariate_mixture_sums(context& ctx, const MultivariateNormals& term, MixtureOrder order,
                                                 Matrix x, Points weights, Shares out) {
    if (test::mistake<Break> == Break::strides_are_ignored) weights.stride = 1;
    const bool drops = test::mistake<Break> == Break::nan_counts_as_0;
    const device::Room<double> room(ctx, drops ? weights.size : 0, "weighted_multivariate_mixture_sums");
    if (drops) weights = changed<test::DropNan>(ctx, weights, room);
    Honest::weighted_multivariate_mixture_sums<double>(ctx, term, order, x, weights, out);
  }

 private:
  template <class Change>
  [[nodiscard]] static Points changed(context& ctx, Points x, const device::Room<double>& room) {
    const VectorView<double, space> out(room.data(), x.size);
    Honest::for_each(ctx, x.size, Change{x, out});
    return out;
  }
};

namespace isonomy::test {
namespace {

using WithBrokenMixture = Override<Cuda, BrokenMixture, op::mixture_sums, op::weighted_mixture_sums,
                                   op::multivariate_mixture_sums, op::weighted_multivariate_mixture_sums>;

TEST_CASE("broken sums over mixtures on Cuda are rejected", "[cuda]") {
  using enum MixtureBreak;
  rejects<op::mixture_sums, WithBrokenMixture, double>({last_block_is_lost, points_are_narrowed});
  rejects<op::weighted_mixture_sums, WithBrokenMixture, double>({weights_begin_anew, nan_counts_as_0});
  rejects<op::multivariate_mixture_sums, WithBrokenMixture, double>({strides_are_ignored, last_row_is_lost});
  rejects<op::weighted_multivariate_mixture_sums, WithBrokenMixture, double>({strides_are_ignored, nan_counts_as_0});
}

}  // namespace
}  // namespace isonomy::test
