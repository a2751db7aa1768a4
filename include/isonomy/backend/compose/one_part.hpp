// What compositions share that run each operation on one part.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/choose.hpp"
#include "isonomy/backend/compose/context.hpp"
#include "isonomy/backend/compose/name.hpp"
#include "isonomy/backend/operation.hpp"

namespace isonomy::compose {

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
  template <class Op, class... T, class Ctx>
  [[nodiscard]] static std::size_t workspace(const Ctx& ctx, auto... extents) {
    if constexpr (Backend<Self>::template has<Op, T...>)
      return isonomy::detail::workspace_on<Op, Part<Op>, T...>(ctx, extents...);
    else
      return 0;
  }
  template <class Op, class... T>
  static constexpr bool own_form() {
    return runs_own_form<Op, Part<Op>, T...>();
  }
  template <class Op, class... T>
  static constexpr bool conditional() {
    return is_conditional<Op, Part<Op>, T...>();
  }
  template <class Op, class... T>
  [[nodiscard]] static Choice choose(const CallShape& shape) {
    return isonomy::choose<Op, Part<Op>, T...>(shape);
  }
  template <class Op, class... T>
  static constexpr const char* math_mode() {
    return math_mode_of<Op, Part<Op>, T...>();
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

/// Why one of these backends, the first that is not available, may not be used.
template <class B, class... Others>
[[nodiscard]] std::string reason_of_unavailable() {
  if constexpr (sizeof...(Others) > 0)
    if (B::available()) return reason_of_unavailable<Others...>();
  return unavailable_reason<B>();
}

}  // namespace isonomy::compose
