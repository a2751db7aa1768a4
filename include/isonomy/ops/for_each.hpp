// for_each: one functor call per index.
#pragma once

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"

namespace isonomy {

namespace op {
/// One functor call per index.
struct for_each : Declaration {
  static constexpr const char* name = "for_each";
  using elements = std::tuple<Anything>;
  static constexpr Reach reach = Reach::effects;
  template <class B, class = Anything>
  static constexpr bool own = requires(ContextOf<B>& c, AnyIndexed f) {
    B::for_each(c, index_t{}, f);
  };
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::for_each(std::forward<A>(arguments)...);
  }
};
}  // namespace op

/// f(i) for every i in [0, n), in no particular order and possibly at the same time.
///
/// Calls must not write what others touch. f is a trivially copyable functor whose operator() is const and ISONOMY_HD
/// where device backends will run it. Errors: ShapeError for n < 0; on the host an exception from f ends the loop and
/// is rethrown.
template <ContextLike Ctx, class F>
  requires Runs<op::for_each, backend_of<Ctx>>
void for_each(Ctx& ctx, index_t n, const F& f) {
  check::that(n >= 0, "for_each", "n is ", n, "; it must be at least 0");
  begin_operation(ctx, op::for_each::name);
  invoke<op::for_each>(ctx, n, f);
}

}  // namespace isonomy
