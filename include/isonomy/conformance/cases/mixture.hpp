// Conformance rows of mixture_sums: the bits of the lane functions, and plain sums in extended precision beside them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/mixture/kernels/block_sums.hpp"
#include "isonomy/ops/mixture/kernels/scalar.hpp"
#include "isonomy/ops/mixture/mixture_sums.hpp"

namespace isonomy::conformance {

template <>
struct Cases<op::mixture_sums> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, SharedMeanPair term, MixtureOrder order,
                                            op::Input<Backend<Tag>, T> x, VectorView<DoubleDouble> sums) {
    mixture_sums(ctx, term, order, x, sums);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    const std::vector<std::vector<Density>> pairs{{density(0.5, 1, 0.5), density(0.5, 1, 2)},
                                                  {density(0.999, 0, 0.01), density(0.001, 0, 3)},
                                                  {density(1e-300, 0.5, 1), density(1, 0.5, 1)}};
    std::vector<std::vector<Density>> mixtures{
        {density(1, 0.2, 1)}, {density(0.3, -1, 0.5), density(0.7, 1, 0.25)}, {}};
    for (int k = 0; k < 5; ++k) mixtures.back().push_back(density(0.2, k - 2, 0.3 + 0.2 * k));
    std::vector<Sample> samples{{"spaced", 200, 3, 0, 4, Data::random}, {"far away", 200, 1, 0, 1e6, Data::random},
                                {"ties", 200, 1, 0, 1, Data::ties},     {"denormal", 100, 1, 0, 1, Data::denormal},
                                {"mixed", 100, 1, 0, 1, Data::mixed},   {"nan", 100, 1, 0, 1, Data::nan}};
    for (const index_t n : {0, 1, 2, 7, 31, 32, 33, 48, 63}) samples.push_back({"random", n, 1, 0, 4, Data::random});
    for (const Sample& s : samples)
      for (const MixtureOrder order : {MixtureOrder::value, MixtureOrder::gradient, MixtureOrder::hessian}) {
        for (const auto& p : pairs) row<Tag, T>(rows, s, order, p, true);
        for (const auto& m : mixtures) row<Tag, T>(rows, s, order, m, false);
      }
    // Around one block, and enough blocks for several threads.
    for (const index_t n : {8191, 8192, 8193}) {
      const Sample s{"random", n, 1, 0, 4, Data::random};
      row<Tag, T>(rows, s, MixtureOrder::hessian, pairs[0], true);
      row<Tag, T>(rows, s, MixtureOrder::gradient, mixtures[1], false);
    }
    if constexpr (std::same_as<T, double>)
      row<Tag, T>(rows, {"random", 110003, 1, 0, 4, Data::random}, MixtureOrder::gradient, pairs[0], true);
    rows.template throws<ShapeError>("an output too many", [](Context<Tag>& ctx) {
      std::vector<DoubleDouble> sums(2);
      mixture_sums(ctx, SharedMeanPair{}, MixtureOrder::value, VectorView<const T, typename Backend<Tag>::space>(),
                   view(sums));
    });
  }

 private:
  /// Weighted normal densities: log of the peak, mean, -1/(2 sigma^2).
  struct Density {
    double peak, mean, curvature;
  };
  struct Sample {
    const char* label;
    index_t n, stride;
    double centre, spread;
    Data kind;
  };

  static Density density(double weight, double mean, double sigma) {
    return {std::log(weight / sigma) - 0.5 * std::log(2 * 3.14159265358979323846), mean, -0.5 / (sigma * sigma)};
  }

  static SharedMeanPair pair_term(const std::vector<Density>& d) {
    constexpr double log2_e = 1.4426950408889634;
    SharedMeanPair term;
    term.mean = d[1].mean;
    term.difference = (d[0].peak - d[1].peak) * log2_e;
    term.curvature = (d[0].curvature - d[1].curvature) * log2_e;
    term.peak = d[1].peak;
    term.wide_curvature = d[1].curvature;
    if (term.close()) return term;
    const double whole = std::round(term.difference);
    term.shift = term.difference - whole;
    term.floor = -whole;
    term.peak += whole * lanes::ln2;
    return term;
  }

  /// Log peaks, means and curvatures in base 2, one after the other.
  static std::vector<double> parameters(const std::vector<Density>& d) {
    constexpr double log2_e = 1.4426950408889634;
    std::vector<double> result;
    for (const Density& k : d) result.push_back(k.peak * log2_e);
    for (const Density& k : d) result.push_back(k.mean);
    for (const Density& k : d) result.push_back(k.curvature * log2_e);
    return result;
  }

  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const Sample& s, MixtureOrder order, const std::vector<Density>& d, bool as_pair) {
    const std::string label =
        text::joined(op::element_name<T>(), " ", s.n, " ", s.label, ", ",
                     as_pair ? "pair" : text::joined(d.size(), " components"), ", order ", static_cast<int>(order));
    Operand<T> x(s.n, s.stride);
    x.fill(s.kind, rows.seed(label));
    if (s.kind == Data::random)
      for (index_t i = 0; i < s.n; ++i) x(i) = static_cast<T>(s.centre + s.spread * static_cast<double>(x(i)));
    const auto p = parameters(d);
    const auto k = static_cast<int>(d.size());
    const auto with_term = [&](const double* at, const auto& f) {
      if (as_pair) return f(pair_term(d));
      return f(NormalComponents{at, at + k, at + 2 * k, k});
    };
    const std::vector<DoubleDouble> expected =
        with_term(p.data(), [&](const auto& term) { return by_definition(term, order, x); });
    rows.row(
        label,
        [&](Context<Tag>& ctx) {
          Uploaded<Tag, T> dx(ctx, x);
          const auto dp = to_device(ctx, p);
          const auto at_once = pass<Tag>(ctx, with_term, dp.data(), order, dx.vector(), s.n);
          const auto in_pieces = pass<Tag>(ctx, with_term, dp.data(), order, dx.vector(), block_points);
          return std::tuple(at_once, in_pieces, dx.fetch(ctx));
        },
        [&](Verdict& verdict, const std::vector<double>& at_once, const std::vector<double>& in_pieces,
            const std::vector<T>& got_x) {
          Operand<double> bits(static_cast<index_t>(2 * expected.size()), 1);
          bits.storage.clear();
          bits.offset = 0;
          for (const DoubleDouble& e : expected) bits.storage.push_back(e.high), bits.storage.push_back(e.low);
          verdict.exact("sums", at_once, bits);
          verdict.exact("sums of a pass in pieces", in_pieces, bits);
          verdict.exact("x", got_x, x);
          if (s.kind == Data::random) compare_plainly(verdict, d, as_pair, x, at_once);
        });
  }

  template <class Tag, class WithTerm, class X>
  static std::vector<double> pass(Context<Tag>& ctx, const WithTerm& with_term, const double* parameters,
                                  MixtureOrder order, X x, index_t piece) {
    return with_term(parameters, [&](const auto& term) {
      std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs(order)));
      for (index_t first = 0; first < x.size; first += piece)
        mixture_sums(ctx, term, order, x.subview(first, std::min(piece, x.size - first)), view(sums));
      std::vector<double> flat;
      for (const DoubleDouble& sum : sums) flat.push_back(sum.high), flat.push_back(sum.low);
      return flat;
    });
  }

  /// Blocks in ascending order, each with its lanes one after the other.
  template <class Term, class T>
  static std::vector<DoubleDouble> by_definition(const Term& term, MixtureOrder order, const Operand<T>& x) {
    std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs(order)));
    std::vector<double> lanes_of_block(
        static_cast<std::size_t>((term.lane_sums(order) + term.lane_scratch()) * block_lanes)),
        out(sums.size());
    std::vector<T> points;
    for (index_t first = 0; first < x.rows; first += block_points) {
      const index_t n = std::min(block_points, x.rows - first);
      points.clear();
      for (index_t i = 0; i < n; ++i) points.push_back(x(first + i));
      for (int lane = 0; lane < block_lanes; ++lane) switch (order) {
        case MixtureOrder::value: add<MixtureOrder::value>(term, points, lane, lanes_of_block); break;
        case MixtureOrder::gradient: add<MixtureOrder::gradient>(term, points, lane, lanes_of_block); break;
        default: add<MixtureOrder::hessian>(term, points, lane, lanes_of_block);
        }
      block_outputs(term, order, n, lanes_of_block.data(), out.data());
      for (std::size_t o = 0; o < sums.size(); ++o) add_share(sums[o], out[o]);
    }
    return sums;
  }
  template <MixtureOrder order, class Term, class T>
  static void add(const Term& term, const std::vector<T>& points, int lane, std::vector<double>& sums) {
    lanes::add_lanes<lanes::Lanes, order>(term, points.data(), static_cast<index_t>(points.size()), lane, sums.data());
  }

  /// The log-likelihood, and for components the responsibilities' sums, from the formula in extended precision. A log
  /// density is rounded relative to its largest exponent; K covers the steps of one point and the sum.
  template <class T>
  static void compare_plainly(Verdict& verdict, const std::vector<Density>& d, bool as_pair, const Operand<T>& x,
                              const std::vector<double>& got) {
    using Extended = long double;
    Extended log_likelihood = 0, scale = 0;
    std::vector<Extended> g(d.size());
    for (index_t i = 0; i < x.rows; ++i) {
      std::vector<Extended> a;
      Extended largest = -std::numeric_limits<Extended>::infinity(), magnitude = 0;
      for (const Density& k : d) {
        const Extended deviation = static_cast<Extended>(x(i)) - k.mean;
        a.push_back(k.peak + k.curvature * deviation * deviation);
        largest = std::max(largest, a.back());
        magnitude = std::max({magnitude, std::abs(Extended{k.peak}), std::abs(a.back())});
      }
      Extended sum = 0;
      for (const Extended v : a) sum += std::exp(v - largest);
      for (std::size_t k = 0; k < d.size(); ++k) g[k] += std::exp(a[k] - largest) / sum;
      log_likelihood += largest + std::log(sum);
      // Where the wide density decides, the narrow one's exponent is not part of the result.
      scale += std::abs(largest) + (as_pair ? std::abs(Extended{d[0].peak}) + std::abs(Extended{d[1].peak}) : 0) + 1;
    }
    const auto steps = static_cast<double>(x.rows) + 64;
    const auto check = [&](const char* what, double value, Extended expected, double width) {
      const double bound = Tight<2>::bound<double>(steps, width);
      if (!(std::abs(value - static_cast<double>(expected)) <= bound))
        verdict.mismatch(what, 0, 0, value, static_cast<double>(expected), bound);
    };
    check("log-likelihood against the formula", got[0], log_likelihood, static_cast<double>(scale));
    if (as_pair || got.size() < 2 + 6 * d.size()) return;
    for (std::size_t k = 0; k < d.size(); ++k)
      check("responsibilities against the formula", got[2 + 6 * k], g[k],
            static_cast<double>(x.rows) * (1 + 8 * static_cast<double>(scale) / (1 + static_cast<double>(x.rows))));
  }
};

}  // namespace isonomy::conformance
