// Options of fit().
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/estimators/gsn/biconvex/problem.hpp"
#include "isonomy/estimators/gsn/levels/problem.hpp"
#include "isonomy/estimators/gsn/psd/nearest_psd.hpp"

namespace isonomy::gsn {

/// Which matrices fit() returns; what nobody asks for is not computed.
struct Returns {
  bool cN = true, cS = true, cNb = true, cSb = true;
  bool cD = false;  ///< the covariance of trial averages, shrunk: cS + cN/trials
  bool eigvals_signal = false, eigvecs_signal = false, eigvals_difference = false, eigvecs_difference = false;

  /// Nothing but what every result has.
  [[nodiscard]] static Returns none() { return {false, false, false, false}; }
  /// Those of these names, which are those of the members; ValueError, with all names, for another.
  [[nodiscard]] static Returns named(const std::vector<std::string>& names) {
    Returns returns = none();
    for (const std::string& name : names) {
      bool Returns::*const member = find(name);
      if (member == nullptr) throw ValueError("returns: " + name + " is not known; expected some of " + all_names());
      returns.*member = true;
    }
    return returns;
  }
  /// Needs signal and noise to be made positive semidefinite.
  [[nodiscard]] bool biconvex() const {
    return cNb || cSb || eigvals_signal || eigvecs_signal || eigvals_difference || eigvecs_difference;
  }
  /// Needs a matrix of units x units.
  [[nodiscard]] bool matrices() const { return cN || cS || cD || biconvex(); }

 private:
  struct Name {
    const char* text;
    bool Returns::*member;
  };
  [[nodiscard]] static std::array<Name, 9> table() {
    return {{{"cN", &Returns::cN},
             {"cS", &Returns::cS},
             {"cNb", &Returns::cNb},
             {"cSb", &Returns::cSb},
             {"cD", &Returns::cD},
             {"eigvals_signal", &Returns::eigvals_signal},
             {"eigvecs_signal", &Returns::eigvecs_signal},
             {"eigvals_difference", &Returns::eigvals_difference},
             {"eigvecs_difference", &Returns::eigvecs_difference}}};
  }
  [[nodiscard]] static bool Returns::*find(const std::string& name) {
    for (const Name& known : table())
      if (name == known.text) return known.member;
    return nullptr;
  }
  [[nodiscard]] static std::string all_names() {
    std::string list;
    for (const Name& known : table()) list += (list.empty() ? "" : ", ") + std::string(known.text);
    return list;
  }
};

/// Names and defaults of perform_gsn in cvnlab/GSN, but for the choices that follow `returns`.
struct GsnOptions {
  bool wantshrinkage = true;                        ///< false: the one level 1
  std::optional<std::vector<double>> shrinklevels;  ///< for both covariances, as they are and in their order
  Returns returns;
  SingularRule singular_rule = SingularRule::rank;  ///< cholesky: as published
  Ridge ridge = Ridge::relative;                    ///< absolute: as published
  Iteration iteration = Iteration::closed;          ///< loop: as published, with the same result
  int max_iterations = 100;                         ///< of the loop
  bool allow_extrapolation = false;                 ///< levels beyond 0 and 1
};

}  // namespace isonomy::gsn
