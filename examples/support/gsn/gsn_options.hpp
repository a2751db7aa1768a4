// What a run of isonomy-gsn is asked for, and what it finds.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../program/backend.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/estimators/gsn/levels/choice.hpp"
#include "isonomy/estimators/gsn/options.hpp"
#include "response_data.hpp"

namespace examples {

using isonomy::index_t;

/// Library names of options that this program spells with dashes, and of types whose values they take.
inline const std::vector<std::string> gsn_option_names{
    "max_iterations", "allow_extrapolation", "level_fallback", "level_rule", "singular_rule",
    "n1_rule",        "dead_units",          "threads",        "Uneven::",   "Iteration::",
    "LevelRule::",    "LevelFallback::",     "N1Rule::",       "Ridge::",    "SingularRule::",
    "DeadUnits::"};

/// Everything that a run depends on, and where its results go. An empty name leaves an output out.
struct GsnRunOptions {
  ResponseOptions data;
  isonomy::gsn::GsnOptions fit;
  std::string uneven = "fast";  ///< as it was asked for
  BackendOptions backend;
  int threads = 0;
  std::string arrays_path, json_path, figure_folder;
  bool quiet = false;
  bool max_iterations_given = false;
};

/// A matrix or vector of the result under the reference's name.
struct GsnArray {
  std::string name;
  std::vector<double> values;  ///< of a matrix by columns
};

/// The fit in the memory of the host, and what the summary says beside it.
struct GsnRun {
  std::string title, element;
  index_t units = 0, conditions = 0, trials = 0;
  index_t missing = 0;  ///< numbers that are NaN
  std::vector<double> mnN, mnS, ncsnr;
  isonomy::gsn::LevelChoice noise, data;
  std::optional<int> numiters;
  isonomy::gsn::Iteration iteration = isonomy::gsn::Iteration::loop;  ///< what found cNb and cSb
  std::optional<double> distance;
  std::vector<GsnArray> matrices;  ///< those asked for, in the order cN, cS, cNb, cSb, cD and eigenvectors
  std::vector<GsnArray> spectra;   ///< eigenvalues asked for, from the largest
  std::vector<GsnArray> drawn;     ///< those of cSb and cNb, for the picture
  std::vector<index_t> dead_units;
  isonomy::Report report;
  std::vector<std::string> warnings;
  double reading_seconds = 0;
};

}  // namespace examples
