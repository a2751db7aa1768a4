// What a run of isonomy-mixture is asked for, and what it finds.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "../program/backend.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/estimators/mixture/minimise/minimize.hpp"
#include "isonomy/estimators/mixture/normal/fixed_start.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/estimators/mixture/normal/start.hpp"
#include "isonomy/io/reports/mixture_report.hpp"
#include "point_data.hpp"

namespace examples {

/// Everything that a run depends on, and where its results go. An empty name leaves an output out.
struct MixtureOptions {
  PointOptions points;
  isonomy::mixture::NormalModel model;
  /// Numbers of components to choose from by BIC: from the model's to this one; 0 where there is no choice.
  int most_components = 0;
  /// In the order of the model's names; found by a search if empty.
  std::vector<double> start;
  isonomy::mixture::StartOptions search;
  isonomy::mixture::MinimizeOptions minimize;
  /// Parameters that keep these values; minimize.fixed names them.
  std::vector<isonomy::mixture::KnownValue> known;
  bool minos = true;
  /// Pairs of parameters, and the points of each contour.
  std::vector<std::pair<std::string, std::string>> contours;
  int contour_points = 72;
  BackendOptions backend;
  int threads = 0;
  std::uint64_t seed = 0;
  std::string table_path, json_path, figure_folder;
  bool quiet = false;

  [[nodiscard]] bool has_choice() const { return most_components > 0; }
};

/// The fit and what the summary says beside it.
struct MixtureRun {
  isonomy::io::MixtureFit fit;
  std::string title, source;  ///< "faithful", "column 2 of 2, waiting"
  index_t left_out = 0, missing = 0;
  index_t weight_column = 0;  ///< 0 without weights
  int profile_passes = 0;
  bool begun_again = false;  ///< from a lower minimum, which no start had met
  std::vector<std::string> warnings;
  double reading_seconds = 0, choice_seconds = 0;
};

}  // namespace examples
