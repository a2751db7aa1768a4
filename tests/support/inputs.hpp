// Memory for the operands of calls that are refused.
#pragma once

#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/cpu/cpu.hpp"

namespace isonomy::test {

/// A context and a hundred zeros of each kind.
struct Inputs {
  Context<Cpu> ctx;
  std::vector<double> x = std::vector<double>(100), y = std::vector<double>(100), z = std::vector<double>(100);
  std::vector<index_t> n = std::vector<index_t>(100);
};

}  // namespace isonomy::test
