// What a context remembers of calls whose backend depended on the call: who ran them, and who declined and why.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "isonomy/backend/choose.hpp"
#include "isonomy/core/report.hpp"

namespace isonomy::compose {

/// Tells an operation for some element types from all others, by its address.
template <class Op, class... T>
inline constexpr char call_kind = 0;

/// Kept beside a context by chains. It grows with the kinds of calls, not with calls: of what a backend declined for
/// one kind, the first reason is kept.
class Choices {
 public:
  void remember(const void* kind, const char* operation, const Choice& choice) {
    auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.kind == kind; });
    if (found == entries_.end()) found = entries_.insert(found, {kind, {operation, "", {}}, {}});
    auto& runners = found->runners;
    if (!choice.runner.empty() && std::find(runners.begin(), runners.end(), choice.runner) == runners.end()) {
      runners.push_back(choice.runner);
      found->told.backend += text::joined(runners.size() > 1 ? ", " : "", choice.runner);
    }
    for (const Declined& d : choice.declined) {
      const auto same = [&](const Declined& known) { return known.backend == d.backend; };
      auto& declined = found->told.declined;
      if (std::none_of(declined.begin(), declined.end(), same)) declined.push_back(d);
    }
  }

  /// What reports tell of the calls of a kind; null where there was none.
  [[nodiscard]] const OperationBackend* told(const void* kind) const {
    for (const Entry& e : entries_)
      if (e.kind == kind) return &e.told;
    return nullptr;
  }

 private:
  struct Entry {
    const void* kind;
    OperationBackend told;
    std::vector<std::string> runners;
  };
  std::vector<Entry> entries_;
};

}  // namespace isonomy::compose
