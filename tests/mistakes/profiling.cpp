// What newcomers write at first: each must not compile, and the compiler's output must hold the sentence behind
// "says:".
#include <string>
#include <vector>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/fit.hpp"
#include "isonomy/estimators/profiling/tables/feature_matrix.hpp"
#include "isonomy/estimators/profiling/tables/feature_table.hpp"

using namespace isonomy;

void mistake(Context<Cpu>& cpu, profiling::SequenceSet& set, const profiling::ScaleTable& scales,
             const std::vector<profiling::Window>& windows, const std::vector<std::string>& ids) {
#if ISONOMY_MISTAKE == 0  // none: this compiles
  set.append(windows[0], 1);
  static_cast<void>(profiling::describe_features(cpu, set, scales, profiling::parse_features(ids)));
  static_cast<void>(profiling::fit<aaanalysis_1_1>(cpu, set, scales, {.n_filter = 3}));
#elif ISONOMY_MISTAKE == 1  // says: a label is a whole number
  set.append(windows[0], "substrate");
#elif ISONOMY_MISTAKE == 2  // says: append each window with its label
  static_cast<void>(profiling::fit(cpu, windows, scales));
#elif ISONOMY_MISTAKE == 3  // says: pass parse_features(ids)
  static_cast<void>(profiling::describe_features(cpu, set, scales, ids));
#elif ISONOMY_MISTAKE == 4  // says: pass parse_features(ids)
  static_cast<void>(profiling::feature_matrix(cpu, set, scales, ids));
#endif
}
