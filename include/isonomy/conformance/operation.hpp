// run_operation: the rows of one operation, with only that operation's cases header included beside this one.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/plan.hpp"
#include "isonomy/conformance/report.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy::conformance {

namespace detail {
template <class Op, class Tag, class T>
void run_element(Rows<Tag>& rows, const Plan& plan, OperationResult& result) {
  const char* element = op::element_name<T>();
  const bool listed = plan.lists(Op::name, element);
  if constexpr (Runs<Op, Backend<Tag>, T>) {
    rows.declines_listed(listed);
    const auto before = result.declined;
    Cases<Op>::template run<Tag, T>(rows);
    if (!listed || !plan.row.empty() || result.declined > before) return;
    ++result.failed;
    result.failures.push_back(text::joined("  ", Op::name, " of ", element,
                                           ": the plan lists it as declined, and it ran; take it off the list"));
  } else if (plan.row.empty()) {
    result.rows.push_back({text::joined(element, ", not there"), listed ? RowStatus::declined : RowStatus::failed});
    ++(listed ? result.declined : result.failed);
    if (listed) return;
    result.failures.push_back(text::joined("  ", Op::name, " of ", element, ": ", Backend<Tag>::name(),
                                           " has no member that takes its arguments, nor what the library would build "
                                           "it from; supply it, or list it in Plan::declined"));
  }
}
template <class Op, class Tag, class... T>
void run_elements(Rows<Tag>& rows, const Plan& plan, OperationResult& result, std::tuple<T...>*) {
  (run_element<Op, Tag, T>(rows, plan, result), ...);
}
}  // namespace detail

/// Appends the results of one operation to the report: its rows for each of its element types.
///
/// An operation that the backend declines, for an element type or in a row, fails unless the plan lists it. `Elements`
/// may be a shorter tuple, for a look that compiles sooner.
template <class Op, class Tag, class Elements = typename Op::elements>
void run_operation(Context<Tag>& ctx, Report& report, const Plan& plan = {}) {
  static_assert(has_cases<Op>, "include the header with the rows of this operation (conformance/cases/)");
  static_assert(checked_backend<Tag>());
  if constexpr (isonomy::detail::complete<Backend<Tag>>) {
    OperationResult result{Op::name};
    Rows<Tag> rows(ctx, plan, result);
    detail::run_elements<Op, Tag>(rows, plan, result, static_cast<Elements*>(nullptr));
    rows.finish();
    if (plan.row.empty() || !result.rows.empty()) report.operations.push_back(std::move(result));
    report.contexts = rows.contexts();
    report.level = name(plan.level);
    report.seed = ctx.control().seed;
    report.determinism = isonomy::name(ctx.control().determinism);
  }
}

}  // namespace isonomy::conformance
