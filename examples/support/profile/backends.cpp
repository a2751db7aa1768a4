// The backends that profiling may run on: of this unit's compiler, which takes it as it is or from backends.cu.
#include "../program/choose_backend.hpp"
#include "compute.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/cuda/tag.hpp"

namespace examples {

BackendChoice choose_backend(const BackendOptions& options) {
  return choose_among<isonomy::Cuda, isonomy::Cpu>(options);
}

isonomy::profiling::ProfileResult computed_on_device(const BackendChoice& choice, const isonomy::Control& control,
                                                     const ProfileWork& work) {
  isonomy::profiling::ProfileResult result;
  isonomy::dispatch_tag<isonomy::Cuda>(choice.selection.backend, [&](auto tag, const isonomy::Selection&) {
    isonomy::Context<decltype(tag)> ctx({control, choice.device});
    result = computed(ctx, work);
  });
  return result;
}

}  // namespace examples
