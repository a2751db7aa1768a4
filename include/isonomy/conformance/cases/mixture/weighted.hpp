// Conformance rows of weighted_mixture_sums: the bits of the lane functions, and plain sums in extended precision
// beside them.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <string>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/cases/mixture/mixture_passes.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/mixture/kernels/scalar.hpp"
#include "isonomy/ops/mixture/weighted_mixture_sums.hpp"

namespace isonomy::conformance {

template <>
struct Cases<op::weighted_mixture_sums> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, Weighted<NormalComponents> term, MixtureOrder order,
                                            op::Input<Backend<Tag>, T> x, VectorView<DoubleDouble> sums) {
    weighted_mixture_sums(ctx, term, order, x, x, sums);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    const std::vector<Mixture> mixtures = common_mixtures();
    std::vector<Sample> samples{{"spaced", 200, 3, 1, Data::random, some},
                                {"random", 200, 1, 2, Data::random, some},
                                {"spaced", 100, 2, 3, Data::random, equal},
                                {"random", 100, 1, 1, Data::random, {"huge weights", 1e15, Data::random}},
                                {"random", 100, 1, 1, Data::random, {"small weights", 1e-15, Data::random}}};
    for (const Data d : all_data)
      if (d != Data::random) {
        samples.push_back({name(d), 100, 1, 1, d, d == Data::ties || d == Data::nan ? equal : some});
        samples.push_back({"random", 100, 1, 1, Data::random, {name(d), 1, d}});
      }
    for (const index_t n : {0, 1, 7, 31, 32, 33, 63}) samples.push_back(random(n));
    for (const Sample& s : samples)
      for (const MixtureOrder order : {MixtureOrder::value, MixtureOrder::gradient, MixtureOrder::hessian})
        for (const Mixture& m : mixtures)
          for (const bool squared : {false, true})
            if (!squared || (&m != &mixtures[0] && order != MixtureOrder::gradient))
              row<Tag, T>(rows, s, order, m, squared);
    // Around one block, and enough blocks for several threads.
    for (const index_t n : {8191, 8192, 8193})
      row<Tag, T>(rows, random(n), MixtureOrder::hessian, mixtures[1], n == 8191);
    row<Tag, T>(rows, random(110003), MixtureOrder::value, mixtures[1], true);
    refusals<Tag, T>(rows);
    if (rows.full()) vast<Tag, T>(rows);
  }

 private:
  /// log2 of weighted peaks, means, -log2(e) / (2 sigma^2), and slopes or nothing, one after the other.
  struct Mixture {
    int components;
    std::vector<double> numbers;
    double scale = 1;  // of points

    [[nodiscard]] Weighted<NormalComponents> term(const double* at, bool squared) const {
      const int k = components;
      const bool sloped = numbers.size() > static_cast<std::size_t>(3 * k);
      return {{at, at + k, at + 2 * k, k, sloped ? at + 3 * k : nullptr, scale}, squared};
    }
  };
  struct Weights {
    const char* label;
    double scale;
    Data kind;
  };
  struct Sample {
    const char* label;
    index_t n, stride, weight_stride;
    Data kind;
    Weights weights;
    bool graded = false;
  };
  static constexpr Weights some{"random weights", 1, Data::random}, equal{"weights 0, 1, 2", 1, Data::ties};
  static Sample random(index_t n) { return {"random", n, 1, 1, Data::random, some}; }

  static std::vector<Mixture> common_mixtures() {
    return {{1, {-1.3, 0.2, -0.72}},
            {2, {-1.1, -0.4, -1, 1, -2.9, -11.5}},
            {3, {-2.7, -3.4, -3.9, -1, 0, 2, -6, -3.5, -0.75}, 0.5},
            {2, {-1.1, -0.4, -1, 1, -2.9, -1.5, 0.75, -2}},
            {4, {-2.1, -2.4, -1.9, -2.5, -1.5, 0, 1, 2.25, -2, -3.5, -0.75, -6}}};
  }
  static Mixture many(int components) {
    Mixture m{components, {}};
    for (int k = 0; k < components; ++k) m.numbers.push_back(-1 - 0.25 * (k % 9));
    for (int k = 0; k < components; ++k) m.numbers.push_back(0.001 * (k % 4001) - 2);
    for (int k = 0; k < components; ++k) m.numbers.push_back(-0.5 - 0.75 * (k % 5));
    return m;
  }

  /// Beyond 2^16 and 2^20 points; beyond 2^16 components and outputs, of which 2^20 would take gigabytes of lanes. The
  /// dearest with one element type each.
  template <class Tag, class T>
  static void vast(Rows<Tag>& rows) {
    const std::vector<Mixture> mixtures = common_mixtures();
    const Sample graded{"graded", 14 * block_points + 5, 1, 1, Data::random, some, true};
    row<Tag, T>(rows, random(65551), MixtureOrder::gradient, mixtures[3], false);
    row<Tag, T>(rows, random(1048601), MixtureOrder::value, mixtures[0], true);
    row<Tag, T>(rows, graded, MixtureOrder::gradient, mixtures[1], false, 3);
    if constexpr (std::same_as<T, float>)
      row<Tag, T>(rows, random(40), MixtureOrder::hessian, many(121), true);
    else
      row<Tag, T>(rows, random(40), MixtureOrder::value, many(65549), false);
    rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 1 << 17, [&](Call<Tag>& call, index_t n) {
      const std::vector<T> x(static_cast<std::size_t>(n), T(0.5));
      const Mixture& m = mixtures[2];
      const auto term = m.term(call.input("parameters", m.numbers).data, false);
      std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs(MixtureOrder::hessian)));
      weighted_mixture_sums(call.context(), term, MixtureOrder::hessian, call.input("x", x), call.input("weights", x),
                            view(sums));
    });
  }
  template <class Tag, class T>
  static void refusals(Rows<Tag>& rows) {
    const auto refused = [&](const char* what, std::size_t weights, std::size_t size) {
      rows.template throws<ShapeError>(text::joined(op::element_name<T>(), ", ", what), [=](Call<Tag>& call) {
        std::vector<DoubleDouble> sums(size);
        weighted_mixture_sums(call.context(), Weighted<NormalComponents>{}, MixtureOrder::value,
                              call.input("x", std::vector<T>(5)), call.input("weights", std::vector<T>(weights)),
                              view(sums));
      });
    };
    refused("an output too many", 5, 3);
    refused("a weight too few", 4, 2);
  }

  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const Sample& s, MixtureOrder order, const Mixture& m, bool squared, int races = 0) {
    const std::string label = text::joined(
        op::element_name<T>(), " ", s.n, " ", s.label, ", ", s.weights.label, squared ? " squared, " : ", ",
        m.components, " components", m.numbers.size() % 3 ? " with slopes" : "", ", order ", static_cast<int>(order));
    if (!rows.wants(label)) return;
    Operand<T> x(s.n, s.stride), w(s.n, s.weight_stride);
    x.fill(s.kind, rows.seed(label));
    w.fill(s.weights.kind, rows.seed(label + ", weights"));
    for (index_t i = 0; i < s.n; ++i) {
      if (s.kind == Data::random) x(i) = 4 * x(i);
      w(i) = static_cast<T>(s.weights.scale) * std::abs(w(i));
    }
    if (s.graded) detail::grade_blocks(x);
    const Weighted<NormalComponents> term = m.term(m.numbers.data(), squared);
    const detail::MixturePasses expected = by_definition(term, order, x, w);
    rows.row(
        label,
        [&](Call<Tag>& call) {
          const Weighted<NormalComponents> there = m.term(call.input("parameters", m.numbers).data, squared);
          const auto points = call.input("x", x).vector(), weights = call.input("weights", w).vector();
          detail::passes(call, term.outputs(order), s.n, [&](index_t first, index_t n, VectorView<DoubleDouble> sums) {
            weighted_mixture_sums(call.context(), there, order, points.subview(first, n), weights.subview(first, n),
                                  sums);
          });
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          detail::check_passes(verdict, outcome, expected);
          const bool plain = s.weights.kind == Data::random || s.weights.kind == Data::ties;
          if (s.kind == Data::random && plain && !s.graded)
            compare_plainly(verdict, term, order, x, w, outcome.of<double>("sums"));
        },
        races);
  }

  /// Each block with its lanes one after the other.
  template <class T>
  static detail::MixturePasses by_definition(const Weighted<NormalComponents>& term, MixtureOrder order,
                                             const Operand<T>& x, const Operand<T>& w) {
    std::vector<T> points, weights;
    for (index_t i = 0; i < x.rows; ++i) points.push_back(x(i)), weights.push_back(w(i));
    return detail::passes_by_definition(term, order, x.rows, [&](index_t first, index_t n, double* sums) {
      const WeightedPoints<T> block = WeightedPoints<T>{points.data(), weights.data()} + first;
      using L = lanes::Lanes;
      for (int lane = 0; lane < block_lanes; ++lane) switch (order) {
        case MixtureOrder::value: lanes::add_lanes<L, MixtureOrder::value>(term, block, n, lane, sums); break;
        case MixtureOrder::gradient: lanes::add_lanes<L, MixtureOrder::gradient>(term, block, n, lane, sums); break;
        default: lanes::add_lanes<L, MixtureOrder::hessian>(term, block, n, lane, sums);
        }
    });
  }

  /// Every sum from its formula in extended precision, beside the sum of the magnitudes that enter it. An exponent is
  /// rounded relative to its own size, and a responsibility errs by as much: K covers the steps of one point and the
  /// sum.
  template <class T>
  static void compare_plainly(Verdict& verdict, const Weighted<NormalComponents>& term, MixtureOrder order,
                              const Operand<T>& x, const Operand<T>& weights, const std::vector<double>& got) {
    using Extended = long double;
    const auto k = static_cast<std::size_t>(term.term.components);
    std::vector<Extended> sums(got.size() / 2), magnitudes(sums.size());
    const auto deviation = [&](index_t i, std::size_t c) {
      return static_cast<Extended>(x(i)) * term.term.scale - term.term.means[c];
    };
    for (index_t i = 0; i < x.rows; ++i) {
      const Extended weight = weights(i), w = term.squared ? weight * weight : weight;
      std::vector<Extended> exponents, u;
      Extended largest = -1e300L, size = 1, total = 0;
      for (std::size_t c = 0; c < k; ++c) {
        const Extended d = deviation(i, c), slope = term.term.slopes != nullptr ? term.term.slopes[c] : 0;
        exponents.push_back(term.term.log_peaks[c] + (slope + term.term.curvatures[c] * d) * d);
        largest = std::max(largest, exponents.back());
        size = std::max(size, std::abs(exponents.back()) + std::abs(Extended{term.term.log_peaks[c]}));
      }
      for (const Extended e : exponents) total += std::exp2(e - largest);
      std::size_t o = 0;
      const auto add = [&](Extended value, Extended scale) {
        sums[o] += w * value;
        magnitudes[o++] += w * std::abs(value) * scale;
      };
      add((largest + std::log2(total)) * 0.693147180559945309417232121458176568L, 1 + size);
      add(1, 1);
      if (order == MixtureOrder::value) continue;
      for (std::size_t c = 0; c < k; ++c) {
        const Extended r = std::exp2(exponents[c] - largest) / total, d = deviation(i, c);
        u.insert(u.end(), {r, r * d, r * d * d});
      }
      for (const Extended v : u) add(v, size);
      if (order == MixtureOrder::gradient) continue;
      for (std::size_t c = 0; c < k; ++c) {
        const Extended d = deviation(i, c);
        add(u[3 * c + 2] * d, size);
        add(u[3 * c + 2] * d * d, size);
      }
      for (std::size_t a = 0; a < u.size(); ++a)
        for (std::size_t b = 0; b <= a; ++b) add(u[a] * u[b], 2 * size);
    }
    const auto steps = static_cast<double>(x.rows) + 64;
    for (std::size_t o = 0; o < sums.size(); ++o) {
      const double bound = Tight<2>::bound<double>(steps, static_cast<double>(magnitudes[o]));
      const auto expected = static_cast<double>(sums[o]);
      if (!verdict.close(got[2 * o], expected, bound))
        verdict.mismatch("sum against the formula", static_cast<index_t>(o), 0, got[2 * o], expected, bound);
    }
  }
};

}  // namespace isonomy::conformance
