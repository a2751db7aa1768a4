// Chain: backends in the order in which they are asked for each operation and each call.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

#include "isonomy/backend/accept.hpp"
#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/choose.hpp"
#include "isonomy/backend/compose/candidates.hpp"
#include "isonomy/backend/compose/choices.hpp"
#include "isonomy/backend/compose/context.hpp"
#include "isonomy/backend/compose/name.hpp"
#include "isonomy/backend/compose/on.hpp"
#include "isonomy/backend/compose/one_part.hpp"
#include "isonomy/backend/operation.hpp"

namespace isonomy {

/// May a chain copy the arguments of a call to another memory space, and what it wrote back?
struct Staging {
  struct forbid {};
  struct copy {};
};

/// Backends asked one after the other: `Chain<acme::Fast, Cpu>`, `Chain<Gpu, Cpu, Staging::copy>`.
///
/// For each call the order is: the first backend's own form, the form that the library derives from the first backend's
/// operations, the second's own form, and so on; last the form derived from operations of the whole chain. A backend
/// is passed over where it lacks the operation for these element types, where it is not available, and where it
/// declines the call (`accepts`); reports tell why. An exception ends the call: a backend that began and failed is
/// never replaced.
///
/// Memory is the first backend's, or that of the next in its space that has any. Backends of another memory space run
/// on copies, counted in `bytes_moved`, only where the last argument is Staging::copy, and only operations whose
/// arguments are views and plain values. Backends whose contexts are related share one; each other has its own beside
/// it (`part<Tag>(ctx)`), under the control of the first.
template <class... Parts>
struct Chain {};

namespace compose {

/// The backends of a chain, and whether it may copy: Staging, if any, stands last.
template <class Done, class... Rest>
struct Split;
template <class... Tags>
struct Split<List<Tags...>> {
  using tags = List<Tags...>;
  static constexpr bool copies = false;
};
template <class... Tags>
struct Split<List<Tags...>, Staging::forbid> : Split<List<Tags...>> {};
template <class... Tags>
struct Split<List<Tags...>, Staging::copy> : Split<List<Tags...>> {
  static constexpr bool copies = true;
};
template <class... Tags, class Tag, class... Rest>
struct Split<List<Tags...>, Tag, Rest...> : Split<List<Tags..., Tag>, Rest...> {
  static_assert(!among<Tag, Tags...>,
                "Chain: a backend stands in it twice; leave one out, since what it declined once it declines again");
};

/// The state of a chain: one for all parts whose contexts are related, and a context for each other part.
template <class Space, class S, class... Tags>
struct ChainState {
  using type = S;
};
template <class Space, class S, class Tag, class... Rest>
struct ChainState<Space, S, Tag, Rest...> {
  using state = state_of<Backend<Tag>>;
  using type = typename ChainState<
      Space,
      std::conditional_t<std::same_as<typename Backend<Tag>::space, Space> && RelatedStates<S, state>, join<S, state>,
                         with<S, Held<Tag>>>,
      Rest...>::type;
};

/// The first backend of the space that has memory; `First` where none has.
template <class First, class... Tags>
struct MemoryPart {
  using type = Backend<First>;
};
template <class First, class Tag, class... Rest>
struct MemoryPart<First, Tag, Rest...>
    : std::conditional_t<HasMemory<Backend<Tag>> &&
                             std::same_as<typename Backend<Tag>::space, typename Backend<First>::space>,
                         MemoryPart<Tag>, MemoryPart<First, Rest...>> {};

template <class Self, bool copies, class Tags>
struct Chained;
/// Backend<Self> of a chain of these backends.
template <class Self, bool copies, class First, class... Rest>
struct Chained<Self, copies, List<First, Rest...>>
    : Memory<
          Self, typename MemoryPart<First, First, Rest...>::type,
          typename ChainState<typename Backend<First>::space, with<state_of<Backend<First>>, Choices>, Rest...>::type> {
 private:
  using parts = List<First, Rest...>;
  template <class Op, class... T>
  using Of = Candidates<typename Backend<First>::space, copies, Op, T...>;

 public:
  static_assert(copies || (std::same_as<typename Backend<Rest>::space, typename Backend<First>::space> && ...),
                "Chain: one of its backends works in HostSpace and another in DeviceSpace; Staging::copy as the last "
                "argument of Chain lets it copy between them");

  static constexpr const char* name() { return Name<Pieces>::text.data(); }
  /// Those behind the first are asked when they are needed.
  static bool available() noexcept { return Backend<First>::available(); }
  static std::string unavailable_reason() { return reason_of_unavailable<Backend<First>>(); }

  template <class Op, class... T>
  static constexpr bool has = Of<Op, T...>::template can<First> || (Of<Op, T...>::template can<Rest> || ...);
  template <class Op, class... T>
  static constexpr const char* runner() {
    return Of<Op, T...>::runner(parts{});
  }
  template <class Op, class... T>
  static constexpr const char* math_mode() {
    return Of<Op, T...>::math_mode(parts{});
  }
  template <class Op, class... T, class Ctx>
  [[nodiscard]] static std::size_t workspace(const Ctx& ctx, auto... extents) {
    return Of<Op, T...>::template workspace<true>(parts{}, ctx, extents...);
  }
  template <class Op, class... T>
  static constexpr bool own_form() {
    return Of<Op, T...>::own_form(parts{});
  }
  template <class Op, class... T>
  static constexpr bool conditional() {
    return !(Of<Op, T...>::template sure<First, true> || (Of<Op, T...>::template sure<Rest, false> || ...));
  }
  template <class Op, class... T>
  [[nodiscard]] static Choice choose(const CallShape& shape) {
    Choice choice;
    Of<Op, T...>::ask(parts{}, choice, shape);
    return choice;
  }
  template <class Op, class... T, class Ctx>
  [[nodiscard]] static OperationBackend ran(const Ctx& ctx) {
    const Choices& choices = ctx;
    if (const OperationBackend* told = choices.told(&call_kind<Op, T...>)) return *told;
    OperationBackend out{Op::name, runner<Op, T...>(), {}};
    Of<Op, T...>::tell_lacking(parts{}, out);
    return out;
  }

  template <class Op, class... T, class Ctx, class... A>
  static decltype(auto) run(Ctx& ctx, A&&... arguments) {
    using Parts = Of<Op, T...>;
    constexpr int place_for_all = Parts::template place_for_all<true>(parts{});
    if constexpr (place_for_all >= 0) {
      return Parts::run(parts{}, place_for_all, ctx, std::forward<A>(arguments)...);
    } else {
      constexpr bool derived = Op::template derived<backend_of<Ctx>, T...>;
      const CallShape shape = shape_of(arguments...);
      Choice choice;
      const std::size_t place = Parts::ask(parts{}, choice, shape);
      const bool taken = !choice.runner.empty();
      if (!taken && derived) choice.runner = generic_name<backend_of<Ctx>>();
      Choices& choices = ctx;
      choices.remember(&call_kind<Op, T...>, Op::name, choice);
      if (!taken) {
        if constexpr (derived)
          return Op::derive(ctx, std::forward<A>(arguments)...);
        else
          throw BackendNotAvailable(Op::name, shape.text(), std::move(choice.declined));
      }
      return Parts::run(parts{}, place, ctx, std::forward<A>(arguments)...);
    }
  }

 private:
  /// "A, else B, else C".
  struct Pieces {
    static constexpr auto get() {
      std::array<const char*, 1 + 2 * sizeof...(Rest)> pieces{Backend<First>::name()};
      std::size_t n = 1;
      ((pieces[n] = ", else ", pieces[n + 1] = Backend<Rest>::name(), n += 2), ...);
      return pieces;
    }
  };
};

/// The chain of those parts that work in the memory space.
template <class Space, class Done, class... Tags>
struct InSpace {
  using type = Done;
};
template <class Space, class... Done, class Tag, class... Rest>
struct InSpace<Space, Chain<Done...>, Tag, Rest...>
    : InSpace<
          Space,
          std::conditional_t<std::same_as<typename Backend<Tag>::space, Space>, Chain<Done..., Tag>, Chain<Done...>>,
          Rest...> {};

}  // namespace compose

template <class... Parts>
struct Backend<Chain<Parts...>> : compose::Chained<Chain<Parts...>, compose::Split<compose::List<>, Parts...>::copies,
                                                   typename compose::Split<compose::List<>, Parts...>::tags> {};

namespace compose {
template <class Tags>
struct PinnedParts;
template <class First, class... Rest>
struct PinnedParts<List<First, Rest...>> : InSpace<typename Backend<First>::space, Chain<>, First, Rest...> {};
template <class Tag>
struct PinnedTag;
template <class... Parts>
struct PinnedTag<Chain<Parts...>> : PinnedParts<typename Split<List<>, Parts...>::tags> {};
}  // namespace compose

/// The context of a chain for calls that must not copy: `auto here = pinned(ctx); gemm(here, ...)`.
///
/// Only the parts in the first one's memory space are asked; a call that none of them can run does not compile. `ctx`
/// must outlive it.
template <ContextLike Ctx>
[[nodiscard]] auto pinned(Ctx& ctx) {
  return compose::ContextOn<typename compose::PinnedTag<typename Ctx::tag>::type, Ctx>(ctx);
}

/// The context that a chain, or another composition, holds for this part beside its own, to be set up or looked at.
template <class Tag, ContextLike Ctx>
[[nodiscard]] Context<Tag>& part(Ctx& ctx) {
  return static_cast<compose::Held<Tag>&>(ctx).held(ctx.control());
}

}  // namespace isonomy
