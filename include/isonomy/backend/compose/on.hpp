// A part of a composition as a backend of its own, on the composition's context.
#pragma once

#include <concepts>
#include <string>
#include <utility>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/compose/context.hpp"
#include "isonomy/backend/compose/one_part.hpp"
#include "isonomy/backend/operation.hpp"

namespace isonomy::compose {

/// The tag of `Part` alone on the context of a composition around it.
template <class Part, class Ctx>
struct On {};

/// A composition's context, seen as one of a part.
template <class Part, class Ctx>
class ContextOn {
 public:
  using tag = On<Part, Ctx>;
  using space = typename Backend<Part>::space;
  using state = state_of<Backend<Part>>;

  explicit ContextOn(Ctx& outer) : outer_(outer) {}
  /// As the context that plain backends take, or what a composition keeps.
  template <class Base>
    requires std::convertible_to<Ctx&, Base&>
  operator Base&() { return outer_; }
  template <class Base>
    requires std::convertible_to<const Ctx&, const Base&>
  operator const Base&() const { return outer_; }

  [[nodiscard]] auto& control() { return outer_.control(); }
  [[nodiscard]] const auto& control() const { return std::as_const(outer_).control(); }
  [[nodiscard]] auto& counters() { return outer_.counters(); }

 private:
  Ctx& outer_;
};

}  // namespace isonomy::compose

template <class Part, class Ctx>
struct isonomy::Backend<isonomy::compose::On<Part, Ctx>>
    : isonomy::compose::OnePart<isonomy::compose::On<Part, Ctx>, isonomy::Backend<typename Ctx::tag>,
                                isonomy::compose::ContextOn<Part, Ctx>> {
  using context = compose::ContextOn<Part, Ctx>;
  template <class Op>
  using part = Backend<Part>;

  static constexpr const char* name() { return Backend<Part>::name(); }
  static bool available() noexcept { return Backend<Part>::available(); }
  static std::string unavailable_reason() { return compose::reason_of_unavailable<Backend<Part>>(); }

  template <class Op, class... T>
  static constexpr bool has = Has<Op, Backend<Part>, T...>;
};
