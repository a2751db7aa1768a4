// What an operation is to a backend: own, derived or missing; and invoke, the one way to run it.
#pragma once

#include <cstdint>
#include <tuple>
#include <utility>

#include "isonomy/backend/accept.hpp"
#include "isonomy/backend/backend.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/tolerance.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy {

/// How a backend has an operation: by a member of its own, by the library's form built from its other operations, or
/// not at all, so that a call does not compile.
enum class Support { none, derived, own };

[[nodiscard]] constexpr const char* name(Support s) {
  return s == Support::own ? "own" : s == Support::derived ? "derived" : "none";
}

/// Operations are types that stand with their front doors: ops/linalg/gemm.hpp holds op::gemm and gemm().
namespace op {

/// What a call reaches beyond its views and plain values, and so what a composition may do with it.
///
/// - `views`: nothing, so it can run on copies, in any memory space, and twice;
/// - `pointers`: memory that arguments point to and that it only reads, so it can run twice in one space;
/// - `effects`: what a functor writes, so it runs once, where it was made.
enum class Reach { views, pointers, effects };

/// The length and the scale that a Tight bound takes.
struct Reduction {
  double length = 0, scale = 0;
};

/// Where two backends differ by more than they may, and by how much: argument `view`, element (row, column) of a batch.
struct Deviation {
  int view = 0;
  index_t batch = 0, row = 0, column = 0;
  double value = 0, reference = 0, bound = 0;
};

/// What holds of an operation unless it says otherwise.
///
/// An operation derives from it and says the rest:
/// - `name`, as reports and tables print it;
/// - `elements`, a tuple of the element types it is offered for;
/// - `tier`, how far backends may differ, with the derivation of the bound;
/// - `reduction(i, j, arguments...)`, where the tier is Tight, what the bound of output (i, j) takes, from the
/// arguments
///   as they were before, in host memory; or `deviation(before, got, expected)`, from tuples of all arguments, where
///   the bound is not one of elements; deviation(before, got, returned value) where the call returns what says which
///   elements it wrote;
/// - `reach`, what a call reaches beyond its views;
/// - `own<B, T>`, whether the plain backend B has a member for it, asked with stand-ins for arguments;
/// - `derived<B, T>`, whether the library can build it from other operations of B;
/// - `needs<B, T>`, whether B has what the front door itself calls, whichever form runs;
/// - `call<B>(context, arguments...)`, which calls that member;
/// - `derive(context, arguments...)`, the library's form, which invokes the other operations on the same context.
struct Declaration {
  using tier = Exact;
  static constexpr Reach reach = Reach::views;
  template <class B, class... T>
  static constexpr bool derived = false;
  template <class B, class... T>
  static constexpr bool needs = true;
};

/// The one element type of the residue operations.
struct Codes {};
/// Stands where an operation has no element type.
struct Anything {};

using Reals = std::tuple<float, double>;
using Numbers = std::tuple<float, double, std::int32_t, std::int64_t, std::uint32_t>;

template <class T>
[[nodiscard]] constexpr const char* element_name() {
  if constexpr (std::same_as<T, float>) return "float";
  if constexpr (std::same_as<T, double>) return "double";
  if constexpr (std::same_as<T, std::int32_t>) return "int32";
  if constexpr (std::same_as<T, std::int64_t>) return "int64";
  if constexpr (std::same_as<T, std::uint32_t>) return "uint32";
  if constexpr (std::same_as<T, Codes>) return "codes";
  return "any";
}

// Stand-ins for the arguments of a member, when `own` asks whether there is one.
template <class B>
using ContextOf = typename B::context;
template <class B, class T>
using Input = VectorView<const T, typename B::space>;
template <class B, class T>
using Output = VectorView<T, typename B::space>;
template <class B, class T>
using MatrixInput = MatrixView<const T, typename B::space>;
template <class B, class T>
using MatrixOutput = MatrixView<T, typename B::space>;
struct AnyIndexed {
  ISONOMY_HD void operator()(index_t) const {}
};
struct AnyUnary {
  template <class T>
  ISONOMY_HD T operator()(T x) const {
    return x;
  }
};
struct AnyBinary {
  template <class T>
  ISONOMY_HD T operator()(T a, T) const {
    return a;
  }
};

}  // namespace op

/// A backend made of others, which runs every operation through one template: backend/compose.hpp.
///
/// It has `has<Op, T...>`, whether it runs Op for these element types; `run<Op, T...>(context, arguments...)`; and
/// `runner<Op, T...>()`, the name of the backend whose form that is.
template <class B>
concept ComposedBackend = BackendLike<B> && B::is_composed;

namespace detail {
template <class Op, class B, class... T>
[[nodiscard]] constexpr bool has() {
  if constexpr (ComposedBackend<B>)
    return B::template has<Op, T...>;
  else
    return Op::template own<B, T...>;
}
}  // namespace detail

/// Has B an own form of the operation, for these element types?
template <class Op, class B, class... T>
concept Has = BackendLike<B> && detail::has<Op, B, T...>();

/// Can the operation run on B, in an own or a derived form? What every front door requires.
template <class Op, class B, class... T>
concept Runs = (Has<Op, B, T...> || (BackendLike<B> && Op::template derived<B, T...>)) && Op::template needs<B, T...>;

/// Is it an own form of a backend that B runs, rather than one that a composition derives itself?
template <class Op, class B, class... T>
[[nodiscard]] constexpr bool runs_own_form() {
  if constexpr (!Has<Op, B, T...>)
    return false;
  else if constexpr (requires { B::template own_form<Op, T...>(); })
    return B::template own_form<Op, T...>();
  else
    return true;
}

/// One entry of the capability table.
template <class Op, class B, class... T>
inline constexpr Support support_of = !Runs<Op, B, T...>             ? Support::none
                                      : runs_own_form<Op, B, T...>() ? Support::own
                                                                     : Support::derived;

/// Runs the operation as B does, on a context of B or one derived from it: its own form, else the derived one.
///
/// A call that the own form of a plain backend declines goes to the derived form too; BackendNotAvailable where there
/// is none. An own form sees the context as one of its own backend, so what it calls inside is not replaced by a
/// composition. A derived form sees the context as it is.
template <class Op, class B, class... T, class Ctx, class... A>
decltype(auto) run_on(Ctx& ctx, A&&... arguments) {
  if constexpr (!Has<Op, B, T...>)
    return Op::derive(ctx, std::forward<A>(arguments)...);
  else if constexpr (ComposedBackend<B>)
    return B::template run<Op, T...>(ctx, std::forward<A>(arguments)...);
  else {
    if constexpr (MayDecline<Op, B>)
      if (const Acceptance answer = B::accepts(Op{}, shape_of(arguments...)); !answer) {
        if constexpr (Op::template derived<backend_of<Ctx>, T...>)
          return Op::derive(ctx, std::forward<A>(arguments)...);
        else
          throw BackendNotAvailable(Op::name, shape_of(arguments...).text(), {{B::name(), answer.reason}});
      }
    return Op::template call<B>(static_cast<typename B::context&>(ctx), std::forward<A>(arguments)...);
  }
}

/// Runs an operation for these element types: the last line of a front door, and how derived forms call operations.
template <class Op, class... T, ContextLike Ctx, class... A>
decltype(auto) invoke(Ctx& ctx, A&&... arguments) {
  return run_on<Op, backend_of<Ctx>, T...>(ctx, std::forward<A>(arguments)...);
}

namespace detail {
[[noreturn, gnu::cold, gnu::noinline]] inline void cancelled(const char* operation) { throw Cancelled(operation); }
}  // namespace detail

/// How a front door begins, after its checks: counts the operation, and throws Cancelled where the caller has asked to
/// stop.
template <ContextLike Ctx>
void begin_operation(Ctx& ctx, const char* operation) {
  if (ctx.control().stop.stop_requested()) detail::cancelled(operation);
  ++ctx.counters().kernels;
}

/// The name of the backend whose own form of the operation B runs.
template <class Op, class B, class... T>
[[nodiscard]] constexpr const char* runner_of() {
  if constexpr (ComposedBackend<B>)
    return B::template runner<Op, T...>();
  else
    return B::name();
}

}  // namespace isonomy
