// The backends that mixtures may be fitted on: of this unit's compiler, which takes it as it is or from backends.cu.
#include "../program/choose_backend.hpp"
#include "fit_data.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/cuda/tag.hpp"

namespace examples {

BackendChoice choose_backend(const BackendOptions& options) {
  return choose_among<isonomy::Cuda, isonomy::Cpu>(options);
}

void fit_data_on_device(const BackendChoice& choice, const isonomy::Control& control, const PointData& data,
                        const MixtureOptions& options, PassCounter& passes, MixtureRun& run) {
  isonomy::dispatch_tag<isonomy::Cuda>(choice.selection.backend, [&](auto tag, const isonomy::Selection&) {
    isonomy::Context<decltype(tag)> ctx({control, choice.device});
    fit_data(ctx, data, options, passes, run);
  });
}

}  // namespace examples
