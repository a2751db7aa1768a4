// Fits of trials by every output, and what becomes of them where the trials change.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/gsn/fit.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/trials.hpp"

namespace isonomy::test {

inline gsn::GsnOptions everything() {
  gsn::GsnOptions options;
  options.returns = {true, true, true, true, true, true, true, true, true};
  return options;
}
inline gsn::GsnResult<Cpu> fitted(const Trials& d, const gsn::GsnOptions& options = everything(),
                                  Context<Cpu> ctx = {}) {
  return gsn::fit(ctx, d.view(), options);
}
inline std::vector<SquareMatrix> matrices(const gsn::GsnResult<Cpu>& r) {
  return {square(r.cN), square(r.cS), square(r.cNb), square(r.cSb), square(r.cD)};
}
/// The largest difference of the matrices, relative to the largest element of each, of `factor` times those of a.
inline double difference(const gsn::GsnResult<Cpu>& a, const gsn::GsnResult<Cpu>& b, double factor = 1) {
  double most = 0;
  const auto of_a = matrices(a), of_b = matrices(b);
  for (std::size_t k = 0; k < of_a.size(); ++k)
    most = std::max(most, largest(factor * of_a[k] - of_b[k]) / largest(of_b[k]));
  return most;
}
inline Trials changed(Trials d, double factor, double offset = 0) {
  for (index_t i = 0; i < d.units; ++i)
    for (index_t c = 0; c < d.conditions; ++c)
      for (index_t t = 0; t < d.trials; ++t) d(i, c, t) = factor * d(i, c, t) + offset * static_cast<double>(i + 1);
  return d;
}
/// Unit k of the result is unit order[k] of the data.
inline Trials rearranged(const Trials& d, const std::vector<index_t>& order) {
  Trials r{static_cast<index_t>(order.size()), d.conditions, d.trials,
           std::vector<double>(order.size() * static_cast<std::size_t>(d.conditions * d.trials))};
  for (index_t i = 0; i < r.units; ++i)
    for (index_t c = 0; c < d.conditions; ++c)
      for (index_t t = 0; t < d.trials; ++t) r(i, c, t) = d.view()(order[static_cast<std::size_t>(i)], c, t);
  return r;
}

}  // namespace isonomy::test
