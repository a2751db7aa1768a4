// The host's side of the gates: compiled by its own compiler in every build, and so are the data that both sides get.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "isonomy/core/config.hpp"

namespace isonomy::gates {

/// Context<Cpu>, which only the files of this folder see.
class Host;

/// One core, and all that the process may use.
struct Hosts {
  std::shared_ptr<Host> one, all;
  Hosts();
};

/// Threads of all cores, and the processor's name.
[[nodiscard]] int threads_of_all_cores();
[[nodiscard]] std::string processor_name();

/// Numbers in [-1, 1), the same for the same size and `stream`: splitmix64.
[[nodiscard]] std::vector<double> random_numbers(index_t n, int stream);

/// The first place where the bits of two lists differ, in words with `what`; empty if there is none.
[[nodiscard]] std::string difference_of(const std::string& what, const std::vector<double>& device,
                                        const std::vector<double>& host);
[[nodiscard]] std::string difference_of(const std::string& what, const std::vector<index_t>& device,
                                        const std::vector<index_t>& host);

}  // namespace isonomy::gates
