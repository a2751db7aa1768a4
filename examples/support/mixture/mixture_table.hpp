// The parameters of a fitted mixture as text for people: rounded to what their errors leave of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iomanip>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "../profile/summary.hpp"
#include "../program/aligned.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/io/reports/mixture_report.hpp"
#include "mixture_options.hpp"

namespace examples {

using isonomy::text::joined;

/// `value` with as many decimals as give `error` so many significant digits; ten digits of the value if there is no
/// error to go by.
inline std::string rounded(double value, double error, int digits) {
  std::ostringstream out;
  if (!(error > 0) || !std::isfinite(error)) {
    out << std::setprecision(digits == 0 ? 4 : 10) << value;
    return out.str();
  }
  const int decimals = digits - 1 - static_cast<int>(std::floor(std::log10(error)));
  const double size = std::max(std::abs(value), error);
  if (decimals <= 9 && size < 1e7) return fixed(value, std::max(decimals, 0));
  const int before = static_cast<int>(std::floor(std::log10(size)));
  out << std::scientific << std::setprecision(std::clamp(decimals + before, 0, 16)) << value;
  return out.str();
}

namespace detail {

/// A profile's end, or why there is none.
inline std::string profile_text(double distance, isonomy::mixture::CrossingStatus status, double error) {
  if (status == isonomy::mixture::CrossingStatus::found) return (distance > 0 ? "+" : "") + rounded(distance, error, 4);
  std::string text = isonomy::mixture::name(status);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

}  // namespace detail

/// A row a parameter with value, symmetric error, profile errors and global correlation, then the correlations; values
/// alone and the reason where a fit has no errors.
inline std::string parameter_table(const isonomy::io::MixtureFit& fit) {
  const auto& names = fit.result.names;
  const auto& values = fit.result.minimum.parameters;
  const auto error = [&fit](std::size_t i) { return fit.error(i); };
  std::vector<std::vector<std::string>> rows{{"parameter", "value"}};
  if (!fit.usable()) {
    for (std::size_t i = 0; i < names.size(); ++i)
      rows.push_back({names[i], rounded(values[i], 0, 4), fit.fixed(i) ? "fixed" : ""});
    const bool valid = fit.result.minimum.valid();
    return joined(aligned(rows), valid ? "\nno errors, though the fit is " : "\nno errors, since the fit is ",
                  fit.status(), "\n");
  }
  rows[0].insert(rows[0].end(), {"error", "minos lower", "minos upper", "global correlation"});
  if (fit.minos.empty()) rows[0].erase(rows[0].begin() + 3, rows[0].begin() + 5);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool held = !fit.has_error(i);
    rows.push_back({names[i], rounded(values[i], error(i), 4),
                    fit.fixed(i)      ? "fixed"
                    : fit.idle(i)     ? "no weight"
                    : fit.at_bound(i) ? "at bound"
                                      : rounded(error(i), error(i), 4)});
    if ((fit.idle(i) || fit.fixed(i)) && !fit.minos.empty()) {
      rows.back().insert(rows.back().end(), {"-", "-"});
    } else if (!fit.minos.empty()) {
      rows.back().push_back(detail::profile_text(fit.minos[i].lower, fit.minos[i].lower_status, error(i)));
      rows.back().push_back(detail::profile_text(fit.minos[i].upper, fit.minos[i].upper_status, error(i)));
    }
    rows.back().push_back(held ? "-" : fixed(fit.global_correlation(i), 3));
  }
  std::vector<std::vector<std::string>> correlations{{"correlation"}};
  for (const auto& name : names) correlations[0].push_back(name);
  for (std::size_t i = 0; i < names.size(); ++i) {
    correlations.push_back({names[i]});
    for (std::size_t j = 0; j < names.size(); ++j)
      correlations.back().push_back(fit.has_error(i) && fit.has_error(j) ? fixed(fit.correlation(i, j), 3) : "-");
  }
  return joined(aligned(rows), "\n", aligned(correlations));
}

/// "mu1" as "μ₁", "s2" as "σ₂": how figures write parameters.
inline std::string symbol(std::string_view name) {
  const auto digit = name.find_first_of("0123456789");
  const std::string_view stem = name.substr(0, digit);
  std::string out = stem == "mu" ? "μ" : stem == "s" ? "σ" : stem == "n" ? "N" : std::string(stem);
  constexpr const char* subscripts[] = {"₀", "₁", "₂", "₃", "₄", "₅", "₆", "₇", "₈", "₉"};
  if (digit != std::string_view::npos)
    for (const char c : name.substr(digit)) out += subscripts[c - '0'];
  return out;
}

/// What --components says: a number, or the least and the largest to choose from.
inline std::string components_text(const MixtureOptions& options) {
  const std::string least = std::to_string(options.model.components);
  return options.has_choice() ? joined(least, "-", options.most_components) : least;
}

/// A row for each number of components that was tried.
inline std::string components_table(const std::vector<isonomy::io::TriedComponents>& tried) {
  std::vector<std::vector<std::string>> rows{{"K", "parameters", "NLL", "BIC", "AIC", "status"}};
  for (const auto& t : tried)
    rows.push_back({std::to_string(t.components), std::to_string(t.parameters), fixed(t.nll, 6), fixed(t.bic, 6),
                    fixed(t.aic, 6),
                    joined(t.status, t.chosen   ? ", chosen"
                                     : t.usable ? ""
                                                : ", not usable")});
  return aligned(rows);
}

}  // namespace examples
