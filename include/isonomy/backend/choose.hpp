// Who runs a call of an operation, and who declined it and why: asked by compositions and told in reports.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/accept.hpp"
#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy {

/// Who runs a call: a backend's name, with "(generic)" where the library's form runs, or nobody; and who declined it.
struct Choice {
  std::string runner;
  std::vector<Declined> declined;
};

/// The name of B, which runs the library's form.
template <class B>
[[nodiscard]] std::string generic_name() {
  return text::joined(B::name(), " (generic)");
}

/// The element types of an operation's form, as messages list them: "double", "int32, int64".
template <class... T>
[[nodiscard]] std::string element_names() {
  std::string out;
  ((out += text::joined(out.empty() ? "" : ", ", op::element_name<T>())), ...);
  return out;
}

/// Why B cannot run any call of the operation for these element types.
template <class Op, class B, class... T>
[[nodiscard]] Declined lacking() {
  const std::string elements = element_names<T...>();
  return {B::name(), text::joined("has no ", Op::name, elements.empty() ? "" : " for ", elements)};
}

/// May B decline some calls of the operation although it has it?
template <class Op, class B, class... T>
[[nodiscard]] constexpr bool is_conditional() {
  if constexpr (Has<Op, B, T...> && !ComposedBackend<B>)
    return MayDecline<Op, B>;
  else if constexpr (requires {
                       requires Has<Op, B, T...>;
                       B::template conditional<Op, T...>();
                     })
    return B::template conditional<Op, T...>();
  else
    return false;
}

/// Who runs a call of this shape on B.
template <class Op, class B, class... T>
[[nodiscard]] Choice choose(const CallShape& shape) {
  Choice choice;
  if constexpr (Has<Op, B, T...>) {
    if constexpr (ComposedBackend<B>) {
      if constexpr (requires { B::template choose<Op, T...>(shape); })
        choice = B::template choose<Op, T...>(shape);
      else
        choice.runner = runner_of<Op, B, T...>();
    } else if constexpr (MayDecline<Op, B>) {
      if (Acceptance answer = B::accepts(Op{}, shape); answer)
        choice.runner = B::name();
      else
        choice.declined.push_back({B::name(), std::move(answer.reason)});
    } else {
      choice.runner = B::name();
    }
    if (!choice.runner.empty()) return choice;
  }
  if constexpr (Op::template derived<B, T...>)
    choice.runner = generic_name<B>();
  else if constexpr (!Has<Op, B, T...>)
    choice.declined.push_back(lacking<Op, B, T...>());
  return choice;
}

/// What compilers, libraries or devices may change about B's arithmetic in the operation, in words: nothing, unless B
/// says so by a static member `math_mode<Op, T...>()`.
template <class Op, class B, class... T>
[[nodiscard]] constexpr const char* math_mode_of() {
  if constexpr (requires { B::template math_mode<Op, T...>(); })
    return B::template math_mode<Op, T...>();
  else
    return fixed_math;
}

/// Whose form of the operation runs on B, for these element types, as far as that is known: calls that depended on
/// their shape are told from what the context remembers of them.
template <class Op, class B, class... T, class Ctx>
[[nodiscard]] OperationBackend ran_on(const Ctx& ctx) {
  if constexpr (!Has<Op, B, T...>)
    return {Op::name, generic_name<B>(), {{B::name(), "has no form of its own"}}};
  else if constexpr (requires { B::template ran<Op, T...>(ctx); })
    return B::template ran<Op, T...>(ctx);
  else
    return {Op::name, runner_of<Op, B, T...>(), {}};
}

}  // namespace isonomy
