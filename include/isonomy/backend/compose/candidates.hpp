// The backends of a chain that may run an operation: who can, who takes a call, and the running of it.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "isonomy/backend/accept.hpp"
#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/choose.hpp"
#include "isonomy/backend/compose/context.hpp"
#include "isonomy/backend/compose/name.hpp"
#include "isonomy/backend/compose/on.hpp"
#include "isonomy/backend/compose/staging.hpp"
#include "isonomy/backend/operation.hpp"

namespace isonomy::compose {

template <class... Tags>
struct List {};

/// Is a backend there for certain, known while compiling?
template <class B>
concept AlwaysAvailable = requires {
  typename std::bool_constant<B::available()>;
  requires B::available();
};

/// For calls of Op, for these element types, whose views are in memory of `Space`; other spaces only if it `copies`.
template <class Space, bool copies, class Op, class... T>
struct Candidates {
  template <class Tag>
  static constexpr bool same_space = std::same_as<typename Backend<Tag>::space, Space>;
  /// Can the part run some call of it, in an own form or one derived on it?
  template <class Tag>
  static constexpr bool can = (same_space<Tag> || (copies && Op::reach == op::Reach::views)) &&
                              (Has<Op, Backend<Tag>, T...> || Op::template derived<Backend<Tag>, T...>);
  /// And every call? The first part of a chain is available, else its context could not be.
  template <class Tag, bool first>
  static constexpr bool sure = can<Tag> &&
                               (first || AlwaysAvailable<Backend<Tag>>)&&!is_conditional<Op, Backend<Tag>, T...>();

  /// The place of the first part that can run some call, if it runs every call, else -1.
  template <bool first>
  [[nodiscard]] static constexpr int place_for_all(List<>) {
    return -1;
  }
  template <bool first, class Tag, class... Rest>
  [[nodiscard]] static constexpr int place_for_all(List<Tag, Rest...>) {
    if (can<Tag>) return sure<Tag, first> ? 0 : -1;
    const int place = place_for_all<false>(List<Rest...>{});
    return place < 0 ? -1 : place + 1;
  }

  /// Who runs a call of which nothing more is known: the first part that can.
  [[nodiscard]] static constexpr const char* runner(List<>) { return ""; }
  template <class Tag, class... Rest>
  [[nodiscard]] static constexpr const char* runner(List<Tag, Rest...>) {
    using B = Backend<Tag>;
    if constexpr (!can<Tag>)
      return runner(List<Rest...>{});
    else
      return form_of<Op, B, T...>();
  }

  /// And with which arithmetic.
  [[nodiscard]] static constexpr const char* math_mode(List<>) { return fixed_math; }
  template <class Tag, class... Rest>
  [[nodiscard]] static constexpr const char* math_mode(List<Tag, Rest...>) {
    if constexpr (!can<Tag>)
      return math_mode(List<Rest...>{});
    else
      return math_mode_of<Op, Backend<Tag>, T...>();
  }

  /// Is it an own form that this part runs?
  [[nodiscard]] static constexpr bool own_form(List<>) { return false; }
  template <class Tag, class... Rest>
  [[nodiscard]] static constexpr bool own_form(List<Tag, Rest...>) {
    return can<Tag> ? runs_own_form<Op, Backend<Tag>, T...>() : own_form(List<Rest...>{});
  }

  /// Bytes from the context at most: of the parts that may run a call, the one that says most. Those with a context of
  /// their own say nothing.
  template <bool first, class Ctx>
  [[nodiscard]] static std::size_t workspace(List<>, const Ctx&, auto...) {
    return 0;
  }
  template <bool first, class Ctx, class Tag, class... Rest>
  [[nodiscard]] static std::size_t workspace(List<Tag, Rest...>, const Ctx& ctx, auto... extents) {
    std::size_t most = 0;
    if constexpr (can<Tag>) most = isonomy::detail::workspace_on<Op, Backend<Tag>, T...>(ctx, extents...);
    if constexpr (sure<Tag, first>)
      return most;
    else
      return std::max(most, workspace<false>(List<Rest...>{}, ctx, extents...));
  }

  /// Adds to `told` the parts before the first that can run some call.
  static void tell_lacking(List<>, OperationBackend&) {}
  template <class Tag, class... Rest>
  static void tell_lacking(List<Tag, Rest...>, OperationBackend& told) {
    if constexpr (!can<Tag>) {
      told.declined.push_back(lacking<Op, Backend<Tag>, T...>());
      tell_lacking(List<Rest...>{}, told);
    }
  }

  /// Asks the parts one after the other, until one takes the call, and returns its place.
  template <class... Tags>
  static std::size_t ask(List<Tags...>, Choice& choice, const CallShape& shape) {
    std::size_t place = 0;
    static_cast<void>((takes<Tags>(choice, shape, place) || ...));
    return place;
  }

  /// Runs the call on the part at this place in the list, which can.
  template <class Tag, class... Rest, class Ctx, class... A>
  static decltype(auto) run(List<Tag, Rest...>, std::size_t place, Ctx& ctx, A&&... arguments) {
    if constexpr (!can<Tag>) {
      return run(List<Rest...>{}, place - 1, ctx, std::forward<A>(arguments)...);
    } else {
      if constexpr ((can<Rest> || ...))
        if (place != 0) return run(List<Rest...>{}, place - 1, ctx, std::forward<A>(arguments)...);
      return run_part<Tag>(ctx, std::forward<A>(arguments)...);
    }
  }

 private:
  template <class Tag>
  static bool takes(Choice& choice, const CallShape& shape, std::size_t& place) {
    using B = Backend<Tag>;
    if constexpr (!can<Tag>) {
      choice.declined.push_back(lacking<Op, B, T...>());
    } else if (place > 0 && !B::available()) {
      choice.declined.push_back({B::name(), unavailable_reason<B>()});
    } else {
      Choice asked = choose<Op, B, T...>(shape);
      for (Declined& d : asked.declined) choice.declined.push_back(std::move(d));
      choice.runner = std::move(asked.runner);
    }
    if (!choice.runner.empty()) return true;
    ++place;
    return false;
  }

  template <class Tag, class Ctx, class... A>
  static decltype(auto) run_part(Ctx& ctx, A&&... arguments) {
    using B = Backend<Tag>;
    if constexpr (!same_space<Tag> || std::convertible_to<Ctx&, Held<Tag>&>) {
      isonomy::Context<Tag>& part = static_cast<Held<Tag>&>(ctx).held(ctx.control());
      const SharedLimit limit(ctx, part);
      if constexpr (same_space<Tag>)
        return run_on<Op, B, T...>(part, std::forward<A>(arguments)...);
      else
        return run_staged<Op, B, T...>(ctx, part, arguments...);
    } else if constexpr (!ComposedBackend<B> && std::same_as<typename B::context::tag, Tag>) {
      return run_on<Op, B, T...>(static_cast<typename B::context&>(ctx), std::forward<A>(arguments)...);
    } else {
      ContextOn<Tag, Ctx> part(ctx);
      return run_on<Op, B, T...>(part, std::forward<A>(arguments)...);
    }
  }
};

}  // namespace isonomy::compose
