// Small named functors for host and device: what transform, reductions and tests combine.
#pragma once

#include "isonomy/core/config.hpp"

namespace isonomy {

struct Identity {
  template <class T>
  ISONOMY_HD T operator()(T x) const {
    return x;
  }
};
struct Square {
  template <class T>
  ISONOMY_HD T operator()(T x) const {
    return x * x;
  }
};
struct Plus {
  template <class T>
  ISONOMY_HD T operator()(T a, T b) const {
    return a + b;
  }
};
/// The smaller of two; the first where they are equal or the second is NaN.
struct Minimum {
  template <class T>
  ISONOMY_HD T operator()(T a, T b) const {
    return b < a ? b : a;
  }
};
/// The larger of two; the first where they are equal or the second is NaN.
struct Maximum {
  template <class T>
  ISONOMY_HD T operator()(T a, T b) const {
    return a < b ? b : a;
  }
};

}  // namespace isonomy
