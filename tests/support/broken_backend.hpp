// A backend with one operation done wrongly, and how many rows of the kit it fails.
#pragma once

#include <concepts>
#include <cstdint>
#include <utility>

#include "isonomy/backend/compose.hpp"
#include "isonomy/conformance/operation.hpp"
#include "isonomy/cpu/cpu.hpp"

namespace isonomy::test {

using Host = isonomy::Backend<isonomy::Cpu>;

/// Backend<Cpu>, but the operation runs as `Defect::run(context, arguments...)`.
template <class Op, class Defect>
struct Broken {};

}  // namespace isonomy::test

template <class Op, class Defect>
struct isonomy::Backend<isonomy::test::Broken<Op, Defect>>
    : isonomy::compose::Memory<isonomy::test::Broken<Op, Defect>, isonomy::test::Host,
                               isonomy::compose::state_of<isonomy::test::Host>> {
  static constexpr const char* name() { return "Broken"; }
  static bool available() noexcept { return true; }

  template <class Any, class... T>
  static constexpr bool has = std::same_as<Any, Op> || Has<Any, isonomy::test::Host, T...>;
  template <class Any, class... T>
  static constexpr const char* runner() {
    return name();
  }
  template <class Any, class... T, class Ctx, class... A>
  static decltype(auto) run(Ctx& ctx, A&&... arguments) {
    if constexpr (std::same_as<Any, Op>)
      return Defect::run(static_cast<cpu::Context&>(ctx), std::forward<A>(arguments)...);
    else
      return run_on<Any, isonomy::test::Host, T...>(ctx, std::forward<A>(arguments)...);
  }
};

namespace isonomy::test {

/// How many rows of the operation a backend with this tag fails.
template <class Op, class Tag>
std::int64_t failures_on() {
  isonomy::cpu::ContextOptions options{};
  options.threads = 2;
  isonomy::Context<Tag> ctx{std::move(options)};
  isonomy::conformance::Report report{"Broken"};
  isonomy::conformance::run_operation<Op, Tag>(ctx, report);
  return report.failed();
}
template <class Op, class Defect>
std::int64_t failures() {
  return failures_on<Op, Broken<Op, Defect>>();
}
/// The same composition without a defect: what is wrong with a broken backend is its defect alone.
template <class Op>
std::int64_t failures_of_honest() {
  return failures_on<Op, isonomy::Without<isonomy::Cpu>>();
}

}  // namespace isonomy::test
