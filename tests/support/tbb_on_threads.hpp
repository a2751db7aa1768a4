// The part of oneTBB that isonomy uses, on std::thread: for the thread sanitizer, which cannot see into libtbb.
//
// libtbb is installed without instrumentation, so the sanitizer misses the order it establishes between threads and
// reports every loop as a race. Here all of it is visible: what is reported is a race of our own. Compiled in place of
// <tbb/...> in builds with ISONOMY_SANITIZE=thread only.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace tbb {

namespace on_threads {
inline thread_local int concurrency = 0;  // of the arena this thread works for; 0 outside, 1 inside a loop
inline int current() { return concurrency > 0 ? concurrency : 4; }
struct Scope {
  explicit Scope(int n) : before(std::exchange(concurrency, n)) {}
  ~Scope() { concurrency = before; }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  int before;
};

/// The threads that share the loops of one thread; kept from loop to loop, for starting one costs the sanitizer
/// milliseconds.
class Crew {
 public:
  static Crew& of_this_thread() {
    thread_local Crew crew;
    return crew;
  }
  Crew() = default;
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew() {
    {
      const std::lock_guard lock(mutex_);
      leaving_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  /// work(t) for every t below n, each on a thread of its own; work(0) on this one.
  void run(std::size_t n, const std::function<void(std::size_t)>& work) {
    if (n <= 1) return work(0);
    if (busy_here_) return Crew().run(n, work);  // a loop inside a loop, on an arena of its own
    busy_here_ = true;
    {
      const std::lock_guard lock(mutex_);
      work_ = &work;
      members_ = n;
      working_ = n - 1;
      while (threads_.size() + 1 < n)
        threads_.emplace_back([this, t = threads_.size() + 1, round = round_] { serve(t, round); });
      ++round_;
    }
    changed_.notify_all();
    work(0);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return working_ == 0; });
    busy_here_ = false;
  }

 private:
  void serve(std::size_t t, std::size_t seen) {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return leaving_ || round_ != seen; });
      if (leaving_) return;
      seen = round_;
      if (t >= members_) continue;
      const auto& work = *work_;
      lock.unlock();
      work(t);
      lock.lock();
      if (--working_ == 0) changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::thread> threads_;
  const std::function<void(std::size_t)>* work_ = nullptr;
  std::size_t members_ = 0, working_ = 0, round_ = 0;
  bool leaving_ = false;
  bool busy_here_ = false;  // seen by the calling thread alone
};
}  // namespace on_threads

struct simple_partitioner {};
struct auto_partitioner {};
struct static_partitioner {};

template <class I>
class blocked_range {
 public:
  using const_iterator = I;
  blocked_range(I begin, I end, std::size_t grain = 1) : begin_(begin), end_(end), grain_(grain) {}
  [[nodiscard]] I begin() const { return begin_; }
  [[nodiscard]] I end() const { return end_; }
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(end_ - begin_); }
  [[nodiscard]] bool empty() const { return !(begin_ < end_); }
  [[nodiscard]] std::size_t grainsize() const { return grain_; }

 private:
  I begin_, end_;
  std::size_t grain_;
};

/// Thread t of n takes pieces t, t + n, ...: every thread has work, whatever the timing, so that a race shows.
template <class I, class Body, class Partitioner = auto_partitioner>
void parallel_for(const blocked_range<I>& range, const Body& body, const Partitioner& = {}) {
  const auto n = static_cast<std::size_t>(on_threads::current());
  std::atomic<bool> failed{false};  // used relaxed: it must not order what the pieces do
  std::exception_ptr error;
  std::mutex error_mutex;
  on_threads::Crew::of_this_thread().run(n, [&](std::size_t t) {
    const on_threads::Scope nested_loops_are_serial(1);
    try {
      for (std::size_t at = t * range.grainsize(); at < range.size() && !failed.load(std::memory_order_relaxed);
           at += n * range.grainsize()) {
        const std::size_t end = (std::min)(range.size(), at + range.grainsize());
        body(blocked_range<I>(range.begin() + static_cast<I>(at), range.begin() + static_cast<I>(end),
                              range.grainsize()));
      }
    } catch (...) {
      failed.store(true, std::memory_order_relaxed);
      const std::lock_guard lock(error_mutex);
      if (!error) error = std::current_exception();
    }
  });
  if (error) std::rethrow_exception(error);
}
template <class I, class F>
void parallel_for(I begin, I end, const F& f) {
  parallel_for(blocked_range<I>(begin, end), [&](const blocked_range<I>& r) {
    for (I i = r.begin(); i < r.end(); ++i) f(i);
  });
}

class task_arena {
 public:
  static constexpr int automatic = -1;
  explicit task_arena(int threads = automatic) : threads_(threads > 0 ? threads : 4) {}
  [[nodiscard]] int max_concurrency() const { return threads_; }
  template <class F>
  decltype(auto) execute(F&& f) {
    const on_threads::Scope arena(threads_);
    return std::forward<F>(f)();
  }

 private:
  int threads_;
};

namespace this_task_arena {
inline int max_concurrency() { return on_threads::current(); }
}  // namespace this_task_arena

}  // namespace tbb
