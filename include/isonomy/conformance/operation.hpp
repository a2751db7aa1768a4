// run_operation: the rows of one operation, with only that operation's cases header included beside this one.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/report.hpp"
#include "isonomy/conformance/rows.hpp"

namespace isonomy::conformance {

namespace detail {
template <class Op, class Tag, class... T>
void run_elements(Rows<Tag>& rows, std::tuple<T...>*) {
  const auto run = [&]<class Element>(std::type_identity<Element>) {
    if constexpr (Runs<Op, Backend<Tag>, Element>) Cases<Op>::template run<Tag, Element>(rows);
  };
  (run(std::type_identity<T>{}), ...);
}
}  // namespace detail

/// Appends the results of one operation to the report: its rows for each of its element types. An operation the backend
/// does not have gives no rows and counts as one that it declined.
template <class Op, class Tag>
void run_operation(Context<Tag>& ctx, Report& report) {
  static_assert(has_cases<Op>, "include the header with the rows of this operation (conformance/cases/)");
  OperationResult result{Op::name};
  Rows<Tag> rows(ctx, result);
  detail::run_elements<Op>(rows, static_cast<typename Op::elements*>(nullptr));
  if (result.passed + result.failed + result.declined == 0) ++result.declined;
  report.operations.push_back(std::move(result));
}

}  // namespace isonomy::conformance
