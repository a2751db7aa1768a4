// Values of parameters: those of --start, in their order or by name, and those of --fix.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../program/command_line.hpp"
#include "../program/program.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/normal/fixed_start.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"

namespace examples {

using isonomy::text::joined;

inline std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

/// The values of --fix, lists like "mu=5,s1=2". ValueError naming --fix for what is no such list, names that are
/// unknown or given twice, and values outside the parameters' domain.
inline std::vector<isonomy::mixture::KnownValue> parse_fixed(const std::vector<std::string>& lists,
                                                             const isonomy::mixture::NormalModel& model) {
  const std::vector<std::string> names = model.names();
  const auto refuse = [&](const std::string& what, const std::string& remedy) {
    throw isonomy::ValueError(joined("--fix: ", what, "; expected values of ", listed(names), "; ", remedy));
  };
  std::vector<isonomy::mixture::KnownValue> known;
  for (const std::string& list : lists)
    for (const std::string& field : comma_list(list)) {
      const auto equals = field.find('=');
      if (equals == std::string::npos)
        refuse(joined("'", field, "' is no name with a value"), joined("write it as in --fix ", names[0], "=1"));
      const std::string name = field.substr(0, equals), number = field.substr(equals + 1);
      if (std::find(names.begin(), names.end(), name) == names.end())
        refuse(joined("the model has no parameter '", name, "'"), "correct the name, or the options of the model");
      if (std::any_of(known.begin(), known.end(), [&](const auto& k) { return k.name == name; }))
        refuse(name + " stands twice", "drop one");
      const auto value = finite_number(number);
      if (!value) refuse(joined(name, " is '", number, "', no finite number"), "correct the value");
      known.push_back({name, *value});
    }
  // Whether the values can be had does not depend on those of the other parameters.
  std::vector<double> any(names.size(), 1);
  const double share = model.weighting == isonomy::mixture::Weighting::yields ? 1 : 1.0 / model.components;
  std::fill_n(any.begin(), model.weight_count(), share);
  try {
    static_cast<void>(start_with(model, any, known));
  } catch (const isonomy::ValueError& error) {
    throw isonomy::ValueError(joined("--fix: ", without_operation(error.what()), "; correct the value"));
  }
  return known;
}

/// "0.3,0.5,3,1" or "mu=0.5,f=0.3,s1=3,s2=1" in the order of model.names(); known values need no
/// name. ValueError naming --start for a number of values other than that of the parameters, names that are unknown,
/// missing or given twice, values outside the parameters' domain, and others than the known ones.
inline std::vector<double> parse_start(const std::string& text, const isonomy::mixture::NormalModel& model,
                                       const std::vector<isonomy::mixture::KnownValue>& known = {}) {
  const std::vector<std::string> names = model.names(), fields = comma_list(text);
  const auto refuse = [&](const std::string& what, const std::string& remedy) {
    throw isonomy::ValueError(joined("--start: ", what, "; expected values of ", listed(names), "; ", remedy));
  };
  std::vector<std::optional<double>> values(names.size());
  const bool named = text.find('=') != std::string::npos;
  if (!named && fields.size() != names.size())
    refuse(joined("there are ", fields.size(), " values for ", names.size(), " parameters"),
           "give one for each, in this order or by name");
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto equals = fields[i].find('=');
    if (named && equals == std::string::npos)
      refuse(joined("'", fields[i], "' has no name"), "give a name to all or to none");
    const std::string name = named ? fields[i].substr(0, equals) : names[i];
    const auto place = std::find(names.begin(), names.end(), name) - names.begin();
    if (place == static_cast<std::ptrdiff_t>(names.size()))
      refuse(joined("the model has no parameter '", name, "'"), "correct the name, or the options of the model");
    auto& value = values[static_cast<std::size_t>(place)];
    if (value) refuse(name + " stands twice", "drop one");
    const std::string number = named ? fields[i].substr(equals + 1) : fields[i];
    value = finite_number(number);
    if (!value) refuse(joined(name, " is '", number, "', no finite number"), "correct the value");
  }
  for (const auto& k : known) {
    auto& value = values[static_cast<std::size_t>(std::find(names.begin(), names.end(), k.name) - names.begin())];
    if (value && *value != k.value) refuse(k.name + " has another value than in --fix", "give the same, or drop one");
    value = k.value;
  }
  std::vector<double> start;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!values[i]) refuse(names[i] + " is missing", "give all of them, or leave --start out");
    start.push_back(*values[i]);
  }
  std::vector<isonomy::mixture::NormalComponent> components;
  try {
    components = components_of(model, start);
  } catch (const isonomy::ValueError& error) {
    throw isonomy::ValueError(joined("--start: ", without_operation(error.what()), "; correct the value"));
  }
  for (std::size_t k = 0; k < components.size(); ++k)
    if (!(components[k].weight > 0))
      refuse(joined("component ", k + 1, " has no weight, so that its other parameters mean nothing"),
             "give every component a weight above 0, or use fewer --components");
  return start;
}

}  // namespace examples
