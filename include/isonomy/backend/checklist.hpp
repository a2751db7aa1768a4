// The members that make a backend, asked for one by one: what is missing, or is not what it must be, is named in one
// sentence.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy::detail {

template <class B>
inline constexpr bool defined = requires {
  sizeof(B);
};

/// Stands for every element type that a buffer may hold.
struct AnyElement {
  char bytes[3];
};

template <class B>
inline constexpr bool has_tag = requires {
  typename B::tag;
};
template <class B>
inline constexpr bool has_space = requires {
  requires MemorySpace<typename B::space>;
};
template <class B>
inline constexpr bool has_context = requires {
  typename B::context;
};
template <class B>
inline constexpr bool has_name = requires {
  { B::name() } -> std::convertible_to<const char*>;
};
template <class B>
inline constexpr bool has_available = requires {
  { B::available() }
  noexcept->std::same_as<bool>;
};
template <class B>
inline constexpr bool has_allocation = false;
template <class B>
  requires std::is_class_v<typename B::allocation>
inline constexpr bool has_allocation<B> = requires(typename B::allocation & a) {
  requires std::is_default_constructible_v<typename B::allocation> &&
      std::is_move_constructible_v<typename B::allocation>;
  { a.get() } -> std::convertible_to<void*>;
};
template <class B>
inline constexpr bool has_allocate = requires(typename B::context& c) {
  { B::allocate(c, std::size_t{}, "") } -> std::same_as<typename B::allocation>;
};
template <class B, class T>
inline constexpr bool has_copy_from_host = requires(typename B::context& c, VectorView<const T, HostSpace> source,
                                                    VectorView<T, typename B::space> out) {
  B::copy_from_host(c, source, out);
};
template <class B, class T>
inline constexpr bool has_copy_to_host = requires(typename B::context& c, VectorView<const T, typename B::space> source,
                                                  VectorView<T, HostSpace> out) {
  B::copy_to_host(c, source, out);
};
template <class B>
inline constexpr bool has_synchronize = requires(typename B::context& c) {
  B::synchronize(c);
};
template <class C>
inline constexpr bool context_has_tag = requires {
  typename C::tag;
};
template <class C>
inline constexpr bool context_has_space = requires {
  requires MemorySpace<typename C::space>;
};
template <class C>
inline constexpr bool has_control = requires(C& c, const C& constant) {
  { c.control() } -> std::same_as<Control&>;
  { constant.control() } -> std::same_as<const Control&>;
};
template <class C>
inline constexpr bool has_counters = requires(C& c) {
  { c.counters() } -> std::same_as<Counters&>;
};

/// Is everything there?
template <class B>
inline constexpr bool complete = requires {
  requires has_tag<B> && has_space<B> && has_context<B> && has_name<B> && has_available<B>;
  requires context_has_tag<typename B::context> && context_has_space<typename B::context>;
  requires has_control<typename B::context> && has_counters<typename B::context>;
  requires has_allocation<B> && has_allocate<B> && has_synchronize<B>;
  requires has_copy_from_host<B, double> && has_copy_from_host<B, AnyElement>;
  requires has_copy_to_host<B, double> && has_copy_to_host<B, AnyElement>;
};

// The sentences stand in functions, because a class whose assertion fails is an error again wherever it is used; in
// several, because what cannot be asked without a context or a space is not asked.

template <class C>
constexpr void named_context_members() {
  static_assert(context_has_tag<C>, "the backend's context lacks `using tag`: the type that names the backend");
  static_assert(context_has_space<C>, "the backend's context lacks `using space`: the space of the backend");
  static_assert(has_control<C>,
                "the backend's context lacks `Control& control()` and `const Control& control() const`: its seed, stop "
                "token and memory limit");
  static_assert(has_counters<C>,
                "the backend's context lacks `Counters& counters()`: what it has allocated, moved and run");
}

template <class B>
constexpr void named_memory_members() {
  static_assert(has_allocation<B>,
                "the backend lacks `using allocation`: a type that owns memory, movable and empty by default, whose "
                "get() is its address, like unique_ptr<void, Release>");
  static_assert(!has_allocation<B> || has_allocate<B>,
                "the backend lacks `static allocation allocate(context&, std::size_t bytes, const char* purpose)`: "
                "memory that its context counts and limits");
  static_assert(has_copy_from_host<B, double>,
                "the backend lacks `template <class T> static void copy_from_host(context&, VectorView<const T, "
                "HostSpace> source, VectorView<T, space> out)`: out(i) = source(i)");
  static_assert(!has_copy_from_host<B, double> || has_copy_from_host<B, AnyElement>,
                "the backend's copy_from_host takes some element types alone: it must take every trivially copyable "
                "one");
  static_assert(has_copy_to_host<B, double>,
                "the backend lacks `template <class T> static void copy_to_host(context&, VectorView<const T, space> "
                "source, VectorView<T, HostSpace> out)`: out(i) = source(i), after all that was queued");
  static_assert(!has_copy_to_host<B, double> || has_copy_to_host<B, AnyElement>,
                "the backend's copy_to_host takes some element types alone: it must take every trivially copyable one");
  static_assert(has_synchronize<B>,
                "the backend lacks `static void synchronize(context&)`: to wait for what was queued; empty where "
                "nothing is");
}

template <class B>
constexpr void named_types_and_state() {
  static_assert(has_tag<B>, "the backend lacks `using tag`: the type that names it, Tag of Backend<Tag>");
  static_assert(has_space<B>, "the backend lacks `using space`: HostSpace or DeviceSpace, where its memory is");
  static_assert(has_context<B>, "the backend lacks `using context`: the type of the state that its operations run on");
  static_assert(has_name<B>, "the backend lacks `static constexpr const char* name()`: its name in reports");
  static_assert(has_available<B>,
                "the backend lacks `static bool available() noexcept`: whether this process can use it now");
}

/// Does not compile where a part of a composition, which works on the memory of another, lacks a member; the member is
/// named. Otherwise true.
template <class B>
[[nodiscard]] constexpr bool named_members_of_a_part() {
  static_assert(defined<B>,
                "this tag has no backend here: include the header that specialises isonomy::Backend for it, or write "
                "one");
  if constexpr (defined<B>) named_types_and_state<B>();
  if constexpr (has_context<B>) named_context_members<typename B::context>();
  return true;
}
/// The same for a backend of its own.
template <class B>
[[nodiscard]] constexpr bool named_members() {
  if constexpr (has_context<B> && has_space<B>) named_memory_members<B>();
  return named_members_of_a_part<B>();
}

/// What stands for a backend that is not complete, so that its sentence is all that the compiler says.
struct NoBackend {
  using space = HostSpace;
  struct context {};
  struct allocation {
    [[nodiscard]] void* get() const;
  };
  template <class C>
  static allocation allocate(C&, std::size_t, const char*);
};

template <class B>
struct ContextIn {
  using type = NoBackend::context;
};
template <class B>
  requires has_context<B>
struct ContextIn<B> {
  using type = typename B::context;
};

/// The context of B; where something is missing, its sentence.
template <class B>
struct NamedContext : ContextIn<B> {
  static_assert(named_members_of_a_part<B>());
};
/// B, if it is complete; otherwise the sentence.
template <class B>
struct Complete {
  static_assert(named_members<B>());
  using type = std::conditional_t<complete<B>, B, NoBackend>;
};

}  // namespace isonomy::detail
