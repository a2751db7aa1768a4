// What a computation tells about itself: where it ran, how exactly, how long, with how much memory, and what to heed.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace isonomy {

struct StageSeconds {
  std::string stage;
  double seconds = 0;
};

/// A backend that was asked before another, and why it did not run the operation.
struct Declined {
  std::string backend, reason;
};

struct OperationBackend {
  std::string operation, backend;  ///< backend: its name, with "(generic)" where the library's own form ran
  std::vector<Declined> declined;  ///< in the order in which they were asked
};

/// A device and the driver that it goes by.
struct DeviceDescription {
  int number = 0;                        ///< among those of this process
  std::string name, compute_capability;  ///< "NVIDIA H200", "9.0"
  std::string driver, least_driver;      ///< the versions of its interface that are there and that are needed: "13.0"
};

/// Where a computation ran, and why there.
struct BackendUse {
  std::string backend;                      ///< that of the context
  std::string asked;                        ///< what dispatch() was asked for; empty where nobody asked it
  std::vector<Declined> declined;           ///< whom it passed over, in the order of its list
  std::optional<DeviceDescription> device;  ///< of a backend that has some
};

/// What was chosen, and how much the next best would have had to gain to be chosen instead.
struct Decision {
  static constexpr double no_runner_up = std::numeric_limits<double>::infinity();
  static constexpr double not_known = std::numeric_limits<double>::quiet_NaN();

  std::string decision, value;
  double margin = not_known;  ///< in the unit of what was compared, which `decision` names
};

/// The math mode of arithmetic that is the same on every processor and under every flag of a compiler.
inline constexpr const char* fixed_math = "IEEE 754, fused and reassociated only where the source says so";

/// What every result tells of the computation behind it.
struct Report {
  std::string estimator;  ///< the function that was called, as "mixture::fit"
  BackendUse used;
  std::vector<OperationBackend> operations;
  std::string precision;        ///< number types and arithmetic that decided
  std::string math_mode;        ///< what the compiler, library or device may change about that arithmetic
  std::string determinism;      ///< what the result's bits do not depend on
  std::size_t bytes_moved = 0;  ///< copied between memory spaces
  std::size_t bytes_peak = 0;   ///< highest sum of the context's buffers
  std::vector<StageSeconds> stages;
  std::vector<std::string> warnings;
  std::vector<Decision> decisions;
};

}  // namespace isonomy
