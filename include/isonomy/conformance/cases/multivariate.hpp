// Conformance rows of multivariate_mixture_sums, with weights and without: the bits of the lane functions, and plain
// sums in extended precision beside them.
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
#include "isonomy/ops/mixture/multivariate_mixture_sums.hpp"
#include "isonomy/ops/mixture/weighted_multivariate_mixture_sums.hpp"

namespace isonomy::conformance {

/// Rows of both; without weights, every row has the weight 1 in the formulas.
template <bool weighted>
struct MultivariateCases {
  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    const std::vector<Shape> shapes{{Covariance::full, 1, 1},      {Covariance::full, 3, 3},
                                    {Covariance::tied, 2, 4},      {Covariance::diagonal, 3, 2},
                                    {Covariance::spherical, 2, 5}, {Covariance::full, 2, 9}};
    std::vector<Sample> samples{{"column", 100, Layout::column, Data::random},
                                {"spaced", 100, Layout::spaced, Data::random},
                                {"ties", 70, Layout::row, Data::ties},
                                {"denormal", 40, Layout::row, Data::denormal},
                                {"nan", 40, Layout::row, Data::nan}};
    for (const index_t n : {0, 1, 31, 32, 33, 255, 256, 257}) samples.push_back({"row", n, Layout::row, Data::random});
    for (const Sample& s : samples)
      for (const Shape& shape : shapes)
        for (const MixtureOrder order : {MixtureOrder::value, MixtureOrder::gradient})
          row<Tag, T>(rows, s, shape, order);
    row<Tag, T>(rows, {"row", 8193, Layout::row, Data::random}, shapes[1], MixtureOrder::gradient);
    if constexpr (std::same_as<T, double>)
      row<Tag, T>(rows, {"row", 110003, Layout::row, Data::random}, shapes[3], MixtureOrder::gradient);
    using Space = typename Backend<Tag>::space;
    rows.template throws<ShapeError>("a column too many", [](Context<Tag>& ctx) {
      const MultivariateNormals term{nullptr, nullptr, nullptr, 1, 2, Covariance::full};
      std::vector<DoubleDouble> sums(1);
      call(ctx, term, MixtureOrder::value, MatrixView<const T, Space>(nullptr, 0, 3, 3, 1),
           VectorView<const T, Space>(), view(sums));
    });
    if constexpr (weighted)
      rows.template throws<ShapeError>("a weight too few", [](Context<Tag>& ctx) {
        const MultivariateNormals term{nullptr, nullptr, nullptr, 1, 1, Covariance::full};
        std::vector<DoubleDouble> sums(1);
        const auto x = to_device(ctx, std::vector<T>(5));
        call(ctx, term, MixtureOrder::value, MatrixView<const T, Space>(x.data(), 5, 1, 1, 1), x.view().subview(0, 4),
             view(sums));
      });
  }

 private:
  struct Shape {
    Covariance covariance;
    int components, dimensions;
  };
  struct Sample {
    const char* label;
    index_t n;
    Layout layout;
    Data kind;
  };
  /// Rows and weights as the lane functions read them.
  template <class T>
  struct WeightedOperand {
    const Operand<T>& x;
    const Operand<T>& weights;

    const T& operator()(index_t i, index_t j) const { return x(i, j); }
    [[nodiscard]] double weight(index_t i) const { return static_cast<double>(weights(i)); }
  };
  /// Log peaks, means and factors, one after the other, from a seed.
  struct Parameters {
    Shape shape;
    std::vector<double> flat;

    [[nodiscard]] MultivariateNormals term(const double* at) const {
      const int k = shape.components;
      return {at, at + k, at + k + k * shape.dimensions, k, shape.dimensions, shape.covariance};
    }
  };

  static Parameters parameters(const Shape& shape, std::uint64_t seed) {
    Parameters result{shape, {}};
    auto draw = [&, i = std::uint64_t{0}]() mutable { return random_unit(seed, i++, 7); };
    const MultivariateNormals sizes{nullptr, nullptr, nullptr, shape.components, shape.dimensions, shape.covariance};
    for (int k = 0; k < shape.components; ++k) result.flat.push_back(-4 * draw());
    for (int k = 0; k < shape.components * shape.dimensions; ++k) result.flat.push_back(2 * draw() - 1);
    const int factors = shape.covariance == Covariance::tied ? 1 : shape.components;
    for (int k = 0; k < factors * sizes.factor_size(); ++k) result.flat.push_back(0.2 + draw());
    return result;
  }

  template <class Ctx, class X, class W>
  static void call(Ctx& ctx, const MultivariateNormals& term, MixtureOrder order, X x, W weights,
                   VectorView<DoubleDouble> sums) {
    if constexpr (weighted)
      weighted_multivariate_mixture_sums(ctx, term, order, x, weights, sums);
    else
      multivariate_mixture_sums(ctx, term, order, x, sums);
  }

  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const Sample& s, const Shape& shape, MixtureOrder order) {
    constexpr const char* names[]{"full", "tied", "diagonal", "spherical"};
    const std::string label =
        text::joined(op::element_name<T>(), " ", s.n, "x", shape.dimensions, " ", s.label, ", ", shape.components, " ",
                     names[static_cast<int>(shape.covariance)], ", order ", static_cast<int>(order));
    Operand<T> x(s.n, shape.dimensions, s.layout);
    x.fill(s.kind, rows.seed(label));
    Operand<T> w(s.n, s.layout == Layout::row ? 1 : 2);
    w.fill(Data::random, rows.seed(label + ", weights"));
    for (index_t i = 0; i < s.n; ++i) w(i) = !weighted ? T{1} : i % 7 == 3 ? T{0} : std::abs(w(i));
    const Parameters p = parameters(shape, rows.seed(label));
    const std::vector<DoubleDouble> expected = by_definition(p.term(p.flat.data()), order, x, w);
    rows.row(
        label,
        [&](Context<Tag>& ctx) {
          Uploaded<Tag, T> dx(ctx, x), dw(ctx, w);
          const auto dp = to_device(ctx, p.flat);
          const auto at_once = pass<Tag>(ctx, p.term(dp.data()), order, dx.matrix(), dw.vector(), s.n);
          const auto in_pieces = pass<Tag>(ctx, p.term(dp.data()), order, dx.matrix(), dw.vector(), block_points);
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
          if (s.kind == Data::random) compare_plainly(verdict, p, order, x, w, at_once);
        });
  }

  template <class Tag, class X, class W>
  static std::vector<double> pass(Context<Tag>& ctx, const MultivariateNormals& term, MixtureOrder order, X x,
                                  W weights, index_t piece) {
    std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs(order)));
    for (index_t first = 0; first < x.rows; first += piece) {
      const index_t n = std::min(piece, x.rows - first);
      call(ctx, term, order, x.row_block(first, n), weights.subview(first, n), view(sums));
    }
    std::vector<double> flat;
    for (const DoubleDouble& sum : sums) flat.push_back(sum.high), flat.push_back(sum.low);
    return flat;
  }

  /// Blocks in ascending order on lanes of one element.
  template <class T>
  static std::vector<DoubleDouble> by_definition(const MultivariateNormals& term, MixtureOrder order,
                                                 const Operand<T>& x, const Operand<T>& w) {
    std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs(order)));
    std::vector<double> lane_sums(
        static_cast<std::size_t>((term.lane_sums(order) + term.lane_scratch()) * block_lanes)),
        out(sums.size());
    for (index_t first = 0; first < x.rows; first += block_points) {
      const index_t n = std::min(block_points, x.rows - first);
      const auto add = [&](const auto& rows) {
        if (order == MixtureOrder::value)
          lanes::MultivariateBlocks::add<false>(term, rows, first, n, lane_sums.data());
        else
          lanes::MultivariateBlocks::add<true>(term, rows, first, n, lane_sums.data());
      };
      if constexpr (weighted)
        add(WeightedOperand<T>{x, w});
      else
        add(x);
      block_outputs(term, order, n, lane_sums.data(), out.data());
      for (std::size_t o = 0; o < sums.size(); ++o) add_share(sums[o], out[o]);
    }
    return sums;
  }

  /// The outputs from their formulas in extended precision. Every step rounds relative to the largest numbers of a
  /// point.
  template <class T>
  static void compare_plainly(Verdict& verdict, const Parameters& p, MixtureOrder order, const Operand<T>& x,
                              const Operand<T>& w, const std::vector<double>& got) {
    using Extended = long double;
    const MultivariateNormals term = p.term(p.flat.data());
    const int n = term.components, d = term.dimensions;
    const auto count = static_cast<std::size_t>(term.outputs(order));
    std::vector<Extended> sums(count);
    Extended scale = 0;
    for (index_t i = 0; i < x.rows; ++i) {
      std::vector<Extended> a;
      const auto weight = static_cast<Extended>(w(i));
      Extended largest = -std::numeric_limits<Extended>::infinity();
      for (int k = 0; k < n; ++k) {
        const double* factor = term.factors + (term.covariance == Covariance::tied ? 0 : k) * term.factor_size();
        Extended square = 0;
        for (int r = 0; r < d; ++r) {
          Extended y = 0;
          if (term.covariance == Covariance::diagonal || term.covariance == Covariance::spherical)
            y = factor[term.covariance == Covariance::diagonal ? r : 0] *
                (static_cast<Extended>(x(i, r)) - term.means[k * d + r]);
          else
            for (int c = 0; c <= r; ++c)
              y += factor[r * (r + 1) / 2 + c] * (static_cast<Extended>(x(i, c)) - term.means[k * d + c]);
          square += y * y;
        }
        a.push_back(term.log_peaks[k] - square);
        largest = std::max(largest, a.back());
        scale += weight * (1 + std::abs(a.back()));
      }
      Extended total = 0;
      for (const Extended v : a) total += std::exp2(v - largest);
      sums[0] += weight * (largest + std::log2(total)) * std::log(Extended{2});
      if (order == MixtureOrder::value) continue;
      for (int k = 0; k < n; ++k) {
        const Extended r = weight * std::exp2(a[static_cast<std::size_t>(k)] - largest) / total;
        const auto deviation = [&](int j) { return static_cast<Extended>(x(i, j)) - term.means[k * d + j]; };
        sums[static_cast<std::size_t>(1 + k)] += r;
        const int second = 1 + n * (1 + d) + (term.covariance == Covariance::tied ? 0 : k * term.factor_size());
        for (int j = 0, at = 0; j < d; ++j) {
          sums[static_cast<std::size_t>(1 + n + k * d + j)] += r * deviation(j);
          if (term.covariance == Covariance::diagonal || term.covariance == Covariance::spherical)
            sums[static_cast<std::size_t>(second + (term.covariance == Covariance::diagonal ? j : 0))] +=
                r * deviation(j) * deviation(j);
          else
            for (int c = 0; c <= j; ++c, ++at)
              sums[static_cast<std::size_t>(second + at)] += r * deviation(j) * deviation(c);
        }
      }
    }
    // Deviations are below 3 in size, so that one scale serves all outputs.
    const double bound = Tight<2>::bound<double>(static_cast<double>(x.rows) + 64 + d, 9 * static_cast<double>(scale));
    for (std::size_t o = 0; o < count; ++o)
      if (!(std::abs(got[2 * o] - static_cast<double>(sums[o])) <= bound))
        verdict.mismatch("output against its formula", static_cast<index_t>(o), 0, got[2 * o],
                         static_cast<double>(sums[o]), bound);
  }
};

template <>
struct Cases<op::multivariate_mixture_sums> : MultivariateCases<false> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, MultivariateNormals term, MixtureOrder order,
                                            op::MatrixInput<Backend<Tag>, T> x, VectorView<DoubleDouble> sums) {
    multivariate_mixture_sums(ctx, term, order, x, sums);
  };
};
template <>
struct Cases<op::weighted_multivariate_mixture_sums> : MultivariateCases<true> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, MultivariateNormals term, MixtureOrder order,
                                            op::MatrixInput<Backend<Tag>, T> x, op::Input<Backend<Tag>, T> weights,
                                            VectorView<DoubleDouble> sums) {
    weighted_multivariate_mixture_sums(ctx, term, order, x, weights, sums);
  };
};

}  // namespace isonomy::conformance
