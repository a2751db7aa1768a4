// Without declines operations of a backend; Override takes them from a second backend.
#pragma once

#include <concepts>
#include <string>
#include <type_traits>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/compose/context.hpp"
#include "isonomy/backend/compose/name.hpp"
#include "isonomy/backend/compose/one_part.hpp"
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
  static std::string unavailable_reason() { return compose::reason_of_unavailable<Backend<Tag>>(); }

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
  static std::string unavailable_reason() { return compose::reason_of_unavailable<Backend<Tag>, Backend<Other>>(); }

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
