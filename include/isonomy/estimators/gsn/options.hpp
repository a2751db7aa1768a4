// Options of fit().
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/estimators/gsn/biconvex/problem.hpp"
#include "isonomy/estimators/gsn/covariance/shrink.hpp"
#include "isonomy/estimators/gsn/dead_units.hpp"
#include "isonomy/estimators/gsn/levels/options.hpp"
#include "isonomy/estimators/gsn/levels/problem.hpp"
#include "isonomy/estimators/gsn/psd/nearest_psd.hpp"

namespace isonomy::gsn {

/// Which matrices fit() returns. Of the others those are made that one of these is made of: cN and cD for cS, both of
/// these for all that is positive semidefinite.
struct Returns {
  bool cN = true, cS = true, cNb = true, cSb = true;
  bool cD = false;  ///< the covariance of trial averages, shrunk: cS + cN/trials
  bool eigvals_signal = false, eigvecs_signal = false, eigvals_difference = false, eigvecs_difference = false;

  /// Nothing but what every result has.
  [[nodiscard]] static Returns none() { return {false, false, false, false}; }
  /// Those of these names, which are those of the members; ValueError, with all names, for another.
  [[nodiscard]] static Returns named(const std::vector<std::string>& names) {
    Returns returns = none();
    for (const std::string& name : names) returns.choose(name);
    return returns;
  }
  /// Needs signal and noise to be made positive semidefinite.
  [[nodiscard]] bool biconvex() const {
    return cNb || cSb || eigvals_signal || eigvecs_signal || eigvals_difference || eigvecs_difference;
  }
  /// Needs the covariance of the data.
  [[nodiscard]] bool data() const { return cS || cD || biconvex(); }
  /// Needs the covariance of the noise.
  [[nodiscard]] bool noise() const { return cN || cS || biconvex(); }
  /// Needs a matrix of units x units.
  [[nodiscard]] bool matrices() const { return cN || cS || cD || biconvex(); }

 private:
  struct Choice {
    const char* name;
    bool* chosen;
  };
  [[nodiscard]] std::array<Choice, 9> choices() {
    return {{{"cN", &cN},
             {"cS", &cS},
             {"cNb", &cNb},
             {"cSb", &cSb},
             {"cD", &cD},
             {"eigvals_signal", &eigvals_signal},
             {"eigvecs_signal", &eigvecs_signal},
             {"eigvals_difference", &eigvals_difference},
             {"eigvecs_difference", &eigvecs_difference}}};
  }
  void choose(const std::string& name) {
    std::string all;
    for (const Choice& choice : choices()) {
      if (name == choice.name) {
        *choice.chosen = true;
        return;
      }
      all += (all.empty() ? "" : ", ") + std::string(choice.name);
    }
    throw ValueError("gsn::Returns::named: " + name + " is not known; expected some of " + all + "; name these");
  }
};

/// What becomes of data with NaN, which is what was not measured. Data without are fitted the same by both.
///
/// - `fast`: a trial counts where no unit is NaN in it, and conditions may have different numbers of trials;
/// - `missing`: every unit counts in its own trials, every pair of units in those that both have.
///
/// The third name of perform_gsn, `reference`, is a slower way to the results of `fast`, so it has none here.
enum class Uneven { fast, missing };

/// Names and defaults of perform_gsn in cvnlab/GSN, but for the choices that follow `returns`.
struct GsnOptions {
  bool wantshrinkage = true;                        ///< false: the one level 1
  std::optional<std::vector<double>> shrinklevels;  ///< for both covariances, as they are and in their order
  Returns returns;
  Uneven uneven = Uneven::fast;                     ///< what becomes of NaN
  SingularRule singular_rule = SingularRule::rank;  ///< cholesky: as published
  Ridge ridge = Ridge::relative;                    ///< absolute: as published
  Iteration iteration = Iteration::closed;          ///< loop: as published, with the same result; limit: uneven data
  int max_iterations = 100;                         ///< of the loop
  bool allow_extrapolation = false;                 ///< levels beyond 0 and 1
  LevelRule level_rule = LevelRule::held_out;       ///< how both levels are chosen
  N1Rule n1_rule = N1Rule::matlab;                  ///< numpy: as published for Python
  DeadUnits dead_units = DeadUnits::drop;           ///< literal: as published
  /// Of missing data of which too little is whole to choose a level on; one: as published.
  LevelFallback level_fallback = LevelFallback::one;

  [[nodiscard]] LevelOptions levels() const {
    return {level_rule, singular_rule, n1_rule, dead_units, LevelOptions{}.leave_out, level_fallback};
  }
};

}  // namespace isonomy::gsn
