// What a run of gsn computes, written once for every backend: the fit, its results in the memory of the host, spectra.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "../mixture/start_error.hpp"
#include "../program/backend.hpp"
#include "../program/resident.hpp"
#include "gsn_options.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/stage_timer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/data_view.hpp"
#include "isonomy/estimators/gsn/fit.hpp"
#include "isonomy/ops/linalg/eigen/eigh.hpp"
#include "response_data.hpp"

namespace examples {

namespace detail {

/// Moves a matrix to the host under a name, unless it was not asked for.
template <class Ctx>
void keep_matrix(Ctx& ctx, const char* name, isonomy::Matrix<double, typename Ctx::tag> matrix, GsnRun& run) {
  if (matrix.rows() == 0) return;
  const isonomy::VectorView<const double, typename Ctx::space> all{matrix.data(), matrix.rows() * matrix.columns()};
  run.matrices.push_back({name, isonomy::to_host<Ctx, double>(ctx, all)});
}

/// The eigenvalues of a matrix, from the largest, for a picture; nothing of one that was not asked for.
template <class Ctx>
void draw_spectrum(Ctx& ctx, const char* name, const isonomy::Matrix<double, typename Ctx::tag>& matrix, GsnRun& run) {
  const index_t n = matrix.rows();
  if (n == 0) return;
  isonomy::Buffer<double, typename Ctx::tag> values(ctx, n, "gsn: spectrum");
  isonomy::Matrix<double, typename Ctx::tag> vectors(ctx, n, n, "gsn: spectrum");
  isonomy::eigh(ctx, matrix.view(), values.view(), vectors.view());
  std::vector<double> ascending = isonomy::to_host(ctx, values);
  run.drawn.push_back({name, {ascending.rbegin(), ascending.rend()}});
}

inline void keep_spectrum(const char* name, std::vector<double> values, GsnRun& run) {
  if (!values.empty()) run.spectra.push_back({name, std::move(values)});
}

}  // namespace detail

/// Fits the responses as the options say, into `run`. On a device they are copied to it first, which is a stage of its
/// own; so are the eigenvalues that a picture shows.
template <class Ctx>
void fit_responses(Ctx& ctx, const ResponseData& data, const GsnRunOptions& options, GsnRun& run) {
  data.visit([&]<class T>(const isonomy::gsn::DataView<T>& host, isonomy::VectorView<const T> values) {
    isonomy::Report copying;
    isonomy::StageTimer before(ctx, copying);
    const Resident<Ctx, T> points(ctx, values);
    if (points.is_copy) before.lap("copying");
    const isonomy::gsn::DataView<T, typename Ctx::space> there{
        points.view().data,    host.units,       host.conditions, host.trials, host.unit_stride,
        host.condition_stride, host.trial_stride};
    auto result = from_points(options.data.path, [&] { return isonomy::gsn::fit(ctx, there, options.fit); });
    run.report = std::move(result.report);
    run.report.stages.insert(run.report.stages.begin(), copying.stages.begin(), copying.stages.end());
    isonomy::StageTimer after(ctx, run.report);
    if (!options.figure_folder.empty()) {
      detail::draw_spectrum(ctx, "cSb", result.cSb, run);
      detail::draw_spectrum(ctx, "cNb", result.cNb, run);
      after.lap("spectra");
    }
    run.mnN = std::move(result.mnN), run.mnS = std::move(result.mnS), run.ncsnr = std::move(result.ncsnr);
    run.noise = std::move(result.noise), run.data = std::move(result.data);
    run.numiters = result.numiters, run.distance = result.distance, run.iteration = result.iteration;
    run.dead_units = std::move(result.dead_units);
    detail::keep_matrix(ctx, "cN", std::move(result.cN), run);
    detail::keep_matrix(ctx, "cS", std::move(result.cS), run);
    detail::keep_matrix(ctx, "cNb", std::move(result.cNb), run);
    detail::keep_matrix(ctx, "cSb", std::move(result.cSb), run);
    detail::keep_matrix(ctx, "cD", std::move(result.cD), run);
    detail::keep_matrix(ctx, "eigvecs_signal", std::move(result.eigvecs_signal), run);
    detail::keep_matrix(ctx, "eigvecs_difference", std::move(result.eigvecs_difference), run);
    detail::keep_spectrum("eigvals_signal", std::move(result.eigvals_signal), run);
    detail::keep_spectrum("eigvals_difference", std::move(result.eigvals_difference), run);
  });
}

/// The same on a backend other than the host's own; defined in the unit of backends (backends.cpp, or backends.cu for
/// nvcc).
void fit_responses_elsewhere(const BackendChoice& choice, const isonomy::Control& control, int threads,
                             const ResponseData& data, const GsnRunOptions& options, GsnRun& run);

}  // namespace examples
