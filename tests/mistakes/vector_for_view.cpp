// says: use view(x)
#include <vector>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"

auto fitted(isonomy::Context<isonomy::Cpu>& cpu, const std::vector<double>& x) {
#ifdef MISTAKE
  return isonomy::mixture::fit(cpu, isonomy::mixture::shared_mean_pair(), x, {0.5, 0, 1, 2});
#else
  return isonomy::mixture::fit(cpu, isonomy::mixture::shared_mean_pair(), isonomy::view(x), {0.5, 0, 1, 2});
#endif
}
