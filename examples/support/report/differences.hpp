// Where two reports differ: in settings, decisions, bits or bounds.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "report_file.hpp"

namespace examples {

/// What a difference is about, the gravest first: what was asked for and what ran it; what was decided; floating-point
/// numbers; how near an error came to its bound.
enum class Subject { setting, decision, bits, bound };

struct Difference {
  Subject subject;
  std::string text;
};

namespace detail {

/// Elements of two lists that have the same name, the first of A with the first of B; what only one has stands alone.
struct Pair {
  std::string name;
  const JsonValue *a = nullptr, *b = nullptr;
};

/// In the order of A, then what only B has.
inline std::vector<Pair> paired(const ReportFile& file_a, const JsonValue& a, const ReportFile& file_b,
                                const JsonValue& b, std::string_view key) {
  std::vector<Pair> pairs;
  std::map<std::string, std::vector<std::size_t>> places;  // of those without a partner, the first at the end
  for (const JsonValue& element : a.elements) pairs.push_back({file_a.text(element, key), &element, nullptr});
  for (std::size_t i = pairs.size(); i-- > 0;) places[pairs[i].name].push_back(i);
  for (const JsonValue& element : b.elements) {
    const std::string& name = file_b.text(element, key);
    std::vector<std::size_t>& free = places[name];
    if (free.empty()) {
      pairs.push_back({name, nullptr, &element});
    } else {
      pairs[free.back()].b = &element;
      free.pop_back();
    }
  }
  return pairs;
}

inline bool is_float(const JsonValue& v) {
  return v.kind == JsonValue::Kind::number && v.text.find_first_of(".eE") != std::string::npos;
}

/// A value in a message.
inline std::string shown(const JsonValue& v) {
  switch (v.kind) {
  case JsonValue::Kind::string: return isonomy::text::quoted(v.text);
  case JsonValue::Kind::number: return v.text;
  case JsonValue::Kind::boolean: return v.truth ? "true" : "false";
  default: return name(v.kind);
  }
}

}  // namespace detail

/// Compares two files of one kind. IoError for members that are missing or of another type.
///
/// Seconds, memory, numbers of threads, names of files, versions of the library and members that are not known here are
/// not compared.
class Comparison {
 public:
  Comparison(const ReportFile& a, const ReportFile& b) : a_(a), b_(b) {
    if (a.kind == "conformance")
      compare_conformance();
    else if (a.kind == "trace")
      compare_traces();
    else if (a.kind == "run")
      compare_estimators(""), compare_runs("");
    else
      compare_results();
    std::stable_sort(differences_.begin(), differences_.end(),
                     [](const Difference& x, const Difference& y) { return x.subject < y.subject; });
  }

  /// The gravest first, those of one subject in the order of the first file.
  [[nodiscard]] const std::vector<Difference>& differences() const { return differences_; }
  /// What was compared: "19 operations, 812 rows".
  [[nodiscard]] const std::string& extent() const { return extent_; }

 private:
  void add(Subject subject, std::string_view place, std::string_view what, std::string_view a, std::string_view b) {
    if (a != b) differences_.push_back({subject, joined(place, place.empty() ? "" : ": ", what, ": ", a, " / ", b)});
  }
  void add_alone(Subject subject, std::string_view place, bool in_a) {
    differences_.push_back({subject, joined(place, ": is in ", isonomy::text::shown((in_a ? a_ : b_).path), " alone")});
  }
  /// Whether both sides are there; otherwise that is a difference.
  bool both(Subject subject, std::string_view place, const detail::Pair& pair) {
    if (pair.a != nullptr && pair.b != nullptr) return true;
    add_alone(subject, place, pair.a != nullptr);
    return false;
  }
  void add_texts(Subject subject, std::string_view place, std::string_view what, const JsonValue& a, const JsonValue& b,
                 std::string_view key) {
    add(subject, place, what, isonomy::text::quoted(a_.text(a, key)), isonomy::text::quoted(b_.text(b, key)));
  }
  void add_values(Subject subject, std::string_view place, std::string_view what, const JsonValue& a,
                  const JsonValue& b, std::string_view key, JsonValue::Kind kind) {
    add(subject, place, what, detail::shown(a_.member(a, key, kind)), detail::shown(b_.member(b, key, kind)));
  }
  [[nodiscard]] std::vector<detail::Pair> pairs(const JsonValue& a, const JsonValue& b, std::string_view list,
                                                std::string_view key) const {
    return detail::paired(a_, a_.list(a, list), b_, b_.list(b, list), key);
  }

  void compare_conformance() {
    using Kind = JsonValue::Kind;
    const JsonValue &a = a_.whole(), &b = b_.whole();
    add_values(Subject::setting, "", "seed differs", a, b, "seed", Kind::number);
    add_texts(Subject::setting, "", "level differs", a, b, "level");
    add_texts(Subject::setting, "", "determinism differs", a, b, "determinism");
    std::size_t operations = 0;
    for (const detail::Pair& pair : pairs(a, b, "operations", "operation")) {
      ++operations;
      if (both(Subject::decision, pair.name, pair)) compare_operations(pair.name, *pair.a, *pair.b);
    }
    if (std::none_of(differences_.begin(), differences_.end(),
                     [](const Difference& d) { return d.subject == Subject::decision; }))
      add_values(Subject::decision, "", "conforms differs", a, b, "conforms", Kind::boolean);
    extent_ = joined(operations, " operations, ", rows_, " rows");
  }

  void compare_operations(const std::string& operation, const JsonValue& a, const JsonValue& b) {
    const std::size_t before = differences_.size();
    for (const detail::Pair& pair : pairs(a, b, "rows", "row")) {
      ++rows_;
      const std::string place = joined(operation, ", row \"", isonomy::text::shown(pair.name), "\"");
      if (!both(Subject::decision, place, pair)) continue;
      add(Subject::decision, place, "verdict differs", verdict(a_, *pair.a), verdict(b_, *pair.b));
      add(Subject::decision, place, "decisions differ", a_.hash(*pair.a, "decisions"), b_.hash(*pair.b, "decisions"));
      add(Subject::bits, place, "bits differ", a_.hash(*pair.a, "bits"), b_.hash(*pair.b, "bits"));
      add(Subject::bound, place, "ratio to the bound differs", a_.number_or_null(*pair.a, "ratio"),
          b_.number_or_null(*pair.b, "ratio"));
    }
    // What rows say already is not said again.
    if (differences_.size() > before) return;
    for (const char* count : {"passed", "failed", "declined"})
      add_values(Subject::decision, operation, joined("number ", count, " differs"), a, b, count,
                 JsonValue::Kind::number);
    for (const char* size : {"smallest", "largest"})
      add_texts(Subject::decision, operation, joined(size, " size differs"), a, b, size);
  }
  static const std::string& verdict(const ReportFile& file, const JsonValue& row) {
    const std::string& found = file.text(row, "verdict");
    constexpr std::array<std::string_view, 4> known{"passed", "failed", "declined", "skipped"};
    if (std::find(known.begin(), known.end(), found) == known.end())
      file.refuse(*row.find("verdict"), joined("'verdict' is ", isonomy::text::quoted(found)),
                  joined("one of ", isonomy::text::listed(known)));
    return found;
  }

  /// `prefix` stands before the names of members.
  void compare_estimators(std::string_view prefix) {
    add_texts(Subject::setting, "", joined(prefix, "estimator differs"), a_.report(), b_.report(), "estimator");
  }
  void compare_runs(std::string_view prefix) {
    const JsonValue &a = a_.report(), &b = b_.report();
    for (const char* key : {"determinism", "math_mode", "precision"})
      add_texts(Subject::setting, "", joined(prefix, key, " differs"), a, b, key);
    add_values(Subject::setting, "", joined(prefix, "bytes_moved differs"), a, b, "bytes_moved",
               JsonValue::Kind::number);
    compare_used(prefix, a, b);
    for (const detail::Pair& pair : pairs(a, b, "operations", "operation")) {
      if (!both(Subject::setting, pair.name, pair)) continue;
      add_texts(Subject::setting, pair.name, "backend differs", *pair.a, *pair.b, "backend");
      add(Subject::setting, pair.name, "declines differ", declines(a_, *pair.a), declines(b_, *pair.b));
    }
    std::size_t decisions = 0;
    for (const detail::Pair& pair : pairs(a, b, "decisions", "decision")) {
      ++decisions;
      const std::string place = joined("decision \"", isonomy::text::shown(pair.name), "\"");
      if (!both(Subject::decision, place, pair)) continue;
      add_texts(Subject::decision, place, "value differs", *pair.a, *pair.b, "value");
      add(Subject::bits, place, "margin differs", margin(a_, *pair.a), margin(b_, *pair.b));
    }
    compare_warnings();
    extent_ = joined(decisions, " decisions");
  }
  /// The backend of the context; who was asked before it and the device are the machine's. Older reports lack it.
  void compare_used(std::string_view prefix, const JsonValue& a, const JsonValue& b) {
    if (a.find("used") == nullptr || b.find("used") == nullptr) return;
    const auto used = [](const ReportFile& file, const JsonValue& report) -> const JsonValue& {
      return file.member(report, "used", JsonValue::Kind::object);
    };
    add_texts(Subject::setting, "", joined(prefix, "used.backend differs"), used(a_, a), used(b_, b), "backend");
  }
  static std::string declines(const ReportFile& file, const JsonValue& operation) {
    std::vector<std::string> out;
    for (const JsonValue& d : file.list(operation, "declined").elements)
      out.push_back(joined(file.text(d, "backend"), " ", file.text(d, "reason")));
    return out.empty() ? "none" : isonomy::text::shown(isonomy::text::listed(out));
  }
  static std::string margin(const ReportFile& file, const JsonValue& decision) {
    return decision.find("margin") == nullptr ? "no runner-up" : file.number_or_null(decision, "margin");
  }
  void compare_warnings() {
    std::vector<std::string> left = warnings(b_);
    for (const std::string& warning : warnings(a_)) {
      const auto same = std::find(left.begin(), left.end(), warning);
      if (same == left.end())
        add_alone(Subject::decision, joined("warning ", isonomy::text::quoted(warning)), true);
      else
        left.erase(same);
    }
    for (const std::string& warning : left)
      add_alone(Subject::decision, joined("warning ", isonomy::text::quoted(warning)), false);
  }
  static std::vector<std::string> warnings(const ReportFile& file) {
    std::vector<std::string> out;
    for (const JsonValue& warning : file.member(file.report(), "warnings", JsonValue::Kind::array).elements) {
      if (warning.kind != JsonValue::Kind::string)
        file.refuse(warning, joined("'warnings' holds ", name(warning.kind)), "strings");
      out.push_back(warning.text);
    }
    return out;
  }

  /// Events in their order, up to the first that is of another operation: from there on they tell of other things.
  void compare_traces() {
    using Kind = JsonValue::Kind;
    std::size_t i = 0;
    for (; i < std::min(a_.values.size(), b_.values.size()); ++i) {
      const JsonValue &a = a_.values[i], &b = b_.values[i];
      const std::string &operation = a_.text(a, "operation"), &other = b_.text(b, "operation");
      const std::string place = joined("event ", i + 1, ", ", isonomy::text::shown(operation));
      add(Subject::decision, joined("event ", i + 1), "operation differs", isonomy::text::quoted(operation),
          isonomy::text::quoted(other));
      if (operation != other) break;
      add_texts(Subject::setting, place, "backend differs", a, b, "backend");
      add(Subject::setting, place, "declines differ", declines(a_, a), declines(b_, b));
      add_values(Subject::setting, place, "bytes_moved differs", a, b, "bytes_moved", Kind::number);
      for (const char* key : {"elements", "shape"})
        add_texts(Subject::decision, place, joined(key, " differs"), a, b, key);
      add_values(Subject::decision, place, "depth differs", a, b, "depth", Kind::number);
      add_values(Subject::decision, place, "failed differs", a, b, "failed", Kind::boolean);
    }
    add(Subject::decision, "", "number of events differs", std::to_string(a_.values.size()),
        std::to_string(b_.values.size()));
    extent_ = joined(i, " events");
  }

  /// What a program has written, with the report where it stands.
  void compare_results() {
    compare_estimators("report.");
    compare_members("", a_.whole(), b_.whole(), Subject::decision);
    extent_ = joined(values_, " values, ", extent_);
  }
  void compare_members(const std::string& path, const JsonValue& a, const JsonValue& b, Subject subject) {
    const auto inside = [&](const std::string& key) { return path.empty() ? key : joined(path, ".", key); };
    for (std::size_t i = 0; i < a.keys.size(); ++i) {
      const std::string place = inside(a.keys[i]);
      if (std::find(left_out.begin(), left_out.end(), place) != left_out.end()) continue;
      if (place == "report") {
        compare_runs("report.");
        continue;
      }
      const bool settings = place == "run" || place == "model" || place == "options";
      if (const JsonValue* other = b.find(a.keys[i]))
        compare_values(place, a.elements[i], *other, settings ? Subject::setting : subject);
      else
        add_alone(subject, place, true);
    }
    for (const std::string& key : b.keys)
      if (a.find(key) == nullptr) add_alone(subject, inside(key), false);
  }
  void compare_values(const std::string& path, const JsonValue& a, const JsonValue& b, Subject subject) {
    using Kind = JsonValue::Kind;
    if (a.kind == Kind::object && b.kind == Kind::object) return compare_members(path, a, b, subject);
    if (a.kind != Kind::array || b.kind != Kind::array) {
      ++values_;
      const bool floats = detail::is_float(a) || detail::is_float(b);
      return add(floats && subject == Subject::decision ? Subject::bits : subject, "", joined(path, " differs"),
                 detail::shown(a), detail::shown(b));
    }
    add(subject, "", joined("number of ", path, " differs"), std::to_string(a.elements.size()),
        std::to_string(b.elements.size()));
    for (std::size_t i = 0; i < std::min(a.elements.size(), b.elements.size()); ++i)
      compare_values(joined(path, "[", i, "]"), a.elements[i], b.elements[i], subject);
  }

  /// What a machine, the place of a file or a release of the library changes.
  static constexpr std::array<std::string_view, 14> left_out{
      "isonomy",         "run.input",      "run.test",          "run.ref",       "run.df_scales",
      "run.df_cat",      "run.threads",    "run.backend",       "run.device",    "options.threads",
      "options.backend", "options.device", "options.df_scales", "options.df_cat"};

  const ReportFile &a_, &b_;
  std::vector<Difference> differences_;
  std::string extent_;
  std::size_t rows_ = 0, values_ = 0;
};

}  // namespace examples
