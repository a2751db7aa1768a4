// The context of a composition: that of a plain backend, and what the compositions over it keep beside it.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <type_traits>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy::compose {

template <class A, class... B>
inline constexpr bool among = (std::same_as<A, B> || ...);

/// What a composed context is made of: the context of a plain backend, and a record or a setting for each composition
/// that has one, each type once.
template <class Plain, class... Kept>
struct State {};

/// Is what K keeps of use to a task, on a context of its own, and told here when the task has ended?
template <class K>
concept KeptForTasks = requires(K& k, const K& constant, K& task) {
  constant.lend(task);
  k.take_back(task);
};

/// The context of a composition under its tag.
///
/// It is derived from the plain one, so it has its constructors, settings and counters, and every part takes it for its
/// own.
template <class Tag, class Plain, class... Kept>
struct Context : Plain, Kept... {
  using tag = Tag;
  using state = State<Plain, Kept...>;
  using Plain::Plain;

  /// What compositions keep beside the plain context goes along to that of a task, which runs beside others.
  void lend_kept(Context& task) const { (lend<Kept>(task), ...); }
  /// What they have kept of a task that has ended; of one after the other.
  void take_back_kept(Context& task) { (take_back<Kept>(task), ...); }

 private:
  template <class K>
  void lend(Context& task) const {
    if constexpr (KeptForTasks<K>) static_cast<const K&>(*this).lend(static_cast<K&>(task));
  }
  template <class K>
  void take_back(Context& task) {
    if constexpr (KeptForTasks<K>) static_cast<K&>(*this).take_back(static_cast<K&>(task));
  }
};

template <class B>
struct StateOf {
  using type = State<typename B::context>;
};
template <ComposedBackend B>
struct StateOf<B> {
  using type = typename B::context::state;
};
/// What the context of B is made of; of one plain context, however deep compositions nest.
template <class B>
using state_of = typename StateOf<B>::type;

template <class S, class R>
inline constexpr bool related_states = false;
template <class P, class... K, class Q, class... L>
inline constexpr bool related_states<State<P, K...>, State<Q, L...>> =
    std::derived_from<P, Q> || std::derived_from<Q, P>;
/// Can both be one state: is one of their plain contexts that of the other or derived from it?
template <class S, class R>
concept RelatedStates = related_states<S, R>;

template <class S, class... More>
struct With {
  using type = S;
};
template <class Plain, class... Kept, class K, class... More>
struct With<State<Plain, Kept...>, K, More...>
    : With<std::conditional_t<among<K, Kept...>, State<Plain, Kept...>, State<Plain, Kept..., K>>, More...> {};
/// The state with more kept beside the plain context; nothing twice.
template <class S, class... More>
using with = typename With<S, More...>::type;

template <class S, class R>
struct Join;
template <class P, class... K, class Q, class... L>
struct Join<State<P, K...>, State<Q, L...>> {
  using type = with<State<std::conditional_t<std::derived_from<Q, P>, Q, P>, K...>, L...>;
};
/// The state on which both parts work: the more derived of the two contexts, and what either keeps.
template <class S, class R>
using join = typename Join<S, R>::type;

template <class Tag, class S>
struct ContextFor {
  using type = Context<Tag, S>;
};
template <class Tag, class Plain, class... Kept>
struct ContextFor<Tag, State<Plain, Kept...>> {
  using type = Context<Tag, Plain, Kept...>;
};

/// Has B memory of its own? A backend that only lends operations to others need not.
template <class B>
concept HasMemory = requires {
  typename B::allocation;
};

/// The rooms by which data reach B while it computes, where it has some.
template <class B>
struct SendsOf {};
template <class B>
  requires requires { typename B::send_rooms; }
struct SendsOf<B> {
  using send_rooms = typename B::send_rooms;
};

/// Memory as B has it, and moving data to it and from it.
template <class B>
struct MemoryOf {};
template <HasMemory B>
struct MemoryOf<B> : SendsOf<B> {
  using allocation = typename B::allocation;

  template <class Ctx>
  [[nodiscard]] static allocation allocate(Ctx& ctx, std::size_t bytes, const char* purpose) {
    return B::allocate(ctx, bytes, purpose);
  }
  template <class T, class Ctx>
  static void copy_from_host(Ctx& ctx, VectorView<const T, HostSpace> source, VectorView<T, typename B::space> out) {
    B::copy_from_host(ctx, source, out);
  }
  template <class T, class Ctx>
  static void copy_to_host(Ctx& ctx, VectorView<const T, typename B::space> source, VectorView<T, HostSpace> out) {
    B::copy_to_host(ctx, source, out);
  }
  /// Where B brings results back while it goes on.
  template <class Ctx>
    requires requires(Ctx& ctx, VectorView<const double, typename B::space> x) { B::begin_return(ctx, 0, x); }
  static void begin_return(Ctx& ctx, int place, VectorView<const double, typename B::space> x) {
    B::begin_return(ctx, place, x);
  }
  template <class Ctx>
    requires requires(Ctx& ctx, const char* operation) { B::end_return(ctx, 0, operation); }
  [[nodiscard]] static const double* end_return(Ctx& ctx, int place, const char* operation) {
    return B::end_return(ctx, place, operation);
  }
  template <class Ctx>
  static void synchronize(Ctx& ctx) {
    B::synchronize(ctx);
  }
};

/// What every composition has, with the memory of one of its parts.
template <class Tag, class Part, class S>
struct Memory : MemoryOf<Part> {
  using tag = Tag;
  using space = typename Part::space;
  using context = typename ContextFor<Tag, S>::type;
  static constexpr bool is_composed = true;
};

/// A part's context of its own, beside that of the composition: made when first needed, under the same control.
template <class Tag>
class Held {
 public:
  [[nodiscard]] isonomy::Context<Tag>& held(const Control& control) {
    if (!context_) context_.emplace();
    context_->control() = control;
    return *context_;
  }

 private:
  std::optional<isonomy::Context<Tag>> context_;
};

/// One memory limit for both, for the time of a call: a part's own context has what is left of the first one's, and
/// what it takes at most counts there.
template <class Ctx, class Part>
class SharedLimit {
 public:
  SharedLimit(Ctx& ctx, Part& part)
      : counters_(ctx.counters()), part_(part.counters()), held_(part_.bytes_allocated), peak_(part_.bytes_peak) {
    const std::size_t limit = ctx.control().workspace_limit, taken = counters_.bytes_allocated;
    const std::size_t left = limit > taken ? limit - taken : 0, all = std::numeric_limits<std::size_t>::max();
    part.control().workspace_limit = limit == all ? all : held_ + left;
    part_.bytes_peak = held_;
  }
  SharedLimit(const SharedLimit&) = delete;
  SharedLimit& operator=(const SharedLimit&) = delete;
  ~SharedLimit() {
    counters_.bytes_peak = std::max(counters_.bytes_peak, counters_.bytes_allocated + part_.bytes_peak - held_);
    part_.bytes_peak = std::max(part_.bytes_peak, peak_);
  }

 private:
  Counters &counters_, &part_;
  std::size_t held_, peak_;
};

}  // namespace isonomy::compose
