// Faults planted into the sums over mixtures, with weights and without, in one dimension and in several.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "isonomy/conformance/cases/mixture.hpp"
#include "isonomy/conformance/cases/multivariate.hpp"
#include "isonomy/conformance/cases/weighted.hpp"
#include "support/catch.hpp"
#include "support/planted/judge.hpp"

namespace isonomy::test {

template <>
struct Special<op::mixture_sums> {
  template <class Honest, class Term, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, const Term& term, MixtureOrder order,
                  VectorView<const T> x, MatrixView<double> out) {
    if (number == 0) x.size = std::max<index_t>(0, x.size - 1);
    honest(term, order, x, out);
    for (index_t b = 0; b < out.columns; ++b) {
      if (number == 1) out(0, b) = std::nextafter(out(0, b), 0.0);
      if (number == 2 && b > 65) out(0, b) = 0;
      if (number == 3 && order == MixtureOrder::hessian) out(out.rows - 1, b) = 0;
    }
  }
};
template <>
struct Special<op::weighted_mixture_sums> {
  template <class Honest, class Term, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, Weighted<Term> term, MixtureOrder order,
                  VectorView<const T> x, VectorView<const T> weights, MatrixView<double> out) {
    std::vector<T> other;
    for (index_t i = 0; i < weights.size; ++i)
      other.push_back(number == 0 || (number == 1 && i >= weights.size / block_lanes * block_lanes) ? T{1}
                      : number == 3 && weights(i) == T{0}                                           ? T{1}
                                                                                                    : weights(i));
    if (number == 2) term.squared = false;
    honest(term, order, x, number == 2 ? weights : VectorView<const T>(other.data(), weights.size), out);
  }
};
template <>
struct Special<op::multivariate_mixture_sums> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, const MultivariateNormals& term,
                  MixtureOrder order, MatrixView<const T> x, MatrixView<double> out) {
    honest(term, order, x, out);
    if (number == 0 && out.rows > 2 && out.columns > 0) std::swap(out(out.rows - 1, 0), out(out.rows - 2, 0));
    if (number == 1 && term.covariance == Covariance::tied)
      for (index_t b = 0; b < out.columns; ++b) out(out.rows - 1, b) = 0;
  }
};
template <>
struct Special<op::weighted_multivariate_mixture_sums> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, const MultivariateNormals& term,
                  MixtureOrder order, MatrixView<const T> x, VectorView<const T> weights, MatrixView<double> out) {
    std::vector<T> other;
    for (index_t i = 0; i < weights.size; ++i)
      other.push_back(number == 0 ? T{1} : std::max(weights(i), std::numeric_limits<T>::epsilon()));
    honest(term, order, x, VectorView<const T>(other.data(), weights.size), out);
  }
};

namespace {
std::vector<Kind> kinds() {
  return usual_kinds({Kind::ignores_stop, Kind::ignores_limit, Kind::narrows_output, Kind::flushes_denormals});
}
Facts plain_facts() {
  return {"mixture_sums",
          {"the log peaks", "the means", "the curvatures", "the points"},
          {},
          {0, 1, 2},
          kinds(),
          {65535, 1 << 20},
          {},
          {},
          {"loses the last point", "rounds differently", "knows no block beyond 66", "loses the last of the Hessian"}};
}
Facts weighted_facts() {
  return {"weighted_mixture_sums",
          {"the log peaks", "the means", "the curvatures", "the points", "the weights"},
          {},
          {0, 1, 2, 3, 4},
          kinds(),
          {65535, 1 << 20},
          {},
          {},
          {"ignores weights", "ignores weights of the tail", "does not square", "takes weights of 0 for 1"}};
}
Facts multivariate_facts() {
  return {"multivariate_mixture_sums",
          {"the log peaks", "the means", "the factors", "the points"},
          {},
          {0, 1, 2},
          kinds(),
          {65535, 1 << 20},
          {},
          {},
          {"swaps moments", "loses the last moment of tied covariances"}};
}
Facts weighted_multivariate_facts() {
  return {"weighted_multivariate_mixture_sums",
          {"the log peaks", "the means", "the factors", "the points", "the weights"},
          {4},
          {0, 1, 2, 3, 4},
          kinds(),
          {65535, 1 << 20},
          {},
          {},
          {"ignores weights", "knows no weight of 0"}};
}
}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into sums over mixtures", "[planted]") {
  judge_sample<op::mixture_sums>(plain_facts());
  judge_sample<op::weighted_mixture_sums>(weighted_facts());
  judge_sample<op::multivariate_mixture_sums>(multivariate_facts());
  judge_sample<op::weighted_multivariate_mixture_sums>(weighted_multivariate_facts());
}
TEST_CASE("the kit catches every fault planted into sums over mixtures", "[planted][long]") {
  judge_all<op::mixture_sums>(plain_facts());
  judge_all<op::weighted_mixture_sums>(weighted_facts());
  judge_all<op::multivariate_mixture_sums>(multivariate_facts());
  judge_all<op::weighted_multivariate_mixture_sums>(weighted_multivariate_facts());
}

}  // namespace isonomy::test
