// Conformance rows of multivariate_mixture_sums, with weights and without: the bits of the lane functions, and plain
// sums in extended precision beside them.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/cases/mixture/mixture_passes.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/mixture/kernels/scalar.hpp"
#include "isonomy/ops/mixture/kernels/weighted.hpp"
#include "isonomy/ops/mixture/multivariate_mixture_sums.hpp"
#include "isonomy/ops/mixture/weighted_multivariate_mixture_sums.hpp"

namespace isonomy::conformance {

/// Rows of both; without weights, every row has the weight 1 in the formulas.
template <bool weighted>
struct MultivariateCases {
  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    const std::vector<Shape> shapes{
        {Covariance::full, 1, 1},      {Covariance::full, 3, 3}, {Covariance::tied, 2, 4}, {Covariance::diagonal, 3, 2},
        {Covariance::spherical, 2, 5}, {Covariance::full, 2, 9}, {Covariance::full, 4, 8}};
    std::vector<Sample> samples;
    for (const Layout l : all_layouts) samples.push_back({name(l), 100, l, Data::random});
    for (const Data d : all_data)
      if (d != Data::random) samples.push_back({name(d), 60, Layout::row, d});
    if constexpr (weighted)
      for (const Data d : all_data) samples.push_back({"row", 60, Layout::row, Data::random, d});
    for (const index_t n : {0, 1, 31, 32, 33, 255, 256, 257}) samples.push_back({"row", n, Layout::row, Data::random});
    for (const Sample& s : samples)
      for (const Shape& shape : shapes)
        for (const MixtureOrder order : {MixtureOrder::value, MixtureOrder::gradient})
          row<Tag, T>(rows, s, shape, order);
    row<Tag, T>(rows, {"row", 8193, Layout::row, Data::random}, shapes[1], MixtureOrder::gradient);
    row<Tag, T>(rows, {"row", 110003, Layout::row, Data::random}, shapes[3], MixtureOrder::gradient);
    refusals<Tag, T>(rows);
    if (rows.full()) vast<Tag, T>(rows);
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
    Data weights = Data::random;  // random ones have a 0 in every seventh row
    bool graded = false;
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

  /// Beyond 2^16 and 2^20 points, and 2^16 dimensions, components and outputs: 2^20 of these would take gigabytes of
  /// lanes, and a full covariance in 2^16 dimensions has 2^31 elements.
  template <class Tag, class T>
  static void vast(Rows<Tag>& rows) {
    const auto random = [](index_t n, Layout l) { return Sample{name(l), n, l, Data::random}; };
    row<Tag, T>(rows, random(65551, Layout::column), {Covariance::tied, 2, 2}, MixtureOrder::gradient);
    row<Tag, T>(rows, random(1048601, Layout::row), {Covariance::spherical, 2, 1}, MixtureOrder::value);
    if constexpr (std::same_as<T, float>)  // one of both, for their time
      row<Tag, T>(rows, random(40, Layout::row), {Covariance::diagonal, 1, 65549}, MixtureOrder::value);
    else
      row<Tag, T>(rows, random(7, Layout::column), {Covariance::spherical, 65549, 1}, MixtureOrder::value);
    row<Tag, T>(rows, random(40, Layout::column), {Covariance::full, 1, 365}, MixtureOrder::gradient);
    row<Tag, T>(rows, {"graded", 14 * block_points + 5, Layout::row, Data::random, Data::random, true},
                {Covariance::full, 2, 2}, MixtureOrder::gradient, 3);
    rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 1 << 17, [](Call<Tag>& call, index_t n) {
      const Parameters p = parameters({Covariance::full, 2, 3}, 9);
      const Operand<T> x = Operand<T>(n, 3, Layout::row).fill(T(0.5));
      const MultivariateNormals term = p.term(call.input("parameters", p.flat).data);
      std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs(MixtureOrder::gradient)));
      const auto points = call.input("x", x).matrix();
      run(call.context(), term, MixtureOrder::gradient, points, points.column(0), view(sums));
    });
  }
  template <class Tag, class T>
  static void refusals(Rows<Tag>& rows) {
    const auto refused = [&](const char* what, index_t columns, std::size_t weights, std::size_t size) {
      rows.template throws<ShapeError>(text::joined(op::element_name<T>(), ", ", what), [=](Call<Tag>& call) {
        const MultivariateNormals term{nullptr, nullptr, nullptr, 1, 2, Covariance::full};
        std::vector<DoubleDouble> sums(size);
        run(call.context(), term, MixtureOrder::value,
            call.input("x", Operand<T>(5, columns, Layout::row).fill(T(1))).matrix(),
            call.input("weights", std::vector<T>(weights)), view(sums));
      });
    };
    refused("a column too many", 3, 5, 1);
    refused("an output too many", 2, 5, 2);
    if constexpr (weighted) refused("a weight too few", 2, 4, 1);
  }

  template <class Ctx, class X, class W>
  static void run(Ctx& ctx, const MultivariateNormals& term, MixtureOrder order, X x, W weights,
                  VectorView<DoubleDouble> sums) {
    if constexpr (weighted)
      weighted_multivariate_mixture_sums(ctx, term, order, x, weights, sums);
    else
      multivariate_mixture_sums(ctx, term, order, x, sums);
  }

  static std::string label_of(const char* element, const Sample& s, const Shape& shape, MixtureOrder order) {
    constexpr const char* names[]{"full", "tied", "diagonal", "spherical"};
    return text::joined(element, " ", s.n, "x", shape.dimensions, " ", s.label,
                        s.weights == Data::random ? "" : text::joined(", ", name(s.weights), " weights"), ", ",
                        shape.components, " ", names[static_cast<int>(shape.covariance)], ", order ",
                        static_cast<int>(order));
  }

  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const Sample& s, const Shape& shape, MixtureOrder order, int races = 0) {
    const std::string label = label_of(op::element_name<T>(), s, shape, order);
    if (!rows.wants(label)) return;
    Operand<T> x(s.n, shape.dimensions, s.layout), w(s.n, s.layout == Layout::row ? 1 : 2);
    x.fill(s.kind, rows.seed(label));
    if (s.graded) detail::grade_blocks(x);
    w.fill(s.weights, rows.seed(label + ", weights"));
    for (index_t i = 0; i < s.n; ++i)
      w(i) = !weighted ? T{1} : i % 7 == 3 && s.weights == Data::random ? T{0} : std::abs(w(i));
    const Parameters p = parameters(shape, rows.seed(label));
    const detail::MixturePasses expected = by_definition(p.term(p.flat.data()), order, x, w);
    rows.row(
        label,
        [&](Call<Tag>& call) {
          const MultivariateNormals term = p.term(call.input("parameters", p.flat).data);
          const auto points = call.input("x", x).matrix();
          const auto weights = call.input("weights", w).vector();
          detail::passes(call, term.outputs(order), s.n, [&](index_t first, index_t n, VectorView<DoubleDouble> sums) {
            run(call.context(), term, order, points.row_block(first, n), weights.subview(first, n), sums);
          });
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          detail::check_passes(verdict, outcome, expected);
          if (s.kind == Data::random && s.weights == Data::random && !s.graded)
            compare_plainly(verdict, p, order, x, w, outcome.of<double>("sums"));
        },
        races);
  }

  /// Blocks on lanes of one element.
  template <class T>
  static detail::MixturePasses by_definition(const MultivariateNormals& term, MixtureOrder order, const Operand<T>& x,
                                             const Operand<T>& w) {
    // Views, which any compiler lets the lane functions read.
    const MatrixView<const T> points(x.storage.data() + x.offset, x.rows, x.columns, x.row_stride, x.column_stride);
    const VectorView<const T> weights(w.storage.data() + w.offset, w.rows, w.row_stride);
    return detail::passes_by_definition(term, order, x.rows, [&](index_t first, index_t n, double* sums) {
      const auto add = [&](const auto& rows) {
        if (order == MixtureOrder::value)
          lanes::MultivariateBlocks::add<false>(term, rows, first, n, sums);
        else
          lanes::MultivariateBlocks::add<true>(term, rows, first, n, sums);
      };
      if constexpr (weighted)
        add(WeightedRows<T, HostSpace>{points, weights});
      else
        add(points);
    });
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
      if (!verdict.close(got[2 * o], static_cast<double>(sums[o]), bound))
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
