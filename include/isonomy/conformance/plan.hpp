// What a run of the kit is asked to do: how much, which rows, and which operations the caller knows to be declined.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "isonomy/conformance/heap.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy::conformance {

/// `quick` for every change: seconds. `full` is what conforming means: sizes beyond 2^16 and 2^20, limits at their edge
/// and repeats in which a race would show; minutes.
enum class Level { quick, full };

[[nodiscard]] constexpr const char* name(Level l) { return l == Level::quick ? "quick" : "full"; }

struct Plan {
  Level level = Level::full;
  /// Operations the backend is known to decline, "select_k" or for one element type "select_k of int32". What is
  /// declined and not listed fails, and so does a name listed that nothing declined.
  std::vector<std::string> declined = {};
  /// The label of the one row to run, as a report prints it; every row if empty. Its data depend on this label and the
  /// context's seed alone.
  std::string row = {};
  /// End an operation's rows at the first that fails.
  bool first_failure = false;
  /// Where the program's operator new is counted (conformance/count_heap.hpp), rows see workspace that does not come
  /// from `allocate` too; nothing otherwise.
  HeapBytes* heap = nullptr;

  [[nodiscard]] bool lists(const std::string& operation, const std::string& element) const {
    return std::any_of(declined.begin(), declined.end(), [&](const std::string& entry) {
      return entry == operation || entry == text::joined(operation, " of ", element);
    });
  }
};

}  // namespace isonomy::conformance
