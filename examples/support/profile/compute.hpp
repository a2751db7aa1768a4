// What a run of profiling computes, written once for every backend.
#pragma once

#include <optional>

#include "../program/backend.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/estimators/profiling/fit.hpp"
#include "isonomy/estimators/profiling/options.hpp"
#include "isonomy/estimators/profiling/result.hpp"
#include "isonomy/estimators/profiling/scales/scale_table.hpp"
#include "isonomy/estimators/profiling/sequences/sequence_set.hpp"
#include "isonomy/estimators/profiling/stability/bootstrap.hpp"

namespace examples {

/// The sequences and options of a computation, which outlive it.
struct ProfileWork {
  const isonomy::profiling::SequenceSet& set;
  const isonomy::profiling::ScaleTable& scales;
  const isonomy::profiling::ProfileOptions& options;
  const std::optional<isonomy::profiling::BootstrapOptions>& bootstrap;
  bool reference_arithmetic;
};

namespace detail {

template <class Arithmetic, class Ctx>
isonomy::profiling::ProfileResult computed_in(Ctx& ctx, const ProfileWork& work) {
  using namespace isonomy::profiling;
  return work.bootstrap ? selection_frequencies<Arithmetic>(ctx, work.set, work.scales, work.options, *work.bootstrap)
                        : fit<Arithmetic>(ctx, work.set, work.scales, work.options);
}

}  // namespace detail

template <class Ctx>
[[nodiscard]] isonomy::profiling::ProfileResult computed(Ctx& ctx, const ProfileWork& work) {
  return work.reference_arithmetic ? detail::computed_in<isonomy::aaanalysis_1_1>(ctx, work)
                                   : detail::computed_in<isonomy::exact>(ctx, work);
}

/// The same on a device that was chosen; defined in the unit of backends (backends.cpp, or backends.cu for nvcc).
[[nodiscard]] isonomy::profiling::ProfileResult
computed_on_device(const BackendChoice& choice, const isonomy::Control& control, const ProfileWork& work);

}  // namespace examples
