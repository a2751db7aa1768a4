// Powers of 2 that bring numbers near to 1, so that their squares neither overflow nor vanish.
#pragma once

#include <algorithm>
#include <cmath>

namespace isonomy::gsn::detail {

/// The power of 2 that brings magnitudes of at most this to at most 1.
inline double scale_for(double largest) {
  return largest > 0 && std::isfinite(largest) ? std::ldexp(1.0, std::clamp(-std::ilogb(largest) - 1, -1000, 1000)) : 1;
}

}  // namespace isonomy::gsn::detail
