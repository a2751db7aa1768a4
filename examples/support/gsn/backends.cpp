// The backends that gsn may be fitted on: of this unit's compiler, which takes it as it is or from backends.cu.
#include <type_traits>

#include "../program/choose_backend.hpp"
#include "fit_responses.hpp"
#include "isonomy/blas/tag.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/cuda/tag.hpp"

namespace examples {

BackendChoice choose_backend(const BackendOptions& options) {
  if (options.name == "blas")
    return choose_among<isonomy::CpuBlas, isonomy::Cpu>(options);  // never without being asked
  return choose_among<isonomy::Cuda, isonomy::Cpu>(options);
}

void fit_responses_elsewhere(const BackendChoice& choice, const isonomy::Control& control, int threads,
                             const ResponseData& data, const GsnRunOptions& options, GsnRun& run) {
  isonomy::dispatch_tag<isonomy::Cuda, isonomy::CpuBlas>(
      choice.selection.backend, [&](auto tag, const isonomy::Selection&) {
        using Tag = decltype(tag);
        if constexpr (std::is_same_v<Tag, isonomy::CpuBlas>) {
          isonomy::Context<Tag> ctx(
              {.threads = threads, .seed = control.seed, .progress = control.progress, .stop = control.stop});
          fit_responses(ctx, data, options, run);
        } else {
          isonomy::Context<Tag> ctx({control, choice.device});
          fit_responses(ctx, data, options, run);
        }
      });
}

}  // namespace examples
