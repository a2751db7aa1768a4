// The progress line of fits: what the passes over the data are for, and how many there were.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "../program/progress.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/text.hpp"

namespace examples {

using isonomy::text::joined;

/// Passes over the data, counted on the progress line under what they are for.
class PassCounter {
 public:
  explicit PassCounter(ProgressLine& progress) : progress_(progress) {}

  void begin(std::string what) {
    what_ = std::move(what);
    pass_ = 0;
  }
  /// What a context calls.
  std::function<void(const isonomy::Progress&)> callback() {
    if (!progress_.callback()) return {};
    return [this](const isonomy::Progress& pass) {
      if (pass.done == 0) ++pass_;
      const std::string text = joined(what_, ", pass ", pass_);
      progress_.show({text.c_str(), pass.done, pass.total});
    };
  }

 private:
  ProgressLine& progress_;
  std::string what_;
  int pass_ = 0;
};

}  // namespace examples
