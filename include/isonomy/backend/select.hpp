// dispatch: the backend chosen at run time, by name or as the first that is available.
#pragma once

#include <concepts>
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

/// What dispatch() was asked for, what it chose, and why none of the backends listed before it.
struct Selection {
  std::string asked;  ///< "auto" where any would do
  std::string backend;
  std::vector<Declined> declined;
};

/// Notes in a report what dispatch() was asked for, and whom it passed over.
inline void describe_selection(const Selection& selection, Report& report) {
  report.used.asked = selection.asked;
  report.used.declined = selection.declined;
}

/// Whether a backend may be used in this process, and if not, why not.
struct Availability {
  std::string backend;
  bool available = false;
  std::string reason;  ///< empty where it is
};

/// A tag that says itself what to tell where its backend is not compiled in: its name, and how to get it.
template <class Tag>
concept NamesAbsentBackend = requires {
  { Tag::backend_name() } -> std::convertible_to<const char*>;
  { Tag::absent_reason() } -> std::convertible_to<std::string>;
};

/// Names of backends are told apart without regard to upper and lower case: users type them.
[[nodiscard]] inline bool same_backend(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

namespace detail {

/// A backend in a list, and whether the unit that lists it has compiled it in.
///
/// The answer is part of the type, and so of the name of every function that goes by it: of a program's units one may
/// have a backend that another lacks, and each keeps its own answer when they are linked.
template <class Tag, bool Compiled>
struct Listed {
  using tag = Tag;
  static constexpr bool compiled = true;
  static std::string name() { return Backend<Tag>::name(); }
  static bool available() noexcept { return Backend<Tag>::available(); }
  static std::string reason() { return unavailable_reason<Backend<Tag>>(); }
};
template <class Tag>
struct Listed<Tag, false> {
  static_assert(NamesAbsentBackend<Tag>,
                "dispatch: this tag has no backend here: include the header that specialises isonomy::Backend for it, "
                "or give the tag backend_name() and absent_reason()");
  using tag = Tag;
  static constexpr bool compiled = false;
  static std::string name() { return Tag::backend_name(); }
  static bool available() noexcept { return false; }
  static std::string reason() { return Tag::absent_reason(); }
};

/// Whether Backend<Tag> is complete, asked where the call stands and remembered nowhere.
template <class Tag>
Listed<Tag, static_cast<bool>(sizeof(Backend<Tag>))> listed(int);
template <class Tag>
Listed<Tag, false> listed(long);

template <class... L>
struct Listing {};

template <class... L>
[[nodiscard]] std::vector<Availability> availability_of(Listing<L...>) {
  std::vector<Availability> out;
  (out.push_back({L::name(), L::available(), L::available() ? std::string() : L::reason()}), ...);
  return out;
}

template <class B>
[[nodiscard]] Declined declined(std::string_view wanted) {
  return {B::name(), wanted.empty() || same_backend(wanted, B::name()) ? B::reason() : "is not the one asked for"};
}

/// The backends from First on, of which `wanted` is a name or empty: for any. f takes a tag and the selection. What it
/// returns is known from a backend that is compiled, so those behind the last of these are declined at once.
template <class First, class... Rest, class F>
decltype(auto) select(std::string_view wanted, F& f, Selection& selection) {
  if constexpr (First::compiled) {
    if ((wanted.empty() || same_backend(wanted, First::name())) && First::available()) {
      selection.backend = First::name();
      return f(typename First::tag{}, std::as_const(selection));
    }
  }
  selection.declined.push_back(declined<First>(wanted));
  if constexpr ((Rest::compiled || ...)) {
    return select<Rest...>(wanted, f, selection);
  } else {
    (selection.declined.push_back(declined<Rest>(wanted)), ...);
    throw BackendNotAvailable("dispatch", "", std::move(selection.declined));
  }
}

template <class... L, class F>
decltype(auto) select_listed(Listing<L...>, std::string_view prefer, F& f) {
  const bool any = prefer.empty() || same_backend(prefer, "auto");
  if (!any && !(same_backend(prefer, L::name()) || ...)) {
    std::string listed;
    ((listed += text::joined(listed.empty() ? "" : ", ", L::name(),
                             L::available() ? std::string() : text::joined(" (", L::reason(), ")"))),
     ...);
    throw ValueError(
        text::joined("dispatch: there is no backend ", text::quoted(prefer), "; give \"auto\" or one of ", listed));
  }
  Selection selection{any ? "auto" : std::string(prefer), {}, {}};
  return select<L...>(any ? std::string_view() : prefer, f, selection);
}

}  // namespace detail

/// What dispatch() over the same list would find, of each backend in its order.
template <class... Tags, class Here = detail::Listing<decltype(detail::listed<Tags>(0))...>>
[[nodiscard]] std::vector<Availability> availability() {
  return detail::availability_of(Here{});
}

/// Runs f on the tag of one of the backends and returns what it returns: dispatch() for a caller who makes the context
/// and sets its options.
///
/// f takes a tag, by value, and a Selection, and is compiled for the backends that this unit has. A tag whose backend
/// it has not is passed over as unavailable, with the tag's own `absent_reason()`. A list of such tags alone returns
/// nothing. Errors: those of dispatch().
template <class... Tags, class F, class Here = detail::Listing<decltype(detail::listed<Tags>(0))...>>
decltype(auto) dispatch_tag(std::string_view prefer, F&& f) {
  static_assert(sizeof...(Tags) > 0, "dispatch: list the backends to choose from: dispatch<Gpu, Cpu>(prefer, f)");
  return detail::select_listed(Here{}, prefer, f);
}

/// Runs f on a new context of one of the backends and returns what it returns, of one type for all.
///
/// `prefer` is the name of a backend, or "auto" or nothing for the first in the list that is available. f takes a
/// context, and if it likes a Selection, which tells the choice and why others were passed over. Errors: ValueError for
/// a name that is not in the list, BackendNotAvailable where the one that is named, or every one, is not available;
/// both tell the reason of each. A program may list a backend that it does not have, as `dispatch<Cuda, Cpu>` in a file
/// for any compiler does with `isonomy/cuda/tag.hpp` alone: it is never available there.
template <class... Tags, class F, class Here = detail::Listing<decltype(detail::listed<Tags>(0))...>>
decltype(auto) dispatch(std::string_view prefer, F&& f) {
  static_assert(sizeof...(Tags) > 0, "dispatch: list the backends to choose from: dispatch<Gpu, Cpu>(prefer, f)");
  const auto on_context = [&f](auto tag, const Selection& selection) -> decltype(auto) {
    using Ctx = Context<decltype(tag)>;
    Ctx ctx;
    if constexpr (std::is_invocable_v<F&, Ctx&, const Selection&>)
      return f(ctx, selection);
    else
      return f(ctx);
  };
  return detail::select_listed(Here{}, prefer, on_context);
}

}  // namespace isonomy
