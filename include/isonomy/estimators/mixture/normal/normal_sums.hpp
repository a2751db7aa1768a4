// The sums over data that a mixture of normal densities and its derivatives depend on, per component.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/mixture/chunks.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"
#include "isonomy/ops/mixture/mixture_sums.hpp"

namespace isonomy::mixture {

inline constexpr double log2_e = 0x1.71547652b82fep+0;
inline constexpr double half_log_two_pi = 0x1.d67f1c864beb5p-1;

/// The log of a weighted density: log_peak + slope d - d^2 / (2 sigma^2), d = x - origin. A component of a mixture has
/// its mean as origin and no slope, a piece of one far from its mean has both.
struct NormalPiece {
  double weight = 0, origin = 0, sigma = 1;
  double log_peak = 0, slope = 0;
  double log_weight = 0;  ///< without slope log_peak + half_log_two_pi + log(sigma)
};

/// With r_k the responsibility of component k for a point and d_k = x - origin_k, over all points.
struct ComponentSums {
  double g = 0, s = 0, q = 0;     ///< r_k d_k^j, j = 0, 1, 2
  double cubes = 0, fourths = 0;  ///< r_k d_k^3, r_k d_k^4
};

/// Sums of one pass; with weights, points count as often as these say. `products` holds sum u u^T, u = (r_k d_k^j, j =
/// 0 .. 2, fastest), by rows of its lower triangle; for two densities with one mean `pair` holds sum r_1 r_2 d^j, j = 0
/// .. 4, instead.
struct NormalSums {
  MixtureOrder order = MixtureOrder::value;
  double points = 0;
  DoubleDouble log_likelihood{};
  std::vector<ComponentSums> components;
  std::vector<double> products, pair;
};

namespace detail {

/// A component as it is on the whole line.
inline NormalPiece whole_piece(const NormalComponent& c) {
  return {c.weight, c.mean, c.sigma, c.log_weight - half_log_two_pi - std::log(c.sigma), 0, c.log_weight};
}

inline double half_precision(double sigma) { return 0.5 / (sigma * sigma); }

/// x >= 0 to 20 significant bits.
inline double short_number(double x) {
  int exponent = 0;
  const double fraction = std::frexp(x, &exponent);
  return std::ldexp(std::nearbyint(std::ldexp(fraction, 20)), exponent - 20);
}

inline SharedMeanPair pair_term(const NormalPiece& narrow, const NormalPiece& wide) {
  const double log_ratio = (narrow.log_weight - wide.log_weight) + std::log(wide.sigma / narrow.sigma);
  // (1/narrow^2 - 1/wide^2)/2 without cancelling for nearly equal widths.
  const double up = wide.sigma - narrow.sigma, product = narrow.sigma * wide.sigma;
  SharedMeanPair term;
  term.mean = wide.origin;
  term.difference = rounded_product(log_ratio, log2_e);
  term.curvature = -0.5 * log2_e * (up / product) * ((wide.sigma + narrow.sigma) / product);
  term.wide_curvature = -half_precision(wide.sigma);
  term.peak = wide.log_peak;
  if (term.close()) return term;
  const double rounded = short_number(term.difference);
  term.shift = term.difference - rounded;
  term.floor = -rounded;
  term.peak = std::fma(-term.shift, lanes::ln2, narrow.log_peak);
  return term;
}

/// What one pass over points in memory or in chunks adds up.
template <ContextLike Ctx, class Term, class Points>
std::vector<DoubleDouble> pass(Ctx& ctx, const Term& term, MixtureOrder order, const Points& x) {
  std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs(order)));
  for_each_piece(ctx, x, [&](index_t, auto piece) { mixture_sums(ctx, term, order, piece, view(sums)); });
  return sums;
}

/// One pass in the form of a pair; sums of components in the model's order.
template <ContextLike Ctx, class Points>
NormalSums pair_sums(Ctx& ctx, const std::vector<NormalPiece>& c, MixtureOrder order, const Points& x, double unit) {
  const std::size_t narrow = c[0].sigma <= c[1].sigma ? 0 : 1, wide = 1 - narrow;
  SharedMeanPair term = pair_term(c[narrow], c[wide]);
  term.scale = 1 / unit;
  const std::vector<DoubleDouble> sums = pass(ctx, term, order, x);
  NormalSums result{order, static_cast<double>(x.size), sums[0], {}, {}, {}};
  if (order == MixtureOrder::value) return result;
  result.components.resize(2);
  const auto rest = [&](std::size_t all, std::size_t part) { return (sums[all] - sums[part]).high; };
  const DoubleDouble n{static_cast<double>(x.size), 0};
  result.components[narrow] = {sums[3].high, sums[4].high, sums[5].high, 0, 0};
  result.components[wide] = {(n - sums[3]).high, rest(1, 4), rest(2, 5), 0, 0};
  if (order == MixtureOrder::hessian)
    for (std::size_t j = 6; j < 11; ++j) result.pair.push_back(sums[j].high);
  return result;
}

/// The components of weight above 0 where a pass reads them.
template <ContextLike Ctx>
class UploadedComponents {
 public:
  UploadedComponents(Ctx& ctx, const std::vector<NormalPiece>& c, double unit)
      : sloping_(std::any_of(c.begin(), c.end(), [](const NormalPiece& k) { return k.slope != 0; })), scale_(1 / unit),
        table_(to_device(ctx, columns(c, sloping_), "mixture")) {}

  [[nodiscard]] NormalComponents term() const {
    const double* const at = table_.data();
    const index_t n = table_.size() / (sloping_ ? 4 : 3);
    return {at, at + n, at + 2 * n, static_cast<int>(n), sloping_ ? at + 3 * n : nullptr, scale_};
  }

 private:
  static std::vector<double> columns(const std::vector<NormalPiece>& c, bool sloping) {
    std::vector<double> result;
    const auto append = [&](auto value_of) {
      for (const NormalPiece& k : c)
        if (k.weight > 0) result.push_back(value_of(k));
    };
    append([](const NormalPiece& k) { return rounded_product(k.log_peak, log2_e); });
    append([](const NormalPiece& k) { return k.origin; });
    append([](const NormalPiece& k) { return rounded_product(-half_precision(k.sigma), log2_e); });
    if (sloping) append([](const NormalPiece& k) { return rounded_product(k.slope, log2_e); });
    return result;
  }

  bool sloping_;
  double scale_;
  Buffer<double, typename Ctx::tag> table_;
};

/// The sums that NormalComponents declares, from sums[first] on, as sums of n components.
inline void read_component_sums(const std::vector<DoubleDouble>& sums, std::size_t first, std::size_t n,
                                NormalSums& result) {
  if (result.order == MixtureOrder::value) return;
  const auto at = [&](std::size_t i) { return sums[first + i].high; };
  for (std::size_t k = 0; k < n; ++k) result.components.push_back({at(3 * k), at(3 * k + 1), at(3 * k + 2), 0, 0});
  if (result.order == MixtureOrder::gradient) return;
  for (std::size_t k = 0; k < n; ++k) {
    result.components[k].cubes = at(3 * n + 2 * k);
    result.components[k].fourths = at(3 * n + 2 * k + 1);
  }
  for (std::size_t i = 5 * n; first + i < sums.size(); ++i) result.products.push_back(at(i));
}

/// One pass over all components of weight above 0.
template <ContextLike Ctx, class Points>
NormalSums component_sums(Ctx& ctx, const std::vector<NormalPiece>& c, MixtureOrder order, const Points& x,
                          double unit) {
  const UploadedComponents<Ctx> uploaded(ctx, c, unit);
  const NormalComponents term = uploaded.term();
  const std::vector<DoubleDouble> sums = pass(ctx, term, order, x);
  NormalSums result{order, static_cast<double>(x.size), sums[0], {}, {}, {}};
  read_component_sums(sums, 1, static_cast<std::size_t>(term.components), result);
  return result;
}

/// Derivatives need every weight above 0 (ValueError).
inline void require_derivatives(const std::vector<NormalPiece>& c, MixtureOrder order) {
  if (order == MixtureOrder::value) return;
  for (const NormalPiece& k : c)
    if (!(k.weight > 0))
      throw ValueError("mixture: a component has weight 0; its derivatives do not exist in double: leave it out of "
                       "the model, or evaluate the value alone");
}

}  // namespace detail

/// The sums of one pass at these densities over points in memory (VectorView<const T>) or in Chunks, which are divided
/// by `unit`, a power of two: densities and sums are in that unit. Derivatives need every weight above 0 (ValueError).
/// Two densities with one origin take the short form, in which the wide one's sums are what the narrow one leaves of
/// the totals; if either has less than a thousandth of the points, a second pass adds its sums by themselves.
template <ContextLike Ctx, class Points>
[[nodiscard]] NormalSums normal_sums(Ctx& ctx, const std::vector<NormalPiece>& c, MixtureOrder order, const Points& x,
                                     double unit = 1) {
  detail::require_derivatives(c, order);
  const auto central = [](const NormalPiece& k) { return k.slope == 0 && std::isfinite(k.log_weight); };
  const bool pair = c.size() == 2 && c[0].origin == c[1].origin && c[0].weight > 0 && c[1].weight > 0 &&
                    central(c[0]) && central(c[1]);
  if (!pair) return detail::component_sums(ctx, c, order, x, unit);
  NormalSums result = detail::pair_sums(ctx, c, order, x, unit);
  if (order == MixtureOrder::value) return result;
  const double least = 1e-3 * static_cast<double>(x.size), g = result.components[0].g;
  if (g >= least && static_cast<double>(x.size) - g >= least) return result;
  const DoubleDouble log_likelihood = result.log_likelihood;
  result = detail::component_sums(ctx, c, order, x, unit);
  result.log_likelihood = log_likelihood;
  return result;
}
/// The same at components as they are on the whole line.
template <ContextLike Ctx, class Points>
[[nodiscard]] NormalSums normal_sums(Ctx& ctx, const std::vector<NormalComponent>& c, MixtureOrder order,
                                     const Points& x) {
  std::vector<NormalPiece> pieces;
  for (const NormalComponent& k : c) pieces.push_back(detail::whole_piece(k));
  return normal_sums(ctx, pieces, order, x);
}

}  // namespace isonomy::mixture
