// The backend trait: Backend<Tag> is declared here and never defined; a backend's own header specialises it.
#pragma once

#include <concepts>
#include <type_traits>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy {

/// One full specialisation per backend, with a static member function per operation it supplies.
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
using Context = typename Backend<Tag>::context;

template <class Ctx>
using backend_of = Backend<typename Ctx::tag>;
template <class Ctx>
using space_of = typename backend_of<Ctx>::space;

/// A context of any backend.
template <class Ctx>
concept ContextLike = requires(Ctx& c) {
  typename Ctx::tag;
  typename Ctx::space;
  c.control();
  c.counters();
}
&&BackendLike<backend_of<Ctx>>;

/// Input views of a front door: T is deduced from the output alone, so mutable views convert.
template <class T, class Ctx>
using ConstMatrix = MatrixView<const std::type_identity_t<T>, typename Ctx::space>;
template <class T, class Ctx>
using ConstVector = VectorView<const std::type_identity_t<T>, typename Ctx::space>;

}  // namespace isonomy
