// How gates are measured: legs in turn, medians, the size from which the device is worth its transfers, the verdict.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gate.hpp"

namespace isonomy::gates {

/// How often legs are run.
struct Sampling {
  int samples = 5;         ///< of a leg that the condition is about, after a run that is not counted
  double patience = 5;     ///< seconds for the samples of any other leg; what takes longer is run once
  double shortest = 5e-3;  ///< seconds of a sample, at least: quick legs are run several times in one
  std::function<double()> now = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
};

/// The seconds that a leg took for one piece of its work, in each sample.
struct Timing {
  Role role;
  std::string name;
  std::vector<double> seconds;
  bool warm = true;  ///< false: the first run was all

  [[nodiscard]] double least() const { return *std::min_element(seconds.begin(), seconds.end()); }
  [[nodiscard]] double most() const { return *std::max_element(seconds.begin(), seconds.end()); }
  [[nodiscard]] double median() const {
    std::vector<double> sorted = seconds;
    std::sort(sorted.begin(), sorted.end());
    const std::size_t half = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
};

/// The quickest leg of a role by its median; null if there is none.
[[nodiscard]] inline const Timing* quickest(const std::vector<Timing>& timings, Role role) {
  const Timing* best = nullptr;
  for (const Timing& t : timings)
    if (t.role == role && (best == nullptr || t.median() < best->median())) best = &t;
  return best;
}

/// Runs each leg to warm it, and again to see how long it takes unless the first run took a second; then samples of all
/// in turn, so that a busy moment slows them alike.
[[nodiscard]] inline std::vector<Timing> time_in_turn(const std::vector<Leg>& legs, const std::vector<Role>& counted,
                                                      double pieces, const Sampling& sampling) {
  const auto run = [&](const Leg& leg, int calls) {
    if (leg.prepare) leg.prepare();
    const double start = sampling.now();
    for (int i = 0; i < calls; ++i) leg.run();
    return (sampling.now() - start) / calls;
  };
  struct Course {
    int calls, samples;
  };
  std::vector<Course> courses;
  std::vector<Timing> out;
  for (const Leg& leg : legs) {
    constexpr double long_run = 1;
    const double first = run(leg, 1), again = first < long_run ? run(leg, 1) : first;
    const bool is_counted = std::find(counted.begin(), counted.end(), leg.role) != counted.end();
    const double once = std::max(again, 1e-9), affordable = sampling.patience / once;
    const int samples = is_counted || affordable >= sampling.samples ? sampling.samples : static_cast<int>(affordable);
    const int calls = leg.prepare ? 1 : static_cast<int>(std::max(1.0, sampling.shortest / once));
    courses.push_back({calls, samples});
    out.push_back({leg.role, leg.name, {}, samples > 0 || first < long_run});
    if (samples == 0) out.back().seconds.push_back(again / pieces);
  }
  for (int sample = 0; sample < sampling.samples; ++sample)
    for (std::size_t i = 0; i < legs.size(); ++i)
      if (sample < courses[i].samples) out[i].seconds.push_back(run(legs[i], courses[i].calls) / pieces);
  return out;
}

/// The smallest size of a ladder from which on the device, transfers included, is not slower than all cores.
///
/// The ladder ends with the size of `setup`, whose timings are known, and each step down is a quarter; it is left where
/// the device is slower. None where it is slower there, or where such legs were not timed.
[[nodiscard]] inline std::optional<index_t> crossover(const Gate& gate, const Setup& setup,
                                                      const std::vector<Timing>& timings, const Sampling& sampling) {
  const auto pays = [](const std::vector<Timing>& all) {
    const Timing *device = quickest(all, Role::with_transfers), *host = quickest(all, Role::all_cores);
    return device != nullptr && host != nullptr && device->median() <= host->median();
  };
  if (!pays(timings)) return std::nullopt;
  constexpr index_t step = 4;
  index_t smallest = setup.size;
  for (index_t next = setup.size / step; next >= gate.least; next /= step) {
    const std::unique_ptr<Work> work = gate.make({next, false, setup.scale_step});
    std::vector<Leg> legs = work->legs();
    std::erase_if(legs, [](const Leg& l) { return l.role != Role::with_transfers && l.role != Role::all_cores; });
    if (!pays(time_in_turn(legs, {Role::with_transfers, Role::all_cores}, work->pieces(), sampling))) break;
    smallest = next;
  }
  return smallest;
}

/// Ends of a gate, and with the same numbers of the program.
enum class End { passed = 0, too_slow = 1, not_equal = 2, not_run = 3, no_device = 77 };

/// What came of a gate.
struct Outcome {
  End end = End::not_run;
  index_t size = 0;
  std::string difference;  ///< where host and device differ, or why it could not run
  std::vector<Timing> timings;
  double ratio = std::numeric_limits<double>::quiet_NaN();
  double wanted = std::numeric_limits<double>::quiet_NaN();
  std::optional<Demand> demand;
  std::optional<index_t> crossover;
};

/// What a run asks for.
struct Request {
  double fraction = 1;  ///< of each gate's size
  double demand = 1;    ///< what gates ask for, times this; 0: equality alone decides
  bool broken = false;
  index_t scale_step = 1;
  Sampling sampling;
};

[[nodiscard]] inline index_t scaled_size(const Gate& gate, double fraction) {
  return std::max(gate.least, static_cast<index_t>(static_cast<double>(gate.size) * fraction + 0.5));
}

/// Equality first; nothing is timed without it.
[[nodiscard]] inline Outcome measure(const Gate& gate, const Request& request) {
  Outcome out;
  out.size = scaled_size(gate, request.fraction);
  const Setup setup{out.size, request.broken, request.scale_step};
  {
    const std::unique_ptr<Work> work = gate.make(setup);
    out.difference = work->difference();
    if (!out.difference.empty()) {
      out.end = End::not_equal;
      return out;
    }
    out.demand = work->demand();
    out.timings = time_in_turn(work->legs(), {gate.subject, gate.against}, work->pieces(), request.sampling);
  }
  out.ratio = quickest(out.timings, gate.against)->median() / quickest(out.timings, gate.subject)->median();
  out.wanted = gate.limit * request.demand;
  out.end = out.ratio >= out.wanted ? End::passed : End::too_slow;
  out.crossover = crossover(gate, setup, out.timings, request.sampling);
  return out;
}

}  // namespace isonomy::gates
