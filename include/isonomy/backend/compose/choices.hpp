// What a context remembers of calls whose backend depended on the call: who ran them, and who declined and why.
#pragma once

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
    Entry& entry = entry_of(kind, operation);
    if (!choice.runner.empty() && is_new(entry.runners, choice.runner)) {
      if (!entry.runners.empty()) entry.told.backend += ", ";
      entry.told.backend += choice.runner;
      entry.runners.push_back(choice.runner);
    }
    for (const Declined& d : choice.declined) {
      bool known = false;
      for (const Declined& before : entry.told.declined) known = known || before.backend == d.backend;
      if (!known) entry.told.declined.push_back(d);
    }
  }

  void lend(Choices&) const {}
  void take_back(const Choices& task) {
    for (const Entry& e : task.entries_) {
      for (const std::string& runner : e.runners) remember(e.kind, e.told.operation.c_str(), {runner, {}});
      remember(e.kind, e.told.operation.c_str(), {"", e.told.declined});
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

  Entry& entry_of(const void* kind, const char* operation) {
    for (Entry& e : entries_)
      if (e.kind == kind) return e;
    entries_.push_back({kind, {operation, "", {}}, {}});
    return entries_.back();
  }
  [[nodiscard]] static bool is_new(const std::vector<std::string>& known, const std::string& name) {
    for (const std::string& k : known)
      if (k == name) return false;
    return true;
  }

  std::vector<Entry> entries_;
};

}  // namespace isonomy::compose
