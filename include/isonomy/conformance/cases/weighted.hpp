// Conformance rows of weighted_mixture_sums: the bits of the lane functions, and plain sums in extended precision
// beside them.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/mixture/kernels/block_sums.hpp"
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
    const std::vector<Parameters> mixtures{
        {-1.3, 0.2, -0.72}, {-1.1, -0.4, -1, 1, -2.9, -11.5}, {-2.7, -3.4, -3.9, -1, 0, 2, -6, -3.5, -0.75}};
    const Weights some{"random weights", 1, Data::random}, equal{"weights 0, 1, 2", 1, Data::ties};
    std::vector<Sample> samples{{"spaced", 200, 3, 1, Data::random, some},
                                {"random", 200, 1, 2, Data::random, some},
                                {"spaced", 100, 2, 3, Data::random, equal},
                                {"ties", 200, 1, 1, Data::ties, equal},
                                {"denormal", 100, 1, 1, Data::denormal, some},
                                {"mixed", 100, 1, 1, Data::mixed, some},
                                {"nan", 100, 1, 1, Data::nan, equal},
                                {"random", 100, 1, 1, Data::random, {"mixed weights", 1, Data::mixed}},
                                {"random", 100, 1, 1, Data::random, {"huge weights", 1e15, Data::random}},
                                {"random", 100, 1, 1, Data::random, {"small weights", 1e-15, Data::random}},
                                {"random", 100, 1, 1, Data::random, {"denormal weights", 1, Data::denormal}},
                                {"random", 100, 1, 1, Data::random, {"nan weights", 1, Data::nan}}};
    for (const index_t n : {0, 1, 7, 31, 32, 33, 63}) samples.push_back({"random", n, 1, 1, Data::random, some});
    for (const Sample& s : samples) {
      for (const MixtureOrder order : {MixtureOrder::value, MixtureOrder::gradient, MixtureOrder::hessian})
        for (const auto& m : mixtures) row<Tag, T>(rows, s, order, m, false);
      row<Tag, T>(rows, s, MixtureOrder::hessian, mixtures[1], true);
    }
    // Around one block, and enough blocks for several threads.
    for (const index_t n : {8191, 8192, 8193})
      row<Tag, T>(rows, {"random", n, 1, 1, Data::random, some}, MixtureOrder::hessian, mixtures[1], false);
    if constexpr (std::same_as<T, double>)
      row<Tag, T>(rows, {"random", 110003, 1, 2, Data::random, some}, MixtureOrder::value, mixtures[1], true);
    refusals<Tag, T>(rows);
  }

 private:
  /// log2 of weighted peaks, means, -log2(e) / (2 sigma^2), one after the other.
  using Parameters = std::vector<double>;
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
  };

  static NormalComponents components(const double* at, std::size_t size) {
    const auto k = static_cast<int>(size / 3);
    return {at, at + k, at + 2 * k, k};
  }

  template <class Tag, class T>
  static void refusals(Rows<Tag>& rows) {
    using Space = typename Backend<Tag>::space;
    rows.template throws<ShapeError>("an output too many", [](Context<Tag>& ctx) {
      std::vector<DoubleDouble> sums(3);
      weighted_mixture_sums(ctx, Weighted<NormalComponents>{}, MixtureOrder::value, VectorView<const T, Space>(),
                            VectorView<const T, Space>(), view(sums));
    });
    rows.template throws<ShapeError>("a weight too few", [](Context<Tag>& ctx) {
      std::vector<DoubleDouble> sums(2);
      const auto x = to_device(ctx, std::vector<T>(5));
      weighted_mixture_sums(ctx, Weighted<NormalComponents>{}, MixtureOrder::value, x.view(), x.view().subview(0, 4),
                            view(sums));
    });
  }

  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const Sample& s, MixtureOrder order, const Parameters& p, bool squared) {
    const std::string label =
        text::joined(op::element_name<T>(), " ", s.n, " ", s.label, ", ", s.weights.label,
                     squared ? " squared, " : ", ", p.size() / 3, " components, order ", static_cast<int>(order));
    Operand<T> x(s.n, s.stride), w(s.n, s.weight_stride);
    x.fill(s.kind, rows.seed(label));
    w.fill(s.weights.kind, rows.seed(label + ", weights"));
    for (index_t i = 0; i < s.n; ++i) {
      if (s.kind == Data::random) x(i) = 4 * x(i);
      w(i) = static_cast<T>(s.weights.scale) * std::abs(w(i));
    }
    const Weighted<NormalComponents> term{components(p.data(), p.size()), squared};
    const std::vector<DoubleDouble> expected = by_definition(term, order, x, w);
    rows.row(
        label,
        [&](Context<Tag>& ctx) {
          Uploaded<Tag, T> dx(ctx, x), dw(ctx, w);
          const auto dp = to_device(ctx, p);
          const Weighted<NormalComponents> there{components(dp.data(), p.size()), squared};
          const auto at_once = pass<Tag>(ctx, there, order, dx.vector(), dw.vector(), s.n);
          const auto in_pieces = pass<Tag>(ctx, there, order, dx.vector(), dw.vector(), block_points);
          return std::tuple(at_once, in_pieces, dx.fetch(ctx), dw.fetch(ctx));
        },
        [&](Verdict& verdict, const std::vector<double>& at_once, const std::vector<double>& in_pieces,
            const std::vector<T>& got_x, const std::vector<T>& got_w) {
          Operand<double> bits(static_cast<index_t>(2 * expected.size()), 1);
          bits.storage.clear();
          bits.offset = 0;
          for (const DoubleDouble& e : expected) bits.storage.push_back(e.high), bits.storage.push_back(e.low);
          verdict.exact("sums", at_once, bits);
          verdict.exact("sums of a pass in pieces", in_pieces, bits);
          verdict.exact("x", got_x, x);
          verdict.exact("weights", got_w, w);
          const bool plain = s.weights.kind == Data::random || s.weights.kind == Data::ties;
          if (s.kind == Data::random && plain) compare_plainly(verdict, term, order, x, w, at_once);
        });
  }

  template <class Tag, class X>
  static std::vector<double> pass(Context<Tag>& ctx, const Weighted<NormalComponents>& term, MixtureOrder order, X x,
                                  X w, index_t piece) {
    std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs(order)));
    for (index_t first = 0; first < x.size; first += piece) {
      const index_t n = std::min(piece, x.size - first);
      weighted_mixture_sums(ctx, term, order, x.subview(first, n), w.subview(first, n), view(sums));
    }
    std::vector<double> flat;
    for (const DoubleDouble& sum : sums) flat.push_back(sum.high), flat.push_back(sum.low);
    return flat;
  }

  /// Blocks in ascending order, each with its lanes one after the other.
  template <class T>
  static std::vector<DoubleDouble> by_definition(const Weighted<NormalComponents>& term, MixtureOrder order,
                                                 const Operand<T>& x, const Operand<T>& w) {
    std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs(order)));
    const int rows = term.lane_sums(order) + term.lane_scratch();
    std::vector<double> lane_sums(static_cast<std::size_t>(rows * block_lanes)), out(sums.size());
    std::vector<T> points, weights;
    for (index_t i = 0; i < x.rows; ++i) points.push_back(x(i)), weights.push_back(w(i));
    for (index_t first = 0; first < x.rows; first += block_points) {
      const index_t n = std::min(block_points, x.rows - first);
      const WeightedPoints<T> block = WeightedPoints<T>{points.data(), weights.data()} + first;
      using L = lanes::Lanes;
      for (int lane = 0; lane < block_lanes; ++lane) switch (order) {
        case MixtureOrder::value:
          lanes::add_lanes<L, MixtureOrder::value>(term, block, n, lane, lane_sums.data());
          break;
        case MixtureOrder::gradient:
          lanes::add_lanes<L, MixtureOrder::gradient>(term, block, n, lane, lane_sums.data());
          break;
        default: lanes::add_lanes<L, MixtureOrder::hessian>(term, block, n, lane, lane_sums.data());
        }
      block_outputs(term, order, n, lane_sums.data(), out.data());
      for (std::size_t o = 0; o < sums.size(); ++o) add_share(sums[o], out[o]);
    }
    return sums;
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
    for (index_t i = 0; i < x.rows; ++i) {
      const Extended weight = weights(i), w = term.squared ? weight * weight : weight;
      std::vector<Extended> exponents, u;
      Extended largest = -1e300L, size = 1, total = 0;
      for (std::size_t c = 0; c < k; ++c) {
        const Extended d = x(i) - Extended{term.term.means[c]};
        exponents.push_back(term.term.log_peaks[c] + term.term.curvatures[c] * d * d);
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
        const Extended r = std::exp2(exponents[c] - largest) / total, d = x(i) - Extended{term.term.means[c]};
        u.insert(u.end(), {r, r * d, r * d * d});
      }
      for (const Extended v : u) add(v, size);
      if (order == MixtureOrder::gradient) continue;
      for (std::size_t c = 0; c < k; ++c) {
        const Extended d = x(i) - Extended{term.term.means[c]};
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
      if (!(std::abs(got[2 * o] - expected) <= bound))
        verdict.mismatch("sum against the formula", static_cast<index_t>(o), 0, got[2 * o], expected, bound);
    }
  }
};

}  // namespace isonomy::conformance
