// Working memory of the tasks of a parallel loop: a room or a workspace for each that runs at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "isonomy/cpu/memory.hpp"

namespace isonomy::cpu {

/// Rooms of `size` uninitialised doubles, 256-byte aligned, for `tasks` tasks: as many as run at once. What is in a
/// room when a task takes it is left over from another.
class Rooms {
 public:
  struct GiveBack {
    Rooms* rooms;
    void operator()(double* room) const {
      const std::lock_guard<std::mutex> lock(rooms->mutex_);
      rooms->free_.push_back(room);
    }
  };
  using Room = std::unique_ptr<double, GiveBack>;

  /// Bytes that they take from the context.
  [[nodiscard]] static std::size_t bytes(const Context& ctx, index_t tasks, std::size_t size) {
    return count_of(ctx, tasks) * apart_of(size) * sizeof(double);
  }

  /// OutOfMemory beyond the context's workspace limit.
  Rooms(Context& ctx, index_t tasks, std::size_t size, const char* purpose)
      : memory_(Memory::allocate(ctx, bytes(ctx, tasks, size), purpose)) {
    for (std::size_t i = 0; i < count_of(ctx, tasks); ++i)
      free_.push_back(static_cast<double*>(memory_.get()) + i * apart_of(size));
  }

  /// At most one for each task that runs.
  [[nodiscard]] Room take() {
    const std::lock_guard<std::mutex> lock(mutex_);
    double* const room = free_.back();
    free_.pop_back();
    return Room(room, GiveBack{this});
  }

 private:
  [[nodiscard]] static std::size_t count_of(const Context& ctx, index_t tasks) {
    return static_cast<std::size_t>(std::min<index_t>(tasks, ctx.threads()));
  }
  /// Doubles from one to the next.
  [[nodiscard]] static std::size_t apart_of(std::size_t size) {
    constexpr std::size_t step = buffer_alignment / sizeof(double);
    return (size + step - 1) / step * step;
  }

  Memory::allocation memory_;
  std::mutex mutex_;
  std::vector<double*> free_;
};

/// Objects that tasks borrow, made when none is free: as many as run at once. What is in one is left over from another
/// task.
template <class T>
class Workspaces {
 public:
  struct GiveBack {
    Workspaces* owner;
    void operator()(T* workspace) const {
      const std::lock_guard<std::mutex> lock(owner->mutex_);
      owner->free_.push_back(workspace);
    }
  };
  using Borrowed = std::unique_ptr<T, GiveBack>;

  /// One that is free, or a new one made of the arguments.
  template <class... A>
  [[nodiscard]] Borrowed take(const A&... made_of) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (free_.empty()) {
      all_.push_back(std::make_unique<T>(made_of...));
      free_.reserve(all_.size());  // giving back must not fail
      free_.push_back(all_.back().get());
    }
    T* const workspace = free_.back();
    free_.pop_back();
    return Borrowed(workspace, GiveBack{this});
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> all_;
  std::vector<T*> free_;
};

}  // namespace isonomy::cpu
