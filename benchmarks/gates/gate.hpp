// What a gate is: work of which host and device must agree, and how fast the device must then be.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "isonomy/core/config.hpp"

namespace isonomy::gates {

/// What a leg stands for in the table and in the condition of a gate.
enum class Role { one_core, all_cores, resident, with_transfers, yardstick };

/// One way to do the work.
struct Leg {
  Role role;
  std::string name;
  std::function<void()> run;           ///< returns when the work is done, wherever it is done
  std::function<void()> prepare = {};  ///< what each run needs anew; not timed
};

/// What an ideal device would have to do at least, in a resource of which it offers so much a second.
struct Demand {
  enum class Of { bytes, flops, tensor_flops };
  Of of;
  double amount;
  std::string counted;  ///< what is counted, for people
};

/// The work of a gate on data of one size, which it owns.
class Work {
 public:
  virtual ~Work() = default;
  /// Does the work on the host and on the device, and compares: empty, or what differs where.
  [[nodiscard]] virtual std::string difference() = 0;
  [[nodiscard]] virtual std::vector<Leg> legs() = 0;
  [[nodiscard]] virtual Demand demand() const = 0;
  /// Equal pieces that one run consists of; times are told for one.
  [[nodiscard]] virtual double pieces() const { return 1; }
};

/// What a gate's work is made for.
struct Setup {
  index_t size = 0;
  bool broken = false;     ///< the device gets other data than the host, which difference() must then see
  index_t scale_step = 1;  ///< profiling takes every so many-th published scale
};

/// Passes where the fastest leg of role `against` takes at least `limit` times as long as that of role `subject`.
struct Gate {
  const char* name;
  const char* work;  ///< in words
  const char* unit;  ///< of its sizes
  index_t size;      ///< the size at which its condition is meant
  index_t least;     ///< the smallest at which it is work at all
  Role subject, against;
  double limit;
  std::unique_ptr<Work> (*make)(const Setup& setup);
  /// The set of benchmarks/results/profiling.json whose time by AAanalysis is shown beside; null: none.
  const char* figures = nullptr;
};

/// All there are; the files in rows/ define them.
[[nodiscard]] std::vector<Gate> all_gates();

}  // namespace isonomy::gates
