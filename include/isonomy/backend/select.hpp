// dispatch: the backend chosen at run time, by name or as the first that is available.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "isonomy/backend/accept.hpp"
#include "isonomy/backend/backend.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy {

/// What dispatch() chose, and why none of the backends listed before it.
struct Selection {
  std::string backend;
  std::vector<Declined> declined;
};

namespace detail {

/// Names of backends are told apart without regard to upper and lower case: users type them.
[[nodiscard]] inline bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

/// Runs f on a context of the backend, with the selection if f takes one.
template <class Tag, class F>
decltype(auto) run_selected(F& f, Selection& selection) {
  selection.backend = Backend<Tag>::name();
  Context<Tag> ctx;
  if constexpr (std::is_invocable_v<F&, Context<Tag>&, const Selection&>)
    return f(ctx, std::as_const(selection));
  else
    return f(ctx);
}

/// The backends from Tag on, of which `wanted` is a name or empty: for any.
template <class Tag, class... Rest, class F>
decltype(auto) select(std::string_view wanted, F& f, Selection& selection) {
  using B = Backend<Tag>;
  const bool named = wanted.empty() || same_name(wanted, B::name());
  if (named && B::available()) return run_selected<Tag>(f, selection);
  selection.declined.push_back({B::name(), named ? unavailable_reason<B>() : "is not the one asked for"});
  if constexpr (sizeof...(Rest) > 0)
    return select<Rest...>(wanted, f, selection);
  else
    throw BackendNotAvailable("dispatch", "", std::move(selection.declined));
}

}  // namespace detail

/// Runs f on a new context of one of the backends and returns what it returns, of one type for all.
///
/// `prefer` is the name of a backend, or "auto" or nothing for the first in the list that is available. f takes a
/// context, and if it likes a Selection, which tells the choice and why others were passed over. Errors: ValueError for
/// a name that is not in the list, BackendNotAvailable where the one that is named, or every one, is not available;
/// both tell the reason of each.
template <class... Tags, class F>
decltype(auto) dispatch(std::string_view prefer, F&& f) {
  static_assert(sizeof...(Tags) > 0, "dispatch: list the backends to choose from: dispatch<Gpu, Cpu>(prefer, f)");
  const bool any = prefer.empty() || detail::same_name(prefer, "auto");
  if (!any && !(detail::same_name(prefer, Backend<Tags>::name()) || ...)) {
    std::string listed;
    ((listed += text::joined(
          listed.empty() ? "" : ", ", Backend<Tags>::name(),
          Backend<Tags>::available() ? std::string() : text::joined(" (", unavailable_reason<Backend<Tags>>(), ")"))),
     ...);
    throw ValueError(
        text::joined("dispatch: there is no backend ", text::quoted(prefer), "; give \"auto\" or one of ", listed));
  }
  Selection selection;
  return detail::select<Tags...>(any ? std::string_view() : prefer, f, selection);
}

}  // namespace isonomy
