// Profiling: 10,000 sequences from host memory, and a million windows that lie packed on the device.
#include <optional>

#include "../host/profiling.hpp"
#include "isonomy/estimators/profiling/fit.hpp"
#include "resident.hpp"
#include "rows.hpp"

namespace isonomy::gates {
namespace {

/// All legs give the whole result on the host. Those of the host lay sequences out in each run too, some hundredth of
/// their time.
class Profiling final : public Work {
 public:
  explicit Profiling(const Setup& setup)
      : sequences_(synthetic_sequences(setup.size, false)), scales_(published_scales(setup.scale_step)),
        ctx_(device_context()) {
    if (setup.broken) others_ = synthetic_sequences(setup.size, true);
    packed_.emplace(profiling::pack(ctx_, theirs()));
  }

  std::string difference() override {
    const profiling::ProfileResult host = profile(*hosts_.all, sequences_.set, scales_);
    std::string found = difference_of(profiling::fit(ctx_, theirs(), *packed_, scales_), host);
    return found.empty() ? difference_of(profiling::fit(ctx_, theirs(), scales_), host) : found;
  }
  std::vector<Leg> legs() override {
    return {{Role::one_core, "Cpu, one core", [this] { profile(*hosts_.one, sequences_.set, scales_); }},
            {Role::all_cores, "Cpu, all cores", [this] { profile(*hosts_.all, sequences_.set, scales_); }},
            {Role::resident, "Cuda, sequences packed there",
             [this] { static_cast<void>(profiling::fit(ctx_, theirs(), *packed_, scales_)); }},
            {Role::with_transfers, "Cuda, from the host",
             [this] { static_cast<void>(profiling::fit(ctx_, theirs(), scales_)); }}};
  }
  Demand demand() const override { return {Demand::Of::bytes, sequences_.residues, "each residue, read once"}; }

 private:
  [[nodiscard]] const profiling::SequenceSet& theirs() const { return others_ ? others_->set : sequences_.set; }

  Hosts hosts_;
  Sequences sequences_;
  std::optional<Sequences> others_;
  profiling::ScaleTable scales_;
  Context<Cuda> ctx_;
  std::optional<profiling::PackedSequences<Cuda>> packed_;
};

std::unique_ptr<Work> make_profiling(const Setup& setup) { return std::make_unique<Profiling>(setup); }

}  // namespace

std::vector<Gate> gates_of_profiling() {
  return {{"profiling-sequences", "a default profile of sequences in host memory", "rows", 10000, 24,
           Role::with_transfers, Role::one_core, 5, &make_profiling, "syn10000"},
          {"profiling-windows", "a default profile of windows that lie packed on the device", "rows", 1000000, 24,
           Role::resident, Role::one_core, 50, &make_profiling}};
}

}  // namespace isonomy::gates
