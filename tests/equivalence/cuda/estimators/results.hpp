// What estimators say on a backend, as lines that two compilers can each write for theirs.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace isonomy {
struct Cpu;
}

namespace isonomy::test {

/// Seconds of an emulated device, or minutes.
enum class Scope { quick, full };

/// A scenario's name, and all that its result says but where and how long it ran.
using Results = std::vector<std::pair<std::string, std::string>>;

/// Defined in profiling_scenarios.hpp and mixture_scenarios.hpp, which the files *_cpu.cpp instantiate for the host's
/// compiler, and the others for the device's.
template <class Tag>
Results profiling_results(Scope scope);
template <class Tag>
Results mixture_results(Scope scope);

}  // namespace isonomy::test
