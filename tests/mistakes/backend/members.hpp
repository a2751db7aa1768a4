// A backend of one class a member, each of which can be left out or replaced by one that is wrong.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <tuple>
#include <type_traits>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy::test {

/// The backend whose member `Member` is `Instead`.
template <class Member, class Instead>
struct With {};
struct Nothing {};
template <class Member>
using Without = With<Member, Nothing>;

struct Memory {
  void* at = nullptr;
  [[nodiscard]] void* get() const { return at; }
};
template <class Tag>
struct State;

// The members. Those of the context stand in an order of their own, the others wait for its type.
template <class Tag>
struct HasTag {
  using tag = Tag;
};
template <class>
struct HasSpace {
  using space = HostSpace;
};
template <class Tag>
struct HasContext {
  using context = State<Tag>;
};
template <class>
struct HasName {
  static constexpr const char* name() { return "members"; }
};
template <class>
struct HasAvailable {
  static bool available() noexcept { return true; }
};
template <class>
struct HasAllocation {
  using allocation = Memory;
};
template <class Tag>
struct HasAllocate {
  static Memory allocate(State<Tag>&, std::size_t, const char*) { return {}; }
};
template <class Tag>
struct HasCopyFromHost {
  template <class T>
  static void copy_from_host(State<Tag>&, VectorView<const T>, VectorView<T>) {}
};
template <class Tag>
struct HasCopyToHost {
  template <class T>
  static void copy_to_host(State<Tag>&, VectorView<const T>, VectorView<T>) {}
};
template <class Tag>
struct HasSynchronize {
  static void synchronize(State<Tag>&) {}
};
template <class Tag>
struct ContextHasTag {
  using tag = Tag;
};
template <class>
struct ContextHasSpace {
  using space = HostSpace;
};
template <class>
struct ContextHasControl {
  Control its_control{};
  Control& control() { return its_control; }
  const Control& control() const { return its_control; }
};
template <class>
struct ContextHasCounters {
  Counters its_counters{};
  Counters& counters() { return its_counters; }
};

/// Names a member in With and Without.
template <template <class> class Member>
struct The {};

template <class Tag, template <class> class Member>
struct Kept {
  using type = Member<Tag>;
};
template <template <class> class Member, class Instead>
struct Kept<With<The<Member>, Instead>, Member> {
  using type = Instead;
};
template <class Tag, template <class> class... Members>
struct All : Kept<Tag, Members>::type... {};

template <class Tag>
struct State : All<Tag, ContextHasTag, ContextHasSpace, ContextHasControl, ContextHasCounters> {};

/// What a user of the backend would call.
struct HasGemm {
  template <class Ctx, class T>
  static void gemm(Ctx&, T, MatrixView<const T>, MatrixView<const T>, T, MatrixView<T>) {}
};

}  // namespace isonomy::test

template <class Member, class Instead>
struct isonomy::Backend<isonomy::test::With<Member, Instead>>
    : isonomy::test::All<isonomy::test::With<Member, Instead>, isonomy::test::HasTag, isonomy::test::HasSpace,
                         isonomy::test::HasContext, isonomy::test::HasName, isonomy::test::HasAvailable,
                         isonomy::test::HasAllocation, isonomy::test::HasAllocate, isonomy::test::HasCopyFromHost,
                         isonomy::test::HasCopyToHost, isonomy::test::HasSynchronize>,
      isonomy::test::HasGemm {};
