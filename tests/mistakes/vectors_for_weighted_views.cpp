// says: use view(x), view(weights)
#include <vector>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/normal/weighted_fit.hpp"

auto fitted(isonomy::Context<isonomy::Cpu>& cpu, const std::vector<double>& x, const std::vector<double>& weights) {
  using isonomy::mixture::fit, isonomy::view;
  const isonomy::mixture::NormalModel pair = isonomy::mixture::shared_mean_pair();
#ifdef MISTAKE
  return fit(cpu, pair, x, weights, {0.5, 0, 1, 2});
#else
  return fit(cpu, pair, view(x), view(weights), {0.5, 0, 1, 2});
#endif
}
