// Conformance rows of mixture_sums: the bits of the lane functions, and plain sums in extended precision beside them.
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
    const std::vector<Mixture> mixtures = common_mixtures();
    std::vector<Sample> samples{{"spaced", 200, 3, 0, 4, Data::random}, {"far away", 200, 1, 0, 1e6, Data::random}};
    for (const Data d : all_data)
      if (d != Data::random) samples.push_back({name(d), 150, 1, 0, 1, d});
    for (const index_t n : {0, 1, 2, 7, 31, 32, 33, 48, 63}) samples.push_back({"random", n, 1, 0, 4, Data::random});
    for (const Sample& s : samples)
      for (const MixtureOrder order : all_orders)
        for (const Mixture& m : mixtures) row<Tag, T>(rows, s, order, m);
    // Around one block, and enough blocks for several threads.
    for (const index_t n : {8191, 8192, 8193}) {
      row<Tag, T>(rows, random(n), MixtureOrder::hessian, mixtures[0]);
      row<Tag, T>(rows, random(n), MixtureOrder::gradient, mixtures[4]);
    }
    row<Tag, T>(rows, random(110003), MixtureOrder::gradient, mixtures[0]);
    refusals<Tag, T>(rows);
    if (rows.full()) vast<Tag, T>(rows);
  }

 private:
  static constexpr double log2_e = 1.4426950408889634;
  static constexpr MixtureOrder all_orders[]{MixtureOrder::value, MixtureOrder::gradient, MixtureOrder::hessian};

  /// Weighted normal densities: log of the peak, mean, -1/(2 sigma^2), and the slope of the log at the mean.
  struct Density {
    double peak, mean, curvature, slope = 0;
  };
  struct Mixture {
    const char* label;
    std::vector<Density> densities;
    double scale = 1;  // of points

    [[nodiscard]] bool pair() const { return label[0] == 'p'; }
    [[nodiscard]] bool sloped() const { return !pair() && densities.front().slope != 0; }
    [[nodiscard]] int components() const { return static_cast<int>(densities.size()); }
  };
  struct Sample {
    const char* label;
    index_t n, stride;
    double centre, spread;
    Data kind;
    bool graded = false;
  };
  static Sample random(index_t n) { return {"random", n, 1, 0, 4, Data::random}; }

  static Density density(double weight, double mean, double sigma, double slope = 0) {
    return {std::log(weight / sigma) - 0.5 * std::log(2 * 3.14159265358979323846), mean, -0.5 / (sigma * sigma), slope};
  }
  static std::vector<Mixture> common_mixtures() {
    std::vector<Mixture> m{{"pair", {density(0.5, 1, 0.5), density(0.5, 1, 2)}, 4},
                           {"pair that is not close", {density(0.999, 0, 0.01), density(0.001, 0, 3)}},
                           {"pair of one", {density(1e-300, 0.5, 1), density(1, 0.5, 1)}},
                           {"components", {density(1, 0.2, 1)}},
                           {"components", {density(0.3, -1, 0.5), density(0.7, 1, 0.25)}, 0.25},
                           {"components", {}},
                           {"components with slopes", {density(0.3, -1, 0.5, 2), density(0.7, 1, 0.25, -0.75)}}};
    m.push_back({"components", {}});
    for (int k = 0; k < 8; ++k) m.back().densities.push_back(density(0.1 + 0.01 * k, 0.5 * k - 2, 0.3 + 0.1 * k));
    for (int k = 0; k < 5; ++k) m[5].densities.push_back(density(0.2, k - 2, 0.3 + 0.2 * k));
    return m;
  }
  static Mixture many(int components) {
    Mixture m{"components", {}};
    for (int k = 0; k < components; ++k)
      m.densities.push_back(density(0.5 + k % 7, 0.001 * (k % 4001) - 2, 0.3 + 0.1 * (k % 5)));
    return m;
  }

  /// Beyond 2^16 and 2^20 points; beyond 2^16 components and outputs, of which 2^20 would take gigabytes of lanes. The
  /// dearest with one element type each.
  template <class Tag, class T>
  static void vast(Rows<Tag>& rows) {
    const std::vector<Mixture> mixtures = common_mixtures();
    const Sample graded{"graded", 14 * block_points + 5, 1, 0, 4, Data::random, true};
    row<Tag, T>(rows, random(65551), MixtureOrder::hessian, mixtures[4]);
    row<Tag, T>(rows, graded, MixtureOrder::gradient, mixtures[1], 3);
    row<Tag, T>(rows, graded, MixtureOrder::gradient, mixtures[4], 3);
    if constexpr (std::same_as<T, float>) {
      row<Tag, T>(rows, random(1048601), MixtureOrder::value, mixtures[4]);
      row<Tag, T>(rows, random(40), MixtureOrder::value, many(65549));
    } else {
      row<Tag, T>(rows, random(1048601), MixtureOrder::gradient, mixtures[0]);
      row<Tag, T>(rows, random(40), MixtureOrder::hessian, many(121));
    }
    rows.stops(text::joined(op::element_name<T>(), ", asked to stop"), 1 << 17, [&](Call<Tag>& call, index_t n) {
      const std::vector<double> p = parameters(mixtures[5]);
      const auto term = components_term(mixtures[5], call.input("parameters", p).data);
      std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs(MixtureOrder::hessian)));
      mixture_sums(call.context(), term, MixtureOrder::hessian,
                   call.input("x", std::vector<T>(static_cast<std::size_t>(n), T(0.5))), view(sums));
    });
  }
  template <class Tag, class T>
  static void refusals(Rows<Tag>& rows) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{2}})
      rows.template throws<ShapeError>(text::joined(op::element_name<T>(), ", ", size, " sums for one output"),
                                       [=](Call<Tag>& call) {
                                         std::vector<DoubleDouble> sums(size);
                                         mixture_sums(call.context(), SharedMeanPair{}, MixtureOrder::value,
                                                      call.input("x", std::vector<T>(5)), view(sums));
                                       });
  }

  static SharedMeanPair pair_term(const Mixture& m) {
    const std::vector<Density>& d = m.densities;
    SharedMeanPair term;
    term.scale = m.scale;
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

  /// Log peaks, means, curvatures and slopes in base 2, one after the other.
  static std::vector<double> parameters(const Mixture& m) {
    std::vector<double> result;
    for (const Density& k : m.densities) result.push_back(k.peak * log2_e);
    for (const Density& k : m.densities) result.push_back(k.mean);
    for (const Density& k : m.densities) result.push_back(k.curvature * log2_e);
    for (const Density& k : m.densities) result.push_back(k.slope * log2_e);
    return result;
  }
  static NormalComponents components_term(const Mixture& m, const double* at) {
    const int k = m.components();
    return {at, at + k, at + 2 * k, k, m.sloped() ? at + 3 * k : nullptr, m.scale};
  }

  template <class T>
  static Operand<T> points(const Sample& s, std::uint64_t seed) {
    Operand<T> x(s.n, s.stride);
    x.fill(s.kind, seed);
    if (s.kind == Data::random)
      for (index_t i = 0; i < s.n; ++i) x(i) = static_cast<T>(s.centre + s.spread * static_cast<double>(x(i)));
    if (s.graded) detail::grade_blocks(x);
    return x;
  }

  template <class Tag, class T>
  static void row(Rows<Tag>& rows, const Sample& s, MixtureOrder order, const Mixture& m, int races = 0) {
    const std::string label = text::joined(op::element_name<T>(), " ", s.n, " ", s.label, ", ", m.components(), " ",
                                           m.label, ", order ", static_cast<int>(order));
    if (!rows.wants(label)) return;
    const Operand<T> x = points<T>(s, rows.seed(label));
    if (m.pair())
      row<Tag>(rows, label, s, order, m, x, races, [&](const double*) { return pair_term(m); });
    else
      row<Tag>(rows, label, s, order, m, x, races, [&](const double* at) { return components_term(m, at); });
  }
  template <class Tag, class T, class MakeTerm>
  static void row(Rows<Tag>& rows, const std::string& label, const Sample& s, MixtureOrder order, const Mixture& m,
                  const Operand<T>& x, int races, const MakeTerm& term_at) {
    const std::vector<double> p = parameters(m);
    const detail::MixturePasses expected = by_definition(term_at(p.data()), order, x);
    rows.row(
        label,
        [&](Call<Tag>& call) {
          const auto term = term_at(call.input("parameters", p).data);
          const auto there = call.input("x", x).vector();
          detail::passes(call, term.outputs(order), s.n, [&](index_t first, index_t n, VectorView<DoubleDouble> sums) {
            mixture_sums(call.context(), term, order, there.subview(first, n), sums);
          });
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          detail::check_passes(verdict, outcome, expected);
          if (s.kind == Data::random && !s.graded) compare_plainly(verdict, m, x, outcome.of<double>("sums"));
        },
        races);
  }

  /// Each block with its lanes one after the other.
  template <class Term, class T>
  static detail::MixturePasses by_definition(const Term& term, MixtureOrder order, const Operand<T>& x) {
    std::vector<T> values;
    for (index_t i = 0; i < x.rows; ++i) values.push_back(x(i));
    return detail::passes_by_definition(term, order, x.rows, [&](index_t first, index_t n, double* sums) {
      const T* const from = values.data() + first;
      using L = lanes::Lanes;
      for (int lane = 0; lane < block_lanes; ++lane) switch (order) {
        case MixtureOrder::value: lanes::add_lanes<L, MixtureOrder::value>(term, from, n, lane, sums); break;
        case MixtureOrder::gradient: lanes::add_lanes<L, MixtureOrder::gradient>(term, from, n, lane, sums); break;
        default: lanes::add_lanes<L, MixtureOrder::hessian>(term, from, n, lane, sums);
        }
    });
  }

  /// The log-likelihood, and for components the responsibilities' sums, from the formula in extended precision. A log
  /// density is rounded relative to its largest exponent; K covers the steps of one point and the sum.
  template <class T>
  static void compare_plainly(Verdict& verdict, const Mixture& m, const Operand<T>& x, const std::vector<double>& got) {
    using Extended = long double;
    const std::vector<Density>& d = m.densities;
    Extended log_likelihood = 0, scale = 0;
    std::vector<Extended> g(d.size()), a(d.size());
    for (index_t i = 0; i < x.rows; ++i) {
      Extended largest = -std::numeric_limits<Extended>::infinity(), sum = 0;
      for (std::size_t k = 0; k < d.size(); ++k) {
        const Extended deviation = static_cast<Extended>(x(i)) * m.scale - d[k].mean;
        a[k] = d[k].peak + (d[k].slope + d[k].curvature * deviation) * deviation;
        largest = std::max(largest, a[k]);
      }
      for (Extended& v : a) sum += v = std::exp(v - largest);
      for (std::size_t k = 0; k < d.size(); ++k) g[k] += a[k] / sum;
      log_likelihood += largest + std::log(sum);
      // Where the wide density decides, the narrow one's exponent is not part of the result.
      scale += std::abs(largest) + (m.pair() ? std::abs(Extended{d[0].peak}) + std::abs(Extended{d[1].peak}) : 0) + 1;
    }
    const auto steps = static_cast<double>(x.rows) + 64;
    const auto check = [&](const char* what, double value, Extended expected, double width) {
      const double bound = Tight<2>::bound<double>(steps, width);
      if (!verdict.close(value, static_cast<double>(expected), bound))
        verdict.mismatch(what, 0, 0, value, static_cast<double>(expected), bound);
    };
    check("log-likelihood against the formula", got[0], log_likelihood, static_cast<double>(scale));
    if (m.pair() || got.size() < 2 + 6 * d.size()) return;
    for (std::size_t k = 0; k < d.size(); ++k)
      check("responsibilities against the formula", got[2 + 6 * k], g[k],
            static_cast<double>(x.rows) * (1 + 8 * static_cast<double>(scale) / (1 + static_cast<double>(x.rows))));
  }
};

}  // namespace isonomy::conformance
