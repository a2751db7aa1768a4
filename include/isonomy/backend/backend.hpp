// The backend trait: Backend<Tag> is declared here and never defined; a backend's own header specialises it.
#pragma once

#include <concepts>
#include <type_traits>

#include "isonomy/backend/checklist.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy {

/// One full specialisation per backend, with a static member per operation it supplies; the README beside
/// conformance/run.hpp lists the members, and `static_assert(checked_backend<Tag>())` names those that are missing.
template <class Tag>
struct Backend;

template <class B>
concept BackendLike = requires {
  typename B::tag;
  typename B::space;
  typename B::context;
  { B::name() } -> std::convertible_to<const char*>;
  { B::available() }
  noexcept->std::same_as<bool>;  // may this process use it now?
};

/// The state of one backend: device, threads, seed, progress, counters. Move-only, one per host thread.
template <class Tag>
using Context = typename detail::NamedContext<Backend<Tag>>::type;

template <class Ctx>
using backend_of = Backend<typename Ctx::tag>;
template <class Ctx>
using space_of = typename backend_of<Ctx>::space;

/// Is Backend<Tag> complete? If it is not, this does not compile, and each missing member is named in a sentence.
///
/// Operations are not asked for: which of them a backend has is for the capability table and the conformance kit.
template <class Tag>
[[nodiscard]] constexpr bool checked_backend() {
  return detail::named_members<Backend<Tag>>();
}

/// A context of any backend. A context whose backend is there and lacks a member does not compile, and the member is
/// named; what has no backend is no context.
template <class Ctx>
concept ContextLike = requires(Ctx& c) {
  typename Ctx::tag;
  typename Ctx::space;
  c.control();
  c.counters();
  requires detail::defined<backend_of<Ctx>>;
}
&&detail::named_members_of_a_part<backend_of<Ctx>>() && BackendLike<backend_of<Ctx>>;

/// Input views of a front door: T is deduced from the output alone, so mutable views convert.
template <class T, class Ctx>
using ConstMatrix = MatrixView<const std::type_identity_t<T>, typename Ctx::space>;
template <class T, class Ctx>
using ConstVector = VectorView<const std::type_identity_t<T>, typename Ctx::space>;

}  // namespace isonomy
