// Prints how a profiling run narrowed its features down.
#pragma once

#include <cstdint>
#include <iomanip>
#include <ostream>
#include <string_view>
#include <utility>

#include "isonomy/estimators/profiling/result.hpp"
#include "summary.hpp"

namespace examples {

/// How the features became fewer, one step a line.
inline void print_funnel(std::ostream& out, const isonomy::profiling::Funnel& funnel) {
  const std::pair<std::string_view, std::int64_t> steps[] = {
      {"candidate features", funnel.n_candidates},
      {"with a small spread in the test group", funnel.n_within_spread},
      {"after the pre-filter", funnel.n_after_prefilter},
      {"after removing redundant ones", funnel.n_after_redundancy}};
  for (const auto& [name, count] : steps)
    out << "  " << std::setw(13) << std::right << with_commas(count) << "  " << name << "\n";
}

}  // namespace examples
