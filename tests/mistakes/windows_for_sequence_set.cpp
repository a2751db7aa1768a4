// says: append each window with its label, set.append(window, label)
#include <vector>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/fit.hpp"

auto profiled(isonomy::Context<isonomy::Cpu>& cpu, const std::vector<isonomy::profiling::Window>& windows,
              const isonomy::profiling::ScaleTable& scales) {
#ifdef MISTAKE
  return isonomy::profiling::fit(cpu, windows, scales);
#else
  isonomy::profiling::SequenceSet set;
  set.append(windows[0], 1);
  set.append(windows[1], 0);
  return isonomy::profiling::fit(cpu, set, scales, {.n_filter = 3});
#endif
}
