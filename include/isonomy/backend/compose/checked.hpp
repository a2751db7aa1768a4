// Checked: a backend whose results are compared with those of a reference, call by call.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/choose.hpp"
#include "isonomy/backend/compose/comparison.hpp"
#include "isonomy/backend/compose/context.hpp"
#include "isonomy/backend/compose/host_copy.hpp"
#include "isonomy/backend/compose/name.hpp"
#include "isonomy/backend/compose/one_part.hpp"
#include "isonomy/backend/compose/staging.hpp"
#include "isonomy/backend/operation.hpp"

namespace isonomy {

/// The backend `Tag`, every call of which is run a second time by `Reference`, on copies, and compared.
///
/// Outputs and returned values must agree under the operation's tier, or under `Tier`, which then holds for all
/// floating-point outputs; a Tight one only where the operation says what its bound takes. Inputs must stay as they
/// are. BackendsDisagree tells where they do not. With `ctx.checks().every = n`, only every n-th call is checked.
///
/// Any backend can be the reference. It works on a context of its own and in its own memory, and reports no progress;
/// copies are held beside the context's memory limit. What cannot be run twice is run once and counted as unchecked:
/// for_each, whose functor writes where it likes, what the reference lacks, and, in another memory space, operations
/// whose arguments point into memory.
template <class Tag, class Reference, class Tier = OwnTier>
struct Checked {};

/// Which calls are checked, and how many were.
struct Checks {
  std::int64_t every = 1;  ///< 1: each call; n: the first and every n-th after it; 0: none
  std::int64_t calls = 0, checked = 0;
  std::int64_t unchecked = 0;  ///< of the calls that were to be checked, those that cannot be
};

namespace compose {

/// Kept beside a context by Checked.
class KeptChecks {
 public:
  [[nodiscard]] Checks& checks() noexcept { return checks_; }
  void lend(KeptChecks& task) const { task.checks_.every = checks_.every; }
  void take_back(const KeptChecks& task) {
    checks_.calls += task.checks_.calls;
    checks_.checked += task.checks_.checked;
    checks_.unchecked += task.checks_.unchecked;
  }

 private:
  Checks checks_;
};

/// The reference's context.
template <class Tag>
class ReferenceContext {
 public:
  [[nodiscard]] isonomy::Context<Tag>& under(const Control& control) {
    auto& ctx = held_.held(control);
    ctx.control().progress = {};
    ctx.control().workspace_limit = std::numeric_limits<std::size_t>::max();
    return ctx;
  }

 private:
  Held<Tag> held_;
};

}  // namespace compose

template <class Tag, class Reference, class Tier>
struct Backend<Checked<Tag, Reference, Tier>>
    : compose::OnePart<
          Checked<Tag, Reference, Tier>, Backend<Tag>,
          compose::with<compose::state_of<Backend<Tag>>, compose::KeptChecks, compose::ReferenceContext<Reference>>> {
  template <class Op>
  using part = Backend<Tag>;

  static constexpr const char* name() { return compose::Name<Pieces>::text.data(); }
  static bool available() noexcept { return Backend<Tag>::available() && Backend<Reference>::available(); }
  static std::string unavailable_reason() { return compose::reason_of_unavailable<Backend<Tag>, Backend<Reference>>(); }

  template <class Op, class... T>
  static constexpr bool has =
      Has<Op, Backend<Tag>, T...> || Op::template derived<Backend<Checked<Tag, Reference, Tier>>, T...>;

  template <class Op, class... T, class Ctx, class... A>
  static decltype(auto) run(Ctx& ctx, A&&... arguments) {
    compose::KeptChecks& kept = ctx;
    if (is_due(kept.checks())) {
      if constexpr (can_check<Op, T...>) {
        if (reference_takes<Op, T...>(arguments...)) {
          ++kept.checks().checked;
          return run_twice<Op, T...>(ctx, arguments...);
        }
      }
      ++kept.checks().unchecked;
    }
    return run_on<Op, B, T...>(ctx, std::forward<A>(arguments)...);
  }

 private:
  using B = Backend<Tag>;
  using R = Backend<Reference>;

  template <class Op, class... T>
  static constexpr bool can_check = (Op::reach == op::Reach::views ||
                                     (Op::reach == op::Reach::pointers &&
                                      std::same_as<typename B::space, typename R::space>)) &&
                                    (Has<Op, R, T...> || Op::template derived<R, T...>);

  static bool is_due(Checks& checks) { return checks.every > 0 && checks.calls++ % checks.every == 0; }
  template <class Op, class... T, class... A>
  static bool reference_takes(const A&... arguments) {
    if constexpr (is_conditional<Op, R, T...>())
      return !isonomy::choose<Op, R, T...>(shape_of(arguments...)).runner.empty();
    else
      return true;
  }

  template <class Op, class... T, class Ctx, class... A>
  static auto run_twice(Ctx& ctx, A&... arguments) {
    auto& reference = static_cast<compose::ReferenceContext<Reference>&>(ctx).under(ctx.control());
    const compose::Comparison<Op, Tier> comparison{B::name(), R::name()};
    const auto before = compose::copies_on_host(ctx, arguments...);
    auto expected = before;
    const auto run_reference = [&]() -> decltype(auto) {
      return std::apply(
          [&](auto&... copies) -> decltype(auto) {
            return compose::run_staged<Op, R, T...>(reference, reference, copies.view()...);
          },
          expected);
    };
    if constexpr (std::is_void_v<decltype(run_on<Op, B, T...>(ctx, arguments...))>) {
      run_on<Op, B, T...>(ctx, arguments...);
      run_reference();
      comparison.arguments(before, compose::copies_on_host(ctx, arguments...), expected, arguments...);
    } else {
      auto result = run_on<Op, B, T...>(ctx, arguments...);
      const auto wanted = run_reference();
      comparison.call(result, wanted, before, compose::copies_on_host(ctx, arguments...), expected, arguments...);
      return result;
    }
  }

  struct Pieces {
    static constexpr auto get() {
      return std::array<const char*, 3>{Backend<Tag>::name(), " checked by ", Backend<Reference>::name()};
    }
  };
};

}  // namespace isonomy
