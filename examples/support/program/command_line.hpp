// What the programs' command lines have in common: groups of options, whole numbers, lower limits.
#pragma once

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"

namespace examples {

using isonomy::text::joined;

/// The type of number that T, or an optional T, holds; void where it is no whole number.
template <class T>
struct WholeNumber {
  using type = void;
};
template <std::integral T>
struct WholeNumber<T> {
  using type = T;
};
template <std::integral T>
struct WholeNumber<std::optional<T>> {
  using type = T;
};

/// What keeps `text` from being a Number, for CLI11, which itself saturates and wraps round.
template <std::integral Number>
std::string whole_number(const std::string& text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + (text.starts_with('+') ? 1 : 0), end, number);
  if (error == std::errc() && stop == end) return {};
  return joined("'", text, "' is no whole number from ", std::numeric_limits<Number>::min(), " to ",
                std::numeric_limits<Number>::max());
}

/// What keeps `text` from being a name: a variable of a script that was not set must not pass for an option left out.
inline std::string some_text(const std::string& text) { return text.empty() ? "the value is empty" : ""; }

/// Adds options to one group of the help text.
struct OptionGroup {
  CLI::App& app;
  std::string name;

  template <class T>
  CLI::Option* option(const std::string& names, T& value, const std::string& type, const std::string& text) const {
    auto* added = app.add_option(names, value, text)->type_name(type)->group(name);
    using Number = typename WholeNumber<T>::type;
    if constexpr (!std::is_void_v<Number> && !std::is_same_v<Number, bool>) added->check(whole_number<Number>);
    if constexpr (std::is_same_v<T, std::string>) added->check(some_text);
    return added;
  }
  /// A text that may be empty, as labels may.
  CLI::Option* any_text(const std::string& names, std::string& value, const std::string& type,
                        const std::string& text) const {
    return app.add_option(names, value, text)->type_name(type)->group(name);
  }
  /// An option with the default in the help text.
  template <class T>
  CLI::Option* with_default(const std::string& names, T& value, const std::string& type,
                            const std::string& text) const {
    return option(names, value, type, text)->capture_default_str();
  }
  CLI::Option* choice(const std::string& names, std::string& value, const std::vector<std::string>& values,
                      const std::string& text) const {
    return with_default(names, value, "", text)->check(CLI::IsMember(values));
  }
  CLI::Option* flag(const std::string& names, bool& value, const std::string& text) const {
    return app.add_flag(names, value, text)->group(name);
  }
};

/// The finite number that `text` is, or nothing.
inline std::optional<double> finite_number(std::string_view text) {
  const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size() || !std::isfinite(value))
    return {};
  return value;
}

/// The fields of a list separated by commas, without blanks around them.
inline std::vector<std::string> comma_list(std::string_view text) {
  std::vector<std::string> out;
  for (;;) {
    const auto comma = text.find(',');
    const std::string_view field = text.substr(0, comma);
    const auto first = field.find_first_not_of(' ');
    out.emplace_back(first == std::string_view::npos ? std::string_view{}
                                                     : field.substr(first, field.find_last_not_of(' ') - first + 1));
    if (comma == std::string_view::npos) return out;
    text.remove_prefix(comma + 1);
  }
}

/// ValueError naming the option.
inline void require_at_least(const char* option, std::int64_t value, std::int64_t least, const char* remedy) {
  if (value < least) throw isonomy::ValueError(joined(option, "=", value, "; expected at least ", least, "; ", remedy));
}

}  // namespace examples
