// The results of gsn as text for people.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iomanip>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "../profile/summary.hpp"
#include "../program/aligned.hpp"
#include "gsn_options.hpp"
#include "gsn_outputs.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/gsn/levels/choice.hpp"
#include "isonomy/estimators/gsn/levels/options.hpp"

namespace examples {

using isonomy::text::joined;

namespace detail {

/// Ten significant digits at most.
inline std::string number_of(double value) {
  std::ostringstream out;
  out << std::setprecision(10) << value + 0.0;
  return out.str();
}

/// "51, from 0 to 1", or why there are none.
inline std::string grid_text(const isonomy::gsn::LevelChoice& choice) {
  const auto [least, most] = std::minmax_element(choice.levels.begin(), choice.levels.end());
  if (choice.rule == isonomy::gsn::LevelRule::analytic) return "none, by formula";
  if (choice.levels.size() == 1) return "none, one was given";
  return joined({choice.levels.size(), ", from ", number_of(*least), " to ", number_of(*most)});
}

/// What is held out, or why nothing is.
inline std::string held_out_text(const isonomy::gsn::LevelChoice& choice) {
  if (choice.nll.empty()) return "-";
  if (choice.rule == isonomy::gsn::LevelRule::k_fold) return joined({"all ", choice.validation, " conditions in turn"});
  return joined({choice.validation, " of ", choice.training + choice.validation, " conditions"});
}

/// The rank of the training correlations among the units in them, and what the degrees of freedom allow.
inline std::string rank_text(const isonomy::gsn::LevelChoice& choice) {
  if (choice.nll.empty()) return "-";
  const std::string bound = std::to_string(std::min(choice.rank_bound, choice.units));
  return joined({choice.rank ? std::to_string(*choice.rank) : "at most " + bound, " of ", choice.units});
}

inline std::string margin_text(const isonomy::gsn::LevelChoice& choice) {
  return choice.nll.empty() || !std::isfinite(choice.margin) ? "-" : short_number(choice.margin);
}

/// Whether this is one of the matrices of eigenvectors.
inline bool is_eigenvectors(const GsnArray& matrix) { return matrix.name.starts_with("eigvecs"); }

/// The `share`-th of sorted numbers, between the two next to it.
inline double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace detail

/// Levels and ranks of both covariances, sweeps, how the noise ceiling signal-to-noise ratios of units are spread, and
/// the size of every matrix.
inline std::string gsn_table(const GsnRun& run) {
  using namespace detail;
  const auto row = [&run](const char* name, auto text) {
    return std::vector<std::string>{name, text(run.noise), text(run.data)};
  };
  std::string out = aligned({{"covariance", "noise", "data"},
                             row("level", [](const auto& choice) { return number_of(choice.level); }),
                             row("levels tried", grid_text),
                             row("held out", held_out_text),
                             row("rank", rank_text),
                             row("margin", margin_text)});
  std::vector<double> sorted = run.ncsnr;
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::vector<std::string>> spread{{"ncsnr"}, {"of units"}};
  for (const auto& [name, share] :
       {std::pair{"least", 0.0}, {"quarter", 0.25}, {"median", 0.5}, {"three quarters", 0.75}, {"largest", 1.0}}) {
    spread[0].push_back(name);
    spread[1].push_back(fixed(quantile(sorted, share), 4));
  }
  out += "\n" + aligned(spread);
  std::vector<std::vector<std::string>> sizes{{"matrix", "trace", "Frobenius norm"}};
  for (const GsnArray& matrix : run.matrices) {
    if (is_eigenvectors(matrix)) continue;
    const MatrixSums sums(matrix.values, run.units);
    sizes.push_back({matrix.name, number_of(sums.trace), number_of(sums.frobenius)});
  }
  if (sizes.size() > 1) out += "\n" + aligned(sizes);
  if (run.numiters)
    out += joined(
        {"\nsweeps until signal and noise are positive semidefinite together: ", std::to_string(*run.numiters), "\n"});
  return out;
}

}  // namespace examples
