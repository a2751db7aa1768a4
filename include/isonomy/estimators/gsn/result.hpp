// What fit() returns: means, covariances, noise ceiling signal-to-noise ratios, how they came about.
#pragma once

#include <optional>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/estimators/gsn/biconvex/problem.hpp"
#include "isonomy/estimators/gsn/levels/choice.hpp"

namespace isonomy::gsn {

/// Names of perform_gsn in cvnlab/GSN. Matrices lie in the memory of the context, units x units with both triangles;
/// those that were not asked for are empty.
template <class Tag>
struct GsnResult {
  std::vector<double> mnN;    ///< the noise's mean: zeros
  std::vector<double> mnS;    ///< the signal's mean of each unit: that of the means of conditions
  std::vector<double> ncsnr;  ///< signal's over noise's standard deviation of each unit, 0 where noise does not vary
  double shrinklevelN = 1, shrinklevelD = 1;
  std::optional<int> numiters;   ///< sweeps before the last; none where neither cNb, cSb nor eigen pairs were asked for
  Matrix<double, Tag> cN, cS;    ///< covariances of noise and signal, shrunk; cS may be indefinite
  Matrix<double, Tag> cNb, cSb;  ///< the same, made positive semidefinite together
  /// Of uneven data with sweeps: how far cNb and cSb ended from the point that they were going to, as
  /// Biconvex::distance has it; none where that is not known.
  std::optional<double> distance;
  Iteration iteration = Iteration::loop;                   ///< what found cNb and cSb
  double ridge_signal = 0, ridge_noise = 0;                ///< what was added to the diagonals of cSb and cNb
  Matrix<double, Tag> cD;                                  ///< the covariance of trial averages, shrunk
  std::vector<double> eigvals_signal, eigvals_difference;  ///< of cSb and of cSb - cNb*share, descending
  Matrix<double, Tag> eigvecs_signal, eigvecs_difference;  ///< their columns, of each the largest element positive
  LevelChoice noise, data;                                 ///< how shrinklevelN and shrinklevelD were chosen
  std::vector<index_t> dead_units;  ///< neither noise nor data of these vary: zeros in all matrices
  Report report;
};

}  // namespace isonomy::gsn
