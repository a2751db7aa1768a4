// Comparison of what two backends made of one call: the bounds, and the error that tells where they differ by more.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <limits>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "isonomy/backend/compose/staging.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/tolerance.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy {

/// The tier that each operation declares.
struct OwnTier {};

/// A checked backend and its reference differ by more than they may, or it changed one of its inputs.
///
/// The outputs hold what the checked backend wrote.
class BackendsDisagree : public NumericalError {
 public:
  /// The place of a value that is returned rather than written.
  static constexpr int returned = -1;

  [[gnu::noinline]] BackendsDisagree(const char* operation_name, const std::string& message, const op::Deviation& found)
      : NumericalError(message), operation(operation_name), where(found) {}

  std::string operation;
  op::Deviation where;  ///< `view` counts the views and spans among the arguments from 0; or `returned`

  /// How many times the bound the difference is: infinite where the bits must be the same.
  [[nodiscard]] double ratio() const { return ratio_of(where); }
  [[nodiscard]] static double ratio_of(const op::Deviation& d) {
    const double ratio = std::abs(d.value - d.reference) / d.bound;
    return ratio == ratio ? ratio : std::numeric_limits<double>::infinity();
  }
};

namespace compose {

/// Same bits; any NaN equals any NaN.
template <class T>
[[nodiscard]] bool same_bits(const T& a, const T& b) {
  if constexpr (std::floating_point<T>) {
    if (a != a || b != b) return a != a && b != b;
    return a == b && std::signbit(a) == std::signbit(b);
  } else if constexpr (std::equality_comparable<T>) {
    return a == b;
  } else {
    return std::memcmp(&a, &b, sizeof(T)) == 0;
  }
}

template <class T>
[[nodiscard]] double as_double(const T& x) {
  if constexpr (std::is_arithmetic_v<T>)
    return static_cast<double>(x);
  else
    return std::numeric_limits<double>::quiet_NaN();
}

/// "view 2 at (0, 1)" or "the returned value".
[[nodiscard]] inline std::string place_of(const op::Deviation& d) {
  if (d.view == BackendsDisagree::returned) return "the returned value";
  return text::joined("view ", d.view, " at (", d.row, ", ", d.column, ")",
                      d.batch > 0 ? text::joined(" of matrix ", d.batch) : std::string());
}

[[noreturn, gnu::cold, gnu::noinline]] inline void disagree(const char* operation, const char* name,
                                                            const char* reference, const op::Deviation& d) {
  const std::string rule = d.bound > 0 ? text::joined("may differ by ", d.bound, " and differ by ",
                                                      BackendsDisagree::ratio_of(d), " times that")
                                       : std::string("must have the same bits");
  throw BackendsDisagree(operation,
                         text::joined(operation, ": ", name, " gives ", text::decimals(d.value), " and ", reference,
                                      " ", text::decimals(d.reference), " for ", place_of(d), "; they ", rule,
                                      "; take the operation from the reference until this is mended"),
                         d);
}
[[noreturn, gnu::cold, gnu::noinline]] inline void changed(const char* operation, const char* name,
                                                           const op::Deviation& d) {
  throw BackendsDisagree(operation,
                         text::joined(operation, ": ", name, " changes an input, ", place_of(d), ", from ",
                                      text::decimals(d.reference), " to ", text::decimals(d.value),
                                      "; inputs must stay as they are"),
                         d);
}

template <class Tier>
inline constexpr bool is_tight = false;
template <int C>
inline constexpr bool is_tight<Tight<C>> = true;

/// Does an output among the arguments share memory with this view?
template <class View, class... A>
[[nodiscard]] bool is_written_through(const View& view, const A&... arguments) {
  const auto shares = [&](const auto& out) {
    if constexpr (requires { check::bytes(out); }) {
      if constexpr (!std::is_const_v<std::remove_reference_t<decltype(*out.data)>>) {
        const check::Bytes x = check::bytes(view), y = check::bytes(out);
        return x.first < y.last && y.first < x.last;
      }
    }
    return false;
  };
  return (shares(arguments) || ...);
}

/// Compares what two backends made of one call of Op, under the operation's tier or another.
template <class Op, class Tier>
class Comparison {
 public:
  Comparison(const char* name, const char* reference) : name_(name), reference_(reference) {}

  /// Of tuples of host copies: outputs agree, and inputs that are not outputs too are as before.
  template <class Copies, class... A>
  void arguments(const Copies& before, const Copies& got, const Copies& expected, const A&... originals) const {
    if constexpr (is_tight<Used> &&
                  requires { Op::deviation(constants(before), constants(got), constants(expected)); }) {
      if (const auto d = Op::deviation(constants(before), constants(got), constants(expected)); d)
        disagree(Op::name, name_, reference_, *d);
    } else {
      each(std::index_sequence_for<A...>{}, before, got, expected, originals...);
    }
  }

  /// Of arguments and a returned value: as both, or at once by the operation's deviation(before, got, returned value),
  /// where what is written depends on what is returned.
  template <class R, class Copies, class... A>
  void call(const R& result_got, const R& result_expected, const Copies& before, const Copies& got,
            const Copies& expected, const A&... originals) const {
    if constexpr (is_tight<Used> && requires { Op::deviation(constants(before), constants(got), result_got); }) {
      if (const auto d = Op::deviation(constants(before), constants(got), result_got); d)
        disagree(Op::name, name_, reference_, *d);
    } else {
      arguments(before, got, expected, originals...);
      result(result_got, result_expected, before);
    }
  }

  template <class R, class Copies>
  void result(const R& got, const R& expected, const Copies& before) const {
    op::Deviation d{BackendsDisagree::returned, 0, 0, 0, as_double(got), as_double(expected), 0};
    if (!same_bits(got, expected) && is_beyond<R>(d, before)) disagree(Op::name, name_, reference_, d);
  }

 private:
  using Used = std::conditional_t<std::same_as<Tier, OwnTier>, typename Op::tier, Tier>;

  template <class Copies>
  static auto constants(const Copies& copies) {
    return std::apply([](const auto&... copy) { return std::tuple(copy.constant()...); }, copies);
  }

  template <std::size_t... at, class Copies, class... A>
  void each(std::index_sequence<at...>, const Copies& before, const Copies& got, const Copies& expected,
            const A&... originals) const {
    int view = 0;
    const auto one = [&](const auto& was, const auto& is, const auto& wanted, const auto& original) {
      using Copy = std::remove_cvref_t<decltype(was)>;
      if constexpr (Copy::is_view) {
        op::Deviation d;
        d.view = view++;
        if constexpr (Copy::is_output) {
          const auto beyond = [&]<class T>(op::Deviation& here, const T&) { return is_beyond<T>(here, before); };
          if (find(is.batch(), wanted.batch(), d, beyond)) disagree(Op::name, name_, reference_, d);
        } else if (!is_written_through(original, originals...)) {
          const auto any = [](op::Deviation&, const auto&) { return true; };
          if (find(is.batch(), was.batch(), d, any)) changed(Op::name, name_, d);
        }
      }
    };
    (one(std::get<at>(before), std::get<at>(got), std::get<at>(expected), originals), ...);
  }

  /// The first element with other bits of which `differs` says so; it may fill in the bound.
  template <class T, class Differs>
  static bool find(const BatchView<const T>& got, const BatchView<const T>& expected, op::Deviation& d,
                   const Differs& differs) {
    for (d.batch = 0; d.batch < got.batches; ++d.batch)
      for (d.column = 0; d.column < got.columns; ++d.column)
        for (d.row = 0; d.row < got.rows; ++d.row) {
          const T &value = got[d.batch](d.row, d.column), &reference = expected[d.batch](d.row, d.column);
          if (same_bits(value, reference)) continue;
          d.value = as_double(value);
          d.reference = as_double(reference);
          if (differs(d, value)) return true;
        }
    return false;
  }

  /// Sets the bound of an element whose bits are not those of the reference, and says whether it is beyond it.
  template <class T, class Copies>
  static bool is_beyond(op::Deviation& d, const Copies& before) {
    d.bound = 0;
    if constexpr (std::floating_point<T>) {
      if constexpr (!is_tight<Used>)
        d.bound = Used::template bound<T>(0, d.reference);
      else
        d.bound = std::apply([&](const auto&... copy) { return tight_bound<T>(d, copy.constant()...); }, before);
    }
    return d.bound == 0 || !(std::abs(d.value - d.reference) <= d.bound);
  }
  template <class T, class... A>
  static double tight_bound(const op::Deviation& d, const A&... before) {
    if constexpr (requires { Op::reduction(d.row, d.column, before...); }) {
      const op::Reduction r = Op::reduction(d.row, d.column, before...);
      return Used::template bound<T>(r.length, r.scale);
    } else {
      return 0;
    }
  }

  const char *name_, *reference_;
};

}  // namespace compose
}  // namespace isonomy
