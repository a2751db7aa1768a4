// says: takes Features, not their ids: pass parse_features(ids)
#include <string>
#include <vector>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/tables/feature_matrix.hpp"
#include "isonomy/estimators/profiling/tables/feature_table.hpp"

void described(isonomy::Context<isonomy::Cpu>& cpu, const isonomy::profiling::SequenceSet& set,
               const isonomy::profiling::ScaleTable& scales, const std::vector<std::string>& ids) {
  namespace profiling = isonomy::profiling;
#ifdef MISTAKE
  static_cast<void>(profiling::describe_features(cpu, set, scales, ids));
  static_cast<void>(profiling::feature_matrix(cpu, set, scales, ids));
#else
  static_cast<void>(profiling::describe_features(cpu, set, scales, profiling::parse_features(ids)));
  static_cast<void>(profiling::feature_matrix(cpu, set, scales, profiling::parse_features(ids)));
#endif
}
