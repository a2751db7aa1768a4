// Traced: a backend that tells of every operation who ran it, on what, and how long it took.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/choose.hpp"
#include "isonomy/backend/compose/context.hpp"
#include "isonomy/backend/compose/name.hpp"
#include "isonomy/backend/compose/one_part.hpp"
#include "isonomy/backend/compose/staging.hpp"
#include "isonomy/backend/compose/trace.hpp"
#include "isonomy/backend/operation.hpp"

namespace isonomy {

/// The backend `Tag`, every operation of which is written to the log of its context: `ctx.trace().events`.
///
/// Operations that the library derives are told too, with those they call inside them. io/reports/trace.hpp writes the
/// events as JSON lines and for the trace viewer of Chrome.
template <class Tag>
struct Traced {};

namespace compose {

/// Kept beside a context by Traced; one log for all traced parts on it.
class KeptTrace {
 public:
  [[nodiscard]] TraceLog& trace() noexcept { return log_; }
  void lend(KeptTrace& task) const { task.log_ = log_.for_task(); }
  void take_back(KeptTrace& task) { log_.append(task.log_); }

 private:
  TraceLog log_;
};

/// Bytes of the elements of an argument.
template <class A>
[[nodiscard]] std::size_t bytes_of(const A& argument) {
  if constexpr (requires { as_batch(argument); }) {
    const auto batch = as_batch(argument);
    return static_cast<std::size_t>(batch.batches * batch.rows * batch.columns) * sizeof(typename A::value_type);
  } else if constexpr (requires { argument.size_bytes(); }) {
    return argument.size_bytes();
  } else {
    return 0;
  }
}

/// An event from its begin to its end, which is a failure where nobody calls end().
class OpenEvent {
 public:
  OpenEvent(TraceLog& log, const std::size_t& bytes_moved, TraceEvent event)
      : log_(log), bytes_moved_(bytes_moved), before_(bytes_moved), event_(std::move(event)) {
    log_.open(event_);
  }
  OpenEvent(const OpenEvent&) = delete;
  OpenEvent& operator=(const OpenEvent&) = delete;
  ~OpenEvent() {
    if (ended_) return;
    event_.failed = true;
    try {
      end();
    } catch (...) {  // the exception under way counts
    }
  }
  void end() {
    ended_ = true;
    event_.bytes_moved = bytes_moved_ - before_;
    log_.close(std::move(event_));
  }

 private:
  TraceLog& log_;
  const std::size_t& bytes_moved_;
  std::size_t before_;
  TraceEvent event_;
  bool ended_ = false;
};

}  // namespace compose

template <class Tag>
struct Backend<Traced<Tag>>
    : compose::OnePart<Traced<Tag>, Backend<Tag>, compose::with<compose::state_of<Backend<Tag>>, compose::KeptTrace>> {
  template <class Op>
  using part = Backend<Tag>;

  static constexpr const char* name() { return compose::Name<Pieces>::text.data(); }
  static bool available() noexcept { return Backend<Tag>::available(); }
  static std::string unavailable_reason() { return compose::reason_of_unavailable<Backend<Tag>>(); }

  template <class Op, class... T>
  static constexpr bool has = Has<Op, Backend<Tag>, T...> || Op::template derived<Backend<Traced<Tag>>, T...>;

  template <class Op, class... T, class Ctx, class... A>
  static decltype(auto) run(Ctx& ctx, A&&... arguments) {
    const CallShape shape = shape_of(arguments...);
    Choice choice = isonomy::choose<Op, Backend<Tag>, T...>(shape);
    compose::KeptTrace& kept = ctx;
    compose::OpenEvent event(kept.trace(), ctx.counters().bytes_moved,
                             {.operation = Op::name,
                              .backend = std::move(choice.runner),
                              .declined = std::move(choice.declined),
                              .elements = element_names<T...>(),
                              .shape = shape.text(),
                              .bytes_arguments = (std::size_t{0} + ... + compose::bytes_of(arguments))});
    if constexpr (std::is_void_v<decltype(run_on<Op, Backend<Tag>, T...>(ctx, std::forward<A>(arguments)...))>) {
      run_on<Op, Backend<Tag>, T...>(ctx, std::forward<A>(arguments)...);
      event.end();
    } else {
      auto result = run_on<Op, Backend<Tag>, T...>(ctx, std::forward<A>(arguments)...);
      event.end();
      return result;
    }
  }

 private:
  struct Pieces {
    static constexpr auto get() { return std::array<const char*, 2>{"traced ", Backend<Tag>::name()}; }
  };
};

}  // namespace isonomy
