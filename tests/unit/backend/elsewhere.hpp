// A backend that one unit of the test program has and another lacks.
#pragma once

#include <string>
#include <string_view>

#include "isonomy/backend/select.hpp"

namespace isonomy::test {

struct Elsewhere {
  static constexpr const char* backend_name() { return "Elsewhere"; }
  static constexpr const char* absent_reason() { return "is not in this unit"; }
};

/// One type for both units, so that only what they include tells their calls apart.
struct NameOfBackend {
  template <class Tag>
  std::string operator()(Tag, const Selection& selection) const {
    return selection.backend;
  }
};

/// What dispatch_tag() finds in the unit that lacks the backend: its name, or the error.
[[nodiscard]] std::string found_without_backend(std::string_view prefer);

}  // namespace isonomy::test
