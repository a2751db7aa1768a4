// says: append each window with its label
#include <string>
#include <vector>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/fit.hpp"

using namespace isonomy;

auto fitted(Context<Cpu>& cpu, const profiling::SequenceSet& set, const std::vector<profiling::Window>& windows,
            const profiling::ScaleTable& scales) {
#ifdef MISTAKE
  static_cast<void>(set);
  return profiling::fit(cpu, windows, scales);
#else
  static_cast<void>(windows);
  return profiling::fit<aaanalysis_1_1>(cpu, set, scales, {.n_filter = 3});
#endif
}
