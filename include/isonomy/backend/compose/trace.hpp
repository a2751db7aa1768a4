// What a traced backend tells of each operation, and the log of it that a context keeps.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/report.hpp"

namespace isonomy {

/// One call of an operation.
struct TraceEvent {
  std::string operation, backend;   ///< backend: who ran it, with "(generic)" where the library's form did
  std::vector<Declined> declined;   ///< who was asked before, and why not
  std::string elements, shape;      ///< "double"; the extents of the views, "3x4, 4x2, 3x2"
  std::size_t bytes_arguments = 0;  ///< of the elements that the views have
  std::size_t bytes_moved = 0;      ///< between memory spaces, for this call
  double begin = 0, seconds = 0;    ///< since the log was made, and from begin to end
  int depth = 0;                    ///< calls around it: an operation that derived forms call is at 1 and deeper
  bool failed = false;              ///< ended by an exception
};

/// The events of a context in the order in which they ended; or each is given to `sink`, where that is set. Those of a
/// task, which runs beside others on a context of its own, come together when it has ended.
class TraceLog {
 public:
  std::vector<TraceEvent> events;
  std::function<void(const TraceEvent&)> sink;

  void open(TraceEvent& event) {
    event.depth = depth_++;
    event.begin = now();
  }
  void close(TraceEvent event) {
    event.seconds = now() - event.begin;
    --depth_;
    tell(std::move(event));
  }

  /// A log for a task: on the same clock, within the calls that are open here.
  [[nodiscard]] TraceLog for_task() const {
    TraceLog task;
    task.origin_ = origin_;
    task.depth_ = depth_;
    return task;
  }
  void append(TraceLog& task) {
    for (TraceEvent& event : task.events) tell(std::move(event));
    task.events.clear();
  }

 private:
  void tell(TraceEvent event) {
    if (sink)
      sink(event);
    else
      events.push_back(std::move(event));
  }

  using clock = std::chrono::steady_clock;
  [[nodiscard]] double now() const { return std::chrono::duration<double>(clock::now() - origin_).count(); }

  clock::time_point origin_ = clock::now();
  int depth_ = 0;
};

}  // namespace isonomy
