// Faults planted into mixture_sums and weighted_mixture_sums.
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/conformance/cases/mixture/mixture.hpp"
#include "isonomy/conformance/cases/mixture/weighted.hpp"
#include "support/catch.hpp"
#include "support/planted/judge.hpp"
#include "support/planted/mixture.hpp"

namespace isonomy::test {

namespace {
NormalComponents& inner(NormalComponents& t) { return t; }
NormalComponents& inner(Weighted<NormalComponents>& t) { return t.term; }
/// What both univariate ones can do wrong; false: another fault.
template <class Term, class T, class Honest>
bool univariate(index_t number, Term term, VectorView<const T> x, MatrixView<double> out, const Honest& honest) {
  switch (number) {
  case 0:
    if constexpr (requires { term.scale; })
      term.scale = 1;
    else
      inner(term).scale = 1;
    honest(term, x, out);
    return true;
  case 1:
    if constexpr (requires { inner(term); }) inner(term).slopes = nullptr;
    honest(term, x, out);
    return true;
  case 2:
    if (x.size % block_points > 1) --x.size;
    honest(term, x, out);
    return true;
  case 3:
    honest(term, x, out);
    if (out.columns > 1) out(0, 0) = 0.5 * (out(0, 0) + out(0, 1));
    return true;
  case 4:
    honest(term, x, out);
    out(out.rows - 1, 0) = std::nextafter(out(out.rows - 1, 0), 1e9);
    return true;
  case 5:
    if constexpr (requires { inner(term); }) {
      if (inner(term).components > 65535) inner(term).components = 65535;
    }
    honest(term, x, out);
    return true;
  case 6: {
    std::vector<T> y = packed(x);
    for (T& v : y)
      if (v != v) v = 0;
    honest(term, VectorView<const T>(y.data(), x.size), out);
    return true;
  }
  case 7: {
    std::vector<double> old;
    for (index_t o = 0; o < out.rows; ++o) old.push_back(out(o, 0));
    honest(term, x, out);
    for (index_t o = 0; o < out.rows; ++o)
      out(o, 0) += old[static_cast<std::size_t>(o)] == old[static_cast<std::size_t>(o)] ? 1e-3 : 0;
    return true;
  }
  case 8:
    honest(term, x, out);
    if (out.rows > 65536) out(65536, 0) = 0;
    return true;
  case 9:
    honest(term, x, out);
    if (out.rows > 3) std::swap(out(2, 0), out(3, 0));
    return true;
  case 10: {
    std::vector<T> y = packed(x);
    for (T& v : y) v = std::fpclassify(v) == FP_SUBNORMAL ? 0 : v;
    for (T& v : y)
      if (std::abs(v) > 1e8) v = 1e8;
    honest(term, VectorView<const T>(y.data(), x.size), out);
    return true;
  }
  case 11:
    honest(term, x, out);
    for (index_t b = 0; b < out.columns; ++b)
      for (index_t o = 0; o < out.rows; ++o)
        if (!std::isfinite(out(o, b))) out(o, b) = 0;
    return true;
  case 12: {
    std::vector<T> y = packed(x);
    if (y.size() > 40) std::swap(y[1], y[2]);
    honest(term, VectorView<const T>(y.data(), x.size), out);
    return true;
  }
  default: return false;
  }
}
}  // namespace

template <>
struct Special<op::mixture_sums> {
  template <class Honest, class Term, class T>
  static void run(const Honest& honest, index_t number, cpu::Context& ctx, Term term, MixtureOrder order,
                  VectorView<const T> x, MatrixView<double> out) {
    if (univariate(number, term, x, out,
                   [&](const Term& t, VectorView<const T> y, MatrixView<double> o) { honest(t, order, y, o); }))
      return;
    switch (number) {
    case 13:
      if constexpr (std::same_as<Term, SharedMeanPair>) term.shift = 0;
      return honest(term, order, x, out);
    case 14:
      if constexpr (std::same_as<Term, SharedMeanPair>) term.floor = 0;
      return honest(term, order, x, out);
    case 15:
      if (x.size <= 1 << 20 || out.columns < 2) return honest(term, order, x, out);
      x.size = 1 << 20;
      return honest(term, order, x, out);
    default:
      honest(term, order, x, out);
      if (out.columns > 12 && ctx.threads() > 1) {
        static int c = 0;
        if (++c % 5 == 0) out(0, 12) = std::nextafter(out(0, 12), 0.0);
      }
    }
  }
};

template <>
struct Special<op::weighted_mixture_sums> {
  template <class Honest, class Term, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, Weighted<Term> term, MixtureOrder order,
                  VectorView<const T> x, VectorView<const T> weights, MatrixView<double> out) {
    if (univariate(number, term, x, out, [&](const Weighted<Term>& t, VectorView<const T> y, MatrixView<double> o) {
          honest(t, order, y, weights.subview(0, y.size), o);
        }))
      return;
    std::vector<T> w = packed(weights);
    const auto go = [&] { honest(term, order, x, VectorView<const T>(w.data(), x.size), out); };
    switch (number) {
    case 13:
      for (T& v : w) v = 1;
      return go();
    case 14: term.squared = false; return go();
    case 15: term.squared = true; return go();
    case 16:
      for (T& v : w) v = std::min(v, T(1));
      return go();
    case 17:
      for (T& v : w) v = std::fpclassify(v) == FP_SUBNORMAL ? 0 : v;
      return go();
    case 18:
      for (T& v : w) v = std::fpclassify(v) == FP_SUBNORMAL || v < 1e-12 ? 0 : v;
      return go();
    case 19:
      for (T& v : w) v = v != v ? 0 : v;
      return go();
    case 20:
      for (T& v : w) v = static_cast<T>(static_cast<float>(v));
      return go();
    case 21:
      if (w.size() % 32 != 0) w.back() = 1;
      return go();
    default:
      if (w.size() > 1) w[0] = w[1];
      return go();
    }
  }
};

namespace {
/// Of both.
const std::vector<std::string> common{"ignores the scale of points",
                                      "ignores slopes",
                                      "loses the last point of a part of a block",
                                      "mixes blocks",
                                      "rounds the last output of the first block otherwise",
                                      "loses components beyond 65535",
                                      "takes NaN for 0",
                                      "adds to what its outputs held",
                                      "loses outputs beyond 65536",
                                      "exchanges two outputs",
                                      "takes denormals for 0 and limits points to 1e8",
                                      "takes sums that are not finite for 0",
                                      "exchanges two points"};
Facts mixture_sums_facts() {
  return {"mixture_sums",
          {"log peaks", "means", "curvatures", "x"},
          {},
          {0, 1, 2, 3},
          kinds(),
          {65535},
          {},
          {},
          with(common, {"ignores the shift of a pair", "ignores the floor of a pair", "loses points beyond 2^20",
                        "rounds otherwise in one of five calls with threads"})};
}
Facts weighted_mixture_sums_facts() {
  return {"weighted_mixture_sums",
          {"log peaks", "means", "curvatures", "x", "weights"},
          {},
          {0, 1, 2, 3, 4},
          kinds(),
          {65535},
          {},
          {},
          with(common, {"ignores weights", "never squares weights", "squares all weights", "limits weights to 1",
                        "takes denormal weights for 0", "takes weights below 1e-12 for 0", "takes a weight NaN for 0",
                        "takes weights through float", "takes 1 for the last weight of a part of a step",
                        "takes the second weight for the first"})};
}
}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into sums over mixtures", "[planted]") {
  judge_sample<op::mixture_sums>(mixture_sums_facts());
  judge_sample<op::weighted_mixture_sums>(weighted_mixture_sums_facts());
}
TEST_CASE("the kit catches every fault planted into sums over mixtures", "[planted][long]") {
  judge_all<op::mixture_sums>(mixture_sums_facts());
  judge_all<op::weighted_mixture_sums>(weighted_mixture_sums_facts());
}

}  // namespace isonomy::test
