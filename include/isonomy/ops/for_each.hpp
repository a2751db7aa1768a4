// for_each: one functor call per index.
#pragma once

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operations.hpp"
#include "isonomy/core/check.hpp"

namespace isonomy {

/// f(i) for every i in [0, n), in no particular order and possibly at the same time, so calls must not write what
/// others touch. f is a trivially copyable functor whose operator() is const and ISONOMY_HD where device backends will
/// run it. Errors: ShapeError for n < 0; on the host an exception from f ends the loop and is rethrown.
template <ContextLike Ctx, class F>
  requires HasForEach<backend_of<Ctx>>
void for_each(Ctx& ctx, index_t n, const F& f) {
  check::that(n >= 0, "for_each", "n is " + std::to_string(n) + "; it must be at least 0");
  ++ctx.counters().kernels;
  backend_of<Ctx>::for_each(ctx, n, f);
}

}  // namespace isonomy
