// Which backend a run is computed on: what was asked for, and what was chosen.
#pragma once

#include <optional>
#include <string>

#include "isonomy/backend/select.hpp"
#include "isonomy/io/text/json.hpp"

namespace examples {

/// What the command line says.
struct BackendOptions {
  std::string name = "auto";  ///< "cpu", "cuda", or "auto" for a device where there is one
  std::optional<int> device;

  /// The members `backend` and `device` of the options of a run.
  void write(isonomy::io::JsonWriter& json) const {
    json.member("backend", name).key("device");
    if (device)
      json.value(*device);
    else
      json.null();
  }
};

struct BackendChoice {
  isonomy::Selection selection;
  int device = 0;  ///< of a backend that has some

  [[nodiscard]] bool on_host() const { return selection.backend == "Cpu"; }
};

/// The backend that the options name, or of those that this program has the first that can be used.
///
/// Every program has one unit that defines this, beside what it computes on devices: as plain C++, or for nvcc with
/// Backend<Cuda>. Errors, all with a remedy: Unsupported for a backend that is not in this build or cannot be used on
/// this machine; ValueError for a device that is not there.
[[nodiscard]] BackendChoice choose_backend(const BackendOptions& options);

}  // namespace examples
