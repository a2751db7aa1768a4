// Errors of a fit of which some values were given: those that such values can cause name their option.
#pragma once

#include <utility>

#include "../program/operation_name.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"

namespace examples {

using isonomy::text::joined;

/// What `compute()` returns, a fit of checked points from the values of --start, or another option. Values that the
/// model refuses, and a computation that breaks down from them, become a ValueError that names the option; every other
/// error, such as a lack of memory or a stop, is passed on as it is.
template <class F>
decltype(auto) from_given_start(F&& compute, const char* option = "--start") {
  const auto named = [option](const isonomy::Error& error) {
    return isonomy::ValueError(
        joined(option, ": ", without_operation(error.what()), "; give other values, or leave ", option, " out"));
  };
  try {
    return std::forward<F>(compute)();
  } catch (const isonomy::InvalidArgument& error) {
    throw named(error);
  } catch (const isonomy::NumericalError& error) {
    throw named(error);
  }
}

}  // namespace examples
