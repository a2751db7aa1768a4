// The golden cases of gsn: how their inputs are rebuilt, the options, and what the reference answered.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/estimators/gsn/simulation/portable_data.hpp"
#include "isonomy/io/text/json_reader.hpp"
#include "isonomy/io/text/source.hpp"
#include "support/gsn/masks.hpp"
#include "support/gsn/trials.hpp"
#include "support/numbers.hpp"

namespace isonomy::test {

/// What is known of a matrix: sums, and all of it (by rows) where it is small. NaN where the reference has none.
struct GsnMatrix {
  double trace = not_a_number, fro = not_a_number, sum = not_a_number, omega = not_a_number;
  std::vector<double> full;
};

/// Negative log-likelihoods over the levels, NaN where singular, and by how little the best is less than the next,
/// relative to itself; empty where no level was chosen by them.
struct GsnCurve {
  std::vector<double> nll;
  double margin = not_a_number;
};

/// What the reference returned.
struct GsnAnswer {
  double level_noise = 0, level_data = 0;
  int iterations = 0;
  std::vector<std::string> warnings;
  std::vector<int> ridge;  ///< of every nearest_psd: 0 it was definite, 1 projected, 2 and a ridge added
  std::vector<double> ncsnr, mean_signal;
  GsnCurve noise, data;
  GsnMatrix noise_covariance, signal_covariance, noise_biconvex, signal_biconvex;
  std::vector<double> eigenvalues_signal, eigenvalues_difference;
};

struct GsnAlternative {
  std::string why;
  GsnAnswer expected;
};

struct GsnCase {
  std::string id, regime;  ///< regime: even, uneven or missing
  gsn::PortableData generator;
  std::vector<GsnTransform> transforms;
  GsnMask mask;
  bool shrinkage = true;       ///< false: the single level 1
  std::vector<double> levels;  ///< empty: those of the default, 0 to 1 by 0.02
  std::string uneven;          ///< the option of that name; empty: its default
  std::size_t finite = 0, missing = 0;
  double first = 0, last = 0, sum = 0, sum_of_squares = 0;
  std::string sha256;  ///< its first 16 digits
  GsnAnswer expected;
  std::vector<GsnAlternative> alternatives;

  [[nodiscard]] Trials data() const {
    Trials d = random_trials(generator);
    for (const GsnTransform& step : transforms) apply(d, step);
    apply(d, mask);
    return d;
  }
};

namespace detail {

inline const io::JsonValue& member(const io::JsonValue& v, const char* key) {
  const io::JsonValue* found = v.find(key);
  if (!found) throw std::invalid_argument("line " + std::to_string(v.line) + ": no member " + key);
  return *found;
}
/// null is NaN.
inline double number(const io::JsonValue& v) {
  if (v.kind == io::JsonValue::Kind::null) return not_a_number;
  if (v.kind == io::JsonValue::Kind::boolean) return v.truth ? 1 : 0;
  if (v.kind != io::JsonValue::Kind::number)
    throw std::invalid_argument("line " + std::to_string(v.line) + ": a number expected");
  return std::strtod(v.text.c_str(), nullptr);
}
inline double number(const io::JsonValue& v, const char* key) { return number(member(v, key)); }
inline double number(const io::JsonValue& v, const char* key, double otherwise) {
  const io::JsonValue* found = v.find(key);
  return found ? number(*found) : otherwise;
}
inline std::vector<double> numbers(const io::JsonValue& v) {
  std::vector<double> result;
  for (const io::JsonValue& e : v.elements) result.push_back(number(e));
  return result;
}

inline GsnMatrix gsn_matrix(const io::JsonValue& v) {
  const io::JsonValue* full = v.find("full");
  return {number(v, "trace"), number(v, "fro"), number(v, "sum"), number(v, "omega"),
          full ? numbers(*full) : std::vector<double>{}};
}

inline GsnCurve gsn_curve(const io::JsonValue& expect, const char* which) {
  const io::JsonValue* nll = member(expect, "nll").find(which);
  return nll ? GsnCurve{numbers(*nll), number(member(expect, "margin"), which)} : GsnCurve{};
}

inline GsnAnswer gsn_answer(const io::JsonValue& v) {
  GsnAnswer a;
  a.level_noise = number(v, "shrinklevelN");
  a.level_data = number(v, "shrinklevelD");
  a.iterations = static_cast<int>(number(v, "numiters"));
  for (const io::JsonValue& w : member(v, "warnings").elements) a.warnings.push_back(w.text);
  for (const io::JsonValue& r : member(v, "ridge").elements) a.ridge.push_back(static_cast<int>(number(r)));
  a.ncsnr = numbers(member(v, "ncsnr"));
  a.mean_signal = numbers(member(v, "mnS"));
  a.noise = gsn_curve(v, "N");
  a.data = gsn_curve(v, "D");
  a.noise_covariance = gsn_matrix(member(v, "cN"));
  a.signal_covariance = gsn_matrix(member(v, "cS"));
  a.noise_biconvex = gsn_matrix(member(v, "cNb"));
  a.signal_biconvex = gsn_matrix(member(v, "cSb"));
  a.eigenvalues_signal = numbers(member(v, "eigvals_signal"));
  a.eigenvalues_difference = numbers(member(v, "eigvals_difference"));
  return a;
}

inline gsn::PortableData gsn_generator(const io::JsonValue& v) {
  const auto whole = [&](const char* key) { return static_cast<index_t>(number(v, key)); };
  return {whole("N"),
          whole("C"),
          whole("T"),
          whole("K"),
          number(v, "sigma"),
          static_cast<std::uint32_t>(number(v, "seed")),
          static_cast<index_t>(number(v, "r", 0))};
}

inline GsnMask gsn_mask(const io::JsonValue& v) {
  const auto whole = [&](const char* key) { return static_cast<index_t>(number(v, key, 0)); };
  return {member(v, "kind").text,
          static_cast<std::uint32_t>(whole("seed")),
          whole("low"),
          whole("condition"),
          number(v, "unit", 0) != 0,
          number(v, "p", 0),
          number(v, "q", 0)};
}

inline GsnTransform gsn_transform(const io::JsonValue& v) {
  GsnTransform step{v.elements.at(0).text, {}};
  for (std::size_t k = 1; k < v.elements.size(); ++k) step.numbers.push_back(number(v.elements[k]));
  return step;
}

inline GsnCase gsn_case(const io::JsonValue& v) {
  GsnCase c;
  c.id = member(v, "id").text;
  c.regime = member(v, "regime").text;
  c.generator = gsn_generator(member(v, "generator"));
  if (const io::JsonValue* steps = v.find("transforms"))
    for (const io::JsonValue& step : steps->elements) c.transforms.push_back(gsn_transform(step));
  if (const io::JsonValue* mask = v.find("mask")) c.mask = gsn_mask(*mask);
  const io::JsonValue& options = member(v, "options");
  c.shrinkage = number(options, "wantshrinkage", 1) != 0;
  if (const io::JsonValue* levels = options.find("shrinklevels")) c.levels = numbers(*levels);
  if (const io::JsonValue* uneven = options.find("uneven")) c.uneven = uneven->text;
  const io::JsonValue& data = member(v, "data");
  c.finite = static_cast<std::size_t>(number(data, "finite"));
  c.missing = static_cast<std::size_t>(number(data, "nan"));
  c.first = number(data, "first");
  c.last = number(data, "last");
  c.sum = number(data, "sum");
  c.sum_of_squares = number(data, "sumsq");
  c.sha256 = member(data, "sha256").text;
  c.expected = gsn_answer(member(v, "expect"));
  if (const io::JsonValue* others = v.find("alternative"))
    for (const io::JsonValue& a : others->elements)
      c.alternatives.push_back({member(a, "why").text, gsn_answer(member(a, "expect"))});
  return c;
}

}  // namespace detail

/// The cases of a file of tests/reference/gsn: "even", "uneven", "missing" or "spec".
inline std::vector<GsnCase> gsn_cases(const std::string& file) {
  const io::JsonValue all = io::read_json(io::Source(ISONOMY_TEST_DATA "/gsn/" + file + ".json", "golden cases"));
  std::vector<GsnCase> cases;
  for (const io::JsonValue& v : detail::member(all, "cases").elements) cases.push_back(detail::gsn_case(v));
  return cases;
}

}  // namespace isonomy::test
