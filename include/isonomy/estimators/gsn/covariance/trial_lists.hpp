// Which trials of which conditions count, and what the contrasts of a condition are multiplied by.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"

namespace isonomy::gsn::detail {

/// Conditions, the trials of each that count, and what each condition's contrasts are multiplied by.
struct TrialSelection {
  std::vector<index_t> conditions, trials;
  std::vector<index_t> offsets{0};  ///< the trials of place b are trials[offsets[b]] to trials[offsets[b + 1] - 1]
  std::vector<double> scales;

  void add(index_t condition, const std::vector<index_t>& its_trials, double scale) {
    conditions.push_back(condition);
    trials.insert(trials.end(), its_trials.begin(), its_trials.end());
    offsets.push_back(static_cast<index_t>(trials.size()));
    scales.push_back(scale);
  }
  [[nodiscard]] index_t size() const { return static_cast<index_t>(conditions.size()); }
  /// Of the condition that has most.
  [[nodiscard]] index_t most_trials() const {
    index_t most = 0;
    for (std::size_t b = 1; b < offsets.size(); ++b) most = std::max(most, offsets[b] - offsets[b - 1]);
    return most;
  }
  /// One less than its trials for each condition.
  [[nodiscard]] index_t contrasts() const { return static_cast<index_t>(trials.size()) - size(); }
};

/// "1, 4, 7", at most 20 of them.
[[nodiscard]] inline std::string listed(const std::vector<index_t>& numbers) {
  constexpr std::size_t most = 20;
  std::string list;
  for (std::size_t k = 0; k < numbers.size() && k < most; ++k)
    list += (list.empty() ? "" : ", ") + std::to_string(numbers[k]);
  return numbers.size() > most ? list + " and " + std::to_string(numbers.size() - most) + " more" : list;
}

/// All conditions, ascending.
[[nodiscard]] inline std::vector<index_t> every(index_t conditions) {
  std::vector<index_t> all;
  for (index_t c = 0; c < conditions; ++c) all.push_back(c);
  return all;
}

/// All trials of these conditions.
[[nodiscard]] inline TrialSelection all_trials(const std::vector<index_t>& conditions, index_t trials, double scale) {
  TrialSelection selection;
  for (const index_t condition : conditions) selection.add(condition, every(trials), scale);
  return selection;
}

/// The trials of each condition that count, ascending.
class TrialLists {
 public:
  TrialLists() = default;
  explicit TrialLists(std::vector<std::vector<index_t>> lists) : lists_(std::move(lists)) {}
  /// All trials of all conditions.
  TrialLists(index_t conditions, index_t trials) : lists_(static_cast<std::size_t>(conditions), every(trials)) {}

  [[nodiscard]] index_t conditions() const { return static_cast<index_t>(lists_.size()); }
  [[nodiscard]] const std::vector<index_t>& of(index_t condition) const {
    return lists_[static_cast<std::size_t>(condition)];
  }
  [[nodiscard]] index_t count(index_t condition) const { return static_cast<index_t>(of(condition).size()); }

  /// Those of these conditions that have a covariance of trials: two trials or more.
  [[nodiscard]] std::vector<index_t> repeated(const std::vector<index_t>& conditions) const {
    std::vector<index_t> kept;
    for (const index_t c : conditions)
      if (count(c) >= 2) kept.push_back(c);
    return kept;
  }
  /// The trials of these conditions.
  [[nodiscard]] TrialSelection selection(const std::vector<index_t>& conditions) const {
    TrialSelection selection;
    for (const index_t c : conditions) selection.add(c, of(c), 1);
    return selection;
  }
  /// The same, scaled so that contrasts have the mean over conditions of their covariances, each of which counts alike
  /// whatever its trials.
  [[nodiscard]] TrialSelection averaged(const std::vector<index_t>& conditions) const {
    TrialSelection selection = this->selection(conditions);
    for (std::size_t b = 0; b < conditions.size(); ++b)
      selection.scales[b] =
          1 / std::sqrt(static_cast<double>(conditions.size()) * static_cast<double>(count(conditions[b]) - 1));
    return selection;
  }

 private:
  std::vector<std::vector<index_t>> lists_;
};

}  // namespace isonomy::gsn::detail
