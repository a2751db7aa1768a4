// Backends composed of others: Without declines operations, Override takes them from a second backend.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/view.hpp"

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

template <class Op, class... Ops>
inline constexpr bool among = (std::same_as<Op, Ops> || ...);

/// The context of a composition: that of a plain backend, under the composition's tag.
///
/// It is derived from it, so it has its constructors, settings and counters, and every part takes it for its own.
template <class Tag, class State>
struct Context : State {
  using tag = Tag;
  using state = State;
  using State::State;
};

template <class B>
struct StateOf {
  using type = typename B::context;
};
template <ComposedBackend B>
struct StateOf<B> {
  using type = typename B::context::state;
};
/// The context of the plain backend under B: a composition of compositions has but one.
template <class B>
using state_of = typename StateOf<B>::type;

/// The more derived of two contexts.
template <class A, class B>
struct CommonState {
  static_assert(std::derived_from<A, B> || std::derived_from<B, A>,
                "Override: the context of one backend must be that of the other or derived from it");
  using type = std::conditional_t<std::derived_from<B, A>, B, A>;
};

/// What every composition takes over from its first part: memory, and moving data to it and from it.
template <class Tag, class First, class State>
struct Memory {
  using tag = Tag;
  using space = typename First::space;
  using context = Context<Tag, State>;
  using allocation = typename First::allocation;
  static constexpr bool is_composed = true;

  [[nodiscard]] static allocation allocate(State& ctx, std::size_t bytes, const char* purpose) {
    return First::allocate(ctx, bytes, purpose);
  }
  template <class T>
  static void copy_from_host(State& ctx, VectorView<const T, HostSpace> source, VectorView<T, space> out) {
    First::copy_from_host(ctx, source, out);
  }
  template <class T>
  static void copy_to_host(State& ctx, VectorView<const T, space> source, VectorView<T, HostSpace> out) {
    First::copy_to_host(ctx, source, out);
  }
  static void synchronize(State& ctx) { First::synchronize(ctx); }
};

/// A composition's name, put together while compiling from the pieces that `Pieces::get()` lists.
template <class Pieces>
struct Name {
 private:
  static constexpr std::size_t size = [] {
    std::size_t n = 1;
    for (const char* piece : Pieces::get())
      for (; *piece != '\0'; ++piece) ++n;
    return n;
  }();

 public:
  static constexpr std::array<char, size> text = [] {
    std::array<char, size> joined{};
    std::size_t n = 0;
    for (const char* piece : Pieces::get())
      for (; *piece != '\0'; ++piece) joined[n++] = *piece;
    return joined;
  }();
};

/// The pieces of "<first><verb><operation>, <operation><preposition><second>".
template <class... Ops>
[[nodiscard]] constexpr auto phrase(const char* first, const char* verb, const char* preposition, const char* second) {
  constexpr std::size_t operations = 2 * sizeof...(Ops);
  std::array<const char*, operations + 3> pieces{first};
  std::size_t n = 1;
  ((pieces[n] = n == 1 ? verb : ", ", pieces[n + 1] = Ops::name, n += 2), ...);
  pieces[operations + 1] = preposition;
  pieces[operations + 2] = second;
  return pieces;
}

}  // namespace compose

template <class Tag, class... Ops>
struct Backend<Without<Tag, Ops...>>
    : compose::Memory<Without<Tag, Ops...>, Backend<Tag>, compose::state_of<Backend<Tag>>> {
  static constexpr const char* name() { return compose::Name<Pieces>::text.data(); }
  static bool available() noexcept { return Backend<Tag>::available(); }

  template <class Op, class... T>
  static constexpr bool has = !compose::among<Op, Ops...> && Has<Op, Backend<Tag>, T...>;
  template <class Op, class... T>
  static constexpr const char* runner() {
    return runner_of<Op, Backend<Tag>, T...>();
  }
  template <class Op, class... T, class Ctx, class... A>
  static decltype(auto) run(Ctx& ctx, A&&... arguments) {
    return run_on<Op, Backend<Tag>, T...>(ctx, std::forward<A>(arguments)...);
  }

 private:
  struct Pieces {
    static constexpr auto get() { return compose::phrase<Ops...>(Backend<Tag>::name(), " without ", "", ""); }
  };
};

template <class Tag, class Other, class... Ops>
struct Backend<Override<Tag, Other, Ops...>>
    : compose::Memory<
          Override<Tag, Other, Ops...>, Backend<Tag>,
          typename compose::CommonState<compose::state_of<Backend<Tag>>, compose::state_of<Backend<Other>>>::type> {
  static_assert(std::same_as<typename Backend<Tag>::space, typename Backend<Other>::space>,
                "Override: both backends must work in the same memory space");
  /// The part that runs an operation.
  template <class Op>
  using part = std::conditional_t<compose::among<Op, Ops...>, Backend<Other>, Backend<Tag>>;

  static constexpr const char* name() { return compose::Name<Pieces>::text.data(); }
  static bool available() noexcept { return Backend<Tag>::available() && Backend<Other>::available(); }

  template <class Op, class... T>
  static constexpr bool has = Has<Op, part<Op>, T...>;
  template <class Op, class... T>
  static constexpr const char* runner() {
    return runner_of<Op, part<Op>, T...>();
  }
  template <class Op, class... T, class Ctx, class... A>
  static decltype(auto) run(Ctx& ctx, A&&... arguments) {
    return run_on<Op, part<Op>, T...>(ctx, std::forward<A>(arguments)...);
  }

 private:
  struct Pieces {
    static constexpr auto get() {
      return compose::phrase<Ops...>(Backend<Tag>::name(), " with ", " of ", Backend<Other>::name());
    }
  };
};

}  // namespace isonomy
