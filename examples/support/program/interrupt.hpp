// Turns Ctrl-C and its like into a request to stop, and ends a program that does not get round to it.
#pragma once

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"

namespace examples {

/// The signal that asked the program to end, or 0.
inline std::atomic<int> caught_signal{0};

/// The thread that waits for signals.
inline std::atomic<pthread_t> signal_watcher{};

/// What threads do with a signal that do not block it, since a library started them before main(): OpenBLAS does.
inline void hand_to_watcher(int number) { pthread_kill(signal_watcher.load(), number); }

/// While it lives, SIGINT, SIGTERM, SIGHUP and SIGXCPU request a stop, wherever the program is. If it has not ended
/// within a quarter of a second (it may wait for a pipe that nobody writes to), a thread that waits for signals and
/// does nothing else removes what is not in place and ends it. The signals are blocked in all threads that are started
/// later, so no system call of theirs is cut short. A reader that ends early and a limit on the size of files are
/// errors of the writing call, no signals.
class Interrupt {
 public:
  /// std::system_error where the machine has no thread left.
  explicit Interrupt(const std::string& program) : state_(std::make_unique<State>()) {
    state_->program = program;
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    sigemptyset(&state_->signals);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGXCPU}) {
      struct sigaction now = {};
      sigaction(number, nullptr, &now);
      const bool kept_from_us =
          now.sa_handler == SIG_IGN;  // by nohup; a shell does so to SIGINT of what it starts with &
      if (kept_from_us && number != SIGINT && number != SIGTERM) continue;
      if (kept_from_us) std::signal(number, SIG_DFL);
      sigaddset(&state_->signals, number);
    }
    pthread_sigmask(SIG_BLOCK, &state_->signals, &before_);
    try {
      watcher_ = std::thread([state = state_.get()] { state->watch(); });
    } catch (const std::system_error& error) {
      pthread_sigmask(SIG_SETMASK, &before_, nullptr);
      throw std::system_error(error.code(), "no thread could be started that waits for signals");
    }
    signal_watcher.store(watcher_.native_handle());
    set_action(hand_to_watcher);
  }
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt() {
    {
      const std::lock_guard<std::mutex> lock(state_->mutex);
      state_->over = true;
    }
    state_->ended.notify_all();
    set_action(SIG_DFL);
    pthread_kill(watcher_.native_handle(), SIGTERM);  // wakes it if it still waits for a signal
    watcher_.join();
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

  std::stop_token token() const { return state_->stop.get_token(); }

  /// What removes the files that are not in place, before the program is ended from outside; empty for nothing.
  void on_end(std::function<void()> cleanup) const {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    state_->cleanup = std::move(cleanup);
  }
  /// From now on the outputs are where they belong.
  void note_written() const { state_->written.store(true); }
  /// Says on standard error that the program was stopped, once, unless nobody takes the line.
  void say_stopped() const { state_->say_stopped(); }

  /// Cancelled if the signal has come: for loops outside the library, and before results are put in place.
  static void check(const std::string& operation) {
    if (caught_signal.load() != 0) throw isonomy::Cancelled(operation);
  }

 private:
  void set_action(void (*handler)(int)) const {
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGXCPU})
      if (sigismember(&state_->signals, number) == 1) sigaction(number, &action, nullptr);
  }

  struct State {
    std::string program;
    sigset_t signals = {};
    std::stop_source stop;
    std::mutex mutex;
    std::condition_variable ended;
    bool over = false;
    std::function<void()> cleanup;
    std::atomic<bool> written{false}, said{false};

    void watch() {
      int number = 0;
      while (sigwait(&signals, &number) != 0) {
      }
      std::unique_lock<std::mutex> lock(mutex);
      if (over) return;
      caught_signal.store(number);
      stop.request_stop();
      constexpr auto patience = std::chrono::milliseconds(250);
      if (ended.wait_for(lock, patience, [this] { return over; })) return;
      if (cleanup) cleanup();
      say_stopped();
      _exit(128 + number);
    }

    void say_stopped() {
      if (said.exchange(true)) return;
      const std::string line =
          isonomy::text::joined(isatty(STDERR_FILENO) != 0 ? "\r\033[K" : "", program, ": stopped; ",
                                written.load() ? "all files are written\n" : "nothing was written\n");
      pollfd standard_error = {STDERR_FILENO, POLLOUT, 0};
      if (poll(&standard_error, 1, 0) == 1 && (standard_error.revents & POLLOUT) != 0)
        static_cast<void>(!::write(STDERR_FILENO, line.data(), line.size()));
    }
  };

  std::unique_ptr<State> state_;
  sigset_t before_ = {};
  std::thread watcher_;
};

}  // namespace examples
