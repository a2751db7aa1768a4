// The choice among backends, for the unit of a program that lists them.
#pragma once

#include <string>

#include "backend.hpp"
#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/select.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"

namespace examples {

using isonomy::text::joined;

namespace detail {

/// ValueError unless the backend has the device.
template <class B>
void require_device(int device, const isonomy::Selection& selection) {
  if constexpr (requires { B::devices(); }) {
    const int count = B::devices();
    if (device < 0 || device >= count)
      throw isonomy::ValueError(
          joined({"--device=", std::to_string(device), ": ", B::name(), " has ", std::to_string(count),
                  count == 1 ? " device" : " devices", "; expected a number from 0 to ", std::to_string(count - 1),
                  "; name one of them"}));
  } else {
    std::string passed_over;
    if (selection.asked == "auto")
      for (const auto& d : selection.declined) passed_over += joined("; ", d.backend, ": ", d.reason);
    throw isonomy::ValueError(joined("--device=", device, ": what is used is ", B::name(), ", which has no devices",
                                     passed_over,
                                     "; expected a backend with devices; drop --device, or give --backend cuda"));
  }
}

}  // namespace detail

/// The library's name of a backend that the command line names.
inline std::string library_name(const std::string& name) { return name == "blas" ? "CpuBlas" : name; }

/// choose_backend() among these, the first that can be used where any would do.
template <class... Tags>
[[nodiscard]] BackendChoice choose_among(const BackendOptions& options) {
  try {
    return isonomy::dispatch_tag<Tags...>(
        library_name(options.name), [&](auto tag, const isonomy::Selection& selection) {
          if (options.device) detail::require_device<isonomy::Backend<decltype(tag)>>(*options.device, selection);
          return BackendChoice{selection, options.device.value_or(0)};
        });
  } catch (const isonomy::BackendNotAvailable& error) {
    std::string reason;
    for (const auto& d : error.tried())
      if (isonomy::same_backend(d.backend, library_name(options.name))) reason = d.reason;
    throw isonomy::Unsupported(joined({"--backend ", options.name, ": ", reason,
                                       "; expected a backend that can be used here; give --backend cpu or auto"}));
  }
}

}  // namespace examples
