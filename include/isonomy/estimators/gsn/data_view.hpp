// DataView: responses of units to conditions in repeated trials, where they lie.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/concepts.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::gsn {

/// Responses of `units` to `conditions` in `trials` of each, strides counted in elements. Trivially copyable.
///
/// Floats and doubles, where they lie; a view of whole numbers does not compile: see doubles_of().
template <Real T, MemorySpace Space = HostSpace>
struct DataView {
  using value_type = T;
  using space = Space;

  const T* data = nullptr;
  index_t units = 0, conditions = 0, trials = 0;
  index_t unit_stride = 0, condition_stride = 0, trial_stride = 1;

  ISONOMY_HD T operator()(index_t unit, index_t condition, index_t trial) const {
    return data[unit * unit_stride + condition * condition_stride + trial * trial_stride];
  }
};

/// A contiguous array of units x conditions x trials, trials fastest: the order of NumPy.
template <MemorySpace Space = HostSpace, Real T>
[[nodiscard]] DataView<T, Space> trials_fastest(const T* data, index_t units, index_t conditions, index_t trials) {
  return {data, units, conditions, trials, conditions * trials, trials, 1};
}

/// A contiguous array of units x conditions x trials, units fastest: the order of MATLAB.
template <MemorySpace Space = HostSpace, Real T>
[[nodiscard]] DataView<T, Space> units_fastest(const T* data, index_t units, index_t conditions, index_t trials) {
  return {data, units, conditions, trials, 1, units, units * conditions};
}

/// The rows of a matrix of observations x units as conditions of one trial.
template <Real T, MemorySpace Space>
[[nodiscard]] DataView<T, Space> as_conditions(MatrixView<const T, Space> rows) {
  return {rows.data, rows.columns, rows.rows, 1, rows.column_stride, rows.row_stride, 0};
}

namespace detail {

/// ValueError for a whole number that no double holds.
template <Whole T>
[[noreturn]] void not_held(const char* operation, T number, const std::string& place) {
  throw ValueError(text::joined({operation, ": ", place, " is ", std::to_string(number),
                                 ", which a double does not hold; expected whole numbers up to 9007199254740992 in "
                                 "size; subtract a whole number of each unit first, or round them"}));
}

}  // namespace detail

/// `count` whole numbers as doubles, for a view: responses of any type of these but bool.
///
/// 8 bytes a number, in the memory of the host. ValueError naming the first one, by its place from 0, that no double
/// holds, as some beyond 2^53 in size; ShapeError for a negative count, or numbers without a pointer.
template <Whole T>
[[nodiscard]] std::vector<double> doubles_of(const T* numbers, index_t count) {
  constexpr const char* operation = "gsn::doubles_of";
  check::usable(VectorView<const T>{numbers, count}, operation, "numbers");
  std::vector<double> out;
  for (index_t k = 0; k < count; ++k) {
    if (!holds_exactly<double>(numbers[k])) detail::not_held(operation, numbers[k], text::joined("number ", k));
    out.push_back(static_cast<double>(numbers[k]));
  }
  return out;
}

namespace detail {

/// first(unit) = the first condition * trials + trial at which a unit is not finite, NaN aside if it is `allowed`; or
/// -1.
template <class T, MemorySpace Space>
struct FirstNotFinite {
  DataView<T, Space> data;
  bool nan_allowed;
  VectorView<index_t, Space> first;

  ISONOMY_HD void operator()(index_t unit) const {
    first(unit) = -1;
    for (index_t at = 0; at < data.conditions * data.trials; ++at) {
      const T x = data(unit, at / data.trials, at % data.trials);
      if (x - x == 0 || (nan_allowed && x != x)) continue;
      first(unit) = at;
      return;
    }
  }
};

/// ShapeError for a view of data that is unusable, or too large to number its elements.
template <class T, class Space>
void require_usable(const DataView<T, Space>& data, const char* operation) {
  check::that(data.units >= 1 && data.conditions >= 0 && data.trials >= 0, operation, "the data have ", data.units,
              " units, ", data.conditions, " conditions and ", data.trials, " trials; give one unit at least");
  check::that(data.unit_stride >= 0 && data.condition_stride >= 0 && data.trial_stride >= 0, operation,
              "the data have strides ", data.unit_stride, ", ", data.condition_stride, ", ", data.trial_stride,
              "; all must be at least 0");
  check::that(data.data != nullptr || data.conditions == 0 || data.trials == 0, operation,
              "the data have elements but no pointer");
  constexpr index_t most = std::numeric_limits<index_t>::max();
  check::that(data.trials == 0 || data.conditions <= most / data.trials / data.units, operation, "the data are ",
              data.units, "x", data.conditions, "x", data.trials,
              ": more elements than can be numbered; use less data per call");
}

/// A place in the data.
struct Place {
  index_t unit, condition, trial;
};

/// The first element, unit by unit, that is not finite, NaN aside if that is allowed; none if there is none.
template <ContextLike Ctx, class T>
[[nodiscard]] std::optional<Place> first_not_finite(Ctx& ctx, const DataView<T, typename Ctx::space>& data,
                                                    bool nan_allowed, const char* operation) {
  Buffer<index_t, typename Ctx::tag> first(ctx, data.units, operation);
  isonomy::for_each(ctx, data.units, FirstNotFinite<T, typename Ctx::space>{data, nan_allowed, first.view()});
  const std::vector<index_t> found = to_host(ctx, first);
  for (index_t unit = 0; unit < data.units; ++unit)
    if (const index_t at = found[static_cast<std::size_t>(unit)]; at >= 0)
      return Place{unit, at / data.trials, at % data.trials};
  return std::nullopt;
}

/// ValueError for a place that is not finite.
[[noreturn]] inline void not_finite(const char* operation, const Place& at, const char* expected) {
  throw ValueError(text::joined({operation, ": the data are not finite at (", at.unit, ", ", at.condition, ", ",
                                 at.trial, "), unit, condition and trial; expected ", expected}));
}

/// ValueError naming the first element, unit by unit, that is not finite; nothing if there is none.
template <ContextLike Ctx, class T>
void require_finite(Ctx& ctx, const DataView<T, typename Ctx::space>& data, const char* operation) {
  const auto at = first_not_finite(ctx, data, false, operation);
  if (!at) return;
  if (data.trials == 1 && data.trial_stride == 0)  // rows, as_conditions()
    throw ValueError(text::joined({operation, ": the rows are not finite at (", at->condition, ", ", at->unit,
                                   "), row and unit; expected numbers; leave out rows that were not measured"}));
  not_finite(operation, *at, "numbers, as many trials for every condition; fit() takes uneven and missing data");
}

/// largest(unit) = the largest magnitude of a unit, NaN aside.
template <class T, MemorySpace Space>
struct LargestMagnitude {
  DataView<T, Space> data;
  VectorView<double, Space> largest;

  ISONOMY_HD void operator()(index_t unit) const {
    double most = 0;
    for (index_t c = 0; c < data.conditions; ++c)
      for (index_t t = 0; t < data.trials; ++t) {
        const double size = std::abs(static_cast<double>(data(unit, c, t)));
        most = size > most ? size : most;
      }
    largest(unit) = most;
  }
};

/// The magnitudes whose squares keep their digits.
inline constexpr double least_magnitude = 1e-150, most_magnitude = 1e150;

/// ValueError for a unit whose largest magnitude is beyond them.
[[noreturn]] inline void not_squarable(const char* operation, index_t unit, double size) {
  throw ValueError(
      text::joined(operation, ": the largest magnitude of unit ", unit, " is ", size,
                   "; expected 0, or from 1e-150 to 1e150, whose squares keep their digits; rescale the data"));
}

/// ValueError naming the first unit whose numbers are so large or so small that their squares would lose digits.
template <ContextLike Ctx, class T>
void require_squares(Ctx& ctx, const DataView<T, typename Ctx::space>& data, const char* operation) {
  Buffer<double, typename Ctx::tag> largest(ctx, data.units, operation);
  isonomy::for_each(ctx, data.units, LargestMagnitude<T, typename Ctx::space>{data, largest.view()});
  const std::vector<double> sizes = to_host(ctx, largest);
  for (index_t unit = 0; unit < data.units; ++unit)
    if (const double size = sizes[static_cast<std::size_t>(unit)];
        size != 0 && (size < least_magnitude || size > most_magnitude))
      not_squarable(operation, unit, size);
}

}  // namespace detail

}  // namespace isonomy::gsn
