// Conformance rows of nearest_sums: the bits of rows added one after the other, and plain sums in extended precision
// beside them.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/cases/mixture/mixture_passes.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/mixture/nearest_sums.hpp"

namespace isonomy::conformance {

template <>
struct Cases<op::nearest_sums> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, NearestCentres term, op::MatrixInput<Backend<Tag>, T> x,
                                            op::Input<Backend<Tag>, T> weights, VectorView<DoubleDouble> sums) {
    nearest_sums(ctx, term, x, weights, sums);
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    constexpr auto first = ClusterMoments::first, second = ClusterMoments::second;
    const std::vector<Shape> shapes{{1, 1, first},
                                    {9, 3, first},
                                    {3, 3, second, Covariance::full},
                                    {2, 4, second, Covariance::tied},
                                    {5, 2, second, Covariance::diagonal},
                                    {4, 5, second, Covariance::spherical}};
    std::vector<Sample> samples;
    for (const Layout l : all_layouts) {
      samples.push_back({100, l, Data::random, {}});
      samples.push_back({90, l, Data::random, Data::random});
    }
    for (const Data d : all_data) {
      if (d != Data::random) samples.push_back({60, Layout::row, d, {}});
      samples.push_back({70, Layout::row, Data::random, d});
    }
    for (const index_t n : {0, 1, 32, 257, 1023, 1024, 1025, 2100}) samples.push_back({n, Layout::row});
    for (const Sample& s : samples)
      for (const Shape& shape : shapes) row<Tag, T>(rows, s, shape);
    row<Tag, T>(rows, {8193, Layout::row, Data::random, Data::random}, shapes[1]);
    row<Tag, T>(rows, {40011, Layout::row}, shapes[2]);
    refusals<Tag, T>(rows);
    if (rows.full()) vast<Tag, T>(rows);
  }

 private:
  struct Shape {
    int components, dimensions;
    ClusterMoments moments;
    Covariance covariance = Covariance::spherical;

    [[nodiscard]] NearestCentres around(const double* centres) const {
      return {centres, components, dimensions, moments, covariance};
    }
  };
  struct Sample {
    index_t n;
    Layout layout;
    Data kind = Data::random;
    std::optional<Data> weights = {};  // random ones have a 0 in every seventh row
    bool graded = false;
  };

  /// The last of several centres is the first again, which counts; among ties, rows are as near to one as to another.
  static std::vector<double> centres_of(const Shape& shape, Data kind, std::uint64_t seed) {
    std::vector<double> centres;
    const auto d = static_cast<std::size_t>(shape.dimensions);
    for (std::size_t e = 0; e < d * static_cast<std::size_t>(shape.components); ++e) {
      const double x = 4 * random_unit(seed, e, 5) - 2;
      centres.push_back(kind == Data::ties ? std::round(x) : x);
    }
    if (shape.components > 2) std::copy_n(centres.begin(), d, centres.end() - shape.dimensions);
    return centres;
  }

  /// Beyond 2^16 and 2^20 rows, and 2^16 dimensions, components and outputs.
  template <class Tag, class T>
  static void vast(Rows<Tag>& rows) {
    row<Tag, T>(rows, {65551, Layout::column}, {3, 2, ClusterMoments::second, Covariance::tied});
    row<Tag, T>(rows, {1048601, Layout::row}, {2, 1, ClusterMoments::first});
    if constexpr (std::same_as<T, float>)  // one of both, for their time
      row<Tag, T>(rows, {40, Layout::row}, {1, 65549, ClusterMoments::first});
    else
      row<Tag, T>(rows, {7, Layout::column}, {65549, 1, ClusterMoments::second, Covariance::diagonal});
    row<Tag, T>(rows, {40, Layout::column}, {1, 365, ClusterMoments::second, Covariance::full});
    row<Tag, T>(rows, {14 * block_points + 5, Layout::row, Data::random, {}, true}, {2, 2, ClusterMoments::first}, 3);
    rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 1 << 18, [](Call<Tag>& call, index_t n) {
      const Shape shape{8, 3, ClusterMoments::first};
      const Operand<T> x = Operand<T>(n, 3, Layout::row).fill(T(0.5));
      const NearestCentres term = shape.around(call.input("centres", centres_of(shape, Data::random, 9)).data);
      std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs()));
      nearest_sums(call.context(), term, call.input("x", x).matrix(), {}, view(sums));
    });
  }
  template <class Tag, class T>
  static void refusals(Rows<Tag>& rows) {
    const auto refused = [&](const char* what, int components, index_t columns, std::size_t weights, std::size_t size) {
      rows.template throws<ShapeError>(text::joined(op::element_name<T>(), ", ", what), [=](Call<Tag>& call) {
        const NearestCentres term{nullptr, components, 2};
        std::vector<DoubleDouble> sums(size);
        nearest_sums(call.context(), term, call.input("x", Operand<T>(5, columns, Layout::row).fill(T(1))).matrix(),
                     call.input("weights", std::vector<T>(weights)), view(sums));
      });
    };
    refused("no centre", 0, 2, 5, 1);
    refused("a column too many", 1, 3, 5, 4);
    refused("an output too many", 1, 2, 5, 5);
    refused("a weight too few", 1, 2, 4, 4);
  }

  static std::string label_of(const char* element, const Sample& s, const Shape& shape) {
    constexpr const char* names[]{"full", "tied", "diagonal", "spherical"};
    return text::joined(
        {element, " ", s.n, "x", shape.dimensions, " ", name(s.layout), s.kind == Data::random ? "" : " ",
         s.kind == Data::random ? "" : name(s.kind), s.weights ? text::joined(", ", name(*s.weights), " weights") : "",
         s.graded ? ", graded" : "", ", ", shape.components, " centres",
         shape.moments == ClusterMoments::first ? "" : text::joined(", ", names[static_cast<int>(shape.covariance)])});
  }

  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const Sample& s, const Shape& shape, int races = 0) {
    const std::string label = label_of(op::element_name<T>(), s, shape);
    if (!rows.wants(label)) return;
    Operand<T> x(s.n, shape.dimensions, s.layout), w(s.weights ? s.n : 0, s.layout == Layout::row ? 1 : 2);
    x.fill(s.kind, rows.seed(label));
    if (s.graded) detail::grade_blocks(x);
    if (s.weights) w.fill(*s.weights, rows.seed(label + ", weights"));
    for (index_t i = 3; i < w.rows && s.weights == Data::random; i += 7) w(i) = 0;
    const std::vector<double> centres = centres_of(shape, s.kind, rows.seed(label));
    const std::vector<Row> parts = by_definition(shape.around(centres.data()), x, w);
    const int outputs = shape.around(nullptr).outputs();
    rows.row(
        label,
        [&](Call<Tag>& call) {
          const NearestCentres term = shape.around(call.input("centres", centres).data);
          const auto points = call.input("x", x).matrix();
          const auto weights = call.input("weights", w).vector();
          detail::passes(call, outputs, s.n, [&](index_t first, index_t n, VectorView<DoubleDouble> sums) {
            nearest_sums(call.context(), term, points.row_block(first, n),
                         weights.size > 0 ? weights.subview(first, n) : weights, sums);
          });
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          detail::check_passes(verdict, outcome, added_up(parts, outputs));
          if (s.kind == Data::random && (!s.weights || s.weights == Data::random) && !s.graded)
            compare_plainly(verdict, shape.around(centres.data()), x, w, parts, outcome.of<double>("sums"));
        },
        races);
  }

  /// What one row adds to an output.
  struct Part {
    int output;
    double value;
  };
  struct Row {
    int nearest;
    std::vector<Part> parts;
  };

  template <class T>
  static std::vector<Row> by_definition(const NearestCentres& term, const Operand<T>& x, const Operand<T>& w) {
    std::vector<Row> rows;
    const int n = term.components, d = term.dimensions, second = 1 + n + n * d;
    for (index_t i = 0; i < x.rows; ++i) {
      const auto from = [&](int k, int j) { return static_cast<double>(x(i, j)) - term.at[k * d + j]; };
      int nearest = 0;
      double least = 0;
      for (int k = 0; k < n; ++k) {
        double square = 0;
        for (int j = 0; j < d; ++j) square += rounded_product(from(k, j), from(k, j));
        if (k == 0 || square < least) least = square, nearest = k;
      }
      const double weight = w.rows > 0 ? static_cast<double>(w(i)) : 1;
      Row row{nearest, {{0, rounded_product(weight, least)}, {1 + nearest, weight}}};
      for (int j = 0; j < d; ++j)
        row.parts.push_back({1 + n + nearest * d + j, rounded_product(weight, from(nearest, j))});
      for (int r = 0; r < d && term.moments == ClusterMoments::second; ++r)
        for (int c = 0; c <= r; ++c) {
          const int output = output_of(term, nearest, r, c);
          if (output >= 0)
            row.parts.push_back(
                {second + output, rounded_product(rounded_product(weight, from(nearest, r)), from(nearest, c))});
        }
      rows.push_back(std::move(row));
    }
    return rows;
  }
  /// Of the second moments, where that of coordinates r >= c of component k goes; -1: nowhere.
  static int output_of(const NearestCentres& term, int k, int r, int c) {
    const int triangle = term.dimensions * (term.dimensions + 1) / 2, place = r * (r + 1) / 2 + c;
    switch (term.covariance) {
    case Covariance::full: return k * triangle + place;
    case Covariance::tied: return place;
    case Covariance::diagonal: return r == c ? k * term.dimensions + r : -1;
    default: return r == c ? k : -1;
    }
  }
  static detail::MixturePasses added_up(const std::vector<Row>& rows, int outputs) {
    detail::MixturePasses expected(outputs);
    constexpr auto size = static_cast<std::size_t>(NearestCentres::block_rows);
    for (std::size_t first = 0; first < rows.size(); first += size) {
      std::vector<double> shares(static_cast<std::size_t>(outputs));
      for (std::size_t i = first; i < std::min(rows.size(), first + size); ++i)
        for (const Part& p : rows[i].parts) shares[static_cast<std::size_t>(p.output)] += p.value;
      expected.add(shares);
    }
    return expected;
  }

  /// The outputs from their formulas in extended precision, each with the sum of magnitudes as its scale.
  template <class T>
  static void compare_plainly(Verdict& verdict, const NearestCentres& term, const Operand<T>& x, const Operand<T>& w,
                              const std::vector<Row>& rows, const std::vector<double>& got) {
    using Extended = long double;
    const int n = term.components, d = term.dimensions;
    const auto outputs = static_cast<std::size_t>(term.outputs());
    std::vector<Extended> sums(outputs), scales(outputs);
    const auto add = [&](int output, Extended value) {
      sums[static_cast<std::size_t>(output)] += value;
      scales[static_cast<std::size_t>(output)] += std::abs(value);
    };
    for (index_t i = 0; i < x.rows; ++i) {
      const int k = rows[static_cast<std::size_t>(i)].nearest;
      const Extended weight = w.rows > 0 ? static_cast<Extended>(w(i)) : 1;
      const auto deviation = [&](int j) { return static_cast<Extended>(x(i, j)) - term.at[k * d + j]; };
      add(1 + k, weight);
      for (int j = 0; j < d; ++j) {
        add(0, weight * deviation(j) * deviation(j));
        add(1 + n + k * d + j, weight * deviation(j));
      }
      for (int r = 0; r < d && term.moments == ClusterMoments::second; ++r)
        for (int c = 0; c <= r; ++c)
          if (const int output = output_of(term, k, r, c); output >= 0)
            add(1 + n + n * d + output, weight * deviation(r) * deviation(c));
    }
    for (std::size_t o = 0; o < outputs; ++o) {
      // A deviation is rounded too, relative to itself.
      const double bound = Tight<2>::bound<double>(static_cast<double>(x.rows) + d + 4, static_cast<double>(scales[o]));
      if (!verdict.close(got[2 * o], static_cast<double>(sums[o]), bound))
        verdict.mismatch("output against its formula", static_cast<index_t>(o), 0, got[2 * o],
                         static_cast<double>(sums[o]), bound);
    }
  }
};

}  // namespace isonomy::conformance
