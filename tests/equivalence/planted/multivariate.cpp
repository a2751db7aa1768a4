// Faults planted into multivariate_mixture_sums and weighted_multivariate_mixture_sums.
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/conformance/cases/multivariate.hpp"
#include "support/catch.hpp"
#include "support/planted/judge.hpp"
#include "support/planted/mixture.hpp"

namespace isonomy::test {

namespace {
template <class T, class Honest>
bool multivariate(index_t number, MultivariateNormals term, MatrixView<const T> x, MatrixView<double> out,
                  const Honest& honest) {
  std::vector<double> factors(
      term.factors, term.factors + term.factor_size() * (term.covariance == Covariance::tied ? 1 : term.components));
  switch (number) {
  case 0:
    honest(term, x, out);
    if (out.rows > 2) std::swap(out(out.rows - 1, 0), out(out.rows - 2, 0));
    return true;
  case 1:
    if (term.covariance == Covariance::full || term.covariance == Covariance::tied)
      for (std::size_t k = 0; k < factors.size(); ++k)
        if (term.dimensions > 1 && k % static_cast<std::size_t>(term.triangle()) == 1) factors[k] = 0;
    term.factors = factors.data();
    honest(term, x, out);
    return true;
  case 2:
    if (term.covariance == Covariance::full && term.components > 1)
      for (std::size_t k = static_cast<std::size_t>(term.factor_size()); k < factors.size(); ++k)
        factors[k] = factors[k % static_cast<std::size_t>(term.factor_size())];
    term.factors = factors.data();
    honest(term, x, out);
    return true;
  case 3:
    if (x.row_stride != x.columns && x.column_stride == 1) x.row_stride = x.columns;
    honest(term, x, out);
    return true;
  case 4:
    if (x.column_stride == x.rows + 3) x.column_stride = x.rows;
    honest(term, x, out);
    return true;
  case 5: {
    if (x.rows % 256 > 1) --x.rows;
    honest(term, x, out);
    return true;
  }
  case 6:
    if (term.components > 65535) term.components = 65535;
    honest(term, x, out);
    return true;
  case 7: {
    if (term.dimensions <= 65535) {
      honest(term, x, out);
      return true;
    }
    honest(term, x, out);
    out(0, 0) = std::nextafter(out(0, 0), 0.0);
    return true;
  }
  case 8: {
    std::vector<T> y;
    for (index_t i = 0; i < x.rows; ++i)
      for (index_t j = 0; j < x.columns; ++j) y.push_back(x(i, j) != x(i, j) ? T(0) : x(i, j));
    honest(term, MatrixView<const T>(y.data(), x.rows, x.columns, x.columns, 1), out);
    return true;
  }
  case 9: {
    std::vector<T> y;
    for (index_t i = 0; i < x.rows; ++i)
      for (index_t j = 0; j < x.columns; ++j) y.push_back(static_cast<T>(static_cast<float>(x(i, j))));
    honest(term, MatrixView<const T>(y.data(), x.rows, x.columns, x.columns, 1), out);
    return true;
  }
  case 10:
    honest(term, x, out);
    out(0, out.columns - 1) = std::nextafter(out(0, out.columns - 1), 1e9);
    return true;
  case 11:
    honest(term, x, out);
    if (out.rows > 65536) out(65536, 0) = 0;
    return true;
  case 12: {
    std::vector<T> y;
    for (index_t i = 0; i < x.rows; ++i)
      for (index_t j = 0; j < x.columns; ++j)
        y.push_back(std::fpclassify(x(i, j)) == FP_SUBNORMAL ? T(0) : x(i, j) > 1e6 ? T(1e6) : x(i, j));
    honest(term, MatrixView<const T>(y.data(), x.rows, x.columns, x.columns, 1), out);
    return true;
  }
  default: return false;
  }
}
}  // namespace

template <>
struct Special<op::multivariate_mixture_sums> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, MultivariateNormals term, MixtureOrder order,
                  MatrixView<const T> x, MatrixView<double> out) {
    multivariate(number, term, x, out, [&](const MultivariateNormals& t, MatrixView<const T> y, MatrixView<double> o) {
      honest(t, order, y, o);
    });
  }
};

template <>
struct Special<op::weighted_multivariate_mixture_sums> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, MultivariateNormals term, MixtureOrder order,
                  MatrixView<const T> x, VectorView<const T> weights, MatrixView<double> out) {
    if (multivariate(number, term, x, out,
                     [&](const MultivariateNormals& t, MatrixView<const T> y, MatrixView<double> o) {
                       honest(t, order, y, weights.subview(0, y.rows), o);
                     }))
      return;
    std::vector<T> w = packed(weights);
    const auto go = [&] { honest(term, order, x, VectorView<const T>(w.data(), x.rows), out); };
    switch (number) {
    case 13:
      for (T& v : w) v = 1;
      return go();
    case 14:
      for (T& v : w) v = std::min(v, T(1));
      return go();
    case 15:
      for (T& v : w) v = std::fpclassify(v) == FP_SUBNORMAL ? 0 : v;
      return go();
    case 16:
      for (T& v : w) v = v != v ? 0 : v;
      return go();
    case 17:
      for (T& v : w) v = static_cast<T>(static_cast<float>(v));
      return go();
    case 18:
      if (weights.stride > 1) {
        weights.stride = 1;
        return honest(term, order, x, weights, out);
      }
      return go();
    default:
      if (w.size() % 32 != 0) w.back() = 1;
      return go();
    }
  }
};

namespace {
/// Of both.
const std::vector<std::string> common{"exchanges the last two outputs",
                                      "ignores the first element below the diagonal of a factor",
                                      "takes the first factor for all components",
                                      "ignores gaps between rows",
                                      "ignores gaps between columns",
                                      "loses the last row of a part of a tile",
                                      "loses components beyond 65535",
                                      "rounds otherwise beyond 65535 dimensions",
                                      "takes NaN for 0",
                                      "takes points through float",
                                      "rounds the last block otherwise",
                                      "loses outputs beyond 65536",
                                      "takes denormals for 0 and limits points to 1e6"};
Facts multivariate_mixture_sums_facts() {
  return {"multivariate_mixture_sums",
          {"log peaks", "means", "factors", "x"},
          {},
          {0, 1, 2, 3},
          kinds({Kind::ignores_stop}),
          {65535},
          {65535},
          {},
          common};
}
Facts weighted_multivariate_mixture_sums_facts() {
  return {"weighted_multivariate_mixture_sums",
          {"log peaks", "means", "factors", "x", "weights"},
          {4},
          {0, 1, 2, 3, 4},
          kinds({Kind::ignores_stop}),
          {65535},
          {65535},
          {},
          with(common, {"ignores weights", "limits weights to 1", "takes denormal weights for 0",
                        "takes a weight NaN for 0", "takes weights through float", "reads weights without their stride",
                        "takes 1 for the last weight of a part of a step"})};
}
}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into sums over mixtures in several dimensions", "[planted]") {
  judge_sample<op::multivariate_mixture_sums>(multivariate_mixture_sums_facts());
  judge_sample<op::weighted_multivariate_mixture_sums>(weighted_multivariate_mixture_sums_facts());
}
TEST_CASE("the kit catches every fault planted into sums over mixtures in several dimensions", "[planted][long]") {
  judge_all<op::multivariate_mixture_sums>(multivariate_mixture_sums_facts());
  judge_all<op::weighted_multivariate_mixture_sums>(weighted_multivariate_mixture_sums_facts());
}

}  // namespace isonomy::test
