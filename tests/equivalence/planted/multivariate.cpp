// Faults planted into multivariate_mixture_sums, weighted_multivariate_mixture_sums and nearest_sums.
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/conformance/cases/mixture/multivariate.hpp"
#include "isonomy/conformance/cases/mixture/nearest.hpp"
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

template <>
struct Special<op::nearest_sums> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, NearestCentres term, MatrixView<const T> x,
                  VectorView<const T> weights, MatrixView<double> out) {
    std::vector<T> w = packed(weights);
    switch (number) {
    case 0: {
      honest(term, x, weights, out);
      const int n = term.components, d = term.dimensions;
      if (n > 1 && std::equal(term.at, term.at + d, term.at + (n - 1) * d))
        for (index_t b = 0; b < out.columns; ++b) std::swap(out(1, b), out(n, b));
      return;
    }
    case 1: return honest(term, x, VectorView<const T>(), out);
    case 2:
      if (x.rows % NearestCentres::block_rows > 1) --x.rows;
      return honest(term, x, weights.size > 0 ? weights.subview(0, x.rows) : weights, out);
    case 3: honest(term, x, weights, out); return std::swap(out(out.rows - 1, 0), out(out.rows - 2, 0));
    case 4: {
      std::vector<T> y;
      for (index_t i = 0; i < x.rows; ++i)
        for (index_t j = 0; j < x.columns; ++j) y.push_back(x(i, j) != x(i, j) ? T(0) : x(i, j));
      return honest(term, MatrixView<const T>(y.data(), x.rows, x.columns, x.columns, 1), weights, out);
    }
    case 5:
      if (x.row_stride != x.columns && x.column_stride == 1) x.row_stride = x.columns;
      return honest(term, x, weights, out);
    case 6:
      for (T& v : w) v = v == 0 ? T(1) : v;
      return honest(term, x, VectorView<const T>(w.data(), weights.size), out);
    case 7: {
      std::vector<double> old;
      for (index_t o = 0; o < out.rows; ++o) old.push_back(out(o, 0));
      honest(term, x, weights, out);
      for (index_t o = 0; o < out.rows; ++o)
        out(o, 0) += old[static_cast<std::size_t>(o)] == old[static_cast<std::size_t>(o)] ? 1e-3 : 0;
      return;
    }
    case 8:
      if (term.covariance == Covariance::full) term.covariance = Covariance::tied;
      return honest(term, x, weights, out);
    default: honest(term, x, weights, out); out(0, out.columns - 1) = std::nextafter(out(0, out.columns - 1), 1e9);
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
Facts nearest_sums_facts() {
  std::vector<Kind> all = kinds();
  std::erase(all, Kind::ignores_limit);  // it takes no memory
  return {"nearest_sums",
          {"centres", "x", "weights"},
          {2},
          {0, 1, 2},
          all,
          {65535},
          {65535},
          {},
          {"takes the last of equal centres", "ignores weights", "loses the last row of a part of a block",
           "exchanges the last two outputs", "takes NaN for 0", "ignores gaps between rows", "takes 1 for weights of 0",
           "adds to what its outputs held", "takes full covariances for tied ones", "rounds the last block otherwise"}};
}
}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into sums over mixtures in several dimensions", "[planted]") {
  judge_sample<op::multivariate_mixture_sums>(multivariate_mixture_sums_facts());
  judge_sample<op::weighted_multivariate_mixture_sums>(weighted_multivariate_mixture_sums_facts());
  judge_sample<op::nearest_sums>(nearest_sums_facts());
}
TEST_CASE("the kit catches every fault planted into sums over mixtures in several dimensions", "[planted][long]") {
  judge_all<op::multivariate_mixture_sums>(multivariate_mixture_sums_facts());
  judge_all<op::weighted_multivariate_mixture_sums>(weighted_multivariate_mixture_sums_facts());
  judge_all<op::nearest_sums>(nearest_sums_facts());
}

}  // namespace isonomy::test
