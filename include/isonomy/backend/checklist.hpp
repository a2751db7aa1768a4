// The members that make a Backend<Tag>, asked for one by one: what is missing is named in one sentence.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy {

namespace detail {

template <class B>
inline constexpr bool defined = requires {
  sizeof(B);
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
inline constexpr bool has_allocation = requires(typename B::allocation& a) {
  requires std::is_default_constructible_v<typename B::allocation> &&
      std::is_move_constructible_v<typename B::allocation>;
  { a.get() } -> std::convertible_to<void*>;
};
template <class B>
inline constexpr bool has_allocate = requires(typename B::context& c) {
  { B::allocate(c, std::size_t{}, "") } -> std::same_as<typename B::allocation>;
};
template <class B>
inline constexpr bool has_copy_from_host = requires(typename B::context& c, VectorView<const double, HostSpace> source,
                                                    VectorView<double, typename B::space> out) {
  B::copy_from_host(c, source, out);
};
template <class B>
inline constexpr bool has_copy_to_host = requires(typename B::context& c,
                                                  VectorView<const double, typename B::space> source,
                                                  VectorView<double, HostSpace> out) {
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
  typename C::space;
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

template <class C>
struct ContextChecklist {
  static_assert(
      context_has_tag<C>,
      "the backend's context lacks `using tag`: give it the tag that names the backend, as Context<Tag>::tag");
  static_assert(context_has_space<C>, "the backend's context lacks `using space`: give it the space of the backend");
  static_assert(has_control<C>,
                "the backend's context lacks control(): return the context's isonomy::Control by reference, and by "
                "reference to const from a const context");
  static_assert(has_counters<C>,
                "the backend's context lacks counters(): return the context's isonomy::Counters by reference");
  static constexpr bool complete = context_has_tag<C> && context_has_space<C> && has_control<C> && has_counters<C>;
};

/// What needs the space and the context.
template <class B>
struct MemoryChecklist {
  static_assert(has_allocation<B>,
                "the backend lacks `using allocation`: name the type that owns memory, movable and empty by default, "
                "whose get() is its address, like std::unique_ptr<void, Deleter>");
  static_assert(!has_allocation<B> || has_allocate<B>,
                "the backend lacks allocate(context&, std::size_t bytes, const char* purpose): return an allocation of "
                "so many bytes, counted in the context's counters, or throw OutOfMemory");
  static_assert(
      has_copy_from_host<B>,
      "the backend lacks copy_from_host(context&, VectorView<const T, HostSpace> source, VectorView<T, space> "
      "out) for every element type T");
  static_assert(has_copy_to_host<B>,
                "the backend lacks copy_to_host(context&, VectorView<const T, space> source, VectorView<T, HostSpace> "
                "out) for every element type T");
  static_assert(has_synchronize<B>,
                "the backend lacks synchronize(context&): wait for queued work; empty where nothing is queued");
  static constexpr bool complete =
      has_allocation<B> && has_copy_from_host<B> && has_copy_to_host<B> && has_synchronize<B>;
};

template <class B>
struct BackendChecklist {
  static_assert(has_tag<B>, "the backend lacks `using tag`: the type that names it, Tag of Backend<Tag>");
  static_assert(has_space<B>, "the backend lacks `using space`: HostSpace or DeviceSpace, where its memory is");
  static_assert(has_context<B>, "the backend lacks `using context`: the type of the state that its operations run on");
  static_assert(has_name<B>, "the backend lacks name(): return its name for reports as const char*");
  static_assert(
      has_available<B>,
      "the backend lacks available(): `static bool available() noexcept` says whether this process can use it "
      "now");
  [[nodiscard]] static constexpr bool complete() {
    if constexpr (has_tag<B> && has_space<B> && has_context<B> && has_name<B> && has_available<B>) {
      constexpr bool context = ContextChecklist<typename B::context>::complete;
      constexpr bool memory = MemoryChecklist<B>::complete;
      return context && memory;
    } else {
      return false;
    }
  }
};

template <class Tag>
struct Specialised {
  static_assert(defined<Backend<Tag>>,
                "this tag has no backend here: include the header that specialises isonomy::Backend for it, or write "
                "one");
};

}  // namespace detail

/// Is Backend<Tag> complete? If it is not, this does not compile, and each missing member is named in a sentence.
///
/// `static_assert(isonomy::checked_backend<mine::Tag>());` behind the specialisation says so where it is written.
/// Operations are not asked for: which of them a backend has is for the capability table and the conformance kit.
template <class Tag>
[[nodiscard]] constexpr bool checked_backend() {
  if constexpr (detail::defined<Backend<Tag>>)
    return detail::BackendChecklist<Backend<Tag>>::complete();
  else
    return sizeof(detail::Specialised<Tag>) == 0;
}

}  // namespace isonomy
