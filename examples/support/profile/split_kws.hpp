// The compact syntax of --split-kws: families separated by ';', each with its arguments.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "../program/operation_name.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/features/enumerate_splits.hpp"

namespace examples {

inline constexpr const char* split_kws_help =
    "families of splits, separated by ';' : a family alone takes its defaults, with arguments it needs all of them, as "
    "in 'Segment:n_split_min=1,n_split_max=15;Pattern:steps=3/4,n_min=2,n_max=4,len_max=15;PeriodicPattern:steps=3/4'";

namespace detail {

using Arguments = std::map<std::string, std::string>;
namespace text = isonomy::text;

[[noreturn]] inline void refuse_splits(const std::string& what, const std::string& remedy) {
  throw isonomy::ValueError(text::joined("--split-kws: ", what, "; expected ", remedy));
}

inline int split_number(const std::string& family, const std::string& name, std::string_view value) {
  const auto number = text::whole_number(value);
  if (!number)
    refuse_splits(text::joined(family, " ", name, "=", text::quoted(value)), "a whole number; correct the value");
  return *number;
}

inline std::vector<int> split_steps(const std::string& family, std::string_view value) {
  std::vector<int> steps;
  if (!value.empty())
    for (const auto step : text::fields(value, '/')) steps.push_back(split_number(family, "steps", step));
  return steps;
}

/// The arguments of one family: exactly those of `wanted`, or none.
inline Arguments family_arguments(const std::string& family, std::string_view list,
                                  const std::vector<std::string>& wanted) {
  Arguments out;
  for (const auto field : text::fields(list, ',')) {
    const auto equals = std::min(field.find('='), field.size());
    const std::string name(field.substr(0, equals));
    if (std::find(wanted.begin(), wanted.end(), name) == wanted.end())
      refuse_splits(text::joined("'", name, "' is no argument of ", family),
                    text::listed(wanted) + "; correct the name");
    if (!out.emplace(name, field.substr(std::min(equals + 1, field.size()))).second)
      refuse_splits(text::joined(family, " has ", name, " twice"), "each argument once; drop one");
  }
  for (const auto& name : wanted)
    if (out.count(name) == 0)
      refuse_splits(text::joined(family, " lacks ", name),
                    text::joined("all of ", text::listed(wanted), ", or none for the defaults; add it"));
  return out;
}

inline isonomy::profiling::SplitOptions split_families(std::string_view kws) {
  using namespace isonomy::profiling;
  SplitOptions out{{}, {}, {}};
  for (const auto entry : text::fields(kws, ';')) {
    const auto colon = entry.find(':');
    const std::string family(entry.substr(0, colon));
    const auto arguments = [&](const std::vector<std::string>& wanted) {
      return colon == std::string_view::npos ? Arguments{} : family_arguments(family, entry.substr(colon + 1), wanted);
    };
    const auto once = [&family](bool known) {
      if (known) refuse_splits(text::joined("the family ", family, " stands twice"), "each family once; drop one");
    };
    if (family == "Segment") {
      once(out.segment.has_value());
      out.segment.emplace();
      for (const auto& [name, value] : arguments({"n_split_min", "n_split_max"}))
        (name == "n_split_min" ? out.segment->n_split_min : out.segment->n_split_max) =
            split_number(family, name, value);
    } else if (family == "Pattern") {
      once(out.pattern.has_value());
      out.pattern.emplace();
      for (const auto& [name, value] : arguments({"steps", "n_min", "n_max", "len_max"})) {
        auto& p = *out.pattern;
        if (name == "steps")
          p.steps = split_steps(family, value);
        else
          (name == "n_min" ? p.n_min : name == "n_max" ? p.n_max : p.len_max) = split_number(family, name, value);
      }
    } else if (family == "PeriodicPattern") {
      once(out.periodic_pattern.has_value());
      out.periodic_pattern.emplace();
      for (const auto& [name, value] : arguments({"steps"})) out.periodic_pattern->steps = split_steps(family, value);
    } else {
      refuse_splits(text::quoted(family) + " is no family of splits",
                    "Segment, Pattern or PeriodicPattern; correct the name");
    }
  }
  return out;
}

}  // namespace detail

/// The options that `kws` names. ValueError naming the family, the argument and its value.
inline isonomy::profiling::SplitOptions parse_split_kws(std::string_view kws) {
  const auto options = detail::split_families(detail::text::without_blanks(kws));
  try {
    validate(options);
  } catch (const isonomy::ValueError& error) {
    throw isonomy::ValueError("--split-kws: " + without_operation(error.what()));
  }
  return options;
}

}  // namespace examples
