// Responses of gsn on the host, with what tests do to all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/estimators/gsn/data_view.hpp"
#include "isonomy/estimators/gsn/simulation/portable_data.hpp"

namespace isonomy::test {

/// Units x conditions x trials, trials fastest; NaN where nothing was measured.
struct Trials {
  index_t units = 0, conditions = 0, trials = 0;
  std::vector<double> x;

  [[nodiscard]] gsn::DataView<double> view() const { return gsn::trials_fastest(x.data(), units, conditions, trials); }
  double& operator()(index_t i, index_t c, index_t t) { return x[at(i, c, t)]; }
  double operator()(index_t i, index_t c, index_t t) const { return x[at(i, c, t)]; }

  /// f(number, unit, condition, trial) of every number, in the order of memory.
  template <class F>
  void each(const F& f) {
    for (index_t i = 0; i < units; ++i)
      for (index_t c = 0; c < conditions; ++c)
        for (index_t t = 0; t < trials; ++t) f(x[at(i, c, t)], i, c, t);
  }

 private:
  [[nodiscard]] std::size_t at(index_t i, index_t c, index_t t) const {
    return static_cast<std::size_t>((i * conditions + c) * trials + t);
  }
};

inline Trials random_trials(const gsn::PortableData& g) {
  return {g.units, g.conditions, g.trials, gsn::portable_data(g)};
}
inline Trials random_trials(index_t units, index_t conditions, index_t trials, std::uint32_t seed, index_t rank = 3,
                            double noise = 1, index_t noise_rank = 0) {
  return random_trials({units, conditions, trials, rank, noise, seed, noise_rank});
}

/// Less the mean of all units, in every trial: what an average reference does to electrodes.
inline Trials average_referenced(Trials d) {
  for (index_t c = 0; c < d.conditions; ++c)
    for (index_t t = 0; t < d.trials; ++t) {
      double total = d(0, c, t);
      for (index_t i = 1; i < d.units; ++i) total += d(i, c, t);
      const double mean = total / static_cast<double>(d.units);
      for (index_t i = 0; i < d.units; ++i) d(i, c, t) -= mean;
    }
  return d;
}

}  // namespace isonomy::test
