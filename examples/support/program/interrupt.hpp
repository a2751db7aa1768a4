// Turns Ctrl-C into a request to stop, so that a computation ends cleanly and nothing half-written stays behind.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "isonomy/core/error.hpp"

namespace examples {

/// The signal that asked the program to end, or 0. All that a signal handler may touch.
inline std::atomic<int> caught_signal{0};
static_assert(std::atomic<int>::is_always_lock_free);

/// While it lives, the first SIGINT or SIGTERM requests a stop; a second one ends the program at once.
class Interrupt {
 public:
  Interrupt() {
    struct sigaction action = {};
    action.sa_handler = [](int number) { caught_signal.store(number); };
    action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
    for (const int number : {SIGINT, SIGTERM}) sigaction(number, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);  // a reader that ends early must not keep files from being put in place
    watcher_ = std::jthread([this](const std::stop_token& done) {
      std::mutex mutex;
      std::condition_variable_any wake;
      std::unique_lock<std::mutex> lock(mutex);
      while (!done.stop_requested() && caught_signal.load() == 0)
        wake.wait_for(lock, done, std::chrono::milliseconds(20), [] { return false; });
      if (caught_signal.load() != 0) stop_.request_stop();
    });
  }
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token token() const { return stop_.get_token(); }

  /// Cancelled if the signal has come: for loops outside the library, and before results are put in place.
  static void check(const std::string& operation) {
    if (caught_signal.load() != 0) throw isonomy::Cancelled(operation);
  }

 private:
  std::stop_source stop_;
  std::jthread watcher_;  // last, so that it ends before stop_ does
};

}  // namespace examples
