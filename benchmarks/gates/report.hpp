// What a run of gates says: a short table each, one of all last, and the same as JSON.
#pragma once

#include <string>
#include <vector>

#include "gate.hpp"
#include "measure.hpp"

namespace isonomy::gates {

/// What a device offers a second; 0: not known.
struct Peak {
  double amount = 0;
  std::string source;  ///< measured, or stated by whom
};

/// Where gates run.
struct Machine {
  std::string device, driver, runtime, blas, cub, processor;
  int threads = 0;
  Peak bytes, flops, tensor_flops;
};

/// A gate with what came of it.
struct Entry {
  Gate gate;
  Outcome outcome;
};

/// Of one gate, for people. `figures`: the path of profiling.json.
[[nodiscard]] std::string table(const Entry& entry, const Machine& machine, const std::string& figures);
/// Of all, a line each.
[[nodiscard]] std::string summary(const std::vector<Entry>& entries);
[[nodiscard]] std::string json(const std::vector<Entry>& entries, const Machine& machine, const Request& request);

}  // namespace isonomy::gates
