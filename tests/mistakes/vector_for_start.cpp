// says: use view(x)
#include <vector>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/normal/start.hpp"

auto start(isonomy::Context<isonomy::Cpu>& cpu, const std::vector<double>& x) {
#ifdef MISTAKE
  return isonomy::mixture::automatic_start(cpu, isonomy::mixture::shared_mean_pair(), x);
#else
  return isonomy::mixture::automatic_start(cpu, isonomy::mixture::shared_mean_pair(), isonomy::view(x));
#endif
}
