// says: pass parse_features(ids)
#include <string>
#include <vector>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/tables/feature_table.hpp"

using namespace isonomy;

auto described(Context<Cpu>& cpu, const profiling::SequenceSet& set, const profiling::ScaleTable& scales,
               const std::vector<std::string>& ids) {
#ifdef MISTAKE
  return profiling::describe_features(cpu, set, scales, ids);
#else
  return profiling::describe_features(cpu, set, scales, profiling::parse_features(ids));
#endif
}
