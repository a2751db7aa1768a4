// The conformance kit fails deliberately wrong backends: mixture_sums and multivariate_mixture_sums, with weights and
// without.
#include <cmath>
#include <utility>
#include <vector>

#include "isonomy/conformance/cases/mixture.hpp"
#include "isonomy/conformance/cases/multivariate.hpp"
#include "isonomy/conformance/cases/weighted.hpp"
#include "support/broken_backend.hpp"
#include "support/catch.hpp"

using namespace isonomy;

namespace {

struct LosesLastPoint {
  template <class Term, class T>
  static void run(cpu::Context& ctx, const Term& term, MixtureOrder order, VectorView<const T> x,
                  MatrixView<double> out) {
    if (x.size % block_points > 1) --x.size;
    ::test::Host::mixture_sums(ctx, term, order, x, out);
  }
};
struct RoundsDifferently {
  template <class Term, class T>
  static void run(cpu::Context& ctx, const Term& term, MixtureOrder order, VectorView<const T> x,
                  MatrixView<double> out) {
    ::test::Host::mixture_sums(ctx, term, order, x, out);
    out(0, 0) = std::nextafter(out(0, 0), 1e9);
  }
};
/// weighted_mixture_sums with the weights that `Change` makes of those given.
template <class Change>
struct Reweighted {
  template <class Term, class T>
  static void run(cpu::Context& ctx, const Weighted<Term>& term, MixtureOrder order, VectorView<const T> x,
                  VectorView<const T> weights, MatrixView<double> out) {
    std::vector<T> changed;
    for (index_t i = 0; i < x.size; ++i) changed.push_back(Change::weight(weights, i));
    ::test::Host::weighted_mixture_sums(ctx, term, order, x, view(std::as_const(changed)), out);
  }
};
struct WeightsIgnored : Reweighted<WeightsIgnored> {
  template <class T>
  static T weight(VectorView<const T>, index_t) {
    return 1;
  }
};
struct WeightsLostInTail : Reweighted<WeightsLostInTail> {
  template <class T>
  static T weight(VectorView<const T> weights, index_t i) {
    return i >= weights.size / block_lanes * block_lanes ? T{1} : weights(i);
  }
};
struct WeightsNotSquared {
  template <class Term, class T>
  static void run(cpu::Context& ctx, Weighted<Term> term, MixtureOrder order, VectorView<const T> x,
                  VectorView<const T> weights, MatrixView<double> out) {
    term.squared = false;
    ::test::Host::weighted_mixture_sums(ctx, term, order, x, weights, out);
  }
};
struct SwapsMoments {
  template <class T>
  static void run(cpu::Context& ctx, const MultivariateNormals& term, MixtureOrder order, MatrixView<const T> x,
                  MatrixView<double> out) {
    ::test::Host::multivariate_mixture_sums(ctx, term, order, x, out);
    if (out.rows > 2) std::swap(out(out.rows - 1, 0), out(out.rows - 2, 0));
  }
};
struct RowWeightsIgnored {
  template <class T>
  static void run(cpu::Context& ctx, const MultivariateNormals& term, MixtureOrder order, MatrixView<const T> x,
                  VectorView<const T>, MatrixView<double> out) {
    const std::vector<T> ones(static_cast<std::size_t>(x.rows), T{1});
    ::test::Host::weighted_multivariate_mixture_sums(ctx, term, order, x, view(ones), out);
  }
};

}  // namespace

TEST_CASE("the kit catches a wrong mixture_sums", "[conformance]") {
  CHECK(::test::failures_of_honest<op::mixture_sums>() == 0);
  CHECK(::test::failures<op::mixture_sums, LosesLastPoint>() > 0);
  CHECK(::test::failures<op::mixture_sums, RoundsDifferently>() > 0);
}
TEST_CASE("the kit catches a wrong weighted_mixture_sums", "[conformance]") {
  CHECK(::test::failures_of_honest<op::weighted_mixture_sums>() == 0);
  CHECK(::test::failures<op::weighted_mixture_sums, WeightsIgnored>() > 0);
  CHECK(::test::failures<op::weighted_mixture_sums, WeightsLostInTail>() > 0);
  CHECK(::test::failures<op::weighted_mixture_sums, WeightsNotSquared>() > 0);
}
TEST_CASE("the kit catches a wrong multivariate_mixture_sums", "[conformance]") {
  CHECK(::test::failures_of_honest<op::multivariate_mixture_sums>() == 0);
  CHECK(::test::failures<op::multivariate_mixture_sums, SwapsMoments>() > 0);
}
TEST_CASE("the kit catches a wrong weighted_multivariate_mixture_sums", "[conformance]") {
  CHECK(::test::failures_of_honest<op::weighted_multivariate_mixture_sums>() == 0);
  CHECK(::test::failures<op::weighted_multivariate_mixture_sums, RowWeightsIgnored>() > 0);
}
