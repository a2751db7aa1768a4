// Tasks on host threads, for backends whose own loops run elsewhere.
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <thread>
#include <vector>

namespace isonomy {

/// Host threads that this machine runs at once, one at least.
[[nodiscard]] inline int host_threads() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

/// f(i) for every i in [0, n), each on a thread of its own; returns when all have ended. Of exceptions that of the
/// least i is thrown again.
template <class F>
void on_host_threads(int n, const F& f) {
  std::vector<std::exception_ptr> errors(static_cast<std::size_t>(std::max(n, 0)));
  {
    std::vector<std::jthread> threads;
    threads.reserve(errors.size());
    for (std::size_t i = 0; i < errors.size(); ++i)
      threads.emplace_back([&f, &error = errors[i], i] {
        try {
          f(static_cast<int>(i));
        } catch (...) {
          error = std::current_exception();
        }
      });
  }
  for (const std::exception_ptr& error : errors)
    if (error) std::rethrow_exception(error);
}

}  // namespace isonomy
