// Without declines operations of a backend; Override takes them from a second backend.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/choose.hpp"
#include "isonomy/backend/compose/context.hpp"
#include "isonomy/backend/compose/name.hpp"
#include "isonomy/backend/operation.hpp"

namespace isonomy {

/// The backend `Tag` without some operations: `Context<Without<Cpu, op::syrk>> ctx;`
///
/// What the library can derive from the others then runs in its derived form; what it cannot does not compile.
template <class Tag, class... Ops>
struct Without {};

/// The backend `Tag`, with some operations run by the backend `Other`: `Override<Cpu, acme::Plain, op::gemm>`.
///
/// Memory, and everything not named, stays with `Tag`. An operation that `Other` lacks counts as declined. Both must
/// work in the same memory space and on one context: their contexts are of one type, or one is derived from the other.
/// Two separate contexts would have two seeds, memory limits and counters, and nobody to say which counts.
template <class Tag, class Other, class... Ops>
struct Override {};

namespace compose {

/// A composition that runs each operation on one part, `Self::part<Op>`.
template <class Self, class First, class S>
struct OnePart : Memory<Self, First, S> {
  template <class Op, class... T>
  static constexpr const char* runner() {
    return form_of<Op, Part<Op>, T...>();
  }
  template <class Op, class... T, class Ctx, class... A>
  static decltype(auto) run(Ctx& ctx, A&&... arguments) {
    return run_on<Op, Part<Op>, T...>(ctx, std::forward<A>(arguments)...);
  }
  template <class Op, class... T>
  static constexpr bool conditional() {
    return is_conditional<Op, Part<Op>, T...>();
  }
  template <class Op, class... T>
  [[nodiscard]] static Choice choose(const CallShape& shape) {
    return isonomy::choose<Op, Part<Op>, T...>(shape);
  }
  template <class Op, class... T, class Ctx>
  [[nodiscard]] static OperationBackend ran(const Ctx& ctx) {
    return ran_on<Op, Part<Op>, T...>(ctx);
  }

 private:
  template <class Op>
  struct PartFor {  // a type of its own, looked up when Backend<Self> is complete
    using type = typename Backend<Self>::template part<Op>;
  };
  template <class Op>
  using Part = typename PartFor<Op>::type;
};

/// The state on which both backends of an Override work.
template <class B, class Other>
struct OverrideState {
  static_assert(std::same_as<typename B::space, typename Other::space>,
                "Override: both backends must work in the same memory space");
  static_assert(RelatedStates<state_of<B>, state_of<Other>>,
                "Override: the context of one backend must be that of the other or derived from it");
  using type = join<state_of<B>, state_of<Other>>;
};

}  // namespace compose

template <class Tag, class... Ops>
struct Backend<Without<Tag, Ops...>>
    : compose::OnePart<Without<Tag, Ops...>, Backend<Tag>, compose::state_of<Backend<Tag>>> {
  template <class Op>
  using part = Backend<Tag>;

  static constexpr const char* name() { return compose::Name<Pieces>::text.data(); }
  static bool available() noexcept { return Backend<Tag>::available(); }

  template <class Op, class... T>
  static constexpr bool has = !compose::among<Op, Ops...> && Has<Op, Backend<Tag>, T...>;

 private:
  struct Pieces {
    static constexpr auto get() { return compose::phrase<Ops...>(Backend<Tag>::name(), " without ", "", ""); }
  };
};

template <class Tag, class Other, class... Ops>
struct Backend<Override<Tag, Other, Ops...>>
    : compose::OnePart<Override<Tag, Other, Ops...>, Backend<Tag>,
                       typename compose::OverrideState<Backend<Tag>, Backend<Other>>::type> {
  /// The part that runs an operation.
  template <class Op>
  using part = std::conditional_t<compose::among<Op, Ops...>, Backend<Other>, Backend<Tag>>;

  static constexpr const char* name() { return compose::Name<Pieces>::text.data(); }
  static bool available() noexcept { return Backend<Tag>::available() && Backend<Other>::available(); }

  template <class Op, class... T>
  static constexpr bool has = Has<Op, part<Op>, T...>;

 private:
  struct Pieces {
    static constexpr auto get() {
      return compose::phrase<Ops...>(Backend<Tag>::name(), " with ", " of ", Backend<Other>::name());
    }
  };
};

}  // namespace isonomy
