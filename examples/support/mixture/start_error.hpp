// Errors of fits in terms of the command line: the option whose values, or the file whose points they come from.
#pragma once

#include <string>
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

/// What `compute()` returns, a computation that depends on the points of a file alone: what it refuses in them becomes
/// an IoError that names the file.
template <class F>
decltype(auto) from_points(const std::string& path, F&& compute) {
  try {
    return std::forward<F>(compute)();
  } catch (const isonomy::InvalidArgument& error) {
    throw isonomy::IoError(path, 0, without_operation(error.what()));
  }
}

}  // namespace examples
